"""What differs first between a release and its rebuild, and what may be the cause."""

from __future__ import annotations

from typing import Any

from musicdata.release.record import layout
from musicdata.release.verify.rebuilt import Made, first_difference, other_tools

STAGES = [Made("read", ("songs", "unreleased"), ("reader",)), Made("draw", ("pages",), ("LilyPond",))]


def record(songs: str = "a", pages: str = "b", n: int = 3, **facts: Any) -> layout.Record:
    tables = {
        name: layout.Table(
            config=name,
            columns={"id": "id", "x": "x"},
            rows={"train": n},
            digests={"id": {"train": "0" * 64}, "x": {"train": x * 64}},
        )
        for name, x in (("songs", songs), ("pages", pages))
    }
    known: dict[str, Any] = {
        "sources": {"files": 3, "sha256": "s"},
        "stages": [
            {"stage": "read", "version": 1, "parameters": {}},
            {"stage": "draw", "version": 1, "parameters": {}},
        ],
        "tools": {"reader": "1", "LilyPond": "2.24.3", "Python": "3.11"},
    }
    return layout.Record(
        name="x", title="X", version="1.0.0", view="full", content_root=layout.content_root(tables), tables=tables,
        files=[], rejects={}, rights={}, **(known | facts),
    )  # fmt: skip


def test_nothing_differs() -> None:
    assert first_difference(record(), record(tools={"LilyPond": "9"}), STAGES) is None


def test_the_first_table_in_the_order_of_the_stages_is_named() -> None:
    found = first_difference(record(), record("c", "d"), STAGES)
    assert found is not None
    assert (found.table, found.stage, found.text) == ("songs", "read", "1 of its columns, x")
    assert found.causes == ()
    assert "nothing that is recorded" in str(found)


def test_rows_are_counted_before_values_are_compared() -> None:
    found = first_difference(record(), record(n=2, sources={"files": 2, "sha256": "t"}), STAGES)
    assert found is not None
    assert found.text == "train has 3 rows → 2"
    assert found.causes == ("the files that were read are others: 3 with sha256 s → 2 with t",)


def test_causes_are_those_of_the_stage_and_of_those_before_it() -> None:
    stages = [
        {"stage": "read", "version": 2, "parameters": {}},
        {"stage": "draw", "version": 1, "plugin": {"m.py": "f"}},
    ]
    again = record(pages="c", stages=stages, tools={"reader": "1", "LilyPond": "2.25", "Python": "3.13"})
    found = first_difference(record(), again, STAGES)
    assert found is not None
    assert found.table == "pages"
    assert found.causes == (
        "stage read version 1 → 2",
        "the plug-in of stage draw is another: none → m.py f",
        "LilyPond 2.24.3 → 2.25",
    )
    assert other_tools(record(), again) == ["LilyPond 2.24.3 → 2.25", "Python 3.11 → 3.13"]


def test_a_table_that_is_not_made_any_more_differs() -> None:
    again = record()
    tables = {"pages": again.tables["pages"]}
    found = first_difference(record(), again.model_copy(update={"tables": tables}), STAGES)
    assert found is not None
    assert (found.table, found.text) == ("songs", "it is not made any more")


def test_a_stage_that_keeps_what_it_placed_is_told_of() -> None:
    keeping = [Made("read", ("songs",), (), keeps=True)]
    found = first_difference(record(), record("c"), keeping)
    assert found is not None
    assert found.causes == (
        "read keeps what earlier builds of a workspace placed, and a build from nothing may place otherwise",
    )


def test_input_that_was_not_given_to_the_stage_at_fault_is_told_of() -> None:
    unset = [
        Made("read", ("songs",), (), unset=("read.more",)),
        Made("draw", ("pages",), (), unset=("draw.overrides",)),
    ]
    found = first_difference(record(), record(pages="c"), unset)
    assert found is not None
    assert found.causes == (
        "no draw.overrides was given: if the release was made with one, give it by --set draw.overrides=PATH",
    )
