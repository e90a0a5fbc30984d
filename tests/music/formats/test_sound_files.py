from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from musicdata.errors import FormatError, SetupError
from musicdata.music.formats import sound_files
from musicdata.music.formats.sound_files import RATE_HZ
from musicdata.system import processes
from tests.tunes import found_at, tune, write

TUNE = tune(1, 3.0)


@pytest.mark.parametrize("kind", ["flac", "ogg", "mp3", "m4a", "webm"])
def test_the_same_sound_comes_out_of_every_container(tmp_path: Path, kind: str) -> None:
    path = write(np.stack([TUNE, TUNE], axis=1), tmp_path / f"tune.{kind}").rename(tmp_path / "no-name")
    found = sound_files.read(path, tmp_path)
    wanted = sound_files.resample(TUNE, 44_100)
    assert found.dtype == np.float32
    assert abs(len(found) - 3 * RATE_HZ) < 0.1 * RATE_HZ
    start, correlation = found_at(found[RATE_HZ : 2 * RATE_HZ], wanted)
    assert abs(start - RATE_HZ) < 0.06 * RATE_HZ, "codecs begin some milliseconds early or late"
    assert correlation > 0.97


def test_reading_twice_gives_the_same_samples(tmp_path: Path) -> None:
    path = write(TUNE, tmp_path / "tune.m4a")
    assert np.array_equal(sound_files.read(path, tmp_path), sound_files.read(path, tmp_path))


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    path = write(TUNE, tmp_path / "tune.webm")
    sound_files.read(path, tmp_path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"<!doctype html><html><body>Not found</body></html>",
        bytes(range(256)) * 64,
        b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"RIFF\x00\x00\x00\x00WAVE",
        b"fLaC" + bytes(64),
        b"OggS" + bytes(200),
    ],
    ids=["empty", "html", "noise", "playlist", "concat", "wav-head", "flac-head", "ogg-head"],
)
def test_what_is_no_sound_is_refused(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "media"
    path.write_bytes(junk)
    with pytest.raises(FormatError) as caught:
        sound_files.read(path, tmp_path)
    assert caught.value.reason in ("not_sound", "no_sound")


def test_a_video_without_sound_is_refused(tmp_path: Path) -> None:
    picture = ["-f", "lavfi", "-i", "color=size=32x32:rate=5:duration=1", "-c:v", "mpeg4", "silent.mp4"]
    done = processes.run([str(sound_files.ffmpeg()), "-nostdin", "-v", "error", *picture], cwd=tmp_path, deadline_s=30)
    assert done.returncode == 0, done.stderr
    with pytest.raises(FormatError, match="not_sound"):
        sound_files.read(tmp_path / "silent.mp4", tmp_path)


def test_a_file_broken_off_is_refused_or_shorter(tmp_path: Path) -> None:
    path = tmp_path / "media"
    for kind in ("flac", "ogg", "mp3", "webm"):
        whole = write(TUNE, tmp_path / f"tune.{kind}").read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        n_samples = 0
        with contextlib.suppress(FormatError):
            n_samples = len(sound_files.read(path, tmp_path))
        assert n_samples < 2 * RATE_HZ, kind
    path.write_bytes(write(TUNE, tmp_path / "tune.m4a").read_bytes()[:-2000])
    with pytest.raises(FormatError, match="not_sound"):
        sound_files.read(path, tmp_path)


def test_too_much_sound_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    for kind in ("flac", "m4a"):
        path = write(TUNE, tmp_path / f"tune.{kind}")
        with pytest.raises(FormatError, match="too_long"):
            sound_files.read(path, tmp_path, longest_s=1.0)


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "nan.wav", np.array([0.1, np.nan, 0.2], np.float32), 22_050, subtype="FLOAT")
    with pytest.raises(FormatError, match="broken_sound"):
        sound_files.read(tmp_path / "nan.wav", tmp_path)


def test_flac_keeps_samples_and_comment() -> None:
    samples = sound_files.quantised(TUNE)
    once, again = (sound_files.encode_flac(samples, 44_100, '{"a": 1}') for _ in range(2))
    found, rate_hz, comment = sound_files.decode_flac(once)
    assert once == again
    assert np.array_equal(found, samples)
    assert (rate_hz, comment) == (44_100, '{"a": 1}')


def test_what_is_louder_than_full_scale_is_cut_off() -> None:
    loud = np.array([-2.0, -1.0, 0.0, 1.0, 2.0], np.float32)
    assert sound_files.quantised(loud).tolist() == [-32_768, -32_768, 0, 32_767, 32_767]


def test_another_file_is_no_flac(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="not_flac"):
        sound_files.decode_flac(write(TUNE, tmp_path / "tune.ogg").read_bytes())


def test_a_missing_ffmpeg_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(TUNE, tmp_path / "tune.m4a")
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[crawl\]'"):
        sound_files.read(path, tmp_path)


def test_only_the_beginning_is_read() -> None:
    sound = np.arange(40_000, dtype=np.int16).reshape(20_000, 2)
    out = io.BytesIO()
    soundfile.write(out, sound, 8000, format="WAV", subtype="PCM_16")
    beginning = sound_files.read_beginning(out.getvalue(), 0.5)
    assert (beginning.rate_hz, beginning.n_channels, beginning.seconds) == (8000, 2, 2.5)
    assert np.array_equal(beginning.samples, sound[:4000].mean(axis=1, dtype=np.float32) / 32_768)
    assert len(sound_files.read_beginning(out.getvalue(), 99).samples) == 20_000


def test_a_length_that_cannot_be_is_not_believed() -> None:
    out = io.BytesIO()
    soundfile.write(out, np.arange(8000, dtype=np.int16), 8000, format="WAV", subtype="PCM_16")
    streamed = out.getvalue().replace(b"data" + (16_000).to_bytes(4, "little"), b"data" + b"\xff" * 4)
    assert streamed != out.getvalue()
    beginning = sound_files.read_beginning(streamed, 9)
    assert (beginning.seconds, len(beginning.samples)) == (1, 8000)
    flac = bytearray(sound_files.encode_flac(np.arange(8000, dtype=np.int16), 8000))
    assert sound_files.read_beginning(bytes(flac), 9).seconds == 1
    flac[21] |= 0x0F  # the four highest bits of the number of samples, in the block that describes the stream
    with pytest.raises(FormatError, match="corrupt"):
        sound_files.read_beginning(bytes(flac), 9)


@pytest.mark.parametrize(("data", "reason"), [(b"", "corrupt"), (b"no sound at all" * 20, "corrupt")])
def test_a_beginning_that_cannot_be_read_says_the_same_every_time(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError) as first:
        sound_files.read_beginning(data, 1)
    with pytest.raises(FormatError) as second:
        sound_files.read_beginning(bytes(bytearray(data)), 1)
    assert first.value.reason == reason
    assert str(first.value) == str(second.value)
    assert "0x" not in str(first.value)
