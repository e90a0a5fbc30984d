"""Tables of songs and reviews become arrays that speak of the same albums."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.errors import InputError
from musicdata_baselines.suites.albums import dataset
from musicdata_baselines.suites.albums.parts import Parts
from musicdata_baselines.suites.albums.settings import AlbumsSettings
from tests.baselines.suites.albums.made import SETTINGS, SMALL, Discs, sample_ids, tables
from tests.baselines.suites.albums.planted import make

POP = make(SMALL)
TABLES = tables(POP)
READ = {"discs", "sound", "words", "tokens", "parts"}


def replaced(name: str, table: pa.Table) -> Discs:
    return Discs(TABLES | {name: table})


def changed(name: str, column: str, values: list[Any]) -> Discs:
    table = TABLES[name]
    place = table.column_names.index(column)
    return replaced(
        name, table.set_column(place, table.schema.field(column), pa.array(values, table.field(column).type))
    )


def test_everything_is_read_as_it_was_made() -> None:
    found = dataset.read(Discs(TABLES), SETTINGS)
    assert found.sample_ids.tolist() == sample_ids(POP.n_albums)
    np.testing.assert_array_equal(found.audio, POP.audio)
    np.testing.assert_array_equal(found.song_album, POP.song_album)
    np.testing.assert_array_equal(found.text, POP.text)
    np.testing.assert_array_equal(found.review_album, POP.review_album)
    assert found.tokens is not None
    np.testing.assert_array_equal(found.tokens.values, POP.tokens.values)
    np.testing.assert_array_equal(found.tokens.offsets, POP.tokens.offsets)
    assert found.artists.tolist() == POP.artists.tolist()
    assert found.genres is not None
    assert [genre or None for genre in found.genres.tolist()] == TABLES["discs"].column("genre").to_pylist()
    assert found.popularity is not None
    assert [None if np.isnan(r) else int(r) for r in found.popularity] == TABLES["discs"].column("rank").to_pylist()
    rows = {(r["sample_id"], r["review"], r["scheme"]): r["part"] for r in TABLES["parts"].to_pylist()}
    for scheme, parts in found.parts.items():
        keys = zip(found.sample_ids[found.review_album].tolist(), found.review_index.tolist(), strict=True)
        assert parts.tolist() == [rows[sample_id, review, scheme] for sample_id, review in keys]


def test_the_order_of_rows_does_not_matter_as_in_a_release_which_has_split_after_split() -> None:
    draw = np.random.default_rng(0)
    other = {name: table.take(draw.permutation(len(table))) for name, table in TABLES.items()}
    assert any(not other[name].equals(TABLES[name]) for name in READ)
    expected, found = (dataset.read(Discs(tables), SETTINGS) for tables in (TABLES, other))
    for name in ("sample_ids", "audio", "song_album", "text", "review_album", "review_index", "artists", "genres"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name), err_msg=name)
    assert found.tokens is not None
    assert expected.tokens is not None
    np.testing.assert_array_equal(found.tokens.values, expected.tokens.values)
    np.testing.assert_array_equal(found.tokens.offsets, expected.tokens.offsets)
    assert {scheme: parts.tolist() for scheme, parts in found.parts.items()} == {
        scheme: parts.tolist() for scheme, parts in expected.parts.items()
    }


def test_a_view_without_tokens_genre_and_popularity_can_be_read() -> None:
    without = {name: table for name, table in TABLES.items() if name != "tokens"}
    settings = SETTINGS.among(Discs(without))
    assert (settings.tokens, settings.encoder, settings.genre) == ("", "", SETTINGS.genre)
    found = dataset.read(Discs(without), settings)
    assert found.tokens is None
    np.testing.assert_array_equal(found.audio, POP.audio)


def test_reviews_without_features_and_albums_without_songs_are_left_out() -> None:
    words = TABLES["words"].column("vector").to_pylist()
    lone = int(POP.review_album[0])
    sound = TABLES["sound"].column("vector").to_pylist()
    gone = [None if album == lone else vector for album, vector in zip(POP.song_album, sound, strict=True)]
    first = changed("sound", "vector", gone)
    found = dataset.read(first, SETTINGS)
    assert sample_ids(POP.n_albums)[lone] not in found.sample_ids
    assert found.n_left_out["albums without songs or without reviews"] == 1
    words[-1] = None
    fewer = dataset.read(changed("words", "vector", words), SETTINGS)
    assert len(fewer.text) == len(POP.text) - 1
    assert fewer.n_left_out["reviews without every kind of features"] == 0
    tokens = TABLES["tokens"].column("token_ids").to_pylist()
    tokens[3] = None
    without = dataset.read(changed("tokens", "token_ids", tokens), SETTINGS)
    assert without.n_left_out["reviews without every kind of features"] == 1
    assert without.tokens is not None
    assert (len(without.tokens), len(without.text), len(without.parts["paper"])) == (len(POP.text) - 1,) * 3


def test_tokens_that_a_release_has_emptied_are_none() -> None:
    found = dataset.read(changed("tokens", "token_ids", [[]] * len(POP.text)), SETTINGS)
    assert found.tokens is None
    assert len(found.text) == len(POP.text)


def test_what_is_no_table_of_songs_or_reviews_is_refused() -> None:
    for changes, message in (
        ({"audio": "discs.genre"}, "table discs of discs.genre is keyed by sample_id, expected"),
        ({"text": "tokens.token_ids"}, "tokens.token_ids holds no vectors"),
        ({"schemes": ("paper", "disjoint", "third")}, "no row of scheme 'third'"),
    ):
        with pytest.raises(InputError, match=message):
            dataset.read(Discs(TABLES), SETTINGS.model_copy(update=changes))
    none = changed("sound", "vector", [None] * len(POP.audio))
    with pytest.raises(InputError, match="no album has both songs"):
        dataset.read(none, SETTINGS)
    few = replaced("discs", TABLES["discs"].slice(0, 0))
    with pytest.raises(InputError, match="no album has both"):
        dataset.read(few, SETTINGS)


def test_the_parts_of_a_scheme_hold_their_albums_songs() -> None:
    found = dataset.read(Discs(TABLES), SETTINGS)
    parts = Parts.of(found, "disjoint", most_asking=1000)
    split = np.array(TABLES["discs"].column("split").to_pylist())
    assert set(split[found.review_album[parts.train]]) == {"train"}
    assert set(split[found.song_album[parts.test_songs]]) == {"test"}
    assert (parts.candidates[parts.song_sets] == found.song_album[parts.test_songs]).all()
    assert (parts.candidates[parts.review_sets] == found.review_album[parts.test]).all()
    assert parts.shared(found.artists) == 0
    fitted, chosen = parts.choosing()
    assert fitted is parts.train
    assert set(split[found.review_album[chosen]]) == {"valid"}
    means = [found.audio[found.song_album == album].mean(axis=0) for album in range(found.n_albums)]
    np.testing.assert_allclose(parts.mean_songs, means, rtol=1e-4)
    assert parts.too_few == ""


def test_where_there_is_no_part_to_choose_by_whole_artists_are_held_out() -> None:
    found = dataset.read(Discs(TABLES), SETTINGS)
    parts = Parts.of(found, "paper", most_asking=7)
    fitted, chosen = parts.choosing()
    artists = [set(found.artists[found.review_album[rows]].tolist()) for rows in (fitted, chosen)]
    assert not artists[0] & artists[1]
    albums = found.review_album[chosen]
    assert len(set(albums.tolist())) == len(albums) > 0
    assert len(parts.asking) == 7
    assert parts.shared(found.sample_ids) > 0.5


def test_settings_name_columns_of_tables_and_schemes_that_go_together() -> None:
    assert "reviews.text" not in SETTINGS.model_copy(update={"texts": "reviews.text"}).columns()
    assert {name.split(".")[0] for name in SETTINGS.columns()} == READ
    given = SETTINGS.model_dump()
    for changes, message in (
        ({"part": "discs.split"}, "must be columns of one table"),
        ({"schemes": ["paper", "paper"]}, "one is named twice"),
        ({"disjoint": "artist"}, "expected one of schemes: paper, disjoint"),
        ({"training": {"margin": 0}}, "greater than 0"),
        ({"audoi": "sound.vector"}, "Extra inputs"),
    ):
        with pytest.raises(ValueError, match=message):
            AlbumsSettings(**(given | changes))


def test_sizes_are_those_of_the_splits_and_every_table_has_a_digest() -> None:
    sizes = dataset.sizes(Discs(TABLES), SETTINGS)
    split = np.array(TABLES["discs"].column("split").to_pylist())
    assert sizes.n_samples == {name: int((split == name).sum()) for name in ("train", "valid", "test")}
    assert set(sizes.tables) == READ
