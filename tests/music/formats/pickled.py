"""Records as those who publish them pickle them: objects of classes in modules of theirs."""

from __future__ import annotations

import io
import pickle
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from musicdata.music.formats.pickled_records import PickledRecords

NAMES = frozenset({"LyricsCommentData", "MusicData"})


@dataclass
class LyricsCommentData:
    music4all_id: str
    songmeanings_id: str
    lyrics: str
    comment: str


class MusicData:
    def __init__(self, lyrics: str, comments: list[tuple[str, int]]) -> None:
        self.lyrics, self.comments = lyrics, comments


class InSlots:
    __slots__ = ("comment", "lyrics")
    comment: str
    lyrics: str


@contextmanager
def standing_in(module: str, *classes: type) -> Iterator[None]:
    """Let classes look as if they stood in that module."""
    before = [(one, one.__module__, one.__name__, one.__qualname__) for one in classes]
    made = [name for name in (module.rpartition(".")[0], module) if name and name not in sys.modules]
    for name in made:
        sys.modules[name] = types.ModuleType(name)
    for one in classes:
        name = "LyricsCommentData" if one is InSlots else one.__name__
        one.__module__, one.__name__, one.__qualname__ = module, name, name
        setattr(sys.modules[module], name, one)
    try:
        yield
    finally:
        for one, *names in before:
            if module not in made:
                delattr(sys.modules[module], one.__name__)
            one.__module__, one.__name__, one.__qualname__ = names
        for name in made:
            del sys.modules[name]


def dumped(
    value: Any,
    protocol: int,
    module: str = "mymodel.LyricsCommentData",
    classes: tuple[type, ...] = (LyricsCommentData, MusicData),
) -> bytes:
    """Pickle a value with records as if their classes stood in that module."""
    with standing_in(module, *classes):
        return pickle.dumps(value, protocol)


def read(data: bytes, *, can_seek: bool = True) -> list[Any]:
    """Return the items of a pickle, as a file on disk is read, or as a packed one is."""
    stream = io.BytesIO(data)
    if not can_seek:
        return list(PickledRecords(stream, NAMES))
    return list(PickledRecords(stream, NAMES, len(data), lambda at, n: data[at : at + n]))
