"""Columns of arrays: sequences of any length, and vectors of which some are empty."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.errors import ContractError
from musicdata.release.diff.values import unequal
from musicdata.release.record.digests import digest_of_rows
from musicdata.workspace.parts import PartWriter, read_part


def column(name: str, kind: str, **facts: Any) -> Column:
    return Column(name=name, type=kind, description="Made up.", **facts)


TAKES = Contract(
    name="takes",
    description="Rows with arrays.",
    key=("number",),
    columns=(
        column("number", "int64"),
        column("beats", "sequence", element="float32", minimum=0, maximum=99, unit="second", nullable=True),
        column("tokens", "sequence", element="int32", minimum=1),
        column("levels", "sequence", element="float64", nullable=True),
        column("pixels", "sequence", element="uint8", nullable=True),
        column("vector", "vector", element="int32", shape=(2, 1), nullable=True),
        column("halves", "vector", element="float16", shape=(2,), nullable=True, minimum=-1, maximum=1),
        column("mark", "string", nullable=True, values=("a", "b")),
    ),
)
singles = st.sampled_from([0.0, 0.5, 1.0])
takes = st.fixed_dictionaries(
    {
        "beats": st.none() | st.lists(singles, max_size=3),
        "tokens": st.lists(st.integers(1, 3), max_size=3),
        "levels": st.none() | st.lists(st.sampled_from([0.0, -0.0, 5e-324, -1.5]), max_size=2),
        "pixels": st.none() | st.lists(st.sampled_from([0, 255]), max_size=2),
        "vector": st.none() | st.lists(st.integers(-1, 1), min_size=2, max_size=2),
        "halves": st.none() | st.lists(st.sampled_from([0.0, -0.0, 0.25]), min_size=2, max_size=2),
        "mark": st.sampled_from([None, "a"]),
    }
)


def table(rows: list[dict[str, Any]]) -> pa.Table:
    numbered = [row | {"number": number} for number, row in enumerate(rows)]
    return TAKES.table({c.name: [row.get(c.name) for row in numbered] for c in TAKES.columns})


def one(**changes: Any) -> pa.Table:
    return table([{"beats": [0.5], "tokens": [1], "levels": None, "pixels": None, "vector": None} | changes])


def digests(pieces: list[pa.Table]) -> dict[str, str]:
    return digest_of_rows(pieces, TAKES.arrow_schema())


@settings(max_examples=40, deadline=None)
@given(st.lists(takes, max_size=7), st.integers(0, 7))
def test_rows_come_back_from_parquet_with_the_digest_they_had(rows: list[dict[str, Any]], cut: int) -> None:
    whole = table(rows)
    with tempfile.TemporaryDirectory() as folder:
        writer = PartWriter(TAKES, Path(folder) / "part")
        for piece in (whole.slice(0, cut), whole.slice(cut)):
            writer.write(piece)
        writer.close()
        back = read_part(Path(folder) / "part", None, "number", None, None)
    assert back.equals(whole, check_metadata=True)
    assert TAKES.problems(back) == []
    assert digests([back]) == digests([whole.slice(0, cut), whole.slice(cut)]) == digests([whole])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(takes, takes), max_size=4))
def test_equal_rows_and_no_others_have_equal_digests_and_no_difference(pairs: list[tuple[Any, Any]]) -> None:
    a, b = table([pair[0] for pair in pairs]), table([pair[1] for pair in pairs])
    found = [digests([rows]) for rows in (a, b)]
    for name in TAKES.arrow_schema().names:
        differs = [
            repr(ours) != repr(theirs) for ours, theirs in zip(a[name].to_pylist(), b[name].to_pylist(), strict=True)
        ]
        assert unequal(a[name], b[name]).tolist() == differs
        assert (found[0][name] != found[1][name]) == any(differs)


def test_the_same_numbers_in_lists_of_other_lengths_are_other_values() -> None:
    tokens = [[[1, 2], [3]], [[1], [2, 3]], [[1, 2, 3], []], [[], [1, 2, 3]]]
    tables = [
        table([{"beats": None, "levels": [], "pixels": None, "vector": None, "tokens": t} for t in two])
        for two in tokens
    ]
    assert len({digests([rows])["tokens"] for rows in tables}) == len(tokens)
    assert digests([tables[0]])["beats"] != digests([tables[0]])["levels"]


def test_a_schema_says_of_what_a_sequence_is() -> None:
    schema = TAKES.arrow_schema()
    assert str(schema.field("beats").type) == "list<element: float not null>"
    features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    assert features["tokens"] == {"_type": "Sequence", "feature": {"_type": "Value", "dtype": "int32"}}
    assert TAKES.describing_columns() == ["number", "mark"]
    assert [c.kind for c in TAKES.columns] == [
        "int64", "sequence of float32", "sequence of int32", "sequence of float64", "sequence of uint8", "int32[2, 1]",
        "float16[2]", "string",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beats": [0.0, math.nan]}, "column beats: 1 values are not finite"),
        ({"beats": [0.0, -1.0, -2.0]}, "column beats: 2 values below 0"),
        ({"beats": [100.0]}, "column beats: 1 values above 99"),
        ({"tokens": [0]}, "column tokens: 1 values below 1"),
        ({"tokens": None}, "column tokens: 1 empty values"),
        ({"tokens": [1, None, None]}, "column tokens: 2 numbers of its arrays are empty"),
        ({"vector": [1, None]}, "column vector: 1 numbers of its arrays are empty"),
        ({"tokens": 1}, "table takes"),
        ({"tokens": ["a"]}, "table takes"),
        ({"tokens": [2**31]}, "table takes"),
        ({"vector": [1]}, "table takes"),
        ({"halves": [0.0, math.inf]}, "column halves: 1 values are not finite"),
        ({"halves": [0.0, 1e9]}, "column halves: 1 values are not finite"),
        ({"halves": [1.5, -2.0]}, "column halves: 1 values below -1; column halves: 1 values above 1"),
        ({"mark": "c"}, "column mark: 'c' is not one of"),
    ],
)
def test_every_number_of_an_array_is_held_to_the_contract(changes: dict[str, Any], message: str) -> None:
    assert len(one()) == 1
    with pytest.raises(ContractError, match=message):
        one(**changes)


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "sequence"},
        {"type": "sequence", "element": "float32", "shape": (3,)},
        {"type": "sequence", "element": "string"},
        {"type": "int32", "element": "int32"},
    ],
)
def test_half_a_sequence_is_no_column(odd: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="element"):
        column("x", odd.pop("type"), **odd)


def test_lists_of_another_kind_are_cast() -> None:
    rows = one(beats=[0.5]).set_column(1, "beats", pa.array([[1, 2]], pa.large_list(pa.int64())))
    assert TAKES.table(rows).column("beats").to_pylist() == [[1.0, 2.0]]


def test_vectors_are_packed_with_gaps_and_unpacked_without() -> None:
    vector = TAKES.column("vector")
    array = np.arange(6, dtype=np.int32).reshape(3, 2, 1)
    packed = vector.pack(array, np.array([False, True, False]))
    assert packed.to_pylist() == [[0, 1], None, [4, 5]]
    with pytest.raises(ContractError, match="column vector: 1 of 3 vectors are empty"):
        vector.unpack(packed)
    assert np.array_equal(vector.unpack(packed.drop_null()), array[[0, 2]])
    rows = table(
        [{"beats": None, "tokens": [], "levels": None, "pixels": None, "vector": v} for v in packed.to_pylist()]
    )
    assert TAKES.table(rows).equals(rows)
