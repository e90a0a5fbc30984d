"""Albums and reviews read into tables: every row, every fault, and nothing that depends on the order of lines."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import musicdata
from musicdata.api.status import remarks
from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.errors import InputError
from tests import mard
from tests.recipes import write_recipe

STAGE = stages.find("ingest.albums")
NOTHING = trial._Inputs({})
TABLES = ("albums", "album_songs", "reviews")
ALBUMS = [mard.album(number) for number in range(40)]
REVIEWS = [mard.review(number, number * 7 % 40) for number in range(150)]


def ingest(source: Path, **parameters: Any) -> Trial:
    return trial.run(STAGE, input=str(source), **parameters)


def rows(made: Trial) -> dict[str, list[dict[str, Any]]]:
    return {table: made.rows(table) for table in TABLES}


def test_every_line_is_a_row_and_an_archive_gives_the_same(tmp_path: Path) -> None:
    made = ingest(mard.write_folder(tmp_path / "folder", ALBUMS, REVIEWS))
    assert made.rejects == []
    assert [row["album_id"] for row in made.rows("albums")] == [mard.asin(number) for number in range(40)]
    counts = Counter(number * 7 % 40 for number in range(150))
    assert [row["n_reviews"] for row in made.rows("albums")] == [counts[number] for number in range(40)]
    assert {row["n_songs"] for row in made.rows("albums")} == {2}
    assert [(row["album_id"], row["song_index"], row["recording_id"]) for row in made.rows("album_songs")] == [
        (mard.asin(number), place, mard.mbid(100 * number + place, 4)) for number in range(40) for place in (0, 1)
    ]
    assert rows(ingest(mard.write_zip(tmp_path / "mard.zip", ALBUMS, REVIEWS))) == rows(made)


def test_reviews_are_numbered_by_time_then_reviewer_whatever_the_order_of_lines(tmp_path: Path) -> None:
    reviews = [
        mard.review(3, 1, unixReviewTime=500),
        mard.review(2, 1, unixReviewTime=None, reviewTime=None),
        mard.review(9, 1, unixReviewTime=100),
        mard.review(1, 1, unixReviewTime=500),
        mard.review(1, 1, unixReviewTime=500, reviewText="Another text of the same day."),
    ]
    expected = None
    for seed in range(4):
        random.Random(seed).shuffle(reviews)
        made = ingest(mard.write_folder(tmp_path / str(seed), ALBUMS[:3], reviews)).rows("reviews")
        assert [row["review_index"] for row in made] == [0, 1, 2, 3, 4]
        assert [row["reviewer_id"][-1] for row in made] == ["9", "1", "1", "3", "2"]
        assert expected is None or made == expected
        expected = made


def test_of_lines_of_one_album_the_fullest_counts_and_the_others_are_rejects(tmp_path: Path) -> None:
    bare = {"amazon-id": mard.asin(1), "title": "Bare"}
    without_songs = mard.album(1, title="Without songs", songs=[])
    whole = mard.album(1, title="Whole")
    twin = mard.album(1, title="Alike")  # says as much: what it says decides, not where it stands
    for seed in range(4):
        albums = [bare, whole, without_songs, twin]
        random.Random(seed).shuffle(albums)
        made = ingest(mard.write_folder(tmp_path / str(seed), albums, REVIEWS[:1]))
        assert [row["title"] for row in made.rows("albums")] == ["Alike"]
        lines = {f"mard_metadata.json line {place}" for place, facts in enumerate(albums, 1) if facts is not twin}
        assert {reject.key for reject in made.rejects if reject.reason == "duplicate_album"} == lines


def test_a_review_that_stands_twice_is_one(tmp_path: Path) -> None:
    reviews = [
        mard.review(1, 1),
        mard.review(1, 1, reviewText=mard.review(1, 1)["reviewText"].upper() + " \n", unixReviewTime=2_000_000_000),
        mard.review(2, 1, reviewText=mard.review(1, 1)["reviewText"]),  # somebody else's
        mard.review(1, 2, reviewText=mard.review(1, 1)["reviewText"]),  # of another album
        mard.review(3, 1, reviewerID=None),
        mard.review(3, 1, reviewerID=None),
        mard.review(3, 1, reviewerID=None, overall=1.0),  # of an unknown reviewer, and not wholly the same
    ]
    made = ingest(mard.write_folder(tmp_path, ALBUMS[:3], reviews))
    assert [(row["album_id"], row["n_reviews"]) for row in made.rows("albums")][1:] == [
        (mard.asin(1), 4), (mard.asin(2), 1),
    ]  # fmt: skip
    rejects = sorted(made.rejects, key=lambda reject: reject.key)
    assert [(reject.key, reject.reason) for reject in rejects] == [
        ("mard_reviews.json line 2", "duplicate_review"), ("mard_reviews.json line 6", "duplicate_review"),
    ]  # fmt: skip
    assert rejects[0].detail == f"album {mard.asin(1)}: the same review as line 1"


def test_every_fault_is_a_reject_with_file_and_line_and_takes_nothing_else_along(tmp_path: Path) -> None:
    albums: list[Any] = [
        mard.album(1), b"{broken", b"[1]", {"title": "no id"}, mard.album(2) | {"amazon-id": "short"}, b"\xff\xfe{}",
        repr(mard.album(3)), b"", mard.album(4) | {"title": "x" * 5000}, b"[" * 3000, b'{"a": "' + b"x" * (1 << 20) + b'"}',
    ]  # fmt: skip
    reviews: list[Any] = [
        mard.review(1, 1), mard.review(2, 99), mard.review(3, 1, reviewText="  "), repr(mard.review(4, 3)), "{]",
        mard.review(5, 1, reviewText="x" * 100_001), mard.review(6, 4), {"reviewText": "nobody's"},
    ]  # fmt: skip
    made = ingest(mard.write_folder(tmp_path, albums, reviews))
    assert [row["album_id"] for row in made.rows("albums")] == [mard.asin(1), mard.asin(3)]
    assert [row["reviewer_id"][-1] for row in made.rows("reviews")] == ["1", "4"]
    assert {reject.key: reject.reason for reject in made.rejects} == {
        "mard_metadata.json line 2": "bad_json",
        "mard_metadata.json line 3": "not_an_object",
        "mard_metadata.json line 4": "no_album_id",
        "mard_metadata.json line 5": "bad_album_id",
        "mard_metadata.json line 6": "bad_encoding",
        "mard_metadata.json line 9": "text_too_long",
        "mard_metadata.json line 10": "bad_json",
        "mard_metadata.json line 11": "line_too_long",
        "mard_reviews.json line 2": "unknown_album",
        "mard_reviews.json line 3": "no_text",
        "mard_reviews.json line 5": "bad_json",
        "mard_reviews.json line 6": "text_too_long",
        "mard_reviews.json line 7": "unusable_album",
        "mard_reviews.json line 8": "no_album_id",
    }


def test_files_without_reviews_or_with_nothing_usable_make_empty_tables(tmp_path: Path) -> None:
    made = ingest(mard.write_folder(tmp_path / "albums", ALBUMS[:2], []))
    assert [len(made.rows(table)) for table in TABLES] == [2, 4, 0]
    made = ingest(mard.write_folder(tmp_path / "broken", [b"{", b"[]"], REVIEWS[:1]))
    assert [len(made.rows(table)) for table in TABLES] == [0, 0, 0]
    assert [reject.reason for reject in made.rejects] == ["bad_json", "not_an_object", "unknown_album"]
    made = ingest(mard.write_folder(tmp_path / "empty", [], []))
    assert (made.rows("albums"), made.rejects) == ([], [])


def test_an_id_is_that_of_the_field_whatever_texts_and_objects_within_say(tmp_path: Path) -> None:
    like = f'"amazon-id": "{mard.asin(2)}"'
    reviews: list[Any] = [
        mard.review(1, 1, reviewText=f"Have a look at {like}, it is better than this one."),
        repr(mard.review(2, 1, reviewText=f"Have a look at {like}, it is better.")),
        mard.review(3, 1, helpful={"asin": mard.asin(2)}),
        {"within": {"asin": mard.asin(1)}, "reviewText": "Whose?"},
        f"{{\"it's\": 1, 'amazon-id': '{mard.asin(1)}', 'reviewText': 'A text with {like} in it'}}",
        mard.review(6, 1, asin=mard.asin(2)),  # the first of the names that a field may have counts
    ]
    made = ingest(mard.write_folder(tmp_path, ALBUMS[:3], reviews))
    assert [(row["album_id"], row["reviewer_id"][-1]) for row in made.rows("reviews")] == [
        (mard.asin(1), number) for number in "1236"
    ]
    assert [(reject.key[-1], reject.reason) for reject in made.rejects] == [("4", "no_album_id"), ("5", "bad_album_id")]


def test_a_limit_takes_the_first_albums_with_all_of_their_reviews(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path, reversed(ALBUMS), [*REVIEWS, mard.review(1, 99)])
    made, whole = ingest(folder, limit=3), ingest(folder)
    assert [row["album_id"] for row in made.rows("albums")] == [mard.asin(number) for number in range(3)]
    kept = {row["album_id"] for row in made.rows("albums")}
    assert made.rows("reviews") == [row for row in whole.rows("reviews") if row["album_id"] in kept]
    assert [reject.reason for reject in made.rejects] == ["unknown_album"]


def test_rows_do_not_depend_on_how_the_work_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = mard.write_folder(tmp_path / "in", [*ALBUMS, b"{broken"], [*REVIEWS, mard.review(1, 99)])
    one = ingest(source)
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "4")
    parameters = STAGE.parameters(input=str(source))
    assert STAGE.cut is not None
    assert len(list(STAGE.cut(parameters, NOTHING))) > 4
    many = ingest(source)
    assert rows(many) == rows(one)
    assert sorted(map(repr, many.rejects)) == sorted(map(repr, one.rejects))


def test_a_build_reads_an_archive_says_what_it_left_and_ends_with_the_same_bytes_again(tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, "ingest.albums", "group_albums")
    albums = [
        *ALBUMS[:12],
        *({k: v for k, v in mard.album(n).items() if "mbid" not in k and k != "songs"} for n in (50, 51)),
    ]
    source = mard.write_zip(tmp_path / "mard.zip", albums, [*REVIEWS[:30], mard.review(1, 99)])
    given = '[options]\ninput = ["ingest.albums.input"]\n'
    Path(recipe).write_text(Path(recipe).read_text().replace("[options]\n", given))
    work = musicdata.build(recipe, input=source, work=tmp_path / "w")
    assert work.table("albums").num_rows == 14
    unknown = sum(review["amazon-id"] not in {album["amazon-id"] for album in albums} for review in REVIEWS[:30]) + 1
    assert [row["reason"] for row in work.rows("rejects")] == ["unknown_album"] * unknown
    told = remarks(work.root)
    assert told["ingest.albums"]["text"] == "no songs can be found for 2 of 14 albums: without a MusicBrainz id"
    assert told["group_albums"]["text"].startswith("the largest group of artists has 1 of 14 albums (7.1%)")
    moved = tmp_path / "elsewhere.zip"
    source.rename(moved)
    again = musicdata.build(recipe, input=moved, work=tmp_path / "w")
    assert [report.built for report in again.stages] == [False, False]


def test_a_source_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path, ALBUMS[:2], [])
    parameters = STAGE.parameters(input=str(folder))
    assert STAGE.cut is not None
    (shard,) = STAGE.cut(parameters, NOTHING)
    (folder / mard.METADATA).write_bytes(mard.lines([mard.album(0), mard.album(1, title="Changed")]))
    task = stages.Task(shard, NOTHING, trial._Sink(STAGE.outputs), tmp_path)
    with pytest.raises(InputError, match="changed while it was being read"):
        STAGE.run(parameters, task)


def test_a_plan_tells_albums_songs_and_reviews(tmp_path: Path) -> None:
    folder = mard.write_folder(tmp_path, ALBUMS, REVIEWS)
    assert STAGE.expect is not None
    expected = STAGE.expect(STAGE.parameters(input=str(folder)), {})
    assert (expected.items, expected.rows) == (40, {"albums": 40, "album_songs": 80, "reviews": 150})
    assert STAGE.expect(STAGE.parameters(input=str(folder), limit=10), {}).rows["reviews"] == pytest.approx(37.5)


def test_a_line_that_brings_a_worker_down_is_named_by_its_album_or_its_place() -> None:
    assert STAGE.pieces is not None
    assert STAGE.pieces.reject_key("B000000001:00:3:4,5") == "B000000001"
    assert STAGE.pieces.reject_key("-:00:17:") == "mard_metadata.json line 17"
    assert STAGE.pieces.reject_key("-:00::3") == "mard_reviews.json line 3"
