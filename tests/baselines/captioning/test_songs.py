"""Songs: parts of one length, each song once; those with captions by id."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata_baselines.captioning.songs import Songs, songs_with_captions
from musicdata_baselines.errors import ViewError

TOKENS = np.arange(24, dtype=np.float16).reshape(3, 2, 4)
SONGS = Songs(("b", "c", "a"), ("one", "two", "three"), TOKENS, (("B",), (), ("A", "A2")))


def test_taking_songs_takes_all_their_parts() -> None:
    two = SONGS.take([2, 0])
    assert (two.ids, two.lyrics, two.references) == (("a", "b"), ("three", "one"), (("A", "A2"), ("B",)))
    assert two.tokens is not None
    assert (two.tokens == TOKENS[[2, 0]]).all()
    assert len(SONGS.take([])) == 0
    assert Songs(("a",), ("",), None, ((),)).take([0]).tokens is None


def test_songs_with_captions_stand_by_id() -> None:
    assert songs_with_captions(SONGS).ids == ("a", "b")
    assert songs_with_captions(SONGS).captions == ("A", "A2", "B")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((("a", "b"), ("x",), None, ((), ())), "lyrics are of 1 songs, ids of 2"),
        ((("a", "b"), ("x", "y"), None, ((),)), "references are of 1 songs, ids of 2"),
        ((("a", "b"), ("x", "y"), TOKENS, ((), ())), "tokens are of 3 songs, ids of 2"),
        ((("a", "a", "b"), ("x",) * 3, TOKENS, ((),) * 3), "song 'a' stands twice"),
        ((("a", "b", "c"), ("x",) * 3, TOKENS[0, :, 0:1].repeat(2, 0)[:3], ((),) * 3), "are of"),
        ((("a", "b", "c"), ("x",) * 3, TOKENS[:, 0], ((),) * 3), r"tokens are of shape \(3, 4\)"),
    ],
)
def test_parts_that_do_not_fit_are_named(parts: tuple[object, ...], message: str) -> None:
    with pytest.raises(ViewError, match=message):
        Songs(*parts)  # type: ignore[arg-type]


def test_songs_without_any_caption_teach_nothing() -> None:
    with pytest.raises(ViewError, match="none of 1 songs has a caption"):
        songs_with_captions(SONGS.take([1]))
