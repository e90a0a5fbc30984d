"""A recording of the user's own as the numbers that the data set's songs have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import FormatError, InputError
from musicdata.music.features import acousticbrainz
from musicdata.sources.acousticbrainz import document
from musicdata.system import paths

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MOST_BYTES = 8 << 20  # of a document; the longest have some 200 kB
ANALYSED = "features_acousticbrainz"
"""Table whose vectors can be had of a recording."""

_COLUMNS = ("vector", "full")
_NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """A recording's numbers, and what is to be said about them.

    Attributes:
        vector: (width,) float32.
        notes: a sentence each.
    """

    vector: NDArray[np.float32]
    notes: tuple[str, ...] = ()


def read(file: Path, column: str) -> Recording:
    """Return the numbers of a recording.

    Args:
        file: sound, which Essentia analyses, or a low-level document of AcousticBrainz (its name ends in ``.json``).
        column: what the data set's songs are described by, `table.column`.

    Raises:
        InputError: no column of that name can be had of a file, or the file is not what its name says.
        SetupError: it is sound, and Essentia is not installed.
    """
    table, _, name = column.partition(".")
    if table != ANALYSED or name not in _COLUMNS:
        has = ", ".join(f"{ANALYSED}.{one}" for one in _COLUMNS)
        raise InputError(f"the data set describes its songs by {column}; of a file only {has} can be had")
    if file.suffix.lower() == ".json":
        given, notes = _document(file), _NOTHING
    else:
        given, notes = _analysed(file)
    try:
        numbers = document.lowlevel(given, "").numbers
    except FormatError as error:
        raise InputError(f"{file}: {error}; give a low-level document of AcousticBrainz, or sound") from error
    return _vector(file, numbers, name, notes)


def _document(file: Path) -> dict[str, Any]:
    try:
        return document.parsed(paths.read_regular(file, MOST_BYTES, follow=True))
    except FormatError as error:
        raise InputError(f"{file}: {error}; give a low-level document of AcousticBrainz, or sound") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}; give a file that can be read") from error


def _analysed(file: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    from musicdata.sources.acousticbrainz import extractor

    said = "The file was analysed here, the data set's recordings by other versions of the same extractor."
    return extractor.describe(file), (said,)


def _vector(file: Path, numbers: NDArray[np.float32], name: str, notes: tuple[str, ...]) -> Recording:
    if name == "full":
        n_missing = int(np.isnan(numbers).sum())
        said = (f"{n_missing} numbers of {len(numbers):,} are not there and count as 0.",) if n_missing else ()
        return Recording(np.nan_to_num(numbers, nan=0.0), notes + said)
    vector = acousticbrainz.paper(numbers)
    if np.isnan(vector).any():
        missing = [one.path for one in acousticbrainz.PAPER_LEAVES if np.isnan(numbers[one.span]).any()]
        raise InputError(f"{file} lacks {', '.join(missing[:5])}, which the data set's songs are described by")
    return Recording(vector, notes)
