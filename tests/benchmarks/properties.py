"""Tries the slow properties of a release with all of their examples: a test run tries a fifth of them.

Run as ``python -m tests.benchmarks.properties``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from tests.benchmarks.printing import print_table
from tests.examples import VARIABLE

FILES = (
    "tests/engine/fetching/test_secrets.py",
    "tests/release/description/test_citation.py",
    "tests/release/diff/test_diff.py",
    "tests/release/verify/test_files.py",
)


def main() -> int:
    """Print the table; return 1 if a property does not hold."""
    rows, failed = [], False
    for name in FILES:
        begin_s = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", name],
            check=False,
            env={**os.environ, VARIABLE: "1"},
            stdout=subprocess.PIPE,
            text=True,
        )
        failed |= done.returncode != 0
        rows.append([f"`{name}`", f"{time.monotonic() - begin_s:.0f}", done.stdout.splitlines()[-1]])
    print_table("Properties with all of their examples", ["tests", "s", "what pytest says"], rows)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
