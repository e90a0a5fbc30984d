"""Songs with captions: a function of seed and number; what only the words know is not in the sound, nor the reverse."""

from __future__ import annotations

import io
import re
from collections import Counter

import mido
import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from musicdata.music.similarity import texts
from musicdata.music.text import language, lyric_cleaning, names
from musicdata.twin.captions import CaptionPopulation
from musicdata.twin.captions.facts import AUDIO, BOTH, FACTS, LYRICS
from musicdata.twin.captions.playing import LENGTH_S, PROGRAMS, TEMPO_BPM
from musicdata.twin.captions.population import Song
from musicdata.twin.captions.verses import SYNONYMS
from musicdata.twin.captions.wording import WORDINGS

N_TRAIN = 800


@pytest.fixture(scope="module")
def songs() -> list[Song]:
    return list(CaptionPopulation().songs())


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z]+", text.lower())


def test_a_song_is_a_function_of_seed_and_number(songs: list[Song]) -> None:
    assert len(songs) == 1_400
    again = CaptionPopulation(5_000)
    assert [again.song(number) for number in (1_399, 17, 256)] == [songs[number] for number in (1_399, 17, 256)]
    other = CaptionPopulation(seed=1)
    assert sum(other.song(number).lyrics == songs[number].lyrics for number in range(50)) == 0
    assert not {other.song(number).id for number in range(50)} & {song.id for song in songs}


def test_each_song_is_a_group_of_its_own(songs: list[Song]) -> None:
    many = songs + [CaptionPopulation().song(number) for number in range(30_000, 30_050)]
    for kept in ("id", "songmeanings_id", "artist", "title", "lyrics"):
        assert len({getattr(song, kept) for song in many}) == len(many), kept
    assert len({names.title_parts(song.title) for song in many}) == len(many)
    signer = texts.Signer(texts.LYRICS)
    signer.add([song.lyrics for song in songs])
    lyrics = dict(enumerate(song.lyrics for song in songs))
    assert texts.verified(signer.candidates(), lyrics, texts.LYRICS) == []
    # and a song whose words are changed a little is found, so that the assertion above could fail
    pair = {0: songs[0].lyrics, 1: songs[0].lyrics.rpartition("\n")[0]}
    assert len(texts.verified([(0, 1)], pair, texts.LYRICS)) == 1


def test_facts_are_drawn_alike_and_independently(songs: list[Song]) -> None:
    for place, fact in enumerate(FACTS):
        shares = Counter(song.truth[place] for song in songs)
        assert set(shares) == set(fact.values)
        assert min(shares.values()) > 0.85 * len(songs) / len(fact.values)
    pairs = Counter((song.truth.tempo, song.truth.topic) for song in songs)
    assert len(pairs) == 12
    assert min(pairs.values()) > 0.7 * len(songs) / 12


def test_values_of_facts_are_words_for_nothing_else(songs: list[Song]) -> None:
    values = [value for fact in FACTS for value in fact.values]
    assert len(set(values)) == len(values)
    templates = {word for text in WORDINGS for word in words_of(re.sub(r"\{.*?\}", "", text))}
    assert not set(values) & templates
    sung = Counter(word for song in songs for word in words_of(song.lyrics))
    assert not set(values) & set(sung)
    titles = {word for song in songs for word in words_of(f"{song.artist} {song.title}")}
    assert not set(values) & titles
    assert all(sung[word] for synonyms in SYNONYMS.values() for word in synonyms)


def test_captions_name_every_fact_and_no_other_value(songs: list[Song]) -> None:
    values = {value for fact in FACTS for value in fact.values}
    for song in songs:
        assert len({text for text, _ in song.captions}) == 2
        for text, _ in song.captions:
            named = words_of(text)
            assert sorted(set(named) & values) == sorted(song.truth)
            assert 10 <= len(named) <= 20
    votes = [n for song in songs for _, n in song.captions]
    assert min(votes) < 0 < max(votes)
    assert 0 in votes
    commonest = Counter(text for song in songs for text, _ in song.captions).most_common(1)[0][1]
    assert commonest <= 12  # far from the number of songs at which a text counts as boilerplate


def test_texts_are_english_and_cleaning_leaves_them(songs: list[Song]) -> None:
    for song in songs[:200]:
        assert lyric_cleaning.clean(song.lyrics) == song.lyrics
        assert language.detect(song.lyrics).language == "en"
        assert {language.detect(text).language for text, _ in song.captions} == {"en"}


def guessed(songs: list[Song], features: np.ndarray, place: int) -> float:
    """Return the share of songs whose fact a linear classifier guesses right, on songs that it has not seen."""
    labels = [song.truth[place] for song in songs]
    classifier = LogisticRegression(max_iter=300).fit(features[:N_TRAIN], labels[:N_TRAIN])
    return float(classifier.score(features[N_TRAIN:], labels[N_TRAIN:]))


def test_words_tell_topics_and_mood_and_nothing_of_the_sound(songs: list[Song]) -> None:
    counts = CountVectorizer(ngram_range=(1, 2), min_df=3).fit_transform([song.lyrics for song in songs])
    for place, fact in enumerate(FACTS):
        right = guessed(songs, counts, place)
        if fact.heard_in == LYRICS:
            assert right > 0.99, fact.name
        elif fact.heard_in == AUDIO:
            assert right < 0.42, fact.name
        else:
            assert right > 0.93, fact.name
    told = np.array([song.n_mood_lines for song in songs])
    assert 0.45 < told.mean() / 6 < 0.55
    assert (told == 0).any()  # so that words alone never know every mood


def heard(song: Song) -> list[float]:
    """Return what notes are like: pace, instrument, loudness, and how often each tone above the key note sounds."""
    played = song.performance
    above = np.bincount([(note.pitch - played.key) % 12 for note in played.notes], minlength=12) / len(played.notes)
    onsets = len({note.onset_s for note in played.notes}) / LENGTH_S
    programs = [float(played.program == number) for number in PROGRAMS.values()]
    level = float(np.mean([note.velocity for note in played.notes]))
    return [onsets, *programs, played.volume / 50, level / 50, *above.tolist()]


def test_notes_tell_tempo_instrument_and_mood_and_nothing_of_the_words(songs: list[Song]) -> None:
    features = np.array([heard(song) for song in songs])
    features = (features - features.mean(axis=0)) / (features.std(axis=0) + 1e-9)
    for place, fact in enumerate(FACTS):
        right = guessed(songs, features, place)
        if fact.heard_in in (AUDIO, BOTH):
            assert right > 0.97, fact.name
        else:
            assert right < 0.35, fact.name


def test_midi_files_say_what_is_played(songs: list[Song]) -> None:
    for song in songs[:12]:
        played = song.performance
        file = mido.MidiFile(file=io.BytesIO(song.midi()))
        (track,) = file.tracks
        (tempo,) = [message.tempo for message in track if message.type == "set_tempo"]
        slowest, fastest = TEMPO_BPM[song.truth.tempo]
        assert slowest - 0.1 <= mido.tempo2bpm(tempo) <= fastest + 0.1
        assert [message.program for message in track if message.type == "program_change"] == [
            PROGRAMS[song.truth.instrument]
        ]
        onsets = [message for message in track if message.type == "note_on"]
        assert Counter(message.note for message in onsets) == Counter(note.pitch for note in played.notes)
        assert len(onsets) == sum(message.type == "note_off" for message in track)
        assert LENGTH_S - 1.1 < file.length <= LENGTH_S + 0.01
        assert max(note.pitch for note in played.notes) <= 96


def test_tempos_lie_clearly_apart() -> None:
    (_, slow), (medium, moderate), (fast, _) = TEMPO_BPM.values()
    assert medium / slow > 1.35
    assert fast / moderate > 1.35
