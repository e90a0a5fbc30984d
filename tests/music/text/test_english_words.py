"""English is told by its small words, and no other language is taken for it."""

from __future__ import annotations

import pytest

from musicdata.music.text import lyric_quotes
from musicdata.music.text.english_words import MIN_WORDS, is_english
from tests.stages.commented_songs import thought


def words(text: str) -> list[str]:
    return lyric_quotes.words(text)


def test_prose_is_told() -> None:
    told = [is_english(words(thought(seed))) for seed in range(40)]
    assert sum(told) >= 38


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the of and that " * 4,
        "In diesem Lied geht es um her und hin und um einen Mann der nie mehr nach Hause kommt weil er sich schämt",
        "Cette chanson parle d'un homme qui a quitté sa maison et ne revient plus jamais vers ceux qu'il aimait tant",
        "Dit lied gaat over een man die is weggegaan of was weggegaan en niet meer in het huis kwam van wie hij hield",
        "Den här sången handlar om en man som lämnade sitt hem och aldrig kom tillbaka till dem som han älskade så högt",
        "oh baby yeah oh baby yeah come on come on rock me tonight oh yeah oh baby yeah come on rock me all night long",
    ],
)
def test_what_is_not_sure_is_left_to_the_detector(text: str) -> None:
    assert not is_english(words(text))


def test_a_sentence_is_too_short() -> None:
    few = ["the", "and"] * (MIN_WORDS // 2)
    assert is_english(few)
    assert not is_english(few[1:])
