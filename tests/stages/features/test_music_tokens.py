"""What ears hear of songs: a row of tokens a song with audio, however the work is cut; none where no ear is set."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from musicdata.definitions import stage, trial
from musicdata.errors import InputError, SetupError
from musicdata.music.features import ears
from musicdata.music.features.ears import EarFacts, musicnn
from musicdata.music.features.ears.ear import SHAPES
from musicdata.music.features.ears.small import SmallEar
from musicdata.stages.features import music_tokens
from tests.music.features.ears.sounds import tone
from tests.stages import heard_songs
from tests.stages.heard_songs import Tables
from tests.stages.reading import unpacked

CLIPS = {f"song{number}": tone(15, freq_hz=200 + 100 * number, level=0.1 + 0.1 * number) for number in range(5)}


class Loud:
    """An ear that needs no package: its tokens say how loud a clip is."""

    def __init__(self, name: str) -> None:
        n_tokens, width = SHAPES[name]
        self.facts = EarFacts(name, "made up", "ab" * 32, n_tokens, width, "CC0-1.0")

    def tokens(self, clips: np.ndarray) -> np.ndarray:
        level = np.abs(clips).max(axis=1)
        assert clips.dtype == np.float32
        return np.broadcast_to(level[:, None, None], (len(clips), *SHAPES[self.facts.name])).astype(np.float32)


@pytest.fixture(params=["cnnsa", "musicnn", "small"])
def ear(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Name of an ear; all ears are made up ones."""
    monkeypatch.setattr(ears, "open_ear", lambda name, _weights, _model="mtt": Loud(name))
    monkeypatch.setattr(SmallEar, "restored", lambda _data: Loud("small"))
    music_tokens._open.cache_clear()
    return str(request.param)


def tables(name: str) -> Tables:
    weights = {
        "name": "small 1",
        "weights": [1, 2, 3],
        "weights_sha256": "cd" * 32,
        "tags": "a",
        "n_trained": 5,
        "loss": 0.5,
    }
    return {"song_audio": heard_songs.audio(CLIPS)} | ({"small_ear": [weights]} if name == "small" else {})


def set_by(name: str, tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "weights.pth").write_bytes(b"weights")
    return {"cnnsa": {"weights": str(tmp_path / "weights.pth")}, "musicnn": {"model": "mtt"}, "small": {}}[name]


def test_each_song_with_audio_has_its_tokens(ear: str, tmp_path: Path) -> None:
    made = trial.run(stage.find(f"ear.{ear}"), tables(ear), **set_by(ear, tmp_path))
    rows = made.tables[f"music_tokens_{ear}"]
    assert rows.column("sample_id").to_pylist() == list(CLIPS)
    assert rows.column("split").to_pylist() == [heard_songs.split_of(number) for number in range(5)]
    vectors = unpacked(f"music_tokens_{ear}", rows)
    assert vectors.dtype == np.float16
    assert vectors.shape == (5, *SHAPES[ear])
    assert np.allclose(vectors[:, 0, 0], [0.1, 0.2, 0.3, 0.4, 0.5], atol=2e-3)
    assert set(rows.column("ear").to_pylist()) == {f"{ear} made up"}
    assert set(rows.column("weights_sha256").to_pylist()) == {"ab" * 8}


def test_rows_are_the_same_however_the_work_is_cut(ear: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found, parameters = stage.find(f"ear.{ear}"), set_by(ear, tmp_path)
    whole = trial.run(found, tables(ear), **parameters).tables
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert found.cut is not None
    assert len(list(found.cut(found.parameters(**parameters), inputs(tables(ear))))) > 1
    assert trial.run(found, tables(ear), **parameters).tables == whole


def inputs(rows: Tables) -> Any:
    return trial._Inputs({name: trial._table(name, of_table) for name, of_table in rows.items()})


def test_other_weights_change_every_shard_and_another_file_its_own(
    ear: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    found, parameters = stage.find(f"ear.{ear}"), set_by(ear, tmp_path)

    def digests(given: Tables) -> list[str]:
        assert found.cut is not None
        return [shard.digest for shard in found.cut(found.parameters(**parameters), inputs(given))]

    before = digests(tables(ear))
    other = tables(ear)
    other["song_audio"][-1]["audio_sha256"] = "f" * 64
    assert [a == b for a, b in zip(before, digests(other), strict=True)] == [True] * (len(before) - 1) + [False]
    if ear == "cnnsa":
        (tmp_path / "weights.pth").write_bytes(b"others")
    elif ear == "musicnn":
        parameters["model"] = "msd"
    else:
        other = tables(ear)
        other["small_ear"][0]["weights_sha256"] = "ef" * 32
    other = other if ear == "small" else tables(ear)
    assert not set(before) & set(digests(other))


def test_an_ear_that_is_not_set_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ears, "open_ear", lambda *_: pytest.fail("an ear is opened"))
    monkeypatch.setattr(music_tokens, "require_torch", lambda _what: pytest.fail("PyTorch is asked for"))
    for name in ("cnnsa", "musicnn", "small"):
        found = stage.find(f"ear.{name}")
        given = tables(name) | ({"small_ear": []} if name == "small" else {})
        made = trial.run(found, given)
        assert len(made.tables[f"music_tokens_{name}"]) == 0
        if name != "small":
            assert found.tools(found.parameters()) == {}
        assert found.expect is not None
        assert found.expect(found.parameters(), {"song_audio": 7.0, "small_ear": 0}).items == 0


def test_songs_without_audio_open_no_ear(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ears, "open_ear", lambda *_: pytest.fail("an ear is opened"))
    for name in ("cnnsa", "musicnn"):
        made = trial.run(stage.find(f"ear.{name}"), {"song_audio": []}, **set_by(name, tmp_path))
        assert len(made.tables[f"music_tokens_{name}"]) == 0


def test_what_is_missing_is_told_before_anything_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cnnsa, of_musicnn = stage.find("ear.cnnsa"), stage.find("ear.musicnn")
    with pytest.raises(InputError, match="no such file; the ear expects its weights there"):
        trial.run(cnnsa, tables("cnnsa"), weights=str(tmp_path / "none.pth"))
    assert cnnsa.source_digest is not None
    assert cnnsa.source_digest(cnnsa.parameters()) == ""

    def missing() -> str:
        raise SetupError(f"the package is not installed: {musicnn.INSTALL}")

    monkeypatch.setattr(music_tokens, "package_version", missing)
    with pytest.raises(SetupError, match=r'pip install --no-deps musicnn==0\.1\.0.*set ear\.musicnn\.model to ""'):
        of_musicnn.tools(of_musicnn.parameters(model="mtt"))
    assert set(of_musicnn.tools(of_musicnn.parameters(model="mtt", weights="musicnn.whl"))) == {"torch"}
    with pytest.raises(ValidationError, match="model"):
        of_musicnn.parameters(model="vgg")


def test_weights_that_make_no_numbers_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Loud):
        def tokens(self, clips: np.ndarray) -> np.ndarray:
            return super().tokens(clips) * np.float32("nan")

    monkeypatch.setattr(ears, "open_ear", lambda name, _weights, _model: Broken(name))
    music_tokens._open.cache_clear()
    with pytest.raises(InputError, match="the ear cnnsa made up makes numbers of no size"):
        trial.run(stage.find("ear.cnnsa"), tables("cnnsa"), **set_by("cnnsa", tmp_path))
    music_tokens._open.cache_clear()


def test_where_weights_lie_plays_no_part() -> None:
    for name, parameters in (("cnnsa", {"weights": "a.pth"}), ("musicnn", {"model": "mtt", "weights": "a.whl"})):
        found = stage.find(f"ear.{name}")
        assert found.facts(found.parameters(**parameters)) == found.facts(
            found.parameters(**parameters | {"weights": "elsewhere"})
        )
