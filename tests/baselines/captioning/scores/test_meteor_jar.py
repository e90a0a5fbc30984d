"""Synonyms out of METEOR's archive: found by every form of a word; a damaged archive is named."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata_baselines.captioning.scores.meteor_jar import MeteorJar

SYNSETS = "dog\n1 2\nhound\n1\nhot_dog\n2\nfrump\n2\nsing\n3\nchant\n3\nsong\n4\n"
EXCEPTIONS = "sing\nsang sung\n"


def write(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


@pytest.fixture
def jar(tmp_path: Path) -> Path:
    files = {"synonym/english.synsets": SYNSETS, "synonym/english.exceptions": EXCEPTIONS}
    return write(tmp_path / "meteor-1.5.jar", files)


@pytest.mark.parametrize(
    ("word", "synonyms"),
    [
        ("dog", {"dog", "hound", "frump"}),
        ("Dogs", {"dog", "hound", "frump"}),
        ("sang", {"sing", "chant"}),
        ("chanted", {"sing", "chant"}),
        ("sea", set()),
        ("", set()),
    ],
)
def test_synonyms(jar: Path, word: str, synonyms: set[str]) -> None:
    wordnet = MeteorJar(jar)
    assert wordnet.name == "meteor-jar"
    assert wordnet.synonyms(word) == synonyms
    assert wordnet.synonyms(word) == synonyms


def test_an_archive_without_the_files_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "other.jar", {"a": "b"})
    with pytest.raises(InputError, match=r"other.jar is no archive of METEOR 1.5 .*english.synsets"):
        MeteorJar(path)


def test_what_is_no_archive_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.jar").write_bytes(b"PK\x03\x04 no more")
    with pytest.raises(InputError, match="install pycocoevalcap anew"):
        MeteorJar(tmp_path / "x.jar")


def test_an_archive_that_is_cut_or_changed_is_named(jar: Path) -> None:
    whole = jar.read_bytes()
    place = whole.index(SYNSETS[:8].encode())
    for data in (whole[:-30], whole[:place] + b"X" + whole[place + 1 :]):
        jar.write_bytes(data)
        with pytest.raises(InputError, match="install pycocoevalcap anew"):
            MeteorJar(jar)
