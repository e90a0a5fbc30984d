"""Encoders of the made-up words in the place of those with weights; what planted songs come to, measured once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from musicdata.definitions.suite import Clock, Options, Outcome, Validation
from musicdata_baselines.suites.text_search import course, encoders
from musicdata_baselines.suites.text_search.results import TextSearches
from tests.baselines.suites.paired_views.sweep.made import Made
from tests.baselines.suites.text_search import planted


@pytest.fixture(autouse=True, scope="module")
def _made_encoders() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoders, "open_encoder", lambda name, _folder=None: planted.Bag(name))
        yield


def run(data: Made, options: Options | None = None, **settings: object) -> Outcome[TextSearches]:
    """Run the suite as `musicdata validate` does."""
    asked = planted.SETTINGS.model_copy(update=settings).among(data)
    options = options or Options()
    course.require(data, asked, options)
    return course.run(data, asked, options, Clock(lambda _text: None))


def validation(outcome: Outcome[TextSearches]) -> Validation[TextSearches]:
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
        seconds={"searches": 1.0},
        result=outcome.result,
        task="text-search",
        card=outcome.card,
        methods=outcome.methods,
    )


@pytest.fixture(scope="package")
def found() -> Outcome[TextSearches]:
    """What planted songs come to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoders, "open_encoder", lambda name, _folder=None: planted.Bag(name))
        return run(planted.source())
