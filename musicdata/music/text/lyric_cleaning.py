"""Takes out of lyrics what is not sung: section tags, time tags, notices, what pages put around words.

Only what is almost never sung goes; a line that could be either stays.
"""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata

from musicdata.music.text.residue_characters import ENTITY, NOT_SPACE

_MAX_PASSES = 10
_I = re.IGNORECASE

_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff♪♫♩♬]")
_TIME = r"\d{1,3}:\d{1,2}(?:[.:]\d{1,3}){0,2}"
_TIME_TAG = re.compile(rf"\[{_TIME}\]|<{_TIME}>")

_TAIL = re.compile(
    r"^[ \t]*\*{3,}[ \t]*This Lyrics is NOT for Commercial use[ \t]*\*{3,}.*\Z", _I | re.MULTILINE | re.DOTALL
)
_CUT_HERE = re.compile(r"(?:\n[ \t]*(?:\.\.\.|…)[ \t]*)\Z")
_ONLY_A_PART = re.compile(r"\bonly \d{1,2} ?%", _I)

_PARTS = r"(?:pre-?|post-?)?chorus|verse|refrain|bridge|hook|intro|outro|interlude|(?:guitar )?solo|instrumental|coda"
_TIMES = r"(?:x ?\d{1,2}|\d{1,2} ?x)"
_NUMBER = rf"(?: (?:\d{{1,2}}|[ivx]{{1,4}}|{_TIMES}))?"
# Whole lines, or what begins one, that are taken out.
_OUT = [
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"^(?:\[[^\[\]]{1,100}\] ?)+$", 0),
        (rf"^\[(?:{_PARTS})[^\[\]]{{0,80}}\] ?", _I),
        (rf"^\((?:(?:{_PARTS}){_NUMBER}|(?:repeat ?)?{_TIMES}|repeat(?: (?:{_PARTS}))?)\)$", _I),
        (rf"^(?:{_PARTS}){_NUMBER} ?:$", _I),
        (rf"^(?:verse \d{{1,2}}|(?:pre-?|post-?)?chorus(?: {_TIMES})?)$", _I),
        (rf" ?[\[(]{_TIMES}[\])]$", _I),
        (r"^\d{1,5} ?Contributors?(?:.*?Lyrics(?=\[)|.*$)", 0),
        (r"^See .{1,80}? LiveGet tickets as low as \$\d+", 0),
        (r"^Get tickets as low as \$\d+(?=You might also like|\[|$)", 0),
        (r"^You might also like(?=\[|$)", _I),
        (r"^Lyrics (?:powered|provided|licensed)(?: (?:and|&) (?:powered|provided|licensed))? by\b.*$", _I),
        (r"^\*{3,}.{0,100}\*{3,}$", 0),
        (r"^\(\d{6,}\)$", 0),
    )
]
_EMBED = re.compile(r"(?:\d{0,6}Embed)+(?:Share URLCopyEmbedCopy)?$")
_INSTRUMENTAL = re.compile(
    r"\W*(?:(?:this (?:song|track) is|it is|it's) )?(?:an? |purely )?"
    r"instrumental(?: (?:track|song|version|music))?\W*",
    _I,
)


def clean(text: str) -> str:
    r"""Return the words as they are sung, an empty line between stanzas; cleaning them again changes nothing.

    A text in which every pass uncovers something new to take out is no lyrics, and nothing is left of it.

    >>> clean("[Verse 1]\r\nRock &amp; roll,\u200b  my love (x2)\n\n\nYou might also like\n[00:12.00]Again12Embed")
    'Rock & roll, my love\n\nAgain'
    """
    for _ in range(_MAX_PASSES):
        cleaner = _pass(text)
        if cleaner == text:
            return text
        text = cleaner
    return ""


def cut_tail(text: str) -> str:
    """Return the text without the notice that a source puts after words it cuts short, and the dots before it."""
    head = _TAIL.sub("", text)
    return text if head == text else _CUT_HERE.sub("", head.rstrip()).rstrip()


def is_truncated(text: str, copyright_notice: str = "") -> bool:
    """Say whether a source holds back a part of the words: by the notice after them, or by that of copyright."""
    return bool(_TAIL.search(text) or _ONLY_A_PART.search(copyright_notice))


def is_instrumental(text: str) -> bool:
    """Say whether a text says nothing but that there are no words.

    >>> is_instrumental("[Instrumental]"), is_instrumental("An instrumental break, then we sing")
    (True, False)
    """
    return _INSTRUMENTAL.fullmatch(" ".join(text[:200].split())) is not None and len(text) <= 200


def text_sha256(text: str) -> str:
    """Return the sha256 of the text without regard to case, compatible forms of letters and white space."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return hashlib.sha256(" ".join(folded.split()).encode()).hexdigest()


def _pass(text: str) -> str:
    text = ENTITY.sub(lambda found: html.unescape(found[0]), text)
    text = unicodedata.normalize("NFC", NOT_SPACE.sub("", _INVISIBLE.sub("", text)))
    text = cut_tail("\n".join(text.splitlines()))
    lines: list[str] = []
    for line in text.splitlines():
        kept = _line(line)
        # What is taken out leaves no empty line behind; of several empty ones, one stays.
        if kept or (not line.strip() and lines and lines[-1]):
            lines.append(kept)
    while lines and not (last := _EMBED.sub("", lines[-1]).rstrip()):
        lines.pop()
    if lines:
        lines[-1] = last
    return "\n".join(lines)


def _line(line: str) -> str:
    line = " ".join(_TIME_TAG.sub("", line).split())
    for pattern in _OUT:
        line = pattern.sub("", line).strip()
    return line
