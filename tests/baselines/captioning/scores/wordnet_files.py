"""A WordNet of a few synsets, written as Princeton writes it, and ours as NLTK's METEOR asks for one."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from musicdata_baselines.captioning.scores.wordnets import WordNet

LICENCE = "  1 This software and database is being provided to you\n  2 WordNet 3.0 Copyright 2006 by Princeton\n"

SYNSETS: dict[str, list[tuple[str, ...]]] = {
    "noun": [("dog", "domestic_dog", "Canis_familiaris"), ("frump", "dog"), ("axis",), ("axe", "ax"), ("sea", "ocean")],
    "verb": [("run",), ("sing", "chant"), ("chase", "dog"), ("axe", "ax", "chop"), ("become", "go", "get")],
    "adj": [("fast(a)", "quick"), ("sad", "unhappy(p)"), ("good", "well(p)")],
    "adv": [("fast", "quickly"), ("well", "good")],
}
EXCEPTIONS: dict[str, list[tuple[str, ...]]] = {
    "noun": [("axes", "ax", "axis"), ("oxen", "ox")],
    "verb": [("ran", "run"), ("sang", "sing"), ("went", "go")],
    "adj": [("better", "good", "well")],
    "adv": [("best", "well")],
}
_LETTERS = {"noun": "n", "verb": "v", "adj": "a", "adv": "r"}


def write(folder: Path) -> Path:
    """Write the twelve files into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, synsets in SYNSETS.items():
        data, places = LICENCE, dict[str, list[str]]()
        for words in synsets:
            place = f"{len(data):08d}"
            named = " ".join(f"{word} 0" for word in words)
            pointers = "001 @ 00001740 n 0000"
            frames = " 01 + 02 00" if name == "verb" else ""
            data += f"{place} 05 {_LETTERS[name]} {len(words):02x} {named} {pointers}{frames} | gloss with words  \n"
            for word in words:
                places.setdefault(word.partition("(")[0].lower(), []).append(place)
        index = LICENCE + "".join(
            f"{word} {_LETTERS[name]} {len(of)} 1 @ {len(of)} 0 {' '.join(of)}  \n"
            for word, of in sorted(places.items())
        )
        exceptions = "".join(" ".join(one) + "\n" for one in EXCEPTIONS[name])
        for file, text in ((f"data.{name}", data), (f"index.{name}", index), (f"{name}.exc", exceptions)):
            (folder / file).write_text(text, "ascii")
    return folder


class ForNltk:
    """A WordNet of ours with the methods that NLTK's METEOR calls."""

    def __init__(self, wordnet: WordNet | None) -> None:
        self._wordnet = wordnet

    def synsets(self, word: str) -> list[Any]:
        names = sorted(self._wordnet.synonyms(word)) if self._wordnet else []
        return [SimpleNamespace(lemmas=lambda: [SimpleNamespace(name=lambda one=one: one) for one in names])]
