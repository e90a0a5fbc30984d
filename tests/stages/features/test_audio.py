"""The features of sounds: log-mel bands of each note, and VGGish with weights of the user's own."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import musicdata
from musicdata.definitions.recipe import load
from musicdata.errors import RecipeError, SetupError
from tests.music.features.weights import write_weights
from tests.songs import write_song
from tests.stages.reading import column, vectors
from tests.trees import workspace_digests


def test_the_vectors_of_a_sample_stack_to_the_paper_s_shape(built: Path) -> None:
    assert vectors(built, "features_audio").reshape(-1, 20, 128).shape == (20, 20, 128)


def test_the_sound_of_a_note_has_its_pitch(built: Path) -> None:
    """The level at the fundamental is near the top of the spectrum, for every note long enough to settle."""
    import librosa

    centres_hz = librosa.mel_frequencies(130, fmin=30, fmax=8000)[1:-1]
    levels_db, pitch = vectors(built, "features_audio"), column(built, "alignment", "pitch")
    band = np.abs(centres_hz - 440 * 2 ** ((pitch[:, None] - 69) / 12)).argmin(axis=1)
    assert (np.take_along_axis(levels_db, band[:, None], 1)[:, 0] > levels_db.max(axis=1) - 12).mean() > 0.95


def test_a_parameter_rebuilds_its_own_table_only(copied: Path, songs: Path) -> None:
    work = musicdata.build(
        "musictm", input=songs, work=copied, overrides=["features_audio.hop_length=1024"], change=True
    )
    assert [(report.stage, report.reasons) for report in work.stages if report.built] == [
        ("features_audio", ("hop_length 512 → 1024",))
    ]
    assert json.loads(column(copied, "features_audio", "parameters")[0])["hop_length"] == 1024


def test_bands_beyond_the_sound_are_refused_with_the_highest_there_may_be(copied: Path, songs: Path) -> None:
    before = workspace_digests(copied), (copied / "recipe.toml").read_bytes(), (copied / "run.json").read_bytes()
    with pytest.raises(RecipeError, match="at most 11025"):
        musicdata.build("musictm", input=songs, work=copied, overrides=["features_audio.fmax_hz=16000"], change=True)
    after = workspace_digests(copied), (copied / "recipe.toml").read_bytes(), (copied / "run.json").read_bytes()
    assert after == before  # though it was found out late, by a worker


@pytest.mark.long
def test_vggish_takes_a_file_of_weights_whose_bytes_count_and_whose_place_does_not(tmp_path: Path) -> None:
    song = write_song(tmp_path / "songs" / "one.csv", 0)
    weights = write_weights(tmp_path / "vggish.safetensors", seed=1)
    options = ["window.notes=4", "window.windows_per_song=1", "features_audio.extractor=vggish"]

    def build(path: Path) -> musicdata.Work:
        return musicdata.build(
            "musictm", input=song.parent, work=tmp_path / "w", overrides=[*options, f"features_audio.weights={path}"]
        )

    root = build(weights).root
    first = vectors(root, "features_audio")
    assert first.shape == (4, 128)
    assert len(np.unique(first, axis=0)) == 4
    assert "weights_sha256" in json.loads(column(root, "features_audio", "parameters")[0])
    moved = weights.rename(tmp_path / "elsewhere.safetensors")
    assert not any(report.built for report in build(moved).stages)
    write_weights(moved, seed=2)
    reports = {report.stage: report for report in build(moved).stages if report.built}
    assert list(reports) == ["features_audio"]
    assert "VGGish weights" in reports["features_audio"].reasons[0]
    assert not np.allclose(vectors(root, "features_audio"), first)


def test_vggish_without_its_file_says_what_is_missing(copied: Path, songs: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="extractor vggish goes with weights"):
        load("musictm", ["features_audio.extractor=vggish"])
    options = ["features_audio.extractor=vggish", f"features_audio.weights={tmp_path / 'none.safetensors'}"]
    with pytest.raises(SetupError, match=r"there is no file .*none.safetensors"):
        musicdata.build("musictm", input=songs, work=copied, overrides=options, change=True)
