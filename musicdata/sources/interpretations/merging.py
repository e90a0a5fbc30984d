"""One song of many rows: what most of them say, and each interpretation once, whatever their order."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from musicdata.sources.interpretations.inputs import VARIANTS
from musicdata.sources.interpretations.tags import SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_SPLITS = ("test", "valid", "train")  # which one wins where files disagree
_COMMONEST = ("songmeanings_id", "artist", "title", "language_given", "licence", "audio_name")


class Place(NamedTuple):
    """A row of a song, without its text, as it was put aside.

    Attributes:
        text_sha256: of the text.
        source: file, `source_row` its row there.
        votes: that it states; `votes_given` what it states instead of a number.
        variant: of the set in which its file is one; "" for none.
        official_split: in which the source places it; "" where it does not.
    """

    text_sha256: str
    source: str
    source_row: int
    votes: int | None
    votes_given: str | None
    variant: str
    official_split: str


class Merged(NamedTuple):
    """An interpretation that one or several files hold.

    Attributes:
        place: index of the row whose text and place it has: that of the first file.
        votes: the most that a file states; `votes_given` what one states that is no number, where none states one.
        given_in: variants that hold it.
        official_split: in which a file places it.
    """

    place: int
    votes: int | None
    votes_given: str | None
    given_in: str | None
    official_split: str | None


def interpretations(places: Sequence[Place]) -> list[Merged]:
    """Return the interpretations of a song: what several files hold is one.

    A file that has a text twice has two interpretations; which of them is a copy is not decided here.

    Args:
        places: rows of one song, in order of hash, file and row.
    """
    same: dict[tuple[str, int], list[int]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for index, place in enumerate(places):
        of_file = (place.text_sha256, place.source)
        same.setdefault((place.text_sha256, seen[of_file]), []).append(index)
        seen[of_file] += 1
    return [_merged(indices, [places[index] for index in indices]) for indices in same.values()]


def _merged(indices: Sequence[int], places: Sequence[Place]) -> Merged:
    votes = [place.votes for place in places if place.votes is not None]
    odd = [place.votes_given for place in places if place.votes_given is not None]
    variants = {place.variant for place in places}
    return Merged(
        indices[0],
        max(votes) if votes else None,
        min(odd) if odd and not votes else None,
        SEPARATOR.join(variant for variant in VARIANTS if variant in variants) or None,
        split_of(place.official_split for place in places),
    )


def split_of(splits: Iterable[str | None]) -> str | None:
    """Return which of several splits counts: what is test anywhere is test.

    >>> split_of(["train", "", "test"]), split_of(["", None])
    ('test', None)
    """
    there = set(splits)
    return next((split for split in _SPLITS if split in there), None)


def song(told: Sequence[tuple[Mapping[str, Any], int]]) -> dict[str, Any]:
    """Return what is said of a song: of each field what most rows say, and of equals the least; all tags.

    Args:
        told: what rows say, by the columns of `interpreted_songs`, each with how many rows say it.
    """
    row: dict[str, Any] = {"song_id": told[0][0]["song_id"]}
    row |= {name: _commonest((one[name], n) for one, n in told) for name in _COMMONEST}
    sha256 = _commonest((one["lyrics_sha256"], n) for one, n in told)
    row["lyrics_sha256"] = sha256
    row["lyrics"] = next((one["lyrics"] for one, _ in told if one["lyrics_sha256"] == sha256), None)
    row["n_other_lyrics"] = len({one["lyrics_sha256"] for one, _ in told} - {None, sha256})
    tags = {name for one, _ in told for name in (one["tags"] or "").split(SEPARATOR) if name}
    row["tags"] = SEPARATOR.join(sorted(tags)) or None
    return row


def _commonest(values: Iterable[tuple[str | None, int]]) -> str | None:
    counts: Counter[str] = Counter()
    for value, n in values:
        if value is not None:
            counts[value] += n
    return min(counts, key=lambda value: (-counts[value], value), default=None)
