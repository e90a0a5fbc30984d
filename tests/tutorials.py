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


def run(page: Path, folder: Path, timeout_s: float = 400, **variables: str) -> list[str]:
    """Run the blocks of a page in `folder`, with an empty home; return what it should have said and did not.

    A block ``text`` has lines that the block before it prints, in their order, others between them; ``…`` stands for anything.

    Raises:
        AssertionError: a command of it failed.
    """
    blocks = pages.blocks(page)
    (folder / "home").mkdir(parents=True)
    (folder / "here").mkdir()
    done = subprocess.run(
        [shutil.which("bash") or "bash", "-c", script(blocks)],
        cwd=folder / "here",
        env=environment(folder / "home", variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, f"{page.name} ended with {done.returncode}:\n{done.stdout[-6000:]}"
    said = re.split(rf"{MARK} \d+\n", done.stdout)[1:]
    return [
        f"{page.name}: block {number} does not say {line!r}:\n{said[number - 1]}"
        for number, block in enumerate(blocks)
        if block.language == "text"
        for line in missing(block.text, said[number - 1])
    ]


def environment(home: Path, variables: dict[str, str]) -> dict[str, str]:
    """Return the environment of somebody who has installed musicdata just now, and nothing else."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: os.environ[name] for name in ("PYTHONPATH", "NUMBA_CACHE_DIR", "VIRTUAL_ENV") if name in os.environ}
    return {"PATH": path, "HOME": str(home), "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", **kept, **variables}


def missing(expected: str, said: str) -> list[str]:
    """Return the lines that are expected and do not come, in their order, in what was said."""
    left = iter([" ".join(line.split()) for line in said.splitlines()])
    return [
        line
        for line in expected.splitlines()
        if line.strip() not in ("", "…") and not any(re.fullmatch(pattern(line), each) for each in left)
    ]


def pattern(line: str) -> str:
    """Return the regular expression of a line with ``…`` in it."""
    return ".*".join(re.escape(" ".join(part.split())) if part.strip() else "" for part in line.split("…")).replace(
        ".*", "\\s*.*"
    ) + r"\s*"
