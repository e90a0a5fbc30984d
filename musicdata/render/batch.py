"""Many items in one renderer process, and what becomes of those that fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from musicdata.errors import RenderError, SetupError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

TIMED_OUT = "timed_out"
_HANGS = 3


def render_batch(
    items: Sequence[Item], render: Callable[[Sequence[Item]], list[Result | RenderError]], renderer: str
) -> list[Result | RenderError]:
    """Render items in one process, and each that failed once more alone.

    One bad item spoils what comes after it in its process, and a process can be killed from outside: only an item
    that fails alone is at fault.

    Args:
        items: what to render.
        render: renders items in one process; gives a result or an error for each, in order.
        renderer: the program's name, for messages.

    Raises:
        SetupError: the program hangs on one item after the other, so it is the program that is broken.
    """
    results = render(items) if items else []
    hangs = 0
    for index, result in enumerate(results):
        if not isinstance(result, RenderError):
            continue
        alone = results[index] = render([items[index]])[0]
        hangs = hangs + 1 if isinstance(alone, RenderError) and alone.reason == TIMED_OUT else 0
        if hangs == _HANGS:
            raise SetupError(f"{renderer} does not answer: {_HANGS} items in a row, each alone. Last: {alone}")
    return results
