"""What made songs come to, measured once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from musicdata.definitions.suite import Clock, Options, Outcome, Validation
from musicdata_baselines.suites.captioning import course, measuring
from musicdata_baselines.suites.captioning.results import Captioning
from tests.baselines.suites.captioning import made
from tests.baselines.suites.captioning.made import Population, Tunes

LEAN: dict[str, Any] = {"row_split": "", "artist_split": "", "variants": {}, "tokens": {}, "most_songs": 12}
"""Settings that measure the data set's own split by the words alone."""

READ_ONLY = Options(deep=False, device="cpu")


def run(data: Tunes, options: Options = READ_ONLY, **settings: object) -> Outcome[Captioning]:
    """Run the suite as `musicdata validate` does."""
    asked = made.SETTINGS.model_copy(update=settings).among(data)
    course.require(data, asked, options)
    return course.run(data, asked, options, Clock(lambda _text: None))


def validation(outcome: Outcome[Captioning]) -> Validation[Captioning]:
    """Return what `musicdata validate` makes of an outcome."""
    return Validation(
        dataset="made",
        title="Made songs",
        musicdata="0",
        seed=0,
        device=outcome.device,
        tables=outcome.tables,
        n_samples=outcome.n_samples,
        n_groups=outcome.n_groups,
        checks_passed=(),
        check_findings=(),
        rules=outcome.rules,
        notes=outcome.notes,
        seconds={"scores": 1.0},
        result=outcome.result,
        task="captioning",
        card=outcome.card,
        methods=outcome.methods,
    )


def rules(outcome: Outcome[Captioning]) -> dict[str, str]:
    """Return the rules that do not hold, and what was found."""
    return {rule.name: rule.found for rule in outcome.rules if not rule.holds}


@pytest.fixture(autouse=True, scope="package")
def _no_wordnet() -> Iterator[None]:
    """Leave out the WordNet of the machine, which takes a second to read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(measuring, "find", lambda: None)
        yield


@pytest.fixture(scope="package")
def found(_no_wordnet: None) -> Outcome[Captioning]:
    """What made songs come to without networks."""
    return run(made.source(Population()))
