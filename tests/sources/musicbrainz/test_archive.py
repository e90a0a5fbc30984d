"""Lines of a JSON dump: streamed, and of archives that nobody should trust."""

from __future__ import annotations

import itertools
import lzma
import os
import tarfile
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import InputError, IntegrityError
from musicdata.sources.musicbrainz import archive
from tests.sources.musicbrainz.releases import pack, tarred


def lines(path: Path) -> list[tuple[int, bytes | None]]:
    return list(archive.lines(path, "release"))


def made(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    path.write_bytes(lzma.compress(tarred(*members), preset=0))
    return path


def info(name: str, kind: bytes = tarfile.REGTYPE, leads_to: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, leads_to
    return member


RELEASE = (info("mbdump/release"), b"one\ntwo")


def test_lines_of_the_entity_come_with_their_numbers(tmp_path: Path) -> None:
    members = {"TIMESTAMP": b"now", "README": b"x\ny", "mbdump/release": b"a\n\nb\r\nc", "LATER": b"z"}
    assert lines(pack(tmp_path / "d", members)) == [(1, b"a"), (3, b"b\r"), (4, b"c")]


def test_a_folder_in_it_and_a_dot_before_names_are_no_fault(tmp_path: Path) -> None:
    path = made(tmp_path / "d", (info("./mbdump", tarfile.DIRTYPE), b""), (info("./mbdump/release"), b"a"))
    assert lines(path) == [(1, b"a")]


def test_a_dump_of_nothing_has_no_lines(tmp_path: Path) -> None:
    assert lines(pack(tmp_path / "d", {"mbdump/release": b""})) == []


def test_an_archive_of_several_streams_is_read_to_its_end(tmp_path: Path) -> None:
    data = tarred(RELEASE)
    path = tmp_path / "d"
    path.write_bytes(lzma.compress(data[:700]) + b"\0" * 8 + lzma.compress(data[700:]) + b"\0" * 4)
    assert lines(path) == [(1, b"one"), (2, b"two")]


def test_a_larger_dump_is_the_same_line_by_line(tmp_path: Path) -> None:
    expected = [os.urandom(200_000 // number).hex().encode() for number in range(1, 40)]
    path = pack(
        tmp_path / "d", {"README": b"r" * 300_000, "mbdump/x": b"r" * 3_000_000, "mbdump/release": b"\n".join(expected)}
    )
    assert lines(path) == list(enumerate(expected, start=1))


@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=5), st.integers(1, 12))
def test_lines_do_not_depend_on_where_chunks_end(data: bytes, cuts: list[int], longest: int) -> None:
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    chunks = [data[start:stop] for start, stop in itertools.pairwise(places)]
    expected = [
        (number, line if len(line) <= longest else None)
        for number, line in enumerate(data.split(b"\n"), start=1)
        if line
    ]
    assert list(archive.split(chunks, longest)) == expected


def test_a_line_that_is_too_long_is_not_held() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 1_000_000
        yield b"\nshort"

    assert list(archive.split(chunks(), longest=1_000)) == [(1, None), (2, b"short")]


# archives that are not to be trusted


@pytest.mark.parametrize(
    ("member", "told"),
    [
        (info("mbdump/release", tarfile.SYMTYPE, "/etc/passwd"), "'mbdump/release' is no file"),
        (info("x", tarfile.LNKTYPE, "mbdump/release"), "'x' is no file"),
        (info("x", tarfile.FIFOTYPE), "'x' is no file"),
        (info("x", tarfile.CHRTYPE), "'x' is no file"),
        (info("../x"), "'../x' is no file, or leads out"),
        (info("mbdump/../../x"), "leads out of it; nothing was written"),
        (info("/etc/x"), "'/etc/x' is no file, or leads out"),
        (info("mbdump/release"), "it has 'mbdump/release' twice"),
        (info("./mbdump/release"), "it has 'mbdump/release' twice"),
    ],
)
def test_members_of_no_dump_refuse_the_whole(tmp_path: Path, member: tarfile.TarInfo, told: str) -> None:
    with pytest.raises(InputError, match=r"dump .*: it") as caught:
        lines(made(tmp_path / "d", RELEASE, (member, b"")))
    assert told in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["d"]


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    members = [(info(f"n{number}"), b"") for number in range(70)]
    with pytest.raises(InputError, match="more than 64 members"):
        lines(made(tmp_path / "d", *members))


def test_another_dump_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"holds 'TIMESTAMP', 'mbdump/recording', and not mbdump/release: take release"
    ):
        lines(pack(tmp_path / "d", {"TIMESTAMP": b"", "mbdump/recording": b"{}"}))


def test_a_large_member_that_no_dump_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'README' has 1,048,577 bytes"):
        lines(pack(tmp_path / "d", {"README": b"x" * ((1 << 20) + 1), "mbdump/release": b"{}"}))


def test_another_schema_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="of schema '2', and only 1"):
        lines(pack(tmp_path / "d", {"JSON_DUMPS_SCHEMA_NUMBER": b"2\n", "mbdump/release": b"{}"}))


def test_a_dump_that_is_cut_off_is_not_one_that_has_less(tmp_path: Path) -> None:
    data = lzma.compress(tarred((info("mbdump/release"), os.urandom(50_000).hex().encode())))
    for size in (6, 40, len(data) // 2, len(data) - 1):
        (tmp_path / "d").write_bytes(data[:size])
        with pytest.raises(InputError, match=f"cut off after {size:,} bytes"):
            lines(tmp_path / "d")


def test_an_archive_that_is_cut_off_inside_is_none(tmp_path: Path) -> None:
    data = tarred((info("mbdump/release"), b"x" * 5_000))
    (tmp_path / "d").write_bytes(lzma.compress(data[:3_000]))
    with pytest.raises(InputError, match="it is damaged"):
        lines(tmp_path / "d")


@pytest.mark.parametrize("place", [7, 100, 5_000, -30, -5])
def test_a_damaged_dump_is_refused(tmp_path: Path, place: int) -> None:
    data = bytearray(lzma.compress(tarred((info("mbdump/release"), os.urandom(20_000).hex().encode()))))
    data[place] ^= 0x55
    (tmp_path / "d").write_bytes(data)
    with pytest.raises(InputError, match="it is damaged"):
        lines(tmp_path / "d")


@pytest.mark.parametrize("data", [b"", b"{}\n", b"PK\x03\x04", b"\0" * 4_000, lzma.compress(b"x" * 4_000)])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "d").write_bytes(data)
    with pytest.raises(InputError, match=r"it is no xz file|it is damaged"):
        lines(tmp_path / "d")


def test_what_unpacks_to_far_more_than_a_dump_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_FREE_BYTES", 1 << 20)
    with pytest.raises(InputError, match="unpack to more than"):
        lines(pack(tmp_path / "d", {"mbdump/release": b"\0" * 30_000_000}))


def test_a_decoder_that_wants_more_memory_than_there_is_for_it_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    path = tmp_path / "d"
    path.write_bytes(lzma.compress(tarred(RELEASE), filters=filters))
    assert lines(path) == [(1, b"one"), (2, b"two")]
    monkeypatch.setattr(archive, "_DECODER_BYTES", 1 << 20)  # the dictionary, and nothing beside it
    with pytest.raises(InputError, match=r"it is damaged .*[Mm]emory"):
        lines(path)


@pytest.mark.parametrize("has_another", [False, True])
def test_a_header_without_an_end_is_refused(tmp_path: Path, has_another: bool) -> None:
    header = info("x", tarfile.XHDTYPE)
    header.size = 20_000_000
    ahead = tarred((info("README"), b"x")).rstrip(b"\0").ljust(1024, b"\0") if has_another else b""
    (tmp_path / "d").write_bytes(lzma.compress(ahead + header.tobuf() + b"1 " * 10_000_000, preset=0))
    with pytest.raises(InputError, match="a name of 20,000,000 bytes"):
        lines(tmp_path / "d")


def test_what_follows_the_archive_is_not_read_for_ever(tmp_path: Path) -> None:
    (tmp_path / "d").write_bytes(lzma.compress(tarred(RELEASE) + b"x" * 9_000_000, preset=0))
    with pytest.raises(InputError, match="it goes on after its end"):
        lines(tmp_path / "d")


def test_a_folder_and_a_pipe_are_no_dump(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(IntegrityError):
            lines(path)


def test_whoever_stops_early_leaves_no_thread(tmp_path: Path) -> None:
    before = threading.active_count()
    reading = archive.lines(pack(tmp_path / "d", {"mbdump/release": b"a\n" * 3_000_000}), "release")
    assert isinstance(reading, Generator)
    assert next(reading) == (1, b"a")
    reading.close()
    assert threading.active_count() == before
