"""`musicdata.search`, `Release.search` and the command on a release of songs; a release is never written into."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import shipped
from musicdata.errors import InputError, UsageError
from musicdata.music.features import text_encoders
from musicdata.release.reading.release import Release
from tests.baselines.suites.text_search.searching.planted import open_planted, song_set, tables
from tests.cli.test_cli import run
from tests.release import made

RECIPE = shipped.files("pipelines")["lyrics"]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(text_encoders, "open_encoder", open_planted)


def release_of(root: Path, *, vectors: bool = True, but: tuple[str, ...] = ()) -> Release:
    recipe = RECIPE.read_text("utf-8")
    if not vectors:
        recipe = "\n".join(line for line in recipe.splitlines() if not line.startswith("vectors = "))
    rows = {name: table for name, table in tables(with_vectors=vectors).items() if name not in but}
    return replace(made.made(rows), texts={"recipe.toml": recipe}).write(root)


def listing(root: Path) -> list[tuple[str, int]]:
    return sorted((str(path.relative_to(root)), path.stat().st_mtime_ns) for path in root.rglob("*"))


def test_a_release_is_searched_like_what_it_was_made_of_and_left_as_it_is(tmp_path: Path) -> None:
    release = release_of(tmp_path / "release")
    before = listing(release.root)
    query = "a sad song about the sea, in German"
    answer = release.search(query, k=3)
    assert [match.sample_id for match in answer.matches] == ["de-sea"]
    assert answer == song_set(tmp_path / "set").search(query, k=3)
    assert answer == musicdata.search(query, release.root, k=3)
    assert listing(release.root) == before
    (kept,) = (tmp_path / "home" / "search").iterdir()
    assert kept == release.index_folder
    assert kept.name.startswith("made@1.0.0-full-")


def test_one_split_of_a_release_has_an_index_of_its_own(tmp_path: Path) -> None:
    root = release_of(tmp_path / "release").root
    test = musicdata.load(root, split="test")
    assert test.index_folder.name.endswith("-test")
    assert {m.sample_id for m in test.search("the sea and the night, la la", across=True).matches} <= {
        "fr-sea",
        "en-night",
        "en-odd",
    }
    assert test.search("the mill turns early by the brook").n_candidates == 3


def test_a_view_without_words_finds_by_meaning_and_one_without_vectors_refuses(tmp_path: Path) -> None:
    words = ("lyric_texts", "lyric_queries", "lyric_qrels")
    features = release_of(tmp_path / "features", but=words)
    first = features.search("snow").matches[0]
    assert (first.sample_id, first.lines[0].text) == ("en-odd", None)
    ids = release_of(tmp_path / "ids", vectors=False, but=words)
    with pytest.raises(UsageError, match="neither words nor vectors"):
        ids.search("snow")


def test_the_command_answers_from_a_release(tmp_path: Path) -> None:
    root = release_of(tmp_path / "release", vectors=False).root
    done = run("search", root, "the snow comes and goes", "--k", 1, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [match["sample_id"] for match in found["matches"]] == ["en-odd"]
    assert found["matches"][0]["facts"]["artist"] == "=SUM(A1)"
    assert "indexing 14 songs" in done.stderr
    again = run("search", root, "--like", "de-night", "--playlist", tmp_path / "like.csv")
    assert again.returncode == 0, again.stderr
    assert again.stderr == ""
    assert (tmp_path / "like.csv").read_text("utf-8").startswith("rank,sample_id,artist,title")
    shown = run("search", root, "la la the snow").stdout
    assert "\x1b" not in shown
    assert "Odd \\u001b[31mRed <b>" in shown
    assert "did you mean en-sea (The Wide Sea)" in run("search", root, "--like", "wide").stderr


def test_what_is_no_data_set_or_searches_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no workspace"):
        musicdata.search("sea", tmp_path / "nowhere")
    with pytest.raises(
        UsageError, match=r"validated by suite paired-views, which searches nothing|has no \[validate\]"
    ):
        made.data_set().write(tmp_path / "other").search("sea")
