"""The members of a tar archive are those that Python's own module reads, whatever the archive is made of."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.sources.tar_members import Member, TarStream

NAMES = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=300).filter(
    lambda name: name.strip("/") == name and "//" not in name
)
CONTENTS = st.one_of(st.binary(max_size=40), st.integers(0, 1500).map(lambda n: b"x" * n), st.just(b"y" * 140_000))


def archive(members: list[tuple[str, bytes]], kind: int = tarfile.GNU_FORMAT) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=kind) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def read(data: bytes) -> list[tuple[Member, bytes]]:
    stream = TarStream(io.BytesIO(data))
    return [(member, stream.content(member)) for member in stream]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, CONTENTS), max_size=6), st.sampled_from([tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]))
def test_members_are_those_that_tarfile_reads(members: list[tuple[str, bytes]], kind: int) -> None:
    data = archive(members, kind)
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        theirs = [(info.name, tar.extractfile(info).read()) for info in tar if info.isfile()]  # type: ignore[union-attr]
    assert [(member.name, content) for member, content in read(data)] == theirs == members


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, CONTENTS), min_size=1, max_size=6), st.data())
def test_what_is_skipped_moves_nothing(members: list[tuple[str, bytes]], draw: st.DataObject) -> None:
    wanted = draw.draw(st.sets(st.integers(0, len(members) - 1)))
    stream = TarStream(io.BytesIO(archive(members)))
    contents = {n: stream.content(member) for n, member in enumerate(stream) if n in wanted}
    assert contents == {n: members[n][1] for n in wanted}


def test_a_long_name_of_ustar_is_in_two_pieces() -> None:
    name = "/".join(["folder" * 10] * 3) + "/file.json"
    assert [member.name for member, _ in read(archive([(name, b"")], tarfile.USTAR_FORMAT))] == [name]


def test_a_stream_may_give_a_byte_at_a_time() -> None:
    class Drops(io.BytesIO):
        def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
            return super().readinto(buffer[:1])

    stream = TarStream(Drops(archive([("a", b"1234"), ("b", b"5")])))
    assert [stream.content(member) for member in stream] == [b"1234", b"5"]


@pytest.mark.parametrize(
    ("flag", "kind"),
    [
        (tarfile.SYMTYPE, "link"),
        (tarfile.LNKTYPE, "link"),
        (tarfile.FIFOTYPE, "pipe"),
        (tarfile.CHRTYPE, "device"),
        (tarfile.BLKTYPE, "device"),
        (tarfile.DIRTYPE, "folder"),
        (b"S", "other"),
    ],
)
def test_what_is_no_file_is_told(flag: bytes, kind: str) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        info = tarfile.TarInfo("odd")
        info.type, info.linkname, info.size = flag, "/etc/passwd", 0 if kind == "other" else 700
        tar.addfile(info)
        tar.addfile(tarfile.TarInfo("next"))
    members = [member for member, _ in read(file.getvalue())]
    assert [(member.name.rstrip("/"), member.kind, member.size) for member in members] == [
        ("odd", kind, 0),
        ("next", "file", 0),
    ]


def test_a_size_beyond_octal_digits() -> None:
    header = bytearray(archive([("huge", b"")])[:512])
    header[124:136] = b"\x80" + (1 << 40).to_bytes(11)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    assert next(iter(TarStream(io.BytesIO(bytes(header) * 2)))) == Member("huge", "file", 1 << 40)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 1024))
def test_noise_is_refused_or_read_never_a_crash(noise: bytes, at: int) -> None:
    data = bytearray(archive([("a", b"1234"), ("b" * 200, b"5")], tarfile.PAX_FORMAT))
    data[at : at + len(noise)] = noise
    try:
        read(bytes(data))
    except FormatError as error:
        assert error.reason in ("truncated_archive", "damaged_archive")  # noqa: PT017


@pytest.mark.parametrize("length", [0, 100, 512, 700, 1024, 1500])
def test_an_archive_that_breaks_off(length: int) -> None:
    with pytest.raises(FormatError, match="truncated_archive"):
        read(archive([("a", b"1234"), ("b", b"5")])[:length])


@pytest.mark.parametrize("record", [b"9999999 path=x\n", b"x path=y\n", b"2 \n", b"13 size=-100\n", b"15 size=1e100\n"])
def test_a_pax_header_that_cannot_be_read(record: bytes) -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        info = tarfile.TarInfo("PaxHeader")
        info.type, info.size = tarfile.XHDTYPE, len(record)
        tar.fileobj.write(info.tobuf() + record.ljust(512, b"\0"))
    with pytest.raises(FormatError, match="damaged_archive"):
        read(file.getvalue())


def test_an_endless_name_is_not_read() -> None:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        info = tarfile.TarInfo("././@LongLink")
        info.type, info.size = tarfile.GNUTYPE_LONGNAME, 1 << 30
        tar.fileobj.write(info.tobuf())
    with pytest.raises(FormatError, match="a name of 1,073,741,824 bytes"):
        read(file.getvalue())


def test_the_watch_ends_it() -> None:
    def watch(n_bytes: int) -> None:
        raise FormatError("enough", f"{n_bytes}")

    with pytest.raises(FormatError, match="enough: 10240"):
        list(TarStream(io.BytesIO(archive([])), watch))


@given(st.lists(st.integers(0, 300_000), min_size=1, max_size=4), st.data())
@settings(max_examples=20)
def test_content_in_pieces_is_the_whole_of_it(sizes: list[int], draw: st.DataObject) -> None:
    members = [(f"n{number}", bytes([65 + number]) * size) for number, size in enumerate(sizes)]
    stream = TarStream(io.BytesIO(archive(members)))
    for member, (_, data) in zip(stream, members, strict=True):
        n_pieces = draw.draw(st.integers(0, 5))
        pieces = [piece for piece, _ in zip(stream.pieces(member), range(n_pieces), strict=False)]
        assert data.startswith(b"".join(pieces))
        if len(pieces) < n_pieces:
            assert b"".join(pieces) == data


def test_content_in_pieces_of_an_archive_that_breaks_off() -> None:
    stream = TarStream(io.BytesIO(archive([("a", b"x" * 300_000)])[:200_000]))
    with pytest.raises(FormatError, match="truncated_archive"):
        b"".join(stream.pieces(next(iter(stream))))
