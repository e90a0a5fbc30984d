"""Says in which language a song is sung, and how much of it is English.

Judged is what tells languages apart: each line once, without the syllables that are sung in every language (la, oh,
yeah).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.music.text import language

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGLISH = "en"
_MIN_WORDS_JUDGED = 12  # fewer are judged by chance; shorter lines are joined
# Scripts written without spaces: there every character counts as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]|[^\W\d_]+(?:['’][^\W\d_]+)*")
_VOCABLE = re.compile(
    r"l+a+h*|n+a+h*|d+a+h*|b+a+h*|sh+a+h*|h+a+h*|f+a+l+a+|d+oo+|d+u+m|sh+oo+|b+oo+|"
    r"o+h+|oo+h*|a+h+|aa+h*|u+h+|uu+h*|e+h+|h+u+h+|h+m+|mm+h*|m+h+m+|"
    r"h+e+y+|e+y+|a+yy+|h+oo+|y+e+a+h*|y+e+h+|y+a+h+|w+o+a+h*|w+h+o+a+h*|w+oo+h*|w+o+h+"
)


@dataclass(frozen=True, slots=True)
class LyricLanguage:
    """What is found of a song's language.

    Attributes:
        language: ISO 639-1 code, or ``und``; `score` and `tool` are the detector's.
        n_words: words that were judged.
        english_share: share of these words that stand in stretches judged English; 0 without words.
    """

    language: str
    score: float
    tool: str
    n_words: int
    english_share: float


def words(text: str) -> list[str]:
    """Return the words of a text, as they stand there.

    >>> words("Don't stop — 99 times!")
    ["Don't", 'stop', 'times']
    """
    return _WORD.findall(text)


def is_vocable(word: str) -> bool:
    """Say whether a word, in lower case, is a syllable that is sung in every language.

    >>> is_vocable("laaa"), is_vocable("last")
    (True, False)
    """
    return _VOCABLE.fullmatch(word) is not None


def usable_lines(text: str) -> list[list[str]]:
    r"""Return the words of each line that tell a language: no line twice, no vocables.

    >>> usable_lines("La la la\nOh, I love you\noh I LOVE you!\nYeah")
    [['i', 'love', 'you']]
    """
    lines: dict[tuple[str, ...], None] = {}
    for line in text.splitlines():
        telling = tuple(word for word in words(line.lower()) if not is_vocable(word))
        if telling:
            lines[telling] = None
    return [list(line) for line in lines]


def judge(text: str) -> LyricLanguage:
    """Return the language of cleaned lyrics; the same text always gets the same answer."""
    lines = usable_lines(text)
    guess = language.detect(" ".join(word for line in lines for word in line))
    n_words = sum(map(len, lines))
    n_english = sum(
        len(stretch) for stretch in _stretches(lines) if language.likeliest(" ".join(stretch))[0] == ENGLISH
    )
    share = round(n_english / n_words, 6) if n_words else 0.0
    return LyricLanguage(guess.language, guess.score, guess.tool, n_words, share)


def same(given: str, found: str) -> bool | None:
    """Say whether a source's name of a language means the one found; None when it names none.

    >>> same("en-US", "en"), same("spa", "en"), same("", "en")
    (True, None, None)
    """
    code = re.split("[-_]", given.strip().lower())[0]
    return code == found if re.fullmatch("[a-z]{2}", code) else None


def _stretches(lines: list[list[str]]) -> Iterator[list[str]]:
    """Yield lines joined until there are enough words to judge; what is left at the end joins the last stretch."""
    done: list[list[str]] = []
    stretch: list[str] = []
    for line in lines:
        stretch = stretch + line
        if len(stretch) >= _MIN_WORDS_JUDGED:
            done.append(stretch)
            stretch = []
    if stretch:
        done[-1:] = [done[-1] + stretch] if done else [stretch]
    yield from done
