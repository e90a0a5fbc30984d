"""Humdrum scores (.krn) as songs: notes of `**kern` by music21, words of the `**text` and `**silbe` spines beside them.

A spine of words belongs to the `**kern` spine to the left of it, the first one to verse 1, the next to verse 2. A
hyphen at the end or the beginning of a syllable says that its word goes on, whichever of the two an encoder writes; an
underscore holds it. A null token (`.`) under a new note says nothing: the note goes on with the syllable, or is played.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.formats import abc_text, underlay
from musicdata.music.formats.musicxml import language_code
from musicdata.music.formats.underlay import Facts, Underlay, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.music.formats.song import Song
    from musicdata.music.formats.underlay import Syllabic

MAX_LINES, MAX_SPINES = 200_000, 200
_WORDS = ("**text", "**silbe", "**lyrics")
_LANGUAGES = {"english": "en", "german": "de", "french": "fr", "italian": "it", "latin": "la", "spanish": "es",
              "dutch": "nl", "polish": "pl", "czech": "cs", "swedish": "sv", "danish": "da"}  # fmt: skip
_RECORD = re.compile(r"!!!([A-Z][A-Z0-9-]*)(?:@{1,2}[A-Z]{2,3})?:\s*(.*)")
_SOUND = re.compile(r"(?=.*[a-gA-Gr])(?=.*[\dqQ])")  # a pitch or a rest, and a duration or that it has none
_UMLAUT = re.compile(r"\\([aouAOU])3")  # as encoders wrote it in seven bits


@dataclass(frozen=True, slots=True)
class _Token:
    """What a spine of words has in a line.

    Attributes:
        column: of the `**kern` spine it belongs to, counted from 0 as the first line has them.
        verse: counted from 1.
        line: number of the line, counted from 1.
        text: as it is written.
    """

    column: int
    verse: int
    line: int
    text: str


def read(data: bytes, _file_name: str) -> list[Song]:
    """Read a score.

    Returns:
        One song.

    Raises:
        FormatError: `not_humdrum`, `no_lyrics`, `unreadable_score`, `too_large_score`, or a reason of
            `musicxml.find_vocal_part`.
    """
    lines = abc_text.lines(data)
    tokens, languages = _tokens(lines)
    if not any(_is_sung(token.text) for token in tokens):
        raise FormatError("no_lyrics", f"it has no spine of {', '.join(_WORDS)} with words")
    under = Underlay()
    score = underlay.in_music21(lambda: _score("\n".join(lines) + "\n", list(_laid(tokens)), under))
    return [under.song(score, _facts(lines, languages))]


def count_syllables(data: bytes) -> tuple[int, int]:
    """Count the tokens with letters or digits in spines of words; those of grace notes may share a note.

    Returns:
        The least and the greatest number of notes and left-out syllables together.

    Raises:
        FormatError: as `read`.
    """
    lines = abc_text.lines(data)
    tokens, _ = _tokens(lines)
    sung = [token for token in tokens if _is_sung(token.text)]
    n_grace = sum("q" in lines[token.line - 1].split("\t")[token.column].lower() for token in sung)
    return len(sung) - n_grace, len(sung)


def plain(text: str) -> str:
    r"""Return a text as it reads: old files have umlauts in seven bits.

    >>> plain(r" S\u3nd' ")
    "Sünd'"
    """
    return _UMLAUT.sub(lambda found: unicodedata.normalize("NFC", f"{found[1]}\u0308"), " ".join(text.split()))


def _is_sung(text: str) -> bool:
    return any(map(str.isalnum, text))


def _tokens(lines: list[str]) -> tuple[list[_Token], list[str]]:
    """Read the spines of words; return their tokens, and the languages that they state.

    Raises:
        FormatError: `not_humdrum`, `too_large_score`, or `unreadable_score` for what is no note in a `**kern` spine.
    """
    spines: list[tuple[int, int]] = []  # column and verse of each spine, verse 0 of one without words
    tokens: list[_Token] = []
    languages: list[str] = []
    kern: set[int] = set()
    if len(lines) > MAX_LINES:
        raise FormatError("too_large_score", f"{len(lines):,} lines; at most {MAX_LINES:,} are read")
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("!"):
            continue
        cells = line.split("\t")
        if line.startswith("**"):
            spines, kern = _begin(cells)
            continue
        if len(cells) != len(spines):
            raise FormatError("not_humdrum", f"line {number} has {len(cells)} spines where {len(spines)} are open")
        if line.startswith("*"):
            languages += [cell.split(":")[1] for cell in cells if cell.lower().startswith("*lang:")]
            spines = _after(spines, cells)
        elif not line.startswith("="):
            tokens += _data(number, cells, spines, kern)
    if not kern:
        raise FormatError("not_humdrum", "it has no **kern spine")
    return tokens, languages


def _data(number: int, cells: list[str], spines: list[tuple[int, int]], kern: set[int]) -> Iterator[_Token]:
    """Yield the words of a line of data.

    Raises:
        FormatError: `unreadable_score` for what is neither note nor rest; music21 would pass it over.
    """
    for (column, verse), cell in zip(spines, cells, strict=True):
        if cell == ".":
            continue
        if verse:
            yield _Token(column, verse, number, cell)
        elif column in kern and not _SOUND.match(cell):
            raise FormatError("unreadable_score", f"line {number}: {cell[:20]!r} is no note, and no rest")


def _begin(cells: list[str]) -> tuple[list[tuple[int, int]], set[int]]:
    """Return column and verse of each spine, and the columns of `**kern`."""
    if len(cells) > MAX_SPINES:
        raise FormatError("too_large_score", f"{len(cells)} spines; at most {MAX_SPINES} are read")
    spines: list[tuple[int, int]] = []
    kern, verse = -1, 0
    for column, cell in enumerate(cells):
        if cell == "**kern":
            kern, verse = column, 0
        elif cell in _WORDS and kern >= 0:
            verse += 1
            spines.append((kern, verse))
            continue
        spines.append((column, 0))
    return spines, {column for column, cell in enumerate(cells) if cell == "**kern"}


def _after(spines: list[tuple[int, int]], cells: list[str]) -> list[tuple[int, int]]:
    """Return the spines after a line that may split, join, exchange or end them."""
    result: list[tuple[int, int]] = []
    place = 0
    while place < len(cells):
        cell, spine = cells[place], spines[place]
        if cell == "*v":
            while place + 1 < len(cells) and cells[place + 1] == "*v" and spines[place + 1] == spine:
                place += 1
            result.append(spine)
        elif cell == "*x" and place + 1 < len(cells) and cells[place + 1] == "*x":
            result += [spines[place + 1], spine]
            place += 1
        elif cell == "*+":
            result += [spine, (-1, 0)]
        elif cell == "*^":
            result += [spine, spine]
        elif cell != "*-":
            result.append(spine)
        place += 1
    return result


def _laid(tokens: list[_Token]) -> Iterator[tuple[_Token, Word]]:
    """Yield the tokens with what they say: a syllable, or that one goes on."""
    spines: dict[tuple[int, int], list[tuple[_Token, str]]] = {}
    for token in tokens:
        text = plain(token.text).strip("|").replace("~", " ")
        if _is_sung(text):
            spines.setdefault((token.column, token.verse), []).append((token, text))
        elif text and not text.strip("-_ "):
            yield token, Word(str(token.verse))
    for sung in spines.values():
        goes_on = False
        for (token, text), (_, after) in zip(sung, [*sung[1:], (None, "")], strict=True):
            syllable = text.strip("_ ")
            starts = not (goes_on or syllable.startswith("-"))
            goes_on = syllable.endswith("-") or after.startswith("-")
            yield token, Word(str(token.verse), _pieces(syllable, starts=starts, ends=not goes_on), text.endswith("_"))


def _pieces(syllable: str, *, starts: bool, ends: bool) -> tuple[tuple[str, Syllabic], ...]:
    texts = [text for text in syllable.strip("-").split(" ") if text]
    last = len(texts) - 1
    return tuple(
        (text, underlay.syllabic(starts=starts or number > 0, ends=ends or number < last))
        for number, text in enumerate(texts)
    )


def _score(text: str, laid: list[tuple[_Token, Word]], under: Underlay) -> Any:
    """Return music21's score, with words on their way under the notes that begin in their lines."""
    from music21.humdrum.spineParser import HumdrumDataCollection
    from music21.note import NotRest

    words: dict[tuple[int, int], list[Word]] = {}
    for token, word in laid:
        words.setdefault((token.column, token.line), []).append(word)
    collection = HumdrumDataCollection(text)
    collection.parse()
    for spine in collection.spineCollection.spines if collection.spineCollection else ():
        if spine.spineType != "kern" or spine.parentSpine is not None:  # what was split off stands in its parent
            continue
        for note in spine.stream.recurse().getElementsByClass(NotRest):
            note.lyrics = []
            if (of_note := words.pop((spine.id, note.priority), None)) is not None:
                under.hang(note, of_note)
    for of_note in words.values():
        under.lose("no_note", of_note)
    return collection.stream


def _facts(lines: list[str], languages: list[str]) -> Facts:
    records: dict[str, list[str]] = {}
    for line in lines:
        if (found := _RECORD.match(line)) and found[2].strip():
            records.setdefault(found[1], []).append(plain(found[2]))
    told = [text.strip("@") for key in ("TXL", "TXO") for text in records.get(key, ())] + languages
    stated = told[0].lower() if told else ""
    return Facts(
        title=_joined(records, "OTL") or _joined(records, "OPR"),
        composer=_joined(records, "COM"),
        lyricist=_joined(records, "LYR"),
        rights=_joined(records, "YEM") or _joined(records, "YEC"),
        language=_LANGUAGES.get(stated, language_code(stated) if stated else None),
    )


def _joined(records: dict[str, list[str]], key: str) -> str | None:
    return "; ".join(dict.fromkeys(records.get(key, ()))) or None
