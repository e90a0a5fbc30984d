"""How many made-up examples a slow property is tried with."""

from __future__ import annotations

import os

import hypothesis

SHARE = 0.2
VARIABLE = "MUSICDATA_ALL_EXAMPLES"


def share() -> float:
    """Return the share of made-up cases that is tried: a fifth in a test run, all in `make bench`."""
    return 1.0 if os.environ.get(VARIABLE) == "1" else SHARE


def examples(n: int) -> hypothesis.settings:
    """Return settings for n examples, drawn the same each time: a fifth of them in a test run, all in `make bench`."""
    return hypothesis.settings(max_examples=round(n * share()), deadline=None, derandomize=True)
