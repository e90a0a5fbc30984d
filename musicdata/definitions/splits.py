"""Splits by a keyed hash: where an id falls depends on the id and the seed alone, so adding items moves none.

One exception keeps small sets usable (`Split.lent`): a split that no item falls into is lent one.
"""

from __future__ import annotations

import hashlib
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from musicdata.definitions.stage import Parameters

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_NONE: Mapping[str, str] = MappingProxyType({})
SPLITS = ("train", "valid", "test")


class Split(Parameters):
    """Which column decides, and the share of each split.

    `by="group_id"` keeps near-duplicate songs together; `by="sample_id"` is the MusicTM paper's own way, in which
    windows of one song fall into different splits. `by="artist_group_id"` keeps together what shares an artist.

    Attributes:
        by: column whose values are placed: rows that share one are in the same split.
        train: share of these values in train, about, since each is placed by a hash.
        valid: share of them in valid; `test` share of them in test; the three sum to 1.
        seed: of the hash: another one places them otherwise.
    """

    by: Literal["group_id", "artist_group_id", "song_id", "sample_id"] = "group_id"
    train: float = Field(0.70, ge=0, le=1)
    valid: float = Field(0.15, ge=0, le=1)
    test: float = Field(0.15, ge=0, le=1)
    seed: int = Field(0, ge=0, lt=2**32)

    @model_validator(mode="after")
    def _sums_to_one(self) -> Self:
        if abs(self.train + self.valid + self.test - 1) > 1e-9:
            raise ValueError(f"shares sum to {self.train + self.valid + self.test:g}, expected 1")
        return self

    def among(self, columns: Sequence[str], items: str) -> Self:
        """Return the split, if it goes by one of these columns.

        Args:
            columns: that the items have.
            items: what is placed, for the message.

        Raises:
            ValueError: the items have no such column.
        """
        if self.by not in columns:
            permitted = " or ".join(f'by = "{column}"' for column in columns)
            raise ValueError(f"{items} have no {self.by}; expected {permitted}")
        return self

    def place(self, item_id: str, lent: Mapping[str, str] = _NONE) -> str:
        """Return the split of the id.

        Args:
            item_id: of the item.
            lent: what `lent` says of all items.

        >>> Split(seed=1).place("lc5032950_3f2a91c0aa")
        'train'
        """
        return lent.get(item_id) or self._at(self._point(item_id))

    def lent(self, item_ids: Iterable[str]) -> dict[str, str]:
        """Return the items that fill a split into which none falls → that split.

        As many splits get an item as there are items, those with the largest shares first. Each empty one is lent the
        item whose hash lies nearest to it, of a split that has more than one left. Once an item falls there by itself,
        or one comes that lies nearer, the lent one goes back to where its hash says; items that are not lent stay
        whatever comes. The order of the items plays no part.

        Args:
            item_ids: all that are placed; one may come several times.

        >>> sorted(Split(seed=0).lent(["a", "b", "c"]).items())
        [('c', 'valid')]
        """
        shares = {name: getattr(self, name) for name in SPLITS if getattr(self, name) > 0}
        members: dict[str, set[str]] = {name: set() for name in SPLITS}
        points: dict[str, float] = {}
        for item_id in item_ids:
            if item_id not in points:
                points[item_id] = self._point(item_id)
                members[self._at(points[item_id])].add(item_id)
                if all(members[name] for name in shares):
                    return {}
        filled = sorted(shares, key=lambda name: -shares[name])[: len(points)]
        lent: dict[str, str] = {}
        for name in (name for name in filled if not members[name]):
            spare = [
                one for other in SPLITS if other not in filled or len(members[other]) > 1 for one in members[other]
            ]
            nearest = min(spare, key=lambda one: (self._distance(points[one], name), one))
            members[self._at(points[nearest])].discard(nearest)
            lent[nearest] = name
            members[name].add(nearest)
        return lent

    def _point(self, item_id: str) -> float:
        hashed = hashlib.blake2b(item_id.encode(), key=self.seed.to_bytes(4), digest_size=8)
        return int.from_bytes(hashed.digest()) / 2**64

    def _at(self, point: float) -> str:
        if point < self.train:
            return "train"
        return "valid" if point < self.train + self.valid else "test"

    def _distance(self, point: float, name: str) -> float:
        """Return how far a point is from where a split lies between 0 and 1."""
        bounds = {
            "train": (0.0, self.train),
            "valid": (self.train, self.train + self.valid),
            "test": (self.train + self.valid, 1.0),
        }
        low, high = bounds[name]
        return max(low - point, point - high, 0.0)
