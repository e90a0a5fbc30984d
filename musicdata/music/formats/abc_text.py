r"""ABC notation as text: its tunes, their fields, and their lines as music21 can read them.

ABC is written by hand in several dialects. Taken out is what says nothing of pitch, duration and words: comments,
directives, annotations, chord symbols, decorations by name, the fields that music21 would read as notes (`s:`, `r:`).
The standard is that of version 2.1 (abcnotation.com): a tune begins with `X:` and ends with an empty line.
"""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

from musicdata.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_TUNES = 20_000
MAX_CHARACTERS = 400_000  # of one tune; the longest scores have some 100,000
_FIELD = re.compile(r"([A-Za-z+]):(?!\|)(.*)")
_INLINE = re.compile(r"\[([A-Za-z]):([^\]\n]*)\]")
_TO_MUSIC21 = frozenset("KLM")
_QUIET = re.compile(r'"[^"]*"|![^!\s][^!\n]*!|\+[^+\s|]+\+|\$|`|\[\|\](?!:)|(?<![A-Za-z])y[\d/]*')
_OVERLAY = re.compile(r"&[^|]*")
_BARS_OF_REST = re.compile(r"[ZX](\d{0,6})")
_OWN_ACCIDENTALS = re.compile(r"(^|\s)exp\b|(^|\s)[_^=]{1,2}[a-gA-G]")
_SHIFTED = re.compile(r"\b(?:transpose|score|sound|shift)\s*=\s*(?!-?0\b)\S+")
_OCTAVE = re.compile(r"\boctave\s*=\s*([-+]?\d{1,2})\b|\b[a-z]+\d?([-+])8\b")
_NAMED = re.compile(r"\s*\b[a-z]+\s*=\s*(?:\"[^\"]*\"|\S+)|\s*\b(?:treble|bass|alto|tenor|none|perc)\d?(?:[-+]8)?\b")
_TEX = re.compile(r"\\([`'^~\"cvuH=.o/])\s?\{?([A-Za-z])\}?")
_MARKS = {"`": "\u0300", "'": "\u0301", "^": "\u0302", "~": "\u0303", '"': "\u0308", "c": "\u0327", "v": "\u030c",
          "u": "\u0306", "H": "\u030b", "=": "\u0304", ".": "\u0307"}  # fmt: skip
_LETTERS = {"/o": "ø", "/O": "Ø", "/l": "ł", "/L": "Ł", "/d": "đ", "/D": "Đ", "oa": "å", "oA": "Å"}
_LIGATURES = {"\\ss": "ß", "\\ae": "æ", "\\AE": "Æ", "\\oe": "œ", "\\OE": "Œ", "\\aa": "å", "\\AA": "Å"}
_LIGATURE = re.compile("|".join(re.escape(text) for text in _LIGATURES))


@dataclass(slots=True)
class Tune:
    """One tune of a file.

    Attributes:
        number: what its `X:` says.
        fields: letter → its values in the order of the header.
        head: lines for music21 that hold for all voices.
        voices: voice → its lines for music21; a line of words is `w:` and its number in `words`.
        octaves: voice → by how many octaves it sounds higher than written; "" for all that say nothing.
        words: lines of words; empty where a line of music has none.
    """

    number: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    head: list[str] = field(default_factory=list)
    voices: dict[str, list[str]] = field(default_factory=dict)
    octaves: dict[str, int] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)

    def sung_voices(self) -> dict[str, list[str]]:
        """Return the voices that have words."""
        return {name: lines for name, lines in self.voices.items() if any(line.startswith("w:") for line in lines)}

    def octaves_of(self, voice: str) -> int:
        """Return by how many octaves a voice sounds higher than written."""
        return self.octaves.get(voice, self.octaves.get("", 0))

    def first(self, letter: str) -> str | None:
        """Return the first value of a field as text; None where there is none."""
        return next((text(value) for value in self.fields.get(letter, ()) if value.strip()), None)


def decode(data: bytes) -> str:
    """Decode a file: UTF-8 with or without a mark, UTF-16 with one, else Latin-1, as old files are.

    Raises:
        FormatError: `not_text`.
    """
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise FormatError("not_text", "it holds zero bytes, and is no text")
    try:
        return data.decode("utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def lines(data: bytes) -> list[str]:
    """Return the lines of a file, whatever ends them.

    Raises:
        FormatError: as `decode`.
    """
    return decode(data).replace("\r\n", "\n").replace("\r", "\n").rstrip("\n").split("\n")


def text(value: str) -> str:
    r"""Return a text as it reads: ABC writes accents as TeX does, or as HTML.

    >>> text("Fr\\'ed\\'eric &amp; Gru\\ss"), text("a &eacute;")
    ('Frédéric & Gruß', 'a é')
    """
    plain = _LIGATURE.sub(lambda found: _LIGATURES[found[0]], html.unescape(value))
    plain = _TEX.sub(lambda found: _LETTERS.get(found[1] + found[2], found[2] + _MARKS.get(found[1], "")), plain)
    return unicodedata.normalize("NFC", " ".join(plain.split()))


def tunes(data: bytes) -> Iterator[tuple[str, Tune | FormatError]]:
    """Yield what `X:` says of each tune of a file, and the tune, or why it cannot be read.

    Raises:
        FormatError: `not_abc`, for a file without a tune; `too_large`.
    """
    written = lines(data)
    starts = [number for number, line in enumerate(written) if line.startswith("X:")]
    if not starts:
        raise FormatError("not_abc", "no line begins with X:, as every tune of ABC does")
    if len(starts) > MAX_TUNES:
        raise FormatError("too_large", f"{len(starts):,} tunes; at most {MAX_TUNES:,} are read")
    common = [line for line in written[: starts[0]] if line[:2] in ("M:", "L:", "C:", "Z:")]
    for start, stop in zip(starts, [*starts[1:], len(written)], strict=True):
        end = next((number for number in range(start, stop) if not written[number].strip()), stop)
        number = written[start][2:].strip()
        try:
            yield number, _tune(number, [*common, *written[start + 1 : end]])
        except FormatError as error:
            yield number, error


def _tune(number: str, lines: list[str]) -> Tune:
    if sum(map(len, lines)) > MAX_CHARACTERS:
        raise FormatError("too_large", f"a tune of more than {MAX_CHARACTERS:,} characters")
    tune = Tune(number)
    reading = _Reading(tune)
    for line in _joined(lines):
        reading.line(line)
    if not reading.is_body:
        raise FormatError("no_key", f"tune {tune.number} has no K:, so that nobody knows its notes")
    return tune


def _joined(lines: list[str]) -> Iterator[str]:
    """Yield lines without comments, each with what continues it."""
    waiting = ""
    for raw in lines:
        line = re.sub(r"(?<!\\)%.*", "", raw).rstrip()
        if not line:
            continue
        if line.startswith("+:"):
            waiting = f"{waiting} {line[2:].strip()}"
            continue
        if waiting.startswith("w:") and waiting.endswith("\\") and line.startswith("w:"):
            waiting = f"{waiting[:-1].rstrip()} {line[2:].strip()}"
            continue
        if waiting:
            yield waiting
        waiting = line
    if waiting:
        yield waiting


def _voice(value: str) -> str:
    """Return the name of a voice, which its properties follow."""
    return value.split(None, 1)[0] if value.strip() else ""


class _Reading:
    """A tune as it is read, line by line: what a bar of rest lasts depends on what went before."""

    def __init__(self, tune: Tune) -> None:
        self.tune, self.is_body = tune, False
        self.meter, self.unit = Fraction(1), Fraction(0)
        self.voice = ""
        tune.head = ["X:1"]

    def add(self, line: str) -> None:
        """Add a line for music21 to where it belongs."""
        (self.tune.voices.setdefault(self.voice, []) if self.is_body else self.tune.head).append(line)

    def line(self, line: str) -> None:
        found = _FIELD.match(line)
        if found is None:
            self.music(line)
        elif found[1] == "w" and self.is_body:
            self.add(f"w:{len(self.tune.words)}")
            self.tune.words.append(found[2])
        else:
            self.field(found[1], found[2].strip())

    def field(self, letter: str, value: str) -> None:
        if letter in "mU" or (letter == "I" and value.startswith(("transpose", "octave"))):
            raise FormatError("unsupported_abc", f"{letter}:{value[:40]} gives signs or notes a meaning of their own")
        if letter in "KV":
            self.read_shift(letter, value)
        if letter == "K" and _OWN_ACCIDENTALS.search(value):
            raise FormatError("unsupported_abc", f"K:{value[:40]} has accidentals of its own; write them at the notes")
        if not self.is_body:
            self.tune.fields.setdefault(letter, []).append(value)
        if letter == "V" and self.is_body:
            self.voice = _voice(value)
        if letter in "ML":
            self.time(letter, value)
        if letter in _TO_MUSIC21:
            self.add(f"{letter}:{_NAMED.sub('', value).strip() if letter == 'K' else value}")
        self.is_body |= letter == "K"

    def read_shift(self, letter: str, value: str) -> None:
        """Take octaves that a key or a voice sounds higher; refuse other intervals."""
        if shift := _SHIFTED.search(value):
            raise FormatError("unsupported_abc", f"{letter}: {shift[0][:40]} shifts what is written; write what sounds")
        found = _OCTAVE.findall(value)
        if found:
            octaves = sum(int(number or f"{sign}1") for number, sign in found)
            self.tune.octaves[_voice(value) if letter == "V" else self.voice] = octaves

    def time(self, letter: str, value: str) -> None:
        value = {"C": "4/4", "C|": "2/2"}.get(value, value)
        if found := re.fullmatch(r"\(?([\d+\s]{1,40})\)?\s*/\s*(\d{1,3})", value):
            length = Fraction(sum(map(int, re.findall(r"\d+", found[1]))), max(int(found[2]), 1))
            if letter == "M":
                self.meter = length
            else:
                self.unit = length

    def music(self, line: str) -> None:
        if not self.is_body:
            return  # free text between the fields
        line = line.rstrip("\\")
        for piece in re.split(r"(\[[A-Za-z]:[^\]\n]*\])", line):
            if (inline := _INLINE.fullmatch(piece)) is not None:
                if inline[1] in _TO_MUSIC21 or inline[1] in "mUIV":
                    self.field(inline[1], inline[2].strip())
            elif plain := self.plain(piece):
                self.add(plain)

    def plain(self, piece: str) -> str:
        piece = _OVERLAY.sub("", _QUIET.sub("", piece)).replace("x", "z")
        return _BARS_OF_REST.sub(self.bars_of_rest, piece).strip()

    def bars_of_rest(self, found: re.Match[str]) -> str:
        unit = self.unit or (Fraction(1, 16) if self.meter < Fraction(3, 4) else Fraction(1, 8))
        length = self.meter / unit
        n = min(int(found[1] or 1), 1000)
        return "|".join([f"z{length.numerator}/{length.denominator}" if length.denominator > 1 else f"z{length}"] * n)
