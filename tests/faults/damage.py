"""Damages a finished workspace in one file, in many ways, and names the files that can be."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

Damage = Callable[[bytes, random.Random], bytes]


def _flipped(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]


def _holed(data: bytes, chance: random.Random) -> bytes:
    """Return it with a run of zeros, as a block that was never written."""
    place = chance.randrange(len(data))
    return data[:place] + bytes(min(64, len(data) - place)) + data[place + 64 :]


def _another_shape(data: bytes, chance: random.Random) -> bytes:
    """Return valid JSON of another shape: a value somewhere in it has become another kind of value."""
    try:
        document = json.loads(data)
    except ValueError:
        return chance.choice([b"[]\n", b"{}\n", b"null\n", b'"text"\n', b"[" * 100_000])
    holder = document
    while isinstance(holder, dict | list) and holder:
        key = chance.choice(list(holder) if isinstance(holder, dict) else list(range(len(holder))))
        if not isinstance(holder[key], dict | list) or not holder[key] or chance.random() < 0.2:
            holder[key] = chance.choice([None, [], {}, "x", -1, True, 1e300])
            break
        holder = holder[key]
    return json.dumps(document).encode()


DAMAGES: dict[str, Damage] = {
    "a flipped bit": _flipped,
    "a hole": _holed,
    "noise of the same length": lambda data, chance: chance.randbytes(len(data)),
    "cut": lambda data, chance: data[: chance.randrange(1, len(data))],
    "empty": lambda _data, _chance: b"",
    "longer": lambda data, chance: data + chance.randbytes(9),
    "another shape": _another_shape,
    "not UTF-8": lambda data, _chance: b"\xff\xfe" + data,
}


def files_of(work: Path) -> Iterator[Path]:
    """Yield the files of a finished workspace: parts, manifests and records, its recipe; not the lock."""
    yield from (
        path for path in sorted(work.rglob("*")) if path.is_file() and path.name != "lock" and path.suffix != ".log"
    )
