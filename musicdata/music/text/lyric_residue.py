"""Takes out of lyrics what is not sung, counts it by rule, and keeps marks of sections as marks.

Only what is almost never sung goes: rules are anchored on the ends of lines and texts, or look at words that nobody
sings. A line that could be either stays. Cleaning what is clean changes nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Self

from musicdata.music.text import (
    chords,
    lyric_cleaning,
    lyric_language,
    lyric_marks,
    residue_characters,
    residue_lines,
    residue_notices,
)
from musicdata.music.text.residue_count import Count, Removed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from musicdata.music.text.lyric_marks import Mark

_MAX_PASSES = 10
_TAG = re.compile(r"[\[［【]([^\[\]［］【】]{1,100})[\]］】]")
_PARENTHESISED = re.compile(r"[(（]([^()（）]{1,90})[)）][.:]?")
_SENTENCE_ENDS = ("!", "?", "…", ",", ".", ";")
_MARK = "\ufdd0"
_BEFORE_FIRST = re.compile(rf"(?:\s|{_MARK}\d+(?=\n|\Z))*")
_MOST_REPETITIONS, _REPETITION_CHARACTERS = 8, 60


class Cleaned(NamedTuple):
    """Lyrics as they are sung.

    Attributes:
        text: a line each, an empty line between stanzas, none at the ends; "" where nothing is left.
        marks: of sections, in order.
        removed: rule → how many things it took out or repaired, and how much shorter that made the text.
    """

    text: str
    marks: tuple[Mark, ...]
    removed: dict[str, Removed]


def clean(text: str, title: str | None = None) -> Cleaned:
    r"""Return the words of a song without what is not sung, the marks that stood in them, and what went.

    Of a text in which every pass uncovers something new to take out nothing is left: it is no lyrics.

    >>> cleaned = clean("2 ContributorsRiver Lyrics[Verse 1: Ivy]\r\nRock &amp; roll (x2)\n\nAgain12Embed")
    >>> cleaned.text, [(mark.label, mark.line) for mark in cleaned.marks]
    ('Rock & roll\n\nAgain', [('Verse 1', 0), (None, 1)])
    >>> list(cleaned.removed)
    ['contributors', 'embed', 'html_entity', 'repeat_mark', 'section_mark']

    Args:
        text: of any length and kind; time grows with its length.
        title: of the song, where it is known: pages repeat it before the words.
    """
    cleaning = _Cleaning(title)
    text = cleaning.count.sub("control_character", re.compile(_MARK), "", text)
    for _ in range(_MAX_PASSES):
        before, text = text, cleaning.next(text)
        if text == before:
            return cleaning.result(text)
    cleaning.count.add("endless", 1, len(text))
    return Cleaned("", (), cleaning.count.removed())


def residue_left(text: str) -> list[str]:
    """Return the names of the rules that still match a text, in order; ``white_space`` where only that would change.

    >>> residue_left("Hello my love"), residue_left("Hello my love3Embed")
    ([], ['embed'])
    """
    cleaned = clean(text)
    return list(cleaned.removed) or ([] if cleaned.text == text else ["white_space"])


@dataclass(slots=True)
class _Cleaning:
    """Passes over one text.

    Between them a mark stands in it as a line of its own: a character that no text has, and the mark's number.
    """

    title: str | None
    count: Count = field(default_factory=Count)
    marks: list[Mark] = field(default_factory=list)
    settled: set[str] = field(default_factory=set)
    has_words: bool = True

    def next(self, text: str) -> str:
        """Return the text after one more pass."""
        text = residue_characters.repaired(text, self.count)
        if (kept := lyric_cleaning.cut_tail(text)) != text:
            self.count.add("commercial_notice", 1, len(text) - len(kept))
        text = residue_lines.without_widgets(kept, self.count)
        text = chords.without_bracketed(text, self.count) if "[" in text else text
        start = _BEFORE_FIRST.match(text)
        assert start is not None, "it matches nothing too"
        text = start[0] + residue_lines.without_head(text[start.end() :], self.title, self.count)
        lines = _Lines.of(self._lines(text))
        lines.lines = residue_lines.without_buttons(lines.lines, self.count)
        lines.cut(*residue_lines.sung(lines.lines, self.count))
        return lines.text()

    def result(self, text: str) -> Cleaned:
        """Return what is left, with each mark before the line that it speaks of."""
        lines = _Lines.of(text.split("\n"))
        placed = []
        for line, mark in lines.marks:
            read = self.marks[int(mark[1:])]
            # A part begins after the empty line; how often a line is sung stands behind it.
            is_empty = read.label is not None and line < len(lines.lines) and not lines.lines[line]
            placed.append(read._replace(line=line + is_empty))
        return Cleaned("\n".join(lines.lines), tuple(placed), self.count.removed())

    def _lines(self, text: str) -> list[str]:
        self.has_words = residue_notices.has_words(text)
        pieces: list[str] = []
        for line in text.split("\n"):
            if line in self.settled:
                pieces.append(line)
                continue
            if "Get tickets as low as" in line and line.lstrip().startswith("Get"):
                pieces = residue_lines.without_live(pieces, self.count)
            made = self._line(line)
            if made == [line]:
                self.settled.add(line)
            pieces += made
        return pieces

    def _line(self, raw: str) -> list[str]:
        """Return what a line becomes: nothing, itself, or parts of it and marks."""
        if raw.startswith(_MARK):
            return [raw]
        if chords.is_chord_line(raw) or chords.is_tablature(raw):
            self.count.add("chord_line", 1, len(raw))
            return []
        line = " ".join(raw.split())
        if not self._is_suspect(line):
            return [line]
        kept = residue_lines.without_pieces(line, self.count)
        if kept == line or (kept and self._is_suspect(kept)):
            return self._without_notice(kept)
        return [kept] if kept else []

    def _without_notice(self, line: str) -> list[str]:
        tag = _TAG.fullmatch(line)
        if tag and _is_mark(mark := lyric_marks.read(tag[1]), tag, is_alone=False):
            return [self._mark(mark, len(line))]
        if rule := residue_lines.notice(line):
            self.count.add(rule, 1, len(line))
            return [""] if rule == "rule_line" else []
        return list(self._with_marks(line))

    def _is_suspect(self, line: str) -> bool:
        """Say whether a line may be a notice or a mark, or have one in it."""
        return (
            residue_notices.SIGNS.search(line) is not None
            or lyric_marks.may_begin(line)
            or (self.has_words and residue_notices.has_words(line))
        )

    def _with_marks(self, line: str) -> Iterator[str]:
        if inner := _mark_alone(line):
            yield self._mark(lyric_marks.read(inner), len(line))
            return
        if prefix := lyric_marks.PREFIX.match(line):
            yield self._mark(lyric_marks.read(prefix[1]), prefix.end())
            line = line[prefix.end() :]
        position, is_alone = 0, not _TAG.sub("", line).strip()
        for tag in _TAG.finditer(line):
            mark = lyric_marks.read(tag[1])
            if _is_mark(mark, tag, is_alone=is_alone):
                if before := line[position : tag.start()].strip():
                    yield before
                yield self._mark(mark, len(tag[0]))
                position = tag.end()
        if rest := line[position:].strip():
            yield from self._without_repetition(rest)

    def _without_repetition(self, line: str) -> list[str]:
        marks: list[str] = []
        while len(marks) < _MOST_REPETITIONS:
            found = lyric_marks.REPETITION.search(line, max(len(line) - _REPETITION_CHARACTERS, 0))
            if not found:
                break
            marks.append(self._mark(lyric_marks.read(found[0].strip(" .[]()")), len(found[0])))
            line = line[: found.start()].rstrip()
        return [*([line] if line else []), *reversed(marks)]

    def _mark(self, mark: Mark, n_characters: int) -> str:
        is_known = lyric_marks.begins_section(mark.kind, mark.label)
        rule = "section_mark" if is_known else "other_mark" if mark.label else "repeat_mark"
        self.count.add(rule, 1, n_characters)
        self.marks.append(mark)
        return f"{_MARK}{len(self.marks) - 1}"


def _mark_alone(line: str) -> str:
    """Return what a line without square brackets says as a mark; "" of one that is none."""
    found = _PARENTHESISED.fullmatch(line)
    if found and (lyric_marks.STRICT.fullmatch(found[1]) or lyric_marks.REPETITION.fullmatch(f"({found[1]})")):
        return found[1]
    return line if lyric_marks.BARE.fullmatch(line) or lyric_marks.TIMES.fullmatch(line) else ""


def _is_mark(mark: Mark, tag: re.Match[str], *, is_alone: bool) -> bool:
    """Say whether what stands in square brackets is a mark: one of a part of the song is, wherever it stands.

    Others are where nothing else stands on the line, unless they are sung: syllables, or a sentence with its end.
    """
    if mark.label is None or lyric_marks.begins_section(mark.kind, mark.label):
        return True
    is_sung = tag[1].rstrip().endswith(_SENTENCE_ENDS) or not lyric_language.usable_lines(tag[1])
    return is_alone and tag[0].startswith("[") and not is_sung


@dataclass(slots=True)
class _Lines:
    """Lines of a text without the marks, no two empty ones together; marks with the line before which they stand."""

    lines: list[str]
    marks: list[tuple[int, str]]

    @classmethod
    def of(cls, pieces: Iterable[str]) -> Self:
        """Part lines and marks."""
        lines: list[str] = []
        marks: list[tuple[int, str]] = []
        for piece in pieces:
            if piece.startswith(_MARK):
                marks.append((len(lines), piece))
            elif piece or (lines and lines[-1]):
                lines.append(piece)
        while lines and not lines[-1]:
            lines.pop()
        return cls(lines, [(min(line, len(lines)), mark) for line, mark in marks])

    def cut(self, first: int, last: int) -> None:
        """Take away the lines before `first` and from `last` on."""
        self.lines = self.lines[first:last]
        self.marks = [(min(max(line - first, 0), len(self.lines)), mark) for line, mark in self.marks]

    def text(self) -> str:
        """Return lines and marks as one text."""
        pieces: list[str] = []
        done = 0
        for line, mark in self.marks:
            pieces += [*self.lines[done:line], mark]
            done = line
        return "\n".join([*pieces, *self.lines[done:]])
