from __future__ import annotations

import io
import json
import tarfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pytest

from musicdata.errors import InputError
from musicdata.sources.acousticbrainz import dump
from musicdata.sources.acousticbrainz.dump import Archive, Document, Refused
from tests.acousticbrainz import Codec, compressed, lowlevel, mbid, member_name, tar, write_archive

A, B, C = mbid(1), mbid(2), mbid(3)
THREE = [(member_name(A), b"a"), (member_name(B), b"b"), (member_name(B, 1), b"b1"), (member_name(C), b"c")]


def only(source: Path) -> Archive:
    [archive] = dump.archives(str(source))
    return archive


def scanned(source: Path, *wanted: str, submissions: bool = True) -> tuple[dict[tuple[str, int], bytes], list[Refused]]:
    """Return the documents of an archive, by recording and submission, and what was refused."""
    read = list(dump.scan(only(source), set(wanted), submissions=submissions))
    documents = {(one.recording_id, one.submission): one.data for one in read if isinstance(one, Document)}
    return documents, [one for one in read if isinstance(one, Refused)]


def test_of_an_archive_the_wanted_documents_are_read(tmp_path: Path) -> None:
    write_archive(tmp_path, [*THREE, ("folder/COPYING", b"CC0")])
    assert scanned(tmp_path, B, C) == ({(B, 0): b"b", (B, 1): b"b1", (C, 0): b"c"}, [])
    assert scanned(tmp_path, B, submissions=False) == ({(B, 0): b"b"}, [])
    assert scanned(tmp_path) == ({}, [])


@pytest.mark.parametrize(
    ("ending", "codec"), [(".tar.zst", "zstd"), (".tar.bz2", "bz2"), (".tgz", "gzip"), (".tar", None)]
)
def test_archives_may_be_packed_otherwise(tmp_path: Path, ending: str, codec: Codec | None) -> None:
    data = tar(THREE)
    (tmp_path / f"some{ending}").write_bytes(compressed(data, codec) if codec else data)
    assert only(tmp_path).name == "some"
    assert len(scanned(tmp_path, A, B)[0]) == 3


def test_an_archive_of_several_frames_is_read_to_its_end(tmp_path: Path) -> None:
    """Programs that compress on several processors write a frame after the other, some with frames to be skipped."""
    data, skipped = tar(THREE), (0x184D2A50).to_bytes(4, "little") + (3).to_bytes(4, "little") + b"xyz"
    pieces = [compressed(data[start : start + 700]) for start in range(0, len(data), 700)]
    (tmp_path / "a.tar.zst").write_bytes(skipped + skipped.join(pieces))
    assert scanned(tmp_path, A, B, C) == ({(A, 0): b"a", (B, 0): b"b", (B, 1): b"b1", (C, 0): b"c"}, [])


def test_the_layout_of_mediaeval_has_no_numbers(tmp_path: Path) -> None:
    name = "acousticbrainz-mediaeval-train-intersection-highlevel"
    write_archive(tmp_path, [(f"{name}/{A[:2]}/{A}.json", b"{}")], f"{name}.tar.zst")
    assert list(dump.scan(only(tmp_path), {A})) == [Document("highlevel", A, 0, b"{}")]
    write_archive(tmp_path, [(f"acousticbrainz-mediaeval-train/{A[:2]}/{A}.json", b"{}")], f"{name}.tar.zst")
    assert list(dump.scan(only(tmp_path), {A})) == [Document("", A, 0, b"{}")]


def test_loose_documents_are_read_too(tmp_path: Path) -> None:
    for recording_id, submission in ((A, 0), (A, 1), ("ff" + B[2:], 0)):
        path = tmp_path / member_name(recording_id, submission)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
    (tmp_path / "truth.json").write_text("{}")
    archives = dump.archives(str(tmp_path))
    assert [(one.name, len(one.files), one.is_loose) for one in archives] == [
        ("files-00", 2, True),
        ("files-ff", 1, True),
    ]
    assert list(dump.scan(archives[0], {A}, submissions=False)) == [Document("lowlevel", A, 0, b"{}")]
    assert dump.of_items(str(tmp_path), archives[0].items) == archives[0]


def test_archives_of_one_name_are_told_apart(tmp_path: Path) -> None:
    for name in ("low/0.tar.zst", "high/0.tar.zst", "1.tar.zst", ".hidden.tar.zst"):
        write_archive(tmp_path, [], name)
    assert [archive.name for archive in dump.archives(str(tmp_path))] == ["1", "high/0", "low/0"]
    write_archive(tmp_path, [], "low/0.tar")
    with pytest.raises(InputError, match=r"two archives below .* are called low/0"):
        dump.archives(str(tmp_path))


def test_an_archive_whose_name_is_no_text_has_one_all_the_same(tmp_path: Path) -> None:
    write_archive(tmp_path, THREE, "caf\udce9.tar.zst")
    assert only(tmp_path).name == "caf\\udce9"
    assert len(scanned(tmp_path, A)[0]) == 1


def test_a_file_may_be_named_by_a_link_but_none_is_followed_below_a_folder(tmp_path: Path) -> None:
    path = write_archive(tmp_path / "elsewhere", THREE)
    (tmp_path / "link.tar.zst").symlink_to(path)
    assert len(scanned(tmp_path / "link.tar.zst", A)[0]) == 1
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link.tar.zst").symlink_to(path)
    with pytest.raises(InputError, match="holds no archive"):
        dump.archives(str(tmp_path / "folder"))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda folder: "", "no dump is named"),
        (lambda folder: str(folder / "none"), "no such file or folder"),
        (str, "holds no archive"),
        (lambda folder: str(write_archive(folder, [], "a.zip")), "is no archive that is read here"),
    ],
)
def test_where_nothing_is(tmp_path: Path, make: object, says: str) -> None:
    with pytest.raises(InputError, match=says):
        dump.archives(make(tmp_path))  # type: ignore[operator]


def hostile(folder: Path) -> Path:
    """Write an archive with members that nobody should read."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        for name in (
            f"lowlevel/../../{A}-0.json",
            f"/lowlevel/{A}-0.json",
            f"lowlevel\\{A}-0.json",
            "lowlevel/no-id-0.json",
            f"lowlevel/{A}-12345678901.json",
            "README",
        ):
            packed.addfile(tarfile.TarInfo(name))
        for flag in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"lowlevel/{A}-0.json")
            info.type, info.linkname = flag, "/etc/passwd"
            packed.addfile(info)
        packed.addfile(tarfile.TarInfo(member_name(B)))
    path = folder / "hostile.tar.zst"
    path.write_bytes(compressed(file.getvalue()))
    return path


def test_hostile_members_are_refused_by_name_and_leave_no_trace(tmp_path: Path) -> None:
    documents, refused = scanned(hostile(tmp_path), A, B)
    assert documents == {(B, 0): b""}
    assert Counter(one.reason for one in refused) == {"unsafe_path": 3, "no_recording_id": 2, "not_a_file": 4}
    assert f"hostile: /lowlevel/{A}-0.json" in {one.name for one in refused}
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.tar.zst"]


def test_names_that_are_no_text_are_shown_all_the_same(tmp_path: Path) -> None:
    name = b"caf\xe9\n\x1b[31m.json".decode("utf-8", "surrogateescape")
    _, [refused] = scanned(write_archive(tmp_path, [(name, b"")]))
    assert refused.name.isprintable()
    assert refused.name.isascii()


def test_of_many_members_that_are_refused_not_all_are_named(tmp_path: Path) -> None:
    members = [(f"lowlevel/{number}.json", b"") for number in range(dump.MAX_REFUSED + 7)]
    _, refused = scanned(write_archive(tmp_path, members))
    assert len(refused) == dump.MAX_REFUSED + 1
    assert refused[-1].reason == "more_members_refused"
    assert refused[-1].detail.endswith("no_recording_id 7")


def test_a_document_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "MAX_DOCUMENT_BYTES", 3)
    documents, [refused] = scanned(write_archive(tmp_path, [(member_name(A), b"1234"), (member_name(B), b"123")]), A, B)
    assert documents == {(B, 0): b"123"}
    assert (refused.reason, refused.detail) == ("too_large", "4 bytes, at most 3 are read")


@pytest.mark.parametrize("codec", ["zstd", "gzip"])
def test_an_archive_that_breaks_off_keeps_what_was_before(tmp_path: Path, codec: Codec) -> None:
    contents = [json.dumps(lowlevel(seed=number)).encode() for number in range(12)]
    data = compressed(tar((member_name(mbid(number)), one) for number, one in enumerate(contents)), codec)
    ending = {"zstd": "zst", "gzip": "gz"}[codec]
    (tmp_path / f"short.tar.{ending}").write_bytes(data[: len(data) * 2 // 3])
    documents, refused = scanned(tmp_path, *(mbid(number) for number in range(12)))
    assert 0 < len(documents) < 12
    assert list(documents.values()) == contents[: len(documents)]
    assert [(one.name, one.reason) for one in refused] == [("short", "truncated_archive")]


def test_an_archive_without_the_mark_of_its_end_is_told(tmp_path: Path) -> None:
    (tmp_path / "short.tar.zst").write_bytes(compressed(tar(THREE)[: 512 * 8]))
    documents, [refused] = scanned(tmp_path, A, B, C)
    assert len(documents) == 4
    assert refused.reason == "truncated_archive"


@pytest.mark.parametrize("noise", [b"", b"no zstd at all", compressed(b"no tar at all" * 100), compressed(b"")])
def test_what_is_no_archive_is_told(tmp_path: Path, noise: bytes) -> None:
    (tmp_path / "odd.tar.zst").write_bytes(noise)
    documents, [refused] = scanned(tmp_path, A)
    assert documents == {}
    assert (refused.name, refused.reason in ("truncated_archive", "damaged_archive")) == ("odd", True)


def test_a_changed_byte_is_told_where_the_archive_has_a_sum(tmp_path: Path) -> None:
    data = bytearray(compressed(tar([(member_name(A), json.dumps(lowlevel()).encode())]), "gzip"))
    data[-8] ^= 0xFF  # of the sum itself
    (tmp_path / "sum.tar.gz").write_bytes(data)
    [refused] = scanned(tmp_path)[1]
    assert (refused.name, refused.reason) == ("sum", "damaged_archive")


def test_a_bomb_is_left_alone(tmp_path: Path) -> None:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        info = tarfile.TarInfo("README")
        info.size = 1 << 40
        stream.write(info.tobuf())
        for _ in range(100):
            stream.write(bytes(1 << 20))
    (tmp_path / "bomb.tar.zst").write_bytes(bytes(sink.getvalue()))
    _, [refused] = scanned(tmp_path, A)
    assert refused.reason == "decompression_bomb"
    assert "more than 400 to one" in refused.detail


def test_the_digest_is_of_the_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_archive(tmp_path, THREE)
    before = only(tmp_path).digest()
    path.rename(tmp_path / "other.tar.zst")
    assert only(tmp_path).digest() != before
    (tmp_path / "other.tar.zst").rename(path)
    assert only(tmp_path).digest() == before
    monkeypatch.setattr(dump, "_SAMPLED_FROM_BYTES", 100)
    sampled = only(tmp_path).digest()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    assert only(tmp_path).digest() not in (sampled, before)
