"""English lyrics → tokens: by Stanza where its English model lies on this machine, else by rules of our own.

Stanza (Qi et al., ACL 2020) is what the authors of CoreNLP, which the papers used, maintain now. It is an extra
(`musicdata[nlp]`), and its model is never downloaded here: ``python -c "import stanza; stanza.download('en')"`` does
that.

`simple`, the rules: what stands between spaces is cut into words, numbers, runs of dots or dashes, and single other
signs. A word may hold apostrophes and hyphens, end in one for a dropped g (*walkin'*) and begin with one where the
front of it is dropped (*'cause*). Contractions come apart as in the Penn Treebank: *do n't*, *I 'm*, *can not*,
*gon na*. Curly apostrophes become straight; case stays.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from musicdata.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Callable

Choice = Literal["auto", "stanza", "simple"]
SIMPLE = "simple 1"
_WAY_OUT = "pip install 'musicdata[nlp]', then: python -c \"import stanza; stanza.download('en')\""

_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ´`", "'"))
_TOKEN = re.compile(
    r"'(?:cause|cuz|til|till|em|round|bout|bove|gainst|neath|nother|n|tis|twas|twere)(?!\w)'?"
    r"|\d+(?:[.,:]\d+)*(?:'?s|st|nd|rd|th)?(?!\w)"
    r"|\w+(?:['-]\w+)*(?:(?<=in)'|(?<=\bo)'|(?<=\bth)'|(?<=\bol)'|(?<=\ban)')?"
    r"|'(?:s|m|d|re|ve|ll)(?!\w)"
    r"|\.{2,}|-{2,}|[^\w\s]",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"(?i)(?P<word>.+?)(?P<rest>n't|'(?:s|m|d|re|ve|ll))")
# Words that are two in the Penn Treebank, and where the second begins.
_TWO = {
    "cannot": 3, "gonna": 3, "gotta": 3, "wanna": 3, "lemme": 3, "gimme": 3, "whatcha": 4,
    "'tis": 2, "'twas": 2, "'twere": 2,
}  # fmt: skip


def simple(text: str) -> list[str]:
    """Return the tokens of a text by our rules.

    >>> " ".join(simple("I can't stop—don't go, 'cause you're walkin' (oh-oh)..."))
    "I ca n't stop — do n't go , 'cause you 're walkin' ( oh-oh ) ..."
    >>> " ".join(simple("I’m gonna say 'no' in '99, y'all"))
    "I 'm gon na say ' no ' in ' 99 , y'all"
    """
    return [part for word in _TOKEN.findall(text.translate(_APOSTROPHES)) for part in _parts(word)]


def _parts(word: str) -> list[str]:
    if (place := _TWO.get(word.lower())) is not None:
        return [word[:place], word[place:]]
    match = _CONTRACTION.fullmatch(word)
    return [*_parts(match["word"]), match["rest"]] if match else [word]


def chosen(choice: Choice, model_dir: str = "") -> str:
    """Return the name of the tokenizer that is used: ``simple 1``, or ``stanza`` with its versions.

    Args:
        choice: `auto` takes Stanza where it and its English model are installed.
        model_dir: where Stanza's models lie; its own place when empty.

    Raises:
        SetupError: Stanza is asked for, and it or its model is not there.
    """
    if choice == "simple":
        return SIMPLE
    problem = _stanza_problem(model_dir)
    if not problem:
        return f"stanza {version('stanza')} ({_model(model_dir)})"
    if choice == "stanza":
        raise SetupError(f"the tokenizer stanza cannot be used: {problem}. Mend it with: {_WAY_OUT}; or take simple")
    return SIMPLE


def load(name: str, model_dir: str = "") -> Callable[[str], list[str]]:
    """Return the tokenizer of a name that `chosen` returned."""
    if name == SIMPLE:
        return simple
    pipeline = _pipeline(model_dir)
    return lambda text: _tokens(pipeline, text)


def _stanza_problem(model_dir: str) -> str:
    try:
        version("stanza")
    except PackageNotFoundError:
        return "stanza is not installed"
    folder = _folder(model_dir)
    return "" if _model(model_dir) else f"{folder} holds no English tokenizer"


def _folder(model_dir: str) -> Path:
    return Path(model_dir or os.environ.get("STANZA_RESOURCES_DIR") or Path.home() / "stanza_resources")


def _model(model_dir: str) -> str:
    """Return the names of the English tokenizer's models, e.g. ``combined``."""
    return "+".join(sorted(path.stem for path in (_folder(model_dir) / "en" / "tokenize").glob("*.pt")))


@cache
def _pipeline(model_dir: str) -> Any:
    import stanza

    folder = str(_folder(model_dir))
    return stanza.Pipeline(
        "en", dir=folder, processors="tokenize", download_method=None, use_gpu=False, logging_level="ERROR"
    )


def _tokens(pipeline: Any, text: str) -> list[str]:
    """Return Stanza's tokens; one with a space inside, which it makes of numbers, comes apart."""
    words = (word.text for sentence in pipeline(text).sentences for word in sentence.words)
    return [part for word in words for part in word.split()]
