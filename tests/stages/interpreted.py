"""Tables of a few songs with interpretations, as the stages before the groups make them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from tests.stages.lyric_songs import verses

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Said = str | tuple[str, int | None]


def prose(seed: object, n_words: int = 60) -> str:
    """Return a comment of so many words, in one line."""
    return verses(("prose", seed), n_words).replace("\n\n", "\n").replace("\n", " ")


def interpretation_id(song_id: str, text: str) -> str:
    return hashlib.sha256(f"{song_id}\n{text}".encode()).hexdigest()[:16]


def tables(lyrics: Mapping[str, str], comments: Mapping[str, Sequence[Said]], **facts: Mapping[str, object]) -> Tables:
    """Return the tables that groups are made of.

    Args:
        lyrics: of each song.
        comments: on each song, with votes where they are known.
        facts: of each column of `interpreted_songs`, its values by song.
    """
    songs, words, said = [], [], []
    for song_id, text in sorted(lyrics.items()):
        own = {name: values.get(song_id) for name, values in facts.items()}
        songs.append({"song_id": song_id, "lyrics": text, "n_rows": 1, "n_other_lyrics": 0, "source": "made up", **own})
        n_lines, n_words = sum(bool(line) for line in text.split("\n")), len(text.split())
        words.append(
            {"song_id": song_id, "text": text, "text_sha256": sha256(text), "n_lines": n_lines, "n_words": n_words,
             "language": "en"}
        )  # fmt: skip
        for one in comments.get(song_id, ()):
            said.append(comment(song_id, *((one, None) if isinstance(one, str) else one)))
    return {"interpreted_songs": songs, "clean_song_lyrics": words, "clean_interpretations": said}


def comment(song_id: str, text: str, votes: int | None = None, **facts: object) -> Row:
    """Return a row of `clean_interpretations`."""
    return {
        "song_id": song_id, "interpretation_id": interpretation_id(song_id, text), "text": text,
        "text_raw_sha256": sha256(text), "votes": votes, "n_words": len(text.split()), "n_characters": len(text),
        "quotes_lyrics": 0.0, "language": "en", "n_removed": 0, **facts,
    }  # fmt: skip


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
