"""Facts of songs, as their tags state them."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.stages.place.song_facts import STAGE, facts_of
from tests.stages import commented_songs as made


def tables(tags: dict[str, str | None], splits: dict[str, str]) -> dict[str, Any]:
    songs = made.read({song: [] for song in tags}, tags=tags)["interpreted_songs"]
    return {"interpreted_songs": songs, "interpretation_samples": made.samples(splits)}


def test_facts_stand_beside_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    tags = {
        "a": "piano | rock | tempo:slow@audio | topic:the sea@lyrics",
        "b": None,
        "c": "mood:sad@both | mood:sad@both",
        "d": "tempo:fast@audio",
        "e": "rock",
    }
    held = tables(tags, {"a": "train", "b": "train", "c": "test", "e": "valid"})
    rows = trial.run(STAGE, held).rows("song_facts")
    assert [tuple(row.values()) for row in rows] == [
        ("a", "train", "tempo", "slow", "audio"),
        ("a", "train", "topic", "the sea", "lyrics"),
        ("c", "test", "mood", "sad", "both"),
    ]
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, held).rows("song_facts") == rows


def test_two_values_of_a_fact_are_none() -> None:
    result = trial.run(STAGE, tables({"a": "tempo:fast@audio | tempo:slow@audio | mood:sad@both"}, {"a": "train"}))
    assert [row["fact"] for row in result.rows("song_facts")] == ["mood"]
    assert [
        tuple(reject.__getattribute__(name) for name in ("key", "reason", "detail")) for reject in result.rejects
    ] == [("a/tempo", "several_values", "the tags say fast@audio, slow@audio")]


def test_songs_may_have_no_facts() -> None:
    assert STAGE.may_be_empty
    assert trial.run(STAGE, tables({"a": "rock"}, {"a": "train"})).rows("song_facts") == []


@pytest.mark.parametrize(
    "tag",
    [
        "tempo:slow",
        "slow@audio",
        "tempo:slow@nose",
        ":slow@audio",
        "tempo:@audio",
        "8:a@audio",
        "a:b:c@audio",
        "a:b@audio@audio",
        "a" * 41 + ":b@audio",
    ],
)
def test_what_is_written_otherwise_is_a_plain_tag(tag: str) -> None:
    assert facts_of(tag) == {}
