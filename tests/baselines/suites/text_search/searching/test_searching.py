"""Questions and answers on songs in four languages, as a user asks them."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from musicdata.definitions.search import Answer
from musicdata.errors import UsageError
from musicdata.sources import query_endpoint
from musicdata_baselines.suites.text_search.searching.answering import MOOD_WEIGHT
from musicdata_baselines.suites.text_search.searching.engine import DEFAULT_WEIGHTS
from tests.baselines.suites.text_search.searching.planted import SongSet, changed, song_set


def ids(answer: Answer) -> list[str]:
    return [match.sample_id for match in answer.matches]


def said(answer: Answer) -> dict[str, str]:
    return {one.kind: one.value for one in answer.understood if one.value}


def test_a_line_finds_its_song_with_lines_and_shares(songs: SongSet) -> None:
    answer = songs.search("a bird is sitting on the roof")
    first = answer.matches[0]
    assert first.sample_id == "en-mill"
    assert (first.lines[0].number, first.lines[0].text) == (4, "a bird is sitting on the roof")
    assert sum(first.signals.values()) == pytest.approx(1)
    assert set(first.signals) <= {"words", "spelling", "meaning"}
    assert first.facts == {"artist": "Ann Miller", "title": "The Mill", "language": "en", "genre": "Folk", "year": 1840}
    assert [match.rank for match in answer.matches] == list(range(1, len(answer.matches) + 1))
    scores = [match.score for match in answer.matches]
    assert scores == sorted(scores, reverse=True)
    assert sum(answer.weights.values()) == pytest.approx(1)


def test_a_sentence_in_one_language_finds_songs_in_another_by_mood_and_meaning(songs: SongSet) -> None:
    answer = songs.search("a sad song about the sea, in German")
    assert ids(answer)[0] == "de-sea"
    assert said(answer) == {"emotion": "sadness", "language": "de"}
    assert answer.n_candidates == 3
    assert set(answer.matches[0].signals) == {"meaning", "mood"}
    assert answer.weights == {"meaning": 1 - MOOD_WEIGHT, "mood": MOOD_WEIGHT}
    assert any("by meaning alone" in note for note in answer.notes)
    assert {match.facts["language"] for match in answer.matches} == {"de"}


def test_songs_of_an_artist_who_sings_in_another_language_are_found_by_meaning(songs: SongSet) -> None:
    answer = songs.search("songs about snow by Karl Eiche")
    assert ids(answer) == ["de-night"]
    assert set(answer.matches[0].signals) == {"meaning"}


def test_what_was_understood_can_be_taken_away(songs: SongSet) -> None:
    query = "a sad song about the sea, in German"
    assert said(songs.search(query, without=["language"])) == {"emotion": "sadness"}
    assert said(songs.search(query, without=["language", "emotion"])) == {}
    plain = songs.search(query, plain=True)
    assert (plain.by, plain.understood, plain.searched) == ("plain", (), query)
    assert plain.n_candidates == 14
    with pytest.raises(UsageError, match="'bogus'"):
        songs.search(query, without=["bogus"])


def test_only_filters_rank_by_mood_and_only_what_fits(songs: SongSet) -> None:
    answer = songs.search("sad German songs")
    assert (ids(answer), answer.searched) == (["de-sea"], "")
    assert answer.matches[0].signals == {"mood": 1.0}
    assert ids(songs.search("sad songs", language="fr")) == ["fr-sea"]


def test_moods_alone_rank_songs_in_the_language_of_the_query(songs: SongSet) -> None:
    answer = songs.search("sad songs")
    assert {match.facts["language"] for match in answer.matches} == {"en"}
    assert "Only songs in en, the language of the query; --across for all." in answer.notes
    everywhere = {match.facts["language"] for match in songs.search("sad songs", across=True).matches}
    assert everywhere == {"de", "en", "fr", "zh"}


def test_a_description_has_weights_of_its_own(songs: SongSet) -> None:
    line, about = songs.search("Schnee", language="de"), songs.search("ein Lied über Schnee", language="de")
    assert line.weights == pytest.approx(DEFAULT_WEIGHTS["line"][""])
    assert about.weights == pytest.approx(DEFAULT_WEIGHTS["about"][""])


def test_filters_without_a_mood_rank_nothing_and_say_so(songs: SongSet) -> None:
    answer = songs.search("songs from the 19th century")
    assert ids(answer) == ["de-mill", "de-night", "de-sea", "en-mill", "en-sea"]
    assert any("order of their ids" in note for note in answer.notes)
    assert "3 songs of unknown year are left out." in answer.notes


def test_songs_without_a_mood_are_told_and_count_as_neutral(songs: SongSet) -> None:
    answer = songs.search("a happy song about gold dust that I found", without=["language"])
    assert "en-untitled" in ids(answer)
    assert any("not scored for moods" in note for note in answer.notes)


def test_a_mood_that_is_not_wanted_weighs_the_other_way(songs: SongSet) -> None:
    def place(answer: Answer) -> int:
        return ids(answer).index("en-sea-2") if "en-sea-2" in ids(answer) else ids(answer).index("en-sea")

    wanted, unwanted = (
        songs.search("sad songs about the snow and sea", k=14),
        songs.search("songs about the snow and sea, not sad", k=14),
    )
    assert said(unwanted) == {"not_emotion": "sadness"}
    assert place(wanted) < place(unwanted)


def test_across_looks_in_all_languages(songs: SongSet) -> None:
    found = ids(songs.search("mill", across=True))
    assert found[:2] == ["en-mill", "de-mill"]
    with pytest.raises(UsageError, match="--across needs vectors"):
        song_set(songs.root / "other", vectors={}).search("mill", across=True)


def test_a_song_called_like_the_query_stands_first(songs: SongSet) -> None:
    answer = songs.search("silent dark")
    assert ids(answer)[0] == "en-night"
    assert answer.matches[0].signals["title"] == pytest.approx(0.5, abs=0.01)
    assert ids(songs.search("stille"))[0] == "de-night"


def test_versions_with_the_same_words_are_one_answer(songs: SongSet) -> None:
    answer = songs.search("the sea is wide and I cannot cross", k=14)
    assert ids(answer)[0] in ("en-sea", "en-sea-2")
    assert {ids(answer)[0], *answer.matches[0].versions} == {"en-sea", "en-sea-2"}
    assert len({*ids(answer)} & {"en-sea", "en-sea-2"}) == 1


@pytest.mark.parametrize("query", ["qxzqxz", "ζζζ ξξξ", "🌊🌊", "?!"])
def test_words_that_stand_nowhere_match_nothing(songs: SongSet, query: str) -> None:
    answer = songs.search(query)
    assert answer.matches == ()
    assert answer.n_candidates == 14


def test_odd_questions(songs: SongSet) -> None:
    everything = songs.search("the", k=1_000)
    assert 0 < len(everything.matches) <= 13
    assert songs.search("海上的月").matches[0].sample_id == "zh-moon"
    hostile = songs.search("the sea\0 is wide\x1b[31m \u202eand I cannot cross")
    assert hostile.searched == "the sea is wide and I cannot cross"
    assert ids(hostile)[0].startswith("en-sea")
    assert songs.search("the sea " * 2_000).matches
    with pytest.raises(UsageError, match=r"no song is in language 'xx', ISO 639-1; there are en \(7\), de \(3\)"):
        songs.search("sea", language="xx")


def test_an_endpoint_that_does_not_answer_leaves_it_to_the_rules(
    songs: SongSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "a sad song about the sea, in German"
    by_rules = songs.search(query)
    monkeypatch.setenv(query_endpoint.URL, "http://127.0.0.1:9/v1")
    answer = songs.search(query)
    assert answer.by == "rules"
    assert answer.matches == by_rules.matches
    assert len(answer.notes) == len(by_rules.notes) + 1
    assert songs.search(query, plain=True).by == "plain"


def test_an_answer_is_json(songs: SongSet) -> None:
    answer = songs.search("the snow", k=2)
    assert json.loads(json.dumps(dataclasses.asdict(answer)))["matches"][0]["sample_id"] == ids(answer)[0]


def test_the_same_question_has_the_same_answer_whatever_the_order_of_the_songs(songs: SongSet, tmp_path: Path) -> None:
    other = song_set(tmp_path / "other", changed("none")[::-1])
    for query in ("the sea is wide", "sad German songs", "snow and gold in the night"):
        assert songs.search(query) == other.search(query) == songs.search(query)


def test_songs_without_words_are_found_by_meaning_only(songs: SongSet) -> None:
    bare = song_set(songs.root / "bare", without=["lyric_texts", "lyric_queries", "lyric_qrels"])
    answer = bare.search("snow")
    assert answer.matches[0].sample_id == "en-odd"
    assert answer.matches[0].lines[0].text is None
    assert set(answer.weights) == {"meaning"}
    assert any("words are not in this data set" in note for note in answer.notes)


def test_neither_words_nor_vectors_is_refused(songs: SongSet) -> None:
    ids_only = song_set(songs.root / "ids", without=["lyric_texts"], vectors={})
    with pytest.raises(UsageError, match="neither words nor vectors"):
        ids_only.search("snow")
    with pytest.raises(UsageError, match="does not say which songs"):
        song_set(songs.root / "odd", language="lyric_samples.tongue").search("snow")


def test_a_single_song_is_enough(songs: SongSet) -> None:
    one = song_set(songs.root / "one", [song for song in changed("none") if song.id == "en-wine"])
    assert ids(one.search("drink the wine", k=50)) == ["en-wine"]
    assert one.search("sadness in Hungarian").matches == () or one.search("drink").matches
    assert one.search(like="en-wine").matches == ()
