"""A worker process: reads specs as JSON lines, computes them, answers in JSON lines."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, Any

from musicdata.engine import shards
from musicdata.engine.executor import Spec
from musicdata.errors import MusicdataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPERATIONS: Mapping[str, Callable[[Spec], dict[str, Any]]] = {
    "want": shards.want,
    "cut": shards.cut,
    "shard": shards.compute,
}
_MESSAGE_CHARACTERS = 700


def answer(spec: Spec) -> dict[str, Any]:
    """Compute one spec and say how it went; never raises, since one shard's fault must not end the run."""
    try:
        return {"facts": OPERATIONS[spec.operation](spec)}
    except MusicdataError as error:
        return {"error": type(error).__name__, "message": _shorten(str(error))}
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this shard's, and the engine reports it
        traceback.print_exc()
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.name}, line {last.lineno} of {os.path.basename(last.filename)}"  # noqa: PTH119
        return {"error": type(error).__name__, "message": _shorten(f"{error} (in {where})")}


def _shorten(message: str) -> str:
    return message if len(message) <= _MESSAGE_CHARACTERS else message[:_MESSAGE_CHARACTERS] + "…"


def main() -> None:
    """Answer specs until standard input ends."""
    # Whatever a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin:
        answers.write(json.dumps(answer(Spec(**json.loads(line)))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
