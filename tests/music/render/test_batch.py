from __future__ import annotations

from collections.abc import Sequence

import pytest

from musicdata.errors import RenderError, SetupError
from musicdata.music.render.batch import TIMED_OUT, Batch


def write(item: int) -> int:
    if item < 0:
        raise RenderError("negative", "has no place")
    return item


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
    results: list[str | RenderError] = Batch("It", write, renderer).run([1, 2, -7, 3, 4])
    assert reasons(results) == ["ok", "ugly", "negative", "ok", "ok"]
    assert renderer.calls == [[1, 2, 3, 4], [2], [3], [4]]


def test_nothing_is_rendered_of_nothing() -> None:
    renderer = Renderer({})
    assert Batch("It", write, renderer).run([]) == []
    assert renderer.calls == []


def test_one_item_that_hangs_is_its_own_fault() -> None:
    results: list[str | RenderError] = Batch("It", write, Renderer({1: TIMED_OUT})).run([1, 2, 3])
    assert reasons(results) == [TIMED_OUT, "ok", "ok"]


def test_a_renderer_that_hangs_on_everything_is_a_setup_fault_and_not_waited_for() -> None:
    renderer = Renderer(dict.fromkeys(range(50), TIMED_OUT))
    with pytest.raises(SetupError, match="It does not answer: 3 items in a row"):
        Batch("It", write, renderer).run(range(50))
    assert len(renderer.calls) == 4
