"""Albums and reviews of objects: every field, either spelling, and values of every wrong kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from musicdata.definitions import contract
from musicdata.errors import FormatError
from musicdata.sources.albums import fields, records
from tests import mard
from tests.sources.albums.test_lines import VALUES

OTHER_SPELLINGS = {
    "amazon-id": ["product-id", "asin", "amazon_id"],
    "salesRank": ["sales_rank"],
    "root-genre": ["root_genre"],
    "artist-mbid": ["artist_mbid"],
    "release-group-mbid": ["release_group_mbid"],
    "release-mbid": ["release-group", "release_mbid"],
    "first-release-year": ["first_release_year"],
    "reviewerID": ["reviewer_id"],
    "reviewText": ["review_text"],
    "overall": ["rating"],
}


def test_every_field_of_an_album_is_read() -> None:
    album = records.album(mard.album(1))
    assert {name: getattr(album, name) for name in records.ALBUM_COLUMNS} == {
        "album_id": "B000000001",
        "title": "Title 1",
        "artist": "Artist 1",
        "label": "Label",
        "brand": "Artist 1",
        "price_usd": 9.99,
        "categories": "CDs & Vinyl | Rock",
        "root_genre": "Rock",
        "sales_rank": 1001,
        "image_url": "http://images.example/a.jpg",
        "artist_url": "/artist/page",
        "artist_mbid": mard.mbid(1, 1),
        "release_group_mbid": mard.mbid(1, 2),
        "release_mbid": mard.mbid(1, 3),
        "first_release_year": 1997,
        "also_bought": "B000000002 B000000003",
        "buy_after_viewing": "B000000004",
        "also_viewed": None,
        "bought_together": None,
    }
    assert album.songs == (records.Song("Song 0", mard.mbid(100, 4)), records.Song("Song 1", mard.mbid(101, 4)))


def test_every_field_of_a_review_is_read() -> None:
    text = "Text number 7: the guitars are loud and I like it."
    assert records.review(mard.review(7, 1)) == records.Review(
        reviewer_id="A0000000000007",
        reviewer_name="Reviewer 7",
        summary="Summary 7",
        text=text,
        rating=4.0,
        helpful_up=2,
        helpful_total=3,
        reviewed_at_s=1_000_000_007,
        n_words=11,
        text_sha256=records.review(mard.review(7, 1, reviewText=f"  {text.upper()}\n")).text_sha256,
    )


@pytest.mark.parametrize(
    ("name", "other"), [(name, other) for name in OTHER_SPELLINGS for other in OTHER_SPELLINGS[name]]
)
def test_either_spelling_of_a_field_says_the_same(name: str, other: str) -> None:
    facts, read = (mard.album(1), records.album) if name in mard.album(1) else (mard.review(1, 1), records.review)
    renamed = {other if key == name else key: value for key, value in facts.items()}
    assert name not in renamed
    assert read(renamed) == read(facts)


@pytest.mark.parametrize(
    ("name", "value", "column", "expected"),
    [
        ("related", {"also bought": ["b00000000z", "no", 7, None]}, "also_bought", "B00000000Z"),
        ("related", "B00000000Z", "also_bought", None),
        ("also bought", ["B00000000Z"], "also_bought", "B00000000Z"),
        ("price", "$1,012.50", "price_usd", 1012.5),
        ("price", "cheap", "price_usd", None),
        ("price", -1, "price_usd", None),
        ("price", 10**400, "price_usd", None),
        ("salesRank", {"Books": 3}, "sales_rank", None),
        ("salesRank", 12.0, "sales_rank", 12),
        ("salesRank", {"Music": "7"}, "sales_rank", 7),
        ("salesRank", [5], "sales_rank", None),
        ("salesRank", {"Music": 2**70}, "sales_rank", None),
        ("categories", [["Music", "Rock"], ["Music", "Pop &amp; Soul"]], "categories", "Music | Rock | Pop & Soul"),
        ("categories", "Rock", "categories", "Rock"),
        ("categories", {"a": 1}, "categories", None),
        ("title", "R&amp;B\n &#34;Best&#x22;\x00 \ud83d", "title", 'R&B "Best" \ufffd'),
        ("title", "\ud83d\ude00", "title", "\U0001f600"),
        ("title", ["a"], "title", None),
        ("title", "\x01 \n", "title", None),
        ("first-release-year", "1979-11-30", "first_release_year", 1979),
        ("first-release-year", 79, "first_release_year", None),
        ("first-release-year", True, "first_release_year", None),
        ("release-mbid", mard.mbid(9).upper(), "release_mbid", mard.mbid(9)),
        ("release-mbid", "../../etc/passwd", "release_mbid", None),
        ("release-mbid", "00000000-0000-0000-0000-000000000000", "release_mbid", None),
        ("songs", {"title": "a"}, "songs", ()),
        ("songs", [None, 3, {"title": ""}, {"name": "a"}, mard.mbid(3)], "songs", (("a", None), (None, mard.mbid(3)))),
    ],
)  # fmt: skip
def test_values_of_an_album(name: str, value: Any, column: str, expected: Any) -> None:
    facts = {key: one for key, one in mard.album(1).items() if not (key == "related" and name == "also bought")}
    found = getattr(records.album(facts | {name: value}), column)
    songs = tuple((song.title, song.recording_id) for song in found) if column == "songs" else None
    assert (found if songs is None else songs) == expected


@pytest.mark.parametrize(
    ("changes", "column", "expected"),
    [
        ({"overall": 0.5}, "rating", None),
        ({"overall": "5"}, "rating", 5.0),
        ({"overall": True}, "rating", None),
        ({"helpful": [1]}, "helpful_up", None),
        ({"helpful": "[1, 2]"}, "helpful_total", None),
        ({"helpful": [0, -1]}, "helpful_up", None),
        ({"helpful": [3.0, 4]}, "helpful_up", 3),
        ({"unixReviewTime": None}, "reviewed_at_s", 999_993_600),  # midnight of the day that the text names
        ({"unixReviewTime": 1.0e9}, "reviewed_at_s", 1_000_000_000),
        ({"unixReviewTime": 10**15}, "reviewed_at_s", 999_993_600),
        ({"unixReviewTime": None, "reviewTime": "2001"}, "reviewed_at_s", None),
        ({"reviewText": "one\r\ntwo\tthree\x85 \n"}, "text", "one\ntwo\tthree"),
        ({"summary": 5}, "summary", None),
    ],
)
def test_values_of_a_review(changes: dict[str, Any], column: str, expected: Any) -> None:
    assert getattr(records.review(mard.review(1, 1) | changes), column) == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amazon-id": None}, "no_album_id"),
        ({"amazon-id": "../../etc"}, "bad_album_id"),
        ({"amazon-id": ["B000000001"]}, "bad_album_id"),
        ({"amazon-id": "B00000000Ä"}, "bad_album_id"),
        ({"title": "x" * 3000}, "text_too_long"),
        ({"related": {"also_bought": [mard.asin(n) for n in range(6000)]}}, "text_too_long"),
    ],
)
def test_albums_that_cannot_be_used_say_why(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        records.album(mard.album(1) | changes)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "no_text"),
        ("", "no_text"),
        (" \n\x00\u00a0", "no_text"),
        (["a"], "no_text"),
        ("a" * 100_001, "text_too_long"),
    ],
)
def test_reviews_that_cannot_be_used_say_why(text: Any, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        records.review(mard.review(1, 1) | {"reviewText": text})
    assert caught.value.reason == reason


@given(VALUES)
def test_no_value_of_any_field_gets_past_the_contracts(value: Any) -> None:
    tables = {"albums": (mard.album(1), records.album), "reviews": (mard.review(1, 1), records.review)}
    for table, (facts, read) in tables.items():
        try:
            row: Any = read({name: one if name == "amazon-id" else value for name, one in facts.items()})
        except FormatError:
            continue
        columns = records.ALBUM_COLUMNS if table == "albums" else records.REVIEW_COLUMNS
        counts = {"n_songs": 0, "n_reviews": 0} if table == "albums" else {"album_id": mard.asin(1), "review_index": 0}
        contract.load(table).table(
            {name: [one] for name, one in counts.items()} | {n: [getattr(row, n)] for n in columns}
        )


def test_names_that_no_reference_is_stay_as_they_are() -> None:
    assert fields.running_text("AT&T &notit; &amp;lt; &#0; &#x110000;") == "AT&T &notit; &lt; \ufffd \ufffd"
