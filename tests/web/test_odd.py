"""The page on what nobody here made: a million rows, and texts that want to be more than text."""

from __future__ import annotations

import urllib.parse
from typing import Any

import pyarrow as pa
import pytest

from tests.web.browsing import Watched
from tests.web.made import Made, column, contract, serving
from tests.web.served import Served

PLANTED = [
    "<script>window.PWNED=1</script>",
    "<img src=x onerror=window.PWNED=1>",
    "<svg onload=window.PWNED=1>",
    "\"><script>window.PWNED=1</script>",
    "' onmouseover='window.PWNED=1",
    "javascript:window.PWNED=1",
    "<iframe src=javascript:window.PWNED=1>",
    "</title><script>window.PWNED=1</script>",
    "</script><script>window.PWNED=1</script>",
    "<b>bold</b>",
    "<a href=javascript:window.PWNED=1>x</a>",
    "<style>body{display:none}</style>",
    "<base href=http://evil.example/>",
    "<meta http-equiv=refresh content='0;url=http://evil.example'>",
    "<form action=http://evil.example><input name=x>",
    "{{7*7}} ${7*7} #{7*7}",
    "\u202egnol si siht\u202c",
    "\u0000\u0001\u001b[2J".replace("\u0000", ""),
    "x" * 5000,
    "'; DROP TABLE things; --",
    "%3Cscript%3Ewindow.PWNED=1%3C/script%3E",
    "../../../../etc/passwd",
    "\u2028\u2029",
    "=HYPERLINK(\"http://evil.example\")",
]  # fmt: skip


def about(title: str = "Made up") -> dict[str, Any]:
    stage = {"stage": title, "rows": {title: 1}, "rejects": {title: 1}, "reasons": [title], "n_items": 2}
    gate = {
        "holds": False,
        "reason": title,
        "rules": [{"name": title, "holds": False, "found": title}],
        "card": [{"caption": title, "columns": [title], "rows": [[title]]}],
    }
    return {
        "title": title,
        "description": title,
        "facts": [[title, title]],
        "stages": [stage],
        "gate": gate,
        "rights": [{"what": title, "n": 1}],
    }


def let_in(chromium: Any, served: Served) -> Watched:
    watched = Watched(chromium, served.base)
    watched.context.add_cookies([{"name": f"musicdata-{served.port}", "value": served.cookie, "url": served.base}])
    return watched


def test_planted_texts_are_texts(chromium: Any) -> None:
    ids = [f"id {number} {text[:60]}" for number, text in enumerate(PLANTED)]
    things = contract(
        "things", ["sample_id"], column("sample_id"), column("split"), column("title"), column("group_id")
    )
    notes = contract(
        "events",
        ["sample_id", "at"],
        column("sample_id"),
        column("at", "int32"),
        column("onset_s", "float64"),
        column("offset_s", "float64"),
        column("syllable"),
    )
    made = Made(
        things=(things, pa.table({"sample_id": ids, "split": PLANTED, "title": PLANTED, "group_id": PLANTED}, things.arrow_schema())),
        events=(notes, pa.table({"sample_id": ids, "at": pa.array([0] * len(ids), pa.int32()), "onset_s": [0.0] * len(ids), "offset_s": [1.0] * len(ids), "syllable": PLANTED}, notes.arrow_schema())),
    )  # fmt: skip
    with serving(made, about(PLANTED[0]), "things") as served:
        watched = let_in(chromium, served)
        watched.tab.set_viewport_size({"width": 1280, "height": 2000})
        tab = watched.go("overview")
        assert PLANTED[0] in tab.locator("h1").text_content()
        tab = watched.go("browse")
        tab.locator("tbody tr").nth(len(PLANTED) - 1).wait_for()
        shown = tab.locator("tbody").text_content()
        for text in PLANTED:
            assert " ".join(text[:300].split()) in " ".join(shown.split()), text
        for sample_id, text in zip(ids, PLANTED, strict=True):
            tab.goto("about:blank")
            tab.goto(f"{served.base}/#/sample?{urllib.parse.urlencode({'id': sample_id})}")
            tab.wait_for_selector("body[data-ready=sample]")
            assert text in tab.locator("main").text_content()
            assert tab.evaluate("window.PWNED") is None
        assert tab.evaluate("document.body.innerText.length") > 0
        assert watched.faults == []
        assert watched.foreign == []
        watched.context.close()


@pytest.fixture(scope="module")
def million() -> Made:
    n = 1_000_000
    rows = contract("many", ["sample_id"], column("sample_id"), column("split"), column("count", "int32"))
    numbers = pa.array(range(n), pa.int32())
    ids = pa.array([f"s{number:06d}" for number in range(n)])
    splits = pa.array(["train", "train", "valid", "test"] * (n // 4))
    return Made(many=(rows, pa.table({"sample_id": ids, "split": splits, "count": numbers}, rows.arrow_schema())))


def test_the_last_of_a_million_rows_can_be_reached(million: Made, chromium: Any) -> None:
    with serving(million, about(), "many") as served:
        watched = let_in(chromium, served)
        tab = watched.go("browse")
        tab.locator(".count", has_text="1,000,000 rows").wait_for()
        tab.evaluate("() => { const box = document.querySelector('.scroller'); box.scrollTop = box.scrollHeight; }")
        tab.locator("td", has_text="s999999").wait_for()
        assert tab.locator("tbody tr").count() < 60  # only those in sight are there
        assert tab.locator("tbody tr").last.get_attribute("aria-rowindex") == "1000001"
        tab.locator(".scroller").focus()
        tab.keyboard.press("Home")
        tab.locator("td", has_text="s000000").wait_for()
        tab.keyboard.press("End")
        tab.locator("tr[aria-current] td", has_text="s999999").wait_for()
        tab.locator(".filters label", has_text="test").click()
        tab.locator(".count", has_text="250,000 of 1,000,000 rows").wait_for()
        assert watched.faults == []
        watched.context.close()
