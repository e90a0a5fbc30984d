"""Speaks as the web service of MusicBrainz does about releases, release groups and recordings."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from musicdata.twin.albums import musicbrainz_objects, targets
from musicdata.twin.albums.pace import Pace
from musicdata.twin.exchange import Asked, Reply, Target, whole_number

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from musicdata.twin.albums.objects import Release, ReleaseGroup
    from musicdata.twin.albums.population import AlbumPopulation

_MBID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_HELP = "For usage, please see: https://musicbrainz.org/development/mmd"
_PAGE, _LARGEST_PAGE, _LINKED = 25, 100, 25
_MOST_TRACKS = 500  # of a page of releases with recordings
_STATUSES = frozenset({"official", "promotion", "bootleg", "pseudo-release", "withdrawn", "cancelled"})
_OF_GROUP = frozenset({"artists", "artist-credits", "releases", "media", "discids", "aliases", "annotation", "tags"})
_OF_RECORDING = frozenset({"artists", "artist-credits", "isrcs", "aliases", "annotation", "tags", "genres", "ratings"})
_TOO_FAST = (
    "Your requests are exceeding the allowable rate limit. Please see "
    "https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting for more information."
)


class MusicBrainz:
    """Answers for MusicBrainz.

    Args:
        population: that it knows.
        is_paced: refuses what comes sooner than a second after the last request.
    """

    def __init__(self, population: AlbumPopulation, *, is_paced: bool = False) -> None:
        self._population = population
        self._pace = Pace(1 if is_paced else 0, 1.0)

    def answer(self, asked: Asked) -> Reply:
        """Answer a request."""
        return self._refused(asked) or self._answer(asked)

    def _refused(self, asked: Asked) -> Reply | None:
        """Return the refusal of whoever comes too soon, hides, or wants something other than JSON."""
        n_left, wait_s = self._pace.ask()
        if self._pace.n_requests and n_left < 0:
            return too_fast(math.ceil(wait_s))
        if not asked.headers.get("user-agent", "").strip():
            return failure(403, "A meaningful User-Agent is required: AppName/version ( contact )")
        if "json" not in asked.query.get("fmt", asked.headers.get("accept", "")):
            return Reply(406, body=_xml, content_type="application/xml; charset=utf-8")
        return None

    def _answer(self, asked: Asked) -> Reply:
        match asked.path.strip("/").split("/"):
            case ["ws", "2", "release", identity]:
                return self._release(asked, identity)
            case ["ws", "2", "release"]:
                return self._releases(asked)
            case ["ws", "2", "release-group", identity]:
                return self._group(asked, identity)
            case ["ws", "2", "recording", identity]:
                return self._recording(asked, identity)
        return failure(404, "Not Found")

    def _release(self, asked: Asked, identity: str) -> Reply:
        inc, refused = _included(asked, musicbrainz_objects.INCLUDES, "release", identity)
        if refused:
            return refused
        known = self._population.by_release_id.get(identity.lower())
        if known is None:
            return failure(404, "Not Found")
        group, release = known
        said = musicbrainz_objects.of_release(self._population, group, release, inc)
        return Reply(payload=said, target=self._target(group))

    def _releases(self, asked: Asked) -> Reply:
        """Answer with a page of the releases of a group."""
        identity = asked.query.get("release-group", "")
        inc, refused = _included(asked, musicbrainz_objects.INCLUDES, "release", identity)
        if refused:
            return refused
        statuses = {one for one in re.split(r"[|\s]", asked.query.get("status", "")) if one}
        limit, offset = whole_number(asked.query.get("limit"), _PAGE), whole_number(asked.query.get("offset"), 0)
        if unknown := sorted(statuses - _STATUSES):
            return failure(400, f"{unknown[0]} is not a recognized release status.")
        if limit is None or offset is None:
            return failure(400, "limit and offset must be non-negative integers.")
        group = self._population.by_group_id.get(identity.lower())
        if group is None:
            return failure(404, "Not Found")
        wanted = [one for one in group.releases if not statuses or one.status.casefold() in statuses]
        page = wanted[offset : offset + min(limit, _LARGEST_PAGE)]
        said = {
            "release-count": len(wanted),
            "release-offset": offset,
            "releases": [
                musicbrainz_objects.of_release(self._population, group, release, inc)
                for release in (_cut(page) if "recordings" in inc else page)
            ],
        }
        return Reply(payload=said, target=self._target(group))

    def _group(self, asked: Asked, identity: str) -> Reply:
        inc, refused = _included(asked, _OF_GROUP, "release-group", identity)
        if refused:
            return refused
        group = self._population.by_group_id.get(identity.lower())
        if group is None:
            return failure(404, "Not Found")
        said = musicbrainz_objects.of_group(self._population, group, inc)
        if "releases" in inc:
            said["releases"] = [
                musicbrainz_objects.of_release(self._population, group, release, inc)
                for release in group.releases[:_LINKED]
            ]
        return Reply(payload=said, target=self._target(group))

    def _recording(self, asked: Asked, identity: str) -> Reply:
        _, refused = _included(asked, _OF_RECORDING, "recording", identity)
        if refused:
            return refused
        recording = self._population.by_recording_id.get(identity.lower())
        if recording is None:
            return failure(404, "Not Found")
        year = self._population.discography.groups[recording.group].year
        return Reply(payload=musicbrainz_objects.of_recording(recording, year))

    def _target(self, group: ReleaseGroup) -> Target | None:
        album_id = targets.album_of_group(self._population).get(group.group_id)
        return Target(targets.RECORDINGS, album_id) if album_id else None


def failure(status: int, message: str) -> Reply:
    """Return an error as MusicBrainz tells it."""
    return Reply(status, {"error": message, "help": _HELP})


def too_fast(wait_s: int) -> Reply:
    """Return what MusicBrainz says to whoever asks too often."""
    return Reply(503, {"error": _TOO_FAST}, headers={"Retry-After": f"{wait_s}"})


def _included(
    asked: Asked, allowed: Collection[str], entity: str, identity: str
) -> tuple[frozenset[str], Reply | None]:
    """Return what is asked for beside the entity itself, and the refusal of a request that makes no sense."""
    inc = frozenset(re.split(r"[+\s]", asked.query.get("inc", "").strip())) - {""}
    inc = frozenset("media" if one == "mediums" else one for one in inc)
    if not _MBID.fullmatch(identity):
        return inc, failure(400, "Invalid mbid.")
    if unknown := sorted(inc - set(allowed)):
        return inc, failure(400, f"{unknown[0]} is not a valid inc parameter for the {entity} resource.")
    return inc, None


def _cut(page: Sequence[Release]) -> list[Release]:
    """Return the releases of a page until there are 500 tracks; one at least."""
    kept: list[Release] = []
    n_tracks = 0
    for release in page:
        n_tracks += len(release.tracks)
        if kept and n_tracks > _MOST_TRACKS:
            break
        kept.append(release)
    return kept


def _xml() -> bytes:
    return b'<?xml version="1.0" encoding="UTF-8"?>\n<error><text>Only JSON is made up here: fmt=json.</text></error>\n'
