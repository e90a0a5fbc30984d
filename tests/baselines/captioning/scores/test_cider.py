"""CIDEr is the package's own, and left out where it is not installed."""

from __future__ import annotations

import pytest

from musicdata_baselines.captioning.scores import cider as module
from musicdata_baselines.captioning.scores.cider import cider

SONGS = [("the sea is wide", "a wide sea"), ("hills of home",), ("a lost love is mourned", "of love")]


def test_a_caption_that_says_what_was_written_scores_higher() -> None:
    pytest.importorskip("pycocoevalcap")
    right = cider(["the wide sea", "Hills of home!", "a lost love"], SONGS)
    wrong = cider(["hills of home", "a lost love", "the wide sea"], SONGS)
    assert right is not None
    assert wrong is not None
    assert right > 1 > 0.3 > wrong >= 0


def test_it_is_the_number_of_the_package() -> None:
    package = pytest.importorskip("pycocoevalcap.cider.cider")
    ours = ["the wide sea", "hills of home", "a lost love"]
    theirs, _ = package.Cider().compute_score(
        dict(enumerate(map(list, SONGS))), {n: [one] for n, one in enumerate(ours)}
    )
    assert cider(ours, SONGS) == pytest.approx(float(theirs))


@pytest.mark.parametrize("prediction", ["", "the sea", "🎵"])
def test_odd_texts_have_scores(prediction: str) -> None:
    pytest.importorskip("pycocoevalcap")
    assert cider([prediction, prediction], [("",), ("🎵", "")]) == 0.0
    assert cider([prediction], [("the sea",)]) == 0.0  # of one song, no word tells it from others


def test_it_is_left_out_where_the_package_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    assert cider(["the sea"], [("the sea",)]) is None
