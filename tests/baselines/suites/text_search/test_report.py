"""The report of text searches: comes back as it was, escapes what it shows, prints what it must."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import pytest

from musicdata.definitions.suite import Outcome
from musicdata.errors import InputError
from musicdata_baselines import report
from musicdata_baselines.report.heat_map import heat_map
from musicdata_baselines.suites.text_search.report import paper_system, plots, tables
from musicdata_baselines.suites.text_search.results import Genres, TextSearches
from tests.baselines.suites.text_search.conftest import validation

HOSTILE = '<script>alert("x")</script>\x1b[31m'


def test_the_report_comes_back_as_it_was(found: Outcome[TextSearches]) -> None:
    told = validation(found)
    again = report.decode(report.encode(told))
    assert again.result == found.result
    assert report.render(again) == report.render(told)
    assert list(report.lines(again)) == list(report.lines(told))


def test_terminal_and_page_say_what_was_measured(found: Outcome[TextSearches]) -> None:
    told = validation(found)
    lines, page = "\n".join(report.lines(told)), report.render(told)
    for text in ("A line, all languages", "The paper's system and ours", "2h/(1 + h)", "F1 of answering everything"):
        assert text in lines
    for text in ("kind-line", "kind-typo", "paper", "translations", "weights", "refusal", "genre"):
        assert f'id="{text}"' in page
    assert page.count("<svg") == len({cell.kind for cell in found.result.cells}) + 1 + len(found.result.genres)
    assert max(len(line) for line in lines.splitlines()) < 160


def test_names_of_genres_cannot_break_the_page(found: Outcome[TextSearches]) -> None:
    genres = tuple(dataclasses.replace(one, names=(HOSTILE, *one.names[1:])) for one in found.result.genres)
    result = dataclasses.replace(found.result, genres=genres, languages={HOSTILE: 3})
    page = report.render(validation(dataclasses.replace(found, result=result)))
    assert "<script" not in page
    assert "\x1b" not in page


def test_the_paper_stands_beside_ours(found: Outcome[TextSearches]) -> None:
    table = paper_system.table(found.result)
    assert table is not None
    kinds = [row[0] for row in table.rows]
    assert kinds[:4] == ["line", "masked", "typo", "title"]
    assert kinds.count("translation") == 3
    assert table.rows[-1][-1] == "3×"
    assert paper_system.table(dataclasses.replace(found.result, paper="")) is None
    with pytest.raises(InputError, match="there are lyrics"):
        paper_system.load("lyric")


def test_the_card_has_no_figure_named_f1_but_the_real_one(found: Outcome[TextSearches]) -> None:
    assert found.result.refusal is not None
    named = {row[0]: row[1] for table in tables.refusal(found.result.refusal) for row in table.rows}
    assert [name for name in named if str(name).startswith("F1")] == ["F1", "F1 of answering everything"]
    assert any(str(name).startswith("not an F1") for name in named)
    assert len(found.card) == 4
    assert all(one["name"] for one in found.methods)


def test_nothing_measured_draws_nothing() -> None:
    empty = TextSearches(n_songs=1, n_held_out=0, languages={"en": 1}, encoders={})
    outcome = Outcome(result=empty, n_samples={}, n_groups={}, tables={}, rules=())
    assert "Searches" not in report.render(validation(outcome))
    assert list(report.lines(validation(outcome)))


def test_a_heat_map_is_xml_with_every_count() -> None:
    drawn = heat_map([[3, 0], [1, 12]], ["<a>", "b"], ["c", HOSTILE], title="t & t", row_label="r", column_label="c")
    picture = ET.fromstring(drawn)  # our own text
    shown = [element.text for element in picture.iter("text")]
    assert {"3", "1", "12"} <= set(shown)
    assert "0" not in shown
    assert sum(element.tag == "rect" for element in picture.iter()) == 4
    with pytest.raises(ValueError, match="expected 2 × 1"):
        heat_map([[1]], ["a", "b"], ["c"], title="", row_label="", column_label="")


def test_many_genres_are_numbered(found: Outcome[TextSearches]) -> None:
    names = tuple(f"genre {number}" for number in range(9))
    confusion = tuple(tuple(int(i == j) for j in range(9)) for i in range(9))
    many: Genres = dataclasses.replace(found.result.genres[0], names=names, confusion=confusion)
    shown = [element.text for element in ET.fromstring(plots.genres(many)).iter("text")]
    assert "1 genre 0" in shown
    assert "9" in shown
