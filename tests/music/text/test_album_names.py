"""Titles of albums without their editions, and artists that are somebody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text import album_names


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("Abbey Road (Remastered)", "abbey road"),
        ("Abbey Road [2009 Stereo Remaster]", "abbey road"),
        ("Rumours (Deluxe Edition) [2CD + DVD]", "rumours"),
        ("OK Computer: Collector's Edition", "ok computer"),
        ("Ten - Legacy Edition", "ten"),
        ("Kid A [Import]", "kid a"),
        ("Kid A (UK)", "kid a"),
        ("Dookie [Explicit]", "dookie"),
        ("（Remastered） Pet Sounds", "pet sounds"),
        ("Hits, Vol. 2", "hits vol 2"),
        ("Hits (Volume 2) [Remastered]", "hits volume 2"),
        ("Anthology (Disc 2 Remastered)", "anthology disc 2 remastered"),
        ("Roots (Live) [Remastered]", "roots live"),
        ("MTV Unplugged in New York", "mtv unplugged in new york"),
        ("Chicago (Original Soundtrack)", "chicago original soundtrack"),
        ("Symphony No. 5 - Karajan", "symphony no 5 karajan"),
        ("(What's the Story) Morning Glory?", "whats the story morning glory"),
        ("[Remastered]", "remastered"),
        ("愛 (デラックス)", "愛 デラックス"),
        ("", ""),
    ],
)
def test_bare_titles(title: str, bare: str) -> None:
    assert album_names.bare_title(title) == bare


@pytest.mark.parametrize("name", ["Various Artists", "various", "V/A", "Original Broadway Cast", "", None, "unknown"])
def test_what_stands_for_nobody_has_no_name(name: str | None) -> None:
    assert album_names.artist_name(name) is None


def test_spellings_of_one_artist() -> None:
    spelt = ["The Beatles", "Beatles, The", "the beatles", "BEATLES"]
    assert {album_names.artist_name(name) for name in spelt} == {"beatles"}
    assert album_names.artist_name("The The") == "the"
    assert album_names.artist_mbid("89ad4ac3-39f7-470e-963a-56509c546377") is None


@given(st.text(max_size=60), st.sampled_from([" (Remastered)", " [Deluxe Edition]", " - 25th Anniversary Edition"]))
def test_an_edition_put_after_any_title_changes_nothing(title: str, edition: str) -> None:
    bare = album_names.bare_title(title)
    if any(character.isalnum() for character in bare) and not set(title) & set("()[]{}（）［］【】｛｝"):
        assert album_names.bare_title(title + edition) == bare
