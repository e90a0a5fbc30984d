"""The suite on planted albums: what it finds, says, and refuses."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import suite as suites
from musicdata.definitions.arrow import strings
from musicdata.definitions.suite import Clock, Options, Outcome, Validation
from musicdata.errors import UsageError
from musicdata_baselines import report
from musicdata_baselines.errors import DeviceError
from musicdata_baselines.suites.albums import course, gate
from musicdata_baselines.suites.albums.report import pages, tables
from musicdata_baselines.suites.albums.results import Albums
from tests.baselines.suites.albums.made import SETTINGS, SMALL, Discs
from tests.baselines.suites.albums.made import tables as made_tables
from tests.baselines.suites.albums.planted import Link, make

TABLES = made_tables(make(SMALL))
QUICK = Options(deep=False, device="cpu", n_permutations=4000)


def run(data: Discs, options: Options = QUICK) -> Outcome[Albums]:
    return course.run(data, SETTINGS, options, Clock(lambda _text: None))


def validation(outcome: Outcome[Albums]) -> Validation[Albums]:
    return Validation(
        dataset="discs",
        title="Discs",
        musicdata="0",
        seed=0,
        device=outcome.device,
        tables=outcome.tables,
        n_samples=outcome.n_samples,
        n_groups=outcome.n_groups,
        checks_passed=(),
        check_findings=(),
        rules=outcome.rules,
        notes=outcome.notes,
        seconds={"features": 1.0},
        result=outcome.result,
        task="albums",
        card=outcome.card,
        methods=outcome.methods,
    )


@pytest.fixture(scope="module")
def found() -> Outcome[Albums]:
    return run(Discs(TABLES))


def test_a_planted_link_is_found_and_the_gate_holds(found: Outcome[Albums]) -> None:
    assert [rule for rule in found.rules if not rule.holds] == []
    disjoint = found.result.disjoint
    assert disjoint is not None
    weighted = disjoint.method("CCA weighted")
    assert weighted is not None
    assert weighted.test.p_value < 0.002
    assert weighted.of("review", "mean").mrr > 1.8 * disjoint.chance["review"]["mrr"]
    assert weighted.of("album", "mean").mrr > 1.5 * disjoint.chance["album"]["mrr"]
    for method in disjoint.methods:
        for one in method.figures:
            assert one.mrr_low <= one.mrr <= one.mrr_high
            assert all(one.recall_low[k] <= one.recall[k] <= one.recall_high[k] for k in one.recall)
            assert (one.precision is None) == (one.query == "review")


def test_schemes_say_what_they_share(found: Outcome[Albums]) -> None:
    paper, disjoint = found.result.schemes
    assert (paper.is_disjoint, disjoint.is_disjoint) == (False, True)
    assert paper.shared_albums > 0.5
    assert (disjoint.shared_albums, disjoint.shared_artists) == (0, 0)
    for scheme in found.result.schemes:
        is_smallest = scheme.n_albums["test"] == found.result.n_common
        for method in scheme.methods:
            mrr = method.of("review", "mean").mrr
            assert method.mrr_common == pytest.approx(mrr, rel=0.02) if is_smallest else method.mrr_common > mrr
    assert [line for line in tables.sentences(found.result) if line.startswith("what scheme paper inflates")]


def test_probes_find_what_they_are_told_and_controls_nothing(found: Outcome[Albums]) -> None:
    for scheme in found.result.schemes:
        chance = scheme.chance["review"]["mrr"]
        figures = {probe.name: probe.mrr for probe in scheme.probes}
        assert figures["artist told"] > figures["genre told"] > chance
        assert figures["constant reviews"] == pytest.approx(chance)
        assert figures["popularity by reviews"] > figures["popularity by sales"]
        assert abs(figures["shuffled reviews"] - chance) < 0.5 * chance


def test_the_same_tables_give_the_same_figures(found: Outcome[Albums]) -> None:
    def without_times(outcome: Outcome[Albums]) -> list[Any]:
        return [
            [dataclasses.replace(method, seconds=0.0) for method in scheme.methods] + list(scheme.probes)
            for scheme in outcome.result.schemes
        ]

    assert without_times(run(Discs(TABLES))) == without_times(found)


def test_the_report_comes_back_as_it_was_and_prints_the_papers_table(found: Outcome[Albums]) -> None:
    told = validation(found)
    assert report.decode(report.encode(told)) == told
    lines = list(report.lines(told))
    assert max(map(len, lines)) <= 100
    text = "\n".join(lines)
    for said in (
        "19.95  31.30  39.20",
        "as the paper has it",
        "R-precision",
        "popularity by sales",
        "albums and artists",
    ):
        assert said in text
    html = report.render(told)
    assert "Scheme disjoint" in html
    assert html == report.render(report.decode(report.encode(told)))
    assert found.card[0].columns[:2] == ("method", "songs")
    assert {method["name"] for method in found.methods} >= {"CCA (paper)", "CCA (disjoint)"}
    assert not any("seconds" in method for method in found.methods)


def test_networks_are_trained_for_the_steps_the_recipe_gives_them() -> None:
    few = SETTINGS.model_copy(update={"training": SETTINGS.training.model_copy(update={"most_steps": 3})})
    outcome = course.run(
        Discs(TABLES), few, dataclasses.replace(QUICK, deep=True, n_permutations=50), Clock(lambda _text: None)
    )
    disjoint = outcome.result.disjoint
    assert disjoint is not None
    steps = {method.name: method.settings.get("steps") for method in disjoint.methods}
    assert steps["TwoBranch"] == steps["TwoBranch neighbours"] == steps["TwoBranch unidirectional"] == 3
    assert steps["TwoBranch LSTM"] == 2
    assert any("TwoBranch encoder: the recipe names no encoder" in note for note in outcome.notes)
    table = tables.ablations(outcome.result, disjoint)
    assert [row[4] is None for row in table.rows] == [False, False, True, False, False, False, True, False]


def unlinked() -> Discs:
    """Return albums that have the songs of others."""
    sound = TABLES["sound"]
    ids = strings(sound.column("sample_id"))
    known = sorted(set(ids))
    moved = dict(zip(known, np.random.default_rng(0).permutation(known).tolist(), strict=True))
    splits = {row["sample_id"]: row["split"] for row in TABLES["discs"].to_pylist()}
    renamed = [moved[one] for one in ids]
    table = sound.set_column(0, sound.schema.field("sample_id"), pa.array(renamed))
    table = table.set_column(1, sound.schema.field("split"), pa.array([splits[one] for one in renamed]))
    return Discs(TABLES | {"sound": table.sort_by([("sample_id", "ascending"), ("song", "ascending")])})


def test_songs_of_other_albums_are_refused() -> None:
    rules = {rule.name: rule for rule in run(unlinked()).rules}
    assert not rules["reviews find their albums (disjoint)"].holds
    assert rules["reviews of other albums find nothing"].holds
    assert rules["ties are no finds"].holds


def test_an_artist_on_both_sides_of_the_disjoint_scheme_is_refused(found: Outcome[Albums]) -> None:
    disjoint = found.result.disjoint
    assert disjoint is not None
    broken = [rule.name for rule in gate.judge(dataclasses.replace(disjoint, shared_artists=0.1)) if not rule.holds]
    assert broken == ["no album and no artist is on both sides (disjoint)"]
    leaking = [dataclasses.replace(p, off=9.0) if p.off is not None else p for p in disjoint.probes]
    broken = [rule.name for rule in gate.judge(dataclasses.replace(disjoint, probes=tuple(leaking))) if not rule.holds]
    assert broken == ["reviews of other albums find nothing"]


def test_too_few_albums_are_a_rule_that_does_not_hold() -> None:
    outcome = run(Discs(made_tables(make(Link(albums=12, reviews=3, songs=2)))))
    assert [rule.name for rule in outcome.rules] == ["enough albums to judge by"]
    assert not outcome.rules[0].holds
    assert "20 are needed" in outcome.rules[0].found
    assert list(pages.lines(validation(outcome))) == []
    assert report.decode(report.encode(validation(outcome))) == validation(outcome)
    assert "enough albums to judge by" in report.render(validation(outcome))


def test_what_makes_no_sense_is_refused_before_anything_is_measured() -> None:
    data = Discs(TABLES)
    with pytest.raises(UsageError, match="--epochs is 0"):
        course.require(data, SETTINGS, Options(epochs=0.0))
    with pytest.raises(UsageError, match=r"no paper is called 'madr' \(did you mean 'mard'\?\); there are mard"):
        course.require(data, SETTINGS.model_copy(update={"paper": "madr"}), Options())
    with pytest.raises(DeviceError, match="tpu"):
        course.require(data, SETTINGS, Options(device="tpu"))
    with pytest.raises(
        UsageError, match=r"suite albums has no --runs; it has --seed, --deep, --device, --epochs, --sweep"
    ):
        suites.find("albums").require_options(Options(runs=2))
