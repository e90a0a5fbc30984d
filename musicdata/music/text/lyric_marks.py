"""Section marks of lyrics, such as ``[Chorus: The Moss]`` or ``(x2)``: which part of a song begins, who sings it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

OTHER = "other"
_I = re.IGNORECASE

_PARTS: dict[str, str] = {
    "pre_chorus": "pre-? ?chorus|pré-?refrain|pre-?(?:estribillo|coro|refrain)|pré-?refrão|предприпев|导歌|導歌",
    "chorus": (
        "chorus|chor|coro|estribillo|ritornello|refrão|refren|refrén|refrän|refreng|refrein|omkvæd|kertosäe|nakarat|"
        "припев|приспів|điệp khúc|ĐK|副歌|サビ|후렴"
    ),
    "verse": (
        "verse|strophe|stanza|vers|couplet|verso|strofa|estrofa|zwrotka|sloka|versszak|куплет|phiên khúc|主歌|"
        "[AＡBＢ]メロ|절"
    ),
    "bridge": "bridge|pont|puente|ponte|brücke|бридж|브릿지|桥段",
    "intro": "intro|introduction|introducción|introdução|introduzione|вступление|интро|前奏|イントロ|인트로",
    "outro": "outro|coda|ending|аутро|尾奏|アウトロ|아웃트로",
    "hook": "hook",
    "refrain": "refrain",
    "interlude": (
        "interlude|interludio|interlúdio|zwischenspiel|(?:instrumental )?break|instrumental(?:e|s| break| solo)?|"
        "(?:(?:guitar|bass|drum|piano|sax|saxophone|violin|organ|harmonica|gitarren?) )?solo|проигрыш|间奏|間奏|간주"
    ),
    OTHER: (
        "post-? ?chorus|post-?(?:estribillo|coro|refrain)|pós-?refrão|spoken(?: word)?|skit|ad-?libs?|breakdown|drop"
    ),
}
_ANY = "|".join(_PARTS.values())
_NUMBER = r"(?:\d{1,2}|[ivxIVX]{1,4}|one|two|three|four|five|six|[ABC])\b"
_TIMES = (
    r"(?:[x×] ?(?P<times>\d{1,2})|(?P<times_>\d{1,2}(?= ?[x×])|[2-9](?= times)) ?(?:[x×]|times)|"
    r"(?P<twice>twice|bis)|(?P<ter>ter))\b"
)
_ORDINAL = r"(?:\d{1,2}(?:st|nd|rd|th|\.|ª|º|e|er) ?|(?:first|second|third|fourth|last|final) )"

_PART = re.compile(
    rf"(?:repeat |répéter |repetir )?"
    rf"(?P<label>{_ORDINAL}?(?:{_ANY})(?! ?\w*['’]\w)(?: ?[#№]?{_NUMBER}(?! ?[x×]\b))?)(?!\w)(?P<rest>.*)",
    _I,
)
_REPEAT = re.compile(rf"(?:(?:repeat|répéter|repetir|sing|play)(?:ed|s)?[ :]?)?(?:{_TIMES})?[.:]?", _I)
_TIMES_IN = re.compile(rf"(?<!\w)[(\[]?{_TIMES}[)\]]?", _I)

# What stands in round brackets or in none is a mark only if nothing else stands with it.
STRICT = re.compile(
    rf"(?!break|drop|ending)(?:repeat )?{_ORDINAL}?(?:{_ANY})(?: ?[#№]?{_NUMBER})?"
    rf"(?: ?[(\[]?{_TIMES}[)\]]?)?(?: ?: ?[^()\[\]]{{1,60}})?",
    _I,
)
_BEARERS = (
    "|".join(_PARTS[kind] for kind in ("pre_chorus", "chorus", "refrain")).replace("coro|", "").replace("chor|", "")
)
_AFTER = rf"(?: {_NUMBER})?(?: ?[(\[]?{_TIMES}[)\]]?)?"
_NO_NAMES = re.compile(r"\?P<\w+>")
_VERSES = _PARTS["verse"]
BARE = re.compile(
    _NO_NAMES.sub(
        "?:",
        rf"(?:{_ANY}){_AFTER} ?[:：][-–—]{{0,3}}|(?:{_BEARERS}){_AFTER}(?: ?\.)?[-–—]{{0,3}}|"
        rf"(?:{_VERSES}) {_NUMBER}\.?",
    ),
    _I,
)
"""A whole line that is a mark although no brackets are around it."""
PREFIX = re.compile(
    _NO_NAMES.sub("?:", rf"((?:{_BEARERS}|(?:{_VERSES}) {_NUMBER}){_AFTER} ?[:：](?: ?\({_TIMES}\))?) ?(?=\S)"), _I
)
"""What stands before the words of its first line."""
REPETITION = re.compile(
    _NO_NAMES.sub(
        "?:",
        rf" ?[\[(](?:repeat ?)?{_TIMES}[\])]\.?$|(?<=[^\W\d_]|[!.,?)'’\"]) (?-i:[x×] ?\d{{1,2}}|\d{{1,2}}[x×])$",
    ),
    _I,
)
"""How often the line is sung that it ends."""
TIMES = re.compile(r"(?:[x×] ?\d{1,2}|\d{1,2} ?[x×]|[2-9] times)[.:]?", _I)
"""A whole line that says how often what stands before it is sung."""
_BEGINNINGS = (
    "pre", "pré", "предпр", "导歌", "導歌", "chor", "coro", "estrib", "ritorn", "refr", "omkv", "kertos", "nakarat",
    "припев", "приспів", "điệp", "đk", "副歌", "サビ", "후렴", "vers", "stroph", "stanza", "couplet", "strofa",
    "estrofa", "zwrot", "sloka", "куплет", "phiên", "主歌", "aメロ", "bメロ", "ａメロ", "ｂメロ", "절", "bridge",
    "pont", "puente", "ponte", "brücke", "бридж", "브릿지", "桥段", "intro", "вступ", "интро", "前奏", "イントロ",
    "인트로", "outro", "coda", "ending", "аутро", "尾奏", "アウトロ", "아웃트로", "hook", "interl", "zwisch", "instr",
    "break", "guitar", "bass", "drum", "piano", "sax", "violin", "organ", "harmonica", "gitar", "solo", "проигр",
    "间奏", "間奏", "간주", "post", "pós", "spoken", "skit", "ad-lib", "adlib", "drop", "first", "second", "third",
    "fourth", "last", "final",
)  # fmt: skip


def may_begin(line: str) -> bool:
    """Say whether a line may be a mark that has no brackets, or begin with one: most do not, and that is seen soon."""
    return line[:12].lower().startswith(_BEGINNINGS)


class Mark(NamedTuple):
    """A mark of a section, or of how often something is sung.

    Attributes:
        kind: part of the song that begins, as the table of marks names it.
        label: name of the part as it stood, None of a repetition alone.
        singers: who sings it, None where nobody is named.
        times: how often it is sung, None where the mark does not say.
        line: line of the text before which it stands, from 0.
    """

    kind: str
    label: str | None
    singers: str | None
    times: int | None
    line: int = 0


@lru_cache(maxsize=4096)
def read(text: str) -> Mark:
    """Read what stands in the brackets of a mark.

    >>> read("Verse 1: The Moss & Ivy")
    Mark(kind='verse', label='Verse 1', singers='The Moss & Ivy', times=None, line=0)
    >>> read("Chorus (x2)").times, read("x3"), read("whispering").kind
    (2, Mark(kind='other', label=None, singers=None, times=3, line=0), 'other')
    """
    text = " ".join(text.split()).rstrip(":： ")
    if _REPEAT.fullmatch(text):
        return Mark(OTHER, None, None, _times(text))
    part = _PART.fullmatch(text)
    if part is None:
        return Mark(OTHER, text, None, None)
    times = _times(part["rest"])
    singers = _TIMES_IN.sub(" ", part["rest"]) if times else part["rest"]
    singers = " ".join(singers.split()).strip(" :：-–—|/,.")
    if singers.startswith("(") and singers.endswith(")"):
        singers = singers[1:-1].strip()
    return Mark(_kind(part["label"]), part["label"].strip(), singers or None, times)


@lru_cache(maxsize=4096)
def begins_section(kind: str, label: str | None) -> bool:
    """Say whether a mark begins a part of a song: what names none, or says how often something is sung, does not.

    >>> begins_section("other", "Post-Chorus"), begins_section("other", "whispering")
    (True, False)
    """
    return kind != OTHER or (label is not None and _PART.fullmatch(label) is not None)


def _times(text: str) -> int | None:
    found = _TIMES_IN.search(text)
    if found is None:
        return None
    if number := found["times"] or found["times_"]:
        return int(number) or None
    return 2 if found["twice"] else 3


def _kind(label: str) -> str:
    bare = re.sub(rf"^{_ORDINAL}", "", label, flags=_I)
    return next(kind for kind, part in _KINDS if part.match(bare))


# Longer names first: what comes before or after a chorus is none.
_KINDS = [
    (kind, re.compile(rf"(?:{_PARTS[kind]})(?!\w)", _I))
    for kind in ("pre_chorus", OTHER, *(kind for kind in _PARTS if kind not in ("pre_chorus", OTHER)))
]
