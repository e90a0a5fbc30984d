"""Albums, their songs and their reviews, from objects: any field may be missing, and some are spelt in two ways."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.text.lyric_cleaning import text_sha256
from musicdata.sources.albums import fields

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID = ("amazon-id", "product-id", "amazon_id", "product_id", "asin")
_RELATED = ("also_bought", "buy_after_viewing", "also_viewed", "bought_together")


@dataclass(frozen=True, slots=True)
class Song:
    """A song that an album lists; the fields are columns of `album_songs`."""

    title: str | None
    recording_id: str | None


@dataclass(frozen=True, slots=True)
class Album:
    """An album; the fields up to `bought_together` are columns of `albums`."""

    album_id: str
    title: str | None
    artist: str | None
    label: str | None
    brand: str | None
    price_usd: float | None
    categories: str | None
    root_genre: str | None
    sales_rank: int | None
    image_url: str | None
    artist_url: str | None
    artist_mbid: str | None
    release_group_mbid: str | None
    release_mbid: str | None
    first_release_year: int | None
    also_bought: str | None
    buy_after_viewing: str | None
    also_viewed: str | None
    bought_together: str | None
    songs: tuple[Song, ...]

    @property
    def fullness(self) -> tuple[int, int]:
        """Return by which of two lines of one album the one that says more is known: its songs, then its fields."""
        return len(self.songs), sum(getattr(self, name) is not None for name in ALBUM_COLUMNS)


@dataclass(frozen=True, slots=True)
class Review:
    """A review of an album; the fields are columns of `reviews`."""

    reviewer_id: str | None
    reviewer_name: str | None
    summary: str | None
    text: str
    rating: float | None
    helpful_up: int | None
    helpful_total: int | None
    reviewed_at_s: int | None
    n_words: int
    text_sha256: str

    @property
    def order(self) -> tuple[object, ...]:
        """Return what the reviews of an album are sorted by: time, reviewer, text, then the rest, so that none ties."""
        facts = (self.reviewer_name or "", self.summary or "", self.rating or 0.0, self.helpful_up or 0)
        time = (self.reviewed_at_s is None, self.reviewed_at_s or 0)
        return (*time, self.reviewer_id or "", self.text_sha256, self.text, *facts, self.helpful_total or 0)

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what two lines of one album with the same review share: of an unknown reviewer, all of it."""
        return (self.reviewer_id, self.text_sha256) if self.reviewer_id else self.order


ALBUM_COLUMNS = tuple(name for name in Album.__slots__ if name != "songs")
REVIEW_COLUMNS, SONG_COLUMNS = Review.__slots__, Song.__slots__


def album_id(record: Mapping[str, Any]) -> str:
    """Return the album that an object speaks of.

    Raises:
        FormatError: ``no_album_id`` or ``bad_album_id``.
    """
    value = fields.first_of(record, *_ID)
    if value is None:
        raise FormatError("no_album_id", f"none of {', '.join(_ID)}; there are {', '.join(map(str, record))[:100]}")
    known = fields.asin(value)
    if known is None:
        raise FormatError("bad_album_id", f"{value!r:.60} is no ASIN: ten digits and capital letters")
    return known


def album(record: Mapping[str, Any]) -> Album:
    """Return the album of an object.

    Raises:
        FormatError: it has no id, or a text that is too long.
    """
    related = fields.first_of(record, "related")
    related = related if isinstance(related, dict) else {}
    bought = {name: _related(related, name) or _related(record, name) for name in _RELATED}
    return Album(
        album_id=album_id(record),
        title=fields.line_of_text(fields.first_of(record, "title"), "title"),
        artist=fields.line_of_text(fields.first_of(record, "artist"), "artist"),
        label=fields.line_of_text(fields.first_of(record, "label"), "label"),
        brand=fields.line_of_text(fields.first_of(record, "brand"), "brand"),
        price_usd=fields.price(fields.first_of(record, "price")),
        categories=_categories(fields.first_of(record, "categories")),
        root_genre=fields.line_of_text(fields.first_of(record, "root-genre", "root_genre"), "root-genre"),
        sales_rank=fields.rank(fields.first_of(record, "salesRank", "sales_rank", "sales-rank")),
        image_url=fields.line_of_text(fields.first_of(record, "imUrl", "im_url"), "imUrl"),
        artist_url=fields.line_of_text(fields.first_of(record, "artist_url", "artist-url"), "artist_url"),
        artist_mbid=fields.mbid(fields.first_of(record, "artist-mbid", "artist_mbid")),
        release_group_mbid=fields.mbid(fields.first_of(record, "release-group-mbid", "release_group_mbid")),
        release_mbid=fields.mbid(fields.first_of(record, "release-mbid", "release_mbid", "release-group")),
        first_release_year=fields.year(fields.first_of(record, "first-release-year", "first_release_year")),
        **bought,
        songs=_songs(fields.first_of(record, "songs")),
    )


def review(record: Mapping[str, Any]) -> Review:
    """Return the review of an object.

    Raises:
        FormatError: ``no_text``, or a text is too long.
    """
    text = fields.running_text(fields.first_of(record, "reviewText", "review_text", "review-text"))
    if text is None:
        raise FormatError("no_text", "there is no reviewText, or it is blank")
    if len(text) > fields.MAX_TEXT_CHARACTERS:
        raise fields.too_long("reviewText", text, fields.MAX_TEXT_CHARACTERS)
    up, total = _helpful(fields.first_of(record, "helpful"))
    return Review(
        reviewer_id=fields.line_of_text(fields.first_of(record, "reviewerID", "reviewer_id", "reviewer-id"), "id"),
        reviewer_name=fields.line_of_text(fields.first_of(record, "reviewerName", "reviewer_name"), "reviewerName"),
        summary=fields.line_of_text(fields.first_of(record, "summary"), "summary"),
        text=text,
        rating=fields.stars(fields.first_of(record, "overall", "rating")),
        helpful_up=up,
        helpful_total=total,
        reviewed_at_s=fields.seconds(record.get("unixReviewTime"), record.get("reviewTime")),
        n_words=len(text.split()),
        text_sha256=text_sha256(text),
    )


def _related(record: Mapping[str, Any], name: str) -> str | None:
    value = fields.first_of(record, name, name.replace("_", " "), name.replace("_", "-"))
    ids = [known for one in fields.flat(value) if (known := fields.asin(one))]
    return fields.joined(list(dict.fromkeys(ids)), " ", name)


def _categories(value: object) -> str | None:
    names = [name for one in fields.flat(value) if (name := fields.line_of_text(one, "categories"))]
    return fields.joined(list(dict.fromkeys(names)), " | ", "categories")


def _songs(value: object) -> tuple[Song, ...]:
    songs = []
    for one in value if isinstance(value, list | tuple) else ():
        facts = one if isinstance(one, dict) else {"mbid" if fields.mbid(one) else "title": one}
        title = fields.line_of_text(fields.first_of(facts, "title", "name"), "songs")
        recording_id = fields.mbid(fields.first_of(facts, "mbid", "recording-mbid", "recording_mbid"))
        if title or recording_id:
            songs.append(Song(title, recording_id))
    return tuple(songs)


def _helpful(value: object) -> tuple[int | None, int | None]:
    """Return how many readers found a review helpful, and of how many; neither where one is missing."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None, None
    up, total = map(fields.count, value)
    return (up, total) if up is not None and total is not None else (None, None)
