"""Songs like a song."""

from __future__ import annotations

import pytest

from musicdata.errors import UsageError
from musicdata_baselines.suites.text_search.searching import likeness
from musicdata_baselines.suites.text_search.searching.engine import Engine
from tests.baselines.suites.text_search.searching.planted import SongSet, song_set


def test_songs_of_the_same_language_by_their_vectors_without_versions(songs: SongSet) -> None:
    answer = songs.search(like="en-untitled")
    assert answer.matches[0].sample_id == "en-night"  # gold in both
    assert answer.matches[0].signals == {"meaning": 1.0}
    assert {match.facts["language"] for match in answer.matches} == {"en"}
    assert (answer.query, answer.like, answer.language) == (None, "en-untitled", "en")
    sea = songs.search(like="en-sea", k=14)
    assert not {"en-sea", "en-sea-2"} & {match.sample_id for match in sea.matches}
    assert "Not ranked, for they have nearly the same words: en-sea-2." in sea.notes


def test_songs_in_other_languages(songs: SongSet) -> None:
    assert [m.sample_id for m in songs.search(like="en-sea", across=True, k=2).matches] == ["de-sea", "fr-sea"]
    own = songs.search(like="zh-moon", k=14)  # by vectors of an encoder of many languages
    assert {match.facts["language"] for match in own.matches} == {"zh"}
    german = songs.search(like="en-sea", language="de")
    assert german.matches[0].sample_id == "de-sea"
    assert german.matches[0].lines[0].text == "ich weine Tränen in die Wellen"
    assert {match.facts["language"] for match in german.matches} == {"de"}
    with pytest.raises(UsageError, match="need vectors of an encoder of several languages"):
        song_set(songs.root / "bare", vectors={}).search(like="en-sea", across=True)


def test_without_vectors_words_are_compared(songs: SongSet) -> None:
    bare = song_set(songs.root / "bare", vectors={})
    answer = bare.search(like="de-night", k=3)
    assert answer.matches
    assert "de-night" not in {match.sample_id for match in answer.matches}
    assert set(answer.matches[0].signals) <= {"words", "spelling"}
    assert any("no vector" in note for note in answer.notes)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("en-seb", r"did you mean en-sea \(The Wide Sea\), en-sea-2 \(Wide Sea \(live\)\)\?"),
        ("wide sea", r"en-sea \(The Wide Sea\)"),
        ("zzz", r"no song has the id 'zzz'\. A search names"),
        ("", "no song has the id ''"),
        ("\0", "no song has the id"),
        ("x" * 5_000, "no song has the id 'xxx"),
    ],
)
def test_an_unknown_song_is_told_with_those_like_it(engine: Engine, given: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        likeness.find_song(engine.index, given)


def test_every_song_is_found_by_its_id(engine: Engine) -> None:
    songs = engine.index.songs
    assert [likeness.find_song(engine.index, one) for one in songs.ids] == list(range(len(songs)))
