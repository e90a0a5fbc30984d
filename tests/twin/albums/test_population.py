"""The made-up albums: the same every time, of every sort that the world has, and linked as strongly as was asked for."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray

from musicdata.errors import UsageError
from musicdata.twin import AlbumPopulation
from musicdata.twin.albums import numbers
from musicdata.twin.albums.descriptors import N_COEFFICIENTS, OF_FRAMES, STATISTICS
from musicdata.twin.albums.listings import Mapped


@pytest.fixture(scope="module")
def whole() -> AlbumPopulation:
    return AlbumPopulation()


def test_the_same_numbers_give_the_same_population(population: AlbumPopulation) -> None:
    again = AlbumPopulation(population.n_albums)
    assert again.discography == population.discography
    assert again.albums == population.albums
    assert again.reviews == population.reviews
    assert again.submissions == population.submissions
    some = population.submissions[:3]
    assert again.lowlevel(some) == population.lowlevel(some)
    assert again.lowlevel(some[2:]) == population.lowlevel(some)[2:]
    assert [again.highlevel(one) for one in some] == [population.highlevel(one) for one in some]


def test_another_seed_gives_another_population(population: AlbumPopulation) -> None:
    other = AlbumPopulation(population.n_albums, seed=1)
    assert not set(other.by_album_id) & set(population.by_album_id)
    assert not set(other.by_recording_id) & set(population.by_recording_id)
    assert other.reviews[0].text != population.reviews[0].text


def test_ids_are_different_and_look_as_they_should(whole: AlbumPopulation) -> None:
    recordings, releases = whole.discography.recordings, whole.discography.releases
    ids = [
        *(one.recording_id for one in recordings),
        *(one.old_id for one in recordings if one.old_id),
        *(one.release_id for one in releases),
        *(one.old_id for one in releases if one.old_id),
        *(one.group_id for one in whole.discography.groups),
        *(one.artist_id for one in whole.discography.artists),
        *(medium.medium_id for one in releases for medium in one.media),
        *(track.track_id for one in releases for track in one.tracks),
    ]
    assert len(ids) == len(set(ids))
    assert {len(one) for one in ids} == {36}
    assert {len(one) for one in whole.by_album_id} == {10}
    assert len(whole.by_album_id) == whole.n_albums


def test_albums_are_mapped_in_every_way_and_some_are_listed_again(whole: AlbumPopulation) -> None:
    counted = Counter(album.mapped for album in whole.albums)
    assert set(counted) == set(Mapped)
    assert 0.4 < counted[Mapped.SONGS] / whole.n_albums < 0.6
    reissues = [album for album in whole.albums if album.is_reissue]
    assert len(reissues) == int(0.08 * whole.n_albums)
    assert len({album.group for album in whole.albums}) == whole.n_albums - len(reissues)
    n_of_artist = Counter(group.artist for group in whole.discography.groups)
    assert sum(number > 1 for artist, number in n_of_artist.items() if artist) > 20
    assert n_of_artist[0]


def test_reviews_are_as_many_as_mards_and_re_issues_repeat_them(whole: AlbumPopulation) -> None:
    counted = Counter(review.album_id for review in whole.reviews)
    mapped = [counted[album.album_id] for album in whole.albums if album.mapped is not Mapped.NOTHING]
    assert 7 < np.mean(mapped) < 12.5
    assert max(mapped) > 5 * np.median(mapped)
    texts = Counter(review.text for review in whole.reviews if len(review.text) > 100)
    repeated = {text for text, number in texts.items() if number > 1}
    again = {album.album_id for album in whole.albums if album.is_reissue}
    assert len(repeated) > 20
    assert all(
        any(review.album_id in again for review in whole.reviews if review.text == text) for text in list(repeated)[:9]
    )
    assert any(review.text.endswith("The remaster sounds fine.") for review in whole.reviews)


def test_editions_have_what_is_hard_to_read(whole: AlbumPopulation) -> None:
    releases = whole.discography.releases
    media = [medium for release in releases for medium in release.media]
    assert {medium.format for medium in media} >= {"CD", '12" Vinyl', "DVD-Video", "Digital Media", "Enhanced CD"}
    assert any(medium.pregap for medium in media)
    assert any(medium.data_tracks for medium in media)
    assert {release.status for release in releases} == {"Official", "Promotion"}
    assert {None, ""} < {release.date for release in releases}
    assert {4, 7, 10} <= {len(release.date) for release in releases if release.date}
    assert any(track.number.startswith("B") for release in releases for track in release.tracks)
    recordings = whole.discography.recordings
    assert any(one.is_video for one in recordings)
    assert any(one.length_ms is None for one in recordings)
    assert any(one.old_id for one in recordings)
    per_album = [len(group.songs) for group in whole.discography.groups]
    assert 10.5 < np.mean(per_album) < 12.5


def test_recordings_have_none_to_five_submissions_in_order_under_their_ids(whole: AlbumPopulation) -> None:
    for stored in whole.by_document.values():
        assert [one.offset for one in stored] == list(range(len(stored)))
    per_recording = Counter(one.recording for one in whole.submissions)
    assert set(per_recording.values()) == {1, 2, 3, 4, 5}
    songs = [song for group in whole.discography.groups for song in group.songs]
    assert 0.2 < np.mean([song not in per_recording for song in songs]) < 0.45
    assert not any(whole.discography.recordings[number].is_video for number in per_recording)
    merged = {one.recording for one in whole.submissions if whole.discography.recordings[one.recording].old_id}
    under_old = {
        one.recording for one in whole.submissions if one.recording_id != one.tag_id and one.recording in merged
    }
    assert under_old
    assert 0.9 < np.mean([one.has_highlevel for one in whole.submissions]) < 0.99


def vectors(population: AlbumPopulation) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Return, of albums with both, words (counted), MFCC means of their songs, and their artists."""
    texts: dict[int, list[str]] = {}
    for review in population.reviews:
        texts.setdefault(population.by_album_id[review.album_id].group, []).append(review.text.casefold())
    songs: dict[int, list[int]] = {}
    for one in population.submissions:
        if one.take == 0:
            songs.setdefault(population.discography.recordings[one.recording].group, []).append(one.recording)
    both = sorted(set(texts) & set(songs))
    words = [[word.strip(".,") for text in texts[group] for word in text.split()] for group in both]
    counted = [Counter(of_album) for of_album in words]
    vocabulary = sorted({word for of_album in counted for word in of_album})
    bags = np.array([[of_album[word] for word in vocabulary] for of_album in counted], dtype=float)
    first = len(STATISTICS) * len(OF_FRAMES.centres)
    heard = []
    for group in both:
        seeds = [[population.seed, 49, song] for song in songs[group]]
        rows = numbers.draw(np.stack([population.song_latent(song) for song in songs[group]]), seeds, seeds)
        heard.append(rows[:, first : first + N_COEFFICIENTS].mean(axis=0))
    artists = np.array([population.discography.groups[group].artist for group in both])
    return bags / bags.sum(axis=1, keepdims=True), np.array(heard), artists


def found_in_ten(population: AlbumPopulation) -> float:
    """Return the share of reviews' albums whose songs are among the ten nearest, of artists that were not learned."""
    words, heard, artists = vectors(population)
    held_out = artists % 4 == 0

    def scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
        train = values[~held_out]
        return np.asarray((values - train.mean(axis=0)) / (train.std(axis=0) + 1e-9))

    words, heard = scaled(words), scaled(heard)
    x, y = words[~held_out], heard[~held_out]
    weights = x.T @ np.linalg.solve(x @ x.T + 300 * np.eye(len(x)), y)
    guessed, right = words[held_out] @ weights, heard[held_out]
    guessed, right = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (guessed, right))
    likeness = guessed @ right.T
    ranks = 1 + (likeness > np.diag(likeness)[:, None]).sum(axis=1)
    return float((ranks <= 10).mean() / (10 / len(ranks)))


def test_reviews_lead_to_songs_of_artists_not_seen_before_and_to_none_without_a_link() -> None:
    strong, none = (found_in_ten(AlbumPopulation(200, strength=strength)) for strength in (0.9, 0.0))
    assert strong > 2  # times what chance finds
    assert none < 1.5


def test_strength_is_the_correlation_of_the_latent_vectors() -> None:
    population = AlbumPopulation(900, strength=0.6)
    for heard, said in zip(population.latents.T, population.word_latents.T, strict=True):
        assert np.corrcoef(heard, said)[0, 1] == pytest.approx(0.6, abs=0.1)
        assert heard.std() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("wrong", [{"n_albums": 0}, {"strength": 1.1}, {"seed": -1}, {"n_reissues": -1}])
def test_numbers_that_mean_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match="cannot be made"):
        AlbumPopulation(**wrong)  # type: ignore[arg-type]


def test_one_album_is_a_population() -> None:
    population = AlbumPopulation(1)
    assert len(population.albums) == len(population.discography.groups) == 1
    assert population.reviews
