"""Albums, their reviews and the documents of their songs: what is matched, what is dropped, and why."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from musicdata.definitions import contract, trial
from musicdata.definitions.splits import Split
from musicdata.definitions.trial import Trial
from musicdata.stages.place import song_documents
from musicdata.stages.place.match_albums import STAGE, MatchAlbums
from tests.stages import albums as made


def match(
    tracks: dict[str, list[Any]],
    low: list[tuple[str, str, int]],
    high: list[tuple[str, str, int]] | None = None,
    *,
    reviewed: dict[str, list[str]] | None = None,
    artists: dict[str, str] | None = None,
    missing: dict[int, list[str]] | None = None,
    **parameters: object,
) -> Trial:
    names = sorted({*tracks, *(reviewed or {})})
    tables: dict[str, Any] = {
        "albums": made.albums(*names, root_genre="Jazz", sales_rank=7),
        "album_groups": made.groups(*names, artists=artists),
        "reviews": made.reviews(reviewed if reviewed is not None else {name: ["fine"] for name in names}),
        "recordings": made.recordings(tracks),
        "acousticbrainz_lowlevel": made.lowlevel(low, missing),
        "acousticbrainz_highlevel": made.highlevel(high or []),
    }
    return trial.run(STAGE, tables, **parameters)


def songs(trial_of: Trial, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in trial_of.rows("song_matches")]


def test_an_album_with_reviews_and_a_song_with_features_is_a_sample() -> None:
    found = match({"A": ["r1", "r2", "r3"]}, [("x", "r1", 0), ("x", "r3", 2)], [("y", "r3", 2)],
                  reviewed={"A": ["fine", "it swings"]})  # fmt: skip
    [sample] = found.rows("album_samples")
    assert sample | {"split": ""} == {
        "sample_id": "A", "split": "", "album_id": "A", "group_id": "gA", "artist_group_id": "aA", "n_reviews": 2,
        "n_songs": 3, "n_recordings": 2, "has_all_songs": False, "root_genre": "Jazz", "sales_rank": 7,
    }  # fmt: skip
    assert songs(found, "sample_id", "song_index", "track_index", "recording_id", "submission", "has_highlevel") == [
        ("A", 0, 0, "r1", 0, False),
        ("A", 1, 2, "r3", 2, True),
    ]
    assert [(row["review_index"], row["n_words"]) for row in found.rows("review_matches")] == [(0, 1), (1, 2)]
    assert {row["split"] for table in found.tables for row in found.rows(table)} == {sample["split"]}


def test_what_is_no_sample_is_rejected_with_what_it_lacks() -> None:
    found = match({"A": ["r1"], "B": ["r9"], "D": ["r1"]}, [("x", "r1", 0)], reviewed={n: ["ok"] for n in "ABC"})
    assert [row["sample_id"] for row in found.rows("album_samples")] == ["A"]
    assert {(r.key, r.reason) for r in found.rejects} == {
        ("B", "no_features"), ("C", "no_recordings"), ("D", "no_reviews")
    }  # fmt: skip


def test_the_lowest_whole_submission_stands_for_a_recording_whatever_archive_it_is_in() -> None:
    low = [("x1", "r1", 3), ("x1", "r2", 0), ("x2", "r1", 0), ("x2", "r1", 1), ("x3", "r1", 1)]
    found = match({"A": ["r1", "r2"]}, low, missing={2: ["lowlevel_mfcc_cov", "tonal_thpcp"]})
    assert songs(found, "recording_id", "archive", "submission", "n_submissions") == [
        ("r1", "x2", 1, 2),
        ("r2", "x1", 0, 1),
    ]
    assert [(r.key, r.reason) for r in found.rejects] == [("r1-0", "incomplete_document")]
    assert "lowlevel_mfcc_cov" in found.rejects[0].detail


def test_a_document_that_lacks_no_number_of_the_paper_is_whole() -> None:
    found = match({"A": ["r1"]}, [("x", "r1", 0)], missing={0: ["tonal_thpcp", "lowlevel_gfcc_mean"]})
    assert len(songs(found, "sample_id")) == 1
    assert not found.rejects


def test_a_recording_on_several_albums_belongs_to_each_and_counts_once_on_one() -> None:
    found = match({"A": ["r1", "r2", "r1"], "B": ["r1"]}, [("x", "r1", 0), ("x", "r2", 0)])
    assert songs(found, "sample_id", "song_index", "track_index", "recording_id") == [
        ("A", 0, 0, "r1"), ("A", 1, 1, "r2"), ("B", 0, 0, "r1")
    ]  # fmt: skip
    assert [(r["n_songs"], r["n_recordings"], r["has_all_songs"]) for r in found.rows("album_samples")] == [
        (2, 2, True), (1, 1, True)
    ]  # fmt: skip


def test_a_recording_is_found_by_the_id_it_was_merged_from_and_its_own_goes_first() -> None:
    tracks = {"A": [("new1", "old1"), ("new2", "old2")]}
    found = match(tracks, [("x", "new2", 0), ("x", "old1", 0), ("x", "old2", 0)])
    assert songs(found, "track_index", "recording_id") == [(0, "old1"), (1, "new2")]


def test_artists_stay_together_and_the_seed_moves_them() -> None:
    names = [f"{n:03d}" for n in range(60)]
    artists = {name: f"artist{int(name) % 20}" for name in names}
    splits = []
    for seed in (0, 1):
        found = match(
            {n: ["r"] for n in names}, [("x", "r", 0)], artists=artists, split={"by": "artist_group_id", "seed": seed}
        )
        of_artist = {(row["artist_group_id"], row["split"]) for row in found.rows("album_samples")}
        assert len(of_artist) == 20
        splits.append(of_artist)
    assert splits[0] != splits[1]
    with pytest.raises(ValidationError, match="albums have no song_id"):
        MatchAlbums(split=Split(by="song_id"))


IDS = [f"r{n}" for n in range(8)]
KEYS = contract.load("acousticbrainz_lowlevel").arrow_schema(song_documents.KEY)


@settings(max_examples=60)
@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.lists(st.sampled_from(IDS), max_size=6), min_size=1),
    st.sets(st.tuples(st.sampled_from("xyz"), st.sampled_from(IDS), st.integers(0, 2)), max_size=12),
)
def test_it_is_the_join_that_loops_would_make(tracks: dict[str, list[str]], low: set[tuple[str, str, int]]) -> None:
    keys = pa.table({n: [key[i] for key in sorted(low)] for i, n in enumerate(song_documents.KEY)}, KEYS)
    documents = song_documents.choose(keys, keys.slice(0, 2))
    names = sorted(tracks)
    found = song_documents.match(made.table("recordings", made.recordings(tracks)), pa.array(names), documents)
    best: dict[str, tuple[int, str]] = {}
    for archive, recording_id, submission in low:
        best[recording_id] = min(best.get(recording_id, (9, "")), (submission, archive))
    expected = []
    for album, some in sorted(tracks.items()):
        for index, recording_id in enumerate(dict.fromkeys(r for r in some if r in best)):
            expected.append((album, index, some.index(recording_id), recording_id, *best[recording_id]))
    chosen = documents.chosen.take(found.document).to_pydict()
    places = [names[n] for n in found.album], found.index().tolist(), found.track_index.tolist()
    assert list(zip(*places, *(chosen[n] for n in ("recording_id", "submission", "archive")), strict=True)) == expected
    assert found.n_songs.tolist() == [len(set(tracks[name])) for name in names]
    assert found.n_lacking.tolist() == [sum(r not in best for r in tracks[name]) for name in names]
