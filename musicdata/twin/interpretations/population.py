"""A population of made-up songs and of what people wrote about them: each a function of seed and number."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from musicdata.twin.interpretations import prose, residue
from musicdata.twin.songs import verses
from musicdata.twin.songs.languages import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]

ROWS_A_SONG = 310_315 / 20_672
"""Interpretations of a song in the largest of the papers' files, on the average."""

SONG_KINDS = ("own", "cover", "remaster", "same_id", "instrumental")
OWN, COVER, REMASTER, SAME_ID, INSTRUMENTAL = range(len(SONG_KINDS))
_SONG_SHARES = {COVER: 0.03, REMASTER: 0.02, SAME_ID: 0.01, INSTRUMENTAL: 0.01}
KINDS = ("own", "copy_elsewhere", "copy_here", "boilerplate", "pasted", "foreign", "short")
PLAIN, ELSEWHERE, HERE, BOILERPLATE, PASTED, FOREIGN, SHORT = range(len(KINDS))
_SHARES = {ELSEWHERE: 0.005, HERE: 0.01, PASTED: 0.003, FOREIGN: 0.01, SHORT: 0.01}
_LEAST_BOILERPLATE, _BOILERPLATE_SHARE = 24, 0.001  # of the songs that have one
_FIRST_OWN = 8  # songs that are none's copies, so that there is something to copy
_TEST_SHARE = 0.04
_RESIDUE_SHARE, _LOOK_ALIKE_SHARE, _QUOTE_SHARE = 0.2, 0.01, 0.15
_SPREAD = 1.0  # of the logarithm of how many people write about a song
_EDITS = (0.04, 0.03)  # of words and lines of lyrics
_WORDS_CHANGED = 0.04
_VOTES = (0.03, 0.11, 0.55)  # cumulated: not known, negative, none; the rest is positive
_SONGS_AN_ARTIST = 3
_THEMES = 60
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
LICENCE = "CC0-1.0"
# What random numbers are for: the words of a copy are its original's, all else is its own.
_LYRICS, _EDIT, _NAMES, _WRITTEN, _OWN_WORDS = range(5)


class Comment(NamedTuple):
    """What somebody wrote about a song.

    Attributes:
        text: of it.
        votes: for it, less those against it; None where they are not known.
        kind: one of `KINDS`.
        of: number, among all comments, of the one it is a copy of; -1 of none.
        residue: what was planted.
    """

    text: str
    votes: int | None
    kind: str
    of: int
    residue: tuple[str, ...]


class InterpretedSong(NamedTuple):
    """A made-up song and its comments.

    Attributes:
        song_id: as Music4All names songs; `songmeanings_id` as SongMeanings does.
        artist: of it; `title`, `lyrics` likewise.
        kind: one of `SONG_KINDS`.
        of: number of the song that it is a version of; -1 of none.
        is_test: whether it is in the official test split.
        first: number of its first comment among all comments.
        comments: of it.
    """

    song_id: str
    songmeanings_id: str
    artist: str
    title: str
    lyrics: str
    kind: str
    of: int
    is_test: bool
    first: int
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class InterpretationPopulation:
    """Made-up songs with interpretations.

    Attributes:
        n_songs: in it.
        n_rows: interpretations of all of them, one a song at least; 0 for as many as real songs have.
        seed: another one gives others.
    """

    n_songs: int = 240
    n_rows: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse sizes that cannot be.

        Raises:
            ValueError: there are fewer interpretations than songs.
        """
        if self.n_rows and self.n_rows < self.n_songs:
            raise ValueError(f"n_rows is {self.n_rows}, expected {self.n_songs} at least: one a song")

    @property
    def rows(self) -> int:
        """Return how many interpretations there are."""
        return self.n_rows or round(self.n_songs * ROWS_A_SONG)

    def songs(self) -> Iterator[InterpretedSong]:
        """Yield the songs in the order of their numbers."""
        return map(self.song, range(self.n_songs))

    def song(self, number: int) -> InterpretedSong:
        """Return a song with its comments."""
        kind, of = int(self._kinds[number]), int(self._originals[number])
        first, last = self._starts[number : number + 2].tolist()
        lyrics = self._lyrics(number)
        comments = tuple(self._comment(row, number, lyrics) for row in range(first, last))
        titled = of if kind in (REMASTER, SAME_ID) else number
        title = self._title(titled if kind != COVER else of)
        if kind == REMASTER:
            title += (" - Remastered 2011", " (Live)", " [2009 Remaster]", " - Live at the Old Hall")[number % 4]
        return InterpretedSong(
            self.song_id(number), self._songmeanings_id(of if kind == SAME_ID else number), self._artist(titled), title,
            lyrics, SONG_KINDS[kind], of, bool(self._is_test[number]), first, comments,
        )  # fmt: skip

    def song_id(self, number: int) -> str:
        """Return a song's id."""
        value = int.from_bytes(hashlib.blake2b(f"{self.seed} {number}".encode(), digest_size=12).digest())
        return "".join(_LETTERS[value // 62**place % 62] for place in range(16))

    def song_of(self, row: int) -> int:
        """Return the number of the song that a comment is of."""
        return int(np.searchsorted(self._starts, row, side="right")) - 1

    def _songmeanings_id(self, number: int) -> str:
        return str(3_530_822_107_858_000_000 + self.seed % 1000 * 10**9 + number)

    def _artist(self, number: int) -> str:
        artist = int(self._drawn[number, 1] * max(2, self.n_songs // _SONGS_AN_ARTIST))
        ranks = np.random.default_rng([self.seed, 93, artist]).integers(200, 19_000, 2).tolist()
        return " ".join(vocabulary("en")[rank] for rank in ranks).title()

    def _title(self, number: int) -> str:
        return " ".join(verses.draw(self._rng(number, _NAMES), "en", 4)).title()

    def _rng(self, number: int, use: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, number, use])

    def _theme(self, number: int) -> int:
        return int(self._drawn[number, 2] * _THEMES)

    def _lyrics(self, number: int) -> str:
        kind, of = int(self._kinds[number]), int(self._originals[number])
        if kind == INSTRUMENTAL:
            return ("[Instrumental]", "", "(Instrumental)")[number % 3]
        sung = of if of >= 0 else number
        rng = self._rng(sung, _LYRICS)
        sections = verses.compose(rng, "en", self._theme(sung))
        if kind in (COVER, REMASTER):
            sections = verses.edited(self._rng(number, _EDIT), sections, "en", _EDITS)
        return "\n".join(verses.page(rng, sections, "stanzas"))

    def _comment(self, row: int, number: int, lyrics: str) -> Comment:
        kind, of = int(self._row_kinds[row]), int(self._row_originals[row])
        rng = self._rng(row, _WRITTEN)
        if kind == BOILERPLATE:
            sentences = [residue.BOILERPLATE]
        elif kind == SHORT:
            sentences = prose.write_short(rng, self._theme(number))
        elif kind == PASTED:
            sentences = [lyrics[: max(len(lyrics) * 4 // 5, prose.LEAST_CHARACTERS)], "This is beautiful."]
        elif kind in (ELSEWHERE, HERE):
            sentences = prose.copied(rng, self._own(of), _WORDS_CHANGED)
        else:
            sentences = self._own(row)
            _quote(rng, sentences, lyrics)
        names = residue.chosen(rng) if kind != BOILERPLATE and rng.random() < _RESIDUE_SHARE else ()
        text = residue.plant(rng, "\n".join(sentences) if kind == PASTED else " ".join(sentences), names)
        return Comment(text, _votes(*self._row_votes[row].tolist()), KINDS[kind], of, names)

    def _own(self, row: int) -> list[str]:
        """Return the sentences that somebody wrote who copied nobody."""
        rng = self._rng(row, _OWN_WORDS)
        language = ("de", "fr", "es")[row % 3] if self._row_kinds[row] == FOREIGN else "en"
        return prose.write(rng, language, self._theme(self.song_of(row)), prose.n_words(rng))

    @cached_property
    def _drawn(self) -> NDArray[np.float64]:
        """Return numbers from 0 to 1, a row a song: what decides its kind, artist, theme and whether it is in test."""
        return np.random.default_rng([self.seed, 90]).random((self.n_songs, 4))

    @cached_property
    def _kinds(self) -> NDArray[np.int8]:
        bounds = np.cumsum(list(_SONG_SHARES.values()))
        kinds = np.array([*_SONG_SHARES, OWN], np.int8)[np.searchsorted(bounds, self._drawn[:, 0], side="right")]
        kinds[:_FIRST_OWN] = OWN
        return kinds

    @cached_property
    def _originals(self) -> Numbers:
        own = np.flatnonzero(self._kinds == OWN)
        drawn = np.random.default_rng([self.seed, 91]).random(self.n_songs)
        chosen = own[(drawn * len(own)).astype(np.int64)] if len(own) else np.zeros(0, np.int64)
        return np.where(np.isin(self._kinds, (COVER, REMASTER, SAME_ID)), chosen, -1)

    @cached_property
    def _is_test(self) -> NDArray[np.bool_]:
        is_test: NDArray[np.bool_] = self._drawn[:, 3] < _TEST_SHARE
        return is_test

    @cached_property
    def _starts(self) -> Numbers:
        """Return the number of each song's first comment, and at the end how many there are."""
        weights = np.exp(_SPREAD * np.random.default_rng([self.seed, 92]).standard_normal(self.n_songs))
        shares = np.cumsum(weights) / max(weights.sum(), 1e-9) if self.n_songs else weights
        more = np.round(shares * (self.rows - self.n_songs)).astype(np.int64)
        return np.concatenate([np.zeros(1, np.int64), more + np.arange(1, self.n_songs + 1)])

    @cached_property
    def _row_drawn(self) -> NDArray[np.float64]:
        return np.random.default_rng([self.seed, 94]).random((self.rows, 2))

    @cached_property
    def _row_votes(self) -> NDArray[np.float64]:
        return np.random.default_rng([self.seed, 95]).random((self.rows, 2))

    @cached_property
    def _row_kinds(self) -> NDArray[np.int8]:
        bounds = np.cumsum(list(_SHARES.values()))
        kinds = np.array([*_SHARES, PLAIN], np.int8)[np.searchsorted(bounds, self._row_drawn[:, 0], side="right")]
        songs = np.repeat(np.arange(self.n_songs), np.diff(self._starts))
        kinds[np.isin(songs, np.flatnonzero(self._kinds == INSTRUMENTAL)) & (kinds == PASTED)] = PLAIN
        firsts = self._starts[:-1]
        kinds[firsts] = PLAIN  # so that each song has something to copy
        wanted = max(_LEAST_BOILERPLATE, int(_BOILERPLATE_SHARE * self.n_songs))
        several = np.flatnonzero(np.diff(self._starts) > 1)
        chosen = np.random.default_rng([self.seed, 96]).permutation(several)[: min(wanted, len(several) // 3)]
        kinds[firsts[chosen] + 1] = BOILERPLATE
        return kinds

    @cached_property
    def _row_originals(self) -> Numbers:
        """Return the comment that each is a copy of: of another song that is its own, or the first of its own song."""
        songs = np.repeat(np.arange(self.n_songs), np.diff(self._starts))
        originals = np.full(self.rows, -1, np.int64)
        here, elsewhere = (np.flatnonzero(self._row_kinds == kind) for kind in (HERE, ELSEWHERE))
        originals[here] = self._starts[songs[here]]
        plain = np.flatnonzero(self._row_kinds == PLAIN)
        if len(plain):
            drawn = self._row_drawn[elsewhere, 1]
            originals[elsewhere] = plain[(drawn * len(plain)).astype(np.int64)]
        return originals


def _quote(rng: np.random.Generator, sentences: list[str], lyrics: str) -> None:
    """Put a line or two of the song, or a sentence that looks like residue, among the sentences, now and then."""
    quotes, looks_alike = rng.random(2).tolist()
    lines = [line for line in lyrics.split("\n") if line]
    if quotes < _QUOTE_SHARE and len(lines) > 2:
        at = int(rng.integers(len(lines) - 1))
        sentences.insert(1, f'"{lines[at]} / {lines[at + 1]}" says it all.')
    if looks_alike < _LOOK_ALIKE_SHARE:
        sentences.insert(1, residue.LOOK_ALIKES[int(rng.integers(len(residue.LOOK_ALIKES)))])


def _votes(which: float, how_many: float) -> int | None:
    """Return votes as often as real comments have so many."""
    unknown, negative, none = _VOTES
    if which < unknown:
        return None
    more = int(-np.log1p(-how_many) * 2.5)
    if which < negative:
        return -1 - more // 2
    return 0 if which < none else 1 + more
