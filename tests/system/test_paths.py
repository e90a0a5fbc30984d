"""The gate for paths that come from data."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from musicdata.errors import IntegrityError
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable

OUTSIDE = [
    "../x",
    "a/../../x",
    "a/..",
    "..",
    ".",
    "./x",
    "a/./x",
    "/etc/passwd",
    "//x",
    "a//x",
    "a/",
    "",
    "a\0b",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_a_name_that_does_not_go_down_is_refused(name: str, tmp_path: Path) -> None:
    for use in (paths.inside, paths.open_inside, paths.create_inside, paths.make_inside):
        with pytest.raises(IntegrityError, match="no path inside"):
            use(tmp_path, name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["x", "a/b/c", "...", "..x", "a\nb", "a\\b", "~", "-rf", "é\udcff"])
def test_a_name_that_goes_down_is_taken_as_it_is(name: str, tmp_path: Path) -> None:
    assert paths.inside(tmp_path, name) == tmp_path / name
    with paths.create_inside(tmp_path, name) as file:
        file.write(b"1")
    assert paths.read_inside(tmp_path, name) == b"1"


def test_a_name_too_long_to_be_one_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(IntegrityError, match="cannot be a path"):
        paths.inside(tmp_path, "a" * 300)


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """Return a folder with links to a file and a folder outside of it, and one that leads nowhere."""
    (tmp_path / "other" / "below").mkdir(parents=True)
    (tmp_path / "other" / "file").write_text("theirs")
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "file").symlink_to(tmp_path / "other" / "file")
    (root / "folder").symlink_to(tmp_path / "other")
    (root / "sub" / "folder").symlink_to("../../other")
    (root / "nowhere").symlink_to(tmp_path / "missing")
    (root / "loop").symlink_to("loop")
    return root


@pytest.mark.parametrize(
    "name", ["file", "folder/file", "folder/new", "sub/folder/below", "nowhere", "nowhere/x", "loop"]
)
def test_a_link_on_the_way_is_named_and_not_followed(name: str, linked: Path) -> None:
    for use in (paths.inside, paths.open_inside, paths.read_inside, paths.create_inside, paths.make_inside):
        with pytest.raises(IntegrityError, match="is a link"):
            use(linked, name)
    assert (linked.parent / "other" / "file").read_text() == "theirs"
    assert {path.name for path in (linked.parent / "other").iterdir()} == {"below", "file"}
    assert not (linked.parent / "missing").exists()


@pytest.mark.parametrize("name", ["folder/file", "folder/new", "nowhere/new"])
def test_a_link_put_there_after_the_look_is_not_followed_either(
    name: str, linked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "inside", lambda root, name: root / name)
    for use in (paths.open_inside, paths.create_inside, paths.make_inside):
        with pytest.raises(IntegrityError, match="is a link"):
            use(linked, name)
    assert {path.name for path in (linked.parent / "other").iterdir()} == {"below", "file"}


def test_the_folder_itself_may_be_a_link(linked: Path) -> None:
    with paths.create_inside(linked / "folder", "new/file") as file:
        file.write(b"1")
    assert (linked.parent / "other" / "new" / "file").read_bytes() == b"1"
    assert paths.read_inside(linked / "folder", "file") == b"theirs"


def test_a_file_of_that_name_is_replaced_and_its_other_names_keep_their_bytes(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("theirs")
    os.link(tmp_path / "theirs", tmp_path / "name")
    with paths.create_inside(tmp_path, "name") as file:
        file.write(b"ours")
    assert (tmp_path / "theirs").read_text() == "theirs"
    assert (tmp_path / "name").read_text() == "ours"


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(path))


ODD: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a socket": _socket,
    "a link": lambda path: path.symlink_to("/dev/zero"),
}


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_named_and_not_waited_for(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    path = tmp_path / "odd"
    ODD[kind](path)
    assert not paths.is_regular(path)
    for use in (paths.open_regular, paths.read_regular):
        with pytest.raises(IntegrityError, match=f"is {kind}"):
            use(path)
    for open_or_make in (paths.open_inside, paths.create_inside):
        with pytest.raises(IntegrityError, match=f"is {kind}"):
            open_or_make(tmp_path, "odd")
    assert path.is_symlink() or path.exists()


def test_a_device_is_no_file_even_where_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "zero").symlink_to("/dev/zero")
    for path in (Path("/dev/zero"), tmp_path / "zero"):
        with pytest.raises(IntegrityError, match="is a device"):
            paths.read_regular(path, follow=True)


def test_a_link_that_the_user_names_is_followed(linked: Path) -> None:
    assert paths.read_regular(linked / "file", follow=True) == b"theirs"
    with pytest.raises(IntegrityError, match="is a link"):
        paths.read_regular(linked / "loop", follow=True)
    with pytest.raises(FileNotFoundError):
        paths.read_regular(linked / "nowhere", follow=True)


def test_the_size_is_looked_at_before_a_byte_is_read(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.truncate(300 << 30)
    for use in (paths.read_regular, paths.open_regular):
        with pytest.raises(IntegrityError, match=r"has 322,122,547,200 bytes, at most 1,000 are"):
            use(tmp_path / "sparse", 1_000)
    with pytest.raises(IntegrityError, match="has 322,122,547,200 bytes"):
        paths.read_inside(tmp_path, "sparse")
    with paths.open_inside(tmp_path, "sparse") as file:
        assert file.read(3) == b"\0\0\0"


def test_a_missing_file_is_what_python_says_it_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for name in ("none", "none/file"):
        with pytest.raises(FileNotFoundError):
            paths.read_inside(tmp_path, name)
    with pytest.raises(NotADirectoryError):
        paths.read_inside(tmp_path, "file/x")


def test_no_descriptor_is_left_open(linked: Path) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    for name in ("file", "folder/file", "sub/folder/below", "../x", "sub", "none"):
        with pytest.raises((IntegrityError, OSError)):
            paths.open_inside(linked, name)
        if name != "none":
            with pytest.raises(IntegrityError):
                paths.create_inside(linked, name)
    paths.make_inside(linked, "sub/new")
    assert descriptors() == before


def test_a_mapped_file_is_its_bytes_and_stays_when_it_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"before")
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    mapped = paths.map_inside(tmp_path, "a")
    (tmp_path / "a").unlink()
    (tmp_path / "a").write_bytes(b"after!")
    assert bytes(mapped) == b"before"
    assert paths.map_inside(tmp_path, "empty") == b""
    for name in ("link", "../a"):
        with pytest.raises(IntegrityError):
            paths.map_inside(tmp_path, name)
    with pytest.raises(FileNotFoundError):
        paths.map_inside(tmp_path, "none")
