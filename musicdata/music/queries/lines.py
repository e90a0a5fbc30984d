"""Lines of songs as queries are made from them: which words they have, which of them are equal, which say enough."""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

# Scripts written without spaces: there every character counts as a word.
SPACELESS = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f\U00020000-\U000323af"
WORD = re.compile(rf"[{SPACELESS}]|[^\W_{SPACELESS}]+(?:['’ʼ-][^\W_{SPACELESS}]+)*")
_PLAIN_WORD = re.compile(rf"[{SPACELESS}]|[^\W_{SPACELESS}]+")
_APOSTROPHE = re.compile(r"['’ʼ`´](?<=\w.)(?=\w)")
_GAP = re.compile(r"(?:[^\w\n]|_)+")
_ASCII_GAPS = {code: " " for code in range(128) if not chr(code).isalnum() and chr(code) != "\n"}
_SPACELESS = re.compile(rf"[{SPACELESS}]")
_MARK = re.compile(r"\s*[\[({<].*[\])}>]\s*:?\s*")

MIN_WORDS, MAX_WORDS = 4, 20
MIN_SIGNS, MAX_SIGNS = 5, 40
_MIN_DIFFERENT = 3
_EDITABLE = 3
_MULTIPLIER = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


class Line(NamedTuple):
    """A line of a song.

    Attributes:
        number: of the line in the text, counted from 0, empty lines too.
        text: as it stands there, without space around it.
        plain: its words without case and punctuation, one space apart.
        key: the same for lines whose words are.
    """

    number: int
    text: str
    plain: str
    key: int


def words(text: str) -> list[str]:
    """Return the words of a text as they stand there; of Chinese, Japanese and Thai each sign.

    >>> words("Don't stop, 海 99 times!")
    ["Don't", 'stop', '海', '99', 'times']
    """
    return WORD.findall(text)


def is_spaceless(word: str) -> bool:
    """Say whether a word is a sign of a script that is written without spaces."""
    return not word.isascii() and bool(_SPACELESS.match(word))


def folded(text: str) -> str:
    """Return the words of a text without case and punctuation, one space apart.

    >>> folded("Don’t — STOP!  (never)") == folded("dont stop never")
    True
    """
    return " ".join(_PLAIN_WORD.findall(_without_case(text)))


def _without_case(text: str) -> str:
    return _APOSTROPHE.sub("", text).casefold()


def lines(text: str) -> list[Line]:
    """Return the lines of a text that have words."""
    both = enumerate(zip(text.split("\n"), _folded_lines(text), strict=True))
    return [Line(number, line.strip(), plain, _key(plain)) for number, (line, plain) in both if plain]


def _folded_lines(text: str) -> list[str]:
    """Return what `folded` returns of each line of a text."""
    plain = _without_case(text)
    if plain.isascii():
        return [" ".join(line.split()) for line in plain.translate(_ASCII_GAPS).split("\n")]
    if not _SPACELESS.search(plain):
        return [line.strip(" ") for line in _GAP.sub(" ", plain).split("\n")]
    return [" ".join(_PLAIN_WORD.findall(line)) for line in plain.split("\n")]


def line_at(text: str, number: int) -> Line:
    """Return one line of a text, by its number."""
    line = text.split("\n")[number]
    return Line(number, line.strip(), plain := folded(line), _key(plain))


def _key(plain: str) -> int:
    return int.from_bytes(hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest())


def says_enough(line: str) -> bool:
    """Say whether somebody who remembers just this line could mean one song by it.

    It has 4 to 20 words, or 5 to 40 signs where there are no spaces, 3 of them different, and is no section mark.

    >>> [says_enough(line) for line in ("la la la la la", "[Verse 1: all of us]", "床前明月光", "the sea is wide")]
    [False, False, True, True]
    """
    found = words(line)
    n_signs = sum(map(is_spaceless, found))
    least, most = (MIN_SIGNS, MAX_SIGNS) if 2 * n_signs > len(found) else (MIN_WORDS, MAX_WORDS)
    if not least <= len(found) <= most or _MARK.fullmatch(line):
        return False
    editable = any(is_spaceless(word) or len(word) >= _EDITABLE for word in found)
    return editable and len({word.casefold() for word in found}) >= _MIN_DIFFERENT


def chosen(song_id: str, of_song: list[Line], n: int) -> list[Line]:
    """Return the `n` lines of a song that queries are made from, fewer where it has fewer that say enough.

    Each line has a place of its own in a row that song and line alone decide: another line that is mended, added or
    taken away leaves it where it is.
    """
    seed = _key(song_id)
    by_key = {line.key: line for line in reversed(of_song)}
    mixed = [((key ^ seed) * _MULTIPLIER) & _MASK for key in by_key]
    picked: list[Line] = []
    for _, key in sorted(zip([one ^ (one >> 31) for one in mixed], by_key, strict=True)):
        if len(picked) == n:
            break
        picked += [by_key[key]] if says_enough(by_key[key].text) else []
    return picked
