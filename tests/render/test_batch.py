from __future__ import annotations

from collections.abc import Sequence

import pytest

from musicdata.errors import RenderError, SetupError
from musicdata.render.batch import TIMED_OUT, render_batch


class Renderer:
    """A renderer of numbers: some are bad, and after a bad one nothing else of its process comes out."""

    def __init__(self, bad: dict[int, str]) -> None:
        self.bad = bad
        self.calls: list[list[int]] = []

    def __call__(self, items: Sequence[int]) -> list[str | RenderError]:
        self.calls.append(list(items))
        fault: RenderError | None = None
        results: list[str | RenderError] = []
        for item in items:
            fault = RenderError(self.bad[item], "broken") if item in self.bad else fault
            results.append(fault or f"picture {item}")
        return results


def reasons(results: Sequence[object]) -> list[str]:
    return [result.reason if isinstance(result, RenderError) else "ok" for result in results]


def test_one_bad_item_takes_no_other_with_it() -> None:
    renderer = Renderer({2: "ugly"})
    results: list[str | RenderError] = render_batch([1, 2, 3, 4], renderer, "It")
    assert reasons(results) == ["ok", "ugly", "ok", "ok"]
    assert renderer.calls == [[1, 2, 3, 4], [2], [3], [4]]


def test_nothing_is_rendered_of_nothing() -> None:
    renderer = Renderer({})
    assert render_batch([], renderer, "It") == []
    assert renderer.calls == []


def test_one_item_that_hangs_is_its_own_fault() -> None:
    results: list[str | RenderError] = render_batch([1, 2, 3], Renderer({1: TIMED_OUT}), "It")
    assert reasons(results) == [TIMED_OUT, "ok", "ok"]


def test_a_renderer_that_hangs_on_everything_is_a_setup_fault_and_not_waited_for() -> None:
    renderer = Renderer(dict.fromkeys(range(50), TIMED_OUT))
    with pytest.raises(SetupError, match="It does not answer: 3 items in a row"):
        render_batch(range(50), renderer, "It")
    assert len(renderer.calls) == 4
