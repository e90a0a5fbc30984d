"""Other people's text inside YAML, Markdown and BibTeX: whatever it holds, it stays text."""

from __future__ import annotations

import json
import re

_NOT_IN_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
# Characters that turn the reading direction, or that nobody sees.
_UNSEEN = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")
_MARKDOWN = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {character: f"\\{character}" for character in "\\`*_[]|#!~$"}
_MARKDOWN_TABLE = str.maketrans(_MARKDOWN)
_BLOCK_START = re.compile(r"^([-+=:]|\d+(?=[.)](?:\s|$)))")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # BibTeX counts braces, those behind a backslash too
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "&%$#_"}
_LATEX_TABLE = str.maketrans(_LATEX)


def one_line(text: str) -> str:
    r"""Return a text without line breaks, doubled spaces and characters that nobody sees.

    >>> one_line(" a\n\tb\u202e ")
    'a b'
    """
    return " ".join(_UNSEEN.sub(" ", text).split())


def yaml(text: str) -> str:
    r"""Return a text as a double-quoted scalar: JSON, which YAML reads as the same text.

    >>> print(yaml('a "b": - c'))
    "a \"b\": - c"
    """
    return _NOT_IN_YAML.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))


def markdown(text: str) -> str:
    r"""Return a text as one line of Markdown that shows it: no markup, no HTML, no end of a table's cell.

    >>> print(markdown("a|b <i>*c*</i>"))
    a\|b &lt;i&gt;\*c\*&lt;/i&gt;
    """
    return _BLOCK_START.sub(_escape_start, one_line(text).translate(_MARKDOWN_TABLE))


def _escape_start(match: re.Match[str]) -> str:
    return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"


def code(text: str) -> str:
    """Return a text as code in Markdown, also inside a table: a backtick becomes an apostrophe, a bar a broken one.

    >>> print(code("a`b|c"))
    `a'b¦c`
    """
    shown = one_line(text).replace("`", "'").replace("|", "¦")
    return f"`{shown}`" if shown else ""


def latex(text: str) -> str:
    r"""Return a text as one line of LaTeX that shows it.

    >>> print(latex("50 % of a_b{"))
    50 \% of a\_b\textbraceleft{}
    """
    return one_line(text).translate(_LATEX_TABLE)
