from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.suites.paired_views.controls import Subject, check_alignment
from tests.baselines.suites.paired_views.planted import Recipe, make, off_by_one, off_by_one_in_songs


def slip(subject: Subject, by: int) -> Subject:
    return dataclasses.replace(subject, views=subject.views | {"sheet": np.roll(subject.views["sheet"], by, axis=0)})


@pytest.mark.parametrize(("by", "named"), [(1, "1 row later"), (-2, "2 rows earlier")])
def test_names_the_offset_of_the_whole_set(clean: Subject, by: int, named: str) -> None:
    result = check_alignment(slip(clean, by))[0]
    (finding,) = result.findings
    assert finding.refuses
    assert f"better {named}" in finding.message
    slipped, in_place = result.figures["offsets"][named]
    assert slipped > 0.3 > 0.1 > in_place


def test_names_the_offset_of_windows_that_slipped_in_their_songs(clean: Subject) -> None:
    (finding,) = check_alignment(off_by_one_in_songs(clean, 0))[0].findings
    assert "1 row earlier in its group" in finding.message


def test_points_at_the_shard_that_slipped(clean: Subject) -> None:
    (finding,) = check_alignment(off_by_one(clean, 0, 0.4, 0.5))[0].findings
    assert finding.refuses
    assert "1 row later and not in place" in finding.message
    slipped = set(clean.sample_ids[800:1000])
    assert len(finding.items) == 20
    assert len(slipped.intersection(finding.items)) >= 15


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe(n=1500),
        Recipe(n=1500, group_share=0.7, noise=1.0),
        Recipe(n=1500, clusters=75, cluster_share=0.6, group_share=0.2, noise=1.0),
        Recipe(n=1500, tail=3),
    ],
    ids=["default", "windows alike", "small clusters", "heavy tails"],
)
def test_honest_neighbours_fit_no_better(recipe: Recipe) -> None:
    assert not any(result.findings for result in check_alignment(make(1005, recipe)))


def test_says_where_it_cannot_look(clean: Subject) -> None:
    few = dataclasses.replace(clean, split=np.where(np.arange(2000) < 20, "test", "train"))
    assert "too few test rows" in check_alignment(few)[0].summary
