"""Scores out of .mxl archives; the hostile ones are in tests/security."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.formats import archives, xml_tree
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
