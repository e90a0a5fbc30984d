"""The gate: each rule refuses what it is there for."""

from __future__ import annotations

import dataclasses
from typing import Any

import pyarrow as pa

from musicdata.definitions.suite import Outcome
from musicdata_baselines.suites.text_search import gate
from musicdata_baselines.suites.text_search.results import Shuffled, TextSearches
from tests.baselines.suites.text_search import planted
from tests.baselines.suites.text_search.conftest import run
from tests.baselines.suites.text_search.planted import Population

NAMES = [
    "a line finds its song",
    "dealt-out words find nothing",
    "no group is torn between splits",
    "nothing is left to clean",
    "absent songs can be told",
]


def broken(result: TextSearches) -> dict[str, str]:
    return {rule.name: rule.found for rule in gate.judge(result) if not rule.holds}


def changed(table: pa.Table, column: str, values: list[Any]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))


def test_every_rule_is_asked(found: Outcome[TextSearches]) -> None:
    assert [rule.name for rule in found.rules] == NAMES
    assert broken(found.result) == {}


def test_judgements_of_other_songs_are_noticed() -> None:
    """Queries whose right song is another one than they were made from: an index that is off by one."""

    def shifted(table: pa.Table) -> pa.Table:
        ids = table.column("sample_id").to_pylist()
        return changed(table, "sample_id", [ids[-1], *ids[:-1]] if len(ids) % 7 else [*ids[7:], *ids[:7]])

    outcome = run(planted.source(lyric_qrels=shifted))
    assert "a line finds its song" in broken(outcome.result)


def test_a_torn_group_is_noticed() -> None:
    def torn(table: pa.Table) -> pa.Table:
        return changed(table, "group_id", ["one"] * 5 + table.column("group_id").to_pylist()[5:])

    rules = {rule.name: rule for rule in run(planted.source(Population(works=40), lyric_samples=torn)).rules}
    assert not rules["no group is torn between splits"].holds
    assert "1 groups stand in more than one" in rules["no group is torn between splits"].found


def test_residue_is_noticed() -> None:
    outcome = run(planted.source(Population(works=30, languages=("en",), residue="12Embed")))
    assert "still matches in 33 songs" in broken(outcome.result)["nothing is left to clean"]


def test_absent_queries_that_score_like_present_ones_are_noticed(found: Outcome[TextSearches]) -> None:
    assert found.result.refusal is not None
    alike = dataclasses.replace(found.result.refusal, auc=0.55, auc_low=0.48)
    result = dataclasses.replace(found.result, refusal=alike)
    assert "55.0% of cases (48.0%" in broken(result)["absent songs can be told"]


def test_dealt_out_words_that_find_their_songs_are_noticed(found: Outcome[TextSearches]) -> None:
    result = dataclasses.replace(found.result, shuffled=Shuffled(100, 1, 0.2, 0.1, 0.02))
    assert "chance 0.0200" in broken(result)["dealt-out words find nothing"]


def test_vectors_that_find_less_than_words_are_told_and_not_refused(found: Outcome[TextSearches]) -> None:
    cells = tuple(dataclasses.replace(cell, language="en") for cell in found.result.cells if cell.kind == "line")
    (told,) = gate.language_verdicts(dataclasses.replace(found.result, cells=cells))
    assert told.startswith("en: vectors find ")
    assert "to BM25" in told


def test_what_was_not_measured_is_refused(found: Outcome[TextSearches]) -> None:
    assert list(broken(dataclasses.replace(found.result, refusal=None))) == ["absent songs can be told"]
    assert list(broken(dataclasses.replace(found.result, shuffled=None))) == ["dealt-out words find nothing"]
    assert list(broken(dataclasses.replace(found.result, cells=()))) == ["a line finds its song"]
