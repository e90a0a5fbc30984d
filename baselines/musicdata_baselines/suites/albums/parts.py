"""One way of splitting, as the methods see it: what is trained on, and who asks for what."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions.splits import SPLITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.albums.dataset import AlbumSet

MIN_TRAIN = 20  # albums, for anything to be learned
MIN_GROUPS = 2  # of albums in the test part, for anything to be shown
_HELD_OUT = 10  # every tenth artist of the train part chooses the ridge


@dataclass(frozen=True, eq=False)
class Parts:
    """The reviews of a scheme's two parts, with the songs of their albums.

    Attributes:
        data: the albums.
        scheme: name of the scheme.
        train: reviews trained on; `valid` reviews to choose by, maybe none; `test` those that ask and are asked for.
        most_asking: reviews that ask at most.
        seed: of which reviews ask.
    """

    data: AlbumSet
    scheme: str
    train: NDArray[np.int64]
    valid: NDArray[np.int64]
    test: NDArray[np.int64]
    most_asking: int
    seed: int = 0

    @classmethod
    def of(cls, data: AlbumSet, scheme: str, most_asking: int, seed: int = 0) -> Parts:
        """Return the parts of a scheme."""
        part = data.parts[scheme]
        train, valid, test = (np.flatnonzero(part == name) for name in SPLITS)
        return cls(data, scheme, train, valid, test, most_asking, seed)

    @cached_property
    def train_songs(self) -> NDArray[np.int64]:
        """Return the songs of the albums that are trained on."""
        return self._songs(self.train)

    @cached_property
    def test_songs(self) -> NDArray[np.int64]:
        """Return the songs of the albums that can be found."""
        return self._songs(self.test)

    @cached_property
    def candidates(self) -> NDArray[np.int64]:
        """Return the albums that can be found, those with a review in the test part, ascending."""
        return np.unique(self.data.review_album[self.test])

    @cached_property
    def song_sets(self) -> NDArray[np.int64]:
        """Return for each of `test_songs` which candidate its album is."""
        return np.searchsorted(self.candidates, self.data.song_album[self.test_songs])

    @cached_property
    def review_sets(self) -> NDArray[np.int64]:
        """Return for each of `test` which candidate its album is."""
        return np.searchsorted(self.candidates, self.data.review_album[self.test])

    @cached_property
    def asking(self) -> NDArray[np.int64]:
        """Return which of `test` ask, ascending: all of them, or a draw."""
        n = len(self.test)
        if n <= self.most_asking:
            return np.arange(n)
        return np.sort(np.random.default_rng(self.seed).permutation(n)[: self.most_asking])

    @cached_property
    def groups(self) -> NDArray[np.str_]:
        """Return the group of each candidate."""
        return self.data.groups[self.candidates]

    @cached_property
    def mean_songs(self) -> NDArray[np.float64]:
        """Return the mean of each album's songs (albums, width)."""
        _, starts, counts = np.unique(self.data.song_album, return_index=True, return_counts=True)
        return np.asarray(np.add.reduceat(self.data.audio, starts, axis=0, dtype=np.float64) / counts[:, None])

    @property
    def too_few(self) -> str:
        """Say what there is too little of for a figure to mean anything; "" for enough."""
        n_train = len(np.unique(self.data.review_album[self.train]))
        n_groups = len(np.unique(self.groups))
        if n_train < MIN_TRAIN:
            return f"scheme {self.scheme} trains on {n_train} albums, {MIN_TRAIN} are needed"
        if n_groups < MIN_GROUPS:
            return f"scheme {self.scheme} asks for {n_groups} albums that are not re-issues, {MIN_GROUPS} are needed"
        return ""

    def shared(self, labels: NDArray[np.str_]) -> float:
        """Return the share of candidates whose label an album of the train part has."""
        of_train = labels[np.unique(self.data.review_album[self.train])]
        return float(np.isin(labels[self.candidates], of_train).mean())

    def choosing(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return train reviews to fit to, and others to choose by, one an album: no artist is on both sides.

        The scheme's own part for it is taken, where it has one; else some artists of the train part are.
        """
        if len(self.valid):
            return self.train, self._one_an_album(self.valid)
        artists = self.data.artists[self.data.review_album[self.train]]
        known = sorted(set(artists.tolist()), key=lambda artist: hashlib.blake2b(artist.encode()).digest())
        held_out = np.isin(artists, known[::_HELD_OUT])
        return self.train[~held_out], self._one_an_album(self.train[held_out])

    def _one_an_album(self, reviews: NDArray[np.int64]) -> NDArray[np.int64]:
        return reviews[np.unique(self.data.review_album[reviews], return_index=True)[1]]

    def _songs(self, reviews: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.flatnonzero(np.isin(self.data.song_album, np.unique(self.data.review_album[reviews])))
