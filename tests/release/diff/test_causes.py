"""Why two releases differ: what they say of their inputs, stages and tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from musicdata.release.diff import compare, report
from musicdata.release.diff.causes import causes
from musicdata.release.record.layout import Record, content_root
from tests.release.made import small

FACTS: dict[str, Any] = {
    "sources": {"files": 20, "sha256": "a" * 64},
    "stages": [
        {"stage": "window", "version": 2, "parameters": {"notes": 20, "split": {"test": 10, "valid": 10}}},
        {"stage": "render", "version": 1, "parameters": {"dpi": 100}},
    ],
    "tools": {"music21": "9.1", "plug-in own": "1" * 64},
}


def record(**facts: Any) -> Record:
    return Record(
        name="made", title="Made", version="1.0.0", view="full", content_root=content_root({}), tables={}, files=[],
        rejects={}, rights={}, **(FACTS | facts),
    )  # fmt: skip


def stages(*, version: int = 1, **render: Any) -> list[dict[str, Any]]:
    return [FACTS["stages"][0], {"stage": "render", "version": version, "parameters": render}]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, []),
        ({"stages": stages(dpi=150)}, ["render.dpi 100 → 150"]),
        ({"stages": stages(dpi=100, margin_px=4)}, ["render.margin_px none → 4"]),
        ({"stages": stages(version=2, dpi=100)}, ["stage render version 1 → 2"]),
        ({"stages": FACTS["stages"][:1]}, ["stage render removed"]),
        ({"sources": {"files": 21, "sha256": "b" * 64}}, [f"source files 20 (sha256 {'a' * 12}…) → 21 (sha256 {'b' * 12}…)"]),
        ({"sources": FACTS["sources"] | {"services": ["lrclib"]}}, ["services none → lrclib"]),
        ({"tools": {"music21": "9.3", "plug-in own": "2" * 64}}, ["music21 9.1 → 9.3", f"plug-in own {'1' * 12}… → {'2' * 12}…"]),
        ({"stages": stages(dpi="x" * 500)}, [f"render.dpi 100 → {'x' * 80}…"]),
    ],
)  # fmt: skip
def test_what_was_made_otherwise_is_named(facts: dict[str, Any], told: list[str]) -> None:
    assert causes(record(), record(**facts)) == told


def test_a_parameter_inside_another_has_its_whole_name() -> None:
    changed = {"stage": "window", "version": 2, "parameters": {"notes": 20, "split": {"test": 20, "valid": 10}}}
    assert causes(record(), record(stages=[changed, FACTS["stages"][1]])) == ["window.split.test 10 → 20"]


def test_a_diff_tells_the_cause_beside_the_counts(tmp_path: Path) -> None:
    before = small().with_facts(stages=stages(dpi=100)).write(tmp_path / "a")
    after = small().with_facts(stages=stages(dpi=150)).write(tmp_path / "b", version="1.0.1")
    difference = compare(before, after)
    assert report.as_json(difference)["causes"] == ["render.dpi 100 → 150"]
    lines = report.lines(difference)
    assert lines[lines.index("made otherwise:") + 1] == "  render.dpi 100 → 150"
