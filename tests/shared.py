"""Folders that several processes of a test run look at, made by the first of them that asks."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.trees import digests

MakeOnce = Callable[[str, Callable[[Path], object]], Path]
"""The fixture `made_once`: the name of a folder and what fills it → the folder."""


def of_this_run(temporary: pytest.TempPathFactory) -> Path:
    """Return the folder that all processes of a run have in common."""
    base = temporary.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


def made_once(name: str, make: Callable[[Path], object], temporary: pytest.TempPathFactory) -> Path:
    """Return a folder that `make` has filled: here, or in the process that came first, which is waited for.

    Args:
        name: of the folder, one a run.
        make: fills the empty folder it is given.
        temporary: pytest's own fixture.
    """
    shared = of_this_run(temporary) / "shared"
    shared.mkdir(exist_ok=True)
    whole = shared / f"{name}.whole"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            (shared / name).mkdir()
            make(shared / name)
            whole.write_text(summary(shared / name))
    return shared / name


@contextlib.contextmanager
def shards_of(n_items: int) -> Iterator[None]:
    """Build in shards of so many items: a workspace of many, which in the tests' own would have very many parts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_SHARD_ITEMS", str(n_items))
        yield


def changes(folder: Path) -> list[str]:
    """Name the files of a shared folder that are no longer what they were when it was made."""
    before, now = (
        set(text.splitlines()) for text in (folder.with_name(f"{folder.name}.whole").read_text(), summary(folder))
    )
    return sorted({line.rpartition(" ")[0] for line in before ^ now})


def summary(folder: Path) -> str:
    """Return a line a file: its path and what is in it; a lock names whoever held it last."""
    files = digests(folder, ".")
    return "\n".join(
        f"{path} {digest}" for path, digest in files.items() if Path(path).name not in ("lock", "run.json")
    )
