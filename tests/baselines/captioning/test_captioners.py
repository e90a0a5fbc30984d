"""What all captioners do, and what each of them looks at."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from musicdata.errors import UsageError
from musicdata_baselines.captioning import (
    Captioner,
    LeadLyrics,
    NearestLyrics,
    NearestLyricsAndAudio,
    RandomCaption,
    Songs,
    UsualLength,
    nearest_lyrics,
)
from musicdata_baselines.errors import NotFittedError, ViewError

ALL: list[type[Captioner]] = [RandomCaption, UsualLength, LeadLyrics, NearestLyrics, NearestLyricsAndAudio]
TOPICS = ["sea waves salt", "hills rocks snow", "love heart rose", "war drum blood"]


def planted(n: int, seed: int, first: str) -> Songs:
    """Songs whose topic is in the words and whose instrument is in the sound, with two captions that name both."""
    rng = np.random.default_rng(seed)
    topic, sound = rng.integers(0, 4, n), rng.integers(0, 3, n)
    tokens = rng.normal(0, 0.2, (n, 5, 6)) + np.eye(6)[sound][:, None] * 3 + 7
    lyrics = [" ".join([*rng.permutation(TOPICS[t].split())[:2], f"w{rng.integers(4)}", "the"]) for t in topic]
    captions = [
        (f"Topic{t} and sound{s}.", f"It says topic{t} and sound{s}.") for t, s in zip(topic, sound, strict=True)
    ]
    ids = [f"{first}{number:03d}" for number in range(n)]
    return Songs(tuple(ids), tuple(lyrics), tokens.astype(np.float16), tuple(captions))


TRAIN, TEST = planted(120, 0, "t"), planted(60, 1, "v")


def share_named(captioner: Captioner, kind: str, test: Songs = TEST) -> float:
    said = captioner.fit(TRAIN).caption(test)
    names = [next(word for word in truth[0].lower().strip(".").split() if kind in word) for truth in test.references]
    return float(np.mean([name in caption.lower() for name, caption in zip(names, said, strict=True)]))


@pytest.mark.parametrize("kind", ALL)
def test_nothing_depends_on_the_order_of_songs_nor_on_those_beside(kind: type[Captioner]) -> None:
    rng = np.random.default_rng(3)
    whole = dict(zip(TEST.ids, kind().fit(TRAIN).caption(TEST), strict=True))
    some = TEST.take(rng.permutation(60)[:20])
    again = kind().fit(TRAIN.take(rng.permutation(120))).caption(some)
    assert again == [whole[one] for one in some.ids]


@pytest.mark.parametrize("kind", ALL)
def test_the_references_of_a_song_are_not_looked_at(kind: type[Captioner]) -> None:
    blind = Songs(TEST.ids, TEST.lyrics, TEST.tokens, ((),) * 60)
    assert kind().fit(TRAIN).caption(blind) == kind().fit(TRAIN).caption(TEST)


@pytest.mark.parametrize("kind", ALL)
def test_a_song_without_captions_teaches_nothing(kind: type[Captioner]) -> None:
    mute = Songs(("0", *TRAIN.ids), (TEST.lyrics[0], *TRAIN.lyrics),
                 np.concatenate([np.asarray(TEST.tokens)[:1], np.asarray(TRAIN.tokens)]), ((), *TRAIN.references))  # fmt: skip
    assert kind().fit(mute).caption(TEST) == kind().fit(TRAIN).caption(TEST)
    with pytest.raises(ViewError, match="none of 1 songs has a caption"):
        kind().fit(mute.take([0]))


@pytest.mark.parametrize("kind", ALL)
def test_it_has_to_be_fitted_first(kind: type[Captioner]) -> None:
    with pytest.raises(NotFittedError, match="call fit first"):
        kind().caption(TEST)


@pytest.mark.parametrize("kind", ALL)
def test_odd_songs_have_a_caption(kind: type[Captioner]) -> None:
    lyrics = ("", "🎵", "море", "x\0y", "\ud800", " ")
    odd = Songs(tuple("abcdef"), lyrics, np.zeros((6, 5, 6), np.float16), ((),) * 6)
    train = Songs(tuple("ghijkl"), lyrics, np.zeros((6, 5, 6), np.float16), (("", "x"),) * 6)
    for songs in (train, TRAIN):
        assert len(kind().fit(songs).caption(odd)) == 6
    assert kind().fit(train).caption(odd.take([])) == []


def test_names_differ() -> None:
    assert len({kind.name for kind in ALL}) == 5


def test_a_random_caption_depends_on_seed_and_song_and_comes_from_train() -> None:
    said = RandomCaption(seed=0).fit(TRAIN).caption(TEST)
    assert set(said) <= set(TRAIN.captions)
    assert len(set(said)) > 8
    assert said != RandomCaption(seed=1).fit(TRAIN).caption(TEST)
    many = Songs(tuple(map(str, range(4000))), ("",) * 4000, None, ((),) * 4000)
    two = Songs(("a", "b"), ("", ""), None, (("A",), ("B", "C", "D")))
    drawn = Counter(RandomCaption().fit(two).caption(many))
    assert all(drawn[caption] == pytest.approx(1000, abs=120) for caption in "ABCD")


def test_the_usual_length_is_the_median() -> None:
    captions = tuple(("word " * n).strip() for n in range(1, 100))
    train = Songs(("a", "b"), ("", ""), None, (captions, ("word " * 300,)))
    lengths = {len(caption.split()) for caption in UsualLength().fit(train).caption(TEST)}
    assert lengths <= set(range(45, 57))
    assert len(lengths) > 5


def test_the_lead_is_as_long_as_captions_are_or_as_is_said() -> None:
    song = Songs(("x",), ("O ye hills\nof home, and hearth\n\nand sea",), None, ((),))
    train = Songs(("a",), ("",), None, (("one two", "one two three four"),))
    assert LeadLyrics().fit(train).caption(song) == ["O ye hills"]
    assert LeadLyrics(5).fit(train).caption(song) == ["O ye hills of home,"]
    assert LeadLyrics().fit(Songs(("a",), ("",), None, (("",),))).caption(song) == ["O"]
    with pytest.raises(UsageError, match="n_words is 0"):
        LeadLyrics(0)


def test_the_nearest_song_has_the_same_topic_and_no_ear() -> None:
    assert share_named(NearestLyrics(), "topic") > 0.95
    assert share_named(NearestLyrics(), "sound") < 0.6


def test_with_audio_it_knows_the_instrument_too_and_the_wrong_sound_misleads_it() -> None:
    captioner = NearestLyricsAndAudio().fit(TRAIN)
    assert 0 < captioner.weight_ < 1
    assert share_named(captioner, "topic") > 0.95
    assert share_named(captioner, "sound") > 0.95
    wrong = Songs(TEST.ids, TEST.lyrics, np.roll(np.asarray(TEST.tokens), 1, axis=0), TEST.references)
    assert share_named(captioner, "sound", wrong) < 0.6


def test_sound_that_tells_nothing_gets_no_weight() -> None:
    noise = np.random.default_rng(0).normal(0, 1, (120, 5, 6)).astype(np.float16)
    deaf = NearestLyricsAndAudio().fit(
        Songs(TRAIN.ids, TRAIN.lyrics, noise, tuple((one[0].split()[0],) for one in TRAIN.references))
    )
    assert deaf.weight_ <= 0.25


def test_few_songs_leave_the_weight_undecided() -> None:
    assert NearestLyricsAndAudio().fit(TRAIN.take([0, 1, 2])).weight_ == 0.5


def test_music_that_is_missing_or_not_finite_is_named() -> None:
    with pytest.raises(ViewError, match="have no music tokens"):
        NearestLyricsAndAudio().fit(Songs(TRAIN.ids, TRAIN.lyrics, None, TRAIN.references))
    tokens = np.array(TRAIN.tokens)
    tokens[7, 2, 1] = np.nan
    with pytest.raises(ViewError, match="tokens of song 't007' are not finite"):
        NearestLyricsAndAudio().fit(Songs(TRAIN.ids, TRAIN.lyrics, tokens, TRAIN.references))


def test_of_equal_songs_the_first_by_id_is_copied() -> None:
    train = Songs(("b", "a", "c"), ("the sea", "the sea", "hills"), None, (("B",), ("A",), ("C",)))
    assert NearestLyrics().fit(train).caption(Songs(("x",), ("sea",), None, ((),))) == ["A"]


def test_a_song_that_shares_no_word_takes_a_caption_drawn_by_its_id() -> None:
    strangers = Songs(tuple(map(str, range(90))), ("zzz",) * 90, None, ((),) * 90)
    assert len(set(NearestLyrics().fit(TRAIN).caption(strangers))) > 5


def test_a_training_song_finds_itself() -> None:
    captioner = NearestLyrics().fit(TRAIN)
    for words, found in zip(TRAIN.lyrics, captioner.nearest(TRAIN).tolist(), strict=True):
        assert set(words.split()) == set(captioner.songs_.lyrics[found].split())


def test_the_same_is_found_in_small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = NearestLyricsAndAudio().fit(TRAIN)
    monkeypatch.setattr(nearest_lyrics, "_CELLS", 300)
    small = NearestLyricsAndAudio().fit(TRAIN)
    assert small.weight_ == whole.weight_
    assert small.caption(TEST) == whole.caption(TEST)
