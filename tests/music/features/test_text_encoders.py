"""Sentence encoders by name, and what holds for each of them, whatever the texts are."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import SetupError, UsageError
from musicdata.music.features import encoder_weights, text_encoders
from musicdata.music.features.text_encoder import gathered, readable
from musicdata.music.features.text_encoders import ENCODERS, MODEL, Encoded, TextEncoder, open_encoder

TEXTS = (
    "a sad song about the sea", "ein trauriges Lied über das Meer", "", " \n\t", "\0", "sea", "שלום עולם", "雨夜的歌",
    "one\0two", "lone \ud800 half", "=cmd|' /C calc'!A0", "sea " * 3000, "\U0001f622 \U0001f30a", "x" * 5000,
)  # fmt: skip
NOTHING = (2, 3, 4)
MAYBE = 2  # the last so many may be words in no vocabulary


@pytest.fixture(scope="module", params=encoder_weights.ENCODERS)
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    try:
        encoder_weights.installed(request.param)
        return open_encoder(request.param)
    except SetupError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def encoded(encoder: TextEncoder) -> Encoded:
    """The texts as vectors."""
    return encoder.encode(TEXTS)


def test_every_text_has_a_vector_of_length_one_or_none_at_all(encoder: TextEncoder, encoded: Encoded) -> None:
    assert encoded.vectors.shape == (len(TEXTS), encoder.facts.width)
    assert encoded.vectors.dtype == np.float32
    lengths = np.linalg.norm(encoded.vectors, axis=1)
    assert np.allclose(np.delete(lengths, NOTHING)[:-MAYBE], 1, atol=1e-5)
    assert np.isclose(lengths[-MAYBE:], np.where(encoded.n_tokens[-MAYBE:] > 0, 1, 0), atol=1e-5).all()
    assert not encoded.vectors[list(NOTHING)].any()
    assert encoded.n_tokens[list(NOTHING)].tolist() == encoded.n_read[list(NOTHING)].tolist() == [0, 0, 0]


def test_what_is_too_long_is_cut_and_what_is_not_is_read_whole(encoder: TextEncoder, encoded: Encoded) -> None:
    limit = encoder.facts.max_tokens
    assert (encoded.n_read <= np.minimum(encoded.n_tokens, limit)).all()
    assert (encoded.n_read[encoded.n_tokens <= limit] == encoded.n_tokens[encoded.n_tokens <= limit]).all()
    long = TEXTS.index("sea " * 3000)
    assert encoded.n_tokens[long] >= 3000
    assert encoded.n_read[long] == limit
    more = encoder.encode(["sea " * 3000 + "and a wholly different end"]).vectors
    assert np.array_equal(more[0], encoded.vectors[long])


def test_a_vector_depends_on_its_text_alone(encoder: TextEncoder, encoded: Encoded) -> None:
    assert np.array_equal(encoder.encode(TEXTS[8::-1]).vectors[::-1], encoded.vectors[:9])
    assert np.array_equal(encoder.encode(TEXTS[:1]).vectors[0], encoded.vectors[0])


def test_no_text_is_no_fault(encoder: TextEncoder) -> None:
    encoded = encoder.encode([])
    assert encoded.vectors.shape == (0, encoder.facts.width)
    assert encoded.n_tokens.shape == encoded.n_read.shape == (0,)


def test_like_texts_lie_nearer_than_unlike_ones(encoder: TextEncoder) -> None:
    songs = encoder.encode(["The waves roll over the wide ocean.", "My kitchen has a new table."]).vectors
    near, far = songs @ encoder.encode(["a song about the sea"], query=True).vectors[0]
    assert near > far + 0.05


def test_an_encoder_is_opened_once(encoder: TextEncoder) -> None:
    assert open_encoder(encoder.facts.name) is encoder
    assert encoder.facts.carries("en")
    assert encoder.facts.label == f"{encoder.facts.name} ({encoder.facts.package} {encoder.facts.version})"


def test_the_multilingual_ones_carry_a_sentence_across_languages() -> None:
    for name in ("use", "e5"):
        try:
            encoder = open_encoder(name)
        except SetupError:
            continue
        english = encoder.encode(["a sad song about the sea", "the king's horses"]).vectors
        right, wrong = english @ encoder.encode(["ein trauriges Lied über das Meer"]).vectors[0]
        assert right > wrong + 0.05


@pytest.mark.parametrize(
    ("name", "folder", "message"),
    [
        ("bert", None, "no sentence encoder is called 'bert'; there are minilm, use, e5, model"),
        (MODEL, None, "needs the folder of one"),
        ("minilm", Path("x"), "minilm comes in a package; only model is read from a folder, here x"),
    ],
)
def test_what_is_no_encoder_is_named(name: str, folder: Path | None, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        open_encoder(name, folder)


def test_numbers_that_are_none_never_leave() -> None:
    rows = [(np.array(v, np.float32), 3, 3) for v in ([3.0, 4.0], [math.nan, 1.0], [math.inf, 0.0], [0.0, 0.0])]
    assert gathered(rows, 2).vectors.tolist() == [pytest.approx([0.6, 0.8]), [0, 0], [0, 0], [0, 0]]


def test_what_is_no_character_is_replaced() -> None:
    assert readable("a\0b \ud800") == "a b ?"
    assert readable("雨夜 é") == "雨夜 é"


def test_the_names_are_those_of_the_packages_and_one_for_a_folder() -> None:
    assert (*encoder_weights.ENCODERS, MODEL) == ENCODERS
    assert text_encoders.MINILM in encoder_weights.ENCODERS
