"""What tests of the page share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import musicdata
from tests.web import browsing


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    with browsing.browser() as started:
        yield started


@pytest.fixture(scope="module")
def sample_id(validated: Path) -> str:
    """A sample of the workspace that is looked at."""
    found: str = next(musicdata.open_work(validated).rows("samples"))["sample_id"]
    return found
