"""Lines as MARD has them: all fields in either spelling, JSON and literals of Python, and a few that are neither."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from musicdata.twin import AlbumPopulation
from musicdata.twin.albums import mard
from musicdata.twin.albums.listings import Mapped


def read(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return ast.literal_eval(line)


def test_listings_say_what_the_population_knows(population: AlbumPopulation) -> None:
    *lines, again, cut_off = mard.metadata_lines(population)
    assert again == lines[0]
    with pytest.raises((ValueError, SyntaxError)):
        read(cut_off)
    for album, line in zip(population.albums, lines, strict=True):
        fields = read(line)
        assert fields["amazon-id"] == album.album_id
        assert fields.get("artist") == album.artist
        assert (fields.get("salesRank") or fields.get("sales_rank") or {}).get("Music") == album.sales_rank
        group = population.group(album)
        assert fields.get("release-group-mbid") == (None if album.mapped is Mapped.NOTHING else group.group_id)
        release_id = fields.get("release-mbid") or fields.get("release-group")
        assert (release_id is None) == (album.mapped in (Mapped.NOTHING, Mapped.GROUP))
        assert release_id is None or population.by_release_id[release_id] == (group, group.releases[0])
        songs = [population.by_recording_id[song["mbid"]].index for song in fields.get("songs", [])]
        assert songs == list(group.songs)[: {Mapped.SONGS: 99, Mapped.FIRST_SONG: 1}.get(album.mapped, 0)]


def test_fields_have_either_name_and_lines_either_form(population: AlbumPopulation) -> None:
    listings, reviews = mard.metadata_lines(population), mard.review_lines(population)
    assert any(line.startswith("{'") for line in listings)
    assert any(line.startswith("{'") for line in reviews)
    for names, lines in (
        (
            ('"salesRank"', '"sales_rank"', '"release-mbid"', '"release-group"', '"also_bought"', '"also bought"'),
            listings,
        ),
        (('"amazon-id"', '"product-id"'), reviews),
    ):
        for name in names:
            assert any(name in line for line in lines), name


def test_every_review_is_a_line_and_some_lines_are_none(population: AlbumPopulation) -> None:
    lines = mard.review_lines(population)
    faulty = dict(mard.faulty_reviews(population))
    assert len(lines) == len(population.reviews) + len(faulty)
    assert lines.count(faulty["told twice"]) >= 1
    for what in ("cut off", "no JSON"):
        with pytest.raises((ValueError, SyntaxError)):
            read(faulty[what])
    right = [read(line) for line in lines if line not in set(faulty.values()) - {faulty["told twice"]}]
    told = [(one.get("amazon-id") or one["product-id"], one["reviewText"], one["overall"]) for one in right]
    assert sorted(set(told)) == sorted({(one.album_id, one.text, float(one.rating)) for one in population.reviews})
    assert read(faulty["unknown album"])["amazon-id"] not in population.by_album_id
