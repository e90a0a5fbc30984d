"""What can be heard: tempo, mode, brightness, loudness and hiss follow the latent vector; files decode to what was played."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from musicdata.twin import Population, sound
from musicdata.twin.encoding import encode
from musicdata.twin.moods import PLACES
from musicdata.twin.track import Showing

LENGTH_S = 12.0


def played(*latent: float, seed: int = 0) -> NDArray[np.float64]:
    return sound.play(np.array(latent), LENGTH_S, [seed]) / 32768


def spectrum(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    frames = np.lib.stride_tricks.sliding_window_view(samples, 4096)[::2048] * np.hanning(4096)
    return np.asarray((np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0))


def centroid_hz(samples: NDArray[np.float64]) -> float:
    power = spectrum(samples)
    return float((power * np.fft.rfftfreq(4096, 1 / sound.RATE_HZ)).sum() / power.sum())


def beats_per_minute(samples: NDArray[np.float64]) -> float:
    """Estimate the tempo: the time after which rises of energy come again."""
    magnitude = np.abs(np.fft.rfft(np.lib.stride_tricks.sliding_window_view(samples, 1024)[::128] * np.hanning(1024)))
    rise = np.maximum(np.diff(np.log(magnitude + 1e-3), axis=0), 0).sum(axis=1)
    rise -= rise.mean()
    again = np.correlate(rise, rise, "full")[len(rise) - 1 :]
    tempo = 60 * sound.RATE_HZ / 128 / np.maximum(np.arange(len(again)), 1)
    again[(tempo < 60) | (tempo > 170)] = -np.inf
    return float(tempo[again.argmax()])


@pytest.mark.parametrize("arousal", [-1.5, -0.4, 0.3, 1.5])
def test_tempo_follows_arousal(arousal: float) -> None:
    latent = np.array([0.0, arousal, 0.0, 0.8])
    found = beats_per_minute(played(*latent))
    wanted = sound.manner(latent).tempo_bpm
    assert min(abs(found / wanted - ratio) for ratio in (0.5, 1.0, 2.0)) < 0.04


def test_mode_follows_valence() -> None:
    """Look for the third over the key's root in the tones of the first bar."""
    for seed in range(4):
        ratios = []
        for valence in (1.2, -1.2):
            latent = np.array([valence, -1.0, 0.0, -1.0])
            how = sound.manner(latent)
            first_bar = played(*latent, seed=seed)[: round(4 * 60 / how.tempo_bpm * sound.RATE_HZ)]
            power = np.abs(np.fft.rfft(first_bar * np.hanning(len(first_bar)), 1 << 18)) ** 2
            freqs = np.fft.rfftfreq(1 << 18, 1 / sound.RATE_HZ)

            def strength(midi: int, power: NDArray[np.float64] = power, freqs: NDArray[np.floating] = freqs) -> float:
                hz = 440 * 2 ** ((midi - 69) / 12)
                return float(power[(freqs > hz * 0.985) & (freqs < hz * 1.015)].sum())

            root = max(range(how.root_midi - 2, how.root_midi + 3), key=strength)
            ratios.append(np.log(strength(root + 4) / strength(root + 3)))
        major, minor = ratios
        assert major > 1 > -1 > minor


def test_brightness_loudness_and_hiss_follow_theirs() -> None:
    dull, bright = (centroid_hz(played(0.5, 0, value, -1.0)) for value in (-1.2, 1.2))
    assert bright > 1.3 * dull
    soft, loud = (float(np.sqrt(np.mean(played(0, value, 0, 0) ** 2))) for value in (-1.5, 1.5))
    assert 20 * np.log10(loud / soft) > 6
    tender, harsh = (spectrum(played(0, 0, 0, value)) for value in (-1.2, 1.2))
    flat = [np.exp(np.log(power).mean()) / power.mean() for power in (tender, harsh)]
    assert flat[1] > 3 * flat[0]


def test_denser_rhythm_has_more_onsets() -> None:
    def onsets(samples: NDArray[np.float64]) -> int:
        highs = np.abs(np.fft.rfft(np.lib.stride_tricks.sliding_window_view(samples, 512)[::256] * np.hanning(512)))
        rise = np.maximum(np.diff(np.log(highs[:, 20:].sum(axis=1) + 1e-6)), 0)
        return int(((rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & (rise[1:-1] > 0.15)).sum())

    still, driven = (onsets(played(0, value, 0, -0.5)) for value in (-1.3, 1.3))
    assert driven > 1.5 * still


def test_tracks_of_one_mood_differ() -> None:
    one, other = (played(*PLACES["calm"], seed=seed) for seed in (1, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.5


@pytest.mark.parametrize("mood", PLACES)
def test_every_mood_is_loud_enough_and_not_clipped(mood: str) -> None:
    samples = played(*PLACES[mood])
    assert 0.02 < np.abs(samples).max() < 1.0
    assert np.mean(np.abs(samples) > 0.99) < 0.001


def test_long_tracks_go_on_to_their_end() -> None:
    samples = sound.play(np.zeros(4), 40.0, [0])
    assert samples.shape == (40 * sound.RATE_HZ,)
    assert np.sqrt(np.mean(samples[-sound.RATE_HZ :].astype(float) ** 2)) > 100


def test_flac_is_the_samples_themselves() -> None:
    samples = sound.play(np.zeros(4), 3.0, [0])
    decoded, rate_hz = soundfile.read(io.BytesIO(encode(samples, "flac")), dtype="int16")
    assert rate_hz == sound.RATE_HZ
    assert (decoded == samples).all()


def test_minutes_of_ogg_are_encoded_in_a_thread_as_a_server_does() -> None:
    code = (
        "import threading, numpy as np\n"
        "from musicdata.twin.encoding import encode\n"
        "song = np.tile(np.arange(-2205, 2205, dtype=np.int16), 1000)\n"
        "thread = threading.Thread(target=lambda: print(len(encode(song, 'ogg'))))\n"
        "thread.start(); thread.join()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr  # in a process of its own: what goes wrong here ends it
    assert int(done.stdout) > 100_000


def test_ogg_is_the_same_bytes_every_time_with_right_checksums() -> None:
    samples = sound.play(np.zeros(4), 3.0, [0])
    data = encode(samples, "ogg")
    assert data == encode(samples, "ogg")
    decoded, rate_hz = soundfile.read(io.BytesIO(data))
    assert (rate_hz, len(decoded)) == (sound.RATE_HZ, len(samples))
    assert np.corrcoef(decoded, samples)[0, 1] > 0.9
    at, n_pages = 0, 0
    while at < len(data):
        n_segments = data[at + 26]
        page = data[at : at + 27 + n_segments + sum(data[at + 27 : at + 27 + n_segments])]
        register = 0
        for byte in page[:22] + bytes(4) + page[26:]:  # RFC 3533: the checksum field counts as zero
            register ^= byte << 24
            for _ in range(8):
                register = (register << 1 ^ (0x04C11DB7 if register >> 31 else 0)) & 0xFFFFFFFF
        assert register == int.from_bytes(page[22:26], "little")
        at += len(page)
        n_pages += 1
    assert n_pages >= 3


def test_other_videos_of_a_track_sound_different() -> None:
    population = Population(60)
    track = next(track for track in population.tracks if {Showing.TOPIC, Showing.COVER} <= set(track.showings))
    right, cover = (population.samples(track, showing) for showing in (Showing.TOPIC, Showing.COVER))
    n_both = min(len(right), len(cover))
    assert abs(np.corrcoef(right[:n_both], cover[:n_both])[0, 1]) < 0.5
    both = next(track for track in population.tracks if {Showing.TOPIC, Showing.OFFICIAL} <= set(track.showings))
    right, official = (population.samples(both, showing) for showing in (Showing.TOPIC, Showing.OFFICIAL))
    assert (official[: len(right)] == right).all()
