"""How large a score may be, counted in its XML before anything is made of it.

A few kilobytes of an archive can hold hundreds of thousands of empty measures and notes, each of which costs time and
memory. What is counted are the elements of one part that objects are made of; the longest operas have some 5,000
measures and 15,000 notes in a part.
"""

from __future__ import annotations

from xml.parsers import expat

from musicdata.errors import FormatError

MAX_ELEMENTS = 3_000_000
MAX_PARTS = 1_000
MAX_DEPTH = 100
_PART_DEPTH = 2
_FEW = 20_000  # elements that cannot cost much, whatever they are; most scores have no more
MAX_IN_A_PART = {"measure": 20_000, "note": 50_000, "attributes": 20_000, "backup": 50_000, "forward": 50_000}
MAX_IN_A_NOTE = {"lyric": 100, "text": 200, "notations": 100, "slur": 100, "tie": 100, "dot": 20}


def check(text: str) -> None:
    """Counts what a score has.

    Args:
        text: its XML, decoded; what is wrong with it as XML is for the parser to say.

    Raises:
        FormatError: `too_large_score`.
    """
    if text.count("<") <= _FEW:
        return
    counting = _Counting()
    parser = expat.ParserCreate()
    parser.StartElementHandler = counting.start
    parser.EndElementHandler = counting.end
    parser.StartDoctypeDeclHandler = counting.doctype
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError, LookupError, _DeclaresError):
        return


class _DeclaresError(Exception):
    """The document brings declarations of its own, for which it is refused; none of them is looked at."""


class _Counting:
    """What was counted so far: of the document, of the part and of the note that are being read."""

    def __init__(self) -> None:
        self.n_elements = self.n_parts = self.depth = 0
        self.in_part = dict.fromkeys(MAX_IN_A_PART, 0)
        self.in_note = dict.fromkeys(MAX_IN_A_NOTE, 0)

    def doctype(self, _name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        if has_subset:
            raise _DeclaresError

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self.n_elements += 1
        self.depth += 1
        if self.n_elements > MAX_ELEMENTS:
            raise _too_large("elements", MAX_ELEMENTS, "")
        if self.depth > MAX_DEPTH:
            raise _too_large("elements, one inside the other", MAX_DEPTH, "")
        if name in self.in_note:
            _count(self.in_note, name, MAX_IN_A_NOTE[name], " in one note")
        elif name in self.in_part:
            _count(self.in_part, name, MAX_IN_A_PART[name], " in one part")
            self.in_note = dict.fromkeys(MAX_IN_A_NOTE, 0)
        elif name == "part" and self.depth == _PART_DEPTH:  # deeper in scores written measure by measure
            self.n_parts += 1
            self.in_part = dict.fromkeys(MAX_IN_A_PART, 0)
            if self.n_parts > MAX_PARTS:
                raise _too_large("parts", MAX_PARTS, "")

    def end(self, _name: str) -> None:
        self.depth -= 1


def _count(counts: dict[str, int], name: str, most: int, where: str) -> None:
    counts[name] += 1
    if counts[name] > most:
        raise _too_large(f"<{name}>", most, where)


def _too_large(what: str, most: int, where: str) -> FormatError:
    return FormatError("too_large_score", f"more than {most:,} {what}{where}: no score that is sung from has so many")
