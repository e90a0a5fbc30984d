"""Splits by a keyed hash: where an id falls depends on the id and the seed alone, so adding items moves none."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from musicdata.definitions.stage import Parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

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

    def place(self, item_id: str) -> str:
        """Return the split of the id.

        >>> Split(seed=1).place("lc5032950_3f2a91c0aa")
        'train'
        """
        hashed = hashlib.blake2b(item_id.encode(), key=self.seed.to_bytes(4), digest_size=8)
        point = int.from_bytes(hashed.digest()) / 2**64
        if point < self.train:
            return "train"
        return "valid" if point < self.train + self.valid else "test"
