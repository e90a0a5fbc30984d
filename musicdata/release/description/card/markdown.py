"""How values become Markdown: every text is escaped unless it was made here."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from musicdata.release.description import escaping

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


_EMPHASIS = re.compile(r"\\\*([\w ]+)\\\*")  # escaped asterisks around words


class Markdown(str):
    """Text that is Markdown already."""

    __slots__ = ()


def show(value: Any) -> str:
    r"""Return a value as Markdown: numbers with separators, other people's text escaped, None as nothing.

    >>> show(12345), show(0.123456), show("a|b"), show(None)
    ('12,345', '0.1235', 'a\\|b', '')
    """
    if isinstance(value, Markdown):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 1000 else f"{value:.4g}"
    return escaping.markdown(str(value))


def code(text: str) -> Markdown:
    """Return a text as code."""
    return Markdown(escaping.code(text))


def codes(texts: Iterable[str]) -> Markdown:
    """Return texts as code, with commas between them."""
    return Markdown(", ".join(map(escaping.code, texts)))


def literal(text: str) -> Markdown:
    """Return a text as a literal of Python or of a shell, for a block of code."""
    return Markdown(json.dumps(escaping.one_line(text), ensure_ascii=False).replace("`", "'"))


def grid(rows: Sequence[Sequence[Any]], head: Sequence[Any]) -> Markdown:
    """Return a table; rows are as wide as the head."""
    lines = [head, ["---"] * len(head), *rows]
    shown = [[show(cell) if number != 1 else cell for cell in line] for number, line in enumerate(lines)]
    return Markdown("\n".join(f"| {' | '.join(line)} |" for line in shown))


def bullets(lines: Iterable[Any]) -> Markdown:
    """Return a list, one item a line."""
    return Markdown("\n".join(f"- {show(line)}" for line in lines))


def caption(text: str) -> Markdown:
    r"""Return a text of some lines in which words between asterisks are emphasised, and nothing else is markup.

    >>> print(caption("*p* of [us]"))
    *p* of \[us\]
    """
    lines = [_EMPHASIS.sub(r"*\1*", escaping.markdown(line)) for line in text.splitlines()]
    return Markdown("\n".join(line for line in lines if line))


FILTERS = {"code": code, "codes": codes, "literal": literal, "grid": grid, "bullets": bullets, "caption": caption}
