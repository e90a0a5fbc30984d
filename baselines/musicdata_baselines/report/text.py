"""The report on a terminal: plain text, no colours, at most 100 columns, readable through a pipe."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from musicdata.definitions import suite as suites
from musicdata_baselines.report import figures, plain_tables
from musicdata_baselines.report.figures import HOLDS, NOTED, REFUSED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from musicdata.definitions.suite import Validation

WIDTH = 100


def lines(validation: Validation[Any]) -> Iterator[str]:
    """Yield what `musicdata validate` prints: verdict, what the suite has to say, notes, time."""
    suite = suites.find(validation.task)
    yield from _verdict(validation)
    yield ""
    yield from suite.lines(validation) if suite.lines else plain_tables.lines(validation.card)
    yield from section("what this could not prove", bullets(validation.notes))
    yield ""
    yield from wrap(_time(validation))


def _verdict(validation: Validation[Any]) -> Iterator[str]:
    holds = validation.holds
    counts = ", ".join(f"{split} {n:,}" for split, n in _in_order(validation.n_samples))
    groups = ", ".join(f"{split} {n:,}" for split, n in _in_order(validation.n_groups))
    yield from wrap(f"{validation.dataset}: {validation.title}")
    yield from wrap(f"samples: {counts}; groups: {groups}; seed {validation.seed}, {validation.device}")
    yield ""
    verdict = "the gate holds" if holds else "the gate refuses"
    yield from wrap(f"{verdict}: {validation.reason}", f"{HOLDS if holds else REFUSED} ")
    for rule in validation.rules:
        mark = HOLDS if rule.holds else REFUSED
        yield from wrap(f"{rule.name}: {rule.found}", f"  {mark} ")


def bullets(sentences: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a list."""
    for sentence in sentences:
        yield from wrap(sentence, f"{NOTED} ")


def section(title: str, body: Iterator[str]) -> Iterator[str]:
    """Yield an empty line, a title and a body, or nothing where the body is empty."""
    body_lines = list(body)
    if body_lines:
        yield from ("", title, *body_lines)


def wrap(text: str, lead: str = "") -> list[str]:
    """Return the text after `lead`, wrapped with a hanging indent."""
    return textwrap.wrap(
        figures.clean(text), WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead), break_on_hyphens=False
    )


def _time(validation: Validation[Any]) -> str:
    parts = sorted(validation.seconds.items(), key=lambda part: (-part[1], part[0]))
    total = figures.seconds(sum(validation.seconds.values()))
    return f"time: {total} ({', '.join(f'{name} {figures.seconds(spent)}' for name, spent in parts)})"


def _in_order(counts: dict[str, int]) -> list[tuple[str, int]]:
    return [(split, counts[split]) for split in ("train", "valid", "test") if split in counts]
