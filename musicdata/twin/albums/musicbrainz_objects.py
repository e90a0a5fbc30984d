"""Releases and what hangs on them, as the web service of MusicBrainz and its dumps tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.twin.albums.names import mbid

if TYPE_CHECKING:
    from collections.abc import Collection

    from musicdata.twin.albums.objects import Artist, Medium, Recording, Release, ReleaseGroup, Track
    from musicdata.twin.albums.population import AlbumPopulation

INCLUDES = frozenset(
    {
        *("artists", "labels", "recordings", "release-groups", "aliases", "tags", "genres", "ratings"),
        *("artist-credits", "discids", "media", "isrcs", "annotation", "recording-level-rels", "work-level-rels"),
        *("release-group-level-rels", "artist-rels", "label-rels", "recording-rels", "release-rels"),
        *("release-group-rels", "url-rels", "work-rels"),
    }
)
"""What ``inc`` may ask of a release."""

_STATUS = {
    "Official": "4e304316-386d-3409-af2e-78857eec5cfe",
    "Promotion": "518ffc83-5cde-34df-8627-81bff5093d92",
}
_FORMATS = {
    "CD": "9712d52a-4509-3d4b-a1a2-67c88c643e31",
    '12" Vinyl': "3e9080b0-5e6c-34ab-bd15-f526b6306a64",
    "DVD-Video": "bb71fd58-ff93-32b4-a201-4ad1b2a80e5f",
    "Digital Media": "907a28d9-b3b2-3ef6-89a8-7b18d91d4794",
    "Enhanced CD": "be1bb7ad-0d2f-3ebb-8f1b-0f2a9f3e4a9e",
}
_ALBUM = "f529b476-6e62-324f-b0aa-1f3e33d313fc"
_COMPILATION = "dd2a21e1-0c00-3729-a7a0-de60b84eb5d1"
_KINDS = {
    "Person": "b6e035f4-3ce9-331c-97df-83397230b0df",
    "Group": "e431f5f6-b5d2-343d-8b36-72607fffb74b",
    "Other": "ac897045-5043-3294-969b-187360e45d86",
}
_AREAS = {
    "US": "United States",
    "GB": "United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "JP": "Japan",
    "XE": "Europe",
    "XW": "[Worldwide]",
}
_OF_DUMP = frozenset({"recordings", "artist-credits", "isrcs", "labels", "release-groups", "media", "tags", "genres"})


def of_dump(population: AlbumPopulation, group: ReleaseGroup, release: Release) -> dict[str, Any]:
    """Return a release as a line of a dump tells of it: with all that is core data, tags and genres empty."""
    empty: dict[str, Any] = {"aliases": [], "genres": [], "relations": [], "tags": []}
    return of_release(population, group, release, _OF_DUMP) | empty


def of_release(
    population: AlbumPopulation, group: ReleaseGroup, release: Release, inc: Collection[str]
) -> dict[str, Any]:
    """Return a release.

    Args:
        population: whose it is.
        group: that it belongs to.
        release: the edition.
        inc: what is asked for beside the release itself.
    """
    said: dict[str, Any] = {
        "asin": release.asin,
        "barcode": release.barcode,
        "cover-art-archive": {"artwork": False, "back": False, "count": 0, "darkened": False, "front": False},
        "disambiguation": release.disambiguation,
        "id": release.release_id,
        "packaging": None,
        "packaging-id": None,
        "quality": "normal",
        "status": release.status,
        "status-id": _STATUS[release.status],
        "text-representation": {"language": "eng", "script": "Latn"},
        "title": release.title,
    }
    if release.date is not None:
        said |= {"date": release.date, "release-events": [{"area": _area(release.country), "date": release.date}]}
        if release.country:
            said["country"] = release.country
    artist = population.discography.artists[group.artist]
    if {"artists", "artist-credits"} & set(inc):
        said["artist-credit"] = _credit(artist)
    if "labels" in inc:
        said["label-info"] = [_label_info(population, release)] if release.label else []
    if "release-groups" in inc:
        said["release-group"] = of_group(population, group, inc)
    if {"recordings", "media", "discids"} & set(inc):
        said["media"] = [
            _medium(population, artist, medium, place, inc) for place, medium in enumerate(release.media, 1)
        ]
    return said


def of_group(population: AlbumPopulation, group: ReleaseGroup, inc: Collection[str]) -> dict[str, Any]:
    """Return a release group, without its releases."""
    said: dict[str, Any] = {
        "disambiguation": "",
        "first-release-date": group.first_release_date,
        "id": group.group_id,
        "primary-type": "Album",
        "primary-type-id": _ALBUM,
        "secondary-type-ids": [_COMPILATION] * len(group.secondary_types),
        "secondary-types": list(group.secondary_types),
        "title": group.title,
    }
    if {"artists", "artist-credits"} & set(inc):
        said["artist-credit"] = _credit(population.discography.artists[group.artist])
    return said


def of_recording(recording: Recording, year: int) -> dict[str, Any]:
    """Return a recording, without what ``inc`` may ask for."""
    return {
        "disambiguation": "",
        "first-release-date": f"{year}",
        "id": recording.recording_id,
        "length": recording.length_ms,
        "title": recording.title,
        "video": recording.is_video,
    }


def _medium(
    population: AlbumPopulation, artist: Artist, medium: Medium, position: int, inc: Collection[str]
) -> dict[str, Any]:
    said: dict[str, Any] = {
        "format": medium.format,
        "format-id": _FORMATS[medium.format],
        "id": medium.medium_id,
        "position": position,
        "title": medium.title,
        "track-count": len(medium.tracks),
    }
    if "discids" in inc:
        said["discs"] = []
    if "recordings" in inc:
        said |= {"track-offset": 0, "tracks": [_track(population, artist, track, inc) for track in medium.tracks]}
        if medium.pregap:
            said["pregap"] = _track(population, artist, medium.pregap, inc)
        if medium.data_tracks:
            said["data-tracks"] = [_track(population, artist, track, inc) for track in medium.data_tracks]
    return said


def _track(population: AlbumPopulation, artist: Artist, track: Track, inc: Collection[str]) -> dict[str, Any]:
    recording = population.discography.recordings[track.recording]
    about = of_recording(recording, population.discography.groups[recording.group].year)
    said: dict[str, Any] = {
        "id": track.track_id,
        "length": recording.length_ms,
        "number": track.number,
        "position": track.position,
        "title": recording.title,
    }
    if "artist-credits" in inc:
        said["artist-credit"] = about["artist-credit"] = _credit(artist)
    if "isrcs" in inc:
        about["isrcs"] = [recording.isrc] if recording.isrc else []
    return said | {"recording": about}


def _credit(artist: Artist) -> list[dict[str, Any]]:
    about = {
        "country": artist.country,
        "disambiguation": "",
        "id": artist.artist_id,
        "name": artist.name,
        "sort-name": artist.sort_name,
        "type": artist.kind,
        "type-id": _KINDS[artist.kind],
    }
    return [{"artist": about, "joinphrase": "", "name": artist.name}]


def _label_info(population: AlbumPopulation, release: Release) -> dict[str, Any]:
    about = {
        "disambiguation": "",
        "id": mbid(f"label {release.label}", population.seed),
        "label-code": None,
        "name": release.label,
        "sort-name": release.label,
        "type": None,
        "type-id": None,
    }
    return {"catalog-number": None, "label": about}


def _area(country: str | None) -> dict[str, Any] | None:
    if country is None:
        return None
    name = _AREAS[country]
    return {
        "disambiguation": "",
        "id": mbid(f"area {country}", 0),
        "iso-3166-1-codes": [country],
        "name": name,
        "sort-name": name,
        "type": None,
        "type-id": None,
    }
