"""Spellings of names that must be equal, and recordings that must stay apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.music.text.names import artist_names, normalised, title_parts, version_words

SAME = [
    ("Beyoncé", "BEYONCE"),
    ("Beyonce\u0301", "Beyoncé"),
    ("Sigur Rós", "sigur ros"),
    ("Mötley Crüe", "Motley  Crue"),
    ("Ke$ha", "KESHA"),
    ("A$AP Rocky", "ASAP Rocky"),
    ("Guns N' Roses", "Guns N’ Roses"),
    ("Simon & Garfunkel", "Simon and Garfunkel"),
    ("blink‐182", "blink-182"),
    ("Straße", "STRASSE"),
    ("Løve", "Love"),
    ("ＦＵＬＬ", "full"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_of_one_name_are_equal(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"), [("か", "が"), ("!!!", "???"), ("हिन्दी", "हनद"), ("1999", "2099"), ("+", "÷")]
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@given(st.text())
def test_normalising_twice_changes_nothing_and_keeps_every_name_a_name(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert once or not any(character.isalnum() for character in text)


TITLES = {
    "Wonderwall": ("Wonderwall", ""),
    "Wonderwall - Remastered 2014": ("Wonderwall", "remaster"),
    "Bohemian Rhapsody - 2011 Remaster": ("Bohemian Rhapsody", "remaster"),
    "Under Pressure (Live at Wembley Stadium, 12th July 1986 / Remastered 2011)": ("Under Pressure", "live remaster"),
    "Creep - Acoustic": ("Creep", "acoustic"),
    "About a Girl (Live MTV Unplugged)": ("About a Girl", "acoustic live"),
    "Crazy in Love (feat. JAY-Z)": ("Crazy in Love", ""),
    "Crazy in Love ft. JAY-Z (Homecoming Live)": ("Crazy in Love (Homecoming Live)", ""),
    "Stay (with Justin Bieber) [Karaoke Version]": ("Stay", "karaoke"),
    "Levels - Original Mix": ("Levels", ""),
    "Levels - Skrillex Remix": ("Levels", "remix"),
    "One More Time - Radio Edit": ("One More Time", "edit"),
    "Love Story (Taylor's Version)": ("Love Story", "rerecorded"),
    "Hallelujah - Piano Version": ("Hallelujah", "piano"),
    "Voulez-Vous - Spanish Version": ("Voulez-Vous", "version"),
    'Let It Go - From "Frozen"/Soundtrack Version': ("Let It Go", ""),
    "Oasis - Wonderwall (Official Video)": ("Oasis - Wonderwall", ""),
    "Wonderwall (Official Music Video) [HD]": ("Wonderwall", ""),
    "Wonderwall【Lyrics】": ("Wonderwall", ""),
    "Someone Like You (Cover by Jane)": ("Someone Like You", "cover"),
    "Someone Like You (Instrumental)": ("Someone Like You", "instrumental"),
    "After Dark (slowed + reverb)": ("After Dark", "speed"),
    "(I Can't Get No) Satisfaction": ("(I Can't Get No) Satisfaction", ""),
    "Don't You (Forget About Me)": ("Don't You (Forget About Me)", ""),
    "Live Forever": ("Live Forever", ""),
    "Oasis - Live Forever": ("Oasis - Live Forever", ""),
    "Live and Let Die": ("Live and Let Die", ""),
    "Cover Me Up": ("Cover Me Up", ""),
    "The xx - Intro": ("The xx - Intro", ""),
    "(Live)": ("(Live)", ""),
    "Anti-Hero": ("Anti-Hero", ""),
    "": ("", ""),
}


@pytest.mark.parametrize("title", TITLES)
def test_a_title_is_taken_apart(title: str) -> None:
    bare, words = TITLES[title]
    assert title_parts(title) == (bare, frozenset(words.split()))


@given(st.text(alphabet="aA bé(Live)[]-–/|feat.mixｗ（）", max_size=200))
def test_a_bare_title_is_never_empty_where_there_is_one(title: str) -> None:
    bare, _ = title_parts(title)
    assert bool(bare) == bool(title.strip())


def test_a_title_without_end_is_no_trap() -> None:
    for text in (" - live" * 20_000, "(" * 100_000, " feat. " * 20_000, "a" + " " * 100_000 + ","):
        assert title_parts(text)[0]
        assert isinstance(artist_names(text), list)


def test_free_text_is_searched_for_versions() -> None:
    assert version_words("nightcore / 1 hour") == {"speed", "extended"}
    assert version_words("forget about me") == frozenset()


ARTISTS = {
    "Oasis": ["Oasis"],
    "Queen & David Bowie": ["Queen", "David Bowie"],
    "Queen; David Bowie": ["Queen", "David Bowie"],
    "Calvin Harris (feat. Rihanna)": ["Calvin Harris", "Rihanna"],
    "Jay-Z ft. Alicia Keys": ["Jay-Z", "Alicia Keys"],
    "Bob Marley & The Wailers": ["Bob Marley & The Wailers"],
    "Tyler, The Creator, Kali Uchis": ["Tyler, The Creator", "Kali Uchis"],
    "KAROL G x Tiësto": ["KAROL G", "Tiësto"],
    "X Ambassadors": ["X Ambassadors"],
    "AC/DC": ["AC/DC"],
    "Daft Punk feat. DAFT PUNK": ["Daft Punk"],
    "": [],
}


@pytest.mark.parametrize("credit", ARTISTS)
def test_a_credit_is_taken_apart(credit: str) -> None:
    assert artist_names(credit) == ARTISTS[credit]
