"""What rows say of songs and interpretations: ids, words, tags, votes, splits; and what cannot be."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from musicdata.errors import FormatError
from musicdata.sources.interpretations import records, tags, votes
from musicdata.sources.interpretations.columns import fields
from musicdata.sources.interpretations.music4all import Music4All

NOTHING = Music4All()


def song(cells: dict[str, Any], music4all: Music4All = NOTHING) -> dict[str, Any]:
    return records.facts({"lyrics": "la", **cells}, music4all)._asdict()


def test_all_that_is_said_of_a_song() -> None:
    cells = {
        "music4all": "0009fFIM1eYThaPg", "songmeanings": 3530822107858.0, "artist": " A  b ", "title": "T", "language": "en",
        "licence": "CC0", "lyrics": "la\r\nlo\rli", "tags": "sad, slow", "audio": "..\\audios/0009fFIM1eYThaPg.mp3",
    }  # fmt: skip
    assert song(cells) == {
        "song_id": "0009fFIM1eYThaPg", "songmeanings_id": "3530822107858", "artist": "A b", "title": "T",
        "language_given": "en", "licence": "CC0", "lyrics": "la\nlo\nli",
        "lyrics_sha256": hashlib.sha256(b"la\nlo\nli").hexdigest(), "tags": "sad | slow", "audio_name": "0009fFIM1eYThaPg.mp3",
    }  # fmt: skip


def test_a_song_is_named_by_the_best_id_that_it_has() -> None:
    ids = {"music4all": "m", "songmeanings": 7, "id": "x"}
    assert [song(dict(list(ids.items())[n:]))["song_id"] for n in range(3)] == ["m", "7", "x"]
    made = song({"artist": "A"})["song_id"]
    assert made == "s" + hashlib.sha256(b"A\0\0la").hexdigest()[:15] == song({"artist": "A", "id": ""})["song_id"]
    assert made != song({"title": "A"})["song_id"]


@pytest.mark.parametrize("song_id", ["../x", "a/b", "a\\b", ".hidden", "a\0b", "x" * 129, "..", "a:b", "what?", "*"])
def test_an_id_that_cannot_be_a_file_name_is_told(song_id: str) -> None:
    for name in ("music4all", "songmeanings", "id"):
        with pytest.raises(FormatError, match=name) as caught:
            song({name: song_id})
        assert caught.value.reason == "bad_id"


def test_a_song_of_which_nothing_is_said_is_none() -> None:
    with pytest.raises(FormatError, match="nobody knows of which song"):
        records.facts({"interpretation": "deep"}, NOTHING)


@pytest.mark.parametrize("words", [None, "", float("nan"), "nan", " NULL ", [], "\n"])
def test_words_that_are_not_there_are_none(words: Any) -> None:
    assert [song({"id": "x", "lyrics": words})[name] for name in ("lyrics", "lyrics_sha256")] in (
        [None, None], ["\n", hashlib.sha256(b"\n").hexdigest()],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"lyrics": "la \ud83d"}, "not_unicode"),
        ({"lyrics": ["la", "\udc80"]}, "not_unicode"),
        ({"artist": "\udcff"}, "not_unicode"),
        ({"tags": ["\udcff"]}, "not_unicode"),
        ({"lyrics": 7}, "bad_lyrics"),
        ({"lyrics": "x" * (8 << 20) + "x"}, "text_too_long"),
        ({"title": "x" * 2_001}, "text_too_long"),
        ({"tags": [str(number) for number in range(1_001)]}, "text_too_long"),
        ({"tags": "x" * 100_001}, "text_too_long"),
    ],
)
def test_what_no_song_can_have_is_told(cells: dict[str, Any], reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        song({"id": "x", **cells})
    assert caught.value.reason == reason


def test_a_nul_and_writing_from_right_to_left_stay_for_those_who_clean() -> None:
    assert song({"lyrics": "la\0 \u202e\u05d0"})["lyrics"] == "la\0 \u202e\u05d0"
    (one,) = records.interpretations({"interpretation": "a\0b \u202e"})
    assert isinstance(one, records.Interpretation)
    assert one.text == "a\0b \u202e"


def test_music4all_tells_what_a_row_does_not() -> None:
    known = Music4All({"m": ("Artist", "Title")}, {"m": "slow,sad", "n": "loud"})
    told = song({"music4all": "m", "title": "Own", "tags": ["rock"]}, known)
    assert [told[name] for name in ("artist", "title", "tags")] == ["Artist", "Own", "rock | sad | slow"]
    assert song({"id": "m"}, known)["artist"] is None  # only Music4All's ids are its


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (["b", "a", "b", None, 3], ("a", "b")),
        ("['low quality', 'it\\'s', \"don't\"]", ("don't", "it's", "low quality")),
        ('["tempo:slow@audio", "a|b"]', ("a", "b", "tempo:slow@audio")),
        ("rock, slow; sad|old\nnew", ("new", "old", "rock", "sad", "slow")),
        ("[not a list", ("[not a list",)),
        ("[" * 50_000, ("[" * 2_000,)),
        ("['a' , 'b', ]", ("a", "b")),
        ("['a'" + " " * 90_000 + ";" + "\n" * 9_000, ("['a'",)),  # in no time
        (float("nan"), ()),
        (7, ()),
    ],
)
def test_tags_however_they_are_listed(value: Any, expected: tuple[str, ...]) -> None:
    if value == "[" * 50_000:
        with pytest.raises(FormatError, match="50,000 characters"):
            tags.tags(value)
    else:
        assert tags.tags(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, (3, None)), (-2.0, (-2, None)), ("+3", (3, None)), ("−4", (-4, None)), ("5.0", (5, None)), ("", (None, None)),
        (None, (None, None)), (float("nan"), (None, None)), ("NaN", (None, None)), (float("inf"), (None, "inf")),
        ("three", (None, "three")), (2.5, (None, "2.5")), ("1e3", (None, "1e3")), (True, (None, "True")),
        (2**31, (None, "2147483648")), ("9" * 200, (None, "9" * 100)), ([1], (None, "[1]")), ("\ud83d", (None, None)),
    ],
)  # fmt: skip
def test_votes_are_whole_numbers_or_stay_as_they_are_stated(
    value: Any, expected: tuple[int | None, str | None]
) -> None:
    assert votes.votes(value) == expected


def test_a_row_has_one_interpretation_or_several() -> None:
    def read(cells: dict[str, Any]) -> list[tuple[Any, ...] | str]:
        found = records.interpretations(cells)
        return [one.reason if isinstance(one, FormatError) else (one.text, one.votes, one.part) for one in found]

    assert read({"interpretation": "deep", "votes": "2"}) == [("deep", 2, 0)]
    several = {
        "interpretations": [("deep", 3), ["dark", "x"], "plain", {"text": "dict", "rating": -1}, ("", 1), 7, "\udc80"]
    }
    assert read(several) == [
        ("deep", 3, 0), ("dark", None, 1), ("plain", None, 2), ("dict", -1, 3), "no_interpretation", "bad_interpretation",
        "not_unicode",
    ]  # fmt: skip
    assert read(several | {"interpretation": "dark"}) == read(several)
    assert read({"interpretations": ["deep"], "interpretation": "own", "votes": 4}) == [
        ("deep", None, 0),
        ("own", 4, 1),
    ]
    nothing: list[dict[str, Any]] = [{}, {"interpretations": []}, {"interpretations": None}]
    for empty in (*nothing, {"interpretation": float("nan")}):
        assert read(empty) == ["no_interpretation"]
    assert read({"interpretation": "x" * (8 << 20) + "x"}) == ["text_too_long"]


def test_splits_by_name_and_by_what_is_evaluated() -> None:
    given: list[dict[str, Any]] = [
        {"split": "TEST "},
        {"split": "dev"},
        {"split": 3},
        {"is_test": 1},
        {"is_test": "False"},
        {"is_test": "?"},
        {},
    ]
    assert [records.split_of(cells) for cells in given] == ["test", "valid", None, "test", "train", None, None]


def test_columns_are_known_by_many_names() -> None:
    assert fields(["ytid", "caption", "aspect_list", "is_audioset_eval"]) == {
        "interpretation": "caption", "id": "ytid", "tags": "aspect_list", "is_test": "is_audioset_eval",
    }  # fmt: skip
    assert fields(["Note", "LYRICS", "Artist", "Audio_Path", "rating"])["votes"] == "rating"
