"""The report of captioning: comes back as it was, escapes what it shows, keeps words that are not ours to itself."""

from __future__ import annotations

import dataclasses

import pytest

from musicdata.definitions.suite import Outcome
from musicdata.errors import InputError
from musicdata_baselines import report
from musicdata_baselines.suites.captioning import gate, recorded
from musicdata_baselines.suites.captioning.report import paper_table, tables
from musicdata_baselines.suites.captioning.results import FUSION, NEAREST, POSITIVE, Captioning, Example
from tests.baselines.suites.captioning import made
from tests.baselines.suites.captioning.conftest import LEAN, run, validation
from tests.baselines.suites.captioning.made import Population
from tests.baselines.suites.captioning.results_made import system, trained

HOSTILE = '<script>alert("x")</script>\x1b[31m'


def outcome(result: Captioning) -> Outcome[Captioning]:
    return Outcome(
        result=result,
        n_samples={"train": 1_000, "test": 400},
        n_groups={"train": 1_000, "test": 400},
        tables={},
        rules=tuple(gate.judge(result)),
        card=recorded.card(result),
        methods=recorded.methods(result),
    )


@pytest.fixture(scope="module")
def whole() -> Outcome[Captioning]:
    return outcome(trained(length_effects=("first words of the lyrics writes 3.0 words",)))


def test_the_report_comes_back_as_it_was(whole: Outcome[Captioning], found: Outcome[Captioning]) -> None:
    for one in (whole, found):
        told = validation(one)
        again = report.decode(report.encode(told))
        assert again.result == one.result
        assert report.render(again) == report.render(told)
        assert list(report.lines(again)) == list(report.lines(told))


def test_terminal_and_page_say_what_was_measured(whole: Outcome[Captioning]) -> None:
    told = validation(whole)
    lines, page = "\n".join(report.lines(told)), report.render(told)
    for text in (
        "BART-fusion, wrong audio",
        "What a leaky split would print",
        "BART-fusion over BART, lyrics only: better",
        "not shown: aligned on shuffled pairs it does as well",
        "length effect: first words of the lyrics",
        "people: A sad song .",
        "by what was learned from",
    ):
        assert text in lines
    sections = ("systems", "facts", "controls", "claims", "networks", "splits", "variants", "paper", "examples")
    assert [name for name in sections if f'id="{name}"' not in page] == []
    assert page.count("<svg") == 2
    assert max(len(line) for line in lines.splitlines()) < 200


def test_a_network_that_did_not_converge_is_there(whole: Outcome[Captioning]) -> None:
    table = tables.networks(whole.result)
    assert table is not None
    rows = {row[0]: dict(zip(table.columns, row, strict=True)) for row in table.rows}
    assert rows[POSITIVE]["converged"] is False
    assert rows[POSITIVE]["steps"] == 3_000
    assert rows[FUSION]["cosine own"] == "–"


def test_the_paper_stands_beside_ours(whole: Outcome[Captioning]) -> None:
    table = paper_table.beside_ours(whole.result)
    assert table is not None
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["R-1"] for row in rows if row["as the paper has it"] == "ReCAP"] == ["48.4", "51.2"]
    assert rows[2]["ours: R-1"] == "52.0"
    assert rows[5]["ours: R-1"] is None  # no network learned from that variant
    assert paper_table.beside_ours(trained(paper="")) is None
    with pytest.raises(InputError, match="there are interpretations"):
        paper_table.load("recap")


def test_names_and_captions_cannot_break_the_page(whole: Outcome[Captioning]) -> None:
    odd = Example(HOSTILE, {NEAREST: 0.1}, {NEAREST: HOSTILE}, (HOSTILE,))
    page = report.render(validation(outcome(trained(examples=(odd,), best=NEAREST, meteor=HOSTILE))))
    assert "<script" not in page
    assert "\x1b" not in page


def test_words_that_are_not_ours_are_in_no_report() -> None:
    told = validation(run(made.source(Population(licence=False)), **LEAN))
    everything = report.encode(told) + report.render(told) + "\n".join(report.lines(told))
    assert "is all about" not in everything
    assert "not ours to show" in everything
    free = validation(run(made.source(), **LEAN))
    assert "is all about" in "\n".join(report.lines(free))


def test_no_caption_is_on_the_card(whole: Outcome[Captioning]) -> None:
    cells = [str(cell) for table in whole.card for row in table.rows for cell in row]
    assert not [cell for cell in cells if "A song ." in cell]
    assert len(whole.card) == 7
    assert len(whole.methods) == len(whole.result.systems)


def test_the_command_that_gives_the_same_figures_is_told() -> None:
    result = trained(epochs=0.5, swept=True, deep_asked=True)
    assert "--deep --sweep --epochs 0.5" in report.render(validation(outcome(result)))


def test_nothing_measured_draws_nothing() -> None:
    told = validation(Outcome(result=Captioning(), n_samples={}, n_groups={}, tables={}, rules=()))
    assert "Systems" not in report.render(told)
    assert list(report.lines(told))


def test_a_system_that_was_measured_elsewhere_alone_stands_in_the_table_of_splits() -> None:
    table = tables.leaky(dataclasses.replace(trained(), systems=(system(NEAREST, 0.9, scheme="row"),)))
    assert table is not None
    assert table.columns == ("system", "row by row, as in the papers' code")
