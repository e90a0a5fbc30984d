"""Clips of songs from a folder of the user's: every kind of file, every kind of fault, however the work is cut."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.definitions import stage, trial
from musicdata.errors import InputError, SetupError
from musicdata.music.formats import sound_files
from musicdata.music.render import timidity
from tests.music.features.ears.sounds import tone, tune, written
from tests.stages.heard_songs import Tables, songs

STAGE = stage.find("match_audio")
STEREO = np.stack([tone(16, 44_100), np.zeros(16 * 44_100, np.float32)], axis=1)
FILES = {
    "a.wav": written(tone(16)),
    "deep/b.mp3": written(STEREO, 44_100, "MP3", "MPEG_LAYER_III"),
    "c.mid": tune(4),
    "d.mp3": np.random.default_rng(0).bytes(20_000),
    "e.wav": written(np.zeros(48_000, np.float32)),
    "f.wav": written(np.full(32_000, np.nan, np.float32), subtype="FLOAT"),
    "g.wav": written(tone(0.4)),
    "h.mid": b"MThd nothing",
    "j.wav": written(tone(3)),
    "j.flac": written(tone(4), kind="FLAC"),
    "named otherwise.ogg": written(tone(3), kind="OGG", subtype="VORBIS"),
    "nobodys.wav": written(tone(2)),
}
IDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("audio")
    for name, data in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)
    return root


def tables() -> Tables:
    return songs(IDS, names={"k": "named otherwise.ogg"})


@pytest.fixture(scope="module")
def matched(folder: Path) -> trial.Trial:
    return trial.run(STAGE, tables(), audio=str(folder))


def test_a_song_whose_file_can_be_heard_has_a_clip(matched: trial.Trial) -> None:
    rows = {row["sample_id"]: row for row in matched.rows("song_audio")}
    assert list(rows) == ["a", "b", "c", "k"]
    for sample_id, row in rows.items():
        samples, rate_hz, _ = sound_files.decode_flac(row["clip"]["bytes"])
        assert (len(samples), rate_hz) == (240_000, 16_000)
        assert row["clip"]["path"] == f"{sample_id}.flac"
        assert -40 < row["level_dbfs"] < -5
    facts = ("split", "kind", "clip_seconds", "sample_rate_given", "n_channels")
    assert [rows["a"][fact] for fact in facts] == ["train", "sound", 15.0, 16_000, 1]
    assert [rows["b"][fact] for fact in facts] == ["train", "sound", 15.0, 44_100, 2]
    assert rows["c"]["kind"] == "midi"
    assert 4 <= rows["c"]["clip_seconds"] <= 6.1
    assert [rows["k"][fact] for fact in facts[:2]] == ["valid", "sound"]
    assert rows["k"]["clip_seconds"] == pytest.approx(3, abs=0.01)
    assert rows["b"]["audio_sha256"] == hashlib.sha256(FILES["deep/b.mp3"]).hexdigest()
    assert rows["a"]["level_dbfs"] - rows["b"]["level_dbfs"] == pytest.approx(6.02, abs=0.5)


def test_every_other_song_is_a_reject_with_its_reason(matched: trial.Trial) -> None:
    assert {reject.key: reject.reason for reject in matched.rejects} == {
        "d": "corrupt", "e": "silent", "f": "not_finite", "g": "too_short", "h": "unreadable_midi", "i": "no_audio",
        "j": "several_files",
    }  # fmt: skip
    assert all(reject.detail for reject in matched.rejects)


def test_rows_are_the_same_however_the_work_is_cut(
    matched: trial.Trial, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "2")
    assert STAGE.cut is not None
    assert len(list(STAGE.cut(STAGE.parameters(audio=str(folder)), inputs(tables())))) > 3
    again = trial.run(STAGE, tables(), audio=str(folder))
    assert again.tables == matched.tables
    assert again.rejects == matched.rejects


def inputs(rows: Tables) -> Any:
    return trial._Inputs({name: trial._table(name, of_table) for name, of_table in rows.items()})


def test_a_shard_changes_with_its_own_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    for name in "abcdef":
        (tmp_path / f"{name}.wav").write_bytes(name.encode())

    def digests() -> dict[str, str]:
        assert STAGE.cut is not None
        shards = STAGE.cut(STAGE.parameters(audio=str(tmp_path)), inputs(songs("abcdef")))
        return {shard.first: shard.digest for shard in shards}

    before, source = digests(), STAGE.source_digest
    assert source is not None
    content = source(STAGE.parameters(audio=str(tmp_path)))
    assert len(before) > 2
    (tmp_path / "f.wav").write_bytes(b"other")
    after = digests()
    assert {first for first in before if before[first] != after[first]} == {max(before)}
    assert source(STAGE.parameters(audio=str(tmp_path))) != content


def test_without_a_folder_there_are_no_rows_and_no_rejects() -> None:
    made = trial.run(STAGE, tables())
    assert len(made.tables["song_audio"]) == 0
    assert made.rejects == []
    assert STAGE.tools(STAGE.parameters()) == {}
    assert STAGE.source_digest is not None
    assert STAGE.source_digest(STAGE.parameters()) == ""
    assert STAGE.expect is not None
    assert STAGE.expect(STAGE.parameters(), {"interpretation_samples": 9}).rows == {"song_audio": 0}


def test_where_the_folder_lies_plays_no_part(folder: Path) -> None:
    assert STAGE.facts(STAGE.parameters(audio=str(folder))) == STAGE.facts(STAGE.parameters(audio="/elsewhere"))


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        trial.run(STAGE, tables(), audio=str(tmp_path / "nowhere"))


def test_a_file_that_changes_while_it_is_read_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(FILES["a.wav"])

    def changing(parameters: Any, read: Any, place: Path) -> None:
        assert STAGE.prepare is not None
        STAGE.prepare(parameters, read, place)
        (tmp_path / "a.wav").write_bytes(FILES["j.wav"])

    with pytest.raises(InputError, match=r"a\.wav changed while it was being read"):
        trial.run(replace(STAGE, prepare=changing), songs(["a"]), audio=str(tmp_path))


def test_timidity_is_needed_for_midi_only(tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.wav").write_bytes(FILES["a.wav"])
    assert set(STAGE.tools(STAGE.parameters(audio=str(tmp_path)))) == {"libsndfile", "soxr"}
    assert set(STAGE.tools(STAGE.parameters(audio=str(folder)))) == {"libsndfile", "soxr", "TiMidity++", "soundfont"}

    def missing() -> str:
        raise SetupError("TiMidity++ is missing: apt-get install timidity")

    monkeypatch.setattr(timidity, "version", missing)
    with pytest.raises(SetupError, match=r"apt-get install timidity.*holds MIDI files, which it plays"):
        STAGE.tools(STAGE.parameters(audio=str(folder)))


def test_plans_count_the_files(folder: Path) -> None:
    assert STAGE.expect is not None
    expected = STAGE.expect(STAGE.parameters(audio=str(folder)), {"interpretation_samples": 5})
    assert expected.items == 5
    assert expected.rows == {"song_audio": 5}
    assert expected.files == {".flac": 1, ".mid": 2, ".mp3": 2, ".ogg": 1, ".wav": 6}


def test_the_remark_says_how_many_songs_are_heard(matched: trial.Trial) -> None:
    assert STAGE.remark is not None
    read: Any = trial._Inputs(inputs(tables()).tables | matched.tables)
    remark = STAGE.remark(STAGE.parameters(audio="audio"), read)
    assert remark is not None
    assert remark.facts == {"songs": 11, "with_audio": 4}
    assert remark.text == "4 of 11 songs have audio; the others' words stay"
    assert STAGE.remark(STAGE.parameters(), read) is None
