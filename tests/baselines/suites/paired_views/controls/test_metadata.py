from __future__ import annotations

import dataclasses

import numpy as np

from musicdata_baselines.suites.paired_views.controls import Subject, check_lengths, check_metadata


def tie_lengths(clean: Subject, noise: float) -> Subject:
    """Return the subject with lyrics as long as their sound, up to a factor."""
    factor = np.exp(noise * np.random.default_rng(0).standard_normal(2000))
    characters = np.rint(clean.lengths["audio"] / 3000 * factor)
    return dataclasses.replace(
        clean,
        lengths=clean.lengths | {"lyrics": characters},
        metadata=clean.metadata | {"lyrics": {"characters": characters}},
    )


def test_certain_pairs_are_reported_and_the_others_are_at_chance(clean: Subject) -> None:
    for check in (check_metadata, check_lengths):
        results = {result.subject: result for result in check(clean)}
        assert not any(result.findings for result in results.values())
        assert results["audio–sheet"].figures["p_value"] < 0.001
        assert results["audio–sheet"].figures["mrr"] > 2 * results["audio–sheet"].figures["chance_mrr"]
        assert results["audio–lyrics"].figures["p_value"] > 0.001
        assert "chance" in results["audio–lyrics"].summary


def test_lengths_that_give_pairs_away_refuse(clean: Subject) -> None:
    leaking = tie_lengths(clean, 0.1)
    for check in (check_metadata, check_lengths):
        results = {result.subject: result for result in check(leaking)}
        assert results["audio–lyrics"].findings[0].refuses
        assert "without looking into the files" in results["audio–lyrics"].findings[0].message


def test_pairs_tied_by_construction_are_reported(clean: Subject) -> None:
    tied = dataclasses.replace(tie_lengths(clean, 0.1), tied_pairs=(("audio", "lyrics"), ("lyrics", "sheet")))
    for check in (check_metadata, check_lengths):
        results = check(tied)
        assert not any(result.findings for result in results)
        assert "tied by construction" in results[1].summary


def test_says_what_was_not_probed(clean: Subject) -> None:
    without = dataclasses.replace(clean, lengths={"audio": clean.lengths["audio"], "sheet": np.full(2000, 7.0)})
    assert all("not probed" in result.summary for result in check_lengths(without))
    assert all("not probed" in result.summary for result in check_metadata(dataclasses.replace(clean, metadata={})))
