"""The page of the Python functions: fresh, whole, and nothing on it without words."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import musicdata
from musicdata.api import reference, releases
from musicdata.api.reference import Entry

PAGE = Path(musicdata.__file__).parents[1] / "docs" / "api.md"
ENTRIES = [entry for group in reference.entries().values() for entry in group]
CALLS = [member for entry in ENTRIES for member in (entry.members() if entry.is_class else [entry])]
CLASSES = [entry for entry in ENTRIES if entry.is_class]


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text("utf-8") == reference.markdown(), "run: python -m musicdata.api.reference > docs/api.md"


def test_everything_public_stands_on_the_page() -> None:
    names = {entry.name.removeprefix("musicdata.").partition(".")[0] for entry in ENTRIES}
    assert names >= set(musicdata.__all__) - {"__version__", "MusicdataError"}
    assert {f"musicdata.releases.{verb}" for verb in releases.__all__} <= {entry.name for entry in ENTRIES}
    assert "| `MusicdataError` (`Exception`) | 1 |" in PAGE.read_text("utf-8")


@pytest.mark.parametrize("entry", CALLS, ids=lambda entry: entry.name)
def test_a_function_says_what_it_does_and_what_each_argument_is(entry: Entry) -> None:
    said = entry.docstring
    assert said.summary.endswith((".", ":"))
    arguments = [] if entry.is_property else entry.parameters()
    assert [name for name in arguments if name not in said.of("Args")] == []
    assert [name for name in said.sections.get("Args", {}) if name not in arguments] == []


@pytest.mark.parametrize("entry", CLASSES, ids=lambda entry: entry.name)
def test_a_class_says_what_each_attribute_is(entry: Entry) -> None:
    fields = dataclasses.fields(entry.thing) if dataclasses.is_dataclass(entry.thing) else ()
    names = [one.name for one in fields if not one.name.startswith("_")] or list(
        getattr(entry.thing, "model_fields", {})
    )
    assert entry.docstring.summary
    assert [name for name in names if name not in entry.docstring.of("Attributes")] == []


def test_what_a_page_says_is_raised_exists() -> None:
    kinds = {error.__name__ for error in reference.error_kinds()}
    raised = {name.rpartition(".")[2] for entry in CALLS for name in entry.docstring.of("Raises")}
    others = {"DeviceError", "AttributeError", "ValueError"}
    assert raised - kinds - others == set()


def test_a_call_that_is_long_has_a_line_for_each_argument() -> None:
    build = next(entry for entry in ENTRIES if entry.name == "musicdata.build")
    lines = reference.signature(build).splitlines()
    assert lines[:3] == ["musicdata.build(", "    name: str | Path | None = None,", "    *,"]
    assert lines[-1] == ") -> Work"
    assert not re.search(r"0x[0-9a-f]{6}|<function", PAGE.read_text("utf-8"))
