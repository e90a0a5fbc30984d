"""A command ends within seconds of a signal, whatever it is at."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

DEAF = """
import hashlib
from musicdata.cli import interrupts
interrupts.GRACE_S = 1.0
interrupts.arm()
print("ready", flush=True)
hashlib.pbkdf2_hmac("sha256", b"x", b"y", 2_000_000_000)  # half an hour of a library's own
"""
HEARS = """
import time
from musicdata.cli import interrupts
interrupts.arm()
print("ready", flush=True)
try:
    time.sleep(600)
except KeyboardInterrupt:
    print("cleaned up", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("code", "status", "said"), [(DEAF, 130, ""), (HEARS, 0, "cleaned up\n")])
def test_what_does_not_hear_a_signal_is_ended(code: str, status: int, said: str, number: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(1.0)  # until it is where it hears nothing
        sent_s = time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out.decode()) == (status, said)
    assert (b"interrupted; what is finished is kept" in err) == (status == 130)
    assert time.monotonic() - sent_s < 30
