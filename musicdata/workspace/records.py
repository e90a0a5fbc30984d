"""Records of a workspace as they are read: whole, or damaged and named, never half believed.

A manifest ends with the sha256 of what it says, so that any byte of it that changed is noticed. One that was written
before there was such a sum is taken for what its shape says.
"""

from __future__ import annotations

import errno
import json
import re
from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError
from musicdata.system import paths
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Record = dict[str, Any]

_UNREADABLE = {errno.EISDIR, errno.EIO, errno.ELOOP, errno.EACCES, errno.ENOTDIR}
_SUM = "sha256"
_PART_FILE = re.compile(r"part-\d{5,}-[0-9a-f]{16}\.parquet")
_SHA256 = re.compile("[0-9a-f]{64}")
_PART = {"file": str, "sha256": str, "bytes": int, "rows": int, "first": str, "last": str}
_SHARD = {"key": str, "first": str, "last": str, "n_items": int, "parts": dict, "reasons": dict}
_MANIFEST = {"origin": dict, "tools": dict, "shards": list, "tables": dict, "rejects": dict}
_ORIGIN = {"facts": dict, "contracts": dict, "inputs": dict, "source": str}
_FACTS = {"stage": str, "version": int, "parameters": dict}
_TABLE = {"digest": str, "rows": int, "bytes": int}


def read(path: Path) -> Record | None:
    """Return the object in a JSON file, or None when there is no such file.

    Raises:
        IntegrityError: the file is no JSON object.
    """
    try:
        data = paths.read_regular(path, paths.MAX_FILE_BYTES)  # plans and hashes grow with the input
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno not in _UNREADABLE:
            raise
        raise damaged(path, error.strerror or "it cannot be read") from error
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:  # among them what is no UTF-8
        raise damaged(path, f"no JSON: {error}" if data else "it is empty") from error
    if not isinstance(value, dict):
        raise damaged(path, f"{type(value).__name__} instead of an object")
    return value


def damaged(path: Path, what: str) -> IntegrityError:
    """Return the error that names a damaged record."""
    return IntegrityError(f"{path} is damaged ({what}); the command that builds the workspace writes it anew")


def summed(manifest: Record) -> Record:
    """Return a manifest with the sum of what it says."""
    return manifest | {_SUM: digest_of(manifest)}


def read_manifest(path: Path) -> Record | None:
    """Return what a sealed stage's manifest says, or None when there is none.

    Raises:
        IntegrityError: it is not what was written, or has not the shape of one.
    """
    manifest = read(path)
    if manifest is None:
        return None
    if _SUM in manifest and manifest.pop(_SUM) != digest_of(manifest):
        raise damaged(path, "its own sum differs")
    _require(path, manifest.keys() == _MANIFEST.keys(), "other keys than a manifest's")
    _require_shape(path, manifest, _MANIFEST)
    _require_shape(path, manifest["origin"], _ORIGIN)
    _require_shape(path, manifest["origin"]["facts"], _FACTS)
    for facts in manifest["tables"].values():
        _require_shape(path, facts, _TABLE)
    for shard in manifest["shards"]:
        _require_shard(path, shard)
        _require(path, shard["parts"].keys() <= manifest["tables"].keys(), "a part of a table it does not name")
    return manifest


def read_shard(path: Path) -> Record | None:
    """Return the record of a shard that was computed, or None when there is none.

    Raises:
        IntegrityError: it has not the shape of one.
    """
    record = read(path)
    if record is not None:
        _require_shard(path, record)
    return record


def _require_shard(path: Path, shard: Any) -> None:
    _require_shape(path, shard, _SHARD)
    rejects = shard.get("rejects", 0)
    for part in [*shard["parts"].values(), *([] if rejects is None else [rejects])]:
        _require_shape(path, part, _PART)
        is_named = _PART_FILE.fullmatch(part["file"]) and _SHA256.fullmatch(part["sha256"])
        _require(path, bool(is_named), f"{part['file']!r} is no name of a part")


def _require_shape(path: Path, record: Any, shape: Mapping[str, type]) -> None:
    _require(path, isinstance(record, dict), f"{type(record).__name__} instead of an object")
    for key, kind in shape.items():
        is_right = isinstance(record.get(key), kind) and not (kind is int and record[key] is True)
        _require(path, is_right, f"{key} is {record.get(key)!r:.40}")


def _require(path: Path, holds: bool, what: str) -> None:
    if not holds:
        raise damaged(path, what)
