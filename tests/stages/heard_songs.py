"""Songs with audio as the stages that hear them read them, made up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from musicdata.music.formats import sound_files

Tables = dict[str, list[dict[str, Any]]]


def split_of(number: int) -> str:
    """Return the split of a song by its number: of six, one is of valid and one of test."""
    return {4: "valid", 5: "test"}.get(number % 6, "train")


def songs(
    ids: Sequence[str], *, tags: Mapping[str, str] | None = None, names: Mapping[str, str] | None = None
) -> Tables:
    """Return the tables of songs as they are before anybody heard them.

    Args:
        ids: of the songs, in order.
        tags: id → its tags, joined by " | ".
        names: id → what its file of audio is called.
    """
    texts = ("language", "group_id", "artist_group_id", "lyrics_sha256")
    samples = [
        {"sample_id": song_id, "split": split_of(number), "artist_split": split_of(number), "is_official_test": False}
        | dict.fromkeys(texts, song_id) | {"n_lines": 4, "n_words": 20, "n_interpretations": 1}
        for number, song_id in enumerate(ids)
    ]  # fmt: skip
    given = [
        {"song_id": song_id, "tags": (tags or {}).get(song_id), "audio_name": (names or {}).get(song_id)}
        | {"n_rows": 1, "n_other_lyrics": 0, "source": "made up"}
        for song_id in ids
    ]
    return {"interpretation_samples": samples, "interpreted_songs": given}


def audio(clips: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
    """Return rows of song_audio: id → clip, shape (240000,), in order of the ids."""
    return [
        {"sample_id": song_id, "split": split_of(number), "clip_seconds": 15.0, "kind": "sound"}
        | {"clip": {"bytes": sound_files.encode_flac(sound_files.quantised(clip), 16_000), "path": f"{song_id}.flac"}}
        | {"audio_sha256": f"{number:064x}", "audio_seconds": 15.0, "sample_rate_given": 16_000, "n_channels": 1}
        | {"level_dbfs": -20.0}
        for number, (song_id, clip) in enumerate(clips.items())
    ]
