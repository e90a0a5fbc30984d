"""Links between songs that are the same song in another shape.

Two songs are linked when their melodies or their lyrics share enough: the same tune with another text and the
same poem set twice both let a model see test material in training. With A and B the shingles of two songs
in one view, the evidence of that view is

    evidence = min(|A ∩ B| / min_shared, (|A ∩ B| / min(|A|, |B|)) / min_similarity)

so it takes a share of the smaller song (containment: an excerpt is found inside its song) and an absolute
number of distinct shingles (a refrain or a very short song is not enough). Songs are linked when the
evidence of both views adds up to 1. Candidates come from MinHash (`minhash`); every link is verified on
the shingle sets.

Thresholds were chosen on all 77,020 pairs of 393 real songs (LMD, OpenScore Lieder) that are not one song: at
most 14 melody shingles and 16 lyric shingles were shared, no pair comes to 1. Planted copies are found 0.9975
to 1.0 of the time for each single change (a tenth of the notes gone, 15 % of the words changed, half of
the song only ...), 0.96 for all changes at once; 1 link in 420 was false, two tunes of one pentatonic
riff. 100,000 songs take about half a minute and 1.4 GB. ``python -m tests.benchmarks.near_duplicates``
prints the tables.

Chinese and Japanese texts, where one sign is a syllable, give ten signs to a shingle: there a changed word
costs more and the melody carries the link.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from musicdata.errors import InputError
from musicdata.music.similarity.minhash import N_HASHES, Pairs, Signatures, agreements, merge, pair_up, sign
from musicdata.music.similarity.shingles import ShingleSets, intervals, letters, shingle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.music.similarity.shingles import Codes

MELODY_LENGTH = 6
MELODY_KINDS = 3
LYRICS_LENGTH = 10

MIN_MELODY = 0.2
MIN_MELODY_SHARED = 16
MIN_LYRICS = 0.15
MIN_LYRICS_SHARED = 20

NO_CONTENT = -1
_BATCH = 500


@dataclass(frozen=True, slots=True)
class SongContent:
    """What of a song is compared.

    Attributes:
        song_id: any text, different for each song.
        pitches: MIDI note numbers in order.
        syllables: the text in order, syllables or whole words.
    """

    song_id: str
    pitches: Sequence[int]
    syllables: Sequence[str]


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """Two songs that are near-duplicates; `song_id_a` is the smaller id.

    Attributes:
        song_id_a: one song.
        song_id_b: the other.
        melody_similarity: share of the smaller melody's shingles found in the other, 0–1; 0 when one has
            none.
        lyrics_similarity: the same for the letters.
    """

    song_id_a: str
    song_id_b: str
    melody_similarity: float
    lyrics_similarity: float


def find_links(
    songs: Iterable[SongContent],
    *,
    min_melody: float = MIN_MELODY,
    min_lyrics: float = MIN_LYRICS,
    min_melody_shared: int = MIN_MELODY_SHARED,
    min_lyrics_shared: int = MIN_LYRICS_SHARED,
) -> list[Link]:
    """Finds the near-duplicates among songs.

    Songs whose intervals and letters are exactly the same, however few, are linked to the one with the
    smallest id, and only that one is compared with the rest: the links say who belongs together, not every
    pair of copies.

    Args:
        songs: in any order; read once.
        min_melody: containment of melody shingles that is enough by itself, above 0, at most 1.
        min_lyrics: the same for lyrics.
        min_melody_shared: number of distinct melody shingles shared that is enough by itself, at least 1.
        min_lyrics_shared: the same for lyrics.

    Returns:
        Links sorted by ids, the same for any order of `songs`.

    Raises:
        InputError: two songs have the same id.
        ValueError: a threshold is out of its range.
    """
    _check_thresholds((min_melody, min_lyrics), (min_melody_shared, min_lyrics_shared))
    song_ids, prints, melodies, lyrics = _read(songs)
    order = np.array(sorted(range(len(song_ids)), key=song_ids.__getitem__), dtype=np.int64)
    first = _first_copies(song_ids, prints, order)
    distinct = order[first[order] == order]
    links = [
        _link(song_ids[copy], song_ids[one], 1.0, 1.0)
        for copy, one in enumerate(first.tolist())
        if one not in {NO_CONTENT, copy}
    ]
    melody = _View(melodies, sign(melodies), min_melody, min_melody_shared)
    text = _View(lyrics, sign(lyrics), min_lyrics, min_lyrics_shared)
    for one, other in _candidates((melody, text), distinct).tolist():
        shared = melody.sets.shared(one, other), text.sets.shared(one, other)
        if melody.evidence(one, other, shared[0]) + text.evidence(one, other, shared[1]) >= 1.0:
            similarities = melody.containment(one, other, shared[0]), text.containment(one, other, shared[1])
            links.append(_link(song_ids[one], song_ids[other], *similarities))
    return sorted(links)


def _check_thresholds(similarities: tuple[float, float], shared: tuple[int, int]) -> None:
    if not all(0.0 < similarity <= 1.0 for similarity in similarities):
        raise ValueError(f"min_melody and min_lyrics must be above 0 and at most 1, not {similarities}")
    if min(shared) < 1:
        raise ValueError(f"min_melody_shared and min_lyrics_shared must be at least 1, not {shared}")


@dataclass(frozen=True, slots=True)
class _View:
    """The shingles of all songs in one view, and what makes a link there."""

    sets: ShingleSets
    signatures: Signatures
    min_similarity: float
    min_shared: int

    def containment(self, one: int, other: int, shared: int) -> float:
        """Returns the share of the smaller set that is shared; 0 when it is empty."""
        return shared / max(1, min(self.sets.size(one), self.sets.size(other)))

    def evidence(self, one: int, other: int, shared: int) -> float:
        """Returns how far this view goes towards a link; 1 is enough by itself."""
        return min(shared / self.min_shared, self.containment(one, other, shared) / self.min_similarity)

    def pairs(self, songs: NDArray[np.int64]) -> Pairs:
        """Returns the pairs MinHash proposes; sets too small for even half the evidence take no part."""
        return pair_up(self.signatures, songs[2 * self.sets.sizes[songs] >= self.min_shared])

    def most_evidence(self, pairs: Pairs) -> NDArray[np.float64]:
        """Returns the evidence at three standard deviations above what the signatures say."""
        sizes = self.sets.sizes[pairs]
        jaccard = np.minimum(1.0, (np.sqrt(agreements(self.signatures, pairs) + 1.0) + 1.5) ** 2 / N_HASHES)
        smaller = sizes.min(axis=1)
        shared = np.minimum(smaller, sizes.sum(axis=1) * jaccard / (1.0 + jaccard))
        most: NDArray[np.float64] = np.minimum(
            shared / self.min_shared, shared / np.maximum(smaller, 1) / self.min_similarity
        )
        return most


def _candidates(views: tuple[_View, _View], songs: NDArray[np.int64]) -> Pairs:
    """Returns the pairs that either view proposes and that the signatures do not rule out."""
    pairs = merge(*(view.pairs(songs) for view in views))
    return pairs[views[0].most_evidence(pairs) + views[1].most_evidence(pairs) >= 1.0]


def _read(songs: Iterable[SongContent]) -> tuple[list[str], list[bytes], ShingleSets, ShingleSets]:
    """Turns songs into ids, fingerprints of their content, and shingles; only a batch is held as text."""
    song_ids: list[str] = []
    prints: list[bytes] = []
    melodies: list[ShingleSets] = []
    lyrics: list[ShingleSets] = []
    for batch in _batches(songs):
        steps = [intervals(song.pitches) for song in batch]
        texts = [letters(song.syllables) for song in batch]
        song_ids += [song.song_id for song in batch]
        prints += [_fingerprint(*both) for both in zip(steps, texts, strict=True)]
        melodies.append(shingle(steps, MELODY_LENGTH, MELODY_KINDS))
        lyrics.append(shingle(texts, LYRICS_LENGTH))
    return song_ids, prints, ShingleSets.joined(melodies), ShingleSets.joined(lyrics)


def _batches(songs: Iterable[SongContent]) -> Iterator[list[SongContent]]:
    stream = iter(songs)
    while batch := list(islice(stream, _BATCH)):
        yield batch


def _fingerprint(steps: Codes, text: Codes) -> bytes:
    """Returns a hash of the whole content, empty when there is none."""
    if not len(steps) and not len(text):
        return b""
    return blake2b(steps.tobytes() + b"|" + text.tobytes(), digest_size=16).digest()


def _first_copies(song_ids: Sequence[str], prints: Sequence[bytes], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Returns for each song the first one, by id, with the same content, or `NO_CONTENT`."""
    first = np.full(len(song_ids), NO_CONTENT, dtype=np.int64)
    seen: dict[bytes, int] = {}
    previous: str | None = None
    for song in order.tolist():
        if song_ids[song] == previous:
            raise InputError(f"two songs have the id {previous!r}; give each song an id of its own")
        previous = song_ids[song]
        if prints[song]:
            first[song] = seen.setdefault(prints[song], song)
    return first


def _link(one: str, other: str, melody: float, text: float) -> Link:
    return Link(min(one, other), max(one, other), melody, text)
