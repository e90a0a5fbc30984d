"""A population of albums that nobody recorded: listings, reviews, MusicBrainz and AcousticBrainz, all from one seed.

Words and numbers of an album follow one latent vector of six numbers: a part of its artist and a part of its own. The
documents of its songs follow it, each with a part of its own; the reviews follow ``strength`` times it plus
``sqrt(1 - strength²)`` times random numbers, so `strength` is the correlation of the two in each direction, and 0
leaves nothing to find.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import UsageError
from musicdata.twin.albums import discography, highlevel, listings, lowlevel, reviews, submissions
from musicdata.twin.albums.words import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.twin.albums.discography import Discography
    from musicdata.twin.albums.listings import Album
    from musicdata.twin.albums.objects import Recording, Release, ReleaseGroup
    from musicdata.twin.albums.reviews import Review
    from musicdata.twin.albums.submissions import Submission

_REISSUES = 0.08  # share of listings whose album is listed already
_OF_ARTIST = 0.4  # share of the latent vector's variance that albums of an artist have in common
_OF_SONG = 0.45  # standard deviation of a song's own part of the latent vector
_MUCH_REISSUED = 3
"""Number of the release group with more releases than a page of MusicBrainz holds, in populations of ten albums on."""


@dataclass(frozen=True)
class AlbumPopulation:
    """What there is to build a set of albums from.

    Attributes:
        n_albums: listings of Amazon; some 8 % are further editions of another.
        seed: what everything is drawn with.
        strength: correlation of the latent vectors of words and numbers, 0 … 1.
        n_reissues: releases of the one album that has been issued again and again.
    """

    n_albums: int = 240
    seed: int = 0
    strength: float = 0.9
    n_reissues: int = 60

    def __post_init__(self) -> None:
        """Check the numbers.

        Raises:
            UsageError: one of them means nothing.
        """
        if self.n_albums < 1 or self.seed < 0 or self.n_reissues < 0 or not 0 <= self.strength <= 1:
            raise UsageError(
                f"{self} cannot be made: a population has an album, no negative number, and a strength between 0 and 1"
            )

    @property
    def much_reissued(self) -> int | None:
        """Return the number of the release group with `n_reissues` further releases; None in a small population."""
        return _MUCH_REISSUED if self.n_albums >= 10 else None

    @cached_property
    def discography(self) -> Discography:
        """Return what MusicBrainz knows."""
        n_groups = self.n_albums - int(_REISSUES * self.n_albums)
        return discography.make(n_groups, self.seed, much_reissued=self.much_reissued, n_reissues=self.n_reissues)

    @cached_property
    def latents(self) -> NDArray[np.float64]:
        """Return the latent vectors that the documents follow, of the release groups, shape ``(n_groups, 6)``."""
        groups = self.discography.groups
        rng = np.random.default_rng([self.seed, 42])
        own = rng.normal(size=(len(groups), len(DIRECTIONS)))
        of_artists = rng.normal(size=(len(self.discography.artists), len(DIRECTIONS)))[[one.artist for one in groups]]
        shared = np.array([_OF_ARTIST if one.artist else 0.0 for one in groups])[:, None]
        return np.asarray(np.sqrt(shared) * of_artists + np.sqrt(1 - shared) * own)

    @cached_property
    def word_latents(self) -> NDArray[np.float64]:
        """Return the latent vectors that the reviews follow, of the release groups, shape ``(n_groups, 6)``."""
        other = np.random.default_rng([self.seed, 46]).normal(size=self.latents.shape)
        return self.strength * self.latents + float(np.sqrt(1 - self.strength**2)) * other

    @cached_property
    def albums(self) -> list[Album]:
        """Return the listings: one of every release group, then the further editions."""
        return listings.make(self.discography, self.latents, self.n_albums, self.much_reissued, self.seed)

    @cached_property
    def reviews(self) -> list[Review]:
        """Return the reviews, in order of the listings."""
        return reviews.make(self.discography, self.albums, self.word_latents, self.seed)

    @cached_property
    def by_album_id(self) -> dict[str, Album]:
        """Return the listing of an ASIN."""
        return {album.album_id: album for album in self.albums}

    @cached_property
    def by_recording_id(self) -> dict[str, Recording]:
        """Return the recording of an MBID, merged ones too."""
        recordings = self.discography.recordings
        return {one.recording_id: one for one in recordings} | {one.old_id: one for one in recordings if one.old_id}

    @cached_property
    def by_release_id(self) -> dict[str, tuple[ReleaseGroup, Release]]:
        """Return the release of an MBID, merged ones too, with its group."""
        pairs = [(group, release) for group in self.discography.groups for release in group.releases]
        old = {release.old_id: (group, release) for group, release in pairs if release.old_id}
        return {release.release_id: (group, release) for group, release in pairs} | old

    @cached_property
    def by_group_id(self) -> dict[str, ReleaseGroup]:
        """Return the release group of an MBID."""
        return {group.group_id: group for group in self.discography.groups}

    def group(self, album: Album) -> ReleaseGroup:
        """Return the release group that a listing is of."""
        return self.discography.groups[album.group]

    @cached_property
    def submissions(self) -> list[Submission]:
        """Return what was handed in to AcousticBrainz, in order of time."""
        return submissions.make(self.discography, self.albums, self.seed)

    @cached_property
    def by_document(self) -> dict[str, list[Submission]]:
        """Return the submissions stored under an MBID, in order of their offset."""
        stored: dict[str, list[Submission]] = {}
        for submission in self.submissions:
            stored.setdefault(submission.recording_id, []).append(submission)
        return stored

    def song_latent(self, recording: int) -> NDArray[np.float64]:
        """Return the latent vector that a recording's documents follow, shape ``(6,)``."""
        own = np.random.default_rng([self.seed, 48, recording]).normal(size=len(DIRECTIONS))
        return np.asarray(self.latents[self.discography.recordings[recording].group] + _OF_SONG * own)

    def lowlevel(self, some: Sequence[Submission]) -> list[str]:
        """Return low-level documents, as JSON."""
        return lowlevel.write(
            np.stack([self.song_latent(one.recording) for one in some]),
            [[self.seed, 49, one.recording] for one in some],
            [[self.seed, 50, one.recording, one.take] for one in some],
            [self.metadata(one) for one in some],
        )

    def highlevel(self, submission: Submission) -> dict[str, Any]:
        """Return a high-level document; one that nothing was made of where the models were never run."""
        if not submission.has_highlevel:
            return {"highlevel": {}, "metadata": None}
        metadata = submissions.of_highlevel(self.metadata(submission))
        seed = [self.seed, 50, submission.recording, submission.take]
        return highlevel.document(self.song_latent(submission.recording), seed, metadata)

    def metadata(self, submission: Submission) -> dict[str, Any]:
        """Return what a submission's low-level document says of its file."""
        recording = self.discography.recordings[submission.recording]
        group = self.discography.groups[recording.group]
        artist = self.discography.artists[group.artist]
        return submissions.metadata(submission, recording, group, (artist.artist_id, artist.name), self.seed)
