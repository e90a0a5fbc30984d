"""Checks of songs with interpretations: nothing is found in sound tables, and each fault by the check that is for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from musicdata.checks import features, interpretation_audio, interpretation_copies, interpretations
from musicdata.definitions import contract, trial
from musicdata.music.formats import sound_files
from musicdata.stages.place.clean_interpretations import STAGE as CLEAN
from musicdata.stages.place.group_interpretations import STAGE as GROUP
from musicdata.stages.place.interpretation_lyrics import STAGE as LYRICS
from musicdata.stages.place.song_facts import STAGE as FACTS
from musicdata.stages.place.split_interpretations import STAGE as SPLIT
from musicdata.stages.place.variants import STAGE as VARIANTS
from tests.checks.test_lyric_checks import Memory, Tables, changed, less, other_split
from tests.stages import commented_songs as made
from tests.stages.commented_songs import thought
from tests.stages.lyric_songs import sha256, verses

CHECKS = (*interpretations.CHECKS, *interpretation_copies.CHECKS, *interpretation_audio.CHECKS)
NAMES = [f"s{n:02d}" for n in range(24)]
LATER = (GROUP, SPLIT, VARIANTS, LYRICS, FACTS)


def clip(name: str, rate_hz: int = 16_000, n_samples: int = 240_000, sounding: int = 240_000) -> dict[str, Any]:
    seed = int(name[1:])
    samples = np.zeros(n_samples, np.int16)
    samples[:sounding] = np.random.default_rng(seed).integers(-99, 100, min(sounding, n_samples))
    return {"bytes": sound_files.encode_flac(samples, rate_hz), "path": f"{name}.flac"}


def audio(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    facts = {"kind": "sound", "audio_sha256": "0" * 64, "audio_seconds": 30.0, "sample_rate_given": 16_000}
    return [
        {"sample_id": row["sample_id"], "split": row["split"], "clip": clip(row["sample_id"]), "clip_seconds": 15.0,
         "n_channels": 1, "level_dbfs": -40.0, **facts}
        for row in samples[:3]
    ]  # fmt: skip


def tokens(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"sample_id": row["sample_id"], "split": row["split"], "ear": "small 1", "weights_sha256": "0" * 16,
         "vector": np.full(640, number, np.float16)}
        for number, row in enumerate(samples[:3])
    ]  # fmt: skip


@pytest.fixture(scope="module")
def tables() -> Tables:
    """What the stages make of some songs, two of one artist each, every fifth one the source's test song."""
    comments = {
        name: [
            {"text": thought((name, n), 70), "votes": n - 1, "official_split": "test" if number % 5 == 0 else "train"}
            for n in range(3)
        ]
        for number, name in enumerate(NAMES)
    }
    artists = {name: f"Artist {number // 2}" for number, name in enumerate(NAMES)}
    titles = {name: f"Title {name}" for name in NAMES}
    tags = dict.fromkeys(NAMES, "tempo:slow@audio")
    held: dict[str, Any] = {**made.read(comments, artist=artists, title=titles, tags=tags)}
    for stage in (CLEAN, *LATER):
        held |= trial.run(stage, held).tables
    rows = held["interpretation_samples"].to_pylist()
    held |= {"song_audio": audio(rows), "music_tokens_small": tokens(rows)}
    return {name: trial._table(name, some) for name, some in held.items()}


class Knowing(Memory):
    """Tables in memory, with what the stages ran with."""

    def parameters(self, stage: str) -> dict[str, Any]:
        return {"split_interpretations": {"official": True}}.get(stage, {})


def findings(tables: Tables) -> list[str]:
    reader: Any = Knowing(tables)
    return [
        f"{check.name}: {message}" for check in CHECKS if check.runs_on(reader) for _, message in check.look(reader)
    ]


def released(tables: Tables) -> Tables:
    return {name: rows for name, rows in tables.items() if "sample_id" in rows.column_names}


def test_nothing_is_found_in_sound_tables(tables: Tables) -> None:
    assert findings(tables) == []
    whole: Any = Knowing(tables)
    assert all(check.runs_on(whole) for check in CHECKS)
    samples = tables["interpretation_samples"]
    assert set(samples.column("split").to_pylist()) == {"train", "valid", "test"}
    assert len(tables["interpretations"]) == 72
    assert findings(released(tables)) == []


def test_songs_need_no_audio_and_no_facts(tables: Tables) -> None:
    reader: Any = Knowing(tables)
    assert not [check.name for check in features.CHECKS if check.runs_on(reader)]


def test_texts_that_a_view_lacks_are_not_looked_at(tables: Tables) -> None:
    for name in ("interpretations", "interpretation_lyrics"):
        texts = tables[name]
        place = texts.column_names.index("text")
        hidden = pa.array([None if n % 2 else text for n, text in enumerate(texts.column("text").to_pylist())])
        assert findings(released(tables) | {name: texts.set_column(place, "text", hidden)}) == []


def test_a_release_from_which_songs_were_taken_is_sound(tables: Tables) -> None:
    gone = pa.array(["s00", "s05", "s11"])
    left = {
        name: rows.filter(pc.invert(pc.is_in(rows.column("sample_id"), gone)))
        for name, rows in released(tables).items()
    }
    assert findings(left) == []


def in_split(tables: Tables, table: str, split: str, number: int = 0) -> int:
    places = [n for n, one in enumerate(tables[table].column("split").to_pylist()) if one == split]
    return places[number]


def of_split(table: str, column: str, split: str, value: Any) -> Callable[[Tables], pa.Table]:
    """Change a value of the first row of a split."""
    return lambda tables: changed(table, column, in_split(tables, table, split), value)(tables)


def like_another(table: str, change: Callable[[str], str], n_words: int | None = None) -> Callable[[Tables], pa.Table]:
    """Give the first row of test nearly the text of the first of train."""

    def spoil(tables: Tables) -> pa.Table:
        text = tables[table].column("text")[in_split(tables, table, "train")].as_py()
        place = in_split(tables, table, "test")
        rows = changed(table, "text", place, change(text))(tables)
        return changed(table, "n_words", place, n_words)({table: rows}) if n_words else rows

    return spoil


def votes_of(tables: Tables, votes: int) -> int:
    rows = tables["interpretations"].to_pylist()
    return next(n for n, row in enumerate(rows) if row["split"] == "train" and row["votes"] == votes)


def of_votes(votes: int, column: str, value: Any) -> Callable[[Tables], pa.Table]:
    return lambda tables: changed("interpretations", column, votes_of(tables, votes), value)(tables)


def clips(**change: Any) -> Callable[[Tables], pa.Table]:
    return changed("song_audio", "clip", 1, clip("s01", **change))


def same_tokens(tables: Tables) -> pa.Table:
    rows = tables["music_tokens_small"].to_pylist()
    return trial._table("music_tokens_small", [row | {"vector": np.ones(640, np.float16)} for row in rows])


TEXTS, SAMPLES, SOUND, HEARD = "interpretations", "interpretation_samples", "song_audio", "music_tokens_small"
TORN, OFFICIAL, COUNTS, CALLED = (
    "no artist and no lyrics",
    "the source's test",
    "songs have their",
    "interpretations are called",
)
HASHED, READ, PLACED, NESTED, CLEANED = (
    "lyrics are those",
    "texts as read",
    "interpretations are as",
    "variants are",
    "cleaning takes",
)
LIKE_LYRICS, LIKE_TEXT, TOKENS, CLIPS = (
    "no lyrics are nearly",
    "no interpretation is nearly",
    "tokens are heard",
    "clips of songs",
)
FAULTS: dict[str, tuple[str, Callable[[Tables], pa.Table], str, str]] = {
    "artists torn": (SAMPLES, changed(SAMPLES, "artist_split", 2, other_split), TORN, "1 values of artist_group_id stand in several of artist_split"),
    "equal lyrics apart": (SAMPLES, lambda t: changed(SAMPLES, "lyrics_sha256", in_split(t, SAMPLES, "test"), sha256(verses(t[SAMPLES].column("sample_id")[in_split(t, SAMPLES, "train")])))(t), TORN, "1 values of lyrics_sha256 stand in several of split"),
    "official in train": (SAMPLES, changed(SAMPLES, "split", 5, "train"), OFFICIAL, "1 songs of the source's test split are not in test, e.g. s05"),
    "other in test": (SAMPLES, of_split(SAMPLES, "split", "valid", "test"), OFFICIAL, "1 songs are in test and not tied to the source's"),
    "lyrics of one less": ("interpretation_lyrics", less("interpretation_lyrics"), COUNTS, "1 songs have no row, e.g. s00"),
    "a comment less": (TEXTS, less(TEXTS), COUNTS, "1 songs have another number of interpretations than they say, e.g. s00 has 2 of 3"),
    "another text": (TEXTS, changed(TEXTS, "text", 4, lambda text: text + " more"), CALLED, "1 interpretations have another id than their text has"),
    "another length": (TEXTS, changed(TEXTS, "n_characters", 4, 7), CALLED, "1 interpretations have another length than their text"),
    "another count": (TEXTS, changed(TEXTS, "n_words", 4, 7), CALLED, "1 interpretations have another length than their text"),
    "other lyrics": ("interpretation_lyrics", changed("interpretation_lyrics", "text", 3, "else"), HASHED, "1 songs have other words than were hashed, e.g. s03"),
    "other lyrics read": ("interpreted_songs", changed("interpreted_songs", "lyrics", 3, "else"), READ, "1 songs have other words than were hashed, e.g. s03"),
    "another text read": ("raw_interpretations", changed("raw_interpretations", "text", 3, "else"), READ, "1 rows have other words than were hashed, e.g. s01"),
    "of no text": ("clean_interpretations", changed("clean_interpretations", "text_raw_sha256", 0, "0" * 64), READ, "1 interpretations are of no text that was read, e.g. one of s00"),
    "another raw hash": (TEXTS, changed(TEXTS, "text_raw_sha256", 0, "0" * 64), PLACED, "1 interpretations are not as they were cleaned"),
    "other votes": (TEXTS, changed(TEXTS, "votes", 0, 99), PLACED, "1 interpretations are not as they were cleaned"),
    "positive and negative": (TEXTS, of_votes(-1, "in_positive", True), NESTED, "1 are in_positive and not in_not_negative"),
    "not full": (TEXTS, of_votes(1, "in_full", False), NESTED, "1 are not in_full, which all are"),
    "another test": (TEXTS, of_split(TEXTS, "in_positive", "test", False), NESTED, "1 of valid and test are not in_positive: variants have one test"),
    "another valid": (TEXTS, of_split(TEXTS, "in_not_negative", "valid", None), NESTED, "1 of valid and test are not in_not_negative"),
    "residue": (TEXTS, changed(TEXTS, "text", 0, lambda text: text + "LinkNo Replies"), CLEANED, "there is still page_footer"),
    "residue of lyrics": ("interpretation_lyrics", changed("interpretation_lyrics", "text", 0, lambda text: text + "\n3Embed"), CLEANED, "sample_id s00: there is still embed"),
    "lyrics across splits": ("interpretation_lyrics", like_another("interpretation_lyrics", lambda text: text.upper() + "\nand more"), LIKE_LYRICS, "1 pairs of songs in different splits share lyrics"),
    "equal lyrics across splits": ("interpretation_lyrics", like_another("interpretation_lyrics", str.upper), LIKE_LYRICS, "1 pairs of songs"),
    "a comment across splits": (TEXTS, like_another(TEXTS, lambda text: "I say: " + text), LIKE_TEXT, "1 pairs of songs in different splits share an interpretation"),
    "endless tokens": (HEARD, changed(HEARD, "vector", 1, np.full(640, np.inf, np.float16)), TOKENS, "1 songs have tokens that are not finite"),
    "deaf": (HEARD, same_tokens, TOKENS, "all 3 songs have the same tokens"),
    "another ear": (HEARD, changed(HEARD, "weights_sha256", 1, "1" * 16), TOKENS, "tokens are by several ears"),
    "tokens without audio": (SOUND, less(SOUND), TOKENS, "1 songs have tokens and no audio, e.g. s00"),
    "another rate": (SOUND, clips(rate_hz=22_050), CLIPS, "sample s01: its clip has 240,000 samples at 22,050 Hz"),
    "another length of sound": (SOUND, clips(n_samples=100), CLIPS, "sample s01: its clip has 100 samples at 16,000 Hz"),
    "silence": (SOUND, clips(sounding=0), CLIPS, "sample s01: its clip is silent"),
    "no silence": (SOUND, changed(SOUND, "clip_seconds", 1, 3.0), CLIPS, "sample s01: its clip sounds after its end"),
    "no sound": (SOUND, changed(SOUND, "clip", 1, {"bytes": b"fLaC", "path": "s01.flac"}), CLIPS, "sample s01: its clip does not decode"),
    "another name": (SOUND, changed(SOUND, "clip", 1, {"bytes": b"fLaC", "path": "s02.flac"}), CLIPS, "sample s01: its file is called s02.flac"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, tables: Tables) -> None:
    table, spoil, check, message = FAULTS[fault]
    found = findings(tables | {table: spoil(tables)})
    assert any(text.startswith(check) and message in text for text in found), found


def test_what_is_tied_to_a_test_song_stays_in_test_where_that_song_is_dropped(tables: Tables) -> None:
    rows = [row for row in tables[SAMPLES].to_pylist() if row["sample_id"] != "s05"]
    groups = tables["interpretation_groups"].to_pylist()
    for group_id, n_found in (("s06", 1), ("s05", 0)):
        samples, songs = (
            [row | ({"group_id": group_id, **more} if row[key] == "s06" else {}) for row in some]
            for some, key, more in ((rows, "sample_id", {"split": "test"}), (groups, "song_id", {}))
        )
        spoilt = {SAMPLES: samples, "interpretation_groups": songs}
        held = tables | {name: trial._table(name, some) for name, some in spoilt.items()}
        assert sum(text.startswith(OFFICIAL) for text in findings(held)) == n_found


def test_short_texts_may_be_alike(tables: Tables) -> None:
    spoilt = {TEXTS: like_another(TEXTS, str.upper, n_words=24)(tables)}
    assert not [text for text in findings(tables | spoilt) if text.startswith(LIKE_TEXT)]


def test_where_the_source_told_no_votes_there_is_one_variant(tables: Tables) -> None:
    rows = [row | {"in_not_negative": None, "in_positive": None} for row in tables[TEXTS].to_pylist()]
    assert findings(tables | {TEXTS: trial._table(TEXTS, rows)}) == []
    assert contract.load(TEXTS).column("in_positive").nullable
