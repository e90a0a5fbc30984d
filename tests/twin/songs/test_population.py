"""Made-up songs: always the same, of the lengths and rates that they are said to have, with what is planted in them."""

from __future__ import annotations

import difflib
import re
from collections import Counter

import pytest

from musicdata.music.text import language
from musicdata.twin.songs import SongPopulation
from musicdata.twin.songs.languages import LANGUAGES, VOCABULARY, vocabulary
from musicdata.twin.songs.population import KINDS, Song
from musicdata.twin.songs.residue import LOOK_ALIKES, PLANTS

POPULATION = SongPopulation(2400)


@pytest.fixture(scope="module")
def songs() -> list[Song]:
    return list(POPULATION.songs())


def test_a_song_is_a_function_of_seed_and_number(songs: list[Song]) -> None:
    again = SongPopulation(2400)
    assert [again.song(number) for number in (2399, 17, 256)] == [songs[number] for number in (2399, 17, 256)]
    other = SongPopulation(4000, seed=1)
    assert sum(other.song(number).lyrics == songs[number].lyrics for number in range(50)) == 0


def test_lengths_and_rates_are_those_of_the_reference(songs: list[Song]) -> None:
    words = [song.n_words for song in songs if song.n_words]
    assert sum(words) / len(words) == pytest.approx(223, rel=0.05)
    kinds = Counter(song.kind for song in songs)
    assert set(kinds) == set(KINDS)
    assert kinds["copy"] / 2400 == pytest.approx(0.04, abs=0.01)
    assert kinds["edited"] / 2400 == pytest.approx(0.039, abs=0.01)
    boilerplate = [song for song in songs if song.kind == "boilerplate"]
    assert len({song.artist for song in boilerplate}) > 20
    assert len({song.lyrics for song in boilerplate}) == 1


def _lines(song: Song) -> list[str]:
    """Return the lines that are sung, as far as marks tell them from others."""
    return [line for line in song.lyrics.split("\n") if line and not line.startswith("[")]


def test_copies_have_the_words_of_their_original_and_edited_ones_nearly(songs: list[Song]) -> None:
    plain = [song for song in songs if song.of >= 0 and not song.residue and not songs[song.of].residue]
    copies = [song for song in plain if song.kind == "copy"]
    assert len(copies) > 20
    assert all(song.lyrics == songs[song.of].lyrics for song in copies)
    assert sum(song.artist != songs[song.of].artist for song in copies) >= 0.9 * len(copies)
    edited = [song for song in plain if song.kind == "edited"][:25]
    ratios = [
        difflib.SequenceMatcher(None, song.lyrics.split(), songs[song.of].lyrics.split(), autojunk=False).ratio()
        for song in edited
    ]
    assert 0.85 < sum(ratios) / len(ratios) < 0.98
    assert all(song.lyrics != songs[song.of].lyrics for song in edited)


def test_translations_are_of_one_work_and_another_language(songs: list[Song]) -> None:
    translations = [song for song in songs if song.kind == "translation"]
    assert len(translations) > 50
    for song in translations:
        of = songs[song.of]
        assert song.work == of.work != ""
        assert song.true_language != of.true_language
    assert {song.work for song in songs} - {""} == {song.work for song in translations}


def test_residue_of_every_name_is_planted_and_shows(songs: list[Song]) -> None:
    shows = {
        "head": r"^\d+ Contributors?.* Lyrics|… Read More", "tail": r"Embed(Share URLCopyEmbedCopy)?$",
        "also_like": "You might also like", "tickets": r"(?m)^See .* LiveGet tickets as low as \$\d+(<br>)?$",
        "entities": "&nbsp;.*<br>", "mojibake": "â€™|Ã", "controls": "\0", "chords": r"(?m)^Am   F   C   G7$",
        "rule": r"(?m)^-{6,}$", "times": r"(?m)^\[\d\d:\d\d\.00\]", "repeats": r" \(x2\)",
        "credits": r"(?m)^Submit Corrections",
    }  # fmt: skip
    assert set(shows) == set(PLANTS)
    for name, pattern in shows.items():
        planted = [song for song in songs if name in song.residue]
        assert len(planted) > 20, name
        assert [song.lyrics for song in planted if not re.search(pattern, song.lyrics)] == [], name
        clean = [song for song in songs if not song.residue and song.n_words and not song.look_alikes]
        assert [song.lyrics for song in clean if re.search(pattern, song.lyrics)] == [], name


def test_lines_that_look_like_residue_stand_in_songs_without_any(songs: list[Song]) -> None:
    having = [song for song in songs if song.look_alikes]
    lines = {line for song in having for line in song.look_alikes}
    assert lines <= set(LOOK_ALIKES)
    assert len(lines) > len(LOOK_ALIKES) / 2
    plain = [song for song in having if not song.residue]
    assert all(song.look_alikes[0] in song.lyrics for song in plain)


def test_labels_are_mostly_right_and_some_wrong_or_missing(songs: list[Song]) -> None:
    names = {one.code: one.name for one in LANGUAGES}
    wrong = sum(song.language not in ("", names[song.true_language]) for song in songs)
    assert 0.01 < wrong / len(songs) < 0.03
    assert 0.01 < sum(not song.language for song in songs) / len(songs) < 0.03
    assert len({song.genre for song in songs}) == 8


def test_words_are_of_the_languages_that_they_are_labelled_with(songs: list[Song]) -> None:
    clean = [song for song in songs if song.n_words and not song.residue][:100]
    right = sum(language.detect(" ".join(_lines(song))).language == song.true_language for song in clean)
    assert right >= 0.95 * len(clean)
    for one in LANGUAGES:
        words = vocabulary(one.code)
        assert len(set(words)) == VOCABULARY
        assert words[: len(one.function_words)] == one.function_words


@pytest.mark.parametrize("n_songs", [0, 1, 5, 30])
def test_small_populations_are_whole(n_songs: int) -> None:
    made = list(SongPopulation(n_songs).songs())
    assert len(made) == n_songs
    assert all(song.lyrics for song in made)
