"""The data set of interpretations goes all the way: built, checked, judged, released, heard, taken down."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import musicdata
import musicdata_baselines
from musicdata.api import releases
from musicdata.api.caption import caption
from musicdata.api.check import check
from musicdata.definitions.arrow import strings
from musicdata.definitions.shipped import files as shipped_files
from musicdata.errors import RefusedError
from musicdata.twin import captions, interpretations
from musicdata.twin.captions import tables as caption_tables
from musicdata.twin.interpretations import tables as comment_tables
from musicdata_baselines import report

SONGS, HEARD = 120, 80


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interpretations")


@pytest.fixture(autouse=True)
def _home(environment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(environment / "home"))


@pytest.fixture(scope="module")
def built(environment: Path) -> Path:
    comment_tables.write_files(interpretations.InterpretationPopulation(SONGS), environment / "files")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_HOME", str(environment / "home"))
        patch.setenv("MUSICDATA_SHARD_ITEMS", "30")
        musicdata.build("interpretations", input=environment / "files" / "songs.jsonl", work=environment / "work")
    return environment / "work"


@pytest.fixture(scope="module")
def release(built: Path, environment: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_HOME", str(environment / "home"))
        found = musicdata_baselines.validate(built, deep=False)
        report.write(found, built / "validation")
        releases.build(built, environment / "release", version="1.0.0", allow_failed_gate=True)
    return environment / "release"


def _with_one_seed(folder: Path) -> Path:
    """Return our recipe with one network of each kind in the place of three."""
    shipped = shipped_files("pipelines")["interpretations"].read_text("utf-8")
    path = folder / "interpretations.toml"
    path.write_text(shipped.replace('task = "captioning"', 'task = "captioning"\nseeds = 1'), "utf-8")
    return path


def test_it_is_built_and_sound(built: Path) -> None:
    work = musicdata.open_work(built)
    songs = work.table("interpretation_samples").to_pylist()
    assert len(songs) > SONGS * 0.8
    assert len(work.table("interpreted_songs")) == SONGS
    assert {row["split"] for row in songs} == {"train", "valid", "test"}
    texts = work.table("interpretations").to_pylist()
    assert len(texts) == sum(row["n_interpretations"] for row in songs)
    assert min(row["n_characters"] for row in texts) >= 256
    assert check(built).findings == []


def test_no_text_stands_in_what_may_be_passed_on(built: Path, release: Path, environment: Path) -> None:
    work = musicdata.open_work(built)
    texts = strings(work.table("interpretations").column("text"))
    lyrics = strings(work.table("interpretation_lyrics").column("text"))
    pieces = [text[:40] for text in texts] + [line for text in lyrics for line in text.splitlines() if len(line) > 30]
    reported = "".join(
        path.read_text("utf-8")
        for path in (release / "README.md", *(built / "validation" / f"validation.{end}" for end in ("html", "json")))
    )
    assert not [piece for piece in pieces if piece in reported]
    for view in ("features", "ids"):
        out = environment / view
        releases.export(release, view, out)
        held = b"".join(path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file())
        assert not [piece for piece in pieces if piece.encode() in held]
        assert releases.verify(release, views=[out]) == []
    with pytest.raises(RefusedError):
        releases.publish(release, (environment / "published").as_uri(), view="full")


def test_what_is_judged_is_the_same_in_a_release(built: Path, release: Path) -> None:
    figures = [
        [table.rows for table in musicdata_baselines.validate(path, deep=False).card] for path in (built, release)
    ]
    assert figures[0] == figures[1]
    assert json.loads((built / "validation" / "validation.json").read_text("utf-8"))["task"] == "captioning"


def test_the_songs_of_a_takedown_are_gone(release: Path, environment: Path) -> None:
    sample = next(iter(musicdata.load(release).rows("interpretation_samples")))["sample_id"]
    releases.takedown(release, [sample], reason="asked by the writer", out=environment / "less")
    less = musicdata.load(environment / "less")
    for table in less.tables:
        assert sample not in less.table(table, ["sample_id"]).column("sample_id").to_pylist(), table


def test_songs_with_sound_are_heard_and_put_into_words(environment: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    files, work = environment / "captions", environment / "heard"
    caption_tables.write_files(captions.CaptionPopulation(HEARD), files)
    set_as_the_twin = ["clean_interpretations.least_characters=1", "ear.musicnn.model=", "train_ear.train=true"]
    musicdata.build(
        _with_one_seed(environment),
        input=files / "songs.jsonl",
        audio=files / "audio",
        work=work,
        overrides=[*set_as_the_twin, "train_ear.epochs=2"],
    )
    assert check(work).findings == []
    data = musicdata.open_work(work)
    tokens = np.concatenate([array for _, array in data.vectors("music_tokens_small", "vector")])
    assert tokens.shape == (HEARD, 10, 64)
    assert len(np.unique(tokens.reshape(HEARD, -1), axis=0)) == HEARD
    assert {row["kind"] for row in data.rows("song_audio", columns=["kind"])} == {"midi"}
    assert {row["heard_in"] for row in data.rows("song_facts")} == {"lyrics", "audio", "both"}
    musicdata_baselines.validate(work, deep=True, epochs=0.004, keep=environment / "models")
    model = environment / "models" / "fusion-0"
    (environment / "words.txt").write_text("The harbour lights are low tonight\nand every sail is home", "utf-8")
    said = caption(min((files / "audio").iterdir()), environment / "words.txt", model)
    assert isinstance(said.text, str)
    assert said.seconds_read > 10
