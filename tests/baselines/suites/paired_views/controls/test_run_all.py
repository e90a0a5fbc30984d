from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, run_all
from musicdata_baselines.suites.paired_views.results import ControlResult
from tests.baselines.suites.paired_views.planted import FAULTS, Recipe, constant_modality, make

FOUND_BY = {
    "1 % of pairs shuffled": "mis-paired items",
    "5 % of pairs shuffled": "mis-paired items",
    "10 % of pairs shuffled": "mis-paired items",
    "50 % of pairs shuffled": "mis-paired items",
    "off by one": "alignment",
    "off by one in each song": "alignment",
    "off by one in a tenth of the set": "alignment",
    "one modality constant": "constant modality",
    "row number in one view": "id order",
    "row number with noise in one view": "id order",
    "hash of the id in two views": "shared numbers",
    "group number in two views": "shared numbers",
    "1 % duplicated across splits": "duplicates",
    "1 % nearly duplicated across splits": "duplicates",
    "5 % with audio and sheet swapped": "swapped modalities",
}
CONTROLS = {
    "groups", "constant modality", "duplicates", "id order", "shared numbers", "swapped modalities", "metadata only",
    "length only", "real pairs", "shuffled pairs", "alignment", "mis-paired items",
}  # fmt: skip


def raised(results: list[ControlResult]) -> set[str]:
    return {finding.control for result in results for finding in result.findings}


@pytest.fixture(scope="module")
def large() -> Subject:
    return make(1010)


def test_a_clean_set_raises_nothing_and_its_link_is_neither_trivial_nor_lost(large: Subject) -> None:
    results = run_all(large, seed=3)
    assert raised(results) == set()
    assert {result.control for result in results} == CONTROLS
    real = {result.subject: result.figures["mrr"] for result in results if result.control == "real pairs"}
    assert 0.05 < real["audio–sheet"] < 0.5


@pytest.mark.parametrize("fault", FAULTS)
def test_every_planted_fault_is_flagged_by_the_control_made_for_it(fault: str, clean: Subject, large: Subject) -> None:
    subject = large if fault.startswith("1 % of pairs") else clean
    assert FOUND_BY[fault] in raised(run_all(FAULTS[fault](subject, 1011)))


def test_says_the_same_twice_in_values_that_json_has(clean: Subject) -> None:
    results = run_all(clean, seed=1)
    assert results == run_all(clean, seed=1)
    assert all(json.loads(json.dumps(result.figures)) is not None for result in results)


def test_a_constant_modality_is_left_out_of_what_fits_models(clean: Subject) -> None:
    results = run_all(constant_modality(clean, 5))
    (constant,) = [result.subject for result in results if result.findings]
    assert not any(constant in result.subject for result in results if result.control == "real pairs")
    assert sum(result.control == "real pairs" for result in results) == 1


def test_two_constant_modalities_leave_nothing_to_pair(clean: Subject) -> None:
    flat = clean.views | {"audio": np.ones((2000, 80)), "sheet": np.ones((2000, 80))}
    results = run_all(dataclasses.replace(clean, views=flat))
    assert raised(results) == {"constant modality"}
    assert {result.control for result in results} == {"groups", "constant modality", "duplicates"}


@pytest.mark.parametrize("n_train", [5, 1990])
def test_says_what_splits_are_too_small_for(clean: Subject, n_train: int) -> None:
    groups = np.where(np.arange(2000) < n_train, clean.groups, "one")
    split = np.where(np.arange(2000) < n_train, "train", "test")
    results = run_all(dataclasses.replace(clean, groups=groups, split=split))
    silent = {result.control for result in results if result.summary.startswith("not looked for: ")}
    assert silent == {
        "metadata only", "length only", "real pairs", "shuffled pairs", "alignment", "mis-paired items"
    }  # fmt: skip


def test_copes_with_few_items_many_features_and_two_modalities() -> None:
    subject = make(1012, Recipe(n=60, widths=(300, 200, 5)))
    two = dataclasses.replace(subject, names=("audio", "sheet"))
    assert raised(run_all(two)) <= {"real pairs"}  # sixty items may be too few to tell the link
