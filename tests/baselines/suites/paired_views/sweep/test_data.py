"""What a sweep reads, and what it refuses to read."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from pydantic import ValidationError

from musicdata.errors import InputError
from musicdata_baselines.suites.paired_views import sweep
from musicdata_baselines.suites.paired_views.settings import SweepSettings as Wanted
from tests.baselines.suites.paired_views.sweep import made

N = 200


@pytest.fixture(scope="module")
def expected() -> sweep.Material:
    return made.material(N)


def read(work: made.Made, expected: sweep.Material, wanted: Wanted = made.WANTED) -> sweep.Material:
    ids = made.sample_ids(N)
    return sweep.read(work, wanted, sample_ids=ids, groups=expected.groups, categories=expected.categories)


def test_the_tables_give_back_what_they_were_made_of(expected: sweep.Material) -> None:
    found = read(made.Made(made.tables(expected)), expected)
    np.testing.assert_array_equal(found.audio, expected.audio)
    np.testing.assert_array_equal(found.lyrics, expected.lyrics)
    assert found.sequences is not None
    assert expected.sequences is not None
    np.testing.assert_array_equal(found.sequences(), expected.sequences())
    for run, wanted in zip((*found.random, found.disjoint), (*expected.random, expected.disjoint), strict=True):
        assert run is not None
        assert wanted is not None
        assert run.name == wanted.name
        np.testing.assert_array_equal(run.train, wanted.train)
        np.testing.assert_array_equal(run.test, wanted.test)


def test_what_the_recipe_does_not_name_is_not_there(expected: sweep.Material) -> None:
    tables = made.tables(expected)
    del tables["features_mfcc"]
    found = read(made.Made(tables), expected, made.WANTED.model_copy(update={"sequences": "", "disjoint": ""}))
    assert found.sequences is None
    assert found.disjoint is None


@pytest.mark.parametrize("table", ["features_track", "splits"])
def test_a_sample_without_a_row_is_named(expected: sweep.Material, table: str) -> None:
    tables = made.tables(expected)
    missing = made.sample_ids(N)[77]
    tables[table] = made.without(tables[table], missing)
    with pytest.raises(InputError, match=missing):
        read(made.Made(tables), expected)


def test_a_run_that_cannot_be_asked_is_named(expected: sweep.Material) -> None:
    few = dataclasses.replace(expected.random[0], train=np.arange(3, N), test=np.arange(3))
    tables = made.tables(dataclasses.replace(expected, random=(few, *expected.random[1:])))
    with pytest.raises(InputError, match="test part of scheme 'paper_0' has 3 samples, expected 5"):
        read(made.Made(tables), expected)
    with pytest.raises(InputError, match=r"in scheme 'paper_9'"):
        read(made.Made(made.tables(expected)), expected, made.WANTED.model_copy(update={"runs": ("paper_9",)}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"components": (20, 10)}, "rising"),
        ({"components": (0, 10)}, "rising"),
        ({"components": ()}, "at least 1"),
        ({"runs": ()}, "at least 1"),
        ({"part": "tracks.part"}, "columns of one table"),
        ({"music": "x.y"}, "Extra inputs"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Wanted.model_validate(made.WANTED.model_dump() | change)
