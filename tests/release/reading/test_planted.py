"""Releases that somebody made to write or read elsewhere, or to be waited for, with all hashes right."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from musicdata.api import releases as api
from musicdata.api.media import save_media
from musicdata.errors import IntegrityError, MusicdataError
from musicdata.release.description import card
from musicdata.release.diff import diff
from musicdata.release.exports import export
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.removal.takedown import takedown
from musicdata.release.verify.files import verify
from tests.release.made import set_values, small

HOSTILE = [
    "../out.flac",
    "../../out.flac",
    "{tmp}/out.flac",
    "a/../../out.flac",
    "..",
    "",
    ".bashrc",
    "a\0.flac",
    "a\n.flac",
]


def called(name: str) -> Callable[[pa.Table], pa.Table]:
    """Return what calls the first sound of a table so."""

    def change(rows: pa.Table) -> pa.Table:
        cells: list[Any] = rows.column("audio").to_pylist()
        return set_values(rows, "audio", [cells[0] | {"path": name}, *cells[1:]])

    return change


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_media_are_saved_under_plain_names_only(name: str, tmp_path: Path) -> None:
    made = replace(small().with_table("audio", called(name.format(tmp=tmp_path))), group_rows=5)
    release = made.write(tmp_path / "in" / "release")
    rows = list(release.rows("audio", columns=["sample_id"]))
    with pytest.raises(IntegrityError, match="no plain file name"):
        list(save_media(release, "audio", rows, tmp_path / "in" / "pictures"))
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert {path.name for path in (tmp_path / "in").iterdir()} <= {"release", "pictures"}
    for deep in (True, False):
        problems = [problem for problem in verify(release.root, deep=deep) if "no plain file name" in str(problem)]
        assert [problem.column for problem in problems] == ["audio"]


@pytest.mark.parametrize("planted", ["link", "dangling", "pipe", "folder"])
def test_media_are_not_written_through_what_has_their_name(planted: str, tmp_path: Path) -> None:
    release = small().write(tmp_path / "release")
    rows = list(release.rows("audio", columns=["sample_id"]))[:1]
    (name,) = release.media("audio", rows[0]["sample_id"])
    theirs, path = tmp_path / "theirs", tmp_path / "pictures" / name
    path.parent.mkdir()
    theirs.write_text("years of work")
    if planted == "pipe":
        os.mkfifo(path)
    elif planted == "folder":
        path.mkdir()
    else:
        path.symlink_to(theirs if planted == "link" else tmp_path / "new")
    with pytest.raises(IntegrityError, match="is a"):
        list(save_media(release, "audio", rows, tmp_path / "pictures"))
    assert theirs.read_text() == "years of work"
    assert not (tmp_path / "new").exists()


def test_media_are_saved_twice_and_somebodys_other_name_keeps_its_bytes(tmp_path: Path) -> None:
    release = small().write(tmp_path / "release")
    rows = list(release.rows("audio", columns=["sample_id"]))[:1]
    first, page = save_media(release, "audio", rows, tmp_path / "pictures")
    data = first.read_bytes()
    first.unlink()
    (tmp_path / "theirs").write_text("years of work")
    os.link(tmp_path / "theirs", first)
    assert list(save_media(release, "audio", rows, tmp_path / "pictures")) == [first, page]
    assert (first.read_bytes(), (tmp_path / "theirs").read_text()) == (data, "years of work")


DATA = "data/samples/train-00000-of-00001.parquet"
PLANTED = {
    "a pipe for data": (DATA, "pipe"),
    "a pipe for a contract": ("manifests/audio.toml", "pipe"),
    "a pipe for the recipe": (layout.RECIPE, "pipe"),
    "a pipe for the record": (layout.RECORD, "pipe"),
    "a device for data": (DATA, "/dev/zero"),
    "a device for a contract": ("manifests/audio.toml", "/dev/zero"),
    "a device for the record": (layout.RECORD, "/dev/zero"),
    "a link for data": (DATA, "copy"),
    "a link for a contract": ("manifests/audio.toml", "copy"),
    "a link for the folder of data": ("data/samples", "copy"),
    "a link for the folder of contracts": ("manifests", "copy"),
    "a folder for data": (DATA, "folder"),
}


def look_at(release: Release) -> None:
    list(release.iterate("audio"))


def look_at_one(release: Release) -> None:
    list(release.rows("audio", "s0003"))


def media_of(release: Release) -> None:
    release.media("audio", "s0003")


def card_of(release: Release) -> None:
    card.check(release.root)


def differences(release: Release) -> None:
    diff(release, release)


def exported(release: Release) -> None:
    export(release, "csv", release.root.with_name("export"))


def taken_down(release: Release) -> None:
    takedown(release.root, ["s0003"], reason="asked", out=release.root.with_name("without"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a release; copy it, never change it."""
    return small().write(tmp_path_factory.mktemp("planted") / "release").root


@pytest.mark.timeout(60)
@pytest.mark.parametrize("use", [look_at, look_at_one, media_of, card_of, differences, exported, taken_down])
@pytest.mark.parametrize("planted", PLANTED)
def test_what_is_no_file_is_named_and_neither_followed_nor_waited_for(
    planted: str, use: Callable[[Release], None], whole: Path, tmp_path: Path
) -> None:
    name, kind = PLANTED[planted]
    root = shutil.copytree(whole, tmp_path / "release")
    path = root / name
    path.rename(tmp_path / "copy")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(tmp_path / kind)
    with pytest.raises(MusicdataError, match=r"is a (link|pipe|folder|device)|no regular file|not what|whole"):
        use(open_release(root))


def test_the_card_is_read_as_a_file(tmp_path: Path) -> None:
    small().write(tmp_path / "release")
    (tmp_path / "release" / layout.CARD).unlink()
    os.mkfifo(tmp_path / "release" / layout.CARD)
    with pytest.raises(IntegrityError):
        api.card(tmp_path / "release")
