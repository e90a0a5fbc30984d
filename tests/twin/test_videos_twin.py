"""Videos of the twin: searched over HTTP, fetched in ranges and by yt-dlp's own generic extractor."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import soundfile
import yt_dlp

from musicdata.system.http import Client, HttpError, Limits
from musicdata.twin import Population, Twin
from musicdata.twin.track import Showing, Track

POPULATION = Population(300, n_moods=6, clip_s=3.0)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(POPULATION) as twin:
        yield twin


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(Limits(attempts=1, deadline_s=5)) as client:
        yield client


def found(twin: Twin, client: Client, query: str, n: int = 10) -> list[dict[str, Any]]:
    url = f"{twin.services().urls['videos']}search"
    entries: list[dict[str, Any]] = client.request("GET", url, params={"q": query, "n": str(n)}).json()["entries"]
    return entries


def right_one(extension: str) -> Track:
    return next(t for t in POPULATION.tracks if Showing.TOPIC in t.showings and POPULATION.extension(t) == extension)


def url_of(twin: Twin, client: Client, track: Track) -> str:
    winner = POPULATION.winner(track)
    hits = found(twin, client, f"{track.artist} {track.title}")
    path = next(str(one["url"]) for one in hits if one["id"] == winner)
    assert path.startswith("/media/")  # of whichever port it has tomorrow
    return urljoin(twin.services().urls["videos"], path)


def test_every_track_is_found_by_artist_and_title(twin: Twin, client: Client) -> None:
    for track in POPULATION.tracks[:100]:
        entries = found(twin, client, f"{track.artist} {track.title}")
        assert [entry["id"] for entry in entries] == [POPULATION.video_id(track, kind) for kind in track.showings]
        assert set(entries[0]) == {"id", "url", "title", "channel", "duration", "view_count", "description"}


def test_songs_of_the_same_words_in_another_order_are_told_apart(client: Client) -> None:
    many = Population(14_000, n_moods=20, clip_s=2.0)
    of_words: dict[frozenset[str], list[Track]] = {}
    for track in many.tracks[:14_000]:
        of_words.setdefault(frozenset(f"{track.artist} {track.title}".split()), []).append(track)
    alike = [track for tracks in of_words.values() if len(tracks) > 1 for track in tracks]
    assert len(alike) > 1
    with Twin(many) as twin:
        for track in alike:
            entries = found(twin, client, f"{track.artist} {track.title}")
            assert entries[0]["id"] == many.video_id(track, track.showings[0])


def test_searches_forgive_a_little_and_no_more(twin: Twin, client: Client) -> None:
    track = POPULATION.tracks[0]
    expected = found(twin, client, f"{track.artist} {track.title}")
    assert found(twin, client, f"{track.title.upper()} - {track.artist} (Official Audio)") == expected
    assert found(twin, client, f"{track.artist} {track.title} best")[0]["id"] == expected[0]["id"]
    assert found(twin, client, track.isrc) == expected
    assert found(twin, client, "zzz qqq") == []
    assert found(twin, client, f"{track.artist} {track.title}", n=1) == expected[:1]
    with pytest.raises(HttpError, match="400"):
        found(twin, client, "")


@pytest.mark.parametrize("extension", ["flac", "ogg"])
def test_media_last_as_long_as_they_are_said_to(twin: Twin, client: Client, extension: str) -> None:
    track = right_one(extension)
    reply = client.request("GET", url_of(twin, client, track))
    assert reply.headers["content-type"] == f"audio/{extension}"
    samples, rate_hz = soundfile.read(io.BytesIO(reply.body))
    assert rate_hz == 22050
    assert len(samples) / rate_hz == pytest.approx(POPULATION.length_s(track, Showing.TOPIC), abs=0.001)


def test_ranges(twin: Twin, client: Client) -> None:
    url = url_of(twin, client, right_one("flac"))
    whole = client.request("GET", url).body
    size = len(whole)
    for wanted, part, told in (
        ("bytes=0-99", whole[:100], f"bytes 0-99/{size}"),
        ("bytes=1000-", whole[1000:], f"bytes 1000-{size - 1}/{size}"),
        ("bytes=-10", whole[-10:], f"bytes {size - 10}-{size - 1}/{size}"),
        (f"bytes={size - 5}-{size + 5}", whole[-5:], f"bytes {size - 5}-{size - 1}/{size}"),
    ):
        reply = client.request("GET", url, headers={"Range": wanted})
        assert (reply.status, reply.body, reply.headers["content-range"]) == (206, part, told)
    with pytest.raises(HttpError) as caught:
        client.request("GET", url, headers={"Range": f"bytes={size}-"})
    assert caught.value.status == 416
    head = client.request("HEAD", url)
    assert (head.body, head.headers["content-length"], head.headers["accept-ranges"]) == (b"", str(size), "bytes")


@pytest.mark.parametrize("extension", ["flac", "ogg"])
def test_yt_dlp_fetches_it(twin: Twin, client: Client, tmp_path: Path, extension: str) -> None:
    track = right_one(extension)
    options = {
        "quiet": True,
        "noprogress": True,
        "cachedir": False,
        "outtmpl": str(tmp_path / "media"),
        "fixup": "never",
    }
    with yt_dlp.YoutubeDL(options) as ydl:
        info = ydl.extract_info(url_of(twin, client, track))
    assert info["extractor"] == "generic"
    assert (tmp_path / "media").read_bytes() == POPULATION.media(track, Showing.TOPIC)


def test_there_is_nothing_else(twin: Twin, client: Client) -> None:
    base = twin.services().urls["videos"]
    track = right_one("flac")
    for path in ("media/AAAAAAAAAAA.flac", f"media/{POPULATION.winner(track)}.ogg", "watch"):
        with pytest.raises(HttpError) as caught:
            client.request("GET", f"{base}{path}")
        assert caught.value.status == 404
