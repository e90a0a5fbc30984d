"""Measures the ears: processor seconds a clip, what training the small one takes, and whether it hears.

Run as ``python -m tests.benchmarks ears``, or ``python -m tests.benchmarks.ears [SONGS]``; 1,400 songs without an
argument. The songs are made up: a MIDI file each, that differs in tempo and instrument, and in its tune as it happens;
a fifth of them is not trained on. The weights of cnnsa are random: they take as long as any.
"""

from __future__ import annotations

import io
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import mido
import numpy as np
from numpy.typing import NDArray

from musicdata.errors import SetupError
from musicdata.music.features.ears import clips, open_ear
from musicdata.music.features.ears.clips import Clip
from musicdata.music.features.ears.small import train_small
from tests.benchmarks.printing import print_table
from tests.music.features.ears import public_cnnsa

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.music.features.ears import Ear

SONGS, PLAYED_AT_ONCE, HEARD = 1_400, 50, 8
PROGRAMS = {"piano": 0, "violin": 40, "flute": 73}
BEATS_A_MINUTE = {"slow": 60, "medium": 100, "fast": 150}
SCALE = (0, 2, 4, 5, 7, 9, 11)


def song(rng: np.random.Generator) -> tuple[bytes, set[str]]:
    """Return a MIDI file of 15 s, and its tags."""
    instrument, tempo = str(rng.choice(list(PROGRAMS))), str(rng.choice(list(BEATS_A_MINUTE)))
    bpm, root = BEATS_A_MINUTE[tempo] * float(rng.uniform(0.93, 1.07)), 48 + int(rng.integers(12))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm))])
    track.append(mido.Message("program_change", program=PROGRAMS[instrument]))
    for _ in range(int(15 * bpm / 60) + 2):
        notes = (root + 12 + int(rng.choice(SCALE)), root)
        track += [mido.Message("note_on", note=note, velocity=int(rng.integers(60, 100))) for note in notes]
        track.append(mido.Message("note_off", note=notes[0], time=480))
        track.append(mido.Message("note_off", note=notes[1]))
    out = io.BytesIO()
    mido.MidiFile(type=0, tracks=[track]).save(file=out)
    return out.getvalue(), {f"instrument:{instrument}", f"tempo:{tempo}"}


def cpu_s() -> float:
    """Return the processor time of this process and of those it waited for."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def played(files: list[bytes]) -> list[Clip]:
    """Return the clips of MIDI files."""
    heard = [one for n in range(0, len(files), PLAYED_AT_ONCE) for one in clips.of_midi(files[n : n + PLAYED_AT_ONCE])]
    assert all(isinstance(clip, Clip) for clip in heard)
    return [clip for clip in heard if isinstance(clip, Clip)]


def hearing(ear: Ear, some: list[Clip]) -> tuple[str, str]:
    """Return an ear's name, and the processor seconds of a clip."""
    block = np.stack([clip.samples for clip in some])
    ear.tokens(block[:1])
    begin = cpu_s()
    ear.tokens(block)
    return ear.facts.label, f"{(cpu_s() - begin) / len(some):.3f}"


def blocks(some: list[Clip]) -> Iterator[NDArray[np.float32]]:
    """Yield the samples of clips, some at a time."""
    for start in range(0, len(some), 32):
        yield np.stack([clip.samples for clip in some[start : start + 32]])


def others() -> Iterator[Ear]:
    """Yield the ears whose weights come from elsewhere."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "best_model.pth"
        public_cnnsa.save(path)
        yield open_ear("cnnsa", path)
    try:
        yield open_ear("musicnn")
    except SetupError as error:
        print(error)


def main() -> None:
    """Print the figures."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else SONGS
    rng = np.random.default_rng(0)
    songs = [song(rng) for _ in range(n)]
    begin = cpu_s()
    some = played([midi for midi, _ in songs])
    flac_bytes = sum(len(clip.flac()) for clip in some)
    print(f"{n} MIDI files played and packed: {cpu_s() - begin:.1f} CPU s, {flac_bytes / n / 1000:.0f} kB a clip")
    n_train = n - n // 5
    begin = cpu_s()
    trained = train_small(blocks(some[:n_train]), [tags for _, tags in songs[:n_train]], 0)
    print(f"small ear trained on {n_train}: {cpu_s() - begin:.1f} CPU s, loss {trained.losses[-1]:.3f}")
    said = np.concatenate([trained.ear.probabilities(block) for block in blocks(some[n_train:])])
    rows = []
    for fact in ("instrument", "tempo"):
        numbers = [number for number, tag in enumerate(trained.ear.tags) if tag.startswith(fact)]
        best = [trained.ear.tags[numbers[int(one)]] for one in said[:, numbers].argmax(axis=1)]
        right = np.mean([tag in tags for tag, (_, tags) in zip(best, songs[n_train:], strict=True)])
        rows.append((fact, f"{right:.3f}"))
    print_table("What the small ear hears in songs that it was not trained on", ("fact", "right"), rows)
    hears = [hearing(ear, some[:HEARD]) for ear in (*others(), trained.ear)]
    print_table("Hearing, one thread", ("ear", "CPU s a clip"), hears)


if __name__ == "__main__":
    main()
