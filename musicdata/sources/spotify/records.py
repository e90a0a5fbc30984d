"""Pages of playlists and tracks as Spotify sends them, turned into checked records.

Either spelling of 2026 is read (`item` and `items`, or `track` and `tracks`). Entries may be null, episodes, files of
the user's own, or wrong: they keep their place in the page, with the reason why they cannot be used.
"""

from __future__ import annotations

import calendar
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from musicdata.music.text.limits import CREDITS, STATEMENT
from musicdata.music.text.names import one_line
from musicdata.system.http import HttpError, Outcome

_ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}")
_ID = re.compile(r"[0-9A-Za-z]{1,64}")
_LINK = re.compile(r"(?:spotify:playlist:|https?://open\.spotify\.com/(?:intl-\w+/)?playlist/)([0-9A-Za-z]+)(?:\?\S*)?")
_DATE = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_LONGEST_MS = 7 * 86_400_000

Kind = Literal["playlist", "track"]


def isrc_of(text: object) -> str | None:
    """Return an International Standard Recording Code without its hyphens; None if it is none.

    >>> isrc_of("us-um7-17-03861"), isrc_of("0000")
    ('USUM71703861', None)
    """
    plain = re.sub(r"[\s-]", "", text).upper() if isinstance(text, str) else ""
    return plain if _ISRC.fullmatch(plain) else None


def date_of(text: object) -> str | None:
    """Return year, month or day as far as a date tells them; None where it tells no year.

    >>> date_of("2017-05-26"), date_of("2017-00-00"), date_of("0000"), date_of("soon")
    ('2017-05-26', '2017', None, None)
    """
    match = _DATE.fullmatch(text) if isinstance(text, str) else None
    if match is None or match[1] == "0000":
        return None
    year, month, day = match[1], int(match[2] or 0), int(match[3] or 0)
    if not 1 <= month <= 12:
        return year
    last = calendar.monthrange(int(year), month)[1]
    return f"{year}-{month:02d}-{day:02d}" if 1 <= day <= last else f"{year}-{month:02d}"


def playlist_links(text: str) -> list[str]:
    """Return the ids in a text of nothing but links to playlists, in order; none if it says anything else.

    >>> playlist_links("spotify:playlist:3cEYpjA9oz9GiPac4AsH4n https://open.spotify.com/playlist/1x?si=2")
    ['3cEYpjA9oz9GiPac4AsH4n', '1x']
    >>> playlist_links("sad songs")
    []
    """
    matches = [_LINK.fullmatch(word) for word in text.replace(",", " ").split()]
    return list(dict.fromkeys(match[1] for match in matches if match)) if all(matches) else []


Name = Annotated[str, Field(max_length=STATEMENT)]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Playlist(_Record):
    """A playlist that a search found.

    Attributes:
        playlist_id: Spotify's.
        name: of the playlist; `owner` who made it.
        n_tracks: entries in it; None where it is not told.
        snapshot_id: of its version.
    """

    playlist_id: str
    name: str = ""
    owner: str = ""
    n_tracks: int | None = None
    snapshot_id: str = ""


class Track(_Record):
    """A track as a list names it.

    Attributes:
        spotify_id: Spotify's; `isrc` the recording's.
        title: of the track; `artists` those credited, in order.
        album: it is on; `release_date` of that: year, month or day.
        duration_ms: its length in milliseconds.
        explicit: whether it is marked so.
        popularity: 0 to 100 at Spotify; development mode does not tell it.
    """

    spotify_id: str | None = None
    isrc: str | None = None
    title: str = Field(min_length=1, max_length=STATEMENT)
    artists: tuple[Name, ...] = Field(min_length=1, max_length=CREDITS)
    album: str = Field("", max_length=STATEMENT)
    release_date: str | None = None
    duration_ms: int | None = Field(None, ge=0, le=_LONGEST_MS)
    explicit: bool | None = None
    popularity: int | None = Field(None, ge=0, lt=2**31)

    @field_validator("artists")
    @classmethod
    def _can_be_joined(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name.replace(";", ",") for name in names)


class Unusable(_Record):
    """An entry that is no track or no playlist we can use.

    Attributes:
        reason: short code; `detail` the same for people.
    """

    reason: str
    detail: str


class Page(_Record):
    """A page of a list.

    Attributes:
        total: entries in the whole list, as far as told.
        step: entries that a page has, as far as told.
        entries: of this page, in order.
    """

    total: int | None
    step: int | None
    entries: tuple[Playlist | Track | Unusable, ...]


def search_page(document: object, kind: Kind) -> Page:
    """Read a page of a search.

    Raises:
        HttpError: it is none; its outcome is `invalid`.
    """
    paging = document.get(f"{kind}s") if isinstance(document, dict) else None
    return _page(paging, _playlist if kind == "playlist" else _track, f"a search for {kind}s")


def items_page(document: object) -> Page:
    """Read a page of a playlist's entries.

    Raises:
        HttpError: it is none; its outcome is `invalid`.
    """
    return _page(document, _entry, "a playlist's items")


def _page(paging: object, read: Any, what: str) -> Page:
    entries = paging.get("items") if isinstance(paging, dict) else None
    if not isinstance(paging, dict) or not isinstance(entries, list):
        raise HttpError(f"Spotify's answer is not a page of {what}", Outcome.INVALID, reason="wrong_shape")
    total, step = _count(paging.get("total")), _count(paging.get("limit"))
    return Page(total=total, step=step, entries=tuple(read(entry) for entry in entries))


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31 else None


def _text(value: object) -> str:
    return one_line(value, STATEMENT + 1) if isinstance(value, str) else ""


def _part(value: object, *names: str) -> dict[str, Any]:
    """Return the first of the objects within an object that is there."""
    if isinstance(value, dict):
        for name in names:
            if isinstance(value.get(name), dict):
                return dict(value[name])
    return {}


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _playlist(entry: object) -> Playlist | Unusable:
    if not isinstance(entry, dict) or not entry:
        return Unusable(reason="null_entry", detail="Spotify names a playlist that it does not show, such as its own")
    playlist_id = _id(entry.get("id"))
    if playlist_id is None:
        return Unusable(reason="no_id", detail=f"a playlist with the id {str(entry.get('id'))[:60]!r}")
    owner = _part(entry, "owner")
    return Playlist(
        playlist_id=playlist_id,
        name=_text(entry.get("name")),
        owner=_text(owner.get("id")) or _text(owner.get("display_name")),
        n_tracks=_count(_part(entry, "items", "tracks").get("total")),
        snapshot_id=_text(entry.get("snapshot_id")),
    )


def _entry(entry: object) -> Track | Unusable:
    """Read an entry of a playlist, which wraps its track."""
    if not isinstance(entry, dict):
        return Unusable(reason="null_entry", detail="the playlist has an empty entry here")
    track = _part(entry, "item", "track")
    if entry.get("is_local") or track.get("is_local"):
        return Unusable(reason="local_file", detail=f"a file of the owner's own: {_text(track.get('name'))!r}")
    return _track(track)


def _track(track: object) -> Track | Unusable:
    if not isinstance(track, dict) or not track:
        return Unusable(reason="null_entry", detail="the track is no longer there, or is not shown here")
    kind, name = track.get("type", "track"), _text(track.get("name"))
    if kind != "track":
        return Unusable(reason="not_a_track", detail=f"{_text(kind) or 'something'} {name!r} is not a track")
    credited = track.get("artists")
    artists = [_text(artist.get("name")) for artist in _objects(credited)]
    given = {
        "spotify_id": _id(track.get("id")),
        "isrc": isrc_of(_part(track, "external_ids").get("isrc")),
        "title": name,
        "artists": tuple(artist for artist in artists if artist),
        "album": _text(_part(track, "album").get("name")),
        "release_date": date_of(_part(track, "album").get("release_date")),
        "duration_ms": _length(track.get("duration_ms")),
        "explicit": track.get("explicit") if isinstance(track.get("explicit"), bool) else None,
        "popularity": _popularity(track.get("popularity")),
    }
    return checked(given)


def checked(given: dict[str, Any]) -> Track | Unusable:
    """Return a track of given values, or why it is none."""
    if not given.get("title"):
        return Unusable(reason="no_title", detail="the track has no title")
    if not given.get("artists"):
        return Unusable(reason="no_artist", detail=f"the track {given['title']!r} has no artist")
    try:
        return Track.model_validate(given, strict=True)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in wrong["loc"])
        return Unusable(reason="wrong_value", detail=f"{place} is {str(wrong['input'])[:60]!r}: {wrong['msg']}")


def _objects(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _length(value: object) -> object:
    """Return a length as it is told; None for 0, which is how Spotify says that it knows none."""
    return None if value == 0 and not isinstance(value, bool) else value


def _popularity(value: object) -> int | None:
    number = _count(value)
    return number if number is not None and number <= 100 else None
