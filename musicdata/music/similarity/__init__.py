"""Near-duplicate songs: which songs are the same song in another shape, and the groups they form."""

from __future__ import annotations

from musicdata.music.similarity.groups import Grouping, group, group_sets
from musicdata.music.similarity.links import Link, SongContent, find_links

__all__ = ["Grouping", "Link", "SongContent", "find_links", "group", "group_sets"]
