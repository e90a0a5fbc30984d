r"""Writes lines of notes with lyrics in LilyPond's language.

That language is a program: an unescaped text could run commands. So only pages written here are ever drawn,
and text gets into them through `quote` alone. One note or syllable stands on each line of the source, so that
LilyPond's line numbers say which note a box or a complaint is about.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

from musicdata.errors import RenderError
from musicdata.music.render import notation

if TYPE_CHECKING:
    from collections.abc import Sequence

LONGEST_TEXT = 200  # characters of one syllable


@dataclass(frozen=True, slots=True)
class PageNote:
    """One note of a page.

    Attributes:
        pitch: MIDI note number, 0–127.
        duration_ql: length in quarter lengths, above 0.
        rest_ql: rest drawn before the note, in quarter lengths.
        syllable: text under the note; None for none.
        hyphen: whether the word goes on with the next syllable.
        spelling: note name to use (`notation.Note.spelling`); None lets the whole page decide.
    """

    pitch: int
    duration_ql: float
    rest_ql: float = 0.0
    syllable: str | None = None
    hyphen: bool = False
    spelling: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One line of notes to draw.

    Attributes:
        name: what the caller calls it; stands in messages and in the result, never in LilyPond's input.
        notes: the notes, in order; at least one.
        clef: one of `notation`'s clefs; None chooses.
    """

    name: str
    notes: Sequence[PageNote]
    clef: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A page in LilyPond's words.

    Attributes:
        page: the page.
        clef: LilyPond's command for the clef.
        voice: one line a note.
        lyrics: one line a note, or nothing when no note has a syllable.
        heads: note heads each note is drawn with, tied ones counted.
    """

    page: Page
    clef: str
    voice: tuple[str, ...]
    lyrics: tuple[str, ...]
    heads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """The input of one LilyPond process.

    Attributes:
        text: the whole file.
        places: source line, counted from 1: number of the score and of the note that stands there.
    """

    text: str
    places: dict[int, tuple[int, int]]


def write(page: Page) -> Score:
    """Writes one page in LilyPond's words.

    Raises:
        RenderError: ``not_notatable`` or ``bad_text``, naming the note.
    """
    if not page.notes:
        raise RenderError("not_notatable", "the page has no notes")
    notes = [notation.Note(n.pitch, n.duration_ql, n.rest_ql, n.spelling) for n in page.notes]
    staff = notation.write(notes, page.clef)
    return Score(page, notation.clef_command(staff.clef), staff.tokens, _write_lyrics(page.notes), staff.heads)


def source(scores: Sequence[Score], *, boxes: bool) -> Source:
    """Writes the input of one process; score number i becomes the picture `page<i>.preview.png`."""
    lines = _preamble("lilypond_page.ily")
    if boxes:
        lines += _preamble("lilypond_boxes.ily")
    places: dict[int, tuple[int, int]] = {}

    def add(number: int, tokens: Sequence[str]) -> None:
        for note, token in enumerate(tokens):
            lines.append(token)
            places[len(lines)] = (number, note)

    for number, score in enumerate(scores):
        lines.append(f'\\book {{ \\bookOutputName "page{number}" \\score {{ <<')
        lines.append(f'\\new Voice = "v" {{ \\cadenzaOn \\autoBeamOff {score.clef}')
        add(number, score.voice)
        lines.append("}")
        if score.lyrics:
            lines.append('\\new Lyrics \\lyricsto "v" {')
            add(number, score.lyrics)
            lines.append("}")
        lines.append(">> } }")
    if boxes:
        lines.append("#(close-port md-port)")
    return Source("\n".join(lines) + "\n", places)


def quote(text: str) -> str:
    r"""Writes a text as one LilyPond string that nothing in it can leave.

    White space of any kind becomes one space; the result is NFC.

    >>> print(quote('say "#(exit)" \\ twice'))
    "say \"#(exit)\" \\ twice"

    Raises:
        RenderError: ``bad_text`` when it is empty, holds control characters or is beyond `LONGEST_TEXT`.
    """
    cleaned = clean(text)
    if not cleaned or len(cleaned) > LONGEST_TEXT:
        excerpt = f"{len(cleaned)} characters: {cleaned[:20]!r}"
        raise RenderError("bad_text", f"expected a syllable of 1 to {LONGEST_TEXT} characters, found {excerpt}")
    for character in cleaned:
        if unicodedata.category(character) in {"Cc", "Cs"}:
            raise RenderError("bad_text", f"control character U+{ord(character):04X} in {cleaned!r}")
    return '"' + cleaned.replace("\\", "\\\\").replace('"', '\\"') + '"'


def clean(text: str) -> str:
    """Gives a text as it is drawn: NFC, white space of any kind as one space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _write_lyrics(notes: Sequence[PageNote]) -> tuple[str, ...]:
    sung = [i for i, note in enumerate(notes) if note.syllable is not None]
    if not sung:
        return ()
    return tuple(_lyric(note, last=i == sung[-1]) for i, note in enumerate(notes))


def _lyric(note: PageNote, *, last: bool) -> str:
    """Writes a note's syllable; a word cut off by the end of the page ends without a hyphen."""
    if note.syllable is None:
        return "\\skip 1"
    return quote(note.syllable) + (" --" if note.hyphen and not last else "")


def _preamble(name: str) -> list[str]:
    return resources.files("musicdata.music.render").joinpath(name).read_text(encoding="utf-8").splitlines()
