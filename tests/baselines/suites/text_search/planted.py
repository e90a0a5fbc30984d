"""Made-up songs in made-up languages, with queries, as tables of the real contracts; encoders that know their words."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from musicdata.definitions import contract as contracts
from musicdata.definitions.splits import Split
from musicdata.music.features.text_encoders import Encoded, EncoderFacts
from musicdata_baselines.suites.text_search.settings import TextSearchSettings
from tests.baselines.suites.paired_views.sweep.made import Made

SETTINGS = TextSearchSettings(
    texts="lyric_texts.text",
    title="lyric_samples.title",
    artist="lyric_samples.artist",
    genre="lyric_samples.genre",
    year="lyric_samples.year",
    language="lyric_samples.language",
    relevance_group="lyric_samples.text_group_id",
    held_out="lyric_samples.is_held_out",
    leaky_split="lyric_samples.random_split",
    artist_split="lyric_samples.artist_split",
    sections="lyric_sections.first_line",
    queries="lyric_queries.text",
    judgements="lyric_qrels.relevance",
    emotions="lyric_features.emotions",
    vectors={"minilm": "embeddings_minilm.vector", "use": "embeddings_use.vector"},
    paper="lyrics",
)
LINES_A_STANZA = 4
WORDS_A_LINE = 6
_SYLLABLES = {"en": ["mo", "ra", "tel", "sin", "dor", "wen"], "de": ["kla", "bru", "fen", "gol", "stu", "pim"]}
_WIDTHS = {"minilm": 384, "use": 512}
_LANGUAGES = {"minilm": frozenset({"en"}), "use": frozenset({"en", "de"})}
WEIGHTS = {"minilm": "0" * 16, "use": "1" * 16}


@dataclass(frozen=True)
class Song:
    """A made-up song; `words` are numbers of meanings, which each language has a word for."""

    sample_id: str
    language: str
    words: np.ndarray[Any, Any]
    title: str | None
    artist: str
    genre: str
    group: str
    work: str | None
    held_out: bool = False

    @property
    def lines(self) -> list[str]:
        """Return the lines, an empty one between stanzas."""
        found: list[str] = []
        for number, row in enumerate(self.words):
            if number and number % LINES_A_STANZA == 0:
                found.append("")
            found.append(" ".join(word(self.language, meaning) for meaning in row))
        return found

    @property
    def split(self) -> str:
        """Return the split of its group."""
        return Split(seed=0).place(self.work or self.group)


@dataclass(frozen=True)
class Population:
    """What is made.

    Attributes:
        songs: of works, one a language each; a tenth have a near copy.
        words: meanings there are.
        seed: of everything.
        languages: of the songs.
        stanzas: of a song.
        titles: whether songs have one.
    """

    works: int = 90
    words: int = 900
    seed: int = 0
    languages: tuple[str, ...] = ("en", "de")
    stanzas: int = 4
    titles: bool = True
    residue: str = ""
    songs: list[Song] = field(default_factory=list)


def word(language: str, meaning: int) -> str:
    """Return a language's word for a meaning."""
    syllables, text = _SYLLABLES[language], ""
    meaning += 36
    while meaning:
        meaning, place = divmod(meaning, 6)
        text += syllables[place]
    return text


def make(pop: Population) -> list[Song]:
    """Return the songs of a population: each language sings each work, in other words for the same meanings."""
    rng = np.random.default_rng(pop.seed)
    rarity = 1 / np.arange(5, pop.words + 5)
    songs = []
    for number in range(pop.works):
        genre = ("Ballad", "Shanty", "Hymn")[number % 3]
        chances = rarity * np.where(np.arange(pop.words) % 3 == number % 3, 4.0, 1.0)  # genres have words of their own
        shape = (pop.stanzas * LINES_A_STANZA, WORDS_A_LINE)
        meanings = rng.choice(pop.words, size=shape, p=chances / chances.sum())
        artist = f"Singer {rng.integers(0, max(2, pop.works // 3))}"
        for language in pop.languages:
            title = " ".join(word(language, m) for m in meanings[0, :3]) if pop.titles else None
            if number % 2 and pop.titles:
                title = " ".join(word(language, m) for m in meanings[[1, 5, 9], [2, 3, 4]])
            one = _song(f"{language}{number:05d}", language, meanings, title, artist, genre, number)
            songs.append(one)
            if number % 10 == 0:
                changed = meanings.copy()
                changed[rng.integers(0, shape[0]), 0] = rng.integers(0, pop.words)
                other = "Hymn" if number % 20 else genre
                songs.append(
                    Song(f"{language}{number:05d}copy", language, changed, title, artist, other, one.group, one.work)
                )
    held = _held_out(songs)
    return [Song(**{**vars(song), "held_out": song.group in held}) for song in songs]


def _song(
    sample_id: str, language: str, meanings: np.ndarray[Any, Any], title: str | None, artist: str, genre: str, work: int
) -> Song:
    return Song(sample_id, language, meanings, title, artist, genre, f"group-{sample_id}", f"work{work:05d}")


def _held_out(songs: list[Song]) -> set[str]:
    """Return every sixth group of valid and of test."""
    groups = {split: sorted({s.group for s in songs if s.split == split}) for split in ("valid", "test")}
    return {group for known in groups.values() for group in known[::6]}


def source(pop: Population | None = None, *, shuffled_rows: bool = False, **changes: Any) -> Made:
    """Return the data set of a population; `changes` of its tables come after ``table``: a function each."""
    made = tables(make(pop or Population()), pop or Population())
    for name, change in changes.items():
        made[name] = change(made[name])
    if shuffled_rows:  # as in a release: split after split
        made = {name: table.sort_by([("split", "descending")]) for name, table in made.items()}
    return Made(made)


def tables(songs: list[Song], pop: Population) -> dict[str, pa.Table]:
    """Return the tables of songs."""
    encoders = {name: Bag(name) for name in _WIDTHS}
    made = {
        "lyric_samples": _samples(songs),
        "lyric_texts": [_keyed(s) | {"text": "\n".join(s.lines) + pop.residue} for s in songs],
        "lyric_sections": [row for song in songs for row in _sections(song)],
        "lyric_features": [_keyed(song) | {"emotions": [0.0] * 8, "emotion": "joy"} for song in songs],
        **dict(zip(("lyric_queries", "lyric_qrels"), _queries(songs, pop), strict=True)),
        **{f"embeddings_{name}": _embedded(songs, encoder) for name, encoder in encoders.items()},
    }
    return {name: _table(name, rows) for name, rows in made.items()}


def _table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    contract = contracts.load(name)
    arrays = {}
    for column in contract.columns:
        values = [row.get(column.name) for row in rows]
        if column.type == "vector" and values and values[0] is not None:
            arrays[column.name] = column.pack(np.array(values, column.element))
        else:
            arrays[column.name] = pa.array(values, column.field().type)
    table = pa.Table.from_arrays(list(arrays.values()), schema=pa.schema([c.field() for c in contract.columns]))
    return table.sort_by([(key, "ascending") for key in contract.key])


def _keyed(song: Song) -> dict[str, Any]:
    return {"sample_id": song.sample_id, "split": song.split}


def _samples(songs: list[Song]) -> list[dict[str, Any]]:
    by_chance = Split(by="sample_id", seed=3)
    return [
        _keyed(s)
        | {
            "artist_split": Split(seed=1).place(s.artist),
            "random_split": by_chance.place(s.sample_id),
            "artist": s.artist,
            "title": s.title,
            "genre": s.genre,
            "year": 1900,
            "language": s.language,
            "text_group_id": s.group,
            "group_id": s.work or s.group,
            "artist_group_id": s.artist,
            "work_id": s.work,
            "n_lines": len(s.words),
            "n_words": s.words.size,
            "lines_lost": False,
            "is_held_out": s.held_out,
            "text_sha256": hashlib.sha256("\n".join(s.lines).encode()).hexdigest(),
            "source_text_sha256": "0" * 64,
        }
        for s in songs
    ]


def _sections(song: Song) -> list[dict[str, Any]]:
    n = len(song.words) // LINES_A_STANZA
    fixed = {"kind": "unmarked", "n_lines": LINES_A_STANZA, "n_words": LINES_A_STANZA * WORDS_A_LINE, "repeats": 0}
    return [
        _keyed(song) | fixed | {"section_index": i, "first_line": i * (LINES_A_STANZA + 1), "repeat_of": None}
        for i in range(n)
    ]


def _embedded(songs: list[Song], encoder: Bag) -> list[dict[str, Any]]:
    fixed = {"n_tokens": 9, "n_read": 9, "encoder": encoder.name, "weights_sha256": WEIGHTS[encoder.name]}
    fixed |= {"max_tokens": 256, "precision": "float32"}
    rows = []
    for song in songs:
        if song.language not in _LANGUAGES[encoder.name]:
            continue
        stanzas = "\n".join(song.lines).split("\n\n")
        vectors = encoder.encode(["\n".join(song.lines), *stanzas]).vectors
        rows += [_keyed(song) | fixed | {"section_index": i - 1, "vector": vector} for i, vector in enumerate(vectors)]
    return rows


def _queries(songs: list[Song], pop: Population) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    by_group: dict[str, list[Song]] = {}
    for song in songs:
        by_group.setdefault(song.group, []).append(song)
    queries, qrels = [], []
    for song in songs:
        for kind, text, target in _asked(song, pop):
            query_id = hashlib.sha256(f"{song.sample_id}{kind}{target}".encode()).hexdigest()[:16]
            right = by_group[song.group]
            if kind == "translation":
                right = [s for s in songs if s.work == song.work and s.language == target]
            queries.append(
                _keyed(song)
                | {"query_id": query_id, "kind": kind, "text": text, "language": song.language, "line": 1}
                | {"target_language": target, "n_relevant": len(right)}
            )
            qrels += [_keyed(s) | {"query_id": query_id, "relevance": 1, "is_source": s is song} for s in right]
    return queries, qrels


def _asked(song: Song, pop: Population) -> list[tuple[str, str, str | None]]:
    seed = int(hashlib.sha256(song.sample_id.encode()).hexdigest()[:8], 16)
    rng = np.random.default_rng(seed)
    words = [word(song.language, m) for m in song.words[int(rng.integers(1, len(song.words)))]]
    line = " ".join(words)
    if song.held_out:
        return [("absent", line, None)]
    half = [words[i] for i in sorted(rng.permutation(len(words))[: len(words) // 2].tolist())]
    slips = [w[:-1] + "x" if i % 3 == 0 else w for i, w in enumerate(words)]
    asked: list[tuple[str, str, str | None]] = [
        ("line", line, None),
        ("masked", " ".join(half), None),
        ("typo", " ".join(slips), None),
        ("masked_typo", " ".join(slips[:3]), None),
    ]
    if song.title:
        asked.append(
            ("title_in_text" if song.title in line or song.title in song.lines[0] else "title", song.title, None)
        )
    start = " ".join(song.lines[:3])
    return asked + [("translation", start, target) for target in pop.languages if target != song.language]


class Bag:
    """An encoder that adds up what each word means; USE's knows both languages, MiniLM's the English words only."""

    def __init__(self, name: str) -> None:
        """Take the place of an encoder."""
        self.name = name
        self.n_encoded = 0

    @property
    def facts(self) -> EncoderFacts:
        """Return what identifies it."""
        return EncoderFacts(
            self.name, "made", "1", WEIGHTS[self.name], 256, "float32", _WIDTHS[self.name], _LANGUAGES[self.name]
        )

    def encode(self, texts: list[str], *, query: bool = False) -> Encoded:
        """Return unit sums of the vectors of meanings; words of other languages are noise of their own."""
        self.n_encoded += len(texts)
        rows = [sum((self._vector(w) for w in text.split()), np.zeros(_WIDTHS[self.name])) for text in texts]
        vectors = np.stack(rows).astype(np.float32)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        n = np.array([len(text.split()) for text in texts], np.int32)
        return Encoded(vectors, n, n)

    def _vector(self, text: str) -> np.ndarray[Any, Any]:
        if text not in _VECTORS[self.name]:
            key = _MEANINGS.get(text, text) if self.name == "use" else text
            seed = int(hashlib.sha256(f"{key}".encode()).hexdigest()[:8], 16)
            _VECTORS[self.name][text] = np.random.default_rng(seed).standard_normal(_WIDTHS[self.name])
        return _VECTORS[self.name][text]


_MEANINGS = {word(language, meaning): meaning for language in _SYLLABLES for meaning in range(2_000)}
_VECTORS: dict[str, dict[str, np.ndarray[Any, Any]]] = {"minilm": {}, "use": {}}
