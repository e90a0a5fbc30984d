"""Songs placed in three schemes, and the tenth that is held out of the index."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.stages.place.split_lyrics import STAGE, SplitLyrics, remark
from tests.stages import lyric_songs as made

IDS = [f"{n:04d}" for n in range(900)]
TEXT_GROUPS = {song_id: IDS[int(song_id) // 3 * 3] for song_id in IDS}  # three songs with the same words
GROUPS = {song_id: IDS[int(song_id) // 6 * 6] for song_id in IDS}
ARTISTS = {song_id: IDS[int(song_id) // 12 * 12] for song_id in IDS}


@pytest.fixture(scope="module", autouse=True)
def few_shards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_SHARD_ITEMS", "400")
        yield


@pytest.fixture(scope="module")
def tables() -> dict[str, Any]:
    texts = {song_id: f"words of {TEXT_GROUPS[song_id]}" for song_id in IDS}
    facts: dict[str, dict[str, object]] = {
        "artist": {"0001": "A"},
        "year": {"0001": 1990},
        "genre": {"0001": "Folk"},
        "work_id": {"0001": "w"},
    }
    return {
        **made.tables(texts, title=dict.fromkeys(IDS, "T"), **facts),
        "lyric_languages": made.languages(IDS),
        "lyric_groups": made.groups(TEXT_GROUPS, group_id=GROUPS, artist_group_id=ARTISTS),
    }


@pytest.fixture(scope="module")
def samples(tables: dict[str, Any]) -> list[dict[str, Any]]:
    return trial.run(STAGE, tables).rows("lyric_samples")


def torn(samples: list[dict[str, Any]], scheme: str, groups: str) -> int:
    """Count the groups that a scheme has in several splits."""
    splits = defaultdict(set)
    for row in samples:
        splits[row[groups]].add(row[scheme])
    return sum(len(some) > 1 for some in splits.values())


def test_a_sample_has_what_the_tables_before_it_say(tables: dict[str, Any], samples: list[dict[str, Any]]) -> None:
    assert [row["sample_id"] for row in samples] == IDS
    row, song = samples[1], tables["song_texts"][1]
    assert (row["artist"], row["title"], row["genre"], row["year"], row["work_id"]) == ("A", "T", "Folk", 1990, "w")
    assert (row["text_group_id"], row["group_id"], row["artist_group_id"]) == ("0000", "0000", "0000")
    assert (row["language"], row["language_given"], row["languages_agree"]) == ("en", None, None)
    assert (row["text_sha256"], row["source_text_sha256"]) == (made.sha256("words of 0000"), song["text_sha256"])
    assert (row["n_lines"], row["n_words"], row["lines_lost"]) == (1, 3, False)


def test_each_scheme_keeps_together_what_it_says(samples: list[dict[str, Any]]) -> None:
    assert torn(samples, "split", "group_id") == torn(samples, "split", "text_group_id") == 0
    assert torn(samples, "artist_split", "artist_group_id") == torn(samples, "artist_split", "group_id") == 0
    assert torn(samples, "split", "artist_group_id") > 20
    assert torn(samples, "random_split", "text_group_id") > 100
    for scheme in ("split", "artist_split", "random_split"):
        counts = Counter(row[scheme] for row in samples)
        assert 500 < counts["train"] < 760, scheme
        assert min(counts["valid"], counts["test"]) > 60, scheme


def test_a_tenth_of_the_text_groups_of_valid_and_test_is_held_out(tables: dict[str, Any]) -> None:
    wide = trial.run(STAGE, tables, held_out=0.5, split={"train": 0, "valid": 0.5, "test": 0.5}).rows("lyric_samples")
    assert 380 < sum(row["is_held_out"] for row in wide) < 520
    assert torn(wide, "is_held_out", "text_group_id") == 0
    rows = trial.run(STAGE, tables).rows("lyric_samples")
    assert {row["split"] for row in rows if row["is_held_out"]} == {"valid", "test"}
    assert {row["sample_id"] for row in rows if row["is_held_out"]} <= {
        row["sample_id"] for row in wide if row["is_held_out"]
    }
    assert not any(r["is_held_out"] for r in trial.run(STAGE, tables, held_out=0).rows("lyric_samples"))


def test_rows_depend_neither_on_shards_nor_on_other_songs(
    tables: dict[str, Any], samples: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "50")
    assert trial.run(STAGE, tables).rows("lyric_samples") == samples
    fewer = {name: [row for row in rows if row["song_id"] >= "0300"] for name, rows in tables.items()}
    assert trial.run(STAGE, fewer).rows("lyric_samples") == samples[300:]
    others = trial.run(STAGE, tables, split={"seed": 1}).rows("lyric_samples")
    assert sum(a["split"] != b["split"] for a, b in zip(others, samples, strict=True)) > 200


def test_artists_may_decide_and_songs_alone_may_not(tables: dict[str, Any]) -> None:
    rows = trial.run(STAGE, tables, split={"by": "artist_group_id"}).rows("lyric_samples")
    assert all(row["split"] == row["artist_split"] for row in rows)
    with pytest.raises(ValidationError, match='have no sample_id; expected by = "group_id" or by = "artist_group_id"'):
        SplitLyrics.model_validate({"split": {"by": "sample_id"}})


@pytest.mark.parametrize("table", ["song_texts", "clean_lyrics", "lyric_languages"])
def test_a_table_that_lacks_a_song_is_told_of(table: str, tables: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=f"{table} lacks 1 songs that were grouped, e.g. 0007"):
        trial.run(STAGE, tables | {table: [row for row in tables[table] if row["song_id"] != "0007"]})


def test_the_remark_tells_what_placing_one_by_one_gives_away(samples: list[dict[str, Any]]) -> None:
    inputs = trial._Inputs({"lyric_samples": trial._table("lyric_samples", samples)})
    told = remark(SplitLyrics(), inputs)
    known = {row["text_group_id"] for row in samples if row["random_split"] == "train"}
    tested = [row["text_group_id"] for row in samples if row["random_split"] == "test"]
    n_known = sum(group in known for group in tested)
    assert told.facts["test_words_in_train_at_random"] == n_known > 60
    assert told.facts["split"] == Counter(row["split"] for row in samples)
    assert told.text == f"placed one by one, {n_known} songs of test would have words that are in train too"
