"""No song of one split has nearly the lyrics, or an interpretation nearly that, of a song of another.

Both are recomputed from the texts; the groups that songs were placed by are not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from musicdata.definitions.check import Check
from musicdata.music.similarity import texts
from musicdata.music.similarity.distinct import DistinctTexts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader
    from musicdata.music.similarity.texts import Likeness

    Findings = Iterator[tuple[str, str]]

_LYRICS, _COMMENTS, _GROUPING = "interpretation_lyrics", "interpretations", "group_interpretations"
_LEAST_WORDS = 25
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Compared:
    """Texts of a table that are compared, read part by part as often as they are wanted.

    Attributes:
        table: with `text` and `split`.
        least_words: of one that is compared, by `n_words` of the table; 0 where all with words are.
        samples: song of each, in order; `splits` its split. They are known once `parts` was read.
    """

    reader: Reader
    table: str
    least_words: int = 0
    samples: list[str] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)

    def parts(self) -> Iterator[list[str]]:
        """Yield the texts, some at a time."""
        self.samples.clear()
        self.splits.clear()
        columns = ["sample_id", "split", "text", *(["n_words"] if self.least_words else [])]
        for part in self.reader.iterate(self.table, columns):
            values = [part.column(name).to_pylist() for name in columns]
            rows = [row for row in zip(*values, strict=True) if row[2] and (len(row) < 4 or row[3] >= self.least_words)]
            self.samples.extend(row[0] for row in rows)
            self.splits.extend(row[1] for row in rows)
            yield [row[2] for row in rows]


def check_lyrics(reader: Reader) -> Findings:
    """Yield pairs of songs of different splits with nearly the same lyrics."""
    told = reader.parameters(_GROUPING)
    likeness = replace(
        texts.LYRICS,
        min_containment=told.get("min_containment", texts.LYRICS.min_containment),
        min_jaccard=told.get("min_jaccard", texts.LYRICS.min_jaccard),
    )
    yield from _across_splits(_Compared(reader, _LYRICS), likeness, "lyrics")


def check_comments(reader: Reader) -> Findings:
    """Yield pairs of songs of different splits with nearly the same interpretation; short ones are not compared."""
    told = reader.parameters(_GROUPING)
    likeness = replace(texts.REVIEWS, min_containment=told.get("min_copied", texts.REVIEWS.min_containment))
    compared = _Compared(reader, _COMMENTS, told.get("least_words_compared", _LEAST_WORDS))
    yield from _across_splits(compared, likeness, "an interpretation")


def _across_splits(compared: _Compared, likeness: Likeness, what: str) -> Findings:
    distinct = DistinctTexts.read(compared.parts(), likeness)
    rows_of = distinct.rows_of
    pairs = [(rows[0], row) for rows in rows_of.values() for row in rows[1:]]
    pairs += [(one, other) for copy in distinct.copies(compared.parts()) for one, other in _rows(rows_of, *copy[:2])]
    splits, samples = compared.splits, compared.samples
    found = sorted({tuple(sorted((samples[a], samples[b]))) for a, b in pairs if splits[a] != splits[b]})
    if found:
        some = ", ".join(f"{one} and {other}" for one, other in found[:_MOST_SHOWN])
        yield compared.table, f"{len(found)} pairs of songs in different splits share {what}, nearly the same: {some}"


def _rows(rows_of: dict[int, list[int]], one: int, other: int) -> Iterator[tuple[int, int]]:
    """Yield pairs of rows by which two texts are in different splits, if they are: one of each, and of their equals."""
    yield from ((rows_of[one][0], row) for row in rows_of[other])
    yield from ((row, rows_of[other][0]) for row in rows_of[one][1:])


def _shows(reader: Reader, table: str) -> bool:
    return "text" in {column.name for column in reader.contract(table).columns}


CHECKS = (
    Check(
        "no lyrics are nearly those of another split",
        check_lyrics,
        (_LYRICS,),
        lambda reader: _shows(reader, _LYRICS),
        over="all",
        place=33,
    ),
    Check(
        "no interpretation is nearly one of another split",
        check_comments,
        (_COMMENTS,),
        lambda reader: _shows(reader, _COMMENTS),
        over="all",
        place=33,
    ),
)
