"""How much each rule takes out of a text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import re
    from collections.abc import Callable


class Removed(NamedTuple):
    """What a rule took out: how many things, and by how many characters the text got shorter."""

    n: int
    n_characters: int


@dataclass(slots=True)
class Count:
    """Removals so far, by rule."""

    rules: dict[str, list[int]] = field(default_factory=dict)

    def add(self, rule: str, n: int, n_characters: int) -> None:
        """Add `n` removals of a rule."""
        entry = self.rules.setdefault(rule, [0, 0])
        entry[0] += n
        entry[1] += max(n_characters, 0)

    def sub(
        self, rule: str, pattern: re.Pattern[str], replacement: str | Callable[[re.Match[str]], str], text: str
    ) -> str:
        """Replace all that a pattern matches, and count what changes."""
        after, n = pattern.subn(replacement, text)
        if n and after != text:
            self.add(rule, n, len(text) - len(after))
        return after

    def removed(self) -> dict[str, Removed]:
        """Return what was counted, in order of the rules' names."""
        return {rule: Removed(*numbers) for rule, numbers in sorted(self.rules.items())}
