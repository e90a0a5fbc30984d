"""A real browser, and what it complains of."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
SCREENS = ("overview", "browse", "rejects", "sample", "groups", "suspects", "search", "map")


@contextlib.contextmanager
def browser() -> Iterator[Any]:
    """Start Chromium; skip, with the reason, where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


class Watched:
    """A tab, and what it complained of or asked of others."""

    def __init__(self, chromium: Any, base: str, **options: Any) -> None:
        self.base = base
        self.faults: list[str] = []
        self.foreign: list[str] = []
        self.context = chromium.new_context(viewport={"width": 1280, "height": 860}, **options)
        self.tab = self.context.new_page()
        self.tab.on(
            "console", lambda told: self.faults.append(told.text) if told.type in ("error", "warning") else None
        )
        self.tab.on("pageerror", lambda error: self.faults.append(str(error)))
        self.tab.on(
            "request",
            lambda asked: None if asked.url.startswith((base, "blob:", "data:")) else self.foreign.append(asked.url),
        )

    def go(self, screen: str, query: str = "") -> Any:
        self.tab.goto(f"{self.base}/#/{screen}{query}")
        self.tab.reload()  # an address that differs after its # only loads nothing
        self.tab.wait_for_selector(f"body[data-ready={screen}]")
        return self.tab
