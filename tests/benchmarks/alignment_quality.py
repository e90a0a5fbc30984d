"""Measures on finished samples whether notes sound when, and stand where, the tables say.

Run as ``python -m tests.benchmarks.alignment_quality [--save FOLDER]``; with `--save`, ten pictures are
written with their boxes drawn in, to look at. Samples are built from the real songs of `lmd_lyrics`.

- *Onsets*: librosa's onset strength at a hop of `HOP` samples, peaks by its own picking at `DELTA`, no
  backtracking. The error of a note is the distance to the nearest onset found, so that a note the detector
  misses counts with its neighbour's distance. The reference is the same measure for times drawn at random
  between the clip's first and last note.
- *Pitches*: the spectrum of a note's own span, without its first `ATTACK_S`, summed over `HARMONICS`
  harmonics for each of the 88 keys of a piano; right when the MIDI pitch has the largest sum.
- *Boxes*: share of dark pixels inside each box, and dark pixels of the lyrics outside of all boxes, on pages
  drawn again without hyphens, which have no box.
"""

from __future__ import annotations

import argparse
import io
import random
import tempfile
from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
from librosa.onset import onset_detect, onset_strength
from PIL import Image, ImageDraw

import musicdata
from musicdata.music.render import lilypond, picture
from tests import songs
from tests.benchmarks import bare
from tests.benchmarks.costs import measure
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Row = dict[str, Any]

FILES = 75  # of the real songs: more than 100 samples
SAMPLES, SHEETS, SAVED = 100, 20, 10
HOP, DELTA, ONSET_GOAL_MS = 128, 0.03, 30
HARMONICS, ATTACK_S, FFT = 8, 0.01, 1 << 16
KEYS = np.arange(21, 109)
KINDS = {"head": (210, 30, 30), "syllable": (30, 80, 210)}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample: its notes as rows of `alignment`, its sound, its sheet as grey values."""

    sample_id: str
    notes: Sequence[Row]
    signal: NDArray[np.float32]
    rate_hz: int
    sheet: Image.Image


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description="Measures alignment of sound and picture with the tables.")
    parser.add_argument("--save", type=Path, help="folder for ten pictures with their boxes drawn in")
    save = parser.parse_args().save
    with tempfile.TemporaryDirectory(prefix="alignment-quality-") as name:
        folder = Path(name)
        real = songs.DATA / "lmd_lyrics" / "word_level"
        work = musicdata.build("musictm-lmd", input=real, limit=FILES, work=folder / "work")
        samples = list(_samples(work))
        _report_onsets(samples)
        _report_pitches(samples)
        _report_boxes(samples[:SHEETS])
        pages = [page for shard in bare.shards_of_pages(work.root) for page in shard][:SHEETS]
        _report_lyrics(pages)
        _report_bytes(pages, folder)
    if save is not None:
        save.mkdir(parents=True, exist_ok=True)
        for sample in samples[:SAVED]:
            _draw(sample).save(save / f"{sample.sample_id}.png")


def _samples(work: musicdata.Work) -> Iterator[Sample]:
    """Yield samples spread evenly over the build's."""
    rows = [list(notes) for _, notes in groupby(work.rows("alignment"), key=itemgetter("sample_id"))]
    for index in np.linspace(0, len(rows) - 1, min(SAMPLES, len(rows))).astype(int):
        sample_id = rows[index][0]["sample_id"]
        (flac,), (png,) = (work.media(table, sample_id).values() for table in ("audio", "sheets"))
        signal, rate_hz = soundfile.read(io.BytesIO(flac), dtype="float32")
        yield Sample(sample_id, rows[index], signal, rate_hz, Image.open(io.BytesIO(png)))


def _report_onsets(samples: Sequence[Sample]) -> None:
    chance = random.Random(1)
    found: dict[str, list[float]] = {"`onset_s`": [], "random times": []}
    n_onsets = 0
    for sample in samples:
        strength = onset_strength(y=sample.signal, sr=sample.rate_hz, hop_length=HOP)
        onsets = onset_detect(onset_envelope=strength, sr=sample.rate_hz, hop_length=HOP, units="time", delta=DELTA)
        n_onsets += len(onsets)
        times = [note["onset_s"] for note in sample.notes]
        drawn = [chance.uniform(times[0], times[-1]) for _ in times]
        for name, wanted in zip(found, (times, drawn), strict=True):
            nearest = [onsets[np.abs(onsets - time).argmin()] for time in wanted]
            found[name] += [1000 * float(onset - time) for onset, time in zip(nearest, wanted, strict=True)]
    rows = []
    for name, late_ms in found.items():
        errors_ms = np.abs(late_ms)
        limits = (f"{np.percentile(errors_ms, p):.1f}" for p in (50, 95))
        within = f"{np.mean(errors_ms <= 50):.1%}"
        rows.append([name, len(late_ms), *limits, within, f"{np.median(late_ms):+.1f}"])
    print_table(
        f"Distance to the nearest onset librosa finds, {len(samples)} samples, {n_onsets} onsets "
        f"(hop {HOP}, delta {DELTA}; goal: median at most {ONSET_GOAL_MS} ms)",
        ["times", "notes", "median, ms", "95 % below, ms", "within 50 ms", "with sign, median, ms"],
        rows,
    )


def _report_pitches(samples: Sequence[Sample]) -> None:
    offsets = np.array([_heard_pitch(sample, note) - note["pitch"] for sample in samples for note in sample.notes])
    lengths_s = np.array([note["offset_s"] - note["onset_s"] for s in samples for note in s.notes])
    rows = [
        [name, int(chosen.sum()), f"{np.mean(offsets[chosen] == 0):.1%}", f"{_octaves(offsets[chosen]):.1%}"]
        for name, chosen in (
            ("all", lengths_s > 0),
            ("100 ms and longer", lengths_s >= 0.1),
            ("shorter", lengths_s < 0.1),
        )
    ]
    print_table(
        "Loudest harmonic series in each note's span against `pitch`, among the 88 keys",
        ["notes", "number", "right", "right but for the octave"],
        rows,
    )


def _octaves(offsets: NDArray[np.int64]) -> float:
    return float(np.mean((offsets != 0) & (offsets % 12 == 0))) if len(offsets) else 0.0


def _heard_pitch(sample: Sample, note: Row) -> int:
    start = note["audio_start"] + round(ATTACK_S * sample.rate_hz)
    span = sample.signal[start : note["audio_stop"]]
    spectrum = np.sqrt(np.abs(np.fft.rfft(span * np.hanning(len(span)), FFT)))
    sums = []
    for freq_hz in 440 * 2 ** ((KEYS - 69) / 12):
        harmonics = freq_hz * np.arange(1, HARMONICS + 1)
        bins = np.rint(harmonics[harmonics < sample.rate_hz / 2] * FFT / sample.rate_hz).astype(int)
        sums.append(float(np.sum(spectrum[bins] * 0.8 ** np.arange(len(bins)))))
    return int(KEYS[int(np.argmax(sums))])


def _report_boxes(samples: Sequence[Sample]) -> None:
    rows = []
    for kind in KINDS:
        shares = [_ink(sample.sheet, box) for sample in samples for box in _boxes(sample, kind)]
        rows.append([kind, len(shares), *(f"{v:.0%}" for v in (min(shares), np.median(shares)))])
        rows[-1].append(sum(share == 0 for share in shares))
    print_table(
        f"Dark pixels inside the boxes of {len(samples)} sheets",
        ["boxes", "number", "least", "median", "without ink"],
        rows,
    )


def _boxes(sample: Sample, kind: str) -> list[picture.Box]:
    return [tuple(n[f"{kind}_{e}"] for e in ("x0", "y0", "x1", "y1")) for n in sample.notes]


def _ink(sheet: Image.Image, box: picture.Box) -> float:
    return float(np.mean(_dark(sheet)[_rows_and_columns(box)]))


def _dark(sheet: Image.Image) -> NDArray[np.bool_]:
    return np.asarray(sheet) < picture.DARK


def _rows_and_columns(box: picture.Box) -> tuple[slice, slice]:
    x0, y0, x1, y1 = box
    return slice(int(y0), int(np.ceil(y1))), slice(int(x0), int(np.ceil(x1)))


def _report_lyrics(pages: Sequence[lilypond.Page]) -> None:
    """Print how much of the lyrics' ink lies in boxes, and whether each box stands under its own note."""
    plain = [replace(page, notes=[replace(note, hyphen=False) for note in page.notes]) for page in pages]
    inside = total = own = n_boxes = 0
    shifts_px: list[float] = []
    for drawn in lilypond.render(plain):
        if not isinstance(drawn, picture.Picture):
            raise SystemExit(f"a page of the build cannot be drawn again: {drawn}")
        lyrics = _dark(Image.open(io.BytesIO(drawn.png))).copy()
        boxes = [box for box in drawn.syllables if box is not None]
        lyrics[: int(min(box[1] for box in boxes))] = False  # the staff above them
        total += int(lyrics.sum())
        covered = np.zeros_like(lyrics)
        for box in boxes:
            covered[_rows_and_columns(box)] = True
        inside += int((lyrics & covered).sum())
        heads = np.array([(x0 + x1) / 2 for x0, _, x1, _ in drawn.heads])
        middles = [(x0 + x1) / 2 for x0, _, x1, _ in boxes]
        own += sum(int(np.argmin(np.abs(heads - x))) == i for i, x in enumerate(middles))
        shifts_px += [abs(float(heads[i] - x)) for i, x in enumerate(middles)]
        n_boxes += len(boxes)
    print_table(
        f"Lyrics of {len(plain)} pages drawn without hyphens",
        ["dark pixels", "outside all boxes", "syllables", "under their own head", "median shift, px"],
        [[total, total - inside, n_boxes, own, f"{np.median(shifts_px):.2f}"]],
    )


def _report_bytes(pages: Sequence[lilypond.Page], folder: Path) -> None:
    """Print how many of LilyPond's own pictures are the same bytes with and without box printing."""
    pictures = []
    for boxes in (False, True):
        (command,) = bare.page_commands(folder / f"boxes-{boxes}", pages, len(pages), boxes=boxes)
        measure(command)
        pictures.append([(command.cwd / f"page{i}.preview.png").read_bytes() for i in range(len(pages))])
    n_same = sum(one == other for one, other in zip(*pictures, strict=True))
    print_table(
        "LilyPond's pictures with box printing against those without",
        ["pages", "byte-identical"],
        [[len(pages), n_same]],
    )


def _draw(sample: Sample) -> Image.Image:
    shown = sample.sheet.convert("RGB")
    pen = ImageDraw.Draw(shown)
    for kind, colour in KINDS.items():
        for box in _boxes(sample, kind):
            pen.rectangle(box, outline=colour)
    return shown


if __name__ == "__main__":
    main()
