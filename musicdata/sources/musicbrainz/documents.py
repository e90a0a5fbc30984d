"""A release as MusicBrainz describes it, in an answer of the web service or in a line of the dump.

Both have one shape: media, each with its tracks, what is hidden before the first (`pregap`) and what only a computer
plays (`data-tracks`); each of them is of a recording. Read in the server's code and in answers of its tests: lengths
are milliseconds or null, dates whole or in part, ``tracks`` is missing where recordings were not asked for, and
``video`` says that a recording is no sound alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from musicdata.music.text.names import one_line
from musicdata.sources.answers import canonical, checked

if TYPE_CHECKING:
    from collections.abc import Iterator

_MBID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_TITLE_CHARACTERS, _NUMBER_CHARACTERS = 1_000, 40
_MOST = 2**31 - 1
_LATEST = "9999-99-99"
_DISCS = ("cd", "digital media")  # formats of an album's sound, also at the end of another name: "Enhanced CD"


def is_mbid(text: str) -> bool:
    """Say whether a text is a MusicBrainz id, in lower case.

    >>> is_mbid("b3b7e934-445b-4c68-a097-730c6a6d47e6"), is_mbid("b3b7e934")
    (True, False)
    """
    return _MBID.fullmatch(text) is not None


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _empty(value: object) -> object:
    return "" if value is None else value


def _listed(value: object) -> object:
    return () if value is None else value


def _known_ms(value: object) -> object:
    """Return a length, None for one that means nothing."""
    is_length = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= _MOST
    return value if is_length else None


_Id = Annotated[str, BeforeValidator(_lower), Field(pattern=f"^{_MBID.pattern}$")]
_Text = Annotated[str, BeforeValidator(_empty)]
_LengthMs = Annotated[float | None, BeforeValidator(_known_ms)]
_Place = Annotated[int | None, Field(ge=0, le=_MOST)]


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Recording(_Document):
    id: _Id
    title: _Text = ""
    length: _LengthMs = None
    video: bool | None = None


class _Track(_Document):
    title: _Text = ""
    length: _LengthMs = None
    position: _Place = None
    number: _Text = ""
    recording: _Recording


_Tracks = Annotated[tuple[_Track, ...], BeforeValidator(_listed)]


class _Medium(_Document):
    position: _Place = None
    format: _Text = ""
    pregap: _Track | None = None
    tracks: _Tracks = ()
    data_tracks: _Tracks = Field((), alias="data-tracks")

    def played(self) -> Iterator[_Track]:
        if self.pregap is not None:
            yield self.pregap
        yield from self.tracks
        yield from self.data_tracks


class _Group(_Document):
    id: _Id


class _Release(_Document):
    id: _Id
    status: _Text = ""
    date: _Text = ""
    release_group: _Group | None = Field(None, alias="release-group")
    media: Annotated[tuple[_Medium, ...], BeforeValidator(_listed)] = ()


class _Page(_Document):
    release_count: int = Field(alias="release-count", ge=0)
    release_offset: int | None = Field(None, alias="release-offset")
    releases: tuple[_Release, ...]


class Track(BaseModel):
    """A recording where it stands on a release.

    Attributes:
        recording_id: its MusicBrainz id, in lower case.
        title: of the track, else of the recording; "" where neither has one.
        length_ms: of the track, else of the recording.
        medium: place of the medium in the release; `position` of the track on it; `number` as printed.
    """

    model_config = ConfigDict(frozen=True)

    recording_id: str
    title: str = ""
    length_ms: float | None = None
    medium: int | None = None
    position: int | None = None
    number: str = ""


class Release(BaseModel):
    """What is kept of a release.

    Attributes:
        release_id: its MusicBrainz id; after a merge another than was asked for.
        group_id: id of its release group; "" where it is not told.
        status: as MusicBrainz calls it: ``Official``, ``Promotion``, ``Bootleg`` …; "" where it is not told.
        date: ``YYYY-MM-DD`` with 99 for what is not known, so that dates can be compared.
        is_disc: whether every medium is a CD or digital.
        tracks: of sound alone, in order; `n_videos` are left out.
    """

    model_config = ConfigDict(frozen=True)

    release_id: str
    group_id: str = ""
    status: str = ""
    date: str = _LATEST
    is_disc: bool = False
    tracks: tuple[Track, ...] = ()
    n_videos: int = 0

    @property
    def is_official(self) -> bool:
        """Say whether artist and label released it."""
        return self.status.casefold() == "official"

    def packed(self) -> bytes:
        """Return it as JSON, the same bytes for the same release."""
        return canonical(self.model_dump(mode="json", exclude_defaults=True))


Releases: TypeAlias = tuple[Release, ...]
_RELEASES: TypeAdapter[Releases] = TypeAdapter(Releases)


class Page(BaseModel):
    """A page of the releases of a group.

    Attributes:
        n_releases: that there are of the group, as the server says; `offset` at which this page begins.
        releases: those of the page.
    """

    model_config = ConfigDict(frozen=True)

    n_releases: int
    offset: int | None
    releases: Releases


def read_release(body: bytes, where: str) -> Release:
    """Return the release that a body or a line describes.

    Args:
        body: whatever somebody said.
        where: who said it, for the message.

    Raises:
        HttpError: it is no JSON, or of another shape.
    """
    return _release(checked(_Release, body, where))


def read_page(body: bytes, where: str) -> Page:
    """Return the page of releases that a body describes.

    Raises:
        HttpError: it is no JSON, or of another shape.
    """
    page = checked(_Page, body, where)
    return Page(n_releases=page.release_count, offset=page.release_offset, releases=tuple(map(_release, page.releases)))


def _release(document: _Release) -> Release:
    played = [(medium, track) for medium in document.media for track in medium.played()]
    tracks = [_track(medium, track) for medium, track in played if not track.recording.video]
    return Release(
        release_id=document.id,
        group_id=document.release_group.id if document.release_group else "",
        status=document.status,
        date=_comparable(document.date),
        is_disc=bool(document.media) and all(_is_disc(medium.format) for medium in document.media),
        tracks=tuple(tracks),
        n_videos=len(played) - len(tracks),
    )


def _track(medium: _Medium, track: _Track) -> Track:
    recording = track.recording
    return Track(
        recording_id=recording.id,
        title=one_line(track.title or recording.title, _TITLE_CHARACTERS),
        length_ms=track.length if track.length is not None else recording.length,
        medium=medium.position,
        position=track.position,
        number=one_line(track.number, _NUMBER_CHARACTERS),
    )


def _is_disc(name: str) -> bool:
    """Say whether a format is of sound alone that is sold as an album.

    >>> [_is_disc(name) for name in ("CD", "Enhanced CD", "Digital Media", "Vinyl", "DVD-Video", "VCD")]
    [True, True, True, False, False, False]
    """
    folded = name.casefold()
    return folded in _DISCS or folded.endswith(" cd")


def _comparable(date: str) -> str:
    """Return a date of which parts may be missing so that dates compare as texts, what is not known last.

    >>> _comparable("1994-05"), _comparable("1994"), _comparable(""), _comparable("soon")
    ('1994-05-99', '1994-99-99', '9999-99-99', '9999-99-99')
    """
    match = _DATE.fullmatch(date)
    if match is None or match[1] == "0000":
        return _LATEST
    return "-".join([match[1], match[2] or "99", match[3] or "99"])
