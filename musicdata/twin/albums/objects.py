"""What a discography is made of, as MusicBrainz has it: artists, recordings, releases and their groups."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Artist:
    """A person or a band.

    Attributes:
        artist_id: MBID.
        name: as printed.
        sort_name: last name first.
        kind: ``Person``, ``Group`` or ``Other``.
        country: two letters; None where MusicBrainz has none.
    """

    artist_id: str
    name: str
    sort_name: str
    kind: str
    country: str | None


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording: what all releases of a song share.

    Attributes:
        index: its number in the population.
        recording_id: MBID.
        old_id: MBID that was merged into it; empty for most.
        title: of it.
        length_ms: None where nobody entered it.
        is_video: a music video, which is no audio.
        isrc: empty for some.
        group: number of the release group that it belongs to.
    """

    index: int
    recording_id: str
    old_id: str
    title: str
    length_ms: int | None
    is_video: bool
    isrc: str
    group: int


@dataclass(frozen=True, slots=True)
class Track:
    """A recording's place on a medium.

    Attributes:
        track_id: MBID.
        position: from 1; 0 for what hides before the first track.
        number: as printed: ``1``, ``A1``.
        recording: number of the recording.
    """

    track_id: str
    position: int
    number: str
    recording: int


@dataclass(frozen=True, slots=True)
class Medium:
    """A disc, a record, a download.

    Attributes:
        medium_id: MBID.
        format: ``CD``, ``12" Vinyl``, ``Digital Media``, ``DVD-Video``.
        title: mostly empty.
        tracks: in order.
        pregap: what hides before the first track.
        data_tracks: behind the last track, on enhanced discs.
    """

    medium_id: str
    format: str
    title: str
    tracks: tuple[Track, ...]
    pregap: Track | None = None
    data_tracks: tuple[Track, ...] = ()

    @property
    def all_tracks(self) -> tuple[Track, ...]:
        """Return the tracks with what stands before and behind them."""
        return (*([self.pregap] if self.pregap else []), *self.tracks, *self.data_tracks)


@dataclass(frozen=True, slots=True)
class Release:
    """One edition of an album.

    Attributes:
        release_id: MBID.
        old_id: MBID that was merged into it; empty for most.
        title: of the edition.
        disambiguation: ``deluxe edition``; mostly empty.
        status: ``Official`` or ``Promotion``.
        date: a day, a month, a year or empty; None where there is no release event.
        country: two letters or None.
        barcode: digits, empty for none, None for unknown.
        asin: None for most.
        label: name; empty for none.
        media: in order.
    """

    release_id: str
    old_id: str
    title: str
    disambiguation: str
    status: str
    date: str | None
    country: str | None
    barcode: str | None
    asin: str | None
    label: str
    media: tuple[Medium, ...]

    @property
    def tracks(self) -> tuple[Track, ...]:
        """Return every track, in order of the media."""
        return tuple(track for medium in self.media for track in medium.all_tracks)


@dataclass(frozen=True, slots=True)
class ReleaseGroup:
    """An album as a work, whatever its editions.

    Attributes:
        index: its number in the population.
        group_id: MBID.
        title: of the album.
        artist: number of the artist.
        year: of its first release.
        first_release_date: as MusicBrainz derives it; may be partial.
        secondary_types: ``Compilation`` for some.
        songs: numbers of the recordings of the plain album.
        releases: its editions; the first is the plain album.
    """

    index: int
    group_id: str
    title: str
    artist: int
    year: int
    first_release_date: str
    secondary_types: tuple[str, ...]
    songs: tuple[int, ...]
    releases: tuple[Release, ...]
