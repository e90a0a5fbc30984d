from __future__ import annotations

import dataclasses
import json
import math
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from musicdata_baselines import report
from musicdata_baselines.suites.paired_views.report import comparison
from tests.baselines.suites.paired_views.report.example import PAIRS, N, build_example, change, hostile
from tests.baselines.suites.paired_views.report.page import Page

EXAMPLE = build_example()
HTML = report.render(EXAMPLE)
PAPER = tomllib.loads((Path(comparison.__file__).parent / "papers" / "musictm.toml").read_text("utf-8"))


def figures_of(page: Page, query: str, target: str) -> dict[str, list[str]]:
    """Return method → cells of one direction; a method the paper has too is found under ``paper``."""
    table = next(table for table in page.tables if table.heading == f"{query} → {target}")
    found: dict[str, list[str]] = {}
    prefix = ""
    for row in table.rows[1:]:
        if len(row) == 1:
            prefix = "paper " if row[0].startswith("The paper") else ""
        else:
            found[prefix + row[0]] = row[1:]
    return found


def in_json(query: str, target: str) -> dict[str, list[str]]:
    """Return what the page must show, written from the JSON."""
    value = json.loads(report.encode(EXAMPLE))
    chance = value["chance"]
    shown = {
        "chance (exact)": [
            *(f"{chance[f'recall_{k}']:.4f}" for k in (1, 5, 10)),
            *(f"{chance[name]:,.1f}" for name in ("median_rank", "mean_rank")),
            f"{chance['median_rank'] / N:.1%}",
            f"{chance['mrr']:.4f}",
            "",
            "",
        ]
    }
    for baseline in value["baselines"]:
        for found in baseline["directions"]:
            if (found["query"], found["target"]) == (query, target):
                shown[baseline["name"]] = [
                    *(f"{found['recall'][k]:.4f}" for k in ("1", "5", "10")),
                    f"{found['median_rank']:,.1f}",
                    f"{found['mean_rank']:,.1f}",
                    f"{found['median_rank'] / N:.1%}",
                    f"{found['mrr']:.4f}",
                    f"{found['mrr_low']:.4f}–{found['mrr_high']:.4f}",
                    f"{baseline['p_value']:.2g}",
                ]
    return shown


def in_paper(query: str, target: str) -> dict[str, list[str]]:
    """Return the paper's rows as printed."""
    block = next(b for b in PAPER["block"] if (b["query"], b["target"]) == (query, target))
    return {
        f"paper {method}": [*(f"{v:.3f}" for v in row[:3]), *(f"{v:,.1f}" for v in row[3:]), f"{row[3] / 14454:.1%}"]
        for method, row in block["rows"].items()
    }


@pytest.mark.parametrize(("query", "target"), [*PAIRS, *(pair[::-1] for pair in PAIRS)])
def test_every_figure_on_the_page_is_the_jsons_and_stands_beside_the_papers(query: str, target: str) -> None:
    found = figures_of(Page(HTML), query, target)
    ours = in_json(query, target)
    assert {name: cells for name, cells in found.items() if not name.startswith("paper ")} == ours
    assert len(ours) == 10
    corrected = {
        (c["method"], {"recall_5": 1, "recall_10": 2}[c["figure"]])
        for c in PAPER["correction"]
        if (c["query"], c["target"]) == (query, target)
    }
    for name, cells in in_paper(query, target).items():
        for column, cell in enumerate(cells):
            if (name.removeprefix("paper "), column) in corrected:
                assert found[name][column] != cell
                assert re.fullmatch(r"0\.\d{3}[12]", found[name][column]), "a correction has a note"
            else:
                assert found[name][column] == cell


def test_the_verdict_stands_at_the_top_in_words() -> None:
    assert "The gate holds: this data set may be released." in HTML
    refused = report.render(build_example(refused=True))
    assert "The gate refuses: this data set may not be released." in refused
    assert "Metadata-only probe: the file size of lyrics alone finds its sheet: MRR 0.0713, p = 0.0001." in refused


def test_every_rule_note_statement_item_and_control_is_on_the_page() -> None:
    shown = " ".join("".join(Page(HTML).texts).split())
    for rule in EXAMPLE.rules:
        assert rule.name in shown
        assert rule.found in shown
    for control in EXAMPLE.result.controls:
        assert f"{control.control}, {control.subject}: {control.summary}" in shown
        for finding in control.findings:
            assert all(item in shown for item in (finding.message, *finding.items))
    for sentence in (*EXAMPLE.notes, *EXAMPLE.result.shape, *EXAMPLE.checks_passed):
        assert sentence in shown
    for view in EXAMPLE.result.views:
        assert view.extractor in shown
    for table, digest in EXAMPLE.tables.items():
        assert table in shown
        assert digest[:12] in shown
    assert "musicdata validate WORK --seed 0 --device cpu" in shown


def test_nothing_is_loaded_from_anywhere_and_nothing_runs() -> None:
    page = Page(HTML)
    assert not {name for name, _ in page.elements} & {
        "script",
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
    }
    ids = page.values("id")
    assert len(set(ids)) == len(ids)
    assert {href.removeprefix("#") for href in page.values("href")} <= set(ids)
    assert all(href.startswith("#") for href in page.values("href"))
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in {"src", "style", "srcset"}]
    assert not re.search(r"https?:|//|url\(|@import|javascript", HTML.replace("/* ", ""))
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:"
    assert policy in page.values("content")


def test_equal_validations_give_equal_bytes_whatever_the_order_of_their_parts() -> None:
    assert report.render(report.decode(report.encode(EXAMPLE))) == HTML
    turned = change(
        EXAMPLE,
        tables=dict(reversed(EXAMPLE.tables.items())),
        n_samples=dict(reversed(EXAMPLE.n_samples.items())),
        curves={plot: dict(reversed(pairs.items())) for plot, pairs in reversed(EXAMPLE.result.curves.items())},
        seconds=dict(reversed(EXAMPLE.seconds.items())),
    )
    assert report.render(turned) == HTML


HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    "</style></title></svg><script>",
    "{{ 7 * 7 }}{% raw %}",
    "]]>&lt;!--",
    "\u202egnp.exe\u2066",
    "\x00\x1b[31m\r\n",
    "\ud800",
)
PLAIN = Page(report.render(hostile("x")))


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=12))
@example(HOSTILE[0])
@example(HOSTILE[1])
@example(HOSTILE[2])
@example(HOSTILE[3])
@example(HOSTILE[4])
@example(HOSTILE[5])
@example(HOSTILE[6])
@example(HOSTILE[7])
@example(HOSTILE[8])
def test_no_text_from_data_becomes_markup(text: str) -> None:
    html = report.render(hostile(text))
    page = Page(html)
    assert page.elements == PLAIN.elements
    shown = "".join(c if c.isprintable() else "�" for c in text)
    assert sum(shown in piece for piece in page.texts) >= 30
    assert not [c for c in html if not c.isprintable() and c != "\n"]
    html.encode("utf-8")


def changed(**changes: Any) -> str:
    return report.render(change(EXAMPLE, **changes))


def test_a_data_set_without_a_paper_or_curves_has_a_page_without_them() -> None:
    html = changed(paper="", curves={})
    assert "The paper" not in html
    assert 'id="leakage"' not in html
    assert html.count("<svg") == 2 * len(PAIRS)
    assert len(figures_of(Page(html), "audio", "sheet")) == 10


def test_a_validation_that_came_to_no_figures_has_a_page_too() -> None:
    html = changed(baselines=(), curves={}, controls=(), shape=(), notes=())
    assert Page(html).tables
    assert "Nothing was left open" in html


def test_too_few_repairings_are_said_instead_of_a_limit() -> None:
    endless = tuple(dataclasses.replace(b, detection_limit_mrr=math.inf) for b in EXAMPLE.result.baselines)
    html = changed(baselines=endless)
    assert html.count("Too few re-pairings for any MRR to have p &lt; 0.01.") == len(PAIRS)
    assert ">inf<" not in html


def test_a_long_list_of_items_is_cut_and_says_so() -> None:
    control = EXAMPLE.result.controls[-1]
    finding = dataclasses.replace(control.findings[0], items=tuple(f"item-{i:05d}" for i in range(720)))
    html = changed(controls=(dataclasses.replace(control, findings=(finding,)),))
    assert "item-00499" in html
    assert "item-00500" not in html
    assert "The other 220 are in validation.json." in html
    assert ">720 items<" in html


def test_categories_are_told_with_their_chance() -> None:
    def in_classes(baseline: Any) -> Any:
        two = tuple(
            dataclasses.replace(d, mrr_category=0.3141, mrr_category_chance=0.1234) for d in baseline.directions
        )
        return dataclasses.replace(baseline, directions=two)

    html = changed(baselines=tuple(map(in_classes, EXAMPLE.result.baselines)))
    assert html.count("ResidualCCA 0.3141, DGCCA 0.3141; chance 0.1234.") == 2 * len(PAIRS)
