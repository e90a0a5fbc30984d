"""Texts that stand under songs, and which of them are near-duplicates: what ties songs, and what must not be torn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from musicdata.music.similarity.caps import capped
from musicdata.music.similarity.components import components
from musicdata.music.similarity.distinct import DistinctTexts

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from musicdata.music.similarity.distinct import Nearest
    from musicdata.music.similarity.texts import Copy, Likeness

Rank = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class ComparedTexts:
    """Texts, each of a song, and their near-duplicates.

    Attributes:
        songs: song of each row.
        texts: the different ones.
        copies: pairs of different texts that are near-duplicates, all of them.
        close: those of the pairs that are left when loose chains are taken apart (`similarity.caps`).
    """

    songs: Sequence[str]
    texts: DistinctTexts
    copies: Sequence[Copy]
    close: Sequence[Copy]

    @classmethod
    def read(
        cls,
        songs: Sequence[str],
        parts: Callable[[], Iterable[Sequence[str]]],
        likeness: Likeness,
        max_group: int,
        excluded: Callable[[DistinctTexts], Collection[int]] = lambda _texts: (),
    ) -> ComparedTexts:
        """Read and compare texts.

        Args:
            songs: song of each row.
            parts: the texts in order of the rows, some at a time; called twice.
            likeness: from where on two are near-duplicates.
            max_group: texts in a loose group that is not taken apart.
            excluded: the texts among these that are not compared and tie nothing.
        """
        texts = DistinctTexts.read(parts(), likeness)
        left_out = excluded(texts)
        copies = texts.copies(parts(), left_out)
        return cls(songs, texts, copies, capped(copies, max_group)).without(left_out)

    def without(self, excluded: Collection[int]) -> ComparedTexts:
        """Return all but some of the texts, as if nobody had written them."""
        rows_of = {text: rows for text, rows in self.texts.rows_of.items() if text not in excluded}
        copies, close = (
            [copy for copy in some if copy.one in rows_of and copy.other in rows_of]
            for some in (self.copies, self.close)
        )
        return replace(self, texts=replace(self.texts, rows_of=rows_of), copies=copies, close=close)

    def ties(self) -> list[list[str]]:
        """Return sets of songs whose texts are equal or nearly so."""
        rows_of, songs = self.texts.rows_of, self.songs
        sets = (sorted({songs[row] for row in rows}) for rows in rows_of.values() if len(rows) > 1)
        pairs = (sorted({songs[copy.one], songs[copy.other]}) for copy in self.close)
        return [one for one in chain(sets, pairs) if len(one) > 1]

    def apart(self, group_ids: Mapping[str, str], rank: Callable[[int], Rank]) -> set[int]:
        """Return rows without which no two near-duplicates stand under songs of different groups.

        Groups may have been apart in an earlier build, or a chain between them was taken apart. Of texts that would tie
        them, the rows of the least rank stay.

        Args:
            group_ids: song → group; rows of songs without one do not count.
            rank: of a row; no two are equal.
        """
        rows_of = {text: rows for text, some in self.texts.rows_of.items() if (rows := self._placed(some, group_ids))}
        dropped: set[int] = set()
        for text, rows in rows_of.items():
            if len(rows) > 1:
                stays = group_ids[self.songs[min(rows, key=rank)]]
                dropped |= {row for row in rows if group_ids[self.songs[row]] != stays}
                rows_of[text] = [row for row in rows if group_ids[self.songs[row]] == stays]
        for copy in self.copies:
            one, other = (rows_of.get(text, []) for text in copy[:2])
            if one and other and group_ids[self.songs[one[0]]] != group_ids[self.songs[other[0]]]:
                worse = max(copy[:2], key=lambda text: min(map(rank, rows_of[text])))
                dropped.update(rows_of.pop(worse))
        return dropped

    def _placed(self, rows: Iterable[int], group_ids: Mapping[str, str]) -> list[int]:
        return [row for row in rows if self.songs[row] in group_ids]

    def groups(self, n_rows: int, number: Callable[[int], int] = int, gone: Collection[int] = ()) -> NDArray[np.int64]:
        """Return the number of each row's group of near-duplicates.

        Args:
            n_rows: rows to number, those that were not compared among them.
            number: row of a compared text → its place among all of these.
            gone: rows of compared texts that tie nothing.
        """
        rows_of = {
            text: left
            for text, rows in self.texts.rows_of.items()
            if (left := [row for row in rows if row not in gone])
        }
        pairs = (
            (rows_of[c.one][0], rows_of[c.other][0]) for c in self.close if c.one in rows_of and c.other in rows_of
        )
        several: Iterator[Sequence[int]] = chain((rows for rows in rows_of.values() if len(rows) > 1), pairs)
        return components(n_rows, ([number(row) for row in rows] for rows in several))

    def nearest(self, group_ids: Mapping[str, str]) -> Nearest:
        """Return song → similarity and id of the other song of its group whose texts are most like its own."""
        return self.texts.nearest(self.songs, self.close, group_ids)
