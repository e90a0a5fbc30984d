"""An index in a folder: one .npy file an array, which is searched where it lies, and a head that says what it is.

The head holds the digest of the tables that the index was made of, so that an index older than its tables is told. It
is emptied first and written last: a folder that a killed process left has no index. The songs' words lie in it too: the
folder belongs where the tables are, and nowhere that they may not go.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import IntegrityError
from musicdata.system import files, paths
from musicdata_baselines.errors import IndexFileError
from musicdata_baselines.search.bm25 import Bm25Search
from musicdata_baselines.search.corpus import SectionTable, Songs, Vectors
from musicdata_baselines.search.dense import DenseSearch
from musicdata_baselines.search.hybrid import HybridSearch
from musicdata_baselines.search.postings import Counts
from musicdata_baselines.search.strings import StringTable
from musicdata_baselines.search.tfidf import TfidfSearch
from musicdata_baselines.search.vocabulary import Vocabulary
from musicdata_baselines.search.whole_song import WholeSongCosine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata_baselines.search.dense import QueryEncoder
    from musicdata_baselines.search.estimator import SongSearch

    Encoders = Mapping[str, QueryEncoder | Callable[[], QueryEncoder]]

HEAD = "index.json"
FORMAT = 3
_KINDS: dict[str, type[SongSearch[Any]]] = {
    kind.__name__: kind for kind in (Bm25Search, TfidfSearch, DenseSearch, WholeSongCosine, HybridSearch)
}
_TEXTS = ("ids", "texts", "titles", "artists", "genres", "languages")
_SECTIONS = ("song", "index", "first_line", "n_lines")
_COUNTS = tuple(field.name for field in fields(Counts))[1:]


def save_index(search: SongSearch[Any], folder: Path, digest: str) -> None:
    """Write a fitted search and its songs into a folder; what it held before is replaced.

    Args:
        search: fitted.
        folder: made if there is none; one process at a time writes it.
        digest: of the tables that the songs come from.

    Raises:
        StorageError: it cannot be written.
    """
    songs = search.songs_
    arrays = _song_arrays(songs) | {f"search.{name}": array for name, array in search.arrays().items()}
    head = {
        "format": FORMAT,
        "digest": digest,
        "search": _describe(search),
        "weights": {name: vectors.weights_sha256 for name, vectors in songs.vectors.items()},
        "arrays": {name: {"type": array.dtype.str, "shape": list(array.shape)} for name, array in arrays.items()},
    }
    with files.storage_faults(folder, sum(array.nbytes for array in arrays.values())):
        paths.create_inside(folder, HEAD).close()
        for name, array in arrays.items():
            with paths.create_inside(folder, f"{name}.npy") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
                files.sync(file)
    data = json.dumps(head, indent=1, sort_keys=True).encode()
    files.write_whole(folder / HEAD, data, folder / f"{HEAD}.new")


def open_index(folder: Path, digest: str, encoders: Encoders | None = None) -> SongSearch[Any]:
    """Open a saved search with its songs; what it needs of them is read as it is needed.

    Args:
        folder: that `save_index` wrote.
        digest: of the tables as they are now.
        encoders: by name, those of the vectors that are searched; or what opens one, once a query needs it.

    Raises:
        IndexFileError: there is no index, it is damaged, or older than the tables, or an encoder is missing.
    """
    head = _read_head(folder)
    if head["digest"] != digest:
        raise IndexFileError(
            f"the index in {folder} is older than its tables (made of {str(head['digest'])[:12]}, they are "
            f"{digest[:12]} now); make it anew"
        )
    try:
        arrays = {name: _open_array(folder, name, facts) for name, facts in head["arrays"].items()}
        search = _build(head["search"], encoders or {})
        mine = {name.removeprefix("search."): a for name, a in arrays.items() if name.startswith("search.")}
        return search.restore(_restore_songs(arrays, head["weights"]), mine)
    except (KeyError, TypeError, ValueError, AttributeError, OSError, IntegrityError) as error:
        raise _damaged(folder, error) from error


def _damaged(folder: Path, error: Exception) -> IndexFileError:
    return IndexFileError(f"the index in {folder} is damaged ({type(error).__name__}: {error}); make it anew")


def _read_head(folder: Path) -> dict[str, Any]:
    try:
        data = paths.read_inside(folder, HEAD)
    except (FileNotFoundError, NotADirectoryError):
        data = b""
    except (OSError, IntegrityError) as error:
        raise _damaged(folder, error) from error
    if not data:
        raise IndexFileError(f"there is no index in {folder}, or one that was not written to its end; make it anew")
    try:
        head = json.loads(data)
        if head["format"] != FORMAT:
            raise IndexFileError(f"the index in {folder} has format {head['format']}, expected {FORMAT}; make it anew")
        return {name: head[name] for name in ("digest", "search", "weights", "arrays")}
    except (ValueError, KeyError, TypeError) as error:
        raise _damaged(folder, error) from error


def _open_array(folder: Path, name: str, facts: Mapping[str, Any]) -> NDArray[Any]:
    """Return an array where it lies in its file."""
    with paths.open_inside(folder, f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, dtype = read(file)
        if dtype.hasobject or dtype.str != facts["type"] or list(shape) != facts["shape"] or is_fortran:
            raise ValueError(f"{name}.npy holds {dtype.str} of shape {shape}, the head says {facts}")
        if not all(shape):
            return np.empty(shape, dtype)
        return np.asarray(np.memmap(file, dtype, "r", file.tell(), shape))


def _describe(search: SongSearch[Any]) -> dict[str, Any]:
    described: dict[str, Any] = {"kind": type(search).__name__, "parameters": search.parameters()}
    if isinstance(search, HybridSearch):
        described["parts"] = [_describe(part) for part in search.parts]
    return described


def _build(described: Mapping[str, Any], encoders: Encoders) -> SongSearch[Any]:
    """Return a search as it was before it was fitted."""
    kind, parameters = _KINDS[described["kind"]], described["parameters"]
    if issubclass(kind, HybridSearch):
        return kind([_build(part, encoders) for part in described["parts"]], **parameters)
    if issubclass(kind, DenseSearch):
        if parameters["vectors"] not in encoders:
            raise IndexFileError(f"the index needs the encoder {parameters['vectors']} for its queries; give it")
        return kind(encoders[parameters["vectors"]], **parameters)
    return kind(**parameters)


def _song_arrays(songs: Songs) -> dict[str, NDArray[Any]]:
    arrays: dict[str, NDArray[Any]] = {"years": np.asarray(songs.years, np.int32)}
    for name in _TEXTS:
        texts = getattr(songs, name)
        table = texts if isinstance(texts, StringTable) else StringTable.of(texts)
        arrays |= {f"{name}.data": table.data, f"{name}.starts": table.starts, f"{name}.missing": table.missing}
    arrays |= {f"sections.{name}": getattr(songs.sections, name) for name in _SECTIONS}
    for encoder, vectors in songs.vectors.items():
        parts = {"song": vectors.song, "section": vectors.section, "vectors": vectors.vectors}
        arrays |= {f"vectors.{encoder}.{name}": array for name, array in parts.items()}
    counts = songs.counts
    arrays |= {"words.data": counts.vocabulary.data, "words.starts": counts.vocabulary.starts}
    return arrays | {f"counts.{name}": getattr(counts, name) for name in _COUNTS}


def _restore_songs(arrays: Mapping[str, NDArray[Any]], weights: Mapping[str, str]) -> Songs:
    texts = {
        name: StringTable(arrays[f"{name}.data"], arrays[f"{name}.starts"], arrays[f"{name}.missing"])
        for name in _TEXTS
    }
    vectors = {
        name: Vectors(arrays[f"{at}.song"], arrays[f"{at}.section"], arrays[f"{at}.vectors"], sha256)
        for name, sha256 in weights.items()
        for at in [f"vectors.{name}"]
    }
    sections = SectionTable(*(arrays[f"sections.{name}"] for name in _SECTIONS))
    songs = Songs(**texts, years=arrays["years"], sections=sections, vectors=vectors)
    vocabulary = Vocabulary(arrays["words.data"], arrays["words.starts"])
    songs.__dict__["counts"] = Counts(vocabulary, *(arrays[f"counts.{name}"] for name in _COUNTS))
    return songs
