"""Writes listings and reviews as MARD's two files have them: an object a line, and a few lines that are none.

Most lines are JSON; some are literals of Python, and some spell their fields as MARD's readme does, since the files in
the world are read by both.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.twin.albums.listings import Mapped
from musicdata.twin.albums.names import asin

if TYPE_CHECKING:
    from musicdata.twin.albums.listings import Album
    from musicdata.twin.albums.population import AlbumPopulation
    from musicdata.twin.albums.reviews import Review

_LITERAL_EACH, _README_EACH = 17, 5
_README_NAMES = {"salesRank": "sales_rank", "release-mbid": "release-group"}


def metadata_lines(population: AlbumPopulation) -> list[str]:
    """Return the lines of ``mard_metadata.json``: a listing each, then one of them again and one that is cut off."""
    lines = [_line(_listing(population, album, number), number) for number, album in enumerate(population.albums)]
    return [*lines, lines[0], lines[-1][: len(lines[-1]) // 2]]


def review_lines(population: AlbumPopulation) -> list[str]:
    """Return the lines of ``mard_reviews.json``, in no order, with those of `faulty_reviews` among them."""
    lines = [_line(_review(review, number), number) for number, review in enumerate(population.reviews)]
    lines += [line for _, line in faulty_reviews(population)]
    order = np.random.default_rng([population.seed, 51]).permutation(len(lines))
    return [lines[place] for place in order.tolist()]


def faulty_reviews(population: AlbumPopulation) -> list[tuple[str, str]]:
    """Return lines that are no review of a listing, each with what is wrong with it."""
    review = population.reviews[0]
    right = _review(review, 1)
    other = {**right, "reviewText": "Somebody else's words, of this album all the same."}
    return [
        ("cut off", json.dumps(right)[:60]),
        ("no JSON", "<html><body>502 Bad Gateway</body></html>"),
        ("a list", "[1, 2, 3]"),
        ("no album", json.dumps({name: value for name, value in other.items() if name != "amazon-id"})),
        ("unknown album", json.dumps({**other, "amazon-id": asin(population.seed, population.n_albums)})),
        ("no text", json.dumps({name: value for name, value in other.items() if name != "reviewText"})),
        ("blank text", json.dumps({**other, "reviewText": "   "})),
        ("told twice", json.dumps(right)),
    ]


def _line(fields: dict[str, Any], number: int) -> str:
    return repr(fields) if number % _LITERAL_EACH == 5 else json.dumps(fields, ensure_ascii=number % 2 == 0)


def _listing(population: AlbumPopulation, album: Album, number: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "amazon-id": album.album_id,
        "title": album.title,
        "artist": album.artist,
        "label": album.label,
        "brand": album.brand,
        "price": album.price_usd,
        "categories": list(album.categories),
        "root-genre": album.root_genre,
        "salesRank": {"Music": album.sales_rank} if album.sales_rank else None,
        "related": {kind: list(others) for kind, others in album.related.items()} or None,
        "imUrl": f"http://ecx.images-amazon.com/images/I/{album.album_id}.jpg",
        "first-release-year": f"{album.year}" if album.year and number % 3 == 0 else album.year,
    }
    fields = {name: value for name, value in fields.items() if value is not None} | _ids(population, album)
    return _as_readme_says(fields) if number % _README_EACH == 2 else fields


def _ids(population: AlbumPopulation, album: Album) -> dict[str, Any]:
    """Return what the line names of MusicBrainz."""
    if album.mapped is Mapped.NOTHING:
        return {}
    group = population.group(album)
    artist = population.discography.artists[group.artist]
    release = group.releases[0]
    ids: dict[str, Any] = {
        "artist-mbid": artist.artist_id,
        "release-group-mbid": group.group_id,
        "artist_url": f"/{artist.name.replace(' ', '-')}/e/{album.album_id[::-1]}",
    }
    if album.mapped is not Mapped.GROUP:
        ids["release-mbid"] = release.old_id or release.release_id
    songs = group.songs[: {Mapped.SONGS: len(group.songs), Mapped.FIRST_SONG: 1}.get(album.mapped, 0)]
    if songs:
        ids["songs"] = [_song(population, song) for song in songs]
    return ids


def _song(population: AlbumPopulation, song: int) -> dict[str, str]:
    recording = population.discography.recordings[song]
    return {"title": recording.title, "mbid": recording.old_id or recording.recording_id}


def _as_readme_says(fields: dict[str, Any]) -> dict[str, Any]:
    renamed = {_README_NAMES.get(name, name): value for name, value in fields.items()}
    if "related" in renamed:
        renamed["related"] = {
            kind.replace("also_bought", "also bought"): ids for kind, ids in renamed["related"].items()
        }
    return renamed


def _review(review: Review, number: int) -> dict[str, Any]:
    day = datetime.fromtimestamp(review.reviewed_at_s, UTC)
    fields: dict[str, Any] = {
        "reviewerID": review.reviewer_id,
        "product-id" if number % _README_EACH == 2 else "amazon-id": review.album_id,
        "reviewerName": review.reviewer_name,
        "helpful": list(review.helpful),
        "reviewText": review.text,
        "overall": float(review.rating),
        "summary": review.summary,
        "unixReviewTime": review.reviewed_at_s,
        "reviewTime": f"{day:%m} {day.day}, {day.year}",
    }
    return {name: value for name, value in fields.items() if value is not None}
