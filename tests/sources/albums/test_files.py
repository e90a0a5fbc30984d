"""Where the two files are: a folder or an archive, and what of an archive is refused."""

from __future__ import annotations

import gzip
import io
import os
import struct
import zipfile
from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources.albums import archive, files
from tests import mard

ALBUMS, REVIEWS = [mard.album(1), mard.album(2)], [mard.review(1, 1), mard.review(2, 2)]
MEMBERS = {f"mard/{mard.METADATA}": mard.lines(ALBUMS), f"mard/{mard.REVIEWS}": mard.lines(REVIEWS)}


def read(source: Path) -> list[list[tuple[int, bytes | None]]]:
    found = files.find(str(source))
    return [list(file.lines()) for file in (found.metadata, found.reviews)]


EXPECTED = [list(enumerate(mard.lines(objects).split(b"\n"), 1)) for objects in (ALBUMS, REVIEWS)]


def test_the_same_lines_come_of_a_folder_of_packed_files_and_of_an_archive(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path / "folder", ALBUMS, REVIEWS)
    assert read(folder) == EXPECTED
    assert read(mard.write_zip(tmp_path / "mard.zip", ALBUMS, REVIEWS)) == EXPECTED
    deep = tmp_path / "deep" / "mard"
    deep.mkdir(parents=True)
    for name, data in MEMBERS.items():
        (deep / f"{Path(name).name}.gz").write_bytes(gzip.compress(data))
    assert read(tmp_path / "deep") == EXPECTED
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as zipped:
        for name, data in (MEMBERS | {f"__MACOSX/mard/{mard.REVIEWS}": b"x"}).items():
            zipped.writestr(name, data)
    (tmp_path / "stored").write_bytes(stored.getvalue())
    assert read(tmp_path / "stored") == EXPECTED


def test_a_folder_may_hold_the_archive_beside_other_things(tmp_path: Path) -> None:
    (tmp_path / "dumps").mkdir()
    mard.write_zip(tmp_path / "dumps" / "mard.zip", ALBUMS, REVIEWS)
    (tmp_path / "release.tar.xz").write_bytes(b"of another stage")
    assert read(tmp_path) == EXPECTED
    digest = files.find(str(tmp_path)).digest()
    assert digest == files.find(str(tmp_path / "dumps" / "mard.zip")).digest()
    (tmp_path / "release.tar.xz").write_bytes(b"another one")
    assert files.find(str(tmp_path)).digest() == digest
    unpacked = mard.write_folder(tmp_path / "unpacked", ALBUMS[:1], REVIEWS)
    assert read(tmp_path) == read(unpacked) != EXPECTED
    (tmp_path / "unpacked" / mard.REVIEWS).unlink()
    with pytest.raises(InputError, match=f"has no {mard.REVIEWS}"):
        files.find(str(tmp_path))
    (tmp_path / "unpacked" / mard.METADATA).unlink()
    mard.write_zip(tmp_path / "mard.zip", ALBUMS, REVIEWS)
    with pytest.raises(InputError, match=r"mard.zip 2 times"):
        files.find(str(tmp_path))


def test_lines_are_counted_by_the_length_of_the_first(tmp_path: Path) -> None:
    many = [mard.review(number, 1) for number in range(5000)]
    for source in (mard.write_folder(tmp_path / "f", ALBUMS, many), mard.write_zip(tmp_path / "z", ALBUMS, many)):
        found = files.find(str(source))
        assert found.metadata.n_lines() == 2
        assert found.reviews.n_lines() == pytest.approx(5000, rel=0.02)


def test_the_digest_is_that_of_the_files(tmp_path: Path) -> None:
    one, same = (mard.write_folder(tmp_path / name, ALBUMS, REVIEWS) for name in ("one", "same"))
    other = mard.write_folder(tmp_path / "other", ALBUMS, REVIEWS[:1])
    digests = [files.find(str(folder)).digest() for folder in (one, same, other)]
    assert digests[0] == digests[1] != digests[2]


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path / "folder", ALBUMS, REVIEWS)
    (folder / mard.REVIEWS).unlink()
    (tmp_path / "no.zip").write_bytes(b"no archive at all")
    (tmp_path / "half.zip").write_bytes(mard.packed({mard.METADATA: b"{}", f"{mard.REVIEWS}.gz": b""}))
    for source, message in (
        ("", "give the folder or the zip archive"),
        (str(tmp_path / "none"), "no such file or folder"),
        (str(folder), f"has no {mard.REVIEWS}"),
        (str(tmp_path / "no.zip"), "no readable zip archive"),
        (str(tmp_path / "half.zip"), f"has no {mard.REVIEWS}"),
    ):
        with pytest.raises(InputError, match=message):
            files.find(source)


def test_a_file_that_is_there_twice_is_told(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path / "folder", ALBUMS, REVIEWS)
    (folder / f"{mard.REVIEWS}.gz").write_bytes(gzip.compress(b"{}"))
    with pytest.raises(InputError, match=f"{mard.REVIEWS} 2 times"):
        files.find(str(folder))
    (tmp_path / "two.zip").write_bytes(mard.packed(MEMBERS | {f"other/{mard.METADATA}": b"{}"}))
    with pytest.raises(InputError, match=f"{mard.METADATA} 2 times"):
        files.find(str(tmp_path / "two.zip"))


def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path / "folder", ALBUMS, REVIEWS)
    outside = tmp_path / "outside"
    (folder / mard.REVIEWS).rename(outside)
    (folder / mard.REVIEWS).symlink_to(outside)
    with pytest.raises(InputError, match=f"{mard.REVIEWS} is a link that leads out of the input folder"):
        files.find(str(folder))


def test_an_archive_may_be_reached_by_a_link_that_its_user_names(tmp_path: Path) -> None:
    mard.write_zip(tmp_path / "mard.zip", ALBUMS, REVIEWS)
    (tmp_path / "link").symlink_to("mard.zip")
    assert read(tmp_path / "link") == EXPECTED
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="no such file or folder"):
        files.find(str(tmp_path / "pipe"))


def with_member(name: str, mode: int = 0) -> bytes:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        for member, data in MEMBERS.items():
            zipped.writestr(member, data)
        zipped.writestr(info, b"x")
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (with_member("../../evil"), "'../../evil' points outside"),
        (with_member("/etc/passwd"), "'/etc/passwd' points outside"),
        (with_member("mard/x", 0o120777), "'mard/x' is a link or a device"),
        (with_member("MARD/" + mard.METADATA), f"two members named 'MARD/{mard.METADATA}'"),
    ],
)
def test_an_archive_with_a_member_that_leads_elsewhere_is_refused_by_its_name(
    data: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / "hostile.zip").write_bytes(data)
    with pytest.raises(InputError, match=message):
        files.find(str(tmp_path / "hostile.zip"))


def changed(data: bytes, at: bytes, offset: int, value: bytes) -> bytes:
    """Return an archive in whose every record of a kind some bytes are others."""
    places, start = [], data.find(at)
    while start >= 0:
        places.append(start)
        start = data.find(at, start + 1)
    altered = bytearray(data)
    for place in places:
        altered[place + offset : place + offset + len(value)] = value
    return bytes(altered)


PACKED = mard.packed(MEMBERS)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (changed(PACKED, b"PK\x01\x02", 8, b"\x01\x00"), "is encrypted"),
        (changed(PACKED, b"PK\x01\x02", 10, struct.pack("<H", zipfile.ZIP_LZMA)), "neither stored nor deflated"),
        (changed(PACKED, b"PK\x03\x04", 0, b"PK\x00\x00"), "cannot be read"),
        (PACKED[:60] + bytes(40) + PACKED[100:], "is damaged"),
        (PACKED[: len(PACKED) // 2], "no readable zip archive"),
        (changed(PACKED, b"PK\x05\x06", 12, struct.pack("<I", 100 << 20)), "has a directory of 104,857,600 bytes"),
        (changed(PACKED, b"PK\x05\x06", 12, b"\xff" * 4) , "no readable zip archive"),
    ],
)  # fmt: skip
def test_an_archive_that_is_damaged_or_lies_is_refused(data: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "odd.zip").write_bytes(data)
    with pytest.raises(InputError, match=message):
        read(tmp_path / "odd.zip")


def test_a_bomb_is_refused_once_more_came_out_than_a_text_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "RATIO_FLOOR_BYTES", 1 << 20)
    zeros = (b"0" * 1000 + b"\n") * 3000
    (tmp_path / "bomb.zip").write_bytes(mard.packed(MEMBERS | {f"mard/{mard.REVIEWS}": zeros}))
    with pytest.raises(InputError, match=f"'mard/{mard.REVIEWS}' unpacks to more than"):
        read(tmp_path / "bomb.zip")


def test_a_packed_file_that_is_cut_is_told(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path / "folder", ALBUMS, REVIEWS)
    (folder / f"{mard.REVIEWS}.gz").write_bytes(gzip.compress(mard.lines(REVIEWS))[:-20])
    (folder / mard.REVIEWS).unlink()
    with pytest.raises(InputError, match=r"mard_reviews.json.gz cannot be read: Compressed file ended"):
        read(folder)
