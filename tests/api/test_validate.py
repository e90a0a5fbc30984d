"""A validation as a function: what comes back, and where the report lies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import plugins
from tests.windows import Windows

SUITE = Path(__file__).with_name("enough_samples.py")


@pytest.fixture
def work(windows: Windows, tmp_path: Path) -> Iterator[Path]:
    """A small workspace whose recipe names a suite of its own, which wants more samples than there are."""
    work = windows.copy(tmp_path)
    with (work / "recipe.toml").open("a", encoding="utf-8") as recipe:
        recipe.write('\n[validate]\ntask = "enough-samples"\ntable = "samples"\nenough = 1000\n')
        recipe.write(f'\n[plugins]\nmodules = ["{SUITE}"]\n')
    yield work
    plugins.activate(plugins.Plugins())


def test_a_verdict_says_whether_the_gate_holds_why_not_and_where_the_report_is(work: Path) -> None:
    told: list[str] = []
    verdict = musicdata.validate(musicdata.open_work(work), seed=3, progress=told.append)
    assert not verdict.holds
    n = musicdata.open_work(work).n_rows("samples")
    assert verdict.reasons == (f"there are enough: {n} of 1000",)
    assert (verdict.report, verdict.document) == tuple(
        work / "validation" / f"validation.{x}" for x in ("html", "json")
    )
    written = json.loads(verdict.document.read_text("utf-8"))
    assert written == json.loads(verdict.json())
    assert (written["seed"], written["gate_holds"], written["n_rows"]) == (3, False, n)
    assert "there are enough" in verdict.report.read_text("utf-8")
    assert any("there are enough" in line for line in verdict.lines())
    assert told == ["check", "count"]
    assert repr(verdict).startswith(f"<Verdict part: the gate refuses: there are enough: {n} of 1000; report ")
    assert "<td" in verdict._repr_html_()


def test_a_gate_that_holds_gives_no_reasons(work: Path, tmp_path: Path) -> None:
    recipe = work / "recipe.toml"
    recipe.write_text(recipe.read_text("utf-8").replace("enough = 1000", "enough = 1"), "utf-8")
    verdict = musicdata.validate(work, out=tmp_path / "elsewhere")
    assert (verdict.holds, verdict.reasons) == (True, ())
    assert "the gate holds" in repr(verdict)
    assert (tmp_path / "elsewhere" / "validation.html").is_file()
    assert not (work / "validation").exists()
