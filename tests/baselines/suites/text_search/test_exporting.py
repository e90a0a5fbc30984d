"""What `--export` writes is scored by trec_eval to the figures of the report, and is what other tools read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from musicdata.definitions.suite import Options, Outcome
from musicdata.errors import InputError
from musicdata_baselines.suites.text_search import exporting
from musicdata_baselines.suites.text_search.results import ACROSS, ALL, TextSearches
from tests.baselines.suites.text_search import planted
from tests.baselines.suites.text_search.conftest import run

Judged = dict[str, dict[str, int]]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, _made_encoders: None) -> tuple[Path, Outcome[TextSearches]]:
    folder = tmp_path_factory.mktemp("export") / "mine"
    return folder, run(planted.source(planted.Population(works=50)), Options(export=folder))


def judgements(folder: Path, name: str) -> Judged:
    head, *rows = (folder / "qrels" / f"{name}.tsv").read_text("utf-8").splitlines()
    assert head == "query-id\tcorpus-id\tscore"
    judged: Judged = {}
    for row in rows:
        query, song, grade = row.split("\t")
        judged.setdefault(query, {})[song] = int(grade)
    return judged


def answers(folder: Path, system: str) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for line in (folder / "runs" / f"{exporting.file_name(system)}.trec").read_text("utf-8").splitlines():
        query, _, song, rank, score, tag = line.split(" ")
        assert tag == exporting.file_name(system)
        found.setdefault(query, {})[song] = float(score)
        assert int(rank) == len(found[query])
    return found


def test_trec_eval_has_the_same_figures(exported: tuple[Path, Outcome[TextSearches]]) -> None:
    trec_eval = pytest.importorskip("pytrec_eval")
    folder, outcome = exported
    kinds = {
        row["_id"]: row["metadata"]["kind"]
        for row in map(json.loads, (folder / "queries.jsonl").read_text("utf-8").splitlines())
    }
    cells = [("test", cell) for cell in outcome.result.cells if cell.language == ALL]
    cells += [("translation", cell) for cell in outcome.result.translations if cell.language == ALL]
    compared = 0
    for name, cell in cells:
        judged = {query: right for query, right in judgements(folder, name).items() if kinds[query] == cell.kind}
        assert len(judged) == cell.n_queries
        evaluator = trec_eval.RelevanceEvaluator(judged, {"recip_rank", "success_1,5,10"})
        for one in cell.systems:
            scored = evaluator.evaluate(answers(folder, one.name))
            got = {
                key: np.mean([scored.get(query, {}).get(key, 0.0) for query in judged])
                for key in ("recip_rank", "success_1", "success_5", "success_10")
            }
            wanted = {"recip_rank": one.mrr} | {f"success_{k}": one.hits[k] for k in (1, 5, 10)}
            assert got == pytest.approx(wanted, abs=1e-6), (cell.kind, one.name)
            compared += 1
    assert compared > 25


def test_the_files_are_beirs(exported: tuple[Path, Outcome[TextSearches]]) -> None:
    folder, outcome = exported
    songs = [json.loads(line) for line in (folder / "corpus.jsonl").read_text("utf-8").splitlines()]
    assert len(songs) == outcome.result.n_songs
    assert {tuple(song) for song in songs} == {("_id", "title", "text")}
    queries = [json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines()]
    assert {row["metadata"]["kind"] for row in queries} >= {"line", "absent", "translation"}
    known = {row["_id"] for row in queries}
    absent = {row["_id"] for row in queries if row["metadata"]["kind"] == "absent"}
    judged = judgements(folder, "test") | judgements(folder, "translation")
    assert known - absent == judged.keys()
    assert {song for right in judged.values() for song in right} <= {song["_id"] for song in songs}


def test_runs_across_languages_have_songs_of_the_other_one_only(
    exported: tuple[Path, Outcome[TextSearches]],
) -> None:
    folder, _ = exported
    rows = (json.loads(line) for line in (folder / "queries.jsonl").read_text("utf-8").splitlines())
    targets = {row["_id"]: row["metadata"].get("target_language") for row in rows}
    found = answers(folder, ACROSS)
    assert found
    for query, songs in found.items():
        assert {song[:2] for song in songs} == {targets[query]}


@given(arrays.arrays(np.float32, st.integers(0, 30), elements=st.sampled_from([0.0, 0.5, 1.0, 3e8, 1e-30])))
def test_scores_fall_and_stay_near(scores: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
    falling = exporting.strictly_falling(np.sort(scores)[::-1])
    assert (np.diff(falling) < 0).all()
    assert falling == pytest.approx(np.sort(scores)[::-1], rel=1e-5, abs=1e-38)


@settings(max_examples=40)
@given(st.lists(st.text(max_size=8), unique=True, max_size=20))
def test_ids_stay_apart_and_fit_into_a_run(ids: list[str]) -> None:
    ids = [one for one in ids if one.isprintable()]
    made = [exporting.identifier(one) for one in ids]
    assert len(set(made)) == len(ids)
    assert all(one and not any(c.isspace() for c in one) for one in made)


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(InputError, match="give another folder with --export"):
        exporting.Export(tmp_path)
    with pytest.raises(InputError, match="give another folder with --export"):
        exporting.require_empty(tmp_path / "mine")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
