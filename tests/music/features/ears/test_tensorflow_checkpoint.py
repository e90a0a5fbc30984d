"""TensorFlow's checkpoints without TensorFlow: tables written here entry by entry, whole and damaged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.features.ears import tensorflow_checkpoint

MAGIC = bytes.fromhex("57fb808b247547db")


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number: int, value: int | bytes) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(shape: tuple[int, ...], offset: int, size: int, kind: int = 1) -> bytes:
    dimensions = b"".join(field(2, field(1, n)) for n in shape)
    return field(1, kind) + field(2, dimensions) + field(4, offset) + field(5, size) + bytes([6 << 3 | 5]) + b"\0" * 4


def block(entries: dict[bytes, bytes], *, packed: int = 0) -> bytes:
    """Return a block whose names share their beginnings, and what stands after it."""
    body, before = b"", b""
    for key, value in entries.items():
        n_shared = next(
            (n for n in range(min(len(key), len(before))) if key[n] != before[n]), min(len(key), len(before))
        )
        body += varint(n_shared) + varint(len(key) - n_shared) + varint(len(value)) + key[n_shared:] + value
        before = key
    return body + (0).to_bytes(4, "little") + (1).to_bytes(4, "little") + bytes([packed]) + b"\0" * 4


def table(entries: dict[bytes, bytes], *, packed: int = 0) -> bytes:
    """Return a table of two blocks of entries."""
    names = sorted(entries)
    halves = [names[: len(names) // 2], names[len(names) // 2 :]]
    out, handles = b"", dict[bytes, bytes]()
    for half in halves:
        written = block({name: entries[name] for name in half}, packed=packed)
        handles[half[-1]] = varint(len(out)) + varint(len(written) - 5)
        out += written
    meta, index = block({}), block(handles)
    footer = varint(len(out)) + varint(len(meta) - 5) + varint(len(out) + len(meta)) + varint(len(index) - 5)
    return out + meta + index + footer.ljust(40, b"\0") + MAGIC


ARRAYS = {
    "conv/kernel": np.arange(12, dtype=np.float32).reshape(3, 4),
    "conv/kernel_1": np.full((2, 1), 0.5, np.float32),
    "dense/bias": np.ones(300, np.float32),
    "power": np.array(0.9, np.float32),
}


def checkpoint() -> tuple[bytes, bytes]:
    entries, numbers = {b"": field(1, 1)}, b""
    for name, array in ARRAYS.items():
        entries[name.encode()] = message(array.shape, len(numbers), array.nbytes)
        numbers += array.tobytes()
    entries[b"step"] = message((), len(numbers), 8, kind=9)
    return table(entries), numbers + b"\0" * 8


def test_arrays_are_read_to_the_bit() -> None:
    arrays = tensorflow_checkpoint.read(*checkpoint())
    assert arrays.keys() == ARRAYS.keys()  # what is no 32-bit float is left out
    for name, array in ARRAYS.items():
        assert arrays[name].shape == array.shape
        assert np.array_equal(arrays[name], array)


@pytest.mark.parametrize(
    ("index", "message_"),
    [
        (b"", "does not end as tables do"),
        (b"\0" * 100, "does not end as tables do"),
        (table({b"a": message((2,), 0, 8), b"b": message((2,), 8, 8)}, packed=1), "cut off or compressed"),
        (table({b"a": message((3,), 0, 8), b"b": b""}), "is not where it is said to be"),
        (table({b"a": message((2,), 9, 8), b"b": b""}), "is not where it is said to be"),
        (table({b"a": message((1 << 40, 1 << 40), 0, 8), b"b": b""}), "is not where it is said to be"),
    ],
)
def test_what_cannot_be_is_refused(index: bytes, message_: str) -> None:
    with pytest.raises(FormatError, match=message_):
        tensorflow_checkpoint.read(index, b"\0" * 16)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_is_an_error_of_ours_or_leaves_arrays(data: st.DataObject) -> None:
    index, numbers = checkpoint()
    damaged = bytearray(index)
    for _ in range(data.draw(st.integers(1, 4))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    try:
        arrays = tensorflow_checkpoint.read(bytes(damaged[: data.draw(st.sampled_from([len(index), 60]))]), numbers)
    except FormatError:
        return
    assert all(array.nbytes <= len(numbers) for array in arrays.values())
