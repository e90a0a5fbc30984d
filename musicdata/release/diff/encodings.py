"""Tells sounds and pictures that were encoded anew from those that changed."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.release.diff.media import SAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.contract import Contract
    from musicdata.release.diff.values import Mask

_THREADS = 2
_WORTH_A_THREAD_BYTES = 16_000


def set_apart_reencoded(a: pa.Table, b: pa.Table, contract: Contract, differs: Mapping[str, Mask]) -> Mask:
    """Say which rows hold other bytes of the same sound or picture, and take these out of `differs`.

    A text that is the sha256 of the bytes on both sides follows from them, and is taken out too.

    Args:
        a: rows of the first release; `b` rows of the same keys of the second.
        b: see `a`.
        contract: of the table.
        differs: column → rows in which it differs.
    """
    reencoded = np.zeros(len(a), bool)
    for column in contract.columns:
        if not column.is_media or column.name not in differs or not differs[column.name].any():
            continue
        numbers = np.flatnonzero(differs[column.name])
        media: list[list[Any]] = [table.column(column.name).take(numbers).to_pylist() for table in (a, b)]
        anew = np.flatnonzero(_same_content(SAME[column.type], *media))
        numbers = numbers[anew]
        differs[column.name][numbers] = False
        reencoded[numbers] = True
        hashes = [_hashes(values, anew) for values in media]
        for name in _texts(contract, differs):
            is_hash = [pc.equal(t.column(name).take(numbers), h) for t, h in zip((a, b), hashes, strict=True)]
            follows = pc.and_(*is_hash).fill_null(fill_value=False).to_numpy()
            differs[name][numbers[follows]] = False
    return reencoded


def _hashes(media: list[Any], rows: NDArray[np.int64]) -> pa.StringArray:
    return pa.array([hashlib.sha256(media[row]["bytes"]).hexdigest() for row in rows], pa.string())


def _same_content(same: Callable[[bytes, bytes], bool], old: list[Any], new: list[Any]) -> NDArray[np.bool_]:
    def is_same(before: dict[str, Any] | None, after: dict[str, Any] | None) -> bool:
        if before is None or after is None:
            return False
        return before["bytes"] == after["bytes"] or same(before["bytes"], after["bytes"])

    n_bytes = sum(len(value["bytes"]) for value in new if value)
    if n_bytes < _WORTH_A_THREAD_BYTES * len(new):
        return np.fromiter(map(is_same, old, new), bool, len(old))
    with ThreadPoolExecutor(_THREADS) as pool:  # decoders let go of the interpreter
        return np.fromiter(pool.map(is_same, old, new), bool, len(old))


def _texts(contract: Contract, differs: Mapping[str, Mask]) -> list[str]:
    return [column.name for column in contract.columns if column.type == "string" and column.name in differs]
