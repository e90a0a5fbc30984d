from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from musicdata.errors import FormatError
from musicdata.music.formats import sound_files
from musicdata.music.formats.sound_files import RATE_HZ
from musicdata.sources.videos import clips
from musicdata.sources.videos.clips import Clip, Origin, Wanted
from tests.tunes import found_at, tune, write

RATE = RATE_HZ
LONG = tune(5, 10.0, RATE)


def cut(folder: Path, samples: NDArray[np.float32], wanted: Wanted) -> Clip:
    path = write(samples, folder / "media.flac", rate_hz=RATE)
    return clips.read(clips.cut(path, folder, wanted), wanted.clip_s)


@pytest.mark.parametrize(
    ("wanted", "start_s"),
    [
        (Wanted(4.0), 3.0),
        (Wanted(4.0, duration_s=10.0), 3.0),
        (Wanted(4.0, duration_s=11.0), 3.5),
        (Wanted(4.0, place=0.0), 0.0),
        (Wanted(4.0, place=1.0, duration_s=12.0), 6.0),
        (Wanted(4.0, start_s=1.25), 1.25),
        (Wanted(10.0, duration_s=10.0), 0.0),
    ],
)
def test_the_clip_begins_where_it_says(tmp_path: Path, wanted: Wanted, start_s: float) -> None:
    clip = cut(tmp_path, LONG, wanted)
    assert clip.origin == Origin(start_s, 10.0, 0, "whole")
    assert found_at(clip.samples, LONG)[0] == round(start_s * RATE)
    assert len(clip.samples) == round(wanted.clip_s * RATE)


def test_thirty_seconds_are_661500_samples(tmp_path: Path) -> None:
    assert len(cut(tmp_path, tune(6, 31.0, RATE), Wanted(30.0)).samples) == 661_500


def test_a_little_that_is_missing_is_silence_and_counted(tmp_path: Path) -> None:
    clip = cut(tmp_path, LONG[: -round(0.09 * RATE)], Wanted(10.0))
    assert clip.origin.n_padded == round(0.09 * RATE)
    assert not clip.samples[-clip.origin.n_padded :].any()


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (Wanted(10.2), "too_short"),
        (Wanted(4.0, start_s=7.0), "too_short"),
        (Wanted(4.0, start_s=70.0), "too_short"),
        (Wanted(4.0, duration_s=13.5), "wrong_length"),
        (Wanted(4.0, duration_s=6.5), "wrong_length"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, wanted: Wanted, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        cut(tmp_path, LONG, wanted)
    assert caught.value.reason == reason


def test_silence_is_no_clip(tmp_path: Path) -> None:
    quiet = LONG.copy()
    quiet[3 * RATE : 7 * RATE] = 0.0005
    with pytest.raises(FormatError, match="silent"):
        cut(tmp_path, quiet, Wanted(4.0))
    assert cut(tmp_path, quiet, Wanted(4.0, place=0.0)).peak_dbfs() > -30


def test_the_facts_of_a_clip_do_not_depend_on_its_file() -> None:
    samples = sound_files.quantised(LONG)
    told = [clips.read(sound_files.encode_flac(samples, RATE, text), 10.0) for text in (ORIGIN, ORIGIN + " ")]
    assert told[0].pcm_sha256() == told[1].pcm_sha256()
    assert told[0].peak_dbfs() == pytest.approx(20 * np.log10(np.abs(LONG).max()), abs=0.01)
    assert Clip(np.full(9, -32_768, np.int16), told[0].origin).peak_dbfs() == 0.0


ORIGIN = '{"duration_s": 10.0, "fetch": "whole", "n_padded": 0, "start_s": 0.0}'


@pytest.mark.parametrize(
    ("comment", "reason"), [("", "not_a_clip"), ("{}", "not_a_clip"), ("[1]", "not_a_clip"), ("5", "not_a_clip")]
)
def test_another_file_is_no_clip(comment: str, reason: str) -> None:
    flac = sound_files.encode_flac(sound_files.quantised(LONG), RATE, comment)
    with pytest.raises(FormatError, match=reason):
        clips.read(flac, 10.0)
    with pytest.raises(FormatError, match="wrong_length"):
        clips.read(sound_files.encode_flac(sound_files.quantised(LONG), RATE, ORIGIN), 4.0)


@given(st.floats(1, 600), st.floats(0, 1), st.none() | st.floats(0, 5000), st.booleans())
def test_a_clip_lies_inside_its_video(clip_s: float, place: float, duration_s: float | None, section: bool) -> None:
    wanted = Wanted(clip_s, place=place, duration_s=duration_s, section=section)
    begin_s = wanted.begin_s(duration_s or 0.0)
    assert 0 <= begin_s <= max(0.0, (duration_s or 0.0) - clip_s)
    assert (wanted.range_s() is None) == (not section or duration_s is None)
