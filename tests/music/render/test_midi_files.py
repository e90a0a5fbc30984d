"""MIDI files of others, played by the real TiMidity++."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata.errors import RenderError, SetupError
from musicdata.music.render import midi_files, timidity
from musicdata.music.render.midi_files import Played
from tests.music.features.ears.sounds import tune
from tests.music.formats.midi_bytes import END, event, raw

RATE_HZ = 16_000


def play(*files: bytes) -> list[Played | RenderError]:
    return midi_files.play(files, seconds=5, sample_rate=RATE_HZ)


def sound(played: Played | RenderError) -> np.ndarray:
    assert isinstance(played, Played), played
    return played.samples.astype(np.float64)


def test_a_file_sounds_the_same_alone_and_among_others() -> None:
    files = [tune(3), tune(3, program=40), tune(3, program=73, beat_s=0.3)]
    together = play(*files)
    for file, played in zip(files, together, strict=True):
        assert np.array_equal(sound(play(file)[0]), sound(played))
    assert not np.array_equal(sound(together[0]), sound(together[1]))


def test_a_note_sounds_at_its_pitch_and_as_long() -> None:
    (played,) = play(tune(2, program=73, beat_s=2.0, pitches=(69,)))
    heard = sound(played)
    spectrum = np.abs(np.fft.rfft(heard[: 2 * RATE_HZ]))
    assert spectrum.argmax() / 2 == pytest.approx(440, abs=6)
    assert isinstance(played, Played)
    assert played.end_s == pytest.approx(2, abs=0.01)
    assert np.abs(heard[: 2 * RATE_HZ]).mean() > 20 * np.abs(heard[3 * RATE_HZ :]).mean()


def test_no_more_is_played_than_is_asked_for() -> None:
    (played,) = play(tune(60))
    assert isinstance(played, Played)
    assert played.end_s == 5
    assert played.seconds == pytest.approx(60, abs=0.1)
    assert len(played.samples) <= (5 + timidity.LONGEST_RELEASE_S) * RATE_HZ


def test_drums_sound() -> None:
    drum = b"".join(event(0, bytes([0x99, 38, 100])) + event(480, bytes([0x89, 38, 0])) for _ in range(4))
    (played,) = play(raw(drum + END))
    assert np.abs(sound(played)).max() > 500


def test_one_that_cannot_be_played_spoils_no_other() -> None:
    broken, whole = play(b"MThd nothing", tune(2))
    assert isinstance(broken, RenderError)
    assert broken.reason == "unreadable_midi"
    assert np.array_equal(sound(whole), sound(play(tune(2))[0]))
    assert play() == []


def test_without_timidity_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SetupError, match="TiMidity\\+\\+ is missing: apt-get install timidity"):
        play(tune(1))
