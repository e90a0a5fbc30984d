"""A format whose files do harm to whoever reads them, as their words say."""

from __future__ import annotations

import os
import signal
import time

from musicdata.music.formats.song import Song, SungNote
from musicdata.sources.song_formats import SongFormat


def read(data: bytes, _name: str, _unit_ql: float) -> dict[str, Song]:
    what, *more = data.decode().split()
    if what == "exit":
        os._exit(7)
    if what == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "raise":
        raise KeyError("odd")
    if what == "hang":
        time.sleep(3600)
    if what == "sleep":
        time.sleep(float(more[0]))
    kept: list[bytearray] = []
    while what == "greedy" or (what == "large" and len(kept) < 45):
        kept.append(bytearray(20 << 20))
        time.sleep(0.01)
    if what == "large":
        time.sleep(2)  # so that it is seen
    notes = [SungNote(60, 1.0, 0.0, "la", "la", index) for index in range(12)]
    song = Song(name="", title=what, composer=None, lyricist=None, rights=None, language="en", notes=notes)
    return {"": song}


FORMAT = SongFormat("odd", endings=(".odd",), read=read)
