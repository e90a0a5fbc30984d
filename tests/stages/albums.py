"""Tables of a few albums, as the stages before the match make them: reviews, recordings, documents in numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from musicdata.definitions import contract
from musicdata.music.features import acousticbrainz

Row = dict[str, Any]


def albums(*names: str, **facts: object) -> list[Row]:
    """Return rows of `albums`."""
    return [{"album_id": name, "n_songs": 1, "n_reviews": 1, **facts} for name in names]


def groups(*names: str, artists: Mapping[str, str] | None = None) -> list[Row]:
    """Return rows of `album_groups`: each album by itself, unless its artists are given."""
    artists = artists or {}
    return [
        {"album_id": n, "group_id": f"g{n}", "group_size": 1, "artist_group_id": artists.get(n, f"a{n}"),
         "artist_group_size": 1}
        for n in names
    ]  # fmt: skip


def reviews(texts: Mapping[str, Sequence[str]]) -> list[Row]:
    """Return rows of `reviews`, given the texts of each album."""
    return [
        {"album_id": album, "review_index": index, "text": text, "rating": 4.0, "n_words": len(text.split()),
         "text_sha256": hashlib.sha256(text.encode()).hexdigest()}
        for album, some in sorted(texts.items())
        for index, text in enumerate(some)
    ]  # fmt: skip


def recordings(tracks: Mapping[str, Sequence[str | tuple[str, str]]]) -> list[Row]:
    """Return rows of `recordings`, given the tracks of each album: an id, or that and the one it was merged from."""
    rows = []
    for album, some in sorted(tracks.items()):
        for index, track in enumerate(some):
            recording, given = (track, track) if isinstance(track, str) else track
            row = {"album_id": album, "track_index": index, "recording_id": recording, "recording_id_given": given}
            rows.append(row | {"from_what": "songs"})
    return rows


def lowlevel(keys: Iterable[tuple[str, str, int]], missing: Mapping[int, Sequence[str]] | None = None) -> pa.Table:
    """Return rows of `acousticbrainz_lowlevel` with numbers of their own, given archive, recording and submission.

    Args:
        keys: of the documents, in order.
        missing: number of a row → columns that it does not have.
    """
    rows = []
    for number, (archive, recording_id, submission) in enumerate(keys):
        gone = (missing or {}).get(number, ())
        vector = numbers(archive, recording_id, submission)
        row: Row = {"archive": archive, "recording_id": recording_id, "submission": submission, "length_s": 200.0}
        for leaf in acousticbrainz.NUMBERS:
            values = vector[leaf.span].tolist()
            row[leaf.column] = None if leaf.column in gone else values if leaf.shape else values[0]
        rows.append(row | {"n_missing": len(gone)})
    return table("acousticbrainz_lowlevel", rows)


def numbers(archive: str, recording_id: str, submission: int) -> np.ndarray:
    """Return all numbers of a document, shape (2647,)."""
    digest = hashlib.sha256(f"{archive} {recording_id} {submission}".encode()).digest()
    made: np.ndarray = np.random.default_rng(list(digest)).random(acousticbrainz.N_NUMBERS).astype(np.float32)
    return made + np.float32(0.5)


def highlevel(keys: Iterable[tuple[str, str, int]]) -> list[Row]:
    """Return rows of `acousticbrainz_highlevel` without a word on any model."""
    return [dict(zip(("archive", "recording_id", "submission"), key, strict=True)) for key in keys]


def table(name: str, rows: Sequence[Row]) -> pa.Table:
    """Return rows as a table; columns that they do not have are empty."""
    one = contract.load(name)
    columns = {column.name: [row.get(column.name) for row in rows] for column in one.columns}
    return one.table(pa.table(columns, schema=one.arrow_schema()))


def reviewed(texts: Mapping[str, Sequence[str]], held_out: str = "") -> dict[str, list[Row]]:
    """Return rows of `reviews` and `review_matches` of albums, all of the train split but those held out."""
    rows = reviews(texts)
    matches = [
        {**row, "sample_id": row["album_id"], "split": "test" if row["album_id"] in held_out else "train"}
        for row in rows
    ]
    return {"reviews": rows, "review_matches": matches}


def with_text(tables: Mapping[str, list[Row]], album: str, index: int, text: str) -> dict[str, list[Row]]:
    """Return the rows with another text of one review."""
    facts = reviews({album: [text]})[0]
    facts = {name: facts[name] for name in ("text", "n_words", "text_sha256")}
    return {
        name: [row | facts if (row["album_id"], row["review_index"]) == (album, index) else row for row in rows]
        for name, rows in tables.items()
    }
