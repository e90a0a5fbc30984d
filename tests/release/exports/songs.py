"""A small made-up release whose times fit its sounds, and whose words are as hostile as words can be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from musicdata.definitions.arrow import strings
from tests.release.made import Made, data_set, rows_of, set_values

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Array

NOTES = 4
SECRET = "withheld"  # in every word that may not be handed on
NOTE_S = 0.011  # four of them in 400 samples at 8,000 Hz
HOSTILE = [
    '=HYPERLINK("http://example.invalid","x")',
    "+1",
    "-1+2",
    "@SUM(A1:A9)",
    "\tx",
    "\r\nx",
    "'=1",
    "''",
    "'tis",
    'a "quoted", word',
    "line\nbreak",
    "ünï—çödé 音",
    "\\N",
    "NULL",
    "nan",
    "{{7*7}}",
    '"""',
    "＝1",
]


def is_open(sample_id: str) -> bool:
    """Say whether a sample may be handed on: those of every other song may not."""
    return int(sample_id.removeprefix("s")) // 2 % 2 == 0


def songs(n_samples: int = 12) -> Made:
    """Return what a release is made of: sounds, pictures, notes, words, rights."""
    found = data_set(n_samples, NOTES)
    n_notes = n_samples * NOTES
    onset = np.tile(np.arange(NOTES) * NOTE_S, n_samples)
    ids = strings(found.tables["samples"]["sample_id"])
    syllables = [
        HOSTILE[number % len(HOSTILE)]
        if is_open(ids[number // NOTES])
        else f"{SECRET}{chr(97 + number // 26)}{chr(97 + number % 26)}"
        for number in range(n_notes)
    ]
    words = [None if number % 5 == 0 else syllable for number, syllable in enumerate(syllables)]
    alignment = found.tables["alignment"]
    for name, values in {
        "onset_s": onset,
        "offset_s": onset + NOTE_S / 3,
        "syllable": syllables,
        "word": words,
        "pitch": [60 + number % 12 for number in range(n_notes)],
    }.items():
        alignment = set_values(alignment, name, values)
    of_note = {name: alignment[name].combine_chunks() for name in ("sample_id", "split", "note_index")}
    more = {name: rows_of(name, of_note, np.random.default_rng(1)) for name in ("features_audio", "notes")}
    samples = found.tables["samples"]
    lyrics = [" ".join(syllables[number * NOTES : (number + 1) * NOTES]) for number in range(n_samples)]
    samples = set_values(set_values(samples, "lyrics", lyrics), "language", ["en"] * n_samples)
    return replace(
        found, tables={**found.tables, "samples": samples, "alignment": alignment, **more, "rights": _rights(samples)}
    ).with_facts(title='Made "up"\n"""; raise SystemExit #')


def _rights(samples: pa.Table) -> pa.Table:
    modalities = ("audio", "lyrics", "notes", "sheet")
    ids, splits = (strings(samples[name]) for name in ("sample_id", "split"))
    n = len(ids) * len(modalities)
    allowed = [is_open(sample_id) for sample_id in ids for _ in modalities]
    given: dict[str, Array] = {
        "sample_id": pa.array([sample_id for sample_id in ids for _ in modalities]),
        "split": pa.array([split for split in splits for _ in modalities]),
        "modality": pa.array(modalities * len(ids)),
        "rights": pa.array(["cc" if may else "unknown" for may in allowed]),
        "licence": pa.array(["CC-BY-4.0" if may else None for may in allowed], pa.string()),
        "evidence": pa.array(["=a statement, as the source makes it"] * n),
        "may_redistribute": pa.array(allowed),
    }
    return rows_of("rights", given, np.random.default_rng(0))
