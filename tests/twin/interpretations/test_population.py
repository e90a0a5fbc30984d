"""Made-up songs with interpretations: always the same, as long as real ones, with what is planted in them."""

from __future__ import annotations

import statistics
from collections import Counter

import pytest

from musicdata.music.text import language
from musicdata.twin.interpretations import InterpretationPopulation, prose, residue
from musicdata.twin.interpretations.population import KINDS, SONG_KINDS, Comment, InterpretedSong

POPULATION = InterpretationPopulation(400)


@pytest.fixture(scope="module")
def songs() -> list[InterpretedSong]:
    return list(POPULATION.songs())


@pytest.fixture(scope="module")
def comments(songs: list[InterpretedSong]) -> list[Comment]:
    return [comment for song in songs for comment in song.comments]


def test_a_song_is_a_function_of_seed_and_number(songs: list[InterpretedSong]) -> None:
    again = InterpretationPopulation(400)
    assert [again.song(number) for number in (399, 17, 256)] == [songs[number] for number in (399, 17, 256)]
    other = InterpretationPopulation(400, seed=1)
    assert (
        sum(other.song(n).lyrics == songs[n].lyrics or other.song(n).song_id == songs[n].song_id for n in range(50))
        == 0
    )


def test_sizes_are_those_that_were_asked_for(songs: list[InterpretedSong], comments: list[Comment]) -> None:
    assert len(comments) == POPULATION.rows == round(400 * 15.0114)
    assert [song.first for song in songs] == [
        sum(len(before.comments) for before in songs[:number]) for number in range(400)
    ]
    assert InterpretationPopulation(20_672).rows == 310_315
    few = InterpretationPopulation(5, 5)
    assert [len(song.comments) for song in few.songs()] == [1] * 5
    with pytest.raises(ValueError, match="n_rows is 3, expected 5 at least"):
        InterpretationPopulation(5, 3)
    assert list(InterpretationPopulation(0).songs()) == []


def test_lengths_are_those_of_real_ones(songs: list[InterpretedSong], comments: list[Comment]) -> None:
    n_words = [len(comment.text.split()) for comment in comments if comment.kind == "own"]
    assert 100 < statistics.median(n_words) < 125
    assert max(n_words) > 8 * statistics.median(n_words)
    assert all(len(comment.text) >= prose.LEAST_CHARACTERS for comment in comments if comment.kind != "short")
    assert 180 < statistics.mean(len(song.lyrics.split()) for song in songs if song.kind == "own") < 240
    counts = [len(song.comments) for song in songs]
    assert max(counts) > 8 * statistics.median(counts)


def test_every_kind_is_planted_and_points_at_what_it_copies(
    songs: list[InterpretedSong], comments: list[Comment]
) -> None:
    assert {song.kind for song in songs} == set(SONG_KINDS)
    assert {comment.kind for comment in comments} == set(KINDS)
    for song in songs:
        of = songs[song.of] if song.of >= 0 else None
        assert (of is not None) == (song.kind in ("cover", "remaster", "same_id"))
        if of:
            same = 1 - len(set(song.lyrics.split("\n")) - set(of.lyrics.split("\n"))) / len(song.lyrics.split("\n"))
            assert same > 0.4
            assert (song.songmeanings_id == of.songmeanings_id) == (song.kind == "same_id")
            assert song.title.startswith(of.title)
            assert (song.artist == of.artist) or song.kind == "cover"
    for number, comment in enumerate(comments):
        if comment.of >= 0:
            shared = set(comment.text.split()) & set(comments[comment.of].text.split())
            assert len(shared) > 0.6 * len(set(comments[comment.of].text.split()))
            here = POPULATION.song_of(number) == POPULATION.song_of(comment.of)
            assert here or comment.kind == "copy_elsewhere"
    pasted = [(song, c) for song in songs for c in song.comments if c.kind == "pasted" and not c.residue]
    assert all(set(song.lyrics.split("\n")) & set(c.text.split("\n")) for song, c in pasted)
    assert len({song.song_id for song in songs for c in song.comments if c.kind == "boilerplate"}) > 20


def test_what_is_planted_shows_and_is_nowhere_else(comments: list[Comment]) -> None:
    shows = {
        "mojibake": "\u00e2\u20ac\u2122", "entities": "&quot;", "breaks": "<br />", "controls": "\0", "url": "http://",
        "edited": "[Edited by ", "head": "General Comment", "footer": "Log in to replyThere was an error.",
        "stems": "linkno replyther",
    }  # fmt: skip
    assert set(shows) == set(residue.PLANTS)
    for name, sign in shows.items():
        planted = [comment.text for comment in comments if name in comment.residue]
        assert len(planted) > 20, name
        assert sum(sign in text for text in planted) > 0.9 * len(planted), name
        assert not [c.text for c in comments if name not in c.residue and sign in c.text], name
    assert sum(any(line in comment.text for line in residue.LOOK_ALIKES) for comment in comments) > 20


def test_votes_are_negative_none_positive_and_unknown(comments: list[Comment]) -> None:
    signs = Counter("unknown" if c.votes is None else (c.votes > 0) - (c.votes < 0) for c in comments)
    assert min(signs[sign] for sign in ("unknown", -1, 0, 1)) > 100
    assert signs[0] > signs[-1]


def test_texts_are_english_but_for_the_foreign_ones(comments: list[Comment]) -> None:
    own = [comment.text for comment in comments if comment.kind == "own" and not comment.residue][:150]
    assert sum(language.detect(text).language == "en" for text in own) >= 147
    foreign = [comment.text for comment in comments if comment.kind == "foreign" and not comment.residue]
    assert sum(language.detect(text).language == "en" for text in foreign) <= 0.05 * len(foreign)
