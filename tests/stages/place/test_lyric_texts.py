"""Words of songs beside their samples."""

from __future__ import annotations

from typing import Any

import pytest

from musicdata.definitions import trial
from musicdata.errors import IntegrityError
from musicdata.stages.place.lyric_texts import STAGE
from musicdata.stages.place.split_lyrics import STAGE as SPLIT
from tests.stages import lyric_songs as made

TEXTS = {"a": "one\ntwo\n\nthree", "b": "愛の歌", "c": "not placed", "d": "four"}


def tables(texts: dict[str, str]) -> dict[str, Any]:
    held = made.tables(texts)
    ids = [song_id for song_id in texts if song_id != "c"]
    held |= {"lyric_languages": made.languages(ids), "lyric_groups": made.groups(dict(zip(ids, ids, strict=True)))}
    return {**held, "lyric_samples": trial.run(SPLIT, held).rows("lyric_samples")}


def test_the_words_of_placed_songs_stand_beside_them(monkeypatch: pytest.MonkeyPatch) -> None:
    held = tables(TEXTS)
    rows = trial.run(STAGE, held).rows("lyric_texts")
    assert [(row["sample_id"], row["text"]) for row in rows] == [(name, TEXTS[name]) for name in "abd"]
    assert [row["split"] for row in rows] == [row["split"] for row in held["lyric_samples"]]
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, held).rows("lyric_texts") == rows


@pytest.mark.parametrize("change", ["gone", "other"])
def test_words_that_are_not_those_placed_are_told_of(change: str) -> None:
    held = tables(TEXTS)
    other = made.tables(
        {name: text for name, text in TEXTS.items() if name != "b"} | ({} if change == "gone" else {"b": "x"})
    )
    with pytest.raises(IntegrityError, match="the words of the songs from a to b are not those that were placed"):
        trial.run(STAGE, held | {"clean_lyrics": other["clean_lyrics"]})
