"""Words that messages have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from musicdata.definitions.head import Crawl, Dataset, Releases
from musicdata.definitions.stage import find
from musicdata.wording import as_table, choice, invalid, listed, meant


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("alignmnt", ["alignment", "audio"], "alignment"),
        ("Note-Sheets", ["notes", "note_sheets"], "note_sheets"),
        ("songs", ["rights", "ingest.songs"], "ingest.songs"),
        ("pitch", ["duration"], ""),
        ("", ["a"], ""),
        ("a", [], ""),
    ],
)
def test_a_mistyped_name_is_asked_about(name: str, known: list[str], near: str) -> None:
    assert meant(name, known) == (f" (did you mean {near!r}?)" if near else "")


def test_thousands_of_names_are_not_all_listed() -> None:
    names = [f"column_{n}" for n in range(3000)]
    told = choice("colum_7", names, "it has")
    assert told.startswith(" (did you mean 'column_7'?); it has column_0, column_1, ")
    assert told.endswith(" … and 2,900 more")
    assert listed(iter(names[:2])) == "column_0, column_1"


def refusal(model: type[BaseModel], values: dict[str, Any], name: str = "") -> str:
    with pytest.raises(ValidationError) as refused:
        model(**values)
    return invalid(refused.value, model, name)


RELEASE = {"complete": "samples"}


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (
            lambda: refusal(Releases, {"complet": "x"}),
            "there is no key complet (did you mean 'complete'?); it knows comp",
        ),
        (lambda: refusal(Releases, {}, "release"), "release.complete has to be given"),
        (
            lambda: refusal(Releases, RELEASE | {"authors": [{"family_names": "A", "given_names": "B", "orcd": 1}]}),
            "there is no key authors.0.orcd (did you mean 'orcid'?); authors.0 knows family_names, given_names, orcid",
        ),
        (
            lambda: refusal(Releases, RELEASE | {"views": ["opne"]}, "release"),
            "release.views.0: expected 'full', 'open', 'features' or 'ids' (got 'opne')",
        ),
        (
            lambda: refusal(Crawl, {"budgets": {"lrclib": {"intervals": 3}}}, "crawl"),
            "there is no key crawl.budgets.lrclib.intervals (did you mean 'interval_s'?); crawl.budgets.lrclib knows inte",
        ),
        (
            lambda: refusal(find("window").parameters, {"split": {"tets": 1}}, "window"),
            "there is no key window.split.tets (did you mean 'test'?); window.split knows by, train, valid, test, seed",
        ),
        (
            lambda: refusal(find("window").parameters, {"split": {"test": 0.5}}, "window"),
            "window.split: shares sum to 1.35",
        ),
        (lambda: refusal(Dataset, {"name": "x" * 5000, "title": "", "modalities": []}), "name: expected "),
    ],
)
def test_what_a_model_refuses_is_told_in_our_words(make: Callable[[], str], told: str) -> None:
    said = make()
    assert said.startswith(told)
    assert "pydantic" not in said
    assert len(said) < 500


def test_a_table_for_notebooks_is_escaped() -> None:
    shown = as_table(["<a>"], [["<script>"]], "a & b")
    assert "<script>" not in shown
    assert "<caption>a &amp; b</caption>" in shown
