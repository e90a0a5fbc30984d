"""A few songs of our own words in four languages as tables of the real contracts, and encoders that know their words."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from musicdata.definitions import contract as contracts
from musicdata.definitions.head import Dataset, Head, Validate
from musicdata.definitions.searchable import Searchable
from musicdata.music.features.text_encoder import Encoded, EncoderFacts
from musicdata.music.queries.parts import EMOTIONS
from musicdata_baselines.search.terms import split_terms
from tests.baselines.suites.paired_views.sweep.made import Tables

SETTINGS: dict[str, Any] = {
    "texts": "lyric_texts.text",
    "title": "lyric_samples.title",
    "artist": "lyric_samples.artist",
    "genre": "lyric_samples.genre",
    "year": "lyric_samples.year",
    "language": "lyric_samples.language",
    "relevance_group": "lyric_samples.text_group_id",
    "held_out": "lyric_samples.is_held_out",
    "leaky_split": "lyric_samples.random_split",
    "artist_split": "lyric_samples.artist_split",
    "sections": "lyric_sections.first_line",
    "queries": "lyric_queries.text",
    "judgements": "lyric_qrels.relevance",
    "emotions": "lyric_features.emotions",
    "vectors": {"minilm": "embeddings_minilm.vector", "use": "embeddings_use.vector"},
    "encoders": ("minilm", "use"),
    "paper": "lyrics",
}

# What words of several languages mean; the encoders know nothing else.
CONCEPTS = {
    "sea": "sea ocean meer see mer flots 海 waves wellen",
    "night": "night nacht nuit 夜 dark dunkel",
    "mill": "mill mühle moulin",
    "moon": "moon mond lune 月",
    "tears": "tears weep sad tränen weine larmes pleure 泪",
    "wine": "wine wein vin drink 酒",
    "home": "home heimat maison 家",
    "bird": "bird vogel oiseau 鸟",
    "snow": "snow schnee neige 雪",
    "gold": "gold golden or 金",
}
CONCEPT_OF = {word: concept for concept, words in CONCEPTS.items() for word in words.split()}
EMOTION = {"sad": 1, "joy": 0, "calm": 7}


@dataclass(frozen=True)
class Song:
    """One song of the set."""

    id: str
    language: str
    title: str | None
    artist: str | None
    text: str
    genre: str | None = "Folk"
    year: int | None = None
    group: str = ""
    split: str = "train"
    mood: str = ""
    work: str | None = None
    sections: tuple[tuple[int, int], ...] = field(default=())


SONGS = (
    Song("en-sea", "en", "The Wide Sea", "Ann Miller", "the sea is wide and I cannot cross\nno ship will carry me\n\nI weep my tears into the waves\nthe ocean never answers me", "Folk", 1895, "g-sea", "train", "sad", "w1"),
    Song("en-sea-2", "en", "Wide Sea (live)", "Tom Oak", "the sea is wide and I cannot cross\nno ship will carry me\n\nI weep my tears into the waves\nthe ocean never answers", "Pop", 1999, "g-sea", "train", "sad", "w1"),
    Song("de-sea", "de", "Das weite Meer", "Anna Müller", "das Meer ist weit, ich komm nicht fort\nkein Schiff trägt mich hinaus\n\nich weine Tränen in die Wellen\ndas Meer gibt nichts heraus", "Folk", 1890, "g-meer", "valid", "sad", "w1"),
    Song("fr-sea", "fr", "La mer est large", "Anne Meunier", "la mer est large et je ne passe pas\naucun bateau pour moi\n\nje pleure mes larmes dans les flots\nla mer ne répond pas", "Chanson", 1901, "g-mer", "test", "sad", "w1"),
    Song("de-mill", "de", "Die Mühle", "Anna Müller", "die Mühle dreht sich früh am Bach\nder Müller singt dazu\n\nein Vogel sitzt auf ihrem Dach\nund lacht und gibt nicht Ruh", "Art Song", 1823, "g-mill", "train", "joy"),
    Song("en-mill", "en", "The Mill", "Ann Miller", "the mill turns early by the brook\nthe miller sings along\n\na bird is sitting on the roof\nand laughs at every song", "Folk", 1840, "g-mill-en", "valid", "joy"),
    Song("en-night", "en", "Silent Dark", "Tom Oak", "the night is dark, the moon is gold\nand every house is still\n\nsleep on, sleep on, the snow lies cold\nupon the silent hill", "Hymn", 1910, "g-night", "test", "calm"),
    Song("de-night", "de", "Stille", "Karl Eiche", "die Nacht ist dunkel und der Mond\nsteht golden überm Haus\n\nschlaf ein, der Schnee liegt kalt und still\nda draußen geht nichts aus", "Hymn", 1818, "g-nacht", "train", "calm"),
    Song("zh-moon", "zh", "月夜", "李明", "海上的月很亮\n我在夜里想家\n\n酒喝完了泪还在流\n雪落在你的窗", "Ci", None, "g-yue", "train", "sad"),
    Song("zh-wine", "zh", "酒歌", "王五", "今天喝酒明天走\n鸟在山上叫朋友\n\n金色的太阳照我家\n大家一起唱啊唱", "Qu", None, "g-jiu", "valid", "joy"),
    Song("en-wine", "en", "Drink the Wine", "The Barrels", "come drink the wine and dance with me\nthe fiddle plays till three\n\na toast to all who cannot sleep\na toast to you and me", "Drinking Songs", 1955, "g-wine", "train", "joy"),
    Song("fr-wine", "fr", "Le bon vin", "Les Tonneaux", "buvons le vin et dansons bien\nle violon joue demain\n\nun verre à tous les gens du port\nun oiseau chante encore", "Chanson", 1960, "g-vin", "train", "joy"),
    Song("en-untitled", "en", None, None, "home is a road that I forgot\ngold is the dust I found\n\nhome is a word that burns too hot\nto set it on the ground", None, None, "g-home", "train", ""),
    Song("en-odd", "en", "Odd \x1b[31mRed\n<b>", "=SUM(A1)", "la la the snow, la la the snow\nla la, it comes and goes\n\nwho knows the way that snow will go\nthe snow itself, who knows", "Pop", 2001, "g-odd", "test", "joy"),
)  # fmt: skip


def vector(text: str, width: int, languages: str = "") -> np.ndarray[Any, Any]:
    """Return what an encoder makes of a text: its concepts, and a little of the text itself."""
    found = np.zeros(width, np.float32)
    for term in split_terms(text):
        if (concept := CONCEPT_OF.get(term)) is not None:
            found[list(CONCEPTS).index(concept)] += 1
    noise = np.random.default_rng(list(hashlib.sha256((languages + text).encode()).digest())).normal(size=width)
    found += 0.05 * noise.astype(np.float32)
    return found / np.linalg.norm(found)


class Planted:
    """An encoder that knows the concepts."""

    def __init__(self, name: str, languages: frozenset[str], weights: str = "0123456789abcdef" * 4) -> None:
        """Know a name, which says the width too."""
        self.facts = EncoderFacts(name, "planted", "1", weights, 64, "float32", WIDTHS[name], languages)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:
        """Encode texts one by one."""
        del query
        n = np.array([len(text.split()) for text in texts], np.int32)
        vectors = np.array([vector(text, self.facts.width) for text in texts], np.float32)
        return Encoded(vectors.reshape(-1, self.facts.width), n, n)


WIDTHS = {"minilm": 384, "use": 512, "e5": 384, "model": 384}
ENCODERS = {"minilm": Planted("minilm", frozenset({"en"})), "use": Planted("use", frozenset({"en", "de", "fr", "zh"}))}


def open_planted(name: str, folder: Path | None = None) -> Planted:
    """Stand in for `open_encoder`."""
    del folder
    return ENCODERS[name]


class SongSet(Searchable):
    """A data set of songs in memory."""

    def __init__(self, root: Path, tables: dict[str, pa.Table], settings: dict[str, Any] | None = None) -> None:
        """Hold the tables, and what a recipe would say."""
        self.root = root
        self._reader = Held(tables)
        self._head = Head(
            Dataset(name="lyrics", title="Lyrics", modalities=("lyrics",)),
            None,
            Validate("text-search", SETTINGS if settings is None else settings),
        )

    @property
    def reader(self) -> Any:
        """Return what reads the tables."""
        return self._reader

    @property
    def head(self) -> Head:
        """Return what a recipe would say."""
        return self._head

    @property
    def index_folder(self) -> Path:
        """Return where an index of it is kept."""
        return self.root / "search"


class Held(Tables):
    """Tables in memory with digests that follow what is in them."""

    def digest(self, table: str) -> str:
        """Return a hash of the rows."""
        return hashlib.sha256(repr(self.read(table).to_pylist()).encode()).hexdigest()


def table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as a table of the contract `name`; what a row does not say is empty, or plain."""
    contract = contracts.load(name)
    rows = sorted(rows, key=lambda row: [row[name] for name in contract.key])
    columns = []
    for column in contract.columns:
        values = [row.get(column.name, None if column.nullable else _plain(column.type)) for row in rows]
        columns.append(pa.array(values, column.arrow_type))
    return pa.Table.from_arrays(columns, schema=contract.arrow_schema())


def _plain(kind: str) -> Any:
    return {"string": "-", "bool": False}.get(kind, 1)


def tables(songs: Sequence[Song] = SONGS, *, with_vectors: bool = True) -> dict[str, pa.Table]:
    """Return the tables of some songs."""
    of = [{"sample_id": song.id, "split": song.split} for song in songs]
    made = {
        "lyric_samples": table("lyric_samples", [one | _sample(song) for one, song in zip(of, songs, strict=True)]),
        "lyric_texts": table("lyric_texts", [one | {"text": s.text} for one, s in zip(of, songs, strict=True)]),
        "lyric_sections": table("lyric_sections", [row for song in songs for row in _sections(song)]),
        "lyric_features": table("lyric_features", [one | _moods(s) for one, s in zip(of, songs, strict=True)]),
        "lyric_queries": table("lyric_queries", [row for song in songs for row in _queries(song)]),
        "lyric_qrels": table("lyric_qrels", [row for song in songs for row in _judgements(song, songs)]),
    }
    if with_vectors:
        made["embeddings_minilm"] = _embeddings("minilm", [song for song in songs if song.language == "en"])
        made["embeddings_use"] = _embeddings("use", songs)
    return made


def _sample(song: Song) -> dict[str, Any]:
    return {
        "artist_split": song.split,
        "random_split": song.split,
        "artist": song.artist,
        "title": song.title,
        "genre": song.genre,
        "year": song.year,
        "language": song.language,
        "text_group_id": song.group,
        "group_id": song.work or song.group,
        "artist_group_id": song.work or song.group,
        "work_id": song.work,
        "n_lines": 4,
        "n_words": 20,
    }


def _sections(song: Song) -> list[dict[str, Any]]:
    stanzas = song.text.split("\n\n")
    rows, first = [], 0
    for number, stanza in enumerate(stanzas):
        n = stanza.count("\n") + 1
        rows.append(
            {"sample_id": song.id, "split": song.split, "section_index": number, "kind": "unmarked", "label": None}
            | {"first_line": first, "n_lines": n, "n_words": len(stanza.split()), "repeat_of": None, "repeats": 0}
        )
        first += n + 1
    return rows


def _moods(song: Song) -> dict[str, Any]:
    if not song.mood:
        return {"emotions": None, "not_scored": "no_vectors"}
    values = [-1.0] * len(EMOTIONS)
    values[EMOTION[song.mood]] = 2.0
    return {"emotions": values, "emotion": EMOTIONS[EMOTION[song.mood]]}


def _queries(song: Song) -> list[dict[str, Any]]:
    lines = [(number, line) for number, line in enumerate(song.text.split("\n")) if line]
    asked = [("line", lines[0]), ("masked", (lines[-1][0], " ".join(lines[-1][1].split()[::2])))]
    of = {"sample_id": song.id, "split": song.split, "language": song.language, "target_language": None}
    return [
        of | {"query_id": _query_id(song, kind), "kind": kind, "text": line, "line": number, "n_relevant": 1}
        for kind, (number, line) in asked
    ]


def _query_id(song: Song, kind: str) -> str:
    return hashlib.sha256(f"{song.id} {kind}".encode()).hexdigest()[:16]


def _judgements(song: Song, songs: Sequence[Song]) -> list[dict[str, Any]]:
    return [
        {"sample_id": other.id, "split": other.split, "query_id": _query_id(song, kind), "is_source": other is song}
        for kind in ("line", "masked")
        for other in songs
        if other.group == song.group
    ]


def _embeddings(name: str, songs: Sequence[Song]) -> pa.Table:
    rows = []
    for song in songs:
        stanzas = song.text.split("\n\n")
        for number, text in [(-1, song.text), *enumerate(stanzas)]:
            rows.append(
                {"sample_id": song.id, "split": song.split, "section_index": number}
                | {"vector": vector(text, WIDTHS[name]).astype(np.float16), "weights_sha256": "0123456789abcdef"}
            )
    return table(f"embeddings_{name}", rows)


def song_set(root: Path, songs: Sequence[Song] = SONGS, *, without: Sequence[str] = (), **changes: Any) -> SongSet:
    """Return a data set of some songs, some tables left out, some settings changed."""
    made = {name: one for name, one in tables(songs).items() if name not in without}
    return SongSet(root, made, SETTINGS | changes)


def changed(song_id: str, **facts: Any) -> tuple[Song, ...]:
    """Return the songs, one of them with other facts."""
    return tuple(replace(song, **facts) if song.id == song_id else song for song in SONGS)
