"""Measures syllabification against the hand-syllabified words of the OpenScore Lieder songs.

Run as ``python -m tests.benchmarks.syllabification``. A word is right when every boundary is: a score of
parts would flatter. Songs are halved by the sha256 of their file name; the rules were written while looking
at the even half only, so the odd half is the figure to quote; no word of the songs is kept anywhere.

Words are lower-cased and reduced to their letters before they are compared, so that ``ev'-ry`` and
``ev-'ry`` count as one split; words with an elision of two syllables on a note or with a syllable missing
are dropped. A *type* is a distinct word, and its right answer is the split most of its editors chose.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import sys
import time
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pyphen

from musicdata.music.text import detect, syllabify

if TYPE_CHECKING:
    from collections.abc import Iterator

LIEDER = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "lieder"
SURE_SCORE = 0.9
LANGUAGES = ("de", "en", "fr")

Split = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SungWord:
    """One word as an editor split it, with the apostrophes inside it kept in `text`."""

    text: str
    split: Split


@dataclass(frozen=True, slots=True)
class Verse:
    """The words of a song's first verse, and the language the index gives for the song."""

    song: str
    declared: str
    words: list[SungWord]


WordCounts = dict[tuple[str, bool], Counter[SungWord]]
Splitter = Callable[[str], Sequence[str]]


def read_score(path: Path) -> ET.Element:
    """Parses the score a compressed MusicXML file names in its container."""
    with zipfile.ZipFile(path) as archive:
        container = ET.fromstring(archive.read("META-INF/container.xml"))
        rootfile = container.find(".//{*}rootfile")
        assert rootfile is not None
        return ET.fromstring(archive.read(rootfile.attrib["full-path"]))


def sung_words(score: ET.Element) -> Iterator[SungWord]:
    """Yields the words of the first verse of every part; words that are broken off are dropped."""
    for part in score.iter("part"):
        open_word: list[str] | None = None
        for lyric in part.iterfind(".//note/lyric[@number='1']"):
            syllabic, text = lyric.findtext("syllabic", "single"), lyric.findtext("text", "")
            if syllabic in {"single", "begin"}:
                open_word = [text]
            elif open_word is not None:
                open_word.append(text)
            if syllabic in {"single", "end"} and open_word is not None:
                yield from clean_word(open_word)
                open_word = None


def clean_word(syllables: list[str]) -> Iterator[SungWord]:
    """Yields the word its syllables make, or nothing when it is not one word of letters."""
    kept = [
        "".join(c for c in syllable.replace("’", "'").lower() if c.isalpha() or c in "' ‿͜").strip()
        for syllable in syllables
    ]
    split = tuple(letters for letters in map(letters_of, kept) if letters)
    if split and not any(c in " ‿͜" for syllable in kept for c in syllable):
        yield SungWord("".join(kept).strip("'"), split)


def letters_of(text: str) -> str:
    """Returns the letters of a text."""
    return "".join(filter(str.isalpha, text))


def is_even(name: str) -> bool:
    """Says whether a song belongs to the half that was looked at while writing the rules."""
    return hashlib.sha256(name.encode()).digest()[-1] % 2 == 0


def read_verses(folder: Path) -> list[Verse]:
    """Reads the first verse of every song in the index."""
    with (folder / "index.tsv").open(encoding="utf-8", newline="") as index:
        return [
            Verse(row["file"], row["language"], list(sung_words(read_score(folder / row["file"]))))
            for row in csv.DictReader(index, delimiter="\t")
        ]


def count_words(verses: list[Verse], *, declared: bool) -> WordCounts:
    """Counts the words by (language, is_even).

    The index guessed its languages from all verses, some of which are translations of the first. So the
    language detected in the first verse is taken where it is sure, unless `declared` keeps to the index.
    """
    counts: WordCounts = defaultdict(Counter)
    for verse in verses:
        guess = detect(" ".join(word.text for word in verse.words))
        sure = guess.score >= SURE_SCORE and not declared
        counts[guess.language if sure else verse.declared, is_even(verse.song)].update(verse.words)
    return counts


def majority_splits(words: Counter[SungWord]) -> dict[str, Split]:
    """Maps every distinct word to the split most of its occurrences have."""
    votes: dict[str, Counter[Split]] = defaultdict(Counter)
    for word, count in words.items():
        votes[word.text][word.split] += count
    return {text: min(splits, key=lambda split: (-votes[text][split], split)) for text, splits in votes.items()}


def pyphen_splitter(language: str, margin: int) -> Splitter:
    """Returns pyphen with at least `margin` letters before the first and after the last hyphen."""
    hyphenate = pyphen.Pyphen(lang=language, left=margin, right=margin)
    return lambda text: hyphenate.inserted(text, "\n").split("\n")


def accuracies(words: Counter[SungWord], splitter: Splitter) -> tuple[float, float, float]:
    """Returns the share of (tokens, types, multi-syllable types) that are right throughout."""
    right = Counter[bool]()
    answers = {text: tuple(map(letters_of, splitter(text))) for text in {word.text for word in words}}
    for word, count in words.items():
        right[answers[word.text] == word.split] += count
    types = majority_splits(words)
    hits = {text: answers[text] == split for text, split in types.items()}
    multi = [hits[text] for text, split in types.items() if len(split) > 1]
    return right[True] / right.total(), sum(hits.values()) / len(hits), sum(multi) / len(multi)


def report_accuracy(counts: WordCounts) -> None:
    """Prints a line for each half, language and way of counting; gain: points over pyphen's default."""
    print(
        f"{'half':9}{'language':9}{'counted':20}{'words':>7}{'pyphen 2,2':>12}{'pyphen 1,1':>12}{'ours':>8}{'gain':>7}"
    )
    for even in (True, False):
        for language in LANGUAGES:
            words = counts[language, even]
            types = majority_splits(words)
            sizes = {
                "tokens": words.total(),
                "types": len(types),
                "multi-syllable types": sum(len(split) > 1 for split in types.values()),
            }
            default = accuracies(words, pyphen_splitter(language, 2))
            widest = accuracies(words, pyphen_splitter(language, 1))
            ours = accuracies(words, partial(syllabify, language=language))
            for (name, size), a, b, c in zip(sizes.items(), default, widest, ours, strict=True):
                half = "even" if even else "held-out"
                print(f"{half:9}{language:9}{name:20}{size:7}{a:12.1%}{b:12.1%}{c:8.1%}{100 * (c - a):+7.1f}")


def report_languages(verses: list[Verse]) -> None:
    """Prints how often the detected language of a first verse is that of the index, and where it is not."""
    guesses = [(verse, detect(" ".join(word.text for word in verse.words))) for verse in verses]
    others = [(verse, guess) for verse, guess in guesses if guess.language != verse.declared]
    print(
        f"language: {len(verses) - len(others)} of {len(verses)} first verses are detected in the language of the index"
    )
    for verse, guess in others:
        print(f"  {verse.song}: index {verse.declared}, detected {guess.language} ({guess.score:.3f})")


def report_speed(counts: WordCounts) -> None:
    """Prints the mean time of a word; call it first, while no word is in the cache."""
    for language in LANGUAGES:
        texts = {word.text for even in (True, False) for word in counts[language, even]}
        syllabify("this loads the patterns", language)
        start = time.perf_counter()
        for text in texts:
            syllabify(text, language)
        print(f"speed {language}: {1e6 * (time.perf_counter() - start) / len(texts):.1f} µs a new word")


def main() -> int:
    """Runs the measurement; returns the exit status."""
    parser = argparse.ArgumentParser(description="Measures syllabification on hand-syllabified songs.")
    parser.add_argument(
        "--declared",
        action="store_true",
        help="take every song's language from the index, translations or not",
    )
    declared = parser.parse_args().declared
    if not LIEDER.is_dir():
        print(f"the songs are missing: no folder {LIEDER}", file=sys.stderr)
        return 1
    verses = read_verses(LIEDER)
    counts = count_words(verses, declared=declared)
    report_speed(counts)
    report_accuracy(counts)
    report_languages(verses)
    return 0


if __name__ == "__main__":
    sys.exit(main())
