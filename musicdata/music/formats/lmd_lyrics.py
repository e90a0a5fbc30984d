"""Reads the aligned lyrics and melodies of the LMD lyrics data set (`.npy`), word level and syllable level.

The files are NumPy object arrays, that is, pickles, and a pickle is a program. Four fences stand around it:

1. the npy header must be one of the two the data set has, compared as text;
2. every opcode must be in `_OPCODES`, and no memo slot may lie beyond the number of opcodes (the standard
   unpickler allocates as many slots as a file asks for);
3. the unpickler resolves four names only, and to inert stand-ins of this module, so that neither NumPy nor
   any codec runs on what the file says;
4. what comes out must be lists of floats and text of the expected shape.

Data set: Yu, Srivastava & Canales, "Conditional LSTM-GAN for Melody Generation from Lyrics", ACM TOMM 2021,
https://arxiv.org/abs/1908.05551.
"""

from __future__ import annotations

import io
import math
import pickle
import pickletools
import re
import unicodedata
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.formats.song import Song, SungNote
from musicdata.music.text import limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_BYTES = 2_000_000
"""Largest file read. The largest of the 300 sample files has 88 kB."""
MAX_OPCODES = 500_000
"""Longest pickle run. The longest of the 300 sample files has 21,000 opcodes."""
MAX_NOTES = 20_000
MAX_TEXT = limits.SUNG
"""Longest syllable or word, in characters. The longest of the data set has 70."""
MAX_LENGTH_UNITS = 10_000.0

_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00(?P<size>..)"
    rb"\{'descr': '\|O', 'fortran_order': False, 'shape': \(1, (?P<lists>[0-9]{1,6})\), \} *\n",
    re.DOTALL,
)
# fmt: off
_OPCODES = frozenset({
    "PROTO", "FRAME", "STOP", "MARK", "GLOBAL", "STACK_GLOBAL", "REDUCE", "BUILD",
    "NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "BINFLOAT",
    "BINUNICODE", "SHORT_BINUNICODE", "SHORT_BINBYTES",
    "EMPTY_LIST", "APPEND", "APPENDS", "EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3",
    "BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET",
})
# fmt: on
"""Unicode categories no lyric has: control characters and halves of surrogate pairs."""
_MEMO_OPCODES = frozenset({"BINPUT", "LONG_BINPUT", "BINGET", "LONG_BINGET"})


def read(data: bytes, file_name: str, *, unit_ql: float = 1.0) -> list[Song]:
    """Read one song of the data set.

    Word level files give syllables with their words; syllable level files have no words, so `word` and
    `word_index` are None. The files state no title, language or rights. Nothing is dropped: a file with a
    value that cannot be right, an empty syllable among them, is refused as a whole (none of the 300 sample
    files has one).

    Args:
        data: the whole `.npy` file.
        file_name: its name, for messages.
        unit_ql: what the file's 1.0 is in quarter lengths. The source calls it a quarter; measured against
            the seconds in the same files, it is about 0.25 s.

    Returns:
        One song.

    Raises:
        FormatError: `too_large`, `not_lmd_npy`, `forbidden_pickle`, `wrong_shape` or `bad_values`.

    """
    if not (math.isfinite(unit_ql) and unit_ql > 0):
        raise ValueError(f"unit_ql must be a positive number, not {unit_ql!r}")
    try:
        n_lists, pickled = _split_header(data)
        lists = _unpickle(pickled, n_lists)
        sung = _word_level(lists) if n_lists == 4 else _syllable_level(lists)
        notes = [_note(parts, unit_ql) for parts in _counted(sung)]
    except FormatError as error:
        raise FormatError(error.reason, f"{file_name}: {error.detail}") from error
    return [Song("", None, None, None, None, None, notes)]


def _split_header(data: bytes) -> tuple[int, bytes]:
    """Return how many lists the npy header announces, and the pickle behind it."""
    if len(data) > MAX_BYTES:
        raise FormatError("too_large", f"{len(data):,} bytes; at most {MAX_BYTES:,} are read")
    header = _HEADER.match(data)
    if header is None or header.end() != 10 + int.from_bytes(header["size"], "little"):
        raise FormatError(
            "not_lmd_npy",
            f"starts with {data[:60]!r}; expected npy 1.0, descr '|O', C order, shape (1, 3) or (1, 4)",
        )
    n_lists = int(header["lists"])
    if n_lists not in (3, 4):
        raise FormatError(
            "wrong_shape",
            f"shape (1, {n_lists}); expected (1, 3), syllable level, or (1, 4), word level",
        )
    return n_lists, data[header.end() :]


def _unpickle(pickled: bytes, n_lists: int) -> list[Any]:
    _check_opcodes(pickled)
    try:
        array = _Unpickler(io.BytesIO(pickled)).load()
    except FormatError:
        raise
    except Exception as error:  # the unpickler raises whatever its input made it trip over
        detail = f"damaged pickle: {type(error).__name__}: {error}"
        raise FormatError("not_lmd_npy", detail[:MAX_TEXT]) from error
    if type(array) is not _Array or array.lists is None:
        raise FormatError("not_lmd_npy", f"the pickle holds a {type(array).__name__}, not an array of objects")
    if array.shape != (1, n_lists):
        raise FormatError("wrong_shape", f"the header says (1, {n_lists}), the array inside {array.shape}")
    return array.lists


def _check_opcodes(pickled: bytes) -> None:
    """Refuse a pickle with an opcode or a memo slot that no file of the data set needs; runs none of it."""
    count, end = 0, 0
    try:
        for opcode, argument, position in pickletools.genops(pickled):
            count, end = count + 1, (position or 0) + 1
            if opcode.name not in _OPCODES:
                raise FormatError("forbidden_pickle", f"opcode {opcode.name} at byte {position}")
            if opcode.name in _MEMO_OPCODES and int(argument or 0) >= count:
                raise FormatError("forbidden_pickle", f"memo slot {argument} after {count} opcodes")
            if count > MAX_OPCODES:
                raise FormatError("too_large", f"more than {MAX_OPCODES:,} pickle opcodes")
    except (ValueError, LookupError, OverflowError) as error:
        raise FormatError("not_lmd_npy", f"damaged pickle after {count} opcodes: {error}") from error
    if end != len(pickled):
        raise FormatError("not_lmd_npy", f"{len(pickled) - end} bytes follow the end of the pickle")


class _Dtype:
    """Stands for NumPy's dtype of Python objects, which is the only one accepted."""

    def __setstate__(self, state: object) -> None:
        if state != (3, "|", None, None, None, -1, -1, 63):
            raise FormatError("forbidden_pickle", "a dtype other than object")


class _Array:
    """Stands for a NumPy array of Python objects: keeps its shape and its items, computes nothing."""

    def __init__(self) -> None:
        self.shape: tuple[int, ...] = ()
        self.lists: list[Any] | None = None

    def __setstate__(self, state: object) -> None:
        match state:
            case (1, (int(rows), int(columns)), _Dtype(), False, list(items)) if rows * columns == len(items):
                self.shape, self.lists = (rows, columns), items
            case _:
                raise FormatError("wrong_shape", "an array that is not a C-ordered table of objects")


class _Name:
    """Stands for `numpy.ndarray`, which the pickle names but never calls."""


_NDARRAY = _Name()


def _dtype(*arguments: object) -> _Dtype:
    if arguments != ("O8", 0, 1):
        raise FormatError("forbidden_pickle", "a dtype other than object")
    return _Dtype()


def _reconstruct(*arguments: object) -> _Array:
    if arguments != (_NDARRAY, (0,), b"b"):
        raise FormatError("forbidden_pickle", "an array made in another way than NumPy's own")
    return _Array()


def _encode(*arguments: object) -> bytes:
    if arguments != ("b", "latin1"):
        raise FormatError("forbidden_pickle", "text is encoded that NumPy's own files do not encode")
    return b"b"


_NAMES: dict[tuple[str, str], object] = {
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _dtype,
    ("_codecs", "encode"): _encode,
}


class _Unpickler(pickle.Unpickler):
    """Resolves the names in `_NAMES` to their stand-ins, and no other name."""

    def find_class(self, module_name: str, global_name: str, /) -> object:
        try:
            return _NAMES[module_name, global_name]
        except KeyError:
            raise FormatError("forbidden_pickle", f"names {module_name[:60]}.{global_name[:60]}") from None


_Sung = tuple[str, object, object, object, str | None, int | None]
"""Where it stands, continuous attributes, discrete attributes, syllable, word, word index."""


def _syllable_level(lists: list[Any]) -> Iterator[_Sung]:
    columns = _columns(lists, "the song")
    for index, (continuous, discrete, syllable) in enumerate(zip(*columns, strict=True)):
        yield f"note {index}", continuous, discrete, syllable, None, None


def _word_level(lists: list[Any]) -> Iterator[_Sung]:
    for word_index, entry in enumerate(zip(*_columns(lists, "the song"), strict=True)):
        where = f"word {word_index}"
        continuous, discrete, words, syllables = _columns(list(entry), where)
        word = _text(words[0], where)
        if any(type(other) is not str or other != words[0] for other in words):
            raise FormatError("bad_values", f"{where} is not the same text on all its notes")
        for parts in zip(continuous, discrete, syllables, strict=True):
            yield (where, *parts, word, word_index)


def _columns(lists: list[Any], where: str) -> list[list[Any]]:
    """Check that these are lists of one length, at least 1."""
    if any(type(column) is not list for column in lists):
        types = ", ".join(type(column).__name__ for column in lists)
        raise FormatError("wrong_shape", f"{where}: {types}; expected {len(lists)} lists")
    lengths = {len(column) for column in lists}
    if len(lengths) != 1 or 0 in lengths:
        raise FormatError(
            "wrong_shape",
            f"{where}: lists of {sorted(lengths)} entries; expected one length, at least 1",
        )
    return lists


def _counted(sung: Iterator[_Sung]) -> Iterator[_Sung]:
    """Stop at `MAX_NOTES`: lists that refer to one another can make a short file a very long song."""
    for count, parts in enumerate(sung, start=1):
        if count > MAX_NOTES:
            raise FormatError("too_large", f"more than {MAX_NOTES:,} notes in one song")
        yield parts


def _note(sung: _Sung, unit_ql: float) -> SungNote:
    where, continuous, discrete, syllable, word, word_index = sung
    _numbers(continuous, 4, f"{where}: continuous attributes (IOI, length, frequency, velocity)")
    pitch, duration, rest = _numbers(discrete, 3, f"{where}: discrete attributes (pitch, duration, rest)")
    if not (pitch.is_integer() and 0 <= pitch <= 127):
        raise FormatError("bad_values", f"{where}: pitch {pitch!r}; expected a whole number from 0 to 127")
    if not (0 < duration <= MAX_LENGTH_UNITS and 0 <= rest <= MAX_LENGTH_UNITS):
        raise FormatError(
            "bad_values",
            f"{where}: duration {duration!r}, rest {rest!r}; "
            f"expected a duration above 0, a rest of 0 or more, both at most {MAX_LENGTH_UNITS:g}",
        )
    return SungNote(
        pitch=int(pitch),
        duration_ql=duration * unit_ql,
        rest_ql=rest * unit_ql,
        syllable=_text(syllable, f"{where}: syllable"),
        word=word,
        word_index=word_index,
    )


def _numbers(values: object, count: int, where: str) -> Sequence[float]:
    """Check for a list of so many finite numbers."""
    if (
        not isinstance(values, list)
        or len(values) != count
        or any(type(value) not in (float, int) or not math.isfinite(value) for value in values)
    ):
        raise FormatError("bad_values", f"{where}: {_short(values)}; expected {count} finite numbers")
    return [float(value) for value in values]


def _text(value: object, where: str) -> str:
    """Return the text in NFC without the white space around it; its case and signs stay."""
    text = value.strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= MAX_TEXT or limits.has_unfit(text):
        raise FormatError(
            "bad_values",
            f"{where}: {_short(value)}; expected 1 to {MAX_TEXT} characters without control characters",
        )
    return unicodedata.normalize("NFC", text)


def _short(value: object) -> str:
    """Describe a value of an unsafe file in a few characters, whatever its size and depth."""
    if isinstance(value, str):
        return repr(value[:40])
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return repr(value) if isinstance(value, float | int) else f"a {type(value).__name__}"
