"""WordNet's own files: what stands in them is read as NLTK reads it, and what is damaged is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from musicdata import settings
from musicdata.errors import InputError
from musicdata_baselines.captioning.scores.wndb import FILES, WordNetFiles
from tests.baselines.captioning.scores import wordnet_files


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wordnet_files.write(tmp_path_factory.mktemp("wordnet"))


@pytest.mark.parametrize(
    ("word", "synonyms"),
    [
        ("dog", {"dog", "frump", "chase"}),  # of every class of words; what is two words is left out
        ("dogs", {"dog", "frump", "chase"}),
        ("DOGS", {"dog", "frump", "chase"}),
        ("sang", {"sing", "chant"}),
        ("fast", {"fast", "quick", "quickly"}),  # its marker is no part of the word
        ("unhappy", {"sad", "unhappy"}),
        ("axes", {"ax", "axe", "axis", "chop"}),  # irregular as a noun, by rule as a verb
        ("better", {"good", "well"}),
        ("went", {"become", "go", "get"}),
        ("xylophone", set()),
        ("", set()),
        ("🎵", set()),
    ],
)
def test_synonyms(tiny: Path, word: str, synonyms: set[str]) -> None:
    wordnet = WordNetFiles(tiny)
    assert wordnet.name == "WordNet 3.0"
    assert wordnet.synonyms(word) == synonyms
    assert wordnet.synonyms(word) == synonyms


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tiny: Path, tmp_path: Path, name: str) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "copy"))
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"is no WordNet: {name} missing"):
        WordNetFiles(folder)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("index.noun", "dog n x 1 @ 1 0 00000112"),
        ("index.noun", "dog n 2 1 @ 1 0 00000112"),
        ("index.noun", "dog"),
        ("index.verb", "dog v 0 0 0 0"),
        ("data.adj", "00000112 05 a zz quick 0 000 | gloss"),
        ("data.adj", "00000112 05 a 09 quick 0 000"),
        ("data.adv", "<html>"),
        ("noun.exc", "geese"),
    ],
)
def test_a_damaged_line_is_named(tiny: Path, tmp_path: Path, name: str, line: str) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "copy"))
    with (folder / name).open("a") as file:
        file.write(f"{line}\n")
    n_lines = len((folder / name).read_text().splitlines())
    with pytest.raises(InputError, match=rf"{name} line {n_lines} is not as WordNet writes it"):
        WordNetFiles(folder)


def test_a_later_exception_wins_as_in_nltk(tiny: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "copy"))
    with (folder / "verb.exc").open("a") as file:
        file.write("went run\n")
    assert WordNetFiles(folder).synonyms("went") == {"run"}


@pytest.mark.filterwarnings("ignore:The multilingual functions")
def test_the_whole_wordnet_is_read_as_nltk_reads_it(tmp_path: Path) -> None:
    """Where MUSICDATA_WORDNET names one."""
    folder = settings.read().wordnet
    if folder is None:
        pytest.skip("no WordNet is here: MUSICDATA_WORDNET names none")
    reference = pytest.importorskip("nltk.corpus.reader.wordnet")
    import nltk

    corpus = tmp_path / "corpora" / "wordnet"
    corpus.mkdir(parents=True)
    for name in FILES:
        (corpus / name).write_bytes((folder / name).read_bytes())
    (corpus / "index.sense").write_text("")  # NLTK wants both, and reads neither for this
    (corpus / "lexnames").write_text("".join(f"{n:02d}\tname.{n}\t1\n" for n in range(45)))
    nltk.data.path.insert(0, str(tmp_path))
    try:
        theirs = reference.WordNetCorpusReader(nltk.data.find("corpora/wordnet"), None)
        ours = WordNetFiles(folder)
        words = [line.split()[0] for line in (folder / "index.noun").read_text().splitlines()[29::97]]
        words += [line.split()[0] for line in (folder / "verb.exc").read_text().splitlines()[::11]]
        words += [line.split()[0] for line in (folder / "noun.exc").read_text().splitlines()[::11]]
        words += ["dogs", "running", "U.S.", "better", "happiest", "axes", "churches", "attorney_general"]
        assert len(words) > 1_500
        for word in words:
            names = {name.name() for one in theirs.synsets(word) for name in one.lemmas() if "_" not in name.name()}
            assert ours.synonyms(word) == names, word
    finally:
        nltk.data.path.remove(str(tmp_path))
