"""A validation as a function: what comes back, and where the report lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import plugins
from tests.windows import Windows

SUITE = Path(__file__).parents[1] / "baselines" / "suites" / "number_from_text.py"
VALIDATE = f"""
[validate]
task = "number-from-text"
text = "samples.lyrics"
number = "samples.first_note_index"

[plugins]
modules = ["{SUITE}"]
"""


@pytest.fixture
def work(windows: Windows, tmp_path: Path) -> Iterator[Path]:
    """A small workspace whose recipe names a suite of its own."""
    work = windows.copy(tmp_path)
    with (work / "recipe.toml").open("a", encoding="utf-8") as recipe:
        recipe.write(VALIDATE)
    yield work
    plugins.activate(plugins.Plugins())


def test_a_verdict_says_whether_the_gate_holds_why_not_and_where_the_report_is(work: Path) -> None:
    told: list[str] = []
    verdict = musicdata.validate(musicdata.open_work(work), seed=3, progress=told.append)
    assert not verdict.holds
    assert [reason.partition(":")[0] for reason in verdict.reasons] == ["the text tells the number"]
    assert (verdict.report, verdict.document) == tuple(
        work / "validation" / f"validation.{x}" for x in ("html", "json")
    )
    written = json.loads(verdict.document.read_text("utf-8"))
    assert written == json.loads(verdict.json())
    assert (written["seed"], written["gate_holds"]) == (3, False)
    assert "the text tells the number" in verdict.report.read_text("utf-8")
    assert any("the text tells the number" in line for line in verdict.lines())
    assert told


def test_a_verdict_is_shown_in_a_few_words(work: Path, tmp_path: Path) -> None:
    verdict = musicdata.validate(work, out=tmp_path / "elsewhere")
    assert repr(verdict).startswith("<Verdict part: the gate refuses: the text tells the number: ")
    assert len(repr(verdict)) < 1000
    assert "<td" in verdict._repr_html_()
    assert (tmp_path / "elsewhere" / "validation.html").is_file()
    assert not (work / "validation").exists()
