import os
from pathlib import Path

import numpy as np
import pytest
from scipy.signal import find_peaks

from musicdata.errors import RenderError, SetupError
from musicdata.music.render import midi, timidity
from musicdata.music.render.timidity import Clip, ClipNote, Sound
from musicdata.system import processes
from tests.music.render.melodies import clip, samples

CLIPS = [clip(seed, first_s=seed * 0.3) for seed in range(6)]


@pytest.fixture(scope="module")
def played() -> list[Sound | RenderError]:
    return timidity.render(CLIPS)


def reason(result: Sound | RenderError) -> str:
    return result.reason if isinstance(result, RenderError) else "played"


def test_same_bytes_again_alone_and_in_company(played: list[Sound | RenderError]) -> None:
    assert timidity.render(CLIPS) == played
    assert timidity.render(CLIPS[4:5]) == played[4:5]


def test_length_loudness_and_name(played: list[Sound | RenderError]) -> None:
    for wanted, sound in zip(CLIPS, played, strict=True):
        assert isinstance(sound, Sound)
        assert sound.name == wanted.name
        assert sound.n_samples / sound.sample_rate == pytest.approx(wanted.notes[-1].offset_s + 2, abs=0.02)
        assert -9 < sound.peak_dbfs < -4
        peak = np.abs(samples(sound)).max()
        assert 20 * np.log10(peak) == pytest.approx(sound.peak_dbfs, abs=0.01)


def test_silence_before_the_first_onset_to_the_sample(played: list[Sound | RenderError]) -> None:
    for wanted, sound in zip(CLIPS, played, strict=True):
        heard = samples(sound)
        begin = int(np.flatnonzero(heard)[0])
        late_s = 0.0073 if wanted.notes[0].pitch in range(65, 70) else 0.0006
        assert 0 <= begin / 22_050 - wanted.notes[0].onset_s <= late_s


def test_librosa_finds_the_onsets_where_the_notes_begin(played: list[Sound | RenderError]) -> None:
    from librosa.onset import onset_strength  # peaks are picked by scipy: librosa does it by numba, which dies at times

    errors_s: list[float] = []
    for wanted, sound in zip(CLIPS, played, strict=True):
        strength = onset_strength(y=samples(sound), sr=22_050, hop_length=64)
        peaks, _ = find_peaks(strength, height=0.1 * strength.max(), distance=10)
        found = peaks * 64 / 22_050
        errors_s += [np.abs(found - note.onset_s).min() for note in wanted.notes]
    assert np.median(errors_s) < 0.012
    assert np.percentile(errors_s, 95) < 0.03


@pytest.mark.parametrize("pitch", [45, 57, 60, 69, 81])
def test_pitch_sounds_at_its_frequency(pitch: int) -> None:
    (sound,) = timidity.render([Clip("a", [ClipNote(pitch, 0.5, 2.5)])])
    heard = samples(sound)[int(0.6 * 22_050) : int(2.4 * 22_050)]
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)), 1 << 18))
    freq_hz = np.fft.rfftfreq(1 << 18, 1 / 22_050)
    f0_hz = 440 * 2 ** ((pitch - 69) / 12)
    near = np.abs(freq_hz - f0_hz) < f0_hz * 0.03
    assert freq_hz[near][spectrum[near].argmax()] == pytest.approx(f0_hz, rel=0.006)
    assert spectrum[near].max() > 0.1 * spectrum.max()
    below = (freq_hz > 20) & (freq_hz < 0.9 * f0_hz)
    assert spectrum[below].max() < 0.1 * spectrum[near].max()


@pytest.mark.parametrize("sample_rate", [16_000, 44_100])
def test_other_sample_rates(sample_rate: int) -> None:
    (sound,) = timidity.render(CLIPS[1:2], sample_rate=sample_rate)
    assert isinstance(sound, Sound)
    assert sound.sample_rate == sample_rate
    assert np.flatnonzero(samples(sound))[0] / sample_rate == pytest.approx(0.3, abs=0.51)


def test_repeated_note_is_struck_again() -> None:
    (sound,) = timidity.render([Clip("a", [ClipNote(60, 0, 0.5), ClipNote(60, 0.5, 1.0)])])
    heard = np.abs(samples(sound))
    before, after = heard[10_000:11_000].max(), heard[11_025:13_000].max()
    assert after > 1.5 * before


@pytest.mark.parametrize(
    "notes", [[], [ClipNote(60, 1, 1)], [ClipNote(60, -1, 1)], [ClipNote(128, 0, 1)], [ClipNote(60, 0, 9e9)]]
)
def test_notes_that_cannot_be_played_harm_no_other_clip(notes: list[ClipNote]) -> None:
    results = timidity.render([CLIPS[0], Clip("bad", notes), CLIPS[0]])
    assert [reason(result) for result in results] == ["played", "bad_note", "played"]


def test_too_loud_is_a_reject() -> None:
    assert reason(timidity.render(CLIPS[:1], amplification=800, velocity=127)[0]) == "clipped"


def test_too_soft_is_a_reject() -> None:
    assert reason(timidity.render(CLIPS[:1], amplification=1, velocity=1)[0]) == "silent"


def spoil(take: midi.Take, data: bytes) -> midi.Take:
    return midi.Take(take.name, data, take.begin_s, take.end_s)


def test_broken_midi_never_becomes_a_sound() -> None:
    good = midi.write(CLIPS[0])
    late = midi.write(Clip("late", [ClipNote(n.pitch, n.onset_s + 0.1, n.offset_s) for n in CLIPS[0].notes]))
    player = timidity._Player(timidity.program(), timidity.soundfont(), 0, 22_050, timidity.AMPLIFICATION, None, None)
    spoiled = [
        b"",
        b"garbage" * 50,
        good.midi[: len(good.midi) // 2],
        late.midi,
        good.midi.replace(b"\x90", b"\xa0"),
    ]
    results = [player.play([spoil(good, data)])[0] for data in spoiled]
    assert [reason(result) for result in results] == [
        "timidity_error",
        "timidity_error",
        "timidity_error",
        "wrong_onset",
        "wrong_length",
    ]
    assert reason(player.play([good])[0]) == "played"
    company = player.play([good, spoil(good, b"garbage"), good])
    assert [reason(result) for result in company] == ["played", "timidity_error", "played"]


def test_program_stopped_by_a_limit_harms_only_the_clip_at_fault(tmp_path: Path) -> None:
    long = Clip("long", [ClipNote(60, 0, 60)])
    limits = processes.Limits(file_bytes=2_000_000)
    results = timidity.render([CLIPS[0], long, CLIPS[0]], limits=limits, scratch=tmp_path)
    assert reason(results[1]) in {"timidity_error", "wrong_length", "no_audio"}
    assert [reason(result) for result in results[::2]] == ["played", "played"]
    assert not list(tmp_path.iterdir())


def test_missing_timidity_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupError, match="apt-get install timidity"):
        timidity.render(CLIPS[:1])


def test_version_is_told() -> None:
    assert timidity.version()[0].isdigit()


@pytest.mark.parametrize("pitch", [94, 108, 127])
def test_strings_without_a_damper_are_cut_with_a_fade(pitch: int) -> None:
    sound = timidity.render([Clip("high", [ClipNote(pitch, 0.5, 1.5)])])[0]
    assert isinstance(sound, Sound)
    assert sound.n_samples == round(3.5 * 22_050)
    assert np.abs(samples(sound)[-20:]).max() < 0.001


SYSTEM = {
    "lacks its soundfont": "echo '/etc/timidity/fluidr3_gm.cfg: No such file or directory' >&2",
    "names another piano": """printf 'bank 0\\n0 %%font piano.sf2 0 0 amp=20 pan=left\\n' > system.cfg""",
    "sets other options": "printf 'opt EFresamp=d\\nopt EFreverb=g,42\\nopt p4a\\n' > system.cfg",
}


@pytest.mark.parametrize("system", SYSTEM)
def test_the_systems_own_configuration_changes_nothing(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, played: list[Sound | RenderError]
) -> None:
    first = "" if "cfg: No such" in SYSTEM[system] else "-c system.cfg "
    (tmp_path / "timidity").write_text(f'#!/bin/sh\n{SYSTEM[system]}\nexec {timidity.program()} {first}"$@"\n')
    (tmp_path / "timidity").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert timidity.program() == tmp_path / "timidity"
    assert timidity.render(CLIPS) == played
