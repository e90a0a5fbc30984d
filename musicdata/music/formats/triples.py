"""Reads tables of notes and lyrics: `.csv`, `.tsv` and `.parquet`, one row a sung note.

| column | needed | value |
| --- | --- | --- |
| `pitch` | yes | MIDI note number, whole, 0–127 |
| `duration` or `duration_ql` | yes | length, above 0, in units or in quarter lengths; `1/3` is read too |
| `rest` or `rest_ql` | yes | silence before the note, 0 or more |
| `syllable`, `word` | one of them | what is sung on the note, and the word it belongs to |
| `song` | no | names the song; without this column the file is one song |
| `word_index` | no | any value that changes where a new word begins |
| `title`, `composer`, `lyricist`, `language`, `rights` | no | of the song; may stand on its first row only |

Other columns are passed over. Rows of a song need not stand together. A word begins where `word` changes,
where `word_index` changes, and where the syllables so far spell the word out, so that "la la" with the
syllables "la", "la" is two words. What stays ambiguous is a word repeated at once in a table without
syllables and without `word_index`: "bye", "bye" is read as one word on two notes.
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from musicdata.errors import FormatError
from musicdata.music.formats.song import Song, SungNote
from musicdata.music.text import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


MAX_BYTES = 64_000_000
MAX_UNPACKED_BYTES = 256_000_000
MAX_ROWS = 1_000_000
MAX_TEXT = limits.SUNG
MAX_STATEMENT = limits.STATEMENT
MAX_LENGTH = 10_000.0
_MAX_CELL = 131_072
"""Longest note or rest, in the table's units."""

_NUMBERS = ("pitch", "duration", "duration_ql", "rest", "rest_ql")
_ABOUT = ("title", "composer", "lyricist", "language", "rights")
_TEXTS = ("song", "syllable", "word", "word_index", *_ABOUT)
_COLUMNS = frozenset({*_NUMBERS, *_TEXTS})
_NUMBER = re.compile(r"[+-]?(\d{1,30}(\.\d{0,30})?|\.\d{1,30})([eE][+-]?\d{1,3})?", re.ASCII)
_FRACTION = re.compile(r"(\d{1,9})/([1-9]\d{0,8})", re.ASCII)
_CONNECTORS = " -_\u2010\u2011"

_Row = dict[str, Any]
"""Column → text, number or None."""


def read(data: bytes, file_name: str, *, unit_ql: float = 1.0) -> list[Song]:
    """Read every song of a table, in order of first appearance.

    Args:
        data: the whole file.
        file_name: its name; the ending says which kind of table it is.
        unit_ql: what 1.0 in `duration` and `rest` is in quarter lengths; `duration_ql` and `rest_ql` are
            quarter lengths always.

    Raises:
        FormatError: for the first fault in the file, of the table (`too_large`, `unreadable_table`,
            `bad_encoding`, `missing_column`, `duplicate_column`, `bad_type`, `bad_row`, `no_notes`) or of a
            song (`bad_value`). `read_each` goes on after a fault of a song.

    """
    songs = []
    for outcome in read_each(data, file_name, unit_ql=unit_ql).values():
        if isinstance(outcome, FormatError):
            raise outcome
        songs.append(outcome)
    return songs


def read_each(data: bytes, file_name: str, *, unit_ql: float = 1.0) -> dict[str, Song | FormatError]:
    """Read every song of a table and give for each, by its name, the song or what is wrong with it.

    Raises:
        FormatError: what is wrong with the table as a whole, see `read`.

    """
    if not (math.isfinite(unit_ql) and unit_ql > 0):
        raise ValueError(f"unit_ql must be a positive number, not {unit_ql!r}")
    try:
        songs = _collect(_rows(data, file_name), unit_ql)
    except FormatError as error:
        raise FormatError(error.reason, f"{file_name}: {error.detail}") from error
    if not songs:
        raise FormatError("no_notes", f"{file_name}: no row below the header")
    outcomes: dict[str, Song | FormatError] = {}
    for name, song in songs.items():
        fault = song.fault
        outcomes[name] = FormatError(fault.reason, f"{file_name}: {fault.detail}") if fault else song.finished(name)
    return outcomes


@dataclass(slots=True)
class _Draft:
    """A song while its rows come in."""

    notes: list[SungNote] = field(default_factory=list)
    about: dict[str, str] = field(default_factory=dict)
    fault: FormatError | None = None
    n_words: int = 0
    word_mark: str = ""
    spelled: str = ""

    def finished(self, name: str) -> Song:
        about: dict[str, Any] = {key: self.about.get(key) for key in _ABOUT}
        return Song(name, **about, notes=self.notes)


def _collect(rows: Iterable[_Row], unit_ql: float) -> dict[str, _Draft]:
    songs: dict[str, _Draft] = {}
    for number, row in enumerate(rows, start=1):
        if number > MAX_ROWS:
            raise FormatError("too_large", f"more than {MAX_ROWS:,} rows")
        where = f"row {number} below the header"
        name = _song_name(row, where)
        song = songs.setdefault(name, _Draft())
        if song.fault is None:
            try:
                _add(song, row, unit_ql)
            except FormatError as error:
                where += f" (song {name[:60]!r})" if name else ""
                song.fault = FormatError(error.reason, f"{where}, {error.detail}")
    return songs


def _song_name(row: _Row, where: str) -> str:
    if "song" not in row:
        return ""
    try:
        return _text(row, "song", MAX_STATEMENT) or _refuse("song", "nothing", "the song's name on every row")
    except FormatError as error:
        raise FormatError("bad_row", f"{where}, {error.detail}") from error


def _add(song: _Draft, row: _Row, unit_ql: float) -> None:
    """Append the row's note to its song."""
    pitch = _number(row, "pitch")
    if not (pitch.is_integer() and 0 <= pitch <= 127):
        _refuse("pitch", pitch, "a whole number from 0 to 127")
    syllable, word = (_text(row, column, MAX_TEXT) for column in ("syllable", "word"))
    if not syllable and not word:
        _refuse("syllable", "nothing, and no word", "one of the two")
    song.notes.append(
        SungNote(
            pitch=int(pitch),
            duration_ql=_length(row, "duration", unit_ql, above_zero=True),
            rest_ql=_length(row, "rest", unit_ql, above_zero=False),
            syllable=syllable,
            word=word,
            word_index=_word_index(song, syllable, word, _text(row, "word_index", MAX_TEXT) or ""),
        )
    )
    for column in _ABOUT:
        _add_statement(song, column, _text(row, column, MAX_STATEMENT))


def _word_index(song: _Draft, syllable: str | None, word: str | None, mark: str) -> int | None:
    """Return the number of the row's word, which is the one before unless something says that it ended."""
    last = song.notes[-1] if song.notes else None
    goes_on = (
        last is not None
        and last.word == word
        and song.word_mark == mark
        and not (song.spelled and song.spelled == _letters(word or ""))
    )
    if goes_on and last is not None and (last.syllable is None) != (syllable is None):
        _refuse("syllable", syllable or "nothing", "a syllable on every note of a word or on none")
    song.spelled = ((song.spelled if goes_on else "") + _letters(syllable or ""))[: 2 * MAX_TEXT]
    song.word_mark = mark
    if word is None:
        return None
    song.n_words += not goes_on
    return song.n_words - 1


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _add_statement(song: _Draft, column: str, value: str | None) -> None:
    if value is None:
        return
    if column == "language":
        value = value.casefold()
        if not re.fullmatch("[a-z]{2}", value, re.ASCII):
            _refuse(column, value, "an ISO 639-1 code of two letters, such as en")
    if song.about.setdefault(column, value) != value:
        _refuse(column, value, f"{song.about[column][:60]!r}, as on the song's rows before")


def _length(row: _Row, column: str, unit_ql: float, *, above_zero: bool) -> float:
    """Return a duration or rest in quarter lengths."""
    if column not in row:
        column, unit_ql = f"{column}_ql", 1.0
    length = _number(row, column)
    if not (0 <= length <= MAX_LENGTH) or (above_zero and length == 0):
        _refuse(column, length, f"a number {'above 0' if above_zero else 'of 0 or more'}, at most {MAX_LENGTH:g}")
    return length * unit_ql


def _number(row: _Row, column: str) -> float:
    value = row[column]
    if isinstance(value, str):
        text = value.strip()
        if fraction := _FRACTION.fullmatch(text):
            return float(Fraction(int(fraction[1]), int(fraction[2])))
        if not _NUMBER.fullmatch(text):
            _refuse(column, value, "a number with a decimal point")
        value = float(text)
    if not isinstance(value, float | int) or not math.isfinite(value):
        _refuse(column, value, "a number")
    return float(value)


def _text(row: _Row, column: str, longest: int) -> str | None:
    """Return a cell in NFC, white space reduced to single spaces; None when it is empty or has no column."""
    value = row.get(column)
    if value is None:
        return None
    if len(value) > 10 * longest:
        _refuse(column, value, f"at most {longest} characters")
    text = unicodedata.normalize("NFC", limits.statement(value) if column in _ABOUT else " ".join(value.split()))
    if column in {"syllable", "word"}:
        text = text.strip(_CONNECTORS)
    if len(text) > longest or limits.has_unfit(text):
        _refuse(column, value, f"at most {longest} characters, without control characters")
    return text or None


def _refuse(column: str, value: object, expected: str) -> NoReturn:
    shown = value[:40] if isinstance(value, str) else value
    raise FormatError("bad_value", f"column {column}: {shown!r}; expected {expected}")


def _rows(data: bytes, file_name: str) -> Iterator[_Row]:
    if len(data) > MAX_BYTES:
        raise FormatError("too_large", f"{len(data):,} bytes; at most {MAX_BYTES:,} are read")
    match PurePath(file_name).suffix.lower():
        case ".csv":
            return _text_rows(data, ",")
        case ".tsv":
            return _text_rows(data, "\t")
        case ".parquet":
            return _parquet_rows(data)
        case suffix:
            raise FormatError("unreadable_table", f"ending {suffix!r}; expected .csv, .tsv or .parquet")


def _checked_columns(names: list[str]) -> list[str]:
    """Return the names without white space and in small letters, after a check that they are enough."""
    columns = [name.strip().casefold() for name in names]
    ours = [name for name in columns if name in _COLUMNS]
    twice = sorted({name for name in ours if ours.count(name) > 1})
    twice += [f"{name} and {name}_ql" for name in ("duration", "rest") if {name, f"{name}_ql"} <= set(ours)]
    if twice:
        raise FormatError("duplicate_column", f"{', '.join(twice)}; expected each once")
    needed = ({"pitch"}, {"duration", "duration_ql"}, {"rest", "rest_ql"}, {"syllable", "word"})
    missing = [" or ".join(sorted(names)) for names in needed if not names & set(ours)]
    if missing:
        header = ", ".join(repr(name[:40]) for name in columns[:20])
        raise FormatError("missing_column", f"no column {'; no column '.join(missing)}; found {header}")
    return columns


def _text_rows(data: bytes, delimiter: str) -> Iterator[_Row]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError("bad_encoding", f"byte {error.start} is not UTF-8; save the table as UTF-8") from error
    csv.field_size_limit(_MAX_CELL)  # of the process: whoever read before may have left another
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = _checked_columns(next(reader, []))
        for number, cells in enumerate(filter(None, reader), start=1):
            if len(cells) != len(columns):
                raise FormatError(
                    "bad_row",
                    f"row {number} below the header (up to line {reader.line_num}) has {len(cells)} cells; "
                    f"expected {len(columns)}",
                )
            yield {name: cell for name, cell in zip(columns, cells, strict=True) if name in _COLUMNS}
    except csv.Error as error:
        raise FormatError("unreadable_table", f"line {reader.line_num}: {error}") from error


def _parquet_rows(data: bytes) -> Iterator[_Row]:
    try:
        columns = _parquet_columns(pq.ParquetFile(pa.BufferReader(data)))
        # Read as dictionaries, a text that stands on a million rows is in memory once.
        file = pq.ParquetFile(
            pa.BufferReader(data),
            page_checksum_verification=True,
            read_dictionary=[name for name, ours in columns.items() if ours in _TEXTS],
        )
        for batch in file.iter_batches(batch_size=4096, columns=list(columns), use_threads=False):
            cells = {ours: _cells(batch.column(name), ours) for name, ours in columns.items()}
            yield from (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))
    except (pa.ArrowException, OSError, ValueError, KeyError) as error:
        raise FormatError("unreadable_table", f"{type(error).__name__}: {error}"[:300]) from error


def _parquet_columns(file: pq.ParquetFile) -> dict[str, str]:
    """Check sizes and types before any value is read; return the file's name of each column and ours."""
    metadata, schema = file.metadata, file.schema_arrow
    # Of a damaged file, `row_group(i).column(j)` ends the whole process; these figures do not.
    unpacked = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
    if metadata.num_rows > MAX_ROWS or unpacked > MAX_UNPACKED_BYTES:
        raise FormatError(
            "too_large",
            f"{metadata.num_rows:,} rows, {unpacked:,} bytes unpacked; "
            f"at most {MAX_ROWS:,} and {MAX_UNPACKED_BYTES:,} are read",
        )
    extension = [column.name for column in schema if isinstance(column.type, pa.BaseExtensionType)]
    if extension:
        raise FormatError("bad_type", f"column {extension[0][:40]!r} has an extension type; expected plain types")
    columns = {
        name: ours for name, ours in zip(schema.names, _checked_columns(schema.names), strict=True) if ours in _COLUMNS
    }
    for name, ours in columns.items():
        _check_type(ours, schema.field(name).type)
    return columns


def _check_type(column: str, kind: pa.DataType) -> None:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    is_text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    is_number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
    fits = is_text if column in _TEXTS else is_number
    if not fits and not (column == "word_index" and pa.types.is_integer(kind)):
        expected = "text" if column in _TEXTS else "whole or floating numbers"
        raise FormatError("bad_type", f"column {column} is of type {str(kind)[:60]}; expected {expected}")


def _cells(values: pa.Array[Any], column: str) -> list[Any]:
    if isinstance(values, pa.DictionaryArray) and column in _TEXTS:
        texts = cast("pa.StringArray", values.dictionary)
        longest = pc.max(pc.binary_length(texts)).as_py() or 0
        if longest > 10 * MAX_STATEMENT:
            raise FormatError("too_large", f"column {column} has a text of {longest:,} bytes")
    cells = values.to_pylist()
    return [None if cell is None else str(cell) for cell in cells] if column in _TEXTS else cells
