"""Scores out of .mxl archives; the hostile ones are in tests/security."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.formats import archives, musicxml, xml_tree
from tests.musicxml_scores import CONTAINER, archive, mxl, simple


@pytest.mark.parametrize("path", ["score.xml", "Über/ein Lied.musicxml", "a.xml"])
def test_score_is_what_the_container_names(path: str) -> None:
    container = CONTAINER.format(path=path).encode()
    packed = archive({"score.musicxml": b"decoy", "META-INF/container.xml": container, path: simple()})
    assert archives.read_score(packed) == simple()


def test_first_root_file_and_namespaces() -> None:
    container = (
        b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        b'<rootfile full-path="one.xml"/><rootfile full-path="one.pdf" media-type="application/pdf"/>'
        b"</rootfiles></container>"
    )
    packed = archive({"META-INF/container.xml": container, "one.xml": simple("one"), "one.pdf": b"%PDF"})
    assert archives.read_score(packed) == simple("one")


def test_stored_members() -> None:
    members = {"META-INF/container.xml": CONTAINER.format(path="a.xml").encode(), "a.xml": simple()}
    assert archives.read_score(archive(members, zipfile.ZIP_STORED)) == simple()


def test_repetitive_scores_pass_below_the_floor() -> None:
    document = b"<a>" + b" " * 900_000 + b"</a>"
    packed = mxl(document)
    assert len(document) > 100 * len(packed)
    assert archives.read_score(packed) == document


def test_limits_are_the_callers() -> None:
    packed = mxl(simple())
    for limits in (archives.Limits(members=1), archives.Limits(total_bytes=300)):
        with pytest.raises(FormatError) as raised:
            archives.read_score(packed, limits)
        assert raised.value.reason == "archive_bomb"


def test_a_message_says_what_is_inside() -> None:
    packed = archive({"META-INF/container.xml": CONTAINER.format(path="lost.xml").encode(), "found.xml": b"<a/>"})
    with pytest.raises(FormatError, match=r"lost\.xml.*found\.xml"):
        archives.read_score(packed)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_damage_is_always_a_format_error(data: st.DataObject) -> None:
    packed = bytearray(mxl(simple()))
    for _ in range(data.draw(st.integers(1, 6))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    try:
        document = archives.read_score(bytes(packed))
    except FormatError:
        return
    assert document == simple()  # the damage was where nothing is read


@given(st.binary(max_size=200))
def test_noise_is_always_a_format_error(noise: bytes) -> None:
    for read in (archives.read_score, xml_tree.parse):
        with pytest.raises(FormatError):
            read(b"PK\x03\x04" + noise)


CONTAINER_OF_TWO = (
    b'<container><rootfiles><rootfile full-path="%b" media-type="%b"/><rootfile full-path="%b" media-type="%b"/>'
    b"</rootfiles></container>"
)
SCORE, PDF = b"application/vnd.recordare.musicxml+xml", b"application/pdf"


@pytest.mark.parametrize(
    "members",
    [
        {"score.xml": simple()},
        {"folder/Lied.MUSICXML": simple(), "cover.png": b"no score"},
        {"score.xml": simple(), "__MACOSX/._score.xml": b"\0\5\x16\7", ".hidden.xml": simple("no")},
        {"score.xml": simple(), "style.xml": b"<museScore/>", "broken.xml": b"<"},
        {"score.xml": simple().decode().replace("UTF-8", "UTF-16").encode("utf-16")},
        # a container that names what is not there
        {archives.CONTAINER: CONTAINER.format(path="old name.xml").encode(), "new name.xml": simple()},
        # a PDF, before or after
        {archives.CONTAINER: CONTAINER_OF_TWO % (b"a.xml", SCORE, b"a.pdf", PDF), "a.xml": simple(), "a.pdf": b"%PDF"},
        {archives.CONTAINER: CONTAINER_OF_TWO % (b"a.pdf", PDF, b"a.xml", SCORE), "a.xml": simple(), "a.pdf": b"%PDF"},
        {archives.CONTAINER: CONTAINER_OF_TWO % (b"a.pdf", b"", b"a.xml", b""), "a.xml": simple(), "a.pdf": b"%PDF"},
        # two scores, of which the container names one
        {archives.CONTAINER: CONTAINER.format(path="a.xml").encode(), "a.xml": simple(), "b.xml": simple("no")},
    ],
)
def test_the_score_of_an_archive_is_found(members: dict[str, bytes]) -> None:
    (song,) = musicxml.read(archive(members), "song.mxl")
    assert [n.syllable for n in song.notes] == ["la"]
