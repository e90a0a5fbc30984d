"""What an ear heard of songs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.captioning.settings import CaptioningSettings

ENOUGH = 0.5
"""Share of the songs that must have been heard, for captioners to hear: they are measured on those alone then."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Tokens of an ear.

    Attributes:
        ear: key of the recipe's `tokens`.
        label: name and version of the ear; `weights_sha256` of its weights, the first 16 digits.
        tokens: (songs, tokens, width) float16, zeros of songs that were not heard.
        there: (songs,) which were.
    """

    ear: str
    label: str
    weights_sha256: str
    tokens: NDArray[np.float16]
    there: NDArray[np.bool_]


def read_heard(work: TableSource, settings: CaptioningSettings, ids: NDArray[np.str_]) -> Heard | None:
    """Return what the ear of the settings heard, or the first one that heard any of the songs; None where none did.

    Raises:
        InputError: the table has tokens of two ears, or some that are not finite.
    """
    for ear in [settings.ear] if settings.ear else list(settings.tokens):
        heard = _read(work, ear, settings.tokens[ear], ids)
        if heard is not None:
            return heard
    return None


def _read(work: TableSource, ear: str, path: str, ids: NDArray[np.str_]) -> Heard | None:
    name, column = path.split(".")
    number_of = {sample_id: place for place, sample_id in enumerate(ids.tolist())}
    described = work.contract(name).column(column)
    tokens = np.zeros((len(ids), *described.shape), np.float16)
    there = np.zeros(len(ids), bool)
    ears: set[tuple[str, str]] = set()
    for rows in work.iterate(name, ["sample_id", column, "ear", "weights_sha256"]):
        place = np.fromiter((number_of.get(one, -1) for one in strings(rows.column("sample_id"))), np.int64, len(rows))
        known = np.flatnonzero(place >= 0)
        tokens[place[known]] = described.unpack(rows.column(column).combine_chunks())[known]
        there[place[known]] = True
        ears |= set(zip(strings(rows.column("ear")), strings(rows.column("weights_sha256")), strict=True))
    if not there.any():
        return None
    if len(ears) > 1:
        raise InputError(f"{work.root}: table {name} has tokens of {len(ears)} ears; build it anew with one")
    if not np.isfinite(tokens).all():
        raise InputError(f"{work.root}: table {name} has tokens that are not finite; build it anew")
    label, weights = ears.pop()
    return Heard(ear, label, weights, tokens, there)


def ear_weights(work: TableSource, settings: CaptioningSettings, heard: Heard | None) -> bytes | None:
    """Return the weights of the ear that was trained on the data set; None where it heard by another one.

    Raises:
        InputError: the table has other weights than those that made the tokens.
    """
    if heard is None or not settings.ear_weights:
        return None
    name, column = settings.ear_weights.split(".")
    table = work.table(name, ["name", column])
    rows = [row for row, label in enumerate(strings(table.column("name"))) if label == heard.label]
    if not rows:
        return None
    weights = bytes(table.column(column)[rows[0]].values.to_numpy().tobytes())
    if hashlib.sha256(weights).hexdigest()[: len(heard.weights_sha256)] != heard.weights_sha256:
        raise InputError(f"{work.root}: table {name} has other weights than those its ear heard with; build it anew")
    return weights
