"""A population of made-up songs: each a function of seed and number, whatever else there is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from musicdata.twin.songs import residue, verses
from musicdata.twin.songs.languages import LANGUAGES, SHARES, vocabulary
from musicdata.twin.songs.verses import Section

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.twin.songs.verses import Style

T = TypeVar("T")

GENRES = ("Rock", "Pop", "Hip-Hop", "Metal", "Country", "Folk", "Jazz", "Electronic")
_GENRE_SHARES = (0.50, 0.26, 0.07, 0.05, 0.04, 0.03, 0.03, 0.02)
OWN, COPY, EDITED, TRANSLATION, PLACEHOLDER, BOILERPLATE = range(6)
KINDS = ("own", "copy", "edited", "translation", "placeholder", "boilerplate")
_SHARES = {COPY: 0.04, EDITED: 0.039, TRANSLATION: 0.03, PLACEHOLDER: 0.01}
_EDITS = (0.04, 0.03)  # of words, of lines
_LEAST_BOILERPLATE, _BOILERPLATE_SHARE, _MOST_BOILERPLATE = 24, 0.001, 0.1
_WRONG_LABEL, _NO_LABEL, _NO_YEAR = 0.02, 0.02, 0.3
_RESIDUE_SHARE, _MOST_RESIDUES, _LOOK_ALIKE_SHARE = 0.4, 3, 0.06
_SONGS_AN_ARTIST = 6
_FIRST_YEAR, _N_YEARS = 1955, 70
_ODD_TITLE, _TITLE_IN_TEXT = 0.01, 0.6
_FIRST_OWN = 8  # so that there is something to copy
_LICENCE = "CC0-1.0"
_ODD_TITLES = ("=1+1", "<script>alert(1)</script>", "-2+3", "<b>Stay</b>", "@home")
# What a song's random numbers are for: the words of a copy are its original's, names and residue its own.
_WORDS, _OWN, _EDIT = range(3)
_LANGUAGE, _GENRE, _STYLE, _LABEL, _YEAR, _ARTIST = range(6)  # columns of what is drawn for all songs at once


class Song(NamedTuple):
    """A made-up song, and what is known of it that its row does not say.

    Attributes:
        artist: of it; `title`, `genre`, `language` (as the row labels it), `year` and `lyrics` likewise.
        work: of it and of its translations; "" for a song without any.
        licence: as the table of works has it.
        kind: one of `KINDS`.
        of: number of the song that it is a copy or a translation of; -1 of none.
        true_language: ISO 639-1 code.
        residue: what was planted; `look_alikes` the lines that only look so.
        n_words: of it without marks and residue, lines that are written again counted again.
    """

    artist: str
    title: str
    genre: str
    language: str
    year: str
    lyrics: str
    work: str
    licence: str
    kind: str
    of: int
    true_language: str
    residue: tuple[str, ...]
    look_alikes: tuple[str, ...]
    n_words: int


@dataclass(frozen=True)
class SongPopulation:
    """Made-up songs.

    Attributes:
        n_songs: in it.
        seed: another one gives other songs.
    """

    n_songs: int = 240
    seed: int = 0

    def songs(self) -> Iterator[Song]:
        """Yield the songs in the order of their numbers."""
        return map(self.song, range(self.n_songs))

    def song(self, number: int) -> Song:
        """Return a song."""
        kind, original = int(self._kinds[number]), int(self._originals[number])
        if kind in (PLACEHOLDER, BOILERPLATE):
            return self._no_song(number, kind)
        sung = number if kind in (OWN, TRANSLATION) else original
        code = self._language_of(sung)
        words, own = self._rng(sung, _WORDS), self._rng(number, _OWN)
        sections, look_alikes = self._sections(words, sung, code)
        if kind == EDITED:
            sections = verses.edited(self._rng(number, _EDIT), sections, code, _EDITS, look_alikes)
        style = _drawn_from(verses.STYLES, self._drawn[sung, _STYLE])
        lines = verses.page(words, sections, style, self._artist(sung))
        about = residue.About(_title(own, sections), self._artist(number))
        planted = _planted(own, style, may_change_words=kind == OWN)
        n_words = sum(line.count(" ") + 1 for section in sections for line in section.lines)
        return Song(
            about.artist, about.title, *self._labels(number, code),
            "\n".join(residue.plant(own, lines, about, planted)), self._work(number), _LICENCE, KINDS[kind], original,
            code, tuple(planted), look_alikes, n_words,
        )  # fmt: skip

    def _no_song(self, number: int, kind: int) -> Song:
        rng, code = self._rng(number, _OWN), self._language_of(number)
        texts = residue.PLACEHOLDERS
        text = residue.BOILERPLATE if kind == BOILERPLATE else texts[int(rng.integers(len(texts)))]
        title = " ".join(verses.draw(rng, code, 2)).title()
        labels = self._labels(number, code)
        return Song(self._artist(number), title, *labels, text, "", _LICENCE, KINDS[kind], -1, code, (), (), 0)

    def _work(self, number: int) -> str:
        if self._kinds[number] == TRANSLATION:
            return f"w{self._originals[number]:06d}"
        return f"w{number:06d}" if number in self._translated else ""

    def _rng(self, number: int, use: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, number, use])

    @cached_property
    def _drawn(self) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
        """Return numbers from 0 to 1, a row a song: what decides its labels, its style and its artist."""
        return np.random.default_rng([self.seed, 80]).random((self.n_songs, 6))

    @cached_property
    def _kinds(self) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        rng = np.random.default_rng([self.seed, 81])
        bounds = np.cumsum(list(_SHARES.values()))
        drawn = np.searchsorted(bounds, rng.random(self.n_songs), side="right")
        kinds = np.array([*_SHARES, OWN], np.int8)[drawn]
        kinds[:_FIRST_OWN] = OWN
        wanted = max(_LEAST_BOILERPLATE, int(_BOILERPLATE_SHARE * self.n_songs))
        n_boilerplate = min(wanted, int(_MOST_BOILERPLATE * self.n_songs))
        own = np.flatnonzero(kinds == OWN)[_FIRST_OWN:]
        kinds[rng.permutation(own)[:n_boilerplate]] = BOILERPLATE
        return kinds

    @cached_property
    def _originals(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        rng = np.random.default_rng([self.seed, 82])
        own = np.flatnonzero(self._kinds == OWN)
        chosen = own[(rng.random(self.n_songs) * len(own)).astype(np.int64)]
        return np.where(np.isin(self._kinds, (COPY, EDITED, TRANSLATION)), chosen, -1)

    @cached_property
    def _translated(self) -> frozenset[int]:
        return frozenset(self._originals[self._kinds == TRANSLATION].tolist())

    def _language_of(self, number: int) -> str:
        if self._kinds[number] == TRANSLATION:
            of = self._language_of(int(self._originals[number]))
            others = [language.code for language in LANGUAGES if language.code != of]
            return others[number % len(others)]
        return _drawn_from(tuple(zip(LANGUAGES, SHARES, strict=True)), self._drawn[number, _LANGUAGE]).code

    def _genre_of(self, number: int) -> int:
        return _drawn_from(tuple(enumerate(_GENRE_SHARES)), self._drawn[number, _GENRE])

    def _labels(self, number: int, code: str) -> tuple[str, str, str]:
        """Return genre, language and year as the row has them."""
        names = [language.name for language in LANGUAGES]
        language = next(language.name for language in LANGUAGES if language.code == code)
        label, year = self._drawn[number, [_LABEL, _YEAR]].tolist()
        if label < _WRONG_LABEL:
            language = names[(names.index(language) + 1) % len(names)]
        elif label < _WRONG_LABEL + _NO_LABEL:
            language = ""
        told = "" if year < _NO_YEAR else str(_FIRST_YEAR + int(year * _N_YEARS))
        return GENRES[self._genre_of(number)], language, told

    def _sections(
        self, rng: np.random.Generator, number: int, code: str
    ) -> tuple[tuple[Section, ...], tuple[str, ...]]:
        """Return the words of a song, and its lines that look like residue."""
        sections = verses.compose(rng, code, self._genre_of(number))
        if code != "en" or rng.random() >= _LOOK_ALIKE_SHARE:
            return sections, ()
        line = residue.LOOK_ALIKES[int(rng.integers(len(residue.LOOK_ALIKES)))]
        first = sections[0]
        at = int(rng.integers(1, len(first.lines)))
        opening = Section(first.kind, first.label, (*first.lines[:at], line, *first.lines[at:]))
        return (opening, *sections[1:]), (line,)

    def _artist(self, number: int) -> str:
        return _artist_name(self.seed, int(self._drawn[number, _ARTIST] * max(2, self.n_songs // _SONGS_AN_ARTIST)))


@cache
def _artist_name(seed: int, artist: int) -> str:
    words = vocabulary("en")
    ranks = np.random.default_rng([seed, 83, artist]).integers(200, 9_000, 2)
    return " ".join(words[rank] for rank in ranks.tolist()).title()


def _drawn_from(shares: Sequence[tuple[T, float]], drawn: float) -> T:
    """Return the thing on whose share a number from 0 to 1 falls."""
    bound = 0.0
    for thing, share in shares:
        bound += share
        if drawn < bound:
            return thing
    return shares[-1][0]


def _planted(rng: np.random.Generator, style: Style, *, may_change_words: bool) -> list[str]:
    """Choose residue."""
    if rng.random() >= _RESIDUE_SHARE:
        return []
    names = [name for name in residue.PLANTS if may_change_words or name not in residue.CHANGES_WORDS]
    if style == "one line":
        names = list(residue.WITHOUT_LINES)
    chosen = [names[at] for at in rng.permutation(len(names))[: int(rng.integers(1, _MOST_RESIDUES + 1))]]
    return next(([name] for name in chosen if name in residue.ALONE), sorted(chosen))


def _title(rng: np.random.Generator, sections: Sequence[Section]) -> str:
    """Return a title: some words that begin a line, or words that may not be in the song at all."""
    kind = rng.random()
    if kind < _ODD_TITLE:
        return _ODD_TITLES[int(rng.integers(len(_ODD_TITLES)))]
    if kind < _TITLE_IN_TEXT:
        lines = next((section.lines for section in sections if section.kind == "chorus"), sections[0].lines)
        return " ".join(lines[0].split()[: int(rng.integers(2, 5))]).title()
    return " ".join(verses.draw(rng, "en", 3)).title()
