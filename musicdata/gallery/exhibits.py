"""Samples as they are shown, how they are chosen, and why something of them stays out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import SAMPLE_ID, completing, introduced_by
from musicdata.gallery.choosing import choose
from musicdata.gallery.contents import Contents
from musicdata.gallery.terms import RIGHTS, Terms, count
from musicdata.gallery.works import SampleWorks

if TYPE_CHECKING:
    from musicdata.definitions.arrow import Values
    from musicdata.definitions.table_source import TableSource
    from musicdata.gallery.works import ShownPicture, ShownSound, ShownText

SAMPLES = 8
MOST_BYTES = 4_000_000
"""Of all pictures and sounds together, before they are written as text, which makes a third more of them."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One sample: what is shown of it, and, modality by modality, why the rest is not."""

    sample_id: str
    split: str
    pictures: tuple[ShownPicture, ...]
    sounds: tuple[ShownSound, ...]
    texts: tuple[ShownText, ...]
    withheld: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OfModality:
    """How many samples a modality may be shown of, of how many, and why not of the others."""

    modality: str
    n_shown: int
    n: int
    reasons: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """What is shown of a data set.

    Attributes:
        exhibits: the samples.
        terms: modality by modality.
        media_tables: tables whose pictures and sounds `musicdata show` saves.
        has_rights: whether rights were recorded at all.
    """

    exhibits: tuple[Exhibit, ...]
    terms: tuple[OfModality, ...]
    media_tables: tuple[str, ...]
    has_rights: bool


def gather(data: TableSource, n_samples: int = SAMPLES, most_bytes: int = MOST_BYTES) -> Gallery:
    """Choose samples of a workspace or a release that have every modality, and read what may be shown of them.

    What may not be handed on to others is not read.

    Args:
        data: the data set.
        n_samples: at most.
        most_bytes: of all pictures and sounds.

    Raises:
        ContractError: no table introduces samples.
        IntegrityError: a table, a sound or a picture is damaged.
    """
    contents, terms = Contents.of(data), Terms.of(data.reader)
    ids, splits = _samples(data)
    may = {modality: terms.may(ids, modality) for modality in contents.modalities}
    shown = np.sum([*may.values(), np.zeros(len(ids), int)], axis=0)
    places = choose(strings(ids), splits, shown, n_samples)
    exhibits = []
    for place in places:
        allowed = [modality for modality, mask in may.items() if mask[place]]
        works = SampleWorks(data, contents, ids[place].as_py(), allowed, most_bytes // len(places))
        withheld = [
            f"{modality} ({count(terms.reasons(ids.slice(place, 1), modality))})"
            for modality in may
            if modality not in allowed
        ]
        exhibits.append(
            Exhibit(works.sample_id, splits[place], works.pictures(), works.sounds(), works.texts(), tuple(withheld))
        )
    of_modalities = [
        OfModality(m, int(mask.sum()), len(ids), count(terms.reasons(ids.filter(~mask), m))) for m, mask in may.items()
    ]
    tables = dict.fromkeys(work.table for work in contents.media)
    return Gallery(tuple(exhibits), tuple(of_modalities), tuple(tables), RIGHTS in data.tables)


def _samples(data: TableSource) -> tuple[Values, list[str]]:
    """Return the ids of the samples that have every modality, and the split of each."""
    home, complete = introduced_by(data), completing(data)
    rows = data.table(home, [SAMPLE_ID, "split"])
    if complete and complete != home:
        rows = rows.filter(pc.is_in(rows.column(SAMPLE_ID), pc.unique(data.table(complete, [SAMPLE_ID]).column(0))))
    rows = rows.combine_chunks()
    return rows.column(SAMPLE_ID).combine_chunks(), strings(rows.column("split"))
