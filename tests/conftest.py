"""Workspaces that several tests look at; they are built once."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import pytest

import musicdata
import musicdata_baselines
from musicdata.release.making.freeze import freeze
from musicdata_baselines import report
from tests import crawled as crawl
from tests import shared
from tests import windows as small
from tests.shared import MakeOnce
from tests.songs import write_songs
from tests.windows import Windows

# A shell that starts the tests in the background lets them ignore SIGINT, and with them every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:  # likewise, under nohup
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# numba keeps what it compiled beside librosa. In a new environment two processes do so at once, and one of them has died
# in code that numba had made; with a cache for each process that cannot come of reading the other's.
_NUMBA_CACHE = tempfile.TemporaryDirectory(prefix="musicdata-tests-numba-", ignore_cleanup_errors=True)
os.environ["NUMBA_CACHE_DIR"] = _NUMBA_CACHE.name

# Every table of a workspace has several parts, as in a data set of full size: what holds for one part only is seen here.
os.environ["MUSICDATA_SHARD_ITEMS"] = "4"

collect_ignore = ["benchmarks"]  # they have no tests, and loading what they measure takes seconds

# Files go to processes whole, in this order: those that take a minute come first, so that none is left for the end.
LONG_FIRST = (
    "tests/test_tutorials.py",
    "tests/engine/fetching/",
    "tests/faults/",
    "tests/cli/test_releasing.py",
    "tests/engine/test_build.py",
    "tests/release/",
    "tests/stages/",
    "tests/baselines/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first."""
    items.sort(key=lambda item: next((n for n, start in enumerate(LONG_FIRST) if item.nodeid.startswith(start)), 99))


hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeOnce]:
    """Fills a folder of this name once for all processes; none of them may change it."""
    folders: dict[str, Path] = {}

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folders[name] = shared.made_once(name, fill, tmp_path_factory)
        return folders[name]

    yield make
    assert {name: shared.changes(folder) for name, folder in folders.items() if shared.changes(folder)} == {}


STATED = {"dataset.title": "MusicTM: made-up songs", "release.licence": "CC-BY-4.0"}
"""What other input than the recipe's own is called; without it, title, authors and licence are not stated."""


@pytest.fixture(scope="session")
def songs(made_once: MakeOnce) -> Path:
    """A folder of ten made-up songs, 45 notes each."""
    return made_once("songs", lambda folder: write_songs(folder, 10))


@pytest.fixture(scope="session")
def built(songs: Path, made_once: MakeOnce) -> Path:
    """A finished musictm workspace; read it, never change it."""

    def make(folder: Path) -> None:
        musicdata.build("musictm", input=songs, work=folder / "work", overrides=STATED)

    return made_once("built", make) / "work"


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to spoil."""
    return shutil.copytree(built, tmp_path / "work")


@pytest.fixture(scope="session")
def validated(made_once: MakeOnce) -> Path:
    """A finished musictm workspace of 30 made-up songs, a sample each, with its validation; read it, never change it.

    It is too small for the gate to hold.
    """

    def make(folder: Path) -> None:
        songs = write_songs(folder / "songs", 30, n_notes=20)
        with shared.shards_of(10):
            work = musicdata.build("musictm", input=songs, work=folder / "work", overrides=STATED).root
        found = musicdata_baselines.validate(work, deep=False, n_permutations=200)
        report.write(found, work / "validation")

    return made_once("validated", make) / "work"


@pytest.fixture(scope="session")
def released(validated: Path, made_once: MakeOnce) -> Path:
    """A release of that workspace, every view but the full one still to be made; read it, never change it."""

    def make(folder: Path) -> None:
        freeze(validated, folder / "release", version="1.0.0", allow_failed_gate=True, date="2026-03-09")

    return made_once("released", make) / "release"


@pytest.fixture(scope="session")
def windows(made_once: MakeOnce) -> Windows:
    """Windows of 10 notes of six songs, without pictures and sounds, and their release; never change them."""
    return Windows(made_once("windows", small.make))


@pytest.fixture
def copied_release(released: Path, tmp_path: Path) -> Path:
    """A copy of the release, to spoil."""
    return shutil.copytree(released, tmp_path / "release")


@pytest.fixture(scope="session")
def crawled(made_once: MakeOnce) -> Path:
    """A finished workspace of made-up tracks, as a crawl would leave it; read it, never change it."""
    return made_once("crawled", lambda folder: crawl.build(folder / "work", folder)) / "work"


@pytest.fixture
def copied_crawl(crawled: Path, tmp_path: Path) -> Path:
    """A copy of that workspace, to spoil."""
    return shutil.copytree(crawled, tmp_path / "crawled")
