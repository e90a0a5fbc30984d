"""Runs a page as its reader would: every block of shell and Python, in order, in one empty folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests import pages
from tests.pages import Block

MARK = "=== block"
TIMEOUT_S = 560.0  # less than a test may take
SHELL = "set -euo pipefail\nexec 2>&1\n"


def script(blocks: list[Block]) -> str:
    """Return the script of a page: shell as it stands, a block with a title is that file, Python without one is run."""
    lines = [SHELL]
    for number, block in enumerate(blocks):
        lines.append(f"echo '{MARK} {number}'")
        if block.title:
            lines.append(f"cat > {block.title} <<'END OF FILE'\n{block.text}END OF FILE")
        elif block.language == "sh":
            lines.append(block.text)
        elif block.language == "python":
            lines.append(f"python - <<'END OF FILE'\n{block.text}END OF FILE")
    return "\n".join(lines)


def run(page: Path, folder: Path, *, first_on_path: Path | None = None, **variables: str) -> list[str]:
    """Run the blocks of a page in `folder`, with an empty home; return what it should have said and did not.

    A block ``text`` has lines that the block before it prints, in their order, others between them; ``…`` stands for anything.

    Args:
        page: the page.
        folder: an empty folder, or one to make.
        first_on_path: folder of Python modules that come before all others.
        variables: of the environment, as the page has them.

    Raises:
        AssertionError: a command of it failed.
    """
    blocks = pages.blocks(page)
    for name in ("home", "here"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script(blocks)],
        cwd=folder / "here",
        env=environment(folder / "home", first_on_path) | variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    assert done.returncode == 0, f"{page.name} ended with {done.returncode}:\n{done.stdout[-6000:]}"
    said = re.split(rf"{MARK} \d+\n", done.stdout)[1:]
    return [
        f"{page.name}: block {number} does not say {line!r}:\n{said[number - 1]}"
        for number, block in enumerate(blocks)
        if block.language == "text"
        for line in missing(block.text, said[number - 1])
    ]


def environment(home: Path, first_on_path: Path | None) -> dict[str, str]:
    """Return the environment of somebody who has installed musicdata just now, and nothing else."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    modules = os.pathsep.join(filter(None, [str(first_on_path or ""), os.environ.get("PYTHONPATH", "")]))
    kept = {name: os.environ[name] for name in ("NUMBA_CACHE_DIR",) if name in os.environ}
    return {"PATH": path, "PYTHONPATH": modules, "HOME": str(home), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", **kept}


def missing(expected: str, said: str) -> list[str]:
    """Return the lines that are expected and do not come, in their order, in what was said."""
    lines = [" ".join(line.split()) for line in said.splitlines()]
    absent = []
    for line in filter(str.strip, expected.splitlines()):
        at = next((number for number, each in enumerate(lines) if re.fullmatch(pattern(line), each)), None)
        if at is None:
            absent.append(line)
        else:
            lines = lines[at + 1 :]
    return absent


def pattern(line: str) -> str:
    """Return the regular expression of a line with ``…`` in it."""
    return " ?.* ?".join(re.escape(" ".join(part.split())) for part in line.split("…"))
