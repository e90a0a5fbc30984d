"""What docstrings say, section by section: the words of the pages that are made from the code."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Warns):$")
_ENTRY = re.compile(r"^    (\*{0,2}\w[\w.]*): (.*)$")
_ALSO = re.compile(r"[;,] `(\w+)` ")


@dataclass(frozen=True, slots=True)
class Docstring:
    """A docstring, taken apart.

    Attributes:
        summary: its first paragraph, in one line.
        text: what follows before the first section, as it is written.
        sections: ``Args``, ``Attributes``, ``Raises`` or ``Warns`` → name → what it says of it, in one line.
        returns: what it says of what comes back, in one line; "" where it says nothing.
    """

    summary: str
    text: str = ""
    sections: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    returns: str = ""

    def of(self, section: str) -> Mapping[str, str]:
        """Return name → what a section says of it; of arguments, those too that another's line names."""
        named = dict(self.sections.get(section, {}))
        for text in list(named.values()) if section in ("Args", "Attributes") else ():
            named = dict.fromkeys(_ALSO.findall(text), text) | named
        return named


def read(thing: Any) -> Docstring:
    """Take the docstring of a class or a function apart; an empty one where it has none of its own."""
    text = inspect.cleandoc(thing.__doc__ or "")
    blocks: dict[str, list[str]] = {"": []}
    section = ""
    for line in text.splitlines():
        if match := _SECTION.match(line):
            section = match[1]
            blocks[section] = []
        else:
            blocks[section].append(line)
    summary, _, rest = "\n".join(blocks.pop("")).strip().partition("\n\n")
    returns = " ".join(line.strip() for name in ("Returns", "Yields") for line in blocks.pop(name, []))
    sections = {name: _entries(lines) for name, lines in blocks.items()}
    return Docstring(" ".join(summary.split()), rest.strip(), sections, returns.strip())


def _entries(lines: list[str]) -> dict[str, str]:
    entries: dict[str, str] = {}
    name = ""
    for line in lines:
        if match := _ENTRY.match(line):
            name, text = match[1].lstrip("*"), match[2]
            entries[name] = text.strip()
        elif name and line.strip():
            entries[name] += f" {line.strip()}"
    return entries
