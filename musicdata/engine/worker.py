"""A worker process: reads specs as JSON lines, computes them, answers in JSON lines."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.engine import pieces, shards
from musicdata.engine.executor import MEMORY, Spec
from musicdata.errors import MusicdataError
from musicdata.system import processes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATIONS: Mapping[str, Callable[[Spec], dict[str, Any]]] = {
    "want": shards.want,
    "cut": shards.cut,
    "prepare": shards.prepare,
    "shard": shards.compute,
    "count": pieces.count,
    "piece": pieces.compute,
    "merge": pieces.merge,
    "idle": pieces.idle,
}
_MESSAGE_CHARACTERS = 700


def answer(spec: Spec) -> dict[str, Any]:
    """Compute one spec and say how it went; never raises, since one shard's fault must not end the run."""
    try:
        return {"facts": OPERATIONS[spec.operation](spec)}
    except MusicdataError as error:
        return {"error": type(error).__name__, "message": _shorten(str(error))}
    except MemoryError as error:
        return {"error": MEMORY, "message": _shorten(f"there was not enough memory: {error}")}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this shard's, and the engine reports it
        if spec.operation != "piece":  # of these, many fail until the item at fault stands alone
            traceback.print_exc()
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.name}, line {last.lineno} of {Path(last.filename).name}"
        is_systems = isinstance(error, OSError) and error.errno is not None  # a library's own has no number
        name = "OSError" if is_systems else type(error).__name__
        return {"error": name, "message": _shorten(f"{error} (in {where})")}


def _shorten(message: str) -> str:
    return message if len(message) <= _MESSAGE_CHARACTERS else message[:_MESSAGE_CHARACTERS] + "…"


def _go_first() -> None:
    """Ask the kernel to end this process rather than another when there is no memory left."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("900")


def main() -> None:
    """Answer specs until standard input ends."""
    _go_first()
    processes.part_from_others()  # the main process has keys, and this one reads other people's files
    # Whatever a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        answers.write(json.dumps(answer(Spec(**json.loads(line)))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
