"""Shards that know which items are lent to a split."""

from __future__ import annotations

from musicdata.definitions import split_filling
from musicdata.definitions.stage import Shard


def test_shards_carry_what_is_lent_beside_what_they_had() -> None:
    shards = [Shard("a", "b", 2, "digest", ("told",)), Shard("c", "d", 2, "digest")]
    lent = {"group b": "valid", "a": "test"}
    marked = list(split_filling.marked(shards, lent))
    assert [split_filling.read(shard) for shard in marked] == [lent, lent]
    assert marked[0].items[0] == "told"
    assert list(split_filling.marked(shards, {})) == shards  # whose keys are as if there were no such thing
