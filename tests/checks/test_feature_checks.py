"""A spoiled feature table is found, by the check that is there for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import musicdata
from tests.tampering import change_value, rewrite


def not_a_number(vector: object) -> object:
    assert isinstance(vector, list)
    return [*vector[:7], float("nan"), *vector[8:]]


def without_rows(start: int, stop: int) -> Callable[[pa.Table], pa.Table]:
    return lambda rows: pa.concat_tables([rows.slice(0, start), rows.slice(stop)])


CONTRACTS, NOTES = "rows fit their contracts", "every sample has its notes"
FEATURES = "features are of every aligned sample, by one extractor"
FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a NaN in a vector": (
        lambda w: change_value(w, "features_audio", "vector", 3, not_a_number), CONTRACTS, "vector: 1 values are not finite"
    ),
    "a NaN in the words": (
        lambda w: change_value(w, "features_lyrics", "word_vector", 0, not_a_number), CONTRACTS, "not finite"
    ),
    "a missing note": (lambda w: rewrite(w, "features_audio", without_rows(5, 6)), NOTES, "19 of 20"),
    "a missing crop": (lambda w: rewrite(w, "features_sheet", without_rows(0, 1)), NOTES, "19 of 20"),
    "a missing sample": (
        lambda w: rewrite(w, "features_lyrics", without_rows(20, 40)), FEATURES, "1 aligned samples have no row"
    ),
    "two extractors": (
        lambda w: change_value(w, "features_audio", "parameters", 0, lambda _: "{}"), FEATURES, "rows differ in parameters"
    ),
    "another split": (
        lambda w: change_value(w, "features_sheet", "split", 0, lambda s: "valid" if s == "train" else "train"),
        "split is the same in every table", "samples says otherwise",
    ),
    "a sample of its own": (
        lambda w: change_value(w, "features_sheet", "sample_id", 0, lambda _: "a"), "references lead somewhere", "'a'"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, copied: Path) -> None:
    spoil, check, message = FAULTS[fault]
    spoil(copied)
    found = [f"{finding.check}: {finding.message}" for finding in musicdata.check(copied).findings]
    assert any(text.startswith(check) and message in text for text in found), found
