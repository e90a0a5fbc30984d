from __future__ import annotations

import pytest

from musicdata.definitions.suite import Rule
from musicdata_baselines.suites.paired_views import gate
from musicdata_baselines.suites.paired_views.results import BaselineResult, ControlResult, DirectionResult, Finding

PAIR = ("audio", "sheet")


def result(name: str = "CCA weighted", p_value: float = 0.0001, pair: tuple[str, str] = PAIR) -> BaselineResult:
    def direction(query: str, target: str) -> DirectionResult:
        return DirectionResult(query, target, 0.5, 0.4, 0.6, {1: 0.4, 5: 0.6, 10: 0.7}, 2.0, 9.0, 0.0)

    return BaselineResult(name, pair, (direction(*pair), direction(*reversed(pair))), p_value, 0.03, 0.05)


def control(*findings: Finding, name: str = "length-only probe") -> ControlResult:
    return ControlResult(name, "audio–lyrics", "MRR 0.03, chance 0.03", {}, findings)


def broken(rules: tuple[Rule, ...]) -> list[str]:
    return [rule.name for rule in rules if not rule.holds]


def test_a_sound_data_set_passes_and_every_rule_says_what_it_found() -> None:
    rules = gate.judge([result()], [control()], [PAIR])
    assert [rule.name for rule in rules] == ["audio–sheet beats shuffled pairs", "length-only probe"]
    assert not broken(rules)
    assert all(rule.found for rule in rules)


@pytest.mark.parametrize("p_value", [0.01, 0.3, 1.0])
def test_a_certain_pair_that_cannot_be_told_from_shuffled_pairs_is_refused(p_value: float) -> None:
    rules = gate.judge([result(p_value=p_value)], [], [PAIR])
    assert broken(rules) == ["audio–sheet beats shuffled pairs"]
    assert f"p = {p_value:.2g}" in rules[0].found


def test_a_pair_that_is_not_certain_may_be_at_chance() -> None:
    others = [result(), result(p_value=0.8, pair=("audio", "lyrics"))]
    assert not broken(gate.judge(others, [], [PAIR]))


def test_a_certain_pair_without_a_baseline_is_refused() -> None:
    assert broken(gate.judge([result("CCA")], [], [PAIR])) == ["audio–sheet beats shuffled pairs"]


def test_the_order_in_which_a_pair_is_named_does_not_matter() -> None:
    assert not broken(gate.judge([result()], [], [("sheet", "audio")]))


def test_only_findings_that_refuse_break_a_rule() -> None:
    warned = control(Finding("mis-paired items", "3 items", refuses=False), name="mis-paired items")
    refused = control(Finding("length-only probe", "MRR 0.4, chance 0.03", refuses=True))
    rules = gate.judge([result()], [warned, refused], [PAIR])
    assert broken(rules) == ["length-only probe"]
    assert rules[-1].found == "MRR 0.4, chance 0.03"
