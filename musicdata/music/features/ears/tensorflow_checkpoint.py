"""The tensors in a TensorFlow checkpoint (the format called V2), read without TensorFlow.

A checkpoint is a table and a file of numbers. The table, LevelDB's, maps each tensor's name to a message that says
kind, shape, and where its numbers stand in the file. Names share their beginning with the name before; blocks are not
compressed. https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core/util/tensor_bundle,
https://github.com/google/leveldb/blob/main/doc/table_format.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

_MAGIC = bytes.fromhex("57fb808b247547db")
_FOOTER_BYTES = 48
_FLOAT = 1
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5  # how a field of a message is written


def read(index: bytes, numbers: bytes) -> dict[str, NDArray[np.float32]]:
    """Return name → array of the tensors of 32-bit floats in a checkpoint of one file.

    Args:
        index: bytes of the file that ends in ``.index``.
        numbers: bytes of that which ends in ``.data-00000-of-00001``.

    Raises:
        FormatError: ``bad_checkpoint``: it is none, is compressed, or speaks of numbers that are not there.
    """
    try:
        messages = dict(_entries(index))
        messages.pop("", None)  # the header: how many files there are
        tensors = {name: _tensor(_fields(message), numbers) for name, message in messages.items()}
    except (IndexError, ValueError, UnicodeDecodeError) as error:
        raise FormatError("bad_checkpoint", f"its table cannot be read: {error}") from error
    return {name: tensor for name, tensor in tensors.items() if tensor is not None}


def _entries(table: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield key and value of a table."""
    footer = table[-_FOOTER_BYTES:]
    if not footer.endswith(_MAGIC):
        raise ValueError("it does not end as tables do")
    _, at = _varint(footer, 0)
    _, at = _varint(footer, at)  # the first handle is of a block of facts about the table
    start, at = _varint(footer, at)
    size, _ = _varint(footer, at)
    for _, handle in _block(table, start, size):
        start, at = _varint(handle, 0)
        size, _ = _varint(handle, at)
        for key, value in _block(table, start, size):
            yield key.decode(), value


def _block(table: bytes, start: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    block = table[start : start + size]
    if len(block) != size or table[start + size]:
        raise ValueError("a block is cut off or compressed")
    end = size - 4 - 4 * int.from_bytes(block[-4:], "little")
    at, key = 0, b""
    while at < end:
        n_shared, at = _varint(block, at)
        n_more, at = _varint(block, at)
        n_value, at = _varint(block, at)
        if at + n_more + n_value > end or n_shared > len(key):
            raise ValueError("an entry reaches beyond its block")
        key = key[:n_shared] + block[at : at + n_more]
        at += n_more
        yield key, block[at : at + n_value]
        at += n_value


def _fields(message: bytes) -> dict[int, list[int | bytes]]:
    """Return number → values of the fields of a protocol buffer."""
    fields: dict[int, list[int | bytes]] = {}
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        value: int | bytes
        if kind == _VARINT:
            value, at = _varint(message, at)
        elif kind in (_EIGHT, _FOUR):
            length = 8 if kind == _EIGHT else 4
            value, at = message[at : at + length], at + length
        elif kind == _BYTES:
            length, at = _varint(message, at)
            value, at = message[at : at + length], at + length
        else:
            raise ValueError(f"a field of kind {kind}")
        if at > len(message):
            raise ValueError("a field reaches beyond its message")
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def _tensor(fields: Mapping[int, list[int | bytes]], numbers: bytes) -> NDArray[np.float32] | None:
    """Return a tensor of 32-bit floats; None for one of another kind."""
    if fields.get(1) != [_FLOAT]:
        return None
    (shape_message,) = fields.get(2, [b""])
    sizes = _fields(shape_message if isinstance(shape_message, bytes) else b"").get(2, [])
    shape = tuple(_size(size) for size in sizes)
    offset, length = (_whole(fields.get(number, [0])[0]) for number in (4, 5))
    if fields.get(3, [0]) != [0] or length != 4 * int(np.prod(shape, dtype=object)) or offset + length > len(numbers):
        raise ValueError(f"a tensor of shape {shape} is not where it is said to be")
    return np.frombuffer(numbers, "<f4", length // 4, offset).reshape(shape).astype(np.float32)


def _size(dimension: int | bytes) -> int:
    return _whole(_fields(dimension if isinstance(dimension, bytes) else b"").get(1, [0])[0])


def _whole(value: int | bytes) -> int:
    if isinstance(value, bytes):
        raise ValueError("bytes where a number belongs")  # noqa: TRY004 - of the file, not of a caller
    return value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 64, 7):
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("a number of more than ten bytes")
