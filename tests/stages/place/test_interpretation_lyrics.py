"""Words of songs beside their samples."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.stages.place.interpretation_lyrics import STAGE
from tests.stages import commented_songs as made
from tests.stages.lyric_songs import verses

SPLITS = {"a": "train", "b": "test", "d": "valid"}


def tables(songs: str = "abcd") -> dict[str, Any]:
    clean = made.cleaned({song: [] for song in songs})["clean_song_lyrics"]
    return {"clean_song_lyrics": clean, "interpretation_samples": made.samples(SPLITS)}


def test_the_words_of_placed_songs_stand_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = trial.run(STAGE, tables()).rows("interpretation_lyrics")
    assert rows == [{"sample_id": song, "split": split, "text": verses(song)} for song, split in SPLITS.items()]
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, tables()).rows("interpretation_lyrics") == rows


@pytest.mark.parametrize("change", ["gone", "other"])
def test_words_that_are_not_those_placed_are_told_of(change: str) -> None:
    held = tables("acd") if change == "gone" else tables()
    if change == "other":
        held["clean_song_lyrics"][1]["text"] = "else"
    with pytest.raises(IntegrityError, match=r"the words of the songs from a to \w are not those that were placed"):
        trial.run(STAGE, held)
