"""What the tables of a data set show of a sample's works, as their contracts tell it.

Pictures and sounds are known by their type, words by the modality that a text shows. Boxes on a picture are four
columns in pixels, ``head_x0 head_y0 head_x1 head_y1``, of the picture's modality; spans of a sound are two in seconds
whose names end in ``onset_s`` and ``offset_s``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.definitions.contract import SAMPLE_ID, completing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract, HasTables

_CORNERS = ("x0", "y0", "x1", "y1")
_PIXEL, _SECOND = "pixel", "second"
_ONSET, _OFFSET = "onset_s", "offset_s"
_IDENTIFIER, _TEXT = "_id", "text"


@dataclass(frozen=True, slots=True)
class Work:
    """A column that shows works.

    Attributes:
        table: with rows of samples.
        column: of it.
        is_single: the table has one row a sample.
    """

    table: str
    column: Column
    is_single: bool

    @property
    def modality(self) -> str:
        """Return which modality it shows; a sound or picture of which the contract says none is one of its own."""
        return self.column.content_of or self.column.name


@dataclass(frozen=True, slots=True)
class Boxes:
    """Places on a picture, one a row.

    Attributes:
        table: they stand in.
        name: what they are around, ``head``.
        modality: of the picture.
    """

    table: str
    name: str
    modality: str

    @property
    def columns(self) -> list[str]:
        """Return the columns of the left, upper, right and lower edge, in pixels."""
        return [f"{self.name}_{corner}" for corner in _CORNERS]


@dataclass(frozen=True, slots=True)
class Spans:
    """Stretches of a sound, one a row: the columns of their beginning and their end, in seconds."""

    table: str
    onset: str
    offset: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to show of a sample.

    Attributes:
        media: pictures and sounds.
        texts: words, one a modality.
        boxes: on pictures.
        spans: of sounds; None where no table has them.
        contracts: table → contract, of tables with rows of samples.
    """

    media: tuple[Work, ...]
    texts: tuple[Work, ...]
    boxes: tuple[Boxes, ...]
    spans: Spans | None
    contracts: dict[str, Contract]

    @classmethod
    def of(cls, data: HasTables) -> Contents:
        """Read it from the contracts; the table that completes samples comes before the others."""
        first = completing(data)
        names = sorted(data.tables, key=lambda name: (name != first, name))
        of_samples = {n: c for n in names if (c := data.contract(n)).key[0] == SAMPLE_ID and not c.shown_by}
        boxes: dict[tuple[str, str], Boxes] = {}
        for one in (one for contract in of_samples.values() for one in _boxes(contract)):
            boxes.setdefault((one.name, one.modality), one)
        spans = next(filter(None, map(_spans, of_samples.values())), None)
        drawn = {one.table for one in boxes.values()} | ({spans.table} if spans else set())
        works = [Work(c.name, column, len(c.key) == 1) for c in of_samples.values() for column in c.columns]
        media = tuple(work for work in works if work.column.is_media)
        return cls(media, tuple(_texts(works, drawn)), tuple(boxes.values()), spans, of_samples)

    @property
    def modalities(self) -> list[str]:
        """List the modalities of which something can be shown."""
        return list(dict.fromkeys(work.modality for work in (*self.media, *self.texts)))

    def label(self, table: str) -> Column | None:
        """Return the column by which a row of boxes or spans is called, such as its syllable."""
        return next((column for column in self.contracts[table].columns if _is_words(column)), None)


def _boxes(contract: Contract) -> Iterator[Boxes]:
    pixels = {column.name: column.content_of for column in contract.columns if column.unit == _PIXEL}
    for name in (name.removesuffix("_x0") for name in pixels if name.endswith("_x0")):
        modalities = {pixels.get(f"{name}_{corner}") for corner in _CORNERS}
        if len(modalities) == 1 and (modality := modalities.pop()):
            yield Boxes(contract.name, name, modality)


def _spans(contract: Contract) -> Spans | None:
    seconds = [column.name for column in contract.columns if column.unit == _SECOND]
    for onset in (name for name in seconds if name.endswith(_ONSET)):
        offset = onset.removesuffix(_ONSET) + _OFFSET
        if offset in seconds and len(contract.key) > 1:
            return Spans(contract.name, onset, offset)
    return None


def _texts(works: list[Work], drawn: set[str]) -> Iterator[Work]:
    """Yield one text a modality: called as the modality or `text` before others, then with a row a sample."""
    words = [work for work in works if _is_words(work.column) and (work.is_single or work.table not in drawn)]
    for modality in dict.fromkeys(work.column.content_of for work in words):
        of_it = [work for work in words if work.column.content_of == modality]
        yield min(of_it, key=lambda work: (work.column.name not in (modality, _TEXT), not work.is_single))


def _is_words(column: Column) -> bool:
    is_text = column.type == "string" and not column.values and column.role != "label"
    return is_text and bool(column.content_of) and not column.name.endswith(_IDENTIFIER)
