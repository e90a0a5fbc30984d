"""Many items in one renderer process, and what becomes of those that fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from musicdata.errors import RenderError, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Written = TypeVar("Written")
Result = TypeVar("Result")

TIMED_OUT = "timed_out"
_HANGS = 3


@dataclass(frozen=True, slots=True)
class Batch(Generic[Item, Written, Result]):
    """Renders items together, and each that failed once more alone.

    One bad item spoils what comes after it in its process, and a process can be killed from outside: only an item
    that fails alone is at fault.

    Attributes:
        renderer: the program's name, for messages.
        write: puts an item into the program's own language; raises RenderError where it has no place there.
        render: renders what was written in one process; gives a result or an error for each, in order.
    """

    renderer: str
    write: Callable[[Item], Written]
    render: Callable[[Sequence[Written]], list[Result | RenderError]]

    def run(self, items: Sequence[Item]) -> list[Result | RenderError]:
        """Return for each item, in order, its result or why there is none.

        Raises:
            SetupError: the program hangs on one item after the other, so it is the program that is broken.
        """
        written: dict[int, Written] = {}
        results: dict[int, Result | RenderError] = {}
        for index, item in enumerate(items):
            try:
                written[index] = self.write(item)
            except RenderError as error:
                results[index] = error
        results |= dict(zip(written, self._render(list(written.values())), strict=True))
        return [results[index] for index in range(len(items))]

    def _render(self, written: list[Written]) -> list[Result | RenderError]:
        results = self.render(written) if written else []
        hangs = 0
        for index, result in enumerate(results):
            if not isinstance(result, RenderError):
                continue
            alone = results[index] = self.render([written[index]])[0]
            hangs = hangs + 1 if isinstance(alone, RenderError) and alone.reason == TIMED_OUT else 0
            if hangs == _HANGS:
                raise SetupError(f"{self.renderer} does not answer: {_HANGS} items in a row, each alone. Last: {alone}")
        return results
