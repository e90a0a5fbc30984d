"""The words that are sung in scores, put together from the syllables under their notes.

A score has no lines of verse. Here a line ends with the mark that ends a sentence or a clause, with a comma after some
words, and where the voice rests.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from musicdata.errors import FormatError, IntegrityError
from musicdata.sources import song_formats
from musicdata.sources.tabular.rows import Fault, Row
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.music.formats.song import Song, SungNote
    from musicdata.sources.tabular.rows import SourceFile

_ENDS_SENTENCE, _ENDS_CLAUSE = (".", "!", "?", ";", ":"), (",",)
_CLOSING = "\"'”’»)"
_CLAUSE_WORDS, _REST_WORDS = 4, 3  # a line has at least so many, where a comma or a rest ends it
_REST_QL = 1.0


def rows(file: SourceFile) -> Iterator[Row | Fault]:
    """Yield the songs of a score, or why there are none."""
    yield from _read(file)


@functools.lru_cache(maxsize=4096)  # to read a score takes a hundred times what reading its words in a table does
def _read(file: SourceFile) -> tuple[Row | Fault, ...]:
    try:
        data = paths.read_regular(file.path, song_formats.MAX_FILE_BYTES, follow=True)
        songs = song_formats.read_songs(data, file.path.name)
    except (OSError, IntegrityError) as error:
        return (Fault(0, "unreadable_file", f"{error}".replace(str(file.path), file.name)),)
    except FormatError as error:
        return (Fault(0, error.reason, error.detail),)
    return tuple(_row(number, file, song) for number, song in enumerate(songs.values(), 1))


def _row(number: int, file: SourceFile, song: Song | FormatError) -> Row | Fault:
    if isinstance(song, FormatError):
        return Fault(number, song.reason, song.detail)
    cells = {
        "artist": song.composer,
        "title": song.title,
        "language": song.language,
        "licence": song.rights,
        "lyrics": text(song.notes),
    }
    return Row(number, cells, f"{file.detail}_{number}" if number > 1 else file.detail)


def text(notes: Sequence[SungNote]) -> str:
    """Return the words under notes, with line breaks."""
    lines: list[list[str]] = [[]]
    before: int | None = None
    for note in notes:
        line = lines[-1]
        is_new = note.word is None or note.word_index != before
        if is_new and line and _ends(line, note.rest_ql):
            lines.append(line := [])
        sung = note.syllable if note.syllable is not None else (note.word if is_new else "") or ""
        if is_new or not line:
            line.append(sung)
        else:
            line[-1] += sung
        before = note.word_index
    return "\n".join(" ".join(line) for line in lines if line)


def _ends(line: Sequence[str], rest_ql: float) -> bool:
    last = line[-1].rstrip(_CLOSING)
    return (
        last.endswith(_ENDS_SENTENCE)
        or (last.endswith(_ENDS_CLAUSE) and len(line) >= _CLAUSE_WORDS)
        or (rest_ql >= _REST_QL and len(line) >= _REST_WORDS)
    )
