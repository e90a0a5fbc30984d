"""musicnn with its published weights: TensorFlow's numbers, the tags of real music, and what is refused."""

from __future__ import annotations

import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import InputError, IntegrityError, SetupError, UsageError
from musicdata.music.features.ears import front_end, load_clip, musicnn, open_ear
from musicdata.music.features.ears.musicnn import Musicnn
from musicdata.music.features.ears.musicnn_tags import TAGS
from tests.music.features.ears.sounds import tone

RECORDINGS = Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "recordings"

# What TensorFlow 2.15.1 gives for the unchanged package and two patches of 4 * numpy.random.default_rng(0).random():
# numbers 0, 17, 42, 99, 150 and 199 of the last hidden layer, and the first five tags.
OF_TENSORFLOW = {
    "mtt": (
        [
            [0.140616, -0.154325, 0.362362, 0.171921, -0.055188, -0.153405],
            [-0.079952, -0.078972, 0.166333, 0.206792, -0.055188, -0.153405],
        ],
        [[0.0001061, 0.0006308, 9.87e-05, 0.278403, 0.0044048], [6.65e-05, 0.0007463, 8.37e-05, 0.345612, 0.0049951]],
    ),
    "msd": (
        [
            [-0.029847, 1.983903, -0.28197, 1.864707, -0.280518, -0.293425],
            [0.20087, 1.911225, -0.28197, 1.914979, -0.280518, -0.293425],
        ],
        [
            [0.0270633, 0.0099725, 0.0151801, 0.0002392, 0.0453801],
            [0.0216132, 0.0204892, 0.0143324, 0.0002321, 0.055771],
        ],
    ),
}


def opened(model: str) -> Musicnn:
    try:
        distribution("musicnn")
    except PackageNotFoundError:
        pytest.skip(f"musicnn is not installed: {musicnn.INSTALL}")
    return Musicnn.opened(model)


@pytest.mark.parametrize("model", ["mtt", "msd"])
def test_the_numbers_are_tensorflows(model: str) -> None:
    patches = (np.random.default_rng(0).random((2, 187, 96)) * 4).astype(np.float32)
    tokens, logits = opened(model).hear(patches)
    expected, tags = OF_TENSORFLOW[model]
    assert np.abs(tokens.numpy()[:, [0, 17, 42, 99, 150, 199]] - expected).max() < 1e-5
    assert np.abs(1 / (1 + np.exp(-logits.numpy()[:, :5])) - tags).max() < 1e-6


def test_real_music_has_the_tags_that_its_names_promise() -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"{RECORDINGS} is not on this machine")
    ear = opened("mtt")
    for name, expected in (
        ("ardentryst_castle", {"guitar", "slow", "strings"}),
        ("parsec47_ptn0", {"fast", "techno", "rock", "drums"}),
        ("ardentryst_Snodom", {"electronic", "techno", "ambient", "synth"}),
    ):
        probable = ear.probabilities(load_clip(RECORDINGS / f"{name}.ogg").samples[None])[0]
        assert {ear.tags[number] for number in probable.argsort()[-len(expected) :]} == expected


def test_a_clip_is_nine_patches_of_three_seconds() -> None:
    clip = np.concatenate([tone(7.5), np.zeros(120_000, np.float32)])
    patches = musicnn.patches(clip)
    assert patches.shape == (9, 187, 96)
    levels = musicnn.frames(clip)
    assert levels.shape == (front_end.N_FRAMES, 96)
    assert np.array_equal(patches[8], levels[744:931])
    assert not patches[8].any()
    assert patches[0].any()
    assert opened("mtt").tokens(clip[None]).shape == (1, 9, 200)


def test_levels_are_those_of_half_precision_where_it_has_them() -> None:
    clip = tone(15, level=0.05) + tone(15, freq_hz=2000, level=0.9)
    levels = musicnn.frames(clip)
    # Band, power, and what the package makes of it, of frame 400, by librosa 0.11 with mirrored ends and numpy.
    for band, power, package in (
        (5, 0.0, 0.0), (10, 1.1486882e-05, 0.04736328), (11, 0.00016274, 0.41943359), (12, 0.2391921, 3.37890625),
        (53, 210.57489, np.inf), (54, 12.543891, np.inf),
    ):  # fmt: skip
        # Loud music has bands for which half precision has no number.
        expected = package if np.isfinite(package) else np.log10(10_000 * power + 1)
        assert levels[400, band] == pytest.approx(expected, abs=2e-3)
    assert np.isfinite(levels).all()
    assert levels[400, 12] == np.float16(levels[400, 12])


def test_a_wheel_holds_the_same_weights(tmp_path: Path) -> None:
    installed = opened("mtt")
    wheel = tmp_path / "musicnn-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in musicnn._members("mtt"):
            archive.write(str(distribution("musicnn").locate_file(name)), name)
    ear = open_ear("musicnn", wheel)
    assert ear.facts == installed.facts
    assert ear.facts.weights_sha256.startswith("041f3935e981a65c")
    with pytest.raises(InputError, match=r"is not the wheel of musicnn 0\.1\.0 .*MSD_musicnn"):
        open_ear("musicnn", wheel, "msd")


def test_other_weights_are_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "musicnn.whl"
    index, numbers = musicnn._members("mtt")
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(index, b"table")
        archive.writestr(numbers, b"numbers")
    with pytest.raises(
        IntegrityError, match=r"weights mtt of musicnn have sha256 .*pip install --no-deps musicnn==0\.1\.0"
    ):
        open_ear("musicnn", wheel)
    wheel.write_bytes(b"no wheel")
    for path in (wheel, tmp_path / "none.whl"):
        with pytest.raises(InputError, match=r"is not the wheel of musicnn 0\.1\.0"):
            open_ear("musicnn", path)
    with pytest.raises(UsageError, match="musicnn has no model 'vgg'; there are mtt, msd"):
        open_ear("musicnn", None, "vgg")


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(musicnn, "distribution", missing)
    with pytest.raises(SetupError, match=r"not installed: pip install --no-deps musicnn==0\.1\.0"):
        open_ear("musicnn")


def test_the_tags_are_fifty_each() -> None:
    assert {model: len(set(tags)) for model, tags in TAGS.items()} == {"mtt": 50, "msd": 50}
