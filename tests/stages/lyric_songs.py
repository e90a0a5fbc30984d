"""Tables of a few songs with words, as the stages before the groups make them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import Any

Row = dict[str, Any]
Tables = dict[str, list[Row]]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def verses(seed: object, n_words: int = 120) -> str:
    """Return made-up words in lines of six and stanzas of four."""
    draw = random.Random(f"verses {seed}")
    words = ["".join(draw.choices("abcdefghiklmnoprstuvw", k=draw.randint(2, 9))) for _ in range(n_words)]
    lines = [" ".join(words[start : start + 6]) for start in range(0, n_words, 6)]
    return "\n\n".join("\n".join(lines[start : start + 4]) for start in range(0, len(lines), 4))


def tables(texts: Mapping[str, str], **facts: Mapping[str, object]) -> Tables:
    """Return `song_texts` and `clean_lyrics`, given the words of each song, and of each column its values by song."""
    songs, clean = [], []
    for row, (song_id, text) in enumerate(sorted(texts.items()), 1):
        own = {name: values.get(song_id) for name, values in facts.items()}
        songs.append(
            {
                "song_id": song_id,
                "text": text,
                "text_sha256": sha256(text),
                "source": "songs.csv",
                "source_row": row,
                **own,
            }
        )
        n_lines = max(1, sum(bool(line) for line in text.split("\n")))
        clean.append(
            {"song_id": song_id, "text": text, "text_sha256": "not looked at", "n_lines": n_lines, "lines_lost": False,
             "n_words": max(1, len(text.split())), "n_removed": 0}
        )  # fmt: skip
    return {"song_texts": songs, "clean_lyrics": clean}


def languages(song_ids: Sequence[str], language: str = "en") -> list[Row]:
    """Return rows of `lyric_languages`."""
    return [
        {"song_id": song_id, "language": language, "language_from": "words", "language_detected": language,
         "language_score": 0.9, "language_tool": "test", "script": "Latn"}
        for song_id in sorted(song_ids)
    ]  # fmt: skip


def groups(text_groups: Mapping[str, str], **others: Mapping[str, str]) -> list[Row]:
    """Return rows of `lyric_groups`, given the text group of each song, and other groups where they are larger."""
    rows = []
    for song_id, text_group in sorted(text_groups.items()):
        group_id = others.get("group_id", {}).get(song_id, text_group)
        artist_group_id = others.get("artist_group_id", {}).get(song_id, group_id)
        named = {"text_group": text_group, "group": group_id, "artist_group": artist_group_id}
        columns = {f"{name}_id": value for name, value in named.items()} | {f"{name}_size": 1 for name in named}
        rows.append({"song_id": song_id, **columns})
    return rows
