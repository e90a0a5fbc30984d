"""How people ask, language by language: the phrases of `rules/*.toml`, ready to be looked up.

A phrase is words with a space between; a star at the end of one stands for up to four more letters.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.music.queries.words import plain, words
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_FOLDER = Path(__file__).with_name("rules")
_STAR = "*"
_SHORTEST_NAME = 4
_LETTERS_OF_STAR = 4
_STEM = 2  # letters of a word by which phrases with a star are found
_STRUCTURE = (
    "request", "article", "song", "filler", "about", "about_weak", "about_after", "for", "by", "in", "relative", "not",
    "but", "and", "of", "end",
)  # fmt: skip
_TABLES = {
    "languages": "language", "genres": "genre", "genre_words": "genre_word", "emotion_songs": "emotion_song",
    "emotions": "emotion", "emotion_nouns": "emotion_noun",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that mean something.

    Attributes:
        kind: what they do in a query: a key of the rules' files, or of one of their tables.
        value: of what they name; "" for words that only hold a query together.
        words: plain; with a star at its end, one has more letters.
    """

    kind: str
    value: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """How people ask in one language.

    Attributes:
        language: ISO 639-1 code.
        phrases: first letters of the first word → phrases that begin so, the longest first.
        eras: patterns of times in plain words, as parts of a phrase ("1960s").
        framed_eras: the same of times that stand by themselves ("from the 60s").
        ordinals: plain word → number.
        genre_spellings: names that data sets have for genres, and nobody who asks: plain → the one that all stand for.
        function: plain words that nearly every sentence of the language has.
        free: what a song is about needs no word before it, where more than that is said.
        topic_endings: of the last word of what a song is about, where the language says it by a case.
        head_final: what is looked for stands at the end, behind what is said of it.
        languages_framed: names of languages are other words too, unless one before them says what they are.
    """

    language: str
    phrases: Mapping[str, tuple[Phrase, ...]]
    eras: tuple[re.Pattern[str], ...]
    framed_eras: tuple[re.Pattern[str], ...]
    ordinals: Mapping[str, int]
    genre_spellings: Mapping[str, str]
    function: frozenset[str]
    free: bool
    topic_endings: tuple[str, ...]
    head_final: bool
    languages_framed: bool

    def knows(self, word: str) -> bool:
        """Say whether a plain word is one of this language as far as the rules have it."""
        there = self.phrases.get(word[:_STEM], ())
        return word in self.function or any(len(phrase.words) == 1 and _is(phrase.words[0], word) for phrase in there)

    def at(self, plains: Sequence[str], place: int) -> list[Phrase]:
        """Return the phrases that begin at a place, the longest first."""
        there = self.phrases.get(plains[place][:_STEM], ())
        return [phrase for phrase in there if _fits(phrase.words, plains[place : place + len(phrase.words)])]


def _fits(pattern: tuple[str, ...], plains: Sequence[str]) -> bool:
    return len(pattern) <= len(plains) and all(map(_is, pattern, plains))


def _is(pattern: str, word: str) -> bool:
    if pattern.endswith(_STAR):
        return word.startswith(pattern[:-1]) and len(word) - len(pattern) < _LETTERS_OF_STAR
    return word == pattern


@cache
def all_rules() -> tuple[Rules, ...]:
    """Return the rules of every language, English first."""
    files = sorted(_FOLDER.glob("*.toml"), key=lambda path: (path.stem != "en", path.stem))
    return tuple(_read(tomllib.loads(paths.read_regular(path, follow=True).decode())) for path in files)


def _read(document: Mapping[str, Any]) -> Rules:
    by_stem: dict[str, list[Phrase]] = {}
    for phrase in _phrases(document):
        by_stem.setdefault(phrase.words[0].rstrip(_STAR)[:_STEM], []).append(phrase)
    eras: Mapping[str, list[str]] = document.get("eras", {})
    return Rules(
        language=document["language"],
        phrases={stem: tuple(sorted(some, key=lambda one: -len(one.words))) for stem, some in by_stem.items()},
        eras=tuple(map(re.compile, eras.get("bare", ()))),
        framed_eras=tuple(map(re.compile, eras.get("framed", ()))),
        ordinals={plain(word): number for word, number in document.get("ordinals", {}).items()},
        genre_spellings={
            " ".join(phrase_words(name)): meant
            for meant, listed in document.get("genre_spellings", {}).items()
            for name in _listed(listed)
        },
        function=frozenset(plains for one in _listed(document["function"]) for plains in phrase_words(one)),
        free=document.get("free", False),
        topic_endings=tuple(map(plain, document.get("topic_endings", ()))),
        head_final=document.get("head_final", False),
        languages_framed=document.get("languages_framed", False),
    )


def _phrases(document: Mapping[str, Any]) -> Iterator[Phrase]:
    for kind in _STRUCTURE:
        for text in _listed(document.get(kind, "")):
            yield Phrase(kind, "", phrase_words(text))
    for table, kind in _TABLES.items():
        for value, listed in document.get(table, {}).items():
            for text in _listed(listed):
                yield Phrase(kind, value, phrase_words(text))


def _listed(text: str) -> list[str]:
    return [one for part in text.split(",") if (one := part.strip())]


def phrase_words(text: str) -> tuple[str, ...]:
    """Return the plain words of a phrase, their stars kept.

    >>> phrase_words("chanson d' amour"), phrase_words("fröhlich*")
    (('chanson', "d'", 'amour'), ('frohlich*',))
    """
    found: list[str] = []
    for part in text.split():
        star = part.endswith(_STAR)
        elided = part[:-1] if part.endswith(("'", "’")) and len(part) > 1 else ""
        inner = [f"{plain(elided)}'"] if elided else [word.plain for word in words(part.rstrip(_STAR), [])]
        found += [*inner[:-1], inner[-1] + _STAR] if star else inner
    return tuple(found)


@cache
def genre_names() -> Mapping[str, str]:
    """Return plain name of a genre in any language → the one that all of them stand for."""
    kinds = ("genre", "genre_word")
    phrases = (one for rules in all_rules() for some in rules.phrases.values() for one in some if one.kind in kinds)
    names = {" ".join(phrase.words).replace(_STAR, ""): phrase.value for phrase in phrases}
    return names | {name: meant for rules in all_rules() for name, meant in rules.genre_spellings.items()}


@cache
def unheard_genres(genres: tuple[str, ...]) -> tuple[Phrase, ...]:
    """Return phrases for those of a data set's genres that no rules have: they are known by their own names."""
    named = ((genre, tuple(word.plain for word in words(genre, []))) for genre in genres if not meaning_of(genre))
    return tuple(
        Phrase("genre_word", genre, plains) for genre, plains in named if len("".join(plains)) >= _SHORTEST_NAME
    )


@cache
def meaning_of(genre: str) -> str:
    """Return what a data set's genre is called in the rules; "" where they do not have it.

    >>> meaning_of("Hymns"), meaning_of("Folk songs"), meaning_of("Reggaeton")
    ('hymn', 'folk', '')
    """
    plains = [word.plain for word in words(genre, [])]
    names = genre_names()
    english = all_rules()[0]
    is_noun = bool(plains) and any(one.kind == "song" for one in english.at(plains, len(plains) - 1))
    short = plains[:-1] if is_noun else plains
    return names.get(" ".join(plains), "") or names.get(" ".join(short), "")
