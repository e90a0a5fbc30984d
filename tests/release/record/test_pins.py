"""Pins: what a release is held to."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from musicdata.errors import IntegrityError, UsageError
from musicdata.release.record import layout, pins
from tests.release.publish.made_up import write_release


@pytest.mark.parametrize("digits", [12, 20, 64])
def test_a_pin_is_of_the_record_or_of_the_content(tmp_path: Path, digits: int) -> None:
    record = write_release(tmp_path)
    encoded = layout.read_encoded(tmp_path)
    digest = hashlib.sha256(encoded).hexdigest()
    assert pins.require(digest[:digits], record, encoded, "there") == "RELEASE.json"
    assert pins.require(record.content_root[:digits].upper(), record, encoded, "there") == "content root"
    wrong = digest[: digits - 1] + ("0" if digest[digits - 1] != "0" else "1")
    with pytest.raises(
        IntegrityError, match=f"there is not the release that is pinned: the pin is {wrong}, .*{digest}"
    ):
        pins.require(wrong, record, encoded, "there")


@pytest.mark.parametrize("pin", ["", "0" * 11, "0" * 65, "g" * 12, "sha256:", "0" * 12 + "\n0", "١" * 12])
def test_what_is_no_pin(pin: str) -> None:
    with pytest.raises(UsageError, match="is no pin: give the content root or the sha256 of"):
        pins.parse(pin)
