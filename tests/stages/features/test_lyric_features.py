"""Mood and words of songs: what is scored, why something is not, and that it is fitted on the train split only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import contract as contracts
from musicdata.definitions import trial
from musicdata.errors import IntegrityError, SetupError
from musicdata.music.features import text_encoders
from musicdata.music.features.lyric_emotions import EMOTIONS
from musicdata.music.features.text_encoder import Encoded, gathered
from musicdata.music.text import lyric_sentiment
from musicdata.stages.features.lyric_features import STAGE
from tests.stages.reading import unpacked
from tests.stages.words_of_songs import sung

TABLE = "lyric_features"
KINDS = ("the sea and the waves", "roses are red", "my sad heart is broken and I hate this pain", "happy days of joy")
SONGS = {f"s{number:03d}": f"{KINDS[number % 4]}\nline of song {number % 4}" for number in range(60)}
LATIN = {f"t{number:03d}": f"vinum {number % 4}" for number in range(4)}


class Axes:
    """An encoder for which each emotion's sentences point along an axis of their own."""

    def __init__(self, width: int) -> None:
        self.width, self.calls = width, 0

    def encode(self, texts: list[str], *, query: bool = False) -> Encoded:
        vector = np.eye(8, self.width, dtype=np.float32)[self.calls]
        self.calls += 1
        return gathered([(vector, 1, 1) for _ in texts], self.width)


@pytest.fixture(autouse=True)
def encoders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_encoders, "open_encoder", lambda name: Axes({"minilm": 384, "use": 512}[name]))


@pytest.fixture(autouse=True)
def lexicon() -> None:
    try:
        lyric_sentiment.tool()
    except SetupError as error:
        pytest.skip(str(error))


def embeddings(table: str, rows: Mapping[str, Mapping[int, Any]], split: Mapping[str, str]) -> pa.Table:
    """Return vectors of songs: id → section index → the first numbers of its vector."""
    contract = contracts.load(table)
    keys = [(sample_id, index) for sample_id, parts in rows.items() for index in parts]
    vectors = np.zeros((len(keys), *contract.column("vector").shape), np.float16)
    for place, (sample_id, index) in enumerate(keys):
        numbers = rows[sample_id][index]
        vectors[place, : len(numbers)] = numbers
    constants = {"n_tokens": 1, "n_read": 1, "encoder": "x", "weights_sha256": "x", "max_tokens": 1, "precision": "x"}
    columns: dict[str, Any] = {
        "sample_id": [sample_id for sample_id, _ in keys],
        "split": [split[sample_id] for sample_id, _ in keys],
        "section_index": pa.array([index for _, index in keys], pa.int32()),
        "vector": contract.column("vector").pack(vectors),
    }
    columns |= {
        name: pa.array([value] * len(keys), contract.column(name).arrow_type) for name, value in constants.items()
    }
    return pa.table({column.name: columns[column.name] for column in contract.columns})


def tables(
    songs: Mapping[str, str],
    minilm: Mapping[str, Any],
    use: Mapping[str, Any],
    languages: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    made: dict[str, Any] = dict(sung(songs, languages=languages))
    split = {row["sample_id"]: row["split"] for row in made["lyric_samples"]}
    del made["lyric_sections"]
    return made | {
        "embeddings_minilm": embeddings("embeddings_minilm", minilm, split),
        "embeddings_use": embeddings("embeddings_use", use, split),
    }


def near(songs: Mapping[str, str]) -> dict[str, dict[int, list[float]]]:
    """Return vectors for songs, nearest to the emotion whose number is that of the song's kind, more or less so."""
    rng = np.random.default_rng(0)
    return {
        name: {-1: [9.0], 0: (rng.random(8) * 0.1 + np.eye(8)[number % 4]).tolist()}
        for number, name in enumerate(songs)
    }


def test_songs_are_scored_and_say_by_what() -> None:
    rows = {row["sample_id"]: row for row in trial.run(STAGE, tables(SONGS, near(SONGS), {})).rows(TABLE)}
    assert list(rows) == list(SONGS)
    sad, happy = rows["s002"], rows["s003"]
    assert sad["sentiment_mean"] < 0 < happy["sentiment_mean"]
    assert (sad["negative_share"], happy["negative_share"]) == (0.5, 0)
    assert sad["sentiment_licence"] == "MIT"
    assert sad["sentiment_tool"].startswith("VADER ")
    assert [rows[f"s{n:03d}"]["emotion"] for n in range(4)] == list(EMOTIONS[:4])
    assert sad["emotions"][2] == max(sad["emotions"]) > 1
    assert sad["emotion_tool"] == "minilm, sentences 1"
    assert {rows[name]["not_scored"] for name in ("s002", "s003")} == {
        "keywords_none"
    }  # every kind is that of a fourth


def test_keywords_are_of_the_songs_language() -> None:
    songs = {f"s{number:03d}": f"the road and {'snow snow' if number % 8 == 0 else number % 7}" for number in range(60)}
    found = {row["sample_id"]: row["keywords"] for row in trial.run(STAGE, tables(songs, {}, {})).rows(TABLE)}
    assert found["s000"] == found["s008"] == "snow"
    others = dict.fromkeys(list(songs)[:40], "vi")
    rows = trial.run(STAGE, tables(songs, {}, {}, others)).rows(TABLE)
    assert {row["not_scored"] for row in rows if row["sample_id"] == "s048"} == {
        "emotion_no_vectors; keywords_few_songs"
    }


def test_what_is_not_scored_says_why() -> None:
    songs = SONGS | LATIN | {"u000": "\U0001f622", "u001": "nothing near"}
    use = near(LATIN)
    rows = {
        row["sample_id"]: row
        for row in trial.run(STAGE, tables(songs, near(SONGS), use, dict.fromkeys(LATIN, "la"))).rows(TABLE)
    }
    assert rows["t000"]["not_scored"] == "sentiment_language; emotion_few_songs; keywords_few_songs"
    assert rows["u000"]["not_scored"] == "sentiment_no_words; emotion_no_vectors; keywords_none"
    assert [rows["t000"][name] for name in ("sentiment_mean", "sentiment_tool", "emotions", "emotion", "keywords")] == [
        None
    ] * 5


def test_a_song_with_both_goes_by_the_first_encoder_and_others_by_the_second() -> None:
    german = {f"g{number:03d}": f"Lied {number % 4}" for number in range(40)}
    made = tables(SONGS | german, near(SONGS), near(SONGS) | near(german), dict.fromkeys(german, "de"))
    made["embeddings_use"] = made["embeddings_use"].sort_by("sample_id")
    rows = trial.run(STAGE, made).rows(TABLE)
    assert {row["sample_id"][0]: row["emotion_tool"] for row in rows} == {
        "g": "use, sentences 1",
        "s": "minilm, sentences 1",
    }


def test_rows_are_the_same_however_the_work_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    made = tables(SONGS, near(SONGS), {})
    assert STAGE.cut is not None
    whole = trial.run(STAGE, made).tables[TABLE]
    for items in ("1", "1000"):
        monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", items)
        assert trial.run(STAGE, made).tables[TABLE] == whole


def test_what_is_held_out_changes_no_row_of_the_train_split() -> None:
    held_out = "s004"
    before, after = (
        trial.run(STAGE, tables(songs, vectors, {})).tables[TABLE]
        for songs, vectors in (
            (SONGS, near(SONGS)),
            (SONGS | {held_out: "quite other words"}, near(SONGS) | {held_out: {-1: [0, 0, 0, 0, 0, 5]}}),
        )
    )
    changed = [name for name, one, two in zip(SONGS, before.to_pylist(), after.to_pylist(), strict=True) if one != two]
    assert changed == [held_out]
    moved = unpacked(TABLE, after, "emotions")[4]
    assert EMOTIONS[int(moved.argmax())] == "hope"


def test_without_sentiment_the_lexicon_is_not_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lyric_sentiment, "PACKAGE", "no-such-library")
    with pytest.raises(SetupError, match="needs no-such-library"):
        STAGE.tools(STAGE.parameters())
    assert STAGE.tools(STAGE.parameters(sentiment=False)) == {}
    rows = trial.run(STAGE, tables(SONGS, {}, {}), sentiment=False).rows(TABLE)
    assert {row["sentiment_mean"] for row in rows} == {None}
    assert all("sentiment_off" in row["not_scored"] for row in rows)


def test_songs_without_words_are_refused() -> None:
    made = tables(SONGS, {}, {})
    with pytest.raises(IntegrityError, match="lyric_texts lacks song s059 of lyric_samples"):
        trial.run(STAGE, made | {"lyric_texts": made["lyric_texts"][:-1]})
