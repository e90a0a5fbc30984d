"""The data set of lyrics goes all the way on made-up songs: built, checked, judged, released, searched, taken down."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import musicdata
import musicdata_baselines
from musicdata.api import releases
from musicdata.api.check import check
from musicdata.definitions.arrow import strings
from musicdata.errors import RefusedError
from musicdata_baselines import report

SONGS = 240
NO_VECTORS = [f"embed.{encoder}.languages=[]" for encoder in ("minilm", "use", "e5")]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lyrics")


@pytest.fixture(autouse=True)
def _home(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(environment / "home"))


@pytest.fixture(scope="module")
def built(environment: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_HOME", str(environment / "home"))
        patch.setenv("MUSICDATA_SHARD_ITEMS", "60")
        musicdata.build("lyrics", twin=True, work=environment / "work", overrides=NO_VECTORS)
    return environment / "work"


@pytest.fixture(scope="module")
def release(built: Path, environment: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_HOME", str(environment / "home"))
        found = musicdata_baselines.validate(built, n_permutations=100)
        report.write(found, built / "validation")
        releases.build(built, environment / "release", version="1.0.0", allow_failed_gate=True)
    return environment / "release"


def test_it_is_built_and_sound(built: Path) -> None:
    work = musicdata.open_work(built)
    songs = work.table("lyric_samples").to_pylist()
    assert len(songs) > SONGS * 0.8
    assert len(work.table("song_texts")) == SONGS
    assert {row["split"] for row in songs} == {"train", "valid", "test"}
    assert check(built).findings == []


def test_no_words_stand_in_what_may_be_passed_on(release: Path, environment: Path) -> None:
    full = musicdata.load(release)
    lines = {
        line
        for text in strings(full.table("lyric_texts").column("text"))
        for line in text.splitlines()
        if len(line) > 30
    }
    reported = (release / "README.md").read_text("utf-8")
    assert not [line for line in lines if line in reported]
    for view in ("features", "ids"):
        out = environment / view
        releases.export(release, view, out)
        seen = musicdata.load(out)
        for table in ("lyric_texts", "lyric_queries"):
            assert table not in seen.tables or "text" not in seen.table(table).column_names
        assert "keywords" not in (seen.table("lyric_features").column_names if "lyric_features" in seen.tables else [])
        held = b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())
        assert not [line for line in lines if line.encode() in held]
        assert releases.verify(release, views=[out]) == []
    with pytest.raises(RefusedError):
        releases.publish(release, (environment / "published").as_uri(), view="full")
    assert not (environment / "published").exists()


def test_reports_have_no_words(built: Path, release: Path) -> None:
    work = musicdata.open_work(built)
    shown = "".join((built / "validation" / f"validation.{ending}").read_text("utf-8") for ending in ("html", "json"))
    asked = [text for text in strings(work.table("lyric_queries").column("text")) if len(text) > 20]
    assert len(asked) > SONGS
    assert not [text for text in asked if text in shown]
    assert json.loads((built / "validation" / "validation.json").read_text("utf-8"))["task"] == "text-search"
    assert releases.verify(release) == []


def test_workspace_and_release_find_the_same(built: Path, release: Path) -> None:
    work, released = musicdata.open_work(built), musicdata.load(release)
    song = next(row for row in work.rows("lyric_texts") if row["split"] == "test")
    line = max(song["text"].splitlines(), key=len)
    here, there = work.search(line, k=5), released.search(line, k=5)
    assert [match.sample_id for match in here.matches] == [match.sample_id for match in there.matches]
    assert song["sample_id"] in [here.matches[0].sample_id, *here.matches[0].versions]
    assert any(line == found.text for found in here.matches[0].lines)


def test_what_is_judged_is_the_same_in_a_release(built: Path, release: Path) -> None:
    figures = [
        [table.rows for table in musicdata_baselines.validate(path, n_permutations=100).card]
        for path in (built, release)
    ]
    assert figures[0] == figures[1]


def test_the_songs_of_a_takedown_are_gone(release: Path, environment: Path) -> None:
    sample = next(iter(musicdata.load(release).rows("lyric_samples")))["sample_id"]
    releases.takedown(release, [sample], reason="asked by the writer", out=environment / "less")
    less = musicdata.load(environment / "less")
    for table in less.tables:
        assert sample not in less.table(table, ["sample_id"]).column("sample_id").to_pylist(), table
    assert sample not in [match.sample_id for match in less.search("love and the sea", k=100).matches]
