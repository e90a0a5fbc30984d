"""Which value of a fact a caption names."""

from __future__ import annotations

import pytest

from musicdata_baselines.captioning.facts import Facts
from musicdata_baselines.errors import ViewError

FACTS = Facts(
    {
        "instrument": {"guitar": ["guitar"], "bass": ["bass", "bass guitar"], "strings": ["strings", "string quartet"]},
        "tempo": {"slow": ["slow", "slowly"], "fast": ["fast"]},
    }
)


@pytest.mark.parametrize(
    ("caption", "instrument", "tempo"),
    [
        ("A slow song with GUITAR.", {"guitar"}, {"slow"}),
        ("Slowly: the bass\n guitar", {"bass"}, {"slow"}),  # the longer words are meant
        ("bass and guitar", {"bass", "guitar"}, set()),
        ("guitarists fasting, slowest", set(), set()),  # whole words only
        ("a string\tquartet, fast", {"strings"}, {"fast"}),
        ("", set(), set()),
        ("🎵", set(), set()),
    ],
)
def test_values_are_named_by_whole_words(caption: str, instrument: set[str], tempo: set[str]) -> None:
    assert FACTS.named(caption) == {"instrument": instrument, "tempo": tempo}


def test_a_caption_is_right_that_names_the_value_and_no_other() -> None:
    captions = ["slow, with guitar", "fast and slow, with bass", "of the sea", "fast"]
    truths = [
        {"tempo": "slow", "instrument": "guitar"},
        {"tempo": "slow", "instrument": "bass"},
        {"tempo": "slow"},
        {"tempo": "fast"},
    ]
    scored = FACTS.score(captions, truths)
    assert scored["tempo"].right.tolist() == [True, False, False, True]
    assert scored["tempo"].share == 0.5
    assert scored["tempo"].chance == 0.75
    assert scored["instrument"].songs.tolist() == [0, 1]
    assert scored["instrument"].share == 1.0
    assert scored["instrument"].chance == 0.5


def test_a_fact_that_is_known_of_no_song_is_left_out() -> None:
    assert FACTS.score(["slow"], [{}]) == {}
    assert set(FACTS.score(["slow"], [{"tempo": "slow"}])) == {"tempo"}


def test_a_value_without_words_is_an_error() -> None:
    for truth in ({"tempo": "largo"}, {"mood": "sad"}):
        with pytest.raises(ViewError, match=r"of song 1 is '(largo|sad)', and no words name that"):
            FACTS.score(["slow", "slow"], [{}, truth])
    with pytest.raises(ViewError, match="value 'slow' of tempo has \\[' '\\] for words"):
        Facts({"tempo": {"slow": [" "]}})
    with pytest.raises(ViewError, match="'slow' names both 'slow' and 'fast' of tempo"):
        Facts({"tempo": {"slow": ["slow"], "fast": ["Slow"]}})
    with pytest.raises(ViewError, match="2 captions, but facts of 1 songs"):
        FACTS.score(["a", "b"], [{}])


def test_a_fact_without_values_names_nothing() -> None:
    assert Facts({"mood": {}}).named("a sad song") == {"mood": frozenset()}
