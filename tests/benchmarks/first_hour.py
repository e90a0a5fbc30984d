"""Measures the first hour: what installing takes, in seconds and megabytes, and the time to a first result.

Each of musicdata's core and extras, and beside them mirdata, lhotse and datasets, goes into a fresh environment without
pip's cache; then 20 songs are built in that of `build`. Run as ``python -m tests.benchmarks.first_hour``: it needs a
package registry, two gigabytes and some ten minutes.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.costs import ROOT, Command, Cost, measure
from tests.benchmarks.printing import print_table

OTHERS = ("mirdata", "lhotse", "datasets")
EXTRAS = ("", "[validate]", "[build]", "[build,validate]")


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="musicdata-first-hour-") as temporary:
        folder = Path(temporary)
        wheel = _wheel(folder)
        asked = {f"musicdata{extra}": f"{wheel}{extra}" for extra in EXTRAS} | {name: name for name in OTHERS}
        print_table(
            "Installing into a fresh environment, without pip's cache",
            ["package", "s on the clock", "s of processor time", "MB", "packages"],
            [_install(folder / "venv", name, what) for name, what in asked.items()],
        )
        print_table(
            "From nothing to a first result, `musicdata build musictm --limit 20`",
            ["install, s", "build, s", "together, s"],
            [_first_result(folder, wheel)],
        )


def _wheel(folder: Path) -> Path:
    measure(Command([sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(folder), str(ROOT)]))
    return next(folder.glob("*.whl"))


def _install(venv: Path, name: str, what: str) -> list[object]:
    cost, empty = _installed(venv, what)
    listed = measure(Command([str(venv / "bin" / "pip"), "list", "--format", "json"])).stdout
    row = [f"`{name}`", f"{cost.wall_s:.0f}", f"{cost.cpu_s:.0f}", _megabytes(venv) - empty, len(json.loads(listed))]
    shutil.rmtree(venv)
    return row


def _installed(venv: Path, what: str) -> tuple[Cost, int]:
    """Install into a fresh environment; return what that took, and how large it was before, in MB."""
    measure(Command([sys.executable, "-m", "venv", str(venv)]))
    empty = _megabytes(venv)
    return measure(Command([str(venv / "bin" / "pip"), "install", "--quiet", "--no-cache-dir", what])), empty


def _first_result(folder: Path, wheel: Path) -> list[object]:
    installed, _ = _installed(folder / "venv", f"{wheel}[build]")
    command = [str(folder / "venv" / "bin" / "musicdata"), "build", "musictm", "--limit", "20", "--work", "work"]
    built = measure(Command(command, folder))
    return [f"{seconds:.0f}" for seconds in (installed.wall_s, built.wall_s, installed.wall_s + built.wall_s)]


def _megabytes(folder: Path) -> int:
    return round(sum(path.lstat().st_size for path in folder.rglob("*")) / 1e6)


if __name__ == "__main__":
    main()
