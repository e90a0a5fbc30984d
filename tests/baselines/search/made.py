"""Songs made up for tests, and an encoder whose vectors are bags of words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from musicdata_baselines.search import SectionTable, Songs, Vectors
from musicdata_baselines.search.terms import split_terms

WORDS = [
    "sea",
    "wave",
    "harbour",
    "sailor",
    "storm",
    "anchor",
    "mother",
    "cradle",
    "sleep",
    "night",
    "star",
    "moon",
    "river",
    "valley",
    "mountain",
    "winter",
    "snow",
    "summer",
    "garden",
    "rose",
    "lily",
    "thorn",
    "heart",
    "sorrow",
    "gladness",
    "morning",
    "evening",
    "soldier",
    "drum",
    "battle",
    "king",
    "crown",
    "bell",
    "church",
    "candle",
]
WIDTH = 256


@dataclass(frozen=True)
class Facts:
    name: str = "bag"
    width: int = WIDTH
    weights_sha256: str = "b" * 64
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Made:
    vectors: NDArray[np.float32]


class BagEncoder:
    """Adds one direction a word, of those it knows; what it does not know is zero."""

    def __init__(self, **facts: object) -> None:
        self.facts = Facts(**facts)  # type: ignore[arg-type]
        self.calls = 0

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Made:
        self.calls += 1
        vectors = np.zeros((len(texts), self.facts.width), np.float32)
        for row, text in enumerate(texts):
            for word in split_terms(text):
                if word in WORDS:
                    vectors[row, int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.facts.width] += 1
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return Made((vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32))


def made_songs(n: int = 60, seed: int = 0, encoder: BagEncoder | None = None) -> Songs:
    """Return songs of two or three stanzas; every tenth has the words of the one before it."""
    rng = np.random.default_rng(seed)
    texts: list[str] = []
    for number in range(n):
        stanzas = [
            "\n".join(" ".join(rng.choice(WORDS, 5)) for _ in range(rng.integers(2, 5)))
            for _ in range(rng.integers(2, 4))
        ]
        texts.append(texts[-1] if number % 10 == 9 else "\n\n".join(stanzas))
    encoder = encoder or BagEncoder()
    rows = [(song, i, *place) for song, text in enumerate(texts) for i, place in enumerate(stanza_places(text))]
    table = SectionTable(*np.array(rows, np.int32).T)
    languages = ["de" if number % 3 == 0 else "en" for number in range(n)]
    none = [None] * n
    ids = [f"song{number:04d}" for number in range(n)]
    vectors = {encoder.facts.name: section_vectors(texts, table, encoder)}
    return Songs(ids, texts, none, none, none, np.zeros(n, np.int32), languages, table, vectors)


def stanza_places(text: str) -> list[tuple[int, int]]:
    places, first = [], 0
    for stanza in text.split("\n\n"):
        n_lines = stanza.count("\n") + 1
        places.append((first, n_lines))
        first += n_lines + 1
    return places


def section_vectors(texts: Sequence[str], table: SectionTable, encoder: BagEncoder) -> Vectors:
    song, section, read = [], [], []
    for number, text in enumerate(texts):
        lines = text.split("\n")
        song.append(number)
        section.append(-1)
        read.append(text)
        for row in np.flatnonzero(table.song == number):
            first = table.first_line[row]
            song.append(number)
            section.append(int(table.index[row]))
            read.append("\n".join(lines[first : first + table.n_lines[row]]))
    made = encoder.encode(read).vectors.astype(np.float16)
    return Vectors(np.array(song, np.int32), np.array(section, np.int32), made, encoder.facts.weights_sha256[:16])
