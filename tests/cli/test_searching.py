"""`musicdata search`: what is printed, what is written, what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musicdata.cli.searching import lines
from musicdata.definitions.search import Answer, Line, Match, Reading
from tests.baselines.suites.test_plugin_suite import PLUGINS, VALIDATE, with_suite
from tests.cli.test_cli import command_in, run

SEA = Match(
    1,
    "de-1",
    0.91234,
    {"artist": "Anna \x1b[2J", "title": "Das Meer\n", "language": "de", "genre": None, "year": 1890},
    {"words": 0.62, "meaning": 0.38, "title": 0.0},
    (Line(3, "  das Meer ist weit "), Line(4, None)),
    ("de-2", "de-3"),
)
BARE = Match(2, "x", 0.5)
ANSWER = Answer(
    "a sad song about the sea, in German",
    None,
    "the sea",
    "en",
    (Reading("language", "de", "in German"), Reading("not_emotion", "joy")),
    "rules",
    (SEA, BARE),
    472,
    {"words": 0.5},
    ("Moods are features.",),
)


def test_an_answer_says_what_was_understood_and_why_each_song_is_there() -> None:
    assert list(lines(ANSWER)) == [
        'language: de (from "in German")   --without language',
        "not emotion: joy   --without not_emotion",
        'searched: "the sea", taken for en, among 472 songs',
        "",
        " 1. 0.912  Anna \x1b[2J – Das Meer (de, 1890)",
        "      de-1   words 62%, meaning 38%",
        "         3  das Meer ist weit",
        "      line 4",
        "      the same words, nearly: de-2, de-3",
        " 2. 0.500  (untitled)",
        "      x",
        "• Moods are features.",
    ]


def test_nothing_found_is_said() -> None:
    nothing = Answer("qxz", None, "", "und", (), "plain", (), 1)
    assert list(lines(nothing)) == [
        "searched: nothing is left of the words, so these are ranked by the rest, among 1 song",
        "",
        "no match among 1 song",
    ]
    assert list(lines(Answer(None, "x", "", "und", (), "plain", (), 0))) == ["", "no match among 0 songs"]


def test_a_long_line_is_cut() -> None:
    long = Match(1, "a", 1.0, {"title": "la " * 200})
    shown = list(lines(Answer("la", None, "la " * 200, "und", (), "plain", (long,), 1)))
    assert max(map(len, shown)) < 220
    assert shown[0].startswith('searched: "la la')


@pytest.fixture
def work(copied_crawl: Path) -> Path:
    """A workspace whose suite, a plug-in, finds texts by their words."""
    return with_suite(copied_crawl, VALIDATE + PLUGINS)


def test_the_command_searches_a_workspace_and_writes_playlists(work: Path, tmp_path: Path) -> None:
    found = json.loads(run("search", work, "love you", "--k", 2, "--json").stdout)
    assert [match["rank"] for match in found["matches"]] == [1, 2]
    assert found["query"] == "love you"
    done = run("search", work, "love \x07 you", "--k", 2, "--playlist", tmp_path / "found.m3u8")
    assert done.returncode == 0, done.stderr
    assert "\x07" not in done.stdout
    assert f" 1. {found['matches'][0]['score']:.3f}  (untitled)" in done.stdout
    assert f"playlist: {tmp_path / 'found.m3u8'}" in done.stdout
    assert (tmp_path / "found.m3u8").read_text("utf-8").count("#EXTINF") == 2
    again = run("search", work, "love", "--playlist", tmp_path / "found.m3u8")
    assert again.returncode == 2
    assert "is there already" in again.stderr
    nothing = run("search", work, "qxzqxz")
    assert nothing.returncode == 0
    assert "no match among " in nothing.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "nothing was asked"),
        (["a", "b", "c"], "3 arguments were given"),
        (["a", "b", "--like", "c"], "2 arguments were given, expected a path at most"),
        (["nowhere", "sea"], "nowhere is no workspace"),
        (["sea", "--playlist", "x.pls"], "a playlist ends in .m3u, .m3u8, .csv, .jspf"),
        (["."], "nothing was asked of ."),
    ],
)
def test_what_means_nothing_is_refused(arguments: list[str], told: str, tmp_path: Path) -> None:
    assert told in command_in(tmp_path, "search", *arguments, code=2)


def test_an_empty_query_and_no_matches_at_all_are_refused(work: Path) -> None:
    assert "the query is empty" in run("search", work, " \n").stderr
    assert "0 matches were asked for" in run("search", work, "sea", "--k", 0).stderr
