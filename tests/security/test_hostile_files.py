"""Archives and documents made to harm whoever reads them."""

from __future__ import annotations

import functools
import io
import stat
import struct
import sys
import tracemalloc
import xml.etree.ElementTree as ET
import xml.sax
import xml.sax.handler
import zipfile
from typing import TYPE_CHECKING

import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import archives, musicxml, xml_tree
from tests.musicxml_scores import CONTAINER, archive, lyric, mxl, note, part, score, simple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MIB = 1024 * 1024
NAMED = CONTAINER.format(path="score.xml").encode()


def reason_of(data: bytes, file_name: str = "song.mxl") -> str:
    with pytest.raises(FormatError) as raised:
        musicxml.read(data, file_name)
    assert len(raised.value.detail) < 500
    return raised.value.reason


def peak_bytes(action: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def zeros(mebibytes: int, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        target.writestr(archives.CONTAINER, NAMED)
        with target.open("score.xml", "w") as member:
            for _ in range(mebibytes):
                member.write(bytes(MIB))
    return buffer.getvalue()


def member(name: str, mode: int = 0, data: bytes = b"x") -> bytes:
    """A good score next to one odd member."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.writestr(archives.CONTAINER, NAMED)
        target.writestr("score.xml", simple())
        odd = zipfile.ZipInfo(name)
        odd.external_attr = mode << 16
        target.writestr(odd, data)
    return buffer.getvalue()


def patched(data: bytes, name: bytes, at: int, value: bytes) -> bytes:
    """Changes the directory entry of a member; `at` counts from the entry's beginning."""
    found = bytearray(data)
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(name))
    found[entry + at : entry + at + len(value)] = value
    return bytes(found)


def test_bomb() -> None:
    bomb = zeros(200)
    assert len(bomb) < 250_000
    with zipfile.ZipFile(io.BytesIO(bomb)) as naive:
        assert naive.getinfo("score.xml").file_size == 200 * MIB
    assert peak_bytes(lambda: reason_of(bomb)) < 32 * MIB
    assert reason_of(bomb) == "archive_bomb"


def test_bomb_that_lies_about_its_size() -> None:
    """A check of the size in the header lets this one pass."""
    lying = patched(zeros(100), b"score.xml", 24, struct.pack("<I", 1000))
    with zipfile.ZipFile(io.BytesIO(lying)) as naive:
        assert naive.getinfo("score.xml").file_size == 1000
    assert peak_bytes(lambda: reason_of(lying)) < 32 * MIB
    assert reason_of(lying) == "corrupt_archive"


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_bomb_in_a_compression_that_cannot_be_stopped(compression: int) -> None:
    bomb = zeros(40, compression)

    def naive() -> None:
        with zipfile.ZipFile(io.BytesIO(bomb)) as opened, opened.open("score.xml") as stream:
            stream.read(1)

    if compression == zipfile.ZIP_BZIP2:
        assert peak_bytes(naive) > 30 * MIB, "one byte asked for, everything unpacked"
    assert peak_bytes(lambda: reason_of(bomb)) < 2 * MIB
    assert reason_of(bomb) == "unsafe_archive"


def test_very_many_members() -> None:
    one = archive({"a": b""})
    entry, directory = (
        one[: one.index(b"PK\x01\x02")],
        one[one.index(b"PK\x01\x02") : one.index(b"PK\x05\x06")],
    )
    count = 60_000
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory) * count, len(entry), 0)
    crowd = entry + directory * count + end
    assert len(zipfile.ZipFile(io.BytesIO(crowd)).infolist()) == count
    assert peak_bytes(lambda: reason_of(crowd)) < MIB
    assert reason_of(crowd) == "archive_bomb"


@pytest.mark.parametrize("name", ["../evil.xml", "a/../../evil.xml", "/tmp/evil.xml", "~/../../evil.xml", ".."])
def test_names_that_leave_the_folder(name: str, tmp_path: Path) -> None:
    assert not (tmp_path / name).resolve().is_relative_to(tmp_path), "where a naive unpacker would write"
    assert reason_of(member(name)) == "unsafe_archive"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "name", ["C:/evil.xml", "C:evil.xml", "..\\evil.xml", "\\\\host\\share\\evil.xml", "a.xml:stream"]
)
def test_names_that_leave_the_folder_elsewhere(name: str) -> None:
    assert reason_of(member(name)) == "unsafe_archive"


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO, stat.S_IFSOCK])
def test_members_that_are_no_files(kind: int) -> None:
    assert reason_of(member("score2.xml", kind | 0o777, b"/etc/passwd")) == "unsafe_archive"


def test_two_members_of_one_name() -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = member("score.xml", data=simple("other"))
    with zipfile.ZipFile(io.BytesIO(twice)) as naive:
        assert naive.read("score.xml") == simple("other")  # which of the two depends on the program
    assert reason_of(twice) == "unsafe_archive"
    assert reason_of(member("SCORE.XML")) == "unsafe_archive"


def test_encrypted_member() -> None:
    assert reason_of(patched(mxl(simple()), b"score.xml", 8, b"\x01\x00")) == "unsafe_archive"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({}, "no_score_in_archive"),
        ({"score.xml": simple(), "other.xml": simple()}, "no_score_in_archive"),
        ({"score.xml": b"<html/>", "cover.pdf": simple()}, "no_score_in_archive"),
        ({"__MACOSX/._score.xml": simple(), "META-INF/a.xml": simple()}, "no_score_in_archive"),
        ({archives.CONTAINER: NAMED}, "no_score_in_archive"),
        ({archives.CONTAINER: b"<container/>", "score.xml": simple()}, "no_score_in_archive"),
        (
            {archives.CONTAINER: NAMED.replace(b"score.xml", b""), "score.xml": simple()},
            "no_score_in_archive",
        ),
        ({archives.CONTAINER: NAMED.replace(b"score.xml", b"../../etc/passwd")}, "no_score_in_archive"),
        ({archives.CONTAINER: NAMED.replace(b"score.xml", b"file:///etc/passwd")}, "no_score_in_archive"),
        ({archives.CONTAINER: NAMED.replace(b"score.xml", archives.CONTAINER.encode())}, "not_musicxml"),
        ({archives.CONTAINER: b"not xml", "score.xml": simple()}, "corrupt_xml"),
        ({archives.CONTAINER: b"", "score.xml": simple()}, "corrupt_xml"),
        (
            {archives.CONTAINER: b"<!DOCTYPE container [<!ENTITY a 'b'>]>" + NAMED, "score.xml": simple()},
            "unsafe_xml",
        ),
        ({archives.CONTAINER: NAMED, "score.xml": b""}, "corrupt_xml"),
        ({archives.CONTAINER: NAMED, "score.xml": mxl(simple())}, "nested_archive"),
    ],
)
def test_containers(members: dict[str, bytes], reason: str) -> None:
    assert reason_of(archive(members)) == reason


def test_truncated_archives() -> None:
    whole = mxl(simple())
    assert {reason_of(whole[:length]) for length in range(0, len(whole), 7)} == {"corrupt_archive"}


@pytest.mark.parametrize("data", [b"", b"PK", b"\x1f\x8b\x08\x00rest", b"\x00" * 1000, b"PK\x05\x06" * 10])
def test_no_archives(data: bytes) -> None:
    assert reason_of(data) == "corrupt_archive"


LAUGHS = "<!DOCTYPE score-partwise [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)
PUBLIC = '"-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://127.0.0.1:9/partwise.dtd"'


def sung(text: str, doctype: str) -> bytes:
    return score(part(note("C4", 48, lyric(text))), doctype=doctype)


def test_entities_are_not_expanded() -> None:
    planted = sung("&word;", '<!DOCTYPE score-partwise [<!ENTITY word "planted">]>')
    assert ET.fromstring(planted).findtext(".//text") == "planted"
    assert reason_of(planted, "song.xml") == "unsafe_xml"


DECLARED = [
    LAUGHS + "]>",
    "<!DOCTYPE score-partwise [<!ENTITY a '" + "x" * 50_000 + "'>]>",
    '<!DOCTYPE score-partwise [<!ENTITY a SYSTEM "file:///etc/hostname">]>',
    '<!DOCTYPE score-partwise [<!ENTITY a SYSTEM "http://127.0.0.1:9/a">]>',
    '<!DOCTYPE score-partwise [<!ENTITY % a SYSTEM "http://127.0.0.1:9/a"> %a;]>',
    '<!DOCTYPE score-partwise [<!NOTATION n SYSTEM "x"><!ENTITY a SYSTEM "a.gif" NDATA n>]>',
    '<!DOCTYPE score-partwise [<!ATTLIST lyric number CDATA "7">]>',
    f"<!DOCTYPE score-partwise PUBLIC {PUBLIC} [<!ELEMENT score-partwise ANY>]>",
    "<!DOCTYPE score-partwise []>",
]


@pytest.mark.parametrize("doctype", DECLARED, ids=range(len(DECLARED)))
def test_declarations_are_refused(doctype: str) -> None:
    used = "&a9;" if doctype.startswith(LAUGHS) else "la"
    assert reason_of(sung(used, doctype), "song.xml") == "unsafe_xml"
    assert reason_of(mxl(sung(used, doctype))) == "unsafe_xml"


def test_named_dtd_is_accepted_and_not_read() -> None:
    (song,) = musicxml.read(sung("la", f"<!DOCTYPE score-partwise PUBLIC {PUBLIC}>"), "song.xml")
    assert song.notes[0].syllable == "la"
    assert reason_of(sung("&nbsp;", f"<!DOCTYPE score-partwise PUBLIC {PUBLIC}>"), "song.xml") == "corrupt_xml"


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-16", "ISO-8859-1"])
def test_encodings(encoding: str) -> None:
    for marked in (False, True):
        document = score(part(note("C4", 48, lyric("Größe"))), encoding=encoding)
        if marked and encoding == "UTF-8":
            document = b"\xef\xbb\xbf" + document
        (song,) = musicxml.read(document, "song.xml")
        assert song.notes[0].syllable == "Größe"


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "corrupt_xml"),
        (b"\x00\x00\x00", "corrupt_xml"),
        (b"<!DOCTYPE html><html><body><p>Not found<br></body></html>", "corrupt_xml"),
        (b"<html><body>Not found</body></html>", "not_musicxml"),
        (b"<!DOCTYPE html><html/>", "not_musicxml"),
        (b'{"error": 404}', "corrupt_xml"),
        (simple()[:-20], "corrupt_xml"),
        (simple() + b"<more/>", "corrupt_xml"),
        (simple().replace(b"la", b"\xff\xfe"), "corrupt_xml"),
        (simple().replace(b"UTF-8", b"UTF-7"), "unsupported_encoding"),
        (simple().replace(b"UTF-8", b"cp037"), "unsupported_encoding"),
        (simple().replace(b"UTF-8", b"rot13"), "unsupported_encoding"),
        (simple().replace(b"UTF-8", b"UTF-16"), "corrupt_xml"),
        (simple().decode().encode("utf-32"), "corrupt_xml"),
        (b"<a>" * 200_000 + b"</a>" * 200_000, "too_large_score"),
    ],
)
def test_documents(document: bytes, reason: str) -> None:
    assert reason_of(document, "song.xml") == reason


def test_too_much_xml() -> None:
    assert reason_of(b"<a/>" * 8_000_001, "song.xml") == "too_large"
    assert reason_of(bytes(xml_tree.MAX_BYTES + 1), "song.xml") == "too_large"


@pytest.mark.parametrize("beats", ["1000000", "99999999999", "-4", "4+" * 99 + "4", "x"])
def test_measures_of_very_many_beats(beats: str) -> None:
    """A time signature says how long an empty measure is; one of a hundred billion beats says nothing."""
    planted = simple().replace(b"<beats>4</beats>", f"<beats>{beats}</beats>".encode())
    (song,) = musicxml.read(planted, "song.xml")
    assert [(n.pitch, n.duration_ql) for n in song.notes] == [(60, 4.0)]


WATCHED = (
    "open",
    "socket.",
    "pickle.find_class",
    "marshal.loads",
    "subprocess.Popen",
    "os.system",
    "exec",
    "urllib.",
)
_recordings: list[list[str]] = []  # a hook cannot be taken away; with no recording it does nothing


def _record(event: str, arguments: tuple[object, ...]) -> None:
    for recording in _recordings:
        if event.startswith(WATCHED):
            recording.append(f"{event} {arguments[0] if arguments else ''}")


@functools.cache
def _listen() -> None:
    sys.addaudithook(_record)


@pytest.fixture
def recorded() -> Iterator[list[str]]:
    """Everything opened, unpickled, connected or started while the test runs; an audit hook sees it all."""
    musicxml.read(mxl(simple()), "warm-up.mxl")  # imports open files, too
    _listen()
    _recordings.append([])
    yield _recordings[-1]
    _recordings.clear()


def test_an_external_entity_reads_no_file(recorded: list[str], tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret word")
    planted = sung("&file;", f'<!DOCTYPE score-partwise [<!ENTITY file SYSTEM "{secret.as_uri()}">]>')

    class Naive(xml.sax.handler.ContentHandler):
        seen = ""

        def characters(self, content: str) -> None:
            self.seen += content

    naive, parser = Naive(), xml.sax.make_parser()
    parser.setFeature(xml.sax.handler.feature_external_ges, True)
    parser.setContentHandler(naive)
    parser.parse(io.BytesIO(planted))
    assert "secret word" in naive.seen
    assert any("secret.txt" in event for event in recorded)
    recorded.clear()
    assert reason_of(planted, "song.xml") == "unsafe_xml"
    assert recorded == []


def test_reading_opens_and_loads_nothing(recorded: list[str], tmp_path: Path) -> None:
    from music21 import converter, environment

    file = tmp_path / "song.musicxml"
    file.write_bytes(simple("naive"))
    settings = environment.Environment()
    before = settings["directoryScratch"]
    settings["directoryScratch"] = str(tmp_path)
    try:
        converter.parse(file)
        converter.parse(file)
    finally:
        settings["directoryScratch"] = before
    assert any(event.startswith("pickle.find_class") for event in recorded), "music21 loads its own pickles"
    recorded.clear()
    musicxml.read(simple(), "song.musicxml")
    musicxml.read(mxl(sung("la", f"<!DOCTYPE score-partwise PUBLIC {PUBLIC}>")), "song.mxl")
    for doctype in DECLARED:
        reason_of(sung("la", doctype), "song.xml")
    assert recorded == []
    assert len(list(tmp_path.iterdir())) > 1, "the pickle music21 left"
