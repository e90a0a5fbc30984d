"""What is shown of one sample: pictures with boxes around what stands on them, sounds with their spans, words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.gallery import media

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.table_source import TableSource
    from musicdata.gallery.contents import Boxes, Contents, Work

_TEXT_CHARACTERS, _TEXT_ROWS = 600, 2
_OF_PICTURES = 0.3  # of the bytes that a sample may have; the rest is for sounds


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a picture, in its pixels; `kind` counts what boxes are around, `title` says what is in it."""

    kind: int
    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture with its boxes; `kinds` are what the boxes are around."""

    name: str
    picture: media.Picture
    boxes: tuple[Box, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a sound, in seconds, and what it is called."""

    onset_s: float
    offset_s: float
    label: str


@dataclass(frozen=True, slots=True)
class ShownSound:
    """The beginning of a sound, with the spans in it."""

    name: str
    sound: media.Sound
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class ShownText:
    """Words of a sample, shortened."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class SampleWorks:
    """Reads what may be shown of one sample.

    Attributes:
        data: the data set.
        contents: what there is to show.
        sample_id: of the sample.
        allowed: modalities that may be shown; of the others nothing is read.
        most_bytes: of its pictures and sounds.
    """

    data: TableSource
    contents: Contents
    sample_id: str
    allowed: Sequence[str]
    most_bytes: int
    _rows_of: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def pictures(self) -> tuple[ShownPicture, ...]:
        """Return the pictures, each with the boxes of its modality."""
        works = self._media(is_sound=False)
        share = int(self.most_bytes * _OF_PICTURES) // max(1, len(works))
        shown = []
        for work, data in works:
            of_it = [boxes for boxes in self.contents.boxes if boxes.modality == work.modality]
            drawn = [box for kind, boxes in enumerate(of_it) for box in self._boxes(kind, boxes)]
            kinds = tuple(boxes.name.replace("_", " ") for boxes in of_it)
            shown.append(ShownPicture(work.modality, media.picture(data, share), tuple(drawn), kinds))
        return tuple(shown)

    def sounds(self) -> tuple[ShownSound, ...]:
        """Return the beginnings of the sounds, each with the spans that begin in it."""
        works = self._media(is_sound=True)
        share = int(self.most_bytes * (1 - _OF_PICTURES)) // max(1, len(works))
        shown = []
        for work, data in works:
            sound = media.sound(data, share)
            spans = tuple(span for span in self._spans() if span.onset_s < sound.seconds)
            shown.append(ShownSound(work.modality, sound, spans))
        return tuple(shown)

    def texts(self) -> tuple[ShownText, ...]:
        """Return the words, those of a table with many rows a sample from its first rows."""
        shown = []
        for work in self.contents.texts:
            if work.modality not in self.allowed:
                continue
            rows = self._rows(work.table, [work.column.name])[:_TEXT_ROWS]
            text = " · ".join(str(row[work.column.name]) for row in rows if row[work.column.name])
            if text:
                is_long = len(text) > _TEXT_CHARACTERS
                shown.append(ShownText(work.modality, f"{text[:_TEXT_CHARACTERS]}…" if is_long else text))
        return tuple(shown)

    def _media(self, *, is_sound: bool) -> list[tuple[Work, bytes]]:
        works = [w for w in self.contents.media if w.column.is_sound == is_sound and w.modality in self.allowed]
        rows = [(work, self._rows(work.table, [work.column.name])) for work in works]
        files = [(work, row[work.column.name]) for work, rows_of in rows for row in rows_of[:1]]
        return [(work, file["bytes"]) for work, file in files if file is not None]

    def _boxes(self, kind: int, boxes: Boxes) -> list[Box]:
        return [
            Box(
                kind,
                row[left],
                row[top],
                row[right] - row[left],
                row[bottom] - row[top],
                self._called(boxes.table, row),
            )
            for left, top, right, bottom in [boxes.columns]
            for row in self._drawn(boxes.table)
            if all(row[column] is not None for column in boxes.columns)
        ]

    def _spans(self) -> list[Span]:
        spans = self.contents.spans
        if spans is None:
            return []
        return [
            Span(row[spans.onset], row[spans.offset], self._called(spans.table, row))
            for row in self._drawn(spans.table)
            if row[spans.onset] is not None and row[spans.offset] is not None
        ]

    def _drawn(self, table: str) -> list[dict[str, Any]]:
        """Return the rows of a table with boxes or spans, read once: what may be shown of them, and their names."""
        if table not in self._rows_of:
            boxes = [one for one in self.contents.boxes if one.table == table and one.modality in self.allowed]
            spans = self.contents.spans if self.contents.spans and self.contents.spans.table == table else None
            columns = [column for one in boxes for column in one.columns]
            columns += [spans.onset, spans.offset] if spans else []
            self._rows_of[table] = self._rows(table, [*columns, *self._label(table)])
        return self._rows_of[table]

    def _label(self, table: str) -> list[str]:
        """Return the column that names the rows of a table, if it may be shown."""
        label = self.contents.label(table)
        return [label.name] if label and label.content_of in self.allowed else []

    def _called(self, table: str, row: dict[str, Any]) -> str:
        return next((str(row[name]) for name in self._label(table) if row[name] is not None), "")

    def _rows(self, table: str, columns: list[str]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.data.reader.read(table, columns, self.sample_id, self.sample_id).to_pylist()
        return rows
