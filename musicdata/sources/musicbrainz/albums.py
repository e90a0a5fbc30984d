"""All recordings of an album, from what is known of it: ids of its songs, of a release, of a release group.

What is asked is the same whoever answers, the web service or a dump (`Library`), so that both give the same rows.
Only "not there" moves on to the next way; a service that is down ends the look-up.

The release of a group, where one is chosen: an official one if the group has any, then the earliest (a date of which
parts are missing counts as late in what it leaves open), then CD or digital before other media, then most recordings,
then the smallest id.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict

from musicdata.music.text.names import normalised
from musicdata.sources.answers import canonical
from musicdata.sources.musicbrainz.documents import Release, Releases, is_mbid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from musicdata.sources.musicbrainz.documents import Track

Row = dict[str, Any]
Origin = Literal["songs", "release", "release_group"]
OfGroup = Literal["choose", "union"]

SONGS: Origin = "songs"
NO_IDS = "no_musicbrainz_ids"
_DETAILS = {
    NO_IDS: "no id of a recording, a release or a release group is known of it",
    "release_not_found": "there is no such release",
    "release_group_not_found": "there is no release of such a group",
    "no_tracks": "no track is listed",
    "only_video": "all that is listed is video",
}
_STATUS_RANKS = {"official": 0, "promotion": 1, "": 1}


class Library(Protocol):
    """Whoever knows releases."""

    def release(self, release_id: str) -> Release | None:
        """Return a release, by the id it has or had before a merge; None where there is none."""
        ...

    def releases_of(self, group_id: str, *, official: bool) -> Sequence[Release]:
        """Return the releases of a group, the official ones or all, in any order; none for a group that is unknown."""
        ...


class Wanted(BaseModel):
    """What is to be looked up for an album.

    Attributes:
        origins: ways to its recordings, to be tried in this order; nothing follows its songs, which are at hand.
        release_id: MusicBrainz id, `group_id` of the release group; "" where it is not needed.
        of_group: whether one release of a group is chosen, or the recordings of all of them are taken.
    """

    model_config = ConfigDict(frozen=True)

    origins: tuple[Origin, ...] = ()
    release_id: str = ""
    group_id: str = ""
    of_group: OfGroup = "choose"

    @property
    def asks(self) -> bool:
        """Say whether anybody has to be asked."""
        return any(origin != SONGS for origin in self.origins)

    def request(self) -> Row:
        """Return it as JSON values, without what is not needed."""
        return self.model_dump(mode="json", exclude_defaults=True)


class Lookup(BaseModel):
    """What was found of an album.

    Attributes:
        origin: the way that led to recordings; None where none did.
        releases: whose tracks they are, in this order; none where it was its songs.
        failed: reason of each way that led to none, in order.
    """

    model_config = ConfigDict(frozen=True)

    origin: Origin | None = None
    releases: Releases = ()
    failed: tuple[tuple[Origin, str], ...] = ()

    def packed(self) -> bytes:
        """Return it as JSON, the same bytes for the same finding."""
        return canonical(self.model_dump(mode="json", exclude_defaults=True))

    def problem(self, wanted: Wanted) -> tuple[str, str]:
        """Return why there are no recordings: a reason code, and the same for people."""
        if not self.failed:
            return NO_IDS, _DETAILS[NO_IDS]
        ids = {"release": wanted.release_id, "release_group": wanted.group_id}
        return self.failed[-1][1], "; ".join(
            f"{origin.replace('_', ' ')} {ids[origin]}: {_DETAILS[reason]}" for origin, reason in self.failed
        )


def wanted(
    order: Sequence[Origin], of_group: OfGroup, *, has_songs: bool, release_id: str | None, group_id: str | None
) -> Wanted:
    """Return what is to be looked up for an album.

    Args:
        order: in which ways are tried.
        of_group: what is taken of a group.
        has_songs: whether ids of its songs' recordings are known.
        release_id: what its list says; what is no MusicBrainz id is as good as none.
        group_id: the same of its release group.
    """
    ids: dict[Origin, str] = {"release": _id(release_id), "release_group": _id(group_id)}
    there = [origin for origin in order if (has_songs if origin == SONGS else ids[origin])]
    origins = there[: there.index(SONGS) + 1] if SONGS in there else there
    needed = {origin: id_ for origin, id_ in ids.items() if origin in origins}
    return Wanted(
        origins=tuple(origins),
        release_id=needed.get("release", ""),
        group_id=needed.get("release_group", ""),
        of_group=of_group if "release_group" in needed else "choose",
    )


def have_ids(songs: Iterable[Mapping[str, Any]]) -> bool:
    """Say whether the recording of any of these songs is known by its id."""
    return any(_id(song["recording_id"]) for song in songs)


def _id(text: str | None) -> str:
    lower = (text or "").lower()
    return lower if is_mbid(lower) else ""


def look_up(wanted: Wanted, library: Library) -> Lookup:
    """Try the ways to an album's recordings until one leads to any."""
    failed: list[tuple[Origin, str]] = []
    for origin in wanted.origins:
        if origin == SONGS:
            return Lookup(origin=origin, failed=tuple(failed))
        releases, known = _of_group(wanted, library) if origin == "release_group" else _alone(wanted, library)
        if releases:
            return Lookup(origin=origin, releases=tuple(releases), failed=tuple(failed))
        failed.append((origin, _reason(origin, known)))
    return Lookup(failed=tuple(failed))


def _alone(wanted: Wanted, library: Library) -> tuple[list[Release], Sequence[Release]]:
    """Return the release that is named, if it has tracks, and as it was looked at."""
    release = library.release(wanted.release_id)
    known = [release] if release else []
    return _with_tracks(known), known


def _of_group(wanted: Wanted, library: Library) -> tuple[list[Release], Sequence[Release]]:
    """Return the releases of a group whose tracks are taken, and those that were looked at."""
    known: Sequence[Release] = ()
    for official in (True, False):
        known = library.releases_of(wanted.group_id, official=official)
        if releases := sorted(_with_tracks(known), key=_rank):
            return (releases[:1] if wanted.of_group == "choose" else releases), known
    return [], known


def _with_tracks(releases: Iterable[Release]) -> list[Release]:
    return [release for release in releases if release.tracks]


def _reason(origin: Origin, known: Sequence[Release]) -> str:
    if not known:
        return f"{origin}_not_found"
    return "only_video" if any(release.n_videos for release in known) else "no_tracks"


def _rank(release: Release) -> tuple[int, str, bool, int, str]:
    status = _STATUS_RANKS.get(release.status.casefold(), 2)
    n_recordings = len({track.recording_id for track in release.tracks})
    return status, release.date, not release.is_disc, -n_recordings, release.release_id


def rows(album_id: str, lookup: Lookup, songs: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Return the rows of an album's recordings, each once, in order.

    Args:
        album_id: of the album.
        lookup: what was found of it.
        songs: ``title`` and ``recording_id`` of its songs as its list has them, either may be None.
    """
    found = list(_once(_of_songs(songs) if lookup.origin == SONGS else _of_releases(lookup, songs)))
    return [
        {"album_id": album_id, "track_index": index, **row, "from_what": lookup.origin}
        for index, row in enumerate(found)
    ]


def _once(found: Iterable[Row]) -> Iterator[Row]:
    seen: set[str] = set()
    for row in found:
        if row["recording_id"] not in seen:
            seen.add(row["recording_id"])
            yield row


def _of_songs(songs: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    for song in songs:
        if recording_id := _id(song["recording_id"]):
            nothing = dict.fromkeys(("recording_id_given", "length_s", "release_id", "medium", "position", "number"))
            yield {"recording_id": recording_id, "title": song["title"]} | nothing


def _of_releases(lookup: Lookup, songs: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    tracks = [(release, track) for release in lookup.releases for track in release.tracks]
    given = _given_ids([track for _, track in tracks], songs)
    for release, track in tracks:
        yield {
            "recording_id": track.recording_id,
            "recording_id_given": given.get(track.recording_id),
            "title": track.title or None,
            "length_s": None if track.length_ms is None else track.length_ms / 1000,
            "release_id": release.release_id,
            "medium": track.medium,
            "position": track.position,
            "number": track.number or None,
        }


def _given_ids(tracks: Sequence[Track], songs: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return recording → the id that the list has of it, where that is another: before a merge, say.

    Of those that are left over on both sides, they are taken for the same where the title, which no other song and no
    other track has, is the same.
    """
    given = {id_: song["title"] or "" for song in songs if (id_ := _id(song["recording_id"]))}
    listed = {track.recording_id: track.title for track in tracks}
    ours = _by_title({id_: title for id_, title in given.items() if id_ not in listed})
    theirs = _by_title({id_: title for id_, title in listed.items() if id_ not in given})
    return {theirs[title]: ours[title] for title in ours.keys() & theirs.keys()}


def _by_title(titles: Mapping[str, str]) -> dict[str, str]:
    """Return title → id, of titles that only one has."""
    names = {id_: normalised(title) for id_, title in titles.items()}
    n_of = Counter(names.values())
    return {name: id_ for id_, name in names.items() if name and n_of[name] == 1}


def columns(rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Return rows as columns of values."""
    return {name: [row[name] for row in rows] for name in rows[0]}
