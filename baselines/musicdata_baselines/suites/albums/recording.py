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
_ANALYSED_HERE = (
    "The file was analysed here, by another version of the extractor than the data set's recordings: some of its "
    "numbers are not made in the same way."
)


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
    is_document = file.suffix.lower() == ".json"
    try:
        given = document.parsed(paths.read_regular(file, MOST_BYTES, follow=True)) if is_document else _analysed(file)
        numbers = document.lowlevel(given, "").numbers
    except FormatError as error:
        raise InputError(f"{file}: {error}; give sound, or a low-level document of AcousticBrainz (.json)") from error
    except OSError as error:
        raise InputError(f"{file}: {error.strerror or error}; give a file that can be read") from error
    return _vector(file, numbers, name, () if is_document else (_ANALYSED_HERE,))


def _analysed(file: Path) -> dict[str, Any]:
    from musicdata.sources.acousticbrainz import extractor

    return extractor.describe(file)


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
