"""The gate: each rule refuses what it is there for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow as pa
import pytest

from musicdata.definitions.suite import Outcome
from musicdata_baselines.suites.captioning import gate
from musicdata_baselines.suites.captioning.results import (
    LYRICS_ONLY,
    NEAREST,
    POSITIVE,
    Captioning,
    Estimate,
    Leaks,
    Variant,
)
from tests.baselines.suites.captioning import made
from tests.baselines.suites.captioning.conftest import LEAN, rules, run
from tests.baselines.suites.captioning.made import Population
from tests.baselines.suites.captioning.results_made import ABOVE, AROUND, claim, trained, with_system

IN_TRAIN = "nothing of the test split is in train"
COPIES = "copying does not beat writing"
ABOUT = "captions are about their songs"
PROOF = "nothing is called better without proof"
HEARS = "networks that are given sound hear it"
LENGTH = "the best captions are as long as people's"
ONE_TEST = "variants have one test"
NAMES = [IN_TRAIN, COPIES, ABOUT, PROOF, HEARS, LENGTH, ONE_TEST]


def broken(result: Captioning) -> dict[str, str]:
    return {rule.name: rule.found for rule in gate.judge(result) if not rule.holds}


def changed(table: pa.Table, column: str, values: list[Any]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))


def replaced(table: pa.Table, column: str, song: str, value: object) -> pa.Table:
    """Change a column of one song."""
    rows = zip(table.column("sample_id").to_pylist(), table.column(column).to_pylist(), strict=True)
    return changed(table, column, [value if sample_id == song else old for sample_id, old in rows])


def test_every_rule_is_asked_and_holds(found: Outcome[Captioning]) -> None:
    assert [rule.name for rule in found.rules] == NAMES
    assert rules(found) == {}
    assert broken(trained()) == {}


def test_a_torn_group_is_refused() -> None:
    def torn(table: pa.Table) -> pa.Table:
        return replaced(table, "group_id", "t0000", "g0002")

    assert "1 groups stand in more than one split" in rules(run(made.source(tunes=torn), **LEAN))[IN_TRAIN]


def test_lyrics_of_a_train_song_in_test_are_refused() -> None:
    def copied(table: pa.Table) -> pa.Table:
        of_train = table.column("text").to_pylist()[table.column("sample_id").to_pylist().index("t0002")]
        return replaced(table, "text", "t0000", f"{of_train}\nand a line more")

    found = rules(run(made.source(verses=copied), **LEAN))[IN_TRAIN]
    assert found == "1 test songs have nearly the lyrics of a train song (t0000 and t0002)"


def test_a_long_caption_of_a_train_song_in_test_is_refused_and_a_short_one_is_not() -> None:
    def copied(table: pa.Table) -> pa.Table:
        of_train = table.column("text").to_pylist()[table.column("sample_id").to_pylist().index("t0002")]
        return replaced(table, "text", "t0000", of_train)

    long = rules(run(made.source(Population(remark_words=40), remarks=copied), **LEAN))
    assert "2 test captions are nearly a train song's (t0000 and t0002)" in long[IN_TRAIN]
    assert IN_TRAIN not in rules(run(made.source(Population(), remarks=copied), **LEAN))


def test_a_song_of_the_official_test_in_train_is_refused() -> None:
    def official(table: pa.Table) -> pa.Table:
        return replaced(table, "is_official_test", "t0002", value=True)

    assert (
        "1 songs of the official test are not in the test" in rules(run(made.source(tunes=official), **LEAN))[IN_TRAIN]
    )


def test_leaks_of_every_kind_are_told() -> None:
    found = broken(trained(leaks=Leaks(1, 2, 3, 4, ("a and b",), 9, 600)))[IN_TRAIN]
    assert found.count(",") == 3
    assert found.endswith("(a and b)")


def test_a_near_duplicate_in_thousands_is_told_and_not_refused() -> None:
    one = trained(leaks=Leaks(lyrics=1, captions=2, n_compared=10_000), n_test_songs=5_000)
    assert broken(one) == {}
    told = {rule.name: rule.found for rule in gate.judge(one)}[IN_TRAIN]
    assert told.endswith("2 test captions are nearly a train song's: fewer than 0.1%")
    assert IN_TRAIN in broken(dataclasses.replace(one, n_test_songs=500))
    assert IN_TRAIN in broken(trained(leaks=Leaks(torn=1, n_compared=10_000), n_test_songs=5_000))


def test_copying_that_beats_writing_is_refused() -> None:
    found = broken(trained(over_writing=ABOVE))
    assert "R-1 F1 of nearest lyrics 0.4000, of BART, lyrics only" in found[COPIES]
    assert "asked: not surely above 0" in found[COPIES]


def test_copying_that_is_ahead_by_chance_is_not_refused() -> None:
    one = with_system(LYRICS_ONLY, single={"rouge1_f1": Estimate(0.39, 0.3, 0.4)})
    assert broken(dataclasses.replace(one, over_writing=AROUND)) == {}


def test_a_nearest_caption_that_is_a_reference_is_refused_however_well_networks_write() -> None:
    assert "repeats a reference of 1.00%" in broken(with_system(NEAREST, exact_copies=0.01))[COPIES]


def test_long_references_that_stand_in_train_are_refused_by_the_words() -> None:
    """Nearest lyrics repeats what it was told: the same lyrics and the same long caption on both sides."""

    def same(table: pa.Table) -> pa.Table:
        values = table.column("text").to_pylist()
        ids = table.column("sample_id").to_pylist()
        of_train = values[ids.index("t0002")]
        return changed(
            table,
            "text",
            [of_train if one in {"t0000", "t0002"} else old for one, old in zip(ids, values, strict=True)],
        )

    found = rules(run(made.source(Population(remark_words=30), verses=same, remarks=same), **LEAN))
    assert COPIES in found
    assert IN_TRAIN in found


@pytest.mark.parametrize(("asked", "is_refused"), [(True, True), (False, False)])
def test_what_cannot_be_judged_is_refused_where_networks_were_asked_for(asked: bool, is_refused: bool) -> None:
    few = broken(trained(n_train_songs=100, deep_asked=asked))
    assert (COPIES in few, HEARS in few) == (is_refused, is_refused)
    judged = {rule.name: rule.found for rule in gate.judge(trained(n_train_songs=100, deep_asked=asked))}
    assert "not judged beside networks: 100 songs to learn from, 300 are needed" in judged[COPIES]


def test_a_best_system_within_a_standard_error_of_a_random_caption_is_refused() -> None:
    assert "-0.0100 less one standard error" in broken(trained(over_random=AROUND))[ABOUT]


def test_captions_dealt_out_among_the_songs_are_refused() -> None:
    """Captions that have nothing to do with their songs: no system is better than drawing one."""

    def dealt(table: pa.Table) -> pa.Table:
        return changed(table, "text", ["A song ."] * len(table))

    assert ABOUT in rules(run(made.source(remarks=dealt), **LEAN))


@pytest.mark.parametrize(
    ("lacks", "why"),
    [
        ({"seeds": 2}, "2 of 3 seeds"),
        ({"gap": AROUND}, "does not score more"),
        ({"right_minus_wrong": AROUND}, "no more with the song's own sound"),
        ({"right_minus_wrong": None}, "no more with the song's own sound"),
        ({"is_aligned": True, "over_shuffled": AROUND}, "aligned on shuffled pairs it does as well"),
        ({"is_aligned": True, "over_shuffled": None}, "not trained on shuffled pairs"),
    ],
)
def test_a_claim_without_proof_is_refused(lacks: dict[str, object], why: str) -> None:
    assert why in broken(trained(claims=(claim(**lacks),)))[PROOF]


def test_a_claim_that_is_not_made_refuses_nothing() -> None:
    assert PROOF not in broken(trained(claims=(claim(gap=AROUND, is_made=False),)))


def test_a_deaf_network_is_refused() -> None:
    assert "asked: above 0" in broken(trained(hears={"BART-fusion": AROUND}))[HEARS]
    assert HEARS not in broken(trained(hears={}))  # a set without facts of the sound


@pytest.mark.parametrize("ratio", [0.4, 2.5])
def test_captions_of_another_length_are_refused_for_the_best_system_alone(ratio: float) -> None:
    assert f"{ratio:.2f} times" in broken(with_system(POSITIVE, length_ratio=ratio))[LENGTH]
    assert broken(with_system("random caption", length_ratio=ratio)) == {}


def test_a_variant_with_a_test_of_its_own_is_refused() -> None:
    assert "7 of positive" in broken(trained(variants=(Variant("positive", 900, 700, 7),)))[ONE_TEST]

    def own_test(table: pa.Table) -> pa.Table:
        return replaced(table, "in_positive", "t0000", value=False)

    assert rules(run(made.source(remarks=own_test), **LEAN | {"variants": made.SETTINGS.variants}))[ONE_TEST].endswith(
        "2 of positive"
    )


def test_nothing_measured_is_refused() -> None:
    nothing = dataclasses.replace(trained(), systems=(), over_random=None)
    assert {COPIES, ABOUT, LENGTH} <= set(broken(nothing))
