"""Which document of AcousticBrainz stands for each recording, and which songs of an album have one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Values

    Numbers = NDArray[np.int64]

KEY = ("archive", "recording_id", "submission")
_ORDER = ("recording_id", "submission", "archive")


@dataclass(frozen=True, slots=True)
class Documents:
    """The document that stands for each recording: that of its lowest submission which is whole.

    Attributes:
        chosen: its key, one row a recording.
        n_submissions: whole submissions of each recording.
        has_highlevel: whether the chosen submission has a high-level document.
    """

    chosen: pa.Table
    n_submissions: Numbers
    has_highlevel: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Songs:
    """The recordings of albums that have a document, each once an album, in order of the albums and their tracks.

    Attributes:
        album: number of each song's album.
        track_index: of the first track that has it.
        document: its row among the chosen documents.
        n_songs: different recordings of each album.
        n_lacking: tracks of each album whose recording has no document.
    """

    album: Numbers
    track_index: Numbers
    document: Numbers
    n_songs: Numbers
    n_lacking: Numbers

    def index(self) -> Numbers:
        """Return the place of each song among those of its album, counted from 0."""
        first = np.searchsorted(self.album, self.album)
        return np.arange(len(self.album)) - first


def choose(whole: pa.Table, highlevel: pa.Table) -> Documents:
    """Choose a document for each recording.

    Args:
        whole: keys of the low-level documents that may be chosen.
        highlevel: recording_id and submission of the high-level ones; their archives have other names.
    """
    rows = whole.select(list(KEY)).sort_by([(name, "ascending") for name in _ORDER]).combine_chunks()
    is_first = _begins(rows.column("recording_id"))
    is_new = is_first | _begins(rows.column("submission"))
    first = np.flatnonzero(is_first)
    n_submissions = np.add.reduceat(is_new.astype(np.int64), first) if len(first) else np.zeros(0, np.int64)
    chosen = rows.take(first)
    has_highlevel = np.asarray(pc.is_in(_named(chosen), _named(highlevel)), bool)
    return Documents(chosen, n_submissions, has_highlevel)


def match(recordings: pa.Table, albums: Values, documents: Documents) -> Songs:
    """Match the tracks of albums with documents.

    A recording may be on several albums, and belongs to each. One that AcousticBrainz does not have is looked for under
    the id it was merged from.

    Args:
        recordings: album_id, track_index, recording_id and recording_id_given, in order of the first two.
        albums: ids of the albums, in order.
        documents: of the recordings.
    """
    known = documents.chosen.column("recording_id").combine_chunks()
    place: Any = pc.coalesce(
        pc.index_in(recordings.column("recording_id"), known),
        pc.index_in(recordings.column("recording_id_given"), known),
        pa.scalar(-1, pa.int32()),
    )
    document, album = _numbers(place), _numbers(pc.index_in(recordings.column("album_id"), albums))
    encoded: Any = pc.dictionary_encode(recordings.column("recording_id").combine_chunks())
    named = _numbers(encoded.indices)
    has = np.flatnonzero(document >= 0)
    found = has[_first_of_each(album[has], document[has])]
    different = _first_of_each(album, named)
    return Songs(
        album[found],
        _numbers(recordings.column("track_index"))[found],
        document[found],
        np.bincount(album[different], minlength=len(albums)),
        np.bincount(album[document < 0], minlength=len(albums)),
    )


def _begins(values: Values) -> NDArray[np.bool_]:
    """Say of each value whether it differs from the one before it."""
    begins = np.ones(len(values), bool)
    if len(values) > 1:
        begins[1:] = np.asarray(pc.not_equal(values[1:], values[:-1]), bool)
    return begins


def _named(documents: pa.Table) -> Values:
    """Return recording and submission of each document as one text."""
    parts: list[Any] = [documents.column("recording_id"), documents.column("submission").cast(pa.string()), " "]
    joined: Values = pc.binary_join_element_wise(*parts)
    return joined


def _numbers(values: Values) -> Numbers:
    numbers: Numbers = values.to_numpy().astype(np.int64)
    return numbers


def _first_of_each(one: Numbers, other: Numbers) -> Numbers:
    """Return the rows, in order, in which a pair of numbers stands for the first time."""
    if not len(one):
        return np.zeros(0, np.int64)
    first: Numbers = np.unique(one * (other.max() + 1) + other, return_index=True)[1]
    return np.sort(first)
