"""The clean data set that tests spoil; made once, never changed."""

from __future__ import annotations

import pytest

from musicdata_baselines.suites.paired_views.controls import Subject
from tests.baselines.suites.paired_views.planted import Recipe, make


@pytest.fixture(scope="session")
def clean() -> Subject:
    return make(1003, Recipe(n=2000))
