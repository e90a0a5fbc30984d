"""Shards of stages that place items in splits: which items fill a split that would be empty depends on all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from musicdata.definitions.stage import Shard

_MARK = "lent"


def marked(shards: Iterable[Shard], lent: Mapping[str, str]) -> Iterator[Shard]:
    """Yield shards that know which items are lent to a split (`Split.lent`); their keys depend on it."""
    words = tuple(f"{_MARK} {split} {item}" for item, split in sorted(lent.items()))
    for shard in shards:
        yield replace(shard, items=(*shard.items, *words))


def read(shard: Shard) -> dict[str, str]:
    """Return item → split of what is lent, as `marked` told the shard."""
    words = (word.split(" ", 2) for word in shard.items if word.startswith(f"{_MARK} "))
    return {item: split for _, split, item in words}
