"""Which WordNet is taken: the folder that is named, Debian's, METEOR's archive, none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata_baselines.captioning.scores import wordnets
from tests.baselines.captioning.scores import wordnet_files
from tests.baselines.captioning.scores.test_meteor_jar import EXCEPTIONS, SYNSETS, write


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any WordNet."""
    monkeypatch.delenv("MUSICDATA_WORDNET", raising=False)
    monkeypatch.setattr(wordnets, "DEBIAN", tmp_path / "debian")
    monkeypatch.setattr(wordnets, "_jar", lambda: None)
    return tmp_path


def name_of(found: wordnets.WordNet | None) -> str:
    assert found is not None
    return found.name


def test_none_is_found_on_a_machine_without(bare: Path) -> None:
    assert wordnets.find() is None


def test_the_first_of_the_four_is_taken(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {"synonym/english.synsets": SYNSETS, "synonym/english.exceptions": EXCEPTIONS}
    jar = write(bare / "meteor.jar", files)
    monkeypatch.setattr(wordnets, "_jar", lambda: jar)
    assert name_of(wordnets.find()) == "meteor-jar"
    wordnet_files.write(bare / "debian")
    assert name_of(wordnets.find()) == "WordNet 3.0"
    (bare / "debian" / "verb.exc").unlink()
    assert name_of(wordnets.find()) == "meteor-jar"
    for name in ("named", "given"):
        folder = wordnet_files.write(bare / name)
        version = name.replace("named", "3.1").replace("given", "2.1")
        for path in folder.glob("data.*"):
            path.write_text(path.read_text().replace("WordNet 3.0", f"WordNet {version}"))
    monkeypatch.setenv("MUSICDATA_WORDNET", str(bare / "named"))
    assert name_of(wordnets.find()) == "WordNet 3.1"
    assert name_of(wordnets.find(bare / "given")) == "WordNet 2.1"


def test_a_folder_that_is_named_and_no_wordnet_is_an_error(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_WORDNET", str(bare))
    with pytest.raises(InputError, match="is no WordNet"):
        wordnets.find()


def test_the_archive_of_an_installed_package_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "pycocoevalcap"
    (package / "meteor").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('it was imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "pycocoevalcap", raising=False)
    assert wordnets._jar() is None
    (package / "meteor" / "meteor-1.5.jar").write_bytes(b"")
    assert wordnets._jar() == package / "meteor" / "meteor-1.5.jar"
