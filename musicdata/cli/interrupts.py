"""What SIGINT and SIGTERM do: a command ends by itself as from Ctrl-C, and if it cannot, it is ended.

Python runs a signal's handler between two steps of its own; a library that computes or reads for minutes knows nothing
of it. The C side of the handler writes the signal's number into a pipe at once, though, and a thread that reads it
gives the command some seconds to clean up. What is left after that is what a kill leaves: the same command goes on.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING, NoReturn

from musicdata.cli.options import EXIT_INTERRUPTED

if TYPE_CHECKING:
    from types import FrameType

GRACE_S = 8.0
_TOLD = b"musicdata: interrupted; what is finished is kept, the same command goes on from there\n"


def arm() -> None:
    """Let this process end within seconds of a SIGINT or SIGTERM, whatever it is at; ignored signals stay ignored."""
    signal.signal(signal.SIGTERM, _interrupt)
    reader, writer = os.pipe()
    if not hasattr(os, "set_blocking"):  # Windows before Python 3.12: a command ends by Python's own handler there
        return
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_end_after_grace, args=(reader,), daemon=True, name="interrupts").start()


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _end_after_grace(reader: int) -> None:
    while os.read(reader, 1)[0] not in (signal.SIGINT, signal.SIGTERM):
        pass
    time.sleep(GRACE_S)
    os.write(2, _TOLD)
    os._exit(EXIT_INTERRUPTED)
