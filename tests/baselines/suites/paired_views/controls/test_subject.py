from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from musicdata_baselines.errors import ViewError
from musicdata_baselines.suites.paired_views.controls import Subject
from musicdata_baselines.suites.paired_views.controls.subject import label


def test_lists_pairs_rows_and_groups(clean: Subject) -> None:
    assert [label(pair) for pair in clean.pairs] == ["audio–sheet", "audio–lyrics", "sheet–lyrics"]
    rows = clean.rows("valid", "test")
    assert (np.diff(rows) > 0).all()
    assert set(clean.split[rows]) == {"valid", "test"}
    assert len(set(clean.group_numbers)) == len(set(clean.groups))


def test_a_pair_is_certain_whichever_way_round_and_tied_if_certain_or_named(clean: Subject) -> None:
    named = dataclasses.replace(clean, tied_pairs=(("lyrics", "sheet"),))
    assert named.is_certain(("sheet", "audio"))
    assert not named.is_certain(("sheet", "lyrics"))
    assert named.is_tied(("audio", "sheet"))
    assert named.is_tied(("sheet", "lyrics"))
    assert not named.is_tied(("audio", "lyrics"))


def test_refuses_columns_of_another_length(clean: Subject) -> None:
    with pytest.raises(ViewError, match=r"2000 sample ids.*length of audio.*1999"):
        dataclasses.replace(clean, lengths={"audio": np.ones(1999)})


def test_refuses_values_that_are_not_finite(clean: Subject) -> None:
    spoiled = clean.views["sheet"].copy()
    spoiled[5, 7] = np.nan
    with pytest.raises(ViewError, match="view 1, row 5, column 7"):
        dataclasses.replace(clean, views=clean.views | {"sheet": spoiled})


def test_refuses_pairs_of_unknown_modalities(clean: Subject) -> None:
    with pytest.raises(ViewError, match=r"midi.*audio, sheet, lyrics"):
        dataclasses.replace(clean, tied_pairs=(("audio", "midi"),))
