"""A song a file: `Artist - Title.txt`, or `Artist/Title.txt`, in a folder."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from musicdata.errors import InputError, IntegrityError
from musicdata.sources.tabular import encoded
from musicdata.sources.tabular.rows import MAX_TEXT, Fault, Row
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.sources.tabular.rows import SourceFile

_DASH = re.compile(r"\s+[-–—]\s+")
_TRACK_NUMBER = re.compile(r"\d{1,3}\s*[-.)]\s*(?=\S)|\d{2}\s+(?=\S)")


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield the song of a file, or why there is none."""
    try:
        data = paths.read_regular(file.path, 4 * MAX_TEXT, follow=True)
        text = encoded.decoded(data, file.name)
    except (OSError, IntegrityError) as error:
        yield Fault(0, "unreadable_file", f"{error}".replace(str(file.path), file.name))
    except InputError as error:
        yield Fault(0, "bad_encoding", str(error))
    else:
        artist, title = named(file.name)
        yield Row(1, {"artist": artist, "title": title, "lyrics": text.removeprefix("\ufeff")})


def named(name: str) -> tuple[str, str]:
    """Return artist ("" where it is not told) and title of a file's name within its folder.

    >>> named("Nobody - Long Way.txt"), named("Nobody/02 - Long Way.txt"), named("Nobody/First/Long Way.txt")
    (('Nobody', 'Long Way'), ('Nobody', 'Long Way'), ('Nobody', 'Long Way'))
    >>> named("Long Way.txt")
    ('', 'Long Way')
    """
    place = PurePosixPath(name)
    if len(place.parts) > 1:
        return place.parts[0], _TRACK_NUMBER.sub("", place.stem, count=1)
    artist, *title = _DASH.split(place.stem, maxsplit=1)
    return (artist, title[0]) if title else ("", place.stem)
