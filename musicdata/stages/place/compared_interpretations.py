"""Interpretations and their near-duplicates, whichever songs they stand under."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions.arrow import strings
from musicdata.stages.place.compared_texts import ComparedTexts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs
    from musicdata.music.similarity.texts import Likeness

_TABLE = "clean_interpretations"
_READS = ["song_id", "interpretation_id", "votes", "n_words"]


@dataclass(frozen=True, slots=True)
class Interpretations:
    """All interpretations, in order of their keys; a place is one's number among them.

    Attributes:
        song_ids: song of each.
        ids: of each.
        votes: of each; None where they are not known.
        places: of those that are long enough to be compared, ascending.
        compared: the texts of these, of each one's song; a row of it is a place's number in `places`.
    """

    song_ids: list[str]
    ids: list[str]
    votes: list[int | None]
    places: NDArray[np.int64]
    compared: ComparedTexts

    @classmethod
    def read(
        cls, inputs: Inputs, songs: Collection[str], likeness: Likeness, *, max_group: int, least_words: int
    ) -> Interpretations:
        """Read them, and compare those of so many words.

        Args:
            inputs: with `clean_interpretations`.
            songs: whose interpretations are compared; all are read.
            likeness: from where on two are near-duplicates.
            max_group: texts in a loose group that is not taken apart (`similarity.caps`).
            least_words: of one that is compared.
        """
        rows = inputs.read(_TABLE, _READS)
        song_ids, known = strings(rows.column("song_id")), set(songs)
        is_known = np.array([song_id in known for song_id in song_ids], bool)
        places = np.flatnonzero(is_known & (rows.column("n_words").to_numpy() >= least_words))

        def parts() -> Iterator[list[str]]:
            start = 0
            for part in inputs.iterate(_TABLE, ["text"]):
                here = places[slice(*np.searchsorted(places, [start, start + len(part)]))]
                yield strings(part.column("text").take(here - start))
                start += len(part)

        names = [song_ids[place] for place in places.tolist()]
        compared = ComparedTexts.read(names, parts, likeness, max_group)
        votes = rows.column("votes").to_pylist()
        return cls(song_ids, strings(rows.column("interpretation_id")), votes, places, compared)

    def key(self, place: int) -> str:
        """Return how an interpretation is named among the rejects."""
        return f"{self.song_ids[place]}/{self.ids[place]}"

    def rank(self, place: int) -> tuple[object, ...]:
        """Return what orders copies: that of the highest vote is the first, of several that of the smallest id."""
        votes = self.votes[place]
        return votes is None, -(votes or 0), self.ids[place]

    def boilerplate(self, most_songs: int) -> dict[int, int]:
        """Return place → songs that it and its near-duplicates stand under, of those that have more than so many."""
        groups = self.compared.groups(len(self.places))
        codes = np.unique(self.compared.songs, return_inverse=True)[1] if len(groups) else groups
        pairs = np.unique(np.stack([groups, codes]), axis=1)
        n_songs = np.bincount(pairs[0], minlength=1)[groups]
        rows = np.flatnonzero(n_songs > most_songs)
        return dict(zip(self.places[rows].tolist(), n_songs[rows].tolist(), strict=True))

    def without(self, places: Collection[int]) -> Interpretations:
        """Return them with the texts at these places not among those that are compared."""
        gone = {text for text, rows in self.compared.texts.rows_of.items() if int(self.places[rows[0]]) in places}
        return replace(self, compared=self.compared.without(gone))

    def apart(self, group_ids: Mapping[str, str]) -> set[int]:
        """Return the places without which no two near-duplicates stand under songs of different groups."""
        rows = self.compared.apart(group_ids, lambda row: self.rank(int(self.places[row])))
        return {int(self.places[row]) for row in rows}

    def rows(self, group_ids: Mapping[str, str], gone: Collection[int]) -> dict[str, list[Any]]:
        """Return the columns of `interpretation_copies`; nothing where none is left.

        Args:
            group_ids: song → group; interpretations of songs without one are left out.
            gone: places of others that are.
        """
        left = [n for n, song_id in enumerate(self.song_ids) if song_id in group_ids and n not in gone]
        if not left:
            return {}
        there = set(left)
        ungrouped = {row for row, place in enumerate(self.places.tolist()) if place not in there}
        labels = self.compared.groups(len(self.ids), lambda row: int(self.places[row]), ungrouped).tolist()
        members: dict[int, list[int]] = {}
        for place in left:
            members.setdefault(labels[place], []).append(place)
        names = {label: min(self.ids[place] for place in some) for label, some in members.items()}
        kept = {min(some, key=self.rank) for some in members.values()}
        n_songs = {label: len({self.song_ids[place] for place in some}) for label, some in members.items()}
        of = [labels[place] for place in left]
        return {
            "song_id": [self.song_ids[place] for place in left],
            "interpretation_id": [self.ids[place] for place in left],
            "copy_group_id": [names[label] for label in of],
            "is_kept": [place in kept for place in left],
            "n_copies": [len(members[label]) for label in of],
            "n_songs": [n_songs[label] for label in of],
        }
