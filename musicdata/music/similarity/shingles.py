"""Songs as sets of shingles: short runs of melody intervals, short runs of lyric letters.

A song's melody is its sequence of pitch intervals without repeated notes, so it does not change with key,
tempo or the way a text is cut into syllables. Its lyrics are the letters alone, accents and case removed,
so word-level, syllable-level and hyphenated encodings of a text give the same string. Every run of `n`
items is hashed to 32 bits; a song is the set of its hashes. A run of period p, "la la la" or a trill,
yields at most p distinct shingles however long it goes on, which is what keeps filler from looking like
evidence.
"""

from __future__ import annotations

import functools
import sys
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Codes = NDArray[np.uint32]
"""The items of one song, one code each: intervals or letters."""

_Number = TypeVar("_Number", np.uint64, np.int64)

_BASE = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_ZERO_INTERVAL = 1 << 16
_ACCENTS = 0x0300, 0x036F
_WITHOUT_SPACES = 0x2E80  # where Chinese and Japanese signs begin, and Korean, which has spaces


@dataclass(frozen=True, slots=True)
class ShingleSets:
    """The distinct shingles of many songs, one after the other.

    Attributes:
        values: 32-bit hashes, ascending and distinct within a song. Two different shingles of a pair of
            songs meet by chance about once in 20,000 pairs (450 shingles each), far below what a threshold
            can see.
        starts: where each song begins in `values`, and the end: one more than there are songs.
    """

    values: NDArray[np.uint32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Number of distinct shingles of each song."""
        return np.diff(self.starts)

    def size(self, song: int) -> int:
        """Returns the number of distinct shingles of one song."""
        return int(self.starts[song + 1] - self.starts[song])

    def of(self, song: int) -> NDArray[np.uint32]:
        """Returns the shingles of one song, ascending."""
        return self.values[self.starts[song] : self.starts[song + 1]]

    def shared(self, song_a: int, song_b: int) -> int:
        """Counts the shingles two songs have in common."""
        return len(np.intersect1d(self.of(song_a), self.of(song_b), assume_unique=True))

    @classmethod
    def joined(cls, parts: Sequence[ShingleSets]) -> ShingleSets:
        """Returns the songs of all parts, in order."""
        sizes = np.concatenate([np.zeros(0, np.int64), *(part.sizes for part in parts)])
        values = np.concatenate([np.zeros(0, np.uint32), *(part.values for part in parts)])
        return cls(values, _starts(sizes))


def letters(syllables: Sequence[str]) -> Codes:
    """Returns the letters of a text as code points: joined, case-folded, without accents and other signs.

    >>> "".join(map(chr, letters(["Früh-", "ling", "s'", "NACHT!"])))
    'fruhlingsnacht'
    """
    folded = unicodedata.normalize("NFKD", "".join(syllables).casefold())
    text = "".join(filter(str.isalpha, folded))
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype=np.uint32)


def intervals(pitches: Sequence[int]) -> Codes:
    """Returns the steps between successive different pitches, in semitones, shifted to be positive.

    >>> (intervals([60, 60, 64, 62, 62]).astype(int) - intervals([0, 0, 1]).astype(int) + 1).tolist()
    [4, -2]
    """
    steps = np.diff(np.asarray(pitches, dtype=np.int64))
    codes: Codes = (steps[steps != 0] + _ZERO_INTERVAL).astype(np.uint32)
    return codes


def shingle(songs: Sequence[Codes], length: int, min_kinds: int = 1) -> ShingleSets:
    """Cuts each song into overlapping runs and hashes them.

    Args:
        songs: the codes of each song.
        length: items in a shingle.
        min_kinds: shingles with fewer different items are left out: scales, trills and sequences, which every
            other song has.

    Returns:
        The distinct shingles of each song; none for a song shorter than `length`.
    """
    sizes = np.array([len(codes) for codes in songs], dtype=np.int64)
    codes = np.concatenate([np.zeros(0, np.uint32), *songs])
    n_runs = len(codes) - length + 1
    if n_runs <= 0:
        return ShingleSets(np.zeros(0, np.uint32), np.zeros(len(songs) + 1, np.int64))
    owner = np.repeat(np.arange(len(songs), dtype=np.uint64), sizes)
    keep = owner[:n_runs] == owner[length - 1 :]
    if min_kinds > 1:
        keep &= _kinds(codes, length) >= min_kinds
    return _sets(owner[:n_runs][keep], _hashes(codes, length)[keep], len(songs))


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of running texts, one text after the other.

    Case, accents, digits and all between words are left out, so that another punctuation gives the same letters.

    Attributes:
        codes: the letters' code points.
        owner: number of the text that each letter is of, ascending.
        begins: whether a run may begin at the letter: where a word does, and at every sign of scripts without spaces.
        n_texts: how many texts there are, those without letters among them.
    """

    codes: Codes
    owner: NDArray[np.uint64]
    begins: NDArray[np.bool_]
    n_texts: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> Letters:
        """Fold running texts, all at once: a character takes some tens of nanoseconds."""
        folded = unicodedata.normalize("NFKD", "\0".join(text.replace("\0", " ") for text in texts).casefold())
        signs = np.frombuffer(folded.encode("utf-32-le", "replace"), dtype=np.uint32)
        signs = signs[(signs < _ACCENTS[0]) | (signs > _ACCENTS[1])]
        is_letter = _letter_table()[signs]
        places = np.flatnonzero(is_letter)
        codes, owner = signs[places], np.cumsum(signs == 0, dtype=np.uint64)[places]
        begins = ~is_letter[places - 1] | (codes >= _WITHOUT_SPACES)
        begins[:1] = True
        return cls(codes, owner, begins, len(texts))

    def shingles(self, length: int, dense_length: int = 0) -> ShingleSets:
        """Cut each text into overlapping runs and hash them.

        Args:
            length: letters in a shingle.
            dense_length: the same of runs that begin with a sign of a script without spaces; 0 for no difference.

        Returns:
            The distinct shingles of each text; none for one of fewer letters than a shingle has.
        """
        starts = np.flatnonzero(self.begins)
        is_dense = self.codes[starts] >= _WITHOUT_SPACES if dense_length else np.zeros(len(starts), bool)
        ends = starts + np.where(is_dense, dense_length, length)
        kept = ends <= len(self.codes)
        kept[kept] = self.owner[starts[kept]] == self.owner[ends[kept] - 1]
        starts, ends = starts[kept], ends[kept]
        if not len(starts):
            return ShingleSets(np.zeros(0, np.uint32), np.zeros(self.n_texts + 1, np.int64))
        return _sets(self.owner[starts], _run_hashes(self.codes, starts, ends), self.n_texts)

    def prints(self) -> list[bytes]:
        """Return a hash of all letters of each text; nothing for a text that has none."""
        ends = np.cumsum(np.bincount(self.owner.astype(np.int64), minlength=self.n_texts)).tolist()
        return [
            blake2b(self.codes[start:end].data, digest_size=16).digest() if end > start else b""
            for start, end in pairwise([0, *ends])
        ]


def shingle_words(texts: Sequence[str], length: int) -> ShingleSets:
    """Cuts running texts into the runs of letters that begin with a word, and hashes them; see `Letters`.

    Args:
        texts: running texts.
        length: letters in a shingle.

    Returns:
        The distinct shingles of each text; none for one of fewer letters than `length`.
    """
    return Letters.of(texts).shingles(length)


@functools.cache
def _letter_table() -> NDArray[np.bool_]:
    """Returns for every code point whether it is a letter."""
    return np.fromiter((chr(code).isalpha() for code in range(sys.maxunicode + 1)), bool, sys.maxunicode + 1)


def _run_hashes(codes: Codes, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Returns the hashes of some runs only: differences of one sum of code · base^place, which all runs share."""
    powers, inverse = _powers(1 << (len(codes) - 1).bit_length())
    sums = np.zeros(len(codes) + 1, np.uint64)
    np.cumsum(codes * powers[: len(codes)], out=sums[1:])
    return _mixed((sums[ends] - sums[starts]) * inverse[starts])


@functools.lru_cache(maxsize=2)
def _powers(n: int) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return base^1 … base^n, and their inverses."""
    inverse = np.uint64(pow(int(_BASE), -1, 1 << 64))
    return np.cumprod(np.full(n, _BASE), dtype=np.uint64), np.cumprod(np.full(n, inverse), dtype=np.uint64)


def _sets(owner: NDArray[np.uint64], hashes: NDArray[np.uint64], n_songs: int) -> ShingleSets:
    """Returns the distinct hashes of each owner."""
    keys = distinct((owner << np.uint64(32)) | hashes)
    counts = np.bincount((keys >> np.uint64(32)).astype(np.int64), minlength=n_songs)
    return ShingleSets((keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), _starts(counts))


def distinct(numbers: NDArray[_Number]) -> NDArray[_Number]:
    """Returns the numbers once each, ascending; four times as fast as numpy's `unique`, which hashes."""
    ascending = np.sort(numbers)
    first = np.ones(len(ascending), dtype=bool)
    np.not_equal(ascending[1:], ascending[:-1], out=first[1:])
    return ascending[first]


def _starts(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def _hashes(codes: Codes, length: int) -> NDArray[np.uint64]:
    """Returns the hash of each run: a polynomial modulo 2**64, mixed (splitmix64), its upper 32 bits."""
    n_runs = len(codes) - length + 1
    value = np.zeros(n_runs, dtype=np.uint64)
    for offset in range(length):
        value = value * _BASE + codes[offset : offset + n_runs]
    return _mixed(value)


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Returns 32 bits of each number that all of its bits have a share in (splitmix64)."""
    value = (value ^ (value >> np.uint64(30))) * _MIX_1
    value = (value ^ (value >> np.uint64(27))) * _MIX_2
    return (value ^ (value >> np.uint64(31))) >> np.uint64(32)


def _kinds(codes: Codes, length: int) -> NDArray[np.int64]:
    """Counts the different items in each run."""
    n_runs = len(codes) - length + 1
    kinds = np.zeros(n_runs, dtype=np.int64)
    for offset in range(length):
        item = codes[offset : offset + n_runs]
        seen = np.zeros(n_runs, dtype=bool)
        for earlier in range(offset):
            seen |= item == codes[earlier : earlier + n_runs]
        kinds += ~seen
    return kinds
