"""Vectors of songs: the numbers of their documents, to the last one, however the work is cut."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import contract, trial
from musicdata.music.features import acousticbrainz
from musicdata.stages.features.acousticbrainz import STAGE
from tests.stages import albums as made
from tests.stages.reading import unpacked

TABLE = "features_acousticbrainz"
KEYS = [
    ("x1", "r1", 0), ("x1", "r2", 0), ("x1", "r2", 2), ("x1", "r9", 0),
    ("x2", "r1", 1), ("x2", "r3", 0), ("x2", "r4", 5), ("x3", "r2", 1),
]  # fmt: skip
MISSING = {
    1: ["lowlevel_gfcc_cov"],
    4: ["rhythm_bpm", "lowlevel_gfcc_cov"],
    6: ["tonal_hpcp_mean", "tonal_tuning_frequency"],
}
SONGS = [("A", "r1", "x1", 0), ("A", "r2", "x1", 0), ("B", "r1", "x1", 0), ("C", "r4", "x2", 5), ("D", "r3", "x2", 0)]


@pytest.fixture(scope="module")
def documents() -> pa.Table:
    return made.lowlevel(KEYS, MISSING)


def matches() -> pa.Table:
    rows = [
        {"sample_id": album, "split": "train", "song_index": index, "track_index": index, "recording_id": recording_id,
         "archive": archive, "submission": submission, "n_submissions": 1, "has_highlevel": False}
        for index, (album, recording_id, archive, submission) in enumerate(SONGS)
    ]  # fmt: skip
    return made.table("song_matches", rows)


def vectors(documents: pa.Table, songs: pa.Table | None = None, **parameters: object) -> pa.Table:
    tables = {"song_matches": matches() if songs is None else songs, "acousticbrainz_lowlevel": documents}
    return trial.run(STAGE, tables, **parameters).tables[TABLE]


def expected(key: tuple[str, str, int]) -> np.ndarray:
    """Return the numbers of a document, NaN where it has none."""
    numbers = made.numbers(*key)
    for leaf in acousticbrainz.NUMBERS:
        if leaf.column in MISSING.get(KEYS.index(key), ()):
            numbers[leaf.span] = np.nan
    return numbers


def test_every_number_is_the_documents(documents: pa.Table) -> None:
    rows = vectors(documents)
    numbers = np.stack([expected((archive, recording_id, n)) for _, recording_id, archive, n in SONGS])
    assert np.array_equal(unpacked(TABLE, rows, "full"), np.nan_to_num(numbers))
    assert rows.column("n_missing").to_pylist() == np.isnan(numbers).sum(axis=1).tolist() == [0, 169, 0, 37, 0]
    assert rows.column("recording_id").to_pylist() == [recording_id for _, recording_id, *_ in SONGS]
    mean, cov = (acousticbrainz.leaf(f"lowlevel.mfcc.{name}").span for name in ("mean", "cov"))
    paper = unpacked(TABLE, rows)
    assert np.array_equal(paper[:, :13], numbers[:, mean])
    upper = numbers[:, cov].reshape(-1, 13, 13)[:, *np.triu_indices(13)]
    assert np.array_equal(paper[:, 13:104], upper)
    assert contract.load(TABLE).column("full").shape == (acousticbrainz.N_NUMBERS,)


def test_the_median_is_over_the_submissions_that_have_the_number(documents: pa.Table) -> None:
    rows = vectors(documents, choose="median")
    full, n_missing = unpacked(TABLE, rows, "full"), rows.column("n_missing").to_pylist()
    for song, (_, recording_id, *_) in enumerate(SONGS):
        all_of_it = np.stack([expected(key) for key in KEYS if key[1] == recording_id])
        have = np.isfinite(all_of_it)
        median = [
            float(np.median(some[there])) if there.any() else 0.0
            for some, there in zip(all_of_it.T, have.T, strict=True)
        ]
        assert np.allclose(full[song], median, rtol=1e-6)
        assert n_missing[song] == (~have.any(axis=0)).sum()
    assert n_missing == [0, 0, 0, 37, 0]


@pytest.mark.parametrize("choose", ["first", "median"])
def test_rows_are_the_same_however_the_work_is_cut(
    documents: pa.Table, choose: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    whole = vectors(documents, choose=choose)
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert vectors(documents, choose=choose) == whole


def test_no_songs_make_no_rows(documents: pa.Table) -> None:
    assert len(vectors(documents, matches().slice(0, 0))) == 0
