"""A made-up release whose songs stand under different rights."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from musicdata.definitions.arrow import strings
from tests.release import made

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Array

TERMS = {
    0: ("cc", "CC0-1.0", "OpenScore (CC0)", True),
    1: ("unknown", None, "no statement", False),
    2: ("cc", "CC-BY-ND-4.0", "CC BY-ND 4.0", False),
}
"""Number of the song modulo 3 → rights, licence, evidence, may_redistribute."""

MODALITIES = ("audio", "lyrics", "notes", "sheet")


def song_number(sample_id: str) -> int:
    """Return the number of the song that a sample of the made-up data set is cut from."""
    return int(sample_id.removeprefix("s")) // 2


def is_open(sample_id: str) -> bool:
    """Say whether a sample of the made-up data set may be handed on."""
    return TERMS[song_number(sample_id) % 3][3]


def rare_word(sample_id: str) -> str:
    """Return the word that only this sample has."""
    return "rare" + "".join("abcdefghij"[int(digit)] for digit in sample_id.removeprefix("s"))


def rights_rows(samples: pa.Table) -> pa.Table:
    """Return the table `rights` of these samples: songs 0, 3, 6 … are free, 1, 4 … unknown, 2, 5 … not to be changed."""
    ids = [sample_id for sample_id in strings(samples["sample_id"]) for _ in MODALITIES]
    splits = [split for split in strings(samples["split"]) for _ in MODALITIES]
    terms = [TERMS[song_number(sample_id) % 3] for sample_id in ids]
    given: dict[str, Array] = {
        "sample_id": pa.array(ids),
        "split": pa.array(splits),
        "modality": pa.array(list(MODALITIES) * len(samples)),
        "rights": pa.array([row[0] for row in terms]),
        "licence": pa.array([row[1] for row in terms], pa.string()),
        "evidence": pa.array([row[2] for row in terms]),
        "evidence_source": pa.array(["source"] * len(ids)),
        "may_redistribute": pa.array([row[3] for row in terms]),
    }
    return made.rows_of("rights", given, np.random.default_rng(0))


@functools.cache
def with_rights(n_samples: int = 24) -> made.Made:
    """Return a data set of songs with rights, features, and words of which every sample has some for itself."""
    base = made.data_set(n_samples)
    rng = np.random.default_rng(1)
    notes = base.tables["alignment"]
    of_note = {name: notes[name].combine_chunks() for name in ("sample_id", "split", "note_index")}
    tables = dict(base.tables)
    ids = strings(tables["samples"]["sample_id"])
    lyrics = [f"Love the day {rare_word(sample_id)} own" for sample_id in ids]
    tables["samples"] = made.set_values(tables["samples"], "lyrics", lyrics)
    for name in ("features_audio", "features_lyrics", "features_sheet", "sheet_boxes", "notes"):
        tables[name] = made.rows_of(name, of_note, rng)
    tables["rights"] = rights_rows(tables["samples"])
    return made.made(tables)
