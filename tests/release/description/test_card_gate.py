"""What the suite measured, on the card: as it says itself, and of releases older than suites."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from musicdata.release.description.card import gate
from musicdata.release.description.card.markdown import caption
from musicdata.release.record.layout import Gate
from musicdata_baselines.suites.paired_views import recorded
from tests.baselines.suites.paired_views.report.example import build_example

BASELINES = build_example().result.baselines
VERDICT = {"holds": True, "reason": "", "rules": [], "check_findings": [], "seed": 0}


def test_a_release_older_than_suites_has_the_table_of_one_made_today() -> None:
    methods = list(recorded.methods(BASELINES))
    older = Gate(baselines=methods, **VERDICT)
    newer = Gate(baselines=methods, card=recorded.card(BASELINES), **VERDICT)
    assert gate.figure_tables(older) == gate.figure_tables(newer) == list(recorded.card(BASELINES))
    assert gate.methods(older) == gate.methods(newer) == list(dict.fromkeys(one.name for one in BASELINES))
    assert gate.figure_tables(None) == gate.figure_tables(Gate(baselines=[], **VERDICT)) == []
    assert gate.methods(None) == []
    assert Gate.model_validate_json(newer.model_dump_json()) == newer


def test_a_table_whose_rows_are_not_as_wide_as_its_head_is_no_record() -> None:
    table = {"caption": "c", "columns": ["method", "p"], "rows": [["ridge"]]}
    with pytest.raises(ValidationError, match="row 0 has 1 cells, expected 2, one a column"):
        Gate(baselines=[], card=[table], **VERDICT)


def test_a_caption_has_emphasis_and_no_other_markup() -> None:
    assert (
        caption("*p* of <b>[x](y)</b>\n# *not\n\n|")
        == r"*p* of &lt;b&gt;\[x\](y)&lt;/b&gt;" + "\n" + r"\# \*not" + "\n" + r"\|"
    )
