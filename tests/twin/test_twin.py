"""The twin as a whole: where it is, what it notes, and that it leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from musicdata.errors import SetupError, UsageError
from musicdata.settings import Secret, services
from musicdata.system.http import Client, HttpError, Limits
from musicdata.twin import AlbumPopulation, Faults, Population, Twin

POPULATION = Population(100, n_moods=4, clip_s=2.0)


def get(url: str, **params: str) -> int:
    with Client(Limits(attempts=1, deadline_s=5)) as client:
        return client.request("GET", url, params=params).status


def test_services_and_environment_say_the_same() -> None:
    with Twin(POPULATION, deadline_s=3.0) as twin:
        found, read = twin.services(), services.read(twin.environment())
        assert found.urls == read.urls
        assert {name: key.reveal() for name, key in found.keys.items()} == {
            name: value for name, value in twin.environment().items() if not name.endswith("_URL")
        }
        assert found.deadline_s == 3.0
        assert not any(found.urls[name] == url for name, url in services.WORLD.items())
        assert len({url.split("/")[2] for url in found.urls.values()}) == 6


def test_requests_are_noted_without_keys() -> None:
    with Twin(POPULATION) as twin:
        found = twin.services()
        with Client() as client:
            params: dict[str, str | Secret] = {
                "track_isrc": POPULATION.tracks[0].isrc,
                "apikey": found.keys["MUSIXMATCH_API_KEY"],
            }
            client.request("GET", f"{found.urls['musixmatch']}track.get", params=params)
        with pytest.raises(HttpError):
            get(f"{found.urls['lrclib']}get", track_name="x", artist_name="y")
        first, second = twin.requests
        assert (first.service, first.path, first.status) == ("musixmatch", "/ws/1.1/track.get", 200)
        assert first.query == {"track_isrc": POPULATION.tracks[0].isrc}
        assert (second.service, second.method, second.status) == ("lrclib", "GET", 404)
        assert second.at_s >= first.at_s


def test_albums_are_not_made_before_somebody_asks() -> None:
    albums = AlbumPopulation(9)
    with Twin(POPULATION, albums=albums, faults=Faults.planted(0.5)) as twin:
        assert get(f"{twin.services().urls['lrclib']}get/{1 + POPULATION.by_isrc[_with_words()].index}") == 200
        assert "discography" not in vars(albums)
        identity = next(iter(AlbumPopulation(9).by_document))
        assert get(f"{twin.services().urls['acousticbrainz']}{identity}/count") == 200
        assert "discography" in vars(albums)


def test_many_threads_are_served_at_once() -> None:
    with Twin(POPULATION) as twin:
        url = f"{twin.services().urls['videos']}search"
        queries = [f"{track.artist} {track.title}" for track in POPULATION.tracks]
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda query: get(url, q=query, n="5"), queries)) == {200}
        assert sorted(request.query["q"] for request in twin.requests) == sorted(queries)


def test_nothing_is_left_when_it_ends() -> None:
    before = set(threading.enumerate())
    with Twin(POPULATION) as twin, Client(Limits(attempts=1, deadline_s=5)) as client:
        url = f"{twin.services().urls['lrclib']}get/1"
        assert client.request("GET", url).status == 200
        kept_open = client
        twin.__exit__(None, None, None)
        with pytest.raises(HttpError):
            kept_open.request("GET", url)
    for thread in set(threading.enumerate()) - before:
        thread.join(2)
    assert not set(threading.enumerate()) - before


def test_videos_can_have_the_same_address_again() -> None:
    with Twin(POPULATION) as twin:
        address = twin.services().urls["videos"]
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(SetupError, match=str(port)), Twin(POPULATION, video_port=port):
            pass
    with Twin(POPULATION, video_port=port) as again:
        assert again.services().urls["videos"] == address
        assert get(f"{address}search", q="x", n="1") == 200


def test_another_regime_is_none() -> None:
    with pytest.raises(UsageError, match="'premium'"):
        Twin(POPULATION, regime="premium")


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_as_a_program_until_it_is_stopped(ending: signal.Signals) -> None:
    command = [
        sys.executable,
        "-m",
        "musicdata.twin",
        "--tracks",
        "100",
        "--moods",
        "4",
        "--clip-s",
        "2",
        "--albums",
        "9",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as twin:
        try:
            assert twin.stdout is not None
            environment = {}
            while not (line := twin.stdout.readline()).startswith("#"):
                name, _, value = line.removeprefix("export ").strip().partition("=")
                environment[name] = value
            found = services.read(environment)
            assert get(f"{found.urls['lrclib']}get/{1 + POPULATION.by_isrc[_with_words()].index}") == 200
            release = AlbumPopulation(9).discography.releases[0]
            assert get(f"{found.urls['musicbrainz']}release/{release.release_id}", fmt="json") == 200
        finally:
            twin.send_signal(ending)
        _, said = twin.communicate(timeout=10)
        assert (twin.returncode, said) == (0, "")


def _with_words() -> str:
    return next(track.isrc for track in POPULATION.tracks if track.isrc and track.lrclib == "full")
