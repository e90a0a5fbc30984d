"""Tables of a few songs with comments on them, as the stages before the cleaning and before the samples make them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import Any

from tests.stages.lyric_songs import verses

Row = dict[str, Any]

_PROSE = (
    "the song is about a man who leaves his home and never comes back to those he loved because he thinks that they "
    "would not forgive what happened in that winter when everyone was afraid of losing their work and nobody said it "
    "aloud although each of them knew so the river stands for time and her letters are all that remains"
)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def comment_id(song_id: str, text: str) -> str:
    return sha256(f"{song_id}\n{text}")[:16]


def thought(seed: object, n_words: int = 60) -> str:
    """Return English prose that is made up, another one for each seed."""
    draw, words = random.Random(f"thought {seed}"), _PROSE.split()
    return " ".join(draw.choice(words) for _ in range(n_words)).capitalize() + "."


def read(comments: Mapping[str, Sequence[str | Row]], **facts: Mapping[str, object]) -> dict[str, list[Row]]:
    """Return `interpreted_songs` and `raw_interpretations`.

    Args:
        comments: song → its comments, as texts or as rows with a text.
        facts: column of the songs → values by song; lyrics are made up unless they are given.
    """
    songs, raw = [], []
    for song_id, some in sorted(comments.items()):
        own = {"lyrics": verses(song_id)} | {
            name: values[song_id] for name, values in facts.items() if song_id in values
        }
        lyrics = own["lyrics"]
        songs.append(
            {
                "song_id": song_id, "n_rows": max(1, len(some)), "n_other_lyrics": 0, "source": "songs.jsonl",
                "lyrics_sha256": sha256(str(lyrics)) if lyrics is not None else None, **own,
            }
        )  # fmt: skip
        for number, one in enumerate(some):
            row = {"text": one} if isinstance(one, str) else one
            raw.append(
                {
                    "song_id": song_id, "row": number, "text_sha256": sha256(row["text"]), "source_row": number + 1,
                    "source": "songs.jsonl", **row,
                }
            )  # fmt: skip
    return {"interpreted_songs": songs, "raw_interpretations": raw}


def cleaned(comments: Mapping[str, Sequence[str | Row]]) -> dict[str, list[Row]]:
    """Return `clean_song_lyrics` and `clean_interpretations` of comments that nothing is taken out of."""
    songs, clean = [], []
    for song_id, some in sorted(comments.items()):
        lyrics = verses(song_id)
        songs.append(
            {
                "song_id": song_id, "text": lyrics, "text_sha256": sha256(lyrics), "n_lines": 20, "n_words": 120,
                "language": "en",
            }
        )  # fmt: skip
        for one in some:
            row = {"text": one} if isinstance(one, str) else one
            text = row["text"]
            clean.append(
                {
                    "song_id": song_id, "interpretation_id": comment_id(song_id, text),
                    "text_raw_sha256": sha256(text), "n_words": len(text.split()), "n_characters": len(text),
                    "quotes_lyrics": 0.0, "language": "en", "n_removed": 0, **row,
                }
            )  # fmt: skip
    clean.sort(key=lambda row: (row["song_id"], row["interpretation_id"]))
    return {"clean_song_lyrics": songs, "clean_interpretations": clean}


def copies(clean: Sequence[Row], dropped: Sequence[str] = (), n_copies: int = 1) -> list[Row]:
    """Return `interpretation_copies` of comments, of which those with these ids are copies that are not kept."""
    return [
        {
            "song_id": row["song_id"], "interpretation_id": row["interpretation_id"], "n_copies": n_copies,
            "copy_group_id": row["interpretation_id"], "is_kept": row["interpretation_id"] not in dropped, "n_songs": 1,
        }
        for row in clean
    ]  # fmt: skip


def samples(splits: Mapping[str, str], counts: Mapping[str, int] | None = None) -> list[Row]:
    """Return `interpretation_samples`, given the split of each song and how many of its comments are kept."""
    return [
        {
            "sample_id": song_id, "split": split, "artist_split": split, "is_official_test": False, "language": "en",
            "group_id": song_id, "artist_group_id": song_id, "n_lines": 20, "n_words": 120,
            "n_interpretations": (counts or {}).get(song_id, 1), "lyrics_sha256": sha256(verses(song_id)),
        }
        for song_id, split in sorted(splits.items())
    ]  # fmt: skip
