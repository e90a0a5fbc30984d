"""Stages that make albums, reviews and documents of any number out of nothing, for benchmarks: a plug-in of a recipe.

Their sizes are the paper's (Oramas et al. 2016; 343,882 feature rows after the extension to every song). Numbers of
documents are normal draws, which no compression makes smaller; words follow Zipf's law.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions.arrow import vectors
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.features import acousticbrainz

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Inputs

_ALBUMS_A_SHARD = 4096
_DOCUMENTS_AT_ONCE = 2000
_WORDS = 50_000
_SYLLABLES = ("ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "wo", "zu", "ry")


class Made(Parameters):
    """How much is made.

    Attributes:
        albums: of which each has a review at least.
        mapped: albums whose recordings are known.
        reviews: of all albums.
        documents: low-level ones, each of a recording of its own; one recording in ten has none.
        archives: they are spread over.
        review_words: words of a review, on the average.
    """

    albums: int = Field(65_566, ge=1)
    mapped: int = Field(28_053, ge=1)
    reviews: int = Field(263_525, ge=1)
    documents: int = Field(343_882, ge=1)
    archives: int = Field(30, ge=1)
    review_words: int = Field(200, ge=1)


def _album(number: int) -> str:
    return f"B{number:09d}"


def _recording(number: int) -> str:
    """Return an id that tells nothing of the album."""
    digest = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:]))


def _n_reviews(made: Made, number: int) -> int:
    """Return how many reviews an album has: a few have many."""
    most = made.reviews - made.albums
    share = (number % 100 + 1) ** 2 / 338_350  # Σ k², k ≤ 100
    return 1 + round(share * most * 100 / made.albums)


def _songs(made: Made, album: int) -> range:
    """Return the numbers of an album's recordings."""
    n = round(made.documents / 0.9)
    return range(album * n // made.mapped, (album + 1) * n // made.mapped) if album < made.mapped else range(0)


def cut_albums(made: Made, _inputs: Inputs) -> Iterator[Shard]:
    """Yield shards of albums."""
    for start in range(0, made.albums, _ALBUMS_A_SHARD):
        stop = min(start + _ALBUMS_A_SHARD, made.albums)
        yield Shard(_album(start), _album(stop - 1), stop - start, "made", (str(start), str(stop)))


def run_albums(made: Made, task: Task) -> None:
    """Make albums, their groups, recordings and reviews."""
    start, stop = map(int, task.shard.items)
    rng, words = np.random.default_rng(start), _vocabulary()
    odds = 1 / np.arange(1, _WORDS + 1)
    odds /= odds.sum()
    for number in range(start, stop):
        album, n = _album(number), _n_reviews(made, number)
        songs = _songs(made, number)
        _write(
            task,
            "albums",
            [{"album_id": album, "root_genre": "Jazz", "sales_rank": number, "n_songs": len(songs), "n_reviews": n}],
        )
        group = {"album_id": album, "group_id": album, "group_size": 1, "artist_group_size": 3}
        _write(task, "album_groups", [group | {"artist_group_id": _album(number // 3)}])
        tracks = [
            {"album_id": album, "track_index": k, "recording_id": _recording(song), "from_what": "songs"}
            for k, song in enumerate(songs)
        ]
        _write(task, "recordings", tracks)
        lengths = rng.poisson(made.review_words, n) + 1
        drawn = rng.choice(_WORDS, int(lengths.sum()), p=odds)
        texts = [" ".join(words[some]) for some in np.split(drawn, np.cumsum(lengths)[:-1])]
        _write(task, "reviews", [_review(album, k, text, int(lengths[k])) for k, text in enumerate(texts)])


def _review(album: str, index: int, text: str, n_words: int) -> dict[str, object]:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    return {
        "album_id": album,
        "review_index": index,
        "text": text,
        "rating": 4.0,
        "n_words": n_words,
        "text_sha256": sha256,
    }


def _vocabulary() -> np.ndarray:
    words = ["".join(_SYLLABLES[n >> shift & 15] for shift in (12, 8, 4, 0)) for n in range(_WORDS)]
    return np.array(words, object)


def _write(task: Task, table: str, rows: list[dict[str, object]]) -> None:
    if rows:
        task.sink.write(table, {c.name: [row.get(c.name) for row in rows] for c in contracts.load(table).columns})


def cut_documents(made: Made, _inputs: Inputs) -> Iterator[Shard]:
    """Yield a shard for each archive."""
    for archive in range(made.archives):
        name = f"archive-{archive:02d}"
        yield Shard(name, name, made.documents // made.archives, "made", (str(archive),))


def run_documents(made: Made, task: Task) -> None:
    """Make the documents of an archive, in order of their recordings."""
    archive = int(task.shard.items[0])
    n = round(made.documents / 0.9)
    ids = sorted(_recording(song) for song in range(n) if song % 10 and song // 10 % made.archives == archive)
    rng = np.random.default_rng(archive)
    for start in range(0, len(ids), _DOCUMENTS_AT_ONCE):
        some = ids[start : start + _DOCUMENTS_AT_ONCE]
        key: dict[str, list[Any]] = {
            "archive": [task.shard.first] * len(some),
            "recording_id": some,
            "submission": [0] * len(some),
        }
        task.sink.write("acousticbrainz_lowlevel", _documents(rng, key))
        contract = contracts.load("acousticbrainz_highlevel")
        empty: dict[str, list[Any]] = {column.name: [None] * len(some) for column in contract.columns}
        task.sink.write("acousticbrainz_highlevel", pa.table({**empty, **key}, schema=contract.arrow_schema()))


def _documents(rng: np.random.Generator, key: dict[str, list[Any]]) -> pa.Table:
    schema, n = contracts.load("acousticbrainz_lowlevel").arrow_schema(), len(key["archive"])
    columns: dict[str, Values] = {name: pa.array(values, schema.field(name).type) for name, values in key.items()}
    for leaf in acousticbrainz.NUMBERS:
        numbers = rng.standard_normal(n * leaf.size, np.float32)
        kind = schema.field(leaf.column).type
        columns[leaf.column] = vectors(pa.array(numbers), kind) if leaf.shape else pa.array(numbers)
    columns |= {"length_s": pa.array(np.full(n, 200.0)), "n_missing": pa.array(np.zeros(n, np.int32))}
    for field in schema:
        columns.setdefault(field.name, pa.nulls(n, field.type))
    return pa.table([columns[name] for name in schema.names], schema=schema)


ALBUMS = Stage(
    "made_albums", 1, "makes albums", (), ("albums", "album_groups", "recordings", "reviews"), Made, run_albums, cut_albums
)  # fmt: skip
DOCUMENTS = Stage(
    "made_documents", 1, "makes documents", (), ("acousticbrainz_lowlevel", "acousticbrainz_highlevel"), Made,
    run_documents, cut_documents,
)  # fmt: skip
STAGES = (ALBUMS, DOCUMENTS)
