"""What is written is whole or not there, on disks without hard links too; a lock has one holder."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from musicdata.errors import StorageError
from musicdata.system import files


@pytest.fixture
def without_hard_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that has no hard links, as exFAT and many network disks."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "link", refuse)


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    files.write_whole(path, b"one", tmp_path / "scratch" / "file")
    files.write_whole(path, b"another", tmp_path / "scratch" / "file")
    assert path.read_bytes() == b"another"
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("alone", [True, False])
def test_the_first_to_create_a_file_wins(alone: bool, tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    assert files.create_once(path, b"first", tmp_path / "mine", alone=alone)
    assert not files.create_once(path, b"second", tmp_path / "yours", alone=alone)
    assert path.read_bytes() == b"first"
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


@pytest.mark.usefixtures("without_hard_links")
def test_without_hard_links_a_file_is_created_only_by_who_is_alone(tmp_path: Path) -> None:
    assert files.create_once(tmp_path / "file", b"first", tmp_path / "mine", alone=True)
    with pytest.raises(OSError, match="not supported"):
        files.create_once(tmp_path / "other", b"first", tmp_path / "mine", alone=False)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_who_finds_that_another_has_tidied_up_was_not_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def too_late(source: Path, path: Path) -> None:
        source.unlink()
        link(source, path)

    monkeypatch.setattr(os, "link", too_late)
    assert not files.create_once(tmp_path / "file", b"first", tmp_path / "mine", alone=False)
    with pytest.raises(StorageError, match="No such file"):  # with the lock held, nobody else should have
        files.create_once(tmp_path / "file", b"first", tmp_path / "mine", alone=True)


def test_a_second_name_is_the_same_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    files.link_or_copy(tmp_path / "file", tmp_path / "name", tmp_path / "scratch" / "name")
    assert (tmp_path / "name").samefile(tmp_path / "file")


@pytest.mark.usefixtures("without_hard_links")
def test_without_hard_links_a_second_name_is_a_copy(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"bytes")
    files.link_or_copy(tmp_path / "file", tmp_path / "name", tmp_path / "scratch" / "name")
    assert (tmp_path / "name").read_bytes() == b"bytes"
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_lock_has_one_holder_and_says_who(tmp_path: Path) -> None:
    path = tmp_path / "state" / "lock"
    with files.held(path) as lock:
        lock.write(b"a long name")
        lock.write(b"me")
        with pytest.raises(BlockingIOError), files.held(path):
            pass
    with files.held(path) as lock:
        assert lock.read() == b"me"


def test_a_lock_that_its_holder_removes_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with files.held(path):
        path.unlink()
        with files.held(path) as lock:  # whoever has the new file is not kept out by the old one
            lock.write(b"new")
    assert path.read_bytes() == b"new"


def test_who_waits_for_a_lock_gets_it_when_its_holder_goes_and_takes_the_folder_along(tmp_path: Path) -> None:
    path, waits, has_it = tmp_path / "state" / "lock", threading.Event(), threading.Event()

    def wait() -> None:
        waits.set()
        with files.held(path, wait=True):
            has_it.set()

    with contextlib.ExitStack() as stack:
        stack.enter_context(files.held(path))
        waiting = threading.Thread(target=wait)
        waiting.start()
        waits.wait()
        assert not has_it.wait(0.2)
        path.unlink()
        path.parent.rmdir()
    waiting.join(10)
    assert has_it.is_set()
    assert path.is_file()


@pytest.mark.parametrize("place", ["/dev/null/lock", "/proc/nowhere/lock"])
def test_a_place_where_no_lock_can_be_is_told(place: str) -> None:
    with pytest.raises(StorageError, match="cannot write"), files.held(Path(place)):
        pass


def test_what_only_reads_needs_no_locks() -> None:
    """Import, and read, where the module of the locks is missing, as on Windows."""
    code = "import sys; sys.modules['fcntl'] = None\nimport musicdata\nmusicdata.load, musicdata.open_data, musicdata.check"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_full_disk_is_told_with_path_and_sizes(tmp_path: Path) -> None:
    with (
        pytest.raises(
            StorageError,
            match=r"cannot write .*nowhere/part: No space left on device \([\d,]+ bytes free, 4,096 bytes needed",
        ),
        files.storage_faults(tmp_path / "nowhere" / "part", 4096),
    ):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_other_faults_are_not_taken_for_a_full_disk(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Invalid argument"), files.storage_faults(tmp_path):
        raise OSError(errno.EINVAL, "Invalid argument")
