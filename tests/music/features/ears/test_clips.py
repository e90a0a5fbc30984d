"""What is heard of a file: 15 s, mono, at 16 kHz, whatever kind of file it is; and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import ItemError
from musicdata.music.features.ears import clips
from musicdata.music.features.ears.clips import load_clip
from musicdata.music.formats import sound_files
from tests.music.features.ears.sounds import RATE_HZ, tone, tune, written

RECORDINGS = Path(__file__).resolve().parents[4] / ".." / "shared" / "data" / "recordings"


def loaded(tmp_path: Path, data: bytes, name: str = "song.wav") -> clips.Clip:
    (tmp_path / name).write_bytes(data)
    return load_clip(tmp_path / name)


def refused(tmp_path: Path, data: bytes, name: str = "song.wav") -> str:
    with pytest.raises(ItemError) as caught:
        loaded(tmp_path, data, name)
    assert caught.value.detail
    return caught.value.reason


def test_a_clip_is_the_first_15_s(tmp_path: Path) -> None:
    sound = np.concatenate([tone(15, freq_hz=300), tone(5, freq_hz=3000)])
    data = written(sound)
    clip = loaded(tmp_path, data)
    assert clip.samples.shape == (240_000,)
    assert clip.samples.dtype == np.float32
    assert np.abs(clip.samples - sound[:240_000]).max() < 1e-4
    assert (clip.seconds, clip.clip_seconds, clip.sample_rate, clip.n_channels) == (20.0, 15.0, RATE_HZ, 1)
    assert (clip.kind, clip.sha256) == ("sound", hashlib.sha256(data).hexdigest())
    assert clip.level_dbfs() == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.02)


def test_its_flac_has_the_samples_that_ears_hear(tmp_path: Path) -> None:
    clip = loaded(tmp_path, written(tone(16)))
    samples, rate_hz, _ = sound_files.decode_flac(clip.flac())
    assert rate_hz == RATE_HZ
    assert np.array_equal(samples / np.float32(32_768), clip.samples)


@pytest.mark.parametrize(
    ("kind", "subtype"), [("WAV", "FLOAT"), ("FLAC", "PCM_24"), ("OGG", "VORBIS"), ("MP3", "MPEG_LAYER_III")]
)
@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_a_file_of_another_rate_sounds_as_high_and_as_long(
    kind: str, subtype: str, rate_hz: int, tmp_path: Path
) -> None:
    clip = loaded(tmp_path, written(tone(16, rate_hz, 1000), rate_hz, kind, subtype), f"song.{kind.lower()}")
    assert (clip.sample_rate, clip.clip_seconds) == (rate_hz, 15.0)
    assert clip.seconds == pytest.approx(16, abs=0.1)
    spectrum = np.abs(np.fft.rfft(clip.samples))
    assert spectrum.argmax() / 15 == pytest.approx(1000, abs=1)
    assert np.sqrt(np.mean(clip.samples**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)


def test_the_mean_of_the_channels_is_heard(tmp_path: Path) -> None:
    left = np.stack([tone(15), np.zeros(240_000, np.float32)], axis=1)
    clip = loaded(tmp_path, written(left))
    assert clip.n_channels == 2
    assert np.abs(clip.samples - tone(15) / 2).max() < 1e-4


def test_what_is_shorter_is_filled_up_with_silence(tmp_path: Path) -> None:
    clip = loaded(tmp_path, written(tone(4)))
    assert (clip.clip_seconds, clip.seconds) == (4.0, 4.0)
    assert clip.pcm[: 4 * RATE_HZ].any()
    assert not clip.pcm[4 * RATE_HZ :].any()
    assert clip.level_dbfs() == pytest.approx(20 * np.log10(0.3 / np.sqrt(2)), abs=0.02)


def test_what_cannot_be_heard_is_refused_with_a_reason(tmp_path: Path) -> None:
    holed = tone(5)
    holed[100] = np.nan
    mp3 = written(tone(5), kind="MP3", subtype="MPEG_LAYER_III")
    assert refused(tmp_path, written(tone(0.5))) == "too_short"
    assert refused(tmp_path, written(np.zeros(160_000, np.float32))) == "silent"
    assert refused(tmp_path, written(holed, subtype="FLOAT")) == "not_finite"
    assert refused(tmp_path, written(np.full(32_000, np.inf, np.float32), subtype="FLOAT")) == "not_finite"
    assert refused(tmp_path, np.random.default_rng(0).bytes(40_000), "song.mp3") == "corrupt"
    assert refused(tmp_path, b"", "song.mp3") == "corrupt"
    assert refused(tmp_path, mp3[:800], "song.mp3") in ("too_short", "corrupt")
    assert refused(tmp_path, b"<html>not found</html>" * 100) == "corrupt"
    assert refused(tmp_path, written(tone(2, level=1e-4))) == "silent"


def test_silence_after_the_clip_and_noise_in_it_are_no_reason(tmp_path: Path) -> None:
    sound = np.concatenate([tone(15.5), np.full(16_000, np.nan, np.float32)])
    assert loaded(tmp_path, written(sound, subtype="FLOAT")).clip_seconds == 15.0


def test_a_file_that_is_cut_off_is_heard_as_far_as_it_goes(tmp_path: Path) -> None:
    data = written(tone(30))
    clip = loaded(tmp_path, data[: len(data) // 3])
    assert clip.clip_seconds == pytest.approx(10, abs=0.01)
    assert clip.seconds == pytest.approx(10, abs=0.01)


def test_a_folder_or_a_large_file_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "song.mp3").mkdir()
    with pytest.raises((ItemError, OSError)):
        load_clip(tmp_path / "song.mp3")
    monkeypatch.setattr(clips, "MAX_BYTES", 1000)
    assert refused(tmp_path, written(tone(2))) == "too_large"


def test_midi_is_played(tmp_path: Path) -> None:
    clip = loaded(tmp_path, tune(20), "song.MID")
    assert (clip.kind, clip.clip_seconds, clip.sample_rate, clip.n_channels) == ("midi", 15.0, RATE_HZ, 1)
    assert clip.seconds == pytest.approx(20, abs=0.1)
    assert -60 < clip.level_dbfs() < -5
    again, short = clips.of_midi([tune(20), tune(3)])
    assert isinstance(again, clips.Clip)
    assert isinstance(short, clips.Clip)
    assert np.array_equal(again.pcm, clip.pcm)
    assert 3 <= short.clip_seconds <= 5.1
    assert not short.pcm[round(short.clip_seconds * RATE_HZ) :].any()


def test_midi_that_plays_nothing_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, b"MThd nothing", "song.mid") == "unreadable_midi"
    assert refused(tmp_path, tune(0), "song.mid") == "no_notes"


def test_real_recordings_are_heard() -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(f"{RECORDINGS} is not on this machine")
    clip = load_clip(RECORDINGS / "ardentryst_castle.ogg")
    assert (clip.sample_rate, clip.n_channels, clip.clip_seconds) == (44_100, 2, 15.0)
    assert clip.seconds == pytest.approx(89.1, abs=0.1)
    assert -30 < clip.level_dbfs() < -5
