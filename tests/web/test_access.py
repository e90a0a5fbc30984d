"""Whoever cannot see or point can use it too: axe finds nothing on any screen, light and dark, phone and desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.browsing import SCREENS, Watched
from tests.web.served import Served, serving

axe_core = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")


@pytest.fixture(scope="module")
def page(validated: Path) -> Iterator[Served]:
    with serving(validated) as served:
        yield served


@pytest.fixture(scope="module")
def cookie(page: Served) -> dict[str, str]:
    page.enter()
    return {"name": f"musicdata-{page.port}", "value": page.cookie, "url": page.base}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(
    page: Served, cookie: dict[str, str], chromium: Any, sample_id: str, scheme: str, width: int
) -> None:
    watched = Watched(chromium, page.base, color_scheme=scheme)
    watched.context.add_cookies([cookie])
    watched.tab.set_viewport_size({"width": width, "height": 800})
    found: dict[str, list[str]] = {}
    for screen in SCREENS:
        tab = watched.go(screen, f"?id={sample_id}" if screen in ("sample", "search") else "")
        if screen in ("suspects", "map", "search"):
            tab.locator(
                "main", has_text={"suspects": "fit worst", "map": "two directions", "search": "By chance"}[screen]
            ).wait_for(timeout=90_000)
        results = axe_core.Axe().run(tab)
        found[screen] = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in results.response["violations"]]
        assert tab.evaluate("document.documentElement.scrollWidth") <= width + 1, f"{screen} is wider than the page"
    assert {screen: faults for screen, faults in found.items() if faults} == {}
    assert watched.faults == []
    watched.context.close()
