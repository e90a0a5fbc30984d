"""CSV: nothing in it is a formula, and everything reads back."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicdata.errors import IntegrityError
from musicdata.release.exports.folder import Folder
from musicdata.release.exports.tabular import CsvWriter, escape, read_csv, unescape
from tests.release.exports.songs import HOSTILE

RISKY = tuple("=+-@\t\r\n＝＋－＠")
TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "number": pa.float64(),
    "count": pa.int32(),
    "wide": pa.int64(),
    "known": pa.bool_(),
    "onsets": pa.list_(pa.field("element", pa.float32(), nullable=False)),
    "tokens": pa.list_(pa.field("element", pa.int32(), nullable=False)),
}
SCHEMA = pa.schema(TYPES)
TEXTS = st.one_of(
    st.none(),
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8")),
    st.text("'=+-@\t\r\n\",;\\\0 a", max_size=6),
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "text": TEXTS,
            "number": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "count": st.none() | st.integers(-(2**31), 2**31 - 1),
            "wide": st.none() | st.integers(-(2**63), 2**63 - 1),
            "known": st.none() | st.booleans(),
            "onsets": st.none() | st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=3),
            "tokens": st.none() | st.lists(st.integers(-(2**31), 2**31 - 1), max_size=3),
        }
    ),
    max_size=12,
)


patient = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def written(folder: Path, rows: list[dict[str, object]], schema: pa.Schema = SCHEMA) -> Path:
    """Write rows in two pieces and return where."""
    with Folder(folder).open("t.csv") as file, CsvWriter(file, schema) as writer:
        writer.write(pa.Table.from_pylist(rows[: len(rows) // 2], schema))
        writer.write(rows[len(rows) // 2 :])
    return folder / "t.csv"


@patient
@given(ROWS)
def test_every_table_reads_back_as_it_was(rows: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = [row for piece in read_csv(written(Path(folder), rows), SCHEMA) for row in piece.to_pylist()]
    assert found == rows
    told = [[f"{row['number']} {row['onsets']}" for row in some] for some in (found, rows)]
    assert told[0] == told[1]  # -0.0 is not 0.0


@patient
@given(st.lists(TEXTS, max_size=6))
def test_a_column_alone_reads_back(texts: list[str | None]) -> None:
    schema = pa.schema([("text", pa.string())])
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), [{"text": text} for text in texts], schema)
        assert [text for piece in read_csv(path, schema) for text in piece["text"].to_pylist()] == texts


@patient
@given(ROWS)
def test_no_text_is_a_formula_and_numbers_stay_numbers(rows: list[dict[str, object]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), [row for row in rows if "\0" not in str(row["text"])])
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                assert not row["text"].startswith(RISKY)
                assert row["number"] == "" or not row["number"].startswith("'")
                float(row["number"] or 0), int(row["count"] or 0), int(row["wide"] or 0)


@patient
@given(st.text())
def test_unescape_undoes_escape(text: str) -> None:
    assert unescape(escape(text)) == text
    assert not escape(text).startswith(RISKY)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_what_would_be_a_formula_as_it_is(text: str) -> None:
    assert (escape(text) != text) == text.lstrip("'").startswith(RISKY)


def test_names_of_columns_are_no_formulas(tmp_path: Path) -> None:
    schema = pa.schema([("=cmd()", pa.string())])
    path = written(tmp_path, [{"=cmd()": "a"}], schema)
    assert path.read_bytes() == b'"\'=cmd()"\n"a"\n'
    assert [piece.to_pylist() for piece in read_csv(path, schema)] == [[{"=cmd()": "a"}]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('"other"\n"a"\n', "has a column 'other', which the release has not"),
        ('"count"\n"a"\n', "cannot be read as a table"),
        ('"text"\n"a","b"\n', "cannot be read as a table"),
        ("", "cannot be read as a table"),
        ('"tokens"\n"[1"\n', "column 'tokens': a cell is no list of numbers"),
        ('"tokens"\n"[1,null]"\n', "column 'tokens': a cell is no list of numbers"),
        ('"tokens"\n"[[1]]"\n', "column 'tokens': a cell is no list of numbers"),
        ('"tokens"\n"[1.5]"\n', "column 'tokens': a cell is no list of numbers"),
        ('"onsets"\n"{""a"":1}"\n', "column 'onsets': a cell is no list of numbers"),
        ('"onsets"\n"' + "[" * 9999 + '"\n', "column 'onsets': a cell is no list of numbers"),
        ('"text"\n"\udcff"\n', "cannot be read as a table"),
    ],
)
def test_what_is_no_such_table_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(IntegrityError, match=message):
        list(read_csv(tmp_path / "t.csv", SCHEMA))
