"""The parts of the twin that have lyrics, asked over HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from musicdata.settings import Secret
from musicdata.system.http import Client, HttpError, Limits, Outcome
from musicdata.twin import Population, Twin
from musicdata.twin.track import Held, Track

POPULATION = Population(600, n_moods=6)


@pytest.fixture(scope="module")
def twin() -> Iterator[Twin]:
    with Twin(POPULATION) as twin:
        yield twin


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(Limits(attempts=1, deadline_s=5)) as client:
        yield client


def known(**held: Held) -> Track:
    """Return a track of which the sources have this; without a second listing, and with an ISRC."""
    second = {track.song for track in POPULATION.tracks[600:]}
    return next(
        track
        for track in POPULATION.tracks[:600]
        if track.isrc and track.song not in second and all(getattr(track, name) is one for name, one in held.items())
    )


def musixmatch(twin: Twin, client: Client, method: str, **asked: str) -> tuple[int, Any]:
    services = twin.services()
    params: dict[str, str | Secret] = {**asked, "apikey": services.keys["MUSIXMATCH_API_KEY"]}
    reply = client.request("GET", f"{services.urls['musixmatch']}{method}", params=params)
    message = reply.json()["message"]
    return message["header"]["status_code"], message["body"]


def lrclib(twin: Twin, client: Client, path: str, **asked: str) -> Any:
    return client.request("GET", f"{twin.services().urls['lrclib']}{path}", params=asked).json()


def test_whole_lyrics_by_isrc_by_name_and_by_id(twin: Twin, client: Client) -> None:
    track = known(musixmatch=Held.FULL)
    status, body = musixmatch(twin, client, "track.lyrics.get", track_isrc=track.isrc)
    lyrics = body["lyrics"]
    assert (status, lyrics["lyrics_body"]) == (200, POPULATION.lyrics(track))
    assert (lyrics["restricted"], lyrics["instrumental"]) == (0, 0)
    named = musixmatch(twin, client, "matcher.lyrics.get", q_artist=track.artist.upper(), q_track=track.title)
    assert named == (200, body)
    _, found = musixmatch(twin, client, "matcher.track.get", track_isrc=track.isrc)
    facts = found["track"]
    assert (facts["track_name"], facts["track_length"]) == (track.title, round(track.duration_s))
    by_id = musixmatch(twin, client, "track.lyrics.get", commontrack_id=str(facts["commontrack_id"]))
    assert by_id == (200, body)


def test_truncated_lyrics_carry_the_tail(twin: Twin, client: Client) -> None:
    track = known(musixmatch=Held.TRUNCATED)
    _, body = musixmatch(twin, client, "track.lyrics.get", track_isrc=track.isrc)
    text, notice = body["lyrics"]["lyrics_body"], body["lyrics"]["lyrics_copyright"]
    kept, _, rest = text.partition("\n...\n\n")
    assert POPULATION.lyrics(track).startswith(kept)
    assert 0.2 < len(kept) / len(POPULATION.lyrics(track)) < 0.4
    assert re.fullmatch(r"\*{7} This Lyrics is NOT for Commercial use \*{7}\n\(\d+\)", rest)
    assert "only 30%" in notice


def test_restricted_instrumental_and_missing(twin: Twin, client: Client) -> None:
    track = known(musixmatch=Held.RESTRICTED)
    _, body = musixmatch(twin, client, "track.lyrics.get", track_isrc=track.isrc)
    assert (body["lyrics"]["restricted"], body["lyrics"]["lyrics_body"]) == (1, "")
    track = known(musixmatch=Held.INSTRUMENTAL)
    _, body = musixmatch(twin, client, "track.lyrics.get", track_isrc=track.isrc)
    assert (body["lyrics"]["instrumental"], body["lyrics"]["lyrics_body"]) == (1, "")
    assert lrclib(twin, client, "get", track_name=track.title, artist_name=track.artist)["instrumental"]
    track = known(musixmatch=Held.MISSING)
    assert musixmatch(twin, client, "track.lyrics.get", track_isrc=track.isrc) == (404, [])


def test_failures_are_told_inside_a_success(twin: Twin, client: Client) -> None:
    url = f"{twin.services().urls['musixmatch']}track.lyrics.get"
    reply = client.request("GET", url, params={"track_isrc": "x", "apikey": "wrong"})
    assert (reply.status, reply.json()["message"]["header"]["status_code"]) == (200, 401)
    assert reply.json()["message"]["body"] == []
    assert musixmatch(twin, client, "track.lyrics.get") == (400, [])
    assert musixmatch(twin, client, "album.get", track_isrc="x") == (405, [])
    assert musixmatch(twin, client, "track.lyrics.get", track_isrc="USXXX0000000") == (404, [])
    assert musixmatch(twin, client, "track.lyrics.get", track_id="1") == (404, [])


def test_lrclib_matches_names_album_and_a_length_within_two_seconds(twin: Twin, client: Client) -> None:
    track = known(lrclib=Held.FULL)
    asked = {"track_name": track.title.lower(), "artist_name": track.artist, "album_name": track.album}
    entry = lrclib(twin, client, "get", **asked, duration=str(track.duration_s + 1.9))
    assert entry["plainLyrics"] == POPULATION.lyrics(track)
    assert entry == lrclib(twin, client, f"get/{entry['id']}")
    assert [entry] == lrclib(twin, client, "search", track_name=track.title, artist_name=track.artist)
    for wrong in ({"duration": str(track.duration_s + 2.1)}, {"album_name": "Other"}, {"track_name": "Other"}):
        with pytest.raises(HttpError, match="TrackNotFound") as caught:
            lrclib(twin, client, "get", **{**asked, **wrong})
        assert (caught.value.status, caught.value.outcome) == (404, Outcome.GONE)


def test_synced_lines_are_the_words_in_order_of_time(twin: Twin, client: Client) -> None:
    track = known(lrclib=Held.FULL)
    entry = lrclib(twin, client, "get", track_name=track.title, artist_name=track.artist)
    lines = [re.fullmatch(r"\[(\d\d):(\d\d\.\d\d)\] (.+)", line) for line in entry["syncedLyrics"].splitlines()]
    assert all(lines)
    times_s = [60 * int(line[1]) + float(line[2]) for line in lines if line]
    assert times_s == sorted(times_s)
    assert 0 < times_s[0] < times_s[-1] < track.duration_s
    sung = [line for line in POPULATION.lyrics(track).splitlines() if line and not line.startswith("[")]
    assert [line[3] for line in lines if line] == sung
    plain = known(lrclib=Held.PLAIN)
    entry = lrclib(twin, client, "get", track_name=plain.title, artist_name=plain.artist)
    assert (entry["syncedLyrics"], bool(entry["plainLyrics"])) == (None, True)


def test_lrclib_refuses_what_it_cannot_read(twin: Twin, client: Client) -> None:
    for asked in ({"track_name": "x"}, {"track_name": "x", "artist_name": "y", "duration": "long"}):
        with pytest.raises(HttpError, match="ValidationError") as caught:
            lrclib(twin, client, "get", **asked)
        assert caught.value.status == 400
    track = known(lrclib=Held.MISSING)
    with pytest.raises(HttpError, match="TrackNotFound"):
        lrclib(twin, client, "get", track_name=track.title, artist_name=track.artist)
