"""Sentiment by line: a whole song does not saturate, and no text is a fault."""

from __future__ import annotations

import time

import pytest

from musicdata.errors import SetupError
from musicdata.music.text import lyric_sentiment
from musicdata.music.text.lyric_sentiment import score


@pytest.fixture(autouse=True)
def lexicon() -> None:
    try:
        lyric_sentiment.tool()
    except SetupError as error:
        pytest.skip(str(error))


def test_lines_are_scored_and_their_scores_described() -> None:
    found = score("I love this happy day\n\nthe table is brown\nI hate this horrible pain\n")
    assert found is not None
    assert -1 < found.mean < 1
    assert found.spread > 0.5
    assert found.negative_share == pytest.approx(1 / 3)
    happy, sad = score("I love this happy day"), score("I hate this horrible pain")
    assert happy is not None
    assert sad is not None
    assert happy.mean > 0.5 > -0.5 > sad.mean
    assert (happy.spread, happy.negative_share, sad.negative_share) == (0, 0, 1)


def test_a_song_that_lost_its_lines_does_not_saturate() -> None:
    lines = ["I love you", "the table is brown"] * 60
    by_line, as_one = score("\n".join(lines)), score(" ".join(lines))
    assert by_line is not None
    assert as_one is not None
    assert as_one.mean < 0.95
    assert by_line.mean == pytest.approx(score("I love you").mean / 2)  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "\n\n", "\0", "... !!!", "\U0001f622", "42"])
def test_what_has_no_words_has_no_sentiment(text: str) -> None:
    assert score(text) is None


def test_a_very_long_line_takes_no_longer_than_its_words() -> None:
    start = time.process_time()
    assert score("love but hate " * 20_000) is not None
    assert time.process_time() - start < 20  # in one piece it takes minutes: the lexicon's rule for "but" is quadratic
    assert score("x" * 100_000) is not None


def test_without_the_lexicon_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lyric_sentiment, "PACKAGE", "no-such-library")
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[lyrics\]'.*lyric_features\.sentiment to false"):
        lyric_sentiment.tool()


LINES = (
    "the door is open", "I love you, love!", "no (sad) songs", "BUT I am FINE", ":) and so on", "xd :-(", "♥ 😀", "it is 😭",
    "kiss of death", "the 'good' old days", "n't", "!!! ???", "good-bye", "well... well", "...bad", "İyi", "sun\u200b",
)  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_lines_without_words_of_the_lexicon_are_not_read_by_it_and_score_the_same(line: str) -> None:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    found = lyric_sentiment.score(line)
    exact = SentimentIntensityAnalyzer().polarity_scores(line)["compound"]
    assert (found.mean if found else 0.0) == (exact if found else 0.0)
    assert found is not None or not any(map(str.isalpha, line))
