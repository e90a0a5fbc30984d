from __future__ import annotations

import dataclasses
import math

import pytest
from rich.cells import cell_len

from musicdata_baselines import report
from tests.baselines.suites.paired_views.report.example import (
    CHANCE,
    PAIRS,
    STRENGTH,
    N,
    build_example,
    change,
    hostile,
)

EXAMPLE = build_example()
LINES = list(report.lines(EXAMPLE))


def test_verdict_and_reason_stand_first() -> None:
    assert LINES[0] == "example: An example whose every figure is made up: sheet music, lyrics and audio"
    assert "✓ the gate holds: every rule of the gate holds" in LINES[:5]
    refused = list(report.lines(build_example(refused=True)))
    assert any(
        line.startswith("✗ the gate refuses: metadata-only probe: the file size of lyrics alone") for line in refused
    )
    assert "  ✗ metadata-only probe: the file size of lyrics alone finds its sheet: MRR 0.0713, p = 0.0001" in refused
    assert "    ✗ the file size of lyrics alone finds its sheet: MRR 0.0713, p = 0.0001" in refused


def rows_of(query: str, target: str) -> list[list[str]]:
    """Return the rows of one direction's table, split at spaces."""
    start = next(i for i, line in enumerate(LINES) if line.startswith(f"  {query} → {target} "))
    rows = []
    for line in LINES[start + 1 :]:
        if not line or not line.startswith("  ") or line.startswith("  [") or "times chance" in line:
            break
        rows.append(line.split())
    return rows


@pytest.mark.parametrize(("query", "target"), [*PAIRS, *(pair[::-1] for pair in PAIRS)])
def test_six_directions_with_the_paper_chance_and_all_baselines(query: str, target: str) -> None:
    rows = rows_of(query, target)
    assert rows[0] == ["the", "paper"]
    assert [row[0] for row in rows[1:4]] == ["Random", "CCA", "GCCA"]
    assert rows[4] == ["ours"]
    chance = (
        f"{1 / N:.4f} {5 / N:.4f} {10 / N:.4f} {(N + 1) / 2:.1f} {(N + 1) / 2:.1f} {(N + 1) / 2 / N:.1%} {CHANCE:.4f}"
    )
    assert rows[5] == ["chance", "(exact)", *chance.split()]
    for row, baseline in zip(
        rows[6:], [b for b in EXAMPLE.result.baselines if set(b.pair) == {query, target}], strict=True
    ):
        found = next(d for d in baseline.directions if d.query == query)
        figures = [f"{found.recall[k]:.4f}" for k in (1, 5, 10)]
        figures += [f"{found.median_rank:.1f}", f"{found.mean_rank:.1f}", f"{found.median_rank / N:.1%}"]
        figures += [f"{found.mrr:.4f}", f"{found.mrr_low:.4f}–{found.mrr_high:.4f}", f"{baseline.p_value:.2g}"]
        assert row == [*baseline.name.split(), *figures]


def test_the_papers_figures_are_as_printed_and_slips_are_told() -> None:
    assert rows_of("audio", "sheet")[1:4] == [
        ["Random", "0.028", "0.056¹", "0.075²", "7,310.0", "7,257.2", "50.6%", "–"],
        ["CCA", "0.303", "0.349", "0.353", "341.0", "596.5", "2.4%", "–"],
        ["GCCA", "0.358", "0.403", "0.414", "271.0", "382.8", "1.9%", "–"],
    ]
    assert "  [1] GCCA, R@5: printed 0.0142; it lies between R@1 0.089 and R@10 0.167" in LINES
    assert any("ranks and recalls are not comparable digit by digit" in line for line in LINES)


def test_every_pair_says_how_far_above_chance_and_what_could_have_been_told() -> None:
    judge = next(b for b in EXAMPLE.result.baselines if b.name == "CCA weighted")
    text = " ".join(" ".join(LINES).split())
    assert (
        f"audio–sheet: link certain by construction; above chance: CCA weighted has MRR {judge.mrr:.4f}, {judge.mrr / CHANCE:.1f}× chance"
        in text
    )
    assert "audio–lyrics: not distinguishable from chance on this split: CCA weighted has MRR" in text
    limit = max(b.detection_limit_mrr for b in EXAMPLE.result.baselines if b.pair == PAIRS[2])
    assert f"an MRR above {limit:.4f} would have had p < 0.01" in text
    assert f"ResidualCCA {EXAMPLE.result.baselines[-6].mrr / CHANCE:.1f}×" in text
    assert "time: 4.2 min (deep baselines 3.4 min, linear baselines 17.9 s," in text


def test_controls_have_one_line_and_a_mark_each() -> None:
    marks = {
        line[2:].split(",")[0]: line[0] for line in LINES[LINES.index("controls") + 1 :] if line[:1] in {"✓", "✗", "•"}
    }
    controls = {control.control: marks[control.control] for control in EXAMPLE.result.controls}
    assert controls == {
        "shuffled pairs": "✓",
        "metadata-only probe": "✓",
        "length-only probe": "✓",
        "duplicates across splits": "✓",
        "mis-paired items": "•",
    }
    assert any("lc5000000-00, lc5007919-01" in line for line in LINES)
    assert "… (23 in all)" in " ".join(" ".join(LINES).split())


TEXTS = ["\x1b[31mred\x07", "\u202eevil", "楽譜" * 30, "a" * 300, "[bold]x[/]", "two\nlines\r", "\ud800"]


@pytest.mark.parametrize("text", TEXTS)
def test_names_from_data_neither_steer_the_terminal_nor_break_the_tables(text: str) -> None:
    lines = list(report.lines(hostile(text)))
    assert all(line.isprintable() for line in lines)
    heads = [i for i, line in enumerate(lines) if line.endswith("MedR/n     MRR           95 %       p")]
    assert len(heads) == 6
    tables = [line for head in heads for line in lines[head : head + 2 + len(STRENGTH)]]
    assert {cell_len(line) for line in tables if "–0." in line} == {100}


def test_no_line_is_wider_than_a_hundred_columns_or_has_colours() -> None:
    assert max(map(cell_len, LINES)) <= 100
    assert all(line.isprintable() and line == line.rstrip() for line in LINES)


def test_what_is_not_there_is_left_out() -> None:
    bare = change(EXAMPLE, paper="", controls=(), notes=(), shape=())
    text = "\n".join(report.lines(bare))
    assert "paper" not in text
    assert "\ncontrols" not in text
    assert "could not prove" not in text
    assert "chance (exact)" in text
    nothing = change(bare, baselines=(), rules=(), seconds={})
    assert "the gate holds" in "\n".join(report.lines(nothing))


def test_too_few_repairings_are_said_instead_of_a_limit() -> None:
    endless = tuple(dataclasses.replace(b, detection_limit_mrr=math.inf) for b in EXAMPLE.result.baselines)
    lines = list(report.lines(change(EXAMPLE, baselines=endless)))
    assert lines.count("  too few re-pairings for any MRR to have p < 0.01") == len(PAIRS)
