"""The part of the twin that speaks as MusicBrainz, asked over HTTP, beside answers of its own tests."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from musicdata.system.http import Client, HttpError, Outcome
from musicdata.twin import AlbumPopulation, Twin
from musicdata.twin.albums.objects import Release
from tests.songs import shared
from tests.twin.albums.conftest import SMALL, TRACKS

JSON = {"fmt": "json"}


def ask(twin: Twin, client: Client, path: str, **query: str) -> Any:
    url = f"{twin.services().urls['musicbrainz']}{path}"
    return client.request("GET", url, params={**JSON, **query}).json()


def refusal(twin: Twin, client: Client, path: str, **query: str) -> tuple[int | None, Any]:
    with pytest.raises(HttpError) as caught:
        ask(twin, client, path, **query)
    return caught.value.status, str(caught.value)


def real(name: str) -> Any:
    (path,) = (shared("musicbrainz") / "ws2").glob(name)
    return json.loads(path.read_text("utf-8"))


def skeleton(document: Any, without: frozenset[str] = frozenset()) -> Any:
    """Return the keys of objects, and of the first object of lists, without values."""
    if isinstance(document, dict):
        return {name: skeleton(value, without) for name, value in document.items() if name not in without}
    return [skeleton(document[0], without)] if isinstance(document, list) and document else None


def plain(release: Release) -> bool:
    """Say whether a release has all that the real one has which it is put beside, and no more."""
    (medium, *others) = release.media
    is_whole = bool(release.date and release.country and medium.pregap) and not medium.data_tracks
    return is_whole and not others


def test_a_release_has_the_keys_of_a_real_one(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    release = next(one for one in population.discography.releases if plain(one))
    inc = "artists recordings artist-credits"
    ours, theirs = (
        ask(twin, client, f"release/{release.release_id}", inc=inc),
        real("release-ec0d0122__inc-artists-recordings-artist-credits.json"),
    )
    facts = frozenset({"date", "release-events", "first-release-date", "country"})  # that one has none of these
    assert skeleton(ours, facts) == skeleton(theirs, facts)
    assert set(real("release-b3b7e934__inc-discids-recordings.json")) == set(ours) - {"artist-credit"}


def test_a_page_of_releases_has_the_keys_of_a_real_one(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    group = next(group for group in population.discography.groups if plain(group.releases[0]))
    ours = ask(twin, client, "release", **{"release-group": group.group_id})
    assert skeleton(ours) == skeleton(real("release-browse__release-group-b84625af.json"))
    assert ours["release-count"] == len(group.releases) == len(ours["releases"])


def test_includes_apart_by_a_plus_sign_as_it_is(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    release = population.discography.releases[0]
    url = f"{twin.services().urls['musicbrainz']}release/{release.release_id}?inc=recordings+isrcs&fmt=json"
    (track, *_) = client.request("GET", url).json()["media"][0]["tracks"]
    assert "isrcs" in track["recording"]


def test_a_release_alone_has_no_media_and_media_alone_no_tracks(
    twin: Twin, client: Client, population: AlbumPopulation
) -> None:
    path = f"release/{population.discography.releases[0].release_id}"
    assert "media" not in ask(twin, client, path)
    assert "tracks" not in ask(twin, client, path, inc="media")["media"][0]


def test_merged_ids_are_answered_with_the_new_one(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    release = next(one for one in population.discography.releases if one.old_id)
    recording = next(one for one in population.discography.recordings if one.old_id)
    assert ask(twin, client, f"release/{release.old_id}")["id"] == release.release_id
    assert ask(twin, client, f"recording/{recording.old_id}")["id"] == recording.recording_id


def test_pages_end_at_500_tracks_and_at_100_releases(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    assert population.much_reissued is not None
    group = population.discography.groups[population.much_reissued]
    asked = {"release-group": group.group_id, "limit": "500", "status": "official"}
    page = ask(twin, client, "release", inc="recordings media", **asked)
    official = [one for one in group.releases if one.status == "Official"]
    assert page["release-count"] == len(official) > len(page["releases"])
    n_tracks = sum(medium["track-count"] for one in page["releases"] for medium in one["media"])
    assert 400 < n_tracks <= 500
    rest = ask(twin, client, "release", inc="recordings media", offset=str(len(page["releases"])), **asked)
    assert [one["id"] for one in (*page["releases"], *rest["releases"])] == [one.release_id for one in official]
    assert len(ask(twin, client, "release", **asked)["releases"]) == len(official)
    assert len(ask(twin, client, "release", **{"release-group": group.group_id})["releases"]) == 25


def test_a_group_lists_25_releases_at_most(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    assert population.much_reissued is not None
    group = population.discography.groups[population.much_reissued]
    told = ask(twin, client, f"release-group/{group.group_id}", inc="releases")
    assert len(told["releases"]) == 25
    theirs = real("release-group-56683a0b__inc-releases.json")
    assert set(told) == set(theirs)


def test_what_makes_no_sense_is_refused_as_it_is(twin: Twin, client: Client, population: AlbumPopulation) -> None:
    known = population.discography.releases[0].release_id
    unknown = "00000000-0000-4000-8000-000000000000"
    not_found = real("error-not-found.json")["error"]
    for path, query in (
        (f"release/{unknown}", {}),
        ("release", {"release-group": unknown}),
        (f"recording/{unknown}", {}),
    ):
        status, said = refusal(twin, client, path, **query)
        assert (status, not_found in said) == (404, True)
    assert refusal(twin, client, "release/abc")[0] == 400
    assert refusal(twin, client, f"release/{known}", inc="lyrics")[0] == 400
    group_id = population.discography.groups[0].group_id
    assert refusal(twin, client, "release", **{"release-group": group_id, "status": "loud"})[0] == 400
    assert refusal(twin, client, f"release/{known}", fmt="xml")[0] == 406


def test_whoever_comes_too_fast_is_told_to_wait(client: Client) -> None:
    path = f"release/{SMALL.discography.releases[0].release_id}"
    with Twin(TRACKS, albums=SMALL, is_paced=True) as twin:
        ask(twin, client, path)
        with pytest.raises(HttpError) as caught:
            ask(twin, client, path)
        assert caught.value.status == 503
        assert "rate limit" in str(caught.value)
        assert caught.value.wait_s == 1
        assert caught.value.outcome in (Outcome.TRANSIENT, Outcome.RATE_LIMITED)
        time.sleep(1.01)
        assert ask(twin, client, path)["id"]
