from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.sources.acousticbrainz import document, rows, sorted_runs
from musicdata.sources.acousticbrainz.sorted_runs import SortedRuns
from tests.acousticbrainz import highlevel, mbid

KEYS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 3)), max_size=120, unique=True)
HIGH = document.highlevel(highlevel())


@settings(max_examples=40, deadline=None)
@given(KEYS, st.integers(1, 7), st.integers(1, 5), st.integers(2, 4))
def test_rows_come_in_order_however_they_came(
    keys: list[tuple[int, int]], rows_a_run: int, rows_a_piece: int, runs_at_once: int
) -> None:
    before = sorted_runs._ROWS_A_PIECE, sorted_runs._RUNS_AT_ONCE
    sorted_runs._ROWS_A_PIECE, sorted_runs._RUNS_AT_ONCE = rows_a_piece, runs_at_once
    try:
        with tempfile.TemporaryDirectory() as folder:
            runs = SortedRuns(rows.HIGHLEVEL, Path(folder), "some", rows_a_run)
            for number, submission in keys:
                runs.add(rows.highlevel_row(mbid(number), submission, HIGH))
            pieces = list(runs.merged())
            n_files = len(list(Path(folder).iterdir()))
    finally:
        sorted_runs._ROWS_A_PIECE, sorted_runs._RUNS_AT_ONCE = before
    read = [(row["recording_id"], row["submission"]) for piece in pieces for row in piece.to_pylist()]
    assert read == sorted((mbid(number), submission) for number, submission in keys)
    assert n_files <= runs_at_once
    assert all(len(piece) <= rows_a_piece * runs_at_once + rows_a_run for piece in pieces)


def test_few_rows_need_no_file(tmp_path: Path) -> None:
    runs = SortedRuns(rows.HIGHLEVEL, tmp_path, "some", 10)
    for number in (3, 1, 2):
        runs.add(rows.highlevel_row(mbid(number), 0, HIGH))
    [piece] = runs.merged()
    assert piece.column("recording_id").to_pylist() == [mbid(1), mbid(2), mbid(3)]
    assert list(tmp_path.iterdir()) == []
