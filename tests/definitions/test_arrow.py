"""What the stubs of pyarrow do not know goes through one module, and comes out as Arrow makes it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from musicdata.definitions.arrow import count_true, strings, vectors


@pytest.mark.parametrize("chunks", [[], [[]], [["b"], [], ["a", "b"]]])
def test_strings_keep_their_order_across_chunks(chunks: list[list[str]]) -> None:
    assert strings(pa.chunked_array(chunks, pa.string())) == [text for chunk in chunks for text in chunk]


@pytest.mark.parametrize("values", [[], [None], [False, None]])
def test_a_mask_without_a_true_row_counts_nothing(values: list[bool | None]) -> None:
    assert count_true(pa.array(values, pa.bool_())) == 0
    assert count_true(pa.chunked_array([values, [True, None, True]], pa.bool_())) == 2


def test_vectors_have_the_very_type_that_is_asked_for() -> None:
    kind = pa.list_(pa.field("element", pa.float32(), nullable=False), 2)
    made = vectors(pa.array([1, 2, 3, 4], pa.float32()), kind, pa.array([False, True]))
    assert made.type == kind
    assert made.type.value_field == kind.value_field
    assert made.to_pylist() == [[1.0, 2.0], None]
