"""Workspaces that several tests look at; they are built once."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import hypothesis
import pytest

import musicdata
import musicdata_baselines
from musicdata.release.making.freeze import freeze
from musicdata_baselines import report
from tests import crawled as crawl
from tests.songs import write_songs

# A shell that starts the tests in the background lets them ignore SIGINT, and with them every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

hypothesis.settings.register_profile("untimed", deadline=None)  # a busy machine is no fault
hypothesis.settings.load_profile("untimed")


@pytest.fixture(scope="session")
def songs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of ten made-up songs, 45 notes each."""
    return write_songs(tmp_path_factory.mktemp("songs"), 10)


@pytest.fixture(scope="session")
def built(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished musictm workspace; read it, never change it."""
    return musicdata.build("musictm", input=songs, work=tmp_path_factory.mktemp("built") / "work").root


@pytest.fixture
def copied(built: Path, tmp_path: Path) -> Path:
    """A copy of the finished workspace, to spoil."""
    return shutil.copytree(built, tmp_path / "work")


@pytest.fixture(scope="session")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished musictm workspace of 30 made-up songs, a sample each, with its validation; read it, never change it.

    It is too small for the gate to hold.
    """
    songs = write_songs(tmp_path_factory.mktemp("validated-songs"), 30, n_notes=20)
    work = musicdata.build("musictm", input=songs, work=tmp_path_factory.mktemp("validated") / "work").root
    found = musicdata_baselines.validate(work, deep=False, n_permutations=200)
    report.write(found, work / "validation")
    return work


@pytest.fixture(scope="session")
def released(validated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of that workspace, every view but the full one still to be made; read it, never change it."""
    out = tmp_path_factory.mktemp("released") / "release"
    freeze(validated, out, version="1.0.0", allow_failed_gate=True)
    return out


@pytest.fixture
def copied_release(released: Path, tmp_path: Path) -> Path:
    """A copy of the release, to spoil."""
    return shutil.copytree(released, tmp_path / "release")


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished workspace of made-up tracks, as a crawl would leave it; read it, never change it."""
    folder = tmp_path_factory.mktemp("crawled")
    return crawl.build(folder / "work", folder)


@pytest.fixture
def copied_crawl(crawled: Path, tmp_path: Path) -> Path:
    """A copy of that workspace, to spoil."""
    return shutil.copytree(crawled, tmp_path / "crawled")
