"""The made-up tracks: the same every time, and of every sort that the world has."""

from __future__ import annotations

from collections import Counter

import pytest

from musicdata.errors import UsageError
from musicdata.music.text import language
from musicdata.twin import MOODS, Population
from musicdata.twin.catalogue import base62
from musicdata.twin.playlists import Junk
from musicdata.twin.track import RIGHT, Held, Showing, Track


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(3000)


def test_the_same_numbers_give_the_same_population(population: Population) -> None:
    again = Population(3000)
    assert again.tracks == population.tracks
    assert again.playlists == population.playlists
    assert again.lyrics(again.tracks[7]) == population.lyrics(population.tracks[7])
    assert (again.samples(again.tracks[7]) == population.samples(population.tracks[7])).all()


def test_another_seed_gives_another_population(population: Population) -> None:
    other = Population(3000, seed=1)
    assert not {track.spotify_id for track in other.tracks} & {track.spotify_id for track in population.tracks}
    assert other.lyrics(other.tracks[7]) != population.lyrics(population.tracks[7])


def test_moods_are_the_papers_and_evenly_served(population: Population) -> None:
    assert len(MOODS) == 20
    counted = Counter(track.mood for track in population.tracks[:3000])
    assert set(counted) == set(MOODS)
    assert set(counted.values()) == {150}
    assert 0.2 < sum(bool(track.other_moods) for track in population.tracks) / 3000 < 0.4
    assert all(track.mood not in track.other_moods for track in population.tracks)


def test_names_are_what_they_should_be(population: Population) -> None:
    songs = population.tracks[:3000]
    assert len({(track.artist, track.title) for track in songs}) == 3000
    assert len({track.spotify_id for track in population.tracks}) == len(population.tracks)
    assert {len(track.spotify_id) for track in population.tracks} == {22}
    assert {len(track.isrc) for track in songs} == {0, 12}
    per_artist = Counter(track.artist for track in songs)
    assert max(per_artist.values()) > 15
    assert len(per_artist) > 300


def test_some_songs_are_listed_twice(population: Population) -> None:
    second = population.tracks[3000:]
    remasters = [track for track in second if track.title.endswith("(Remastered 2011)")]
    same_isrc = [track for track in second if track not in remasters]
    assert 30 < len(remasters) < 90
    assert 30 < len(same_isrc) < 90
    for track in same_isrc:
        first = population.tracks[track.song]
        assert (track.isrc, track.sample_id) == (first.isrc, first.sample_id)
        assert track.spotify_id != first.spotify_id
        assert population.by_isrc[track.isrc] is first
    for track in remasters:
        assert track.isrc != population.tracks[track.song].isrc
        assert population.lyrics(track) == population.lyrics(population.tracks[track.song])


def test_every_track_is_in_a_playlist_of_its_moods_and_popular_ones_are_in_more(population: Population) -> None:
    counted: Counter[tuple[str, int]] = Counter()
    n_junk = n_all = 0
    for mood, playlists in population.playlists.items():
        for playlist in playlists:
            tracks = [entry for entry in playlist.entries if isinstance(entry, Track)]
            assert len({track.index for track in tracks}) == len(tracks)
            counted.update((mood, track.index) for track in tracks)
            n_junk += sum(isinstance(entry, Junk) for entry in playlist.entries)
            n_all += len(playlist.entries)
    wanted = {(mood, track.index) for mood, found in population.by_mood.items() for track in found}
    assert set(counted) == wanted
    assert 0.03 < n_junk / n_all < 0.07
    popular = [counted[mood, index] for mood, index in wanted if population.tracks[index].popularity > 60]
    others = [counted[mood, index] for mood, index in wanted if population.tracks[index].popularity < 20]
    assert sum(popular) / len(popular) > 1.2 * sum(others) / len(others)


def test_lengths_are_those_asked_for() -> None:
    short, full = Population(500, clip_s=4.0), Population(500, full=True)
    assert all(6 <= track.duration_s <= 12 for track in short.tracks)
    assert all(150 <= track.duration_s <= 260 for track in full.tracks)
    assert len(full.samples(full.tracks[0])) == round(full.tracks[0].duration_s * 22050)


def test_sources_of_lyrics_have_all_sorts(population: Population) -> None:
    songs = population.tracks[:3000]
    assert {track.musixmatch for track in songs} == set(Held) - {Held.PLAIN}
    assert {track.lrclib for track in songs} == {Held.FULL, Held.PLAIN, Held.MISSING, Held.INSTRUMENTAL}
    assert 0.8 < sum(track.has_words for track in songs) / 3000 < 0.95
    needs_lrclib = [track for track in songs if track.has_words and track.musixmatch is not Held.FULL]
    assert len(needs_lrclib) > 900


@pytest.mark.parametrize("code", ["en", "es", "de", "fr"])
def test_lyrics_are_in_the_language_they_are_said_to_be_in(population: Population, code: str) -> None:
    tracks = [track for track in population.tracks if track.language == code][:40]
    assert len(tracks) == 40
    for track in tracks:
        guess = language.detect(population.lyrics(track))
        assert (guess.language, guess.score > 0.7) == (code, True)


def test_a_song_has_sections_and_a_few_hundred_words(population: Population) -> None:
    text = population.lyrics(population.tracks[0])
    sections = [line for line in text.splitlines() if line.startswith("[")]
    assert sections == ["[Verse 1]", "[Chorus]", "[Verse 2]", "[Chorus]", "[Bridge]", "[Chorus]"]
    assert 200 < len(text.split()) < 400
    assert "{" not in text


def test_video_ids_can_be_read_back(population: Population) -> None:
    ids = set()
    for track in population.tracks[:300]:
        for showing in Showing:
            identity = population.video_id(track, showing)
            assert len(identity) == 11
            ids.add(identity)
            expected = (track, showing) if showing in track.showings else None
            assert population.video(identity) == expected
    assert len(ids) == 300 * len(Showing)
    assert population.video("AAAAAAAAAAA") is None
    assert population.video("not base64!") is None


def test_most_tracks_have_a_right_video_and_all_have_wrong_ones(population: Population) -> None:
    songs = population.tracks[:3000]
    assert 0.88 < sum(track.has_video for track in songs) / 3000 < 0.96
    for track in songs:
        winner = population.winner(track)
        assert (winner is not None) == track.has_video
        assert 2 <= len(track.showings) == len(set(track.showings))
        for showing in track.showings:
            length_s = population.length_s(track, showing)
            if showing in RIGHT:
                assert 0 <= length_s - track.duration_s <= 1.5
            if showing in (Showing.LIVE, Showing.LOOP, Showing.OTHER):
                assert length_s - track.duration_s > 7
            if showing is Showing.LATE:
                assert 3 < length_s - track.duration_s < 7
    assert any(track.showings[0] not in RIGHT for track in songs)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [({"n_moods": 21}, "21 moods"), ({"n_tracks": 3}, "3 tracks"), ({"clip_s": 0}, "0 s"), ({"strength": 1.5}, "1.5")],
)
def test_numbers_that_mean_nothing_are_refused(numbers: dict[str, float], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        Population(**numbers)  # type: ignore[arg-type]


def test_base62_is_as_spotify_writes_it() -> None:
    assert base62("x").isalnum()
    assert base62("x") == base62("x") != base62("y")
