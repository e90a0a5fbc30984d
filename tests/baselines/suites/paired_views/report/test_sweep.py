"""The sweep's tables: theirs beside ours, aligned, and honest about what is missing."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from musicdata_baselines import report
from musicdata_baselines.suites.paired_views import sweep
from musicdata_baselines.suites.paired_views.report import sweep_tables
from musicdata_baselines.suites.paired_views.results import Sweep, SweepCell, Validation
from musicdata_baselines.suites.paired_views.sweep import Plan
from tests.baselines.suites.paired_views.report.example import build_example, change
from tests.baselines.suites.paired_views.sweep import made

COMPONENTS = (10, 60, 70)


def measure() -> Sweep:
    return sweep.measure(
        made.material(), COMPONENTS, Plan(deep=False, why_not="not now"), device="cpu", n_permutations=500
    )


@pytest.fixture(scope="module")
def found() -> Validation:
    return change(build_example(), sweep=measure(), paper="spotify-moods")


def lines_after(found: Validation, title: str) -> list[list[str]]:
    """Return the words of the table that begins with `title`, without its title."""
    lines = list(report.lines(found))
    start = next(number for number, line in enumerate(lines) if line.strip().startswith(title))
    return [line.split() for line in lines[start + 1 : start + 3 + len(COMPONENTS)]]


def test_a_table_has_the_papers_figures_and_ours(found: Validation) -> None:
    assert found.result.sweep is not None
    cell = found.result.sweep.schemes[0].cell("CCA", "audio", 10)
    assert cell is not None
    groups, heads, first, _, last = lines_after(found, "Table III, MRR1, audio as query, instance level")
    assert groups == ["the", "paper", "ours"]
    assert heads[:6] == ["k", "CCA", "MVE", "DCCA", "Joint", "CCA"]
    assert first[:6] == ["10", "0.023", "0.121", "0.125", "0.247", f"{cell.mean['mrr']:.4f}"]
    assert first[7:] == ["–"] * 5
    assert last == ["70", "N/A", "0.061", "0.174", "0.256", "N/A", "N/A", *["–"] * 5]


def test_recalls_stand_beside_the_methods_the_paper_has_them_of(found: Validation) -> None:
    _, heads, first, *_ = lines_after(found, "Table VI, recall@5, lyrics as query")
    assert heads[1:4] == ["CCA", "DCCA", "Joint"]
    assert first[1:4] == ["0.024", "0.151", "0.257"]


def test_every_table_of_the_paper_is_there_and_fits(found: Validation) -> None:
    lines = list(report.lines(found))
    assert max(map(len, lines)) <= 100
    for number in ("III", "IV", "V", "VI", "VII", "VIII"):
        assert sum(line.strip().startswith(f"Table {number},") for line in lines) == (2 if number in {"V", "VI"} else 1)
    heads = [line for line in lines if line.split()[:2] == ["k", "CCA"]]
    rows = [line for line in lines if line.split()[:1] == ["70"]]
    assert len(heads) == len(rows)
    assert [len(line) for line in heads] == [len(line) for line in rows]


def test_what_random_splits_add_is_the_difference_of_the_schemes(found: Validation) -> None:
    assert found.result.sweep is not None
    table = sweep_tables.differences(found)[0]
    by_scheme = []
    for scheme in found.result.sweep.schemes:
        cells = [scheme.cell("CCA weighted", query, 60) for query in ("audio", "lyrics")]
        by_scheme.append(sum(cell.mean["mrr"] for cell in cells if cell is not None) / 2)
    shown = dict(table.rows)[60][table.ours.index("CCA w")].shown
    assert float(shown) == pytest.approx(by_scheme[0] - by_scheme[1], abs=5e-5)
    assert dict(table.rows)[70][0].shown == "N/A"


def test_the_sentences_tell_splits_chance_link_and_what_is_missing(found: Validation) -> None:
    assert found.result.sweep is not None
    told = " ".join(sweep_tables.sentences(found.result.sweep))
    random, apart = found.result.sweep.schemes
    for text in (
        "random splits: 5 runs, 320 pairs fitted to, 80 asked",
        "artist-disjoint split",
        "0.0% of those asked have their artist among those fitted to",
        f"MRR1 {random.chance['mrr']:.4f}",
        f"MRR1 at category level {apart.chance['mrr_category']:.4f}",
        "p = 0.002",
        "were not trained, their cells are –: not now",
    ):
        assert text in told


def test_epochs_are_told_once_something_was_trained(found: Validation) -> None:
    assert found.result.sweep is not None
    first = found.result.sweep.schemes[0]
    cell = SweepCell("DCCA", "audio", "lyrics", 10, 1, {"mrr": 0.1, "recall_1": 0.1, "recall_5": 0.2})
    some = dataclasses.replace(
        found.result.sweep, epochs=0.5, schemes=(dataclasses.replace(first, cells=(*first.cells, cell)),)
    )
    assert any("DCCA 400" in sentence and "0.5 ×" in sentence for sentence in sweep_tables.sentences(some))
    assert not any("epochs:" in sentence for sentence in sweep_tables.sentences(found.result.sweep))


def test_the_page_has_the_tables_with_deviations_and_says_how_to_run_it_again(found: Validation) -> None:
    assert found.result.sweep is not None
    cell = found.result.sweep.schemes[0].cell("CCA", "audio", 10)
    assert cell is not None
    page = report.render(found)
    assert 'id="sweep"' in page
    assert f"{cell.mean['mrr']:.4f} <small>± {cell.deviation['mrr']:.4f}</small>" in page
    assert page.count("recall@5, audio as query") >= 2  # of the random splits and of the disjoint one
    limited = change(found, sweep=dataclasses.replace(found.result.sweep, limited_to=2))
    assert "--device cpu --runs 2</code>" in report.render(limited)
    assert 'id="sweep"' not in report.render(build_example())


def test_it_is_kept_in_the_json(found: Validation, tmp_path: Path) -> None:
    path, _ = report.write(found, tmp_path)
    assert report.read(path) == found
