"""A title as words in segments, each as it is written and as it is compared.

Spellings that are one by rule compare equal: "Pt. II" and "Part 2", "Movin'" and "Moving", "S.O.S." and "SOS", names in
Cyrillic, Greek, Kana or Hangul and in Latin letters. Titles can be read in more ways than one; `readings` yields them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.music.text import scripts
from musicdata.music.text.names import normalised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_OPEN, _CLOSE = "([{（［【｛《〈「『〔«", ")]}）］】｝》〉」』〕»"
_ROUND_OPEN, _ROUND_CLOSE = "([{（［｛", ")]}）］｝"  # the others hold titles, not what is said beside them
_BETWEEN = re.compile(
    r"\s[-–—~/•·_]+(?=\s|$)|\s?[|｜：－—–‖∥◆★☆→]+\s?|(?<=\S)[-:]\s|\s-(?=\S)|[\"“”„‟]|(?<!\w)'|'(?!\w)"
)
_FROM_FILM = re.compile(r"[(\[]\s*(?:music )?from\b[^)\]]*[)\]]", re.IGNORECASE)
_QUOTED = re.compile("[\"“”„‟'‘’]")
_LETTER_APART = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\s\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_IDEOGRAPH_APART = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_JOINT = re.compile(r"(?<=\w)[-.‐](?=\w)")
_UMLAUT = re.compile("[äöüøåæœß]")
_SAME = {
    "ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "part": "pt", "volume": "vol",
    "n": "and", "und": "and", "et": "and", "y": "and", "featuring": "feat", "ft": "feat", "okay": "ok", "going": "goin",
    "doing": "doin", "til": "till", "thru": "through", "cuz": "cause", "coz": "cause", "versus": "vs", "mister": "mr",
}  # fmt: skip
_NUMBERED = frozenset({"pt", "vol", "chapter", "act", "no", "number", "movement", "teil"})
_AFTER_NUMBERED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "i": "1", "v": "5", "x": "10",
    "eins": "1", "zwei": "2", "drei": "3",
}  # fmt: skip
_NUMBER_JOINED = re.compile(r"(pt|part|vol)(\d+)")
_SILENT = frozenset({"the", "and"})  # within a name of artists
_MORE_WORDS = 6  # that a name may be written in
_LONGEST_OF_SYMBOLS = 8
_MOST_WORDS = 80  # of a title; what follows is no title any more


@dataclass(slots=True)
class Word:
    """A word of a title.

    Attributes:
        plain: as it is written, normalised; `form` as it is compared.
        segment: the number of the part of the title that it stands in; `in_brackets` whether that is a bracket.
        by: what explains it; "" if nothing does.
    """

    plain: str
    form: str
    segment: int = 0
    in_brackets: bool = False
    by: str = ""


@dataclass(frozen=True, slots=True)
class Name:
    """A name to look for.

    Attributes:
        by: what it is the name of: ``title`` or ``artist``.
        forms: its words as they are compared.
        is_apart: it has brackets or dashes of its own, which part a title into segments.
        is_loose: spaces, "the" and "and" make no difference.
    """

    by: str
    forms: list[str]
    is_apart: bool = False
    is_loose: bool = True

    def compared(self, forms: Sequence[str]) -> str:
        """Return words as one text that is equal for equal names."""
        return joined(forms) if self.is_loose else " ".join(forms)


def _as_it_is(word: str) -> str:
    return word


@dataclass(frozen=True, slots=True)
class Reading:
    """A way to read titles.

    Attributes:
        joins: what hyphens and stops join is one word, not several.
        respelled: turns a word into what it is compared by.
        is_spelled: words of other scripts are compared by their sound, and spaces make no difference.
    """

    joins: bool
    respelled: Callable[[str], str] = _as_it_is
    is_spelled: bool = False

    def words(self, text: str, segment: int = 0, *, in_brackets: bool = False) -> list[Word]:
        """Return the words of a text."""
        whole = _JOINT.sub("", text) if self.joins else text
        letters = _IDEOGRAPH_APART if self.is_spelled else _LETTER_APART
        apart: list[str] = []
        for part in normalised(whole).split()[:_MOST_WORDS]:
            for word in letters.findall(part):
                number = _NUMBER_JOINED.fullmatch(word)
                apart += [number[1], number[2]] if number else [word]
        if not any(map(str.isalnum, "".join(apart))) and len(text.strip()) > _LONGEST_OF_SYMBOLS:
            return []
        words: list[Word] = []
        for plain in apart[:_MOST_WORDS]:
            before = words[-1].form if words else ""
            words.append(Word(plain, self.respelled(_form(scripts.simplified(plain), before)), segment, in_brackets))
        return words

    def forms(self, text: str) -> list[str]:
        """Return the words of a text as they are compared."""
        return [word.form for word in self.words(text)]

    def title(self, title: str) -> list[Word]:
        """Return the words of a video's title, with the segments they stand in."""
        words: list[Word] = []
        for number, (part, in_brackets) in enumerate(segments(title)):
            words += self.words(part, number, in_brackets=in_brackets)
        return words[:_MOST_WORDS]

    def name(self, text: str, by: str) -> Name:
        """Return a name of a song to look for in titles."""
        is_apart = sum(1 for _ in segments(text)) > 1
        return Name(by, self.forms(text), is_apart, is_loose=by == "artist" or self.is_spelled)


def _form(word: str, before: str) -> str:
    if before in _NUMBERED and word in _AFTER_NUMBERED:
        return _AFTER_NUMBERED[word]
    word = _SAME.get(word, word)
    return word[:-1] if len(word) > 5 and word.endswith("ing") else word  # movin' is moving


def readings(texts: str) -> Iterator[Reading]:
    """Yield the ways in which titles may have to be read that have what these texts have."""
    written = scripts.scripts_of(texts)
    respellings: list[tuple[Callable[[str], str], bool]] = [(_as_it_is, False)]
    if _UMLAUT.search(texts.casefold()):
        respellings.append((_without_umlauts, False))
    if written & scripts.SPELLED:
        japanese = scripts.KANA in written
        respellings.append((lambda word: scripts.skeleton(word, japanese=japanese) or word, True))
    for respelled, is_spelled in respellings:
        yield Reading(joins=False, respelled=respelled, is_spelled=is_spelled)
        if _JOINT.search(texts):
            yield Reading(joins=True, respelled=respelled, is_spelled=is_spelled)


def _without_umlauts(word: str) -> str:
    return re.sub("aa|ae", "a", word).replace("oe", "o").replace("ue", "u")


def segments(title: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a title, apart by brackets, dashes and quotation marks; each with whether it is in brackets.

    >>> list(segments("Mira - Glass River (Live) 「歌」"))
    [('Mira', False), (' Glass River ', False), ('Live', True), ('歌', False)]
    """
    whole = _FROM_FILM.sub(lambda bracket: _QUOTED.sub("", bracket[0]), title)
    begin, depth = 0, 0
    for place, character in enumerate(f"{whole})"):
        if character not in _OPEN + _CLOSE:
            continue
        yield from ((piece, depth > 0) for piece in _BETWEEN.split(whole[begin:place]) if piece.strip())
        begin = place + 1
        depth += (character in _ROUND_OPEN) - (character in _ROUND_CLOSE)
        depth = max(depth, 0)


def letters_apart(text: str) -> str:
    """Return a normalised text with a space around each letter of Chinese, Japanese and Korean."""
    return " ".join(_LETTER_APART.findall(text))


def joined(forms: Sequence[str]) -> str:
    """Return a name of artists without spaces, "the" and "and"; whole where it is nothing else."""
    return "".join(form for form in forms if form not in _SILENT) or "".join(forms)


def mark(words: Sequence[Word], name: Name) -> None:
    """Mark where a name stands, once in a segment."""
    marked: set[int] = set()
    wanted = name.compared(name.forms)
    for first in range(len(words)):
        for last in range(first + 1, min(first + len(name.forms) + _MORE_WORDS, len(words)) + 1):
            some = words[first:last]
            is_apart = some[-1].segment != some[0].segment and not name.is_apart
            if some[-1].by or is_apart or some[0].segment in marked:
                break
            forms = [word.form for word in some]
            ends_silent = forms[-1] in _SILENT and forms[-1] != name.forms[-1]
            if name.compared(forms) != wanted or (name.by == "artist" and ends_silent):
                continue
            segment = [word for word in words if word.segment == some[0].segment]
            if name.by == "title" and marked and len(segment) == len(some):
                break  # "Hush (Hush)" is not "Hush"
            for word in some:
                word.by = name.by
            marked |= {word.segment for word in some}
            break


def by_segment(words: Sequence[Word]) -> list[list[Word]]:
    """Return the words of each segment."""
    parts: dict[int, list[Word]] = {}
    for word in words:
        parts.setdefault(word.segment, []).append(word)
    return [parts[number] for number in sorted(parts)]
