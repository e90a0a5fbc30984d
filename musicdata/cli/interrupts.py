"""What SIGINT, SIGTERM and SIGHUP do: a command ends by itself as from Ctrl-C, and if it cannot, it is ended.

Python runs a signal's handler between two steps of its own; a library that computes or reads for minutes knows nothing
of it. The C side of the handler writes the signal's number into a pipe at once, though, and a thread that reads it
gives the command some seconds to clean up. What is left after that is what a kill leaves: the same command goes on.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, NoReturn

from musicdata.cli.options import EXIT_INTERRUPTED
from musicdata.cli.output import VOICE, json_line

if TYPE_CHECKING:
    from types import FrameType

GRACE_S = 8.0
_TOLD = "interrupted; what is finished is kept, the same command goes on from there"


def arm(told: str = _TOLD, failure: dict[str, Any] | None = None) -> None:
    """Let this process end within seconds of a SIGINT, SIGTERM or SIGHUP, whatever it is at.

    Ignored signals stay ignored, as `nohup` wants it; where there are no such signals, Ctrl-C does what Python does.

    Args:
        told: what is said on standard error of a command that had to be ended.
        failure: what is printed with `--json` then.
    """
    if os.name != "posix":
        return
    signal.signal(signal.SIGTERM, _interrupt)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # the terminal goes away
        signal.signal(signal.SIGHUP, _interrupt)
    reader, writer = os.pipe()
    if not hasattr(os, "set_blocking"):  # Windows before Python 3.12: a command ends by Python's own handler there
        return
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    arguments = (reader, f"musicdata: {told}\n".encode(), f"{json_line(failure, indent=1)}\n".encode())
    threading.Thread(target=_end_after_grace, args=arguments, daemon=True, name="interrupts").start()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _end_after_grace(reader: int, told: bytes, failure: bytes) -> None:
    while os.read(reader, 1)[0] not in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        pass
    time.sleep(GRACE_S)
    os.write(2, told)
    if VOICE.is_json and not VOICE.has_answered:
        os.write(1, failure)
    os._exit(EXIT_INTERRUPTED)
