"""A column's digest says what it holds, and nothing of how it is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions.arrow import vectors
from musicdata.definitions.column import MEDIA_TYPE
from musicdata.release.record.digests import ColumnDigest, TableDigests

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Array, Values

VECTOR = pa.list_(pa.field("element", pa.float32(), nullable=False), 3)
KINDS = {
    pa.string(): st.text(max_size=5),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float64(): st.floats(allow_nan=False),
    pa.bool_(): st.booleans(),
    VECTOR: st.lists(st.integers(0, 9).map(float), min_size=3, max_size=3),
    pa.list_(pa.field("element", pa.float32(), nullable=False)): st.lists(st.integers(0, 2).map(float), max_size=3),
    MEDIA_TYPE: st.fixed_dictionaries({"bytes": st.binary(max_size=5), "path": st.text(max_size=3)}),
}


def digest(*pieces: Values) -> str:
    found = ColumnDigest(pieces[0].type)
    for piece in pieces:
        found.update(piece)
    return found.hexdigest()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_pieces_slices_and_what_lies_behind_empty_values_do_not_count(kind: pa.DataType) -> None:
    @given(values=st.lists(st.none() | KINDS[kind], max_size=12), cut=st.integers(0, 12))
    def holds(values: list[object], cut: int) -> None:
        whole: Array = pa.array(values, kind)
        padded = pa.concat_arrays([whole[:0], pa.array([values[0]] if values else [], kind), whole])
        as_pieces = digest(whole[:cut], whole[cut:])
        assert as_pieces == digest(whole) == digest(padded[1 if values else 0 :])
        assert as_pieces == digest(pa.chunked_array([whole[:cut], whole[cut:]]))

    holds()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_other_values_give_another_digest(kind: pa.DataType) -> None:
    @given(a=st.lists(st.none() | KINDS[kind], max_size=6), b=st.lists(st.none() | KINDS[kind], max_size=6))
    def holds(a: list[object], b: list[object]) -> None:
        one: Array = pa.array(a, kind)
        other: Array = pa.array(b, kind)
        same = repr(one.to_pylist()) == repr(
            other.to_pylist()
        )  # -0.0 is not 0.0; the order of a dict's keys is nothing
        assert (digest(one) == digest(other)) == same

    holds()


def test_an_empty_value_is_not_the_value_that_stands_for_nothing() -> None:
    assert digest(pa.array([None, 1])) != digest(pa.array([0, 1]))
    assert digest(pa.array([None, "a"])) != digest(pa.array(["", "a"]))
    assert digest(pa.array(["ab", "c"])) != digest(pa.array(["a", "bc"]))
    lists = pa.list_(pa.int32())
    assert digest(pa.array([[1], [2, 3]], lists)) != digest(pa.array([[1, 2], [3]], lists))
    assert digest(pa.array([[], [1]], lists)) != digest(pa.array([[1], []], lists))
    assert digest(pa.array([None, [1]], lists)) != digest(pa.array([[], [1]], lists))
    assert digest(pa.array([1], pa.int32())) != digest(pa.array([1], pa.int64()))


def test_what_an_empty_row_hides_does_not_count() -> None:
    hidden = vectors(pa.array([1, 2, 3, 7, 8, 9], pa.float32()), VECTOR, pa.array([False, True]))
    assert digest(hidden) == digest(pa.array([[1, 2, 3], None], VECTOR))


def test_splits_are_digested_apart() -> None:
    columns: dict[str, pa.DataType] = {"sample_id": pa.string(), "n": pa.int64()}
    schema = pa.schema(columns)
    digests = TableDigests(schema)
    rng = np.random.default_rng(0)
    for split, n in (("train", 4), ("test", 2), ("train", 3)):
        digests.update(split, pa.table({"n": pa.array(rng.integers(0, 9, n)), "sample_id": [split] * n}))
    assert digests.rows == {"test": 2, "train": 7}
    assert set(digests.digests()) == {"sample_id", "n"}
    assert digests.digests()["sample_id"]["test"] == digest(pa.array(["test", "test"]))
