"""Groups of albums: what ties re-issues and artists together, what must not, and that nothing placed ever moves."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.definitions.trial import Trial
from musicdata.sources.albums import records
from tests import mard

STAGE = stages.find("group_albums")


def words(seed: object, n_words: int = 60) -> str:
    draw = random.Random(f"words {seed}")
    return " ".join("".join(draw.choices("abcdefghiklmnoprstuvw", k=draw.randint(2, 9))) for _ in range(n_words))


def tables_of(albums: list[dict[str, Any]], reviews: list[dict[str, Any]]) -> dict[str, pa.Table]:
    """Return the tables that the stage reads."""
    rows = []
    for facts in albums:
        album = records.album(facts)
        rows.append({name: getattr(album, name) for name in records.ALBUM_COLUMNS} | {"n_songs": 0, "n_reviews": 0})
    said: list[dict[str, Any]] = []
    for facts in reviews:
        review = records.review(facts)
        row = {name: getattr(review, name) for name in records.REVIEW_COLUMNS}
        n_before = sum(other["album_id"] == facts["amazon-id"] for other in said)
        said.append({"album_id": facts["amazon-id"], "review_index": n_before, **row})
    return {"albums": trial._table("albums", rows), "reviews": trial._table("reviews", said)}


def group(
    albums: list[dict[str, Any]], reviews: list[dict[str, Any]] | None = None, **parameters: Any
) -> dict[int, Any]:
    """Return album number → its row."""
    made = trial.run(STAGE, tables_of(albums, reviews or []), **parameters)
    return {int(row["album_id"][1:]): row for row in made.rows("album_groups")}


def bare(number: int, **changes: Any) -> dict[str, Any]:
    """Return an album that nothing ties to another."""
    return mard.album(number, **{f"{name}-mbid": None for name in ("artist", "release-group", "release")}) | changes


def groups_of(rows: dict[int, Any], column: str = "group_id") -> list[set[Any]]:
    members: dict[str, set[Any]] = {}
    for number, row in rows.items():
        members.setdefault(row[column], set()).add(number)
    return sorted(members.values(), key=min)


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ({"release-group-mbid": mard.mbid(7)}, {"release-group-mbid": mard.mbid(7).upper()}, "release_group"),
        ({"release-mbid": mard.mbid(7)}, {"release-group": mard.mbid(7)}, "release"),
        ({"artist": "Björk", "title": "Post"}, {"artist": "BJORK", "title": "Post (Remastered)"}, "artist_title"),
        (
            {"artist": "The Who", "title": "Tommy"},
            {"artist": "Who, The", "title": "Tommy [Deluxe Edition]"},
            "artist_title",
        ),
    ],
)
def test_what_ties_re_issues(one: dict[str, Any], other: dict[str, Any], kind: str) -> None:
    rows = group([bare(1, **one), bare(2), bare(3, **other)])
    assert groups_of(rows) == groups_of(rows, "artist_group_id") == [{1, 3}, {2}]
    assert [(row["group_id"], row["group_size"], row["linked_by"]) for row in rows.values()] == [
        (mard.asin(1), 2, kind), (mard.asin(2), 1, None), (mard.asin(1), 2, kind),
    ]  # fmt: skip
    assert {row["nearest_album_id"] for row in rows.values()} == {None}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"artist": "Queen", "title": "Hits, Vol. 1"}, {"artist": "Queen", "title": "Hits, Vol. 2"}),
        ({"artist": "Queen", "title": "Hits"}, {"artist": "Queen", "title": "Hits (Live)"}),
        ({"artist": "Various Artists", "title": "Hits"}, {"artist": "Various Artists", "title": "Hits"}),
        ({"artist": None, "title": "Hits"}, {"artist": None, "title": "Hits"}),
        ({"artist": "Queen", "title": None}, {"artist": "Queen", "title": None}),
    ],
)
def test_what_makes_no_re_issue(one: dict[str, Any], other: dict[str, Any]) -> None:
    rows = group([bare(1, **one), bare(2, **other)])
    assert groups_of(rows) == [{1}, {2}]
    is_one_artist = one["artist"] == "Queen"
    assert groups_of(rows, "artist_group_id") == ([{1, 2}] if is_one_artist else [{1}, {2}])


def test_artists_are_tied_by_name_by_id_and_through_re_issues() -> None:
    artist, various = mard.mbid(5), "89ad4ac3-39f7-470e-963a-56509c546377"
    albums = [
        bare(1, artist="A"), bare(2, artist="a"), bare(3, artist="B", **{"artist-mbid": artist}),
        bare(4, artist="C", **{"artist-mbid": artist, "release-group-mbid": mard.mbid(6)}),
        bare(5, artist="A", **{"release-group-mbid": mard.mbid(6)}),
        bare(6, artist="D", **{"artist-mbid": various}), bare(7, artist="E", **{"artist-mbid": various}),
    ]  # fmt: skip
    rows = group(albums)
    assert groups_of(rows) == [{1}, {2}, {3}, {4, 5}, {6}, {7}]
    assert groups_of(rows, "artist_group_id") == [{1, 2, 3, 4, 5}, {6}, {7}]
    assert [row["artist_group_size"] for row in rows.values()] == [5] * 5 + [1, 1]


def test_albums_that_share_a_review_are_one_group() -> None:
    copy = words("a") + " and"
    reviews = [
        mard.review(1, 1, reviewText=words("a")),
        mard.review(2, 2, reviewText=words("b")),
        mard.review(3, 3, reviewText=words("a").upper() + "!"),
        mard.review(4, 4, reviewText=" ".join(copy.split()[3:])),
        mard.review(5, 4, reviewText=words("c")),
    ]
    rows = group([bare(number) for number in (1, 2, 3, 4)], reviews)
    assert groups_of(rows) == [{1, 3, 4}, {2}]
    assert [row["linked_by"] for row in rows.values()] == ["reviews", None, "reviews", "reviews"]
    assert [row["nearest_album_id"] for row in rows.values()] == [mard.asin(n) if n else None for n in (3, 0, 1, 1)]
    assert [row["review_similarity"] for row in rows.values()][:3] == [1.0, None, 1.0]
    assert 0.9 < rows[4]["review_similarity"] <= 1


def test_short_and_common_reviews_tie_nothing() -> None:
    short = [mard.review(number, number, reviewText="Great CD, I love every song on it!") for number in range(1, 4)]
    assert len(groups_of(group([bare(n) for n in (1, 2, 3)], short))) == 3
    common = [mard.review(number, number, reviewText=words("spam")) for number in range(1, 7)]
    albums = [bare(number) for number in range(1, 7)]
    assert len(groups_of(group(albums, common, max_albums=5))) == 6
    assert len(groups_of(group(albums, common, max_albums=6))) == 1
    within = [mard.review(1, 1, reviewText=words("a")), mard.review(2, 1, reviewText=words("a") + " too")]
    assert group([bare(1)], within)[1]["linked_by"] is None


def test_a_tie_of_another_kind_is_told_beside() -> None:
    albums = [bare(1, artist="A", title="T"), bare(2, artist="A", title="T [Import]")]
    reviews = [mard.review(number, number, reviewText=words("a")) for number in (1, 2)]
    assert {row["linked_by"] for row in group(albums, reviews).values()} == {"artist_title + reviews"}


def test_rows_do_not_depend_on_the_names_of_groups_elsewhere() -> None:
    alone = group([bare(5, artist="A"), bare(6, artist="A")])
    among = group([bare(1), bare(2), bare(5, artist="A"), bare(6, artist="A"), bare(9)])
    assert {number: among[number] for number in alone} == alone


def grown(before: Trial, albums: list[dict[str, Any]]) -> Trial:
    """Group albums in a workspace that has groups already."""
    tables = tables_of(albums, [])
    inputs, sink = trial._Inputs(tables), trial._Sink(STAGE.outputs)
    assert STAGE.cut is not None
    (shard,) = STAGE.cut(STAGE.parameters(), inputs)
    STAGE.run(STAGE.parameters(), stages.Task(shard, inputs, sink, Path(), kept=trial._Inputs(before.tables)))
    return Trial(sink.tables(), sink.rejects)


def test_a_workspace_that_grows_moves_no_album_and_rejects_what_would() -> None:
    first = [bare(2, artist="A"), bare(3, artist="B"), bare(4, artist="C", title="T")]
    before = trial.run(STAGE, tables_of(first, []))
    more = [
        bare(1, artist="A", title="Another"),  # comes first, and joins
        bare(5, artist="B", **{"artist-mbid": mard.mbid(1)}),
        bare(6, artist="C", title="T", **{"artist-mbid": mard.mbid(1)}),  # with 5, would join B and C
        bare(7, artist="New"),
    ]
    made = grown(before, [*first, *more])
    after = {row["album_id"]: (row["group_id"], row["artist_group_id"]) for row in made.rows("album_groups")}
    placed = {row["album_id"]: (row["group_id"], row["artist_group_id"]) for row in before.rows("album_groups")}
    assert {album_id: after[album_id] for album_id in placed} == placed
    assert after[mard.asin(1)] == (mard.asin(1), mard.asin(2))
    assert after[mard.asin(7)] == (mard.asin(7), mard.asin(7))
    assert [(reject.key, reject.reason) for reject in made.rejects] == [
        (mard.asin(5), "bridges_groups"), (mard.asin(6), "bridges_groups"),
    ]  # fmt: skip
    assert f"({mard.asin(3)}, {mard.asin(4)})" in made.rejects[0].detail
    assert len(after) == 5
