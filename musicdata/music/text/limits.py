"""How long texts may be, and which characters they may have: the same for every format and service.

What is longer is a reject, never cut in silence. Control characters and halves of surrogate pairs have no place in what
is sung; in what is said of a song they count as spaces. Everything else is kept as the source has it, characters that
turn the direction of writing too: whoever prints a text escapes them (`musicdata.cli.output`).
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from musicdata.music.formats.song import Song

SUNG = 200
"""Longest syllable or word, in characters."""
STATEMENT = 2_000
"""Longest title, name, credit or rights statement, in characters."""
CREDITS = 200
"""Most artists of one track."""
UNFIT = frozenset({"Cc", "Cs"})
"""Unicode categories that no text has: control characters and halves of surrogate pairs."""

_STATED = ("title", "composer", "lyricist", "rights")
TOO_LONG, UNFIT_CHARACTER = "text_too_long", "unfit_character"


def has_unfit(text: str) -> bool:
    """Say whether a text has control characters or halves of surrogate pairs."""
    return not text.isprintable() and any(unicodedata.category(character) in UNFIT for character in text)


def statement(text: str) -> str:
    r"""Return a text about a song on one line, control characters and halves of surrogate pairs as spaces.

    >>> statement("Die\x9bForelle\n op.  32")
    'Die Forelle op. 32'
    """
    if has_unfit(text):
        text = "".join(" " if unicodedata.category(character) in UNFIT else character for character in text)
    return " ".join(text.split())


def checked(song: Song) -> Song:
    """Return a song of any format, with what is said of it as `statement` has it.

    Raises:
        FormatError: ``text_too_long`` or ``unfit_character``, with the text's place and its beginning.
    """
    stated = {name: statement(text) for name in _STATED if (text := getattr(song, name)) is not None}
    for name, text in (("name", song.name), ("language", song.language or ""), *stated.items()):
        if len(text) > STATEMENT:
            raise FormatError(TOO_LONG, f"{name}: {len(text):,} characters, at most {STATEMENT:,}: {text[:40]!r} …")
    for number, note in enumerate(song.notes):
        for text in (note.syllable or "", note.word or ""):
            if len(text) > SUNG:
                raise FormatError(
                    TOO_LONG, f"note {number}: {len(text):,} characters are sung, at most {SUNG}: {text[:40]!r} …"
                )
            if has_unfit(text):
                raise FormatError(UNFIT_CHARACTER, f"note {number}: {text[:40]!r} has a control character")
    title, composer, lyricist, rights = (stated.get(name) or None for name in _STATED)
    return replace(song, title=title, composer=composer, lyricist=lyricist, rights=rights)
