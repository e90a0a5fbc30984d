"""Byte-level BPE: whatever is written can be said, and the same words give the same tokens."""

from __future__ import annotations

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines.deep.captioning.tokenizer import BOS, EOS, CaptionTokenizer, train_tokenizer
from musicdata_baselines.errors import ModelFileError

TEXTS = [f"a song of the {sea} and the {land}" for sea in ("sea", "ocean", "tide") for land in ("hills", "shore")]
TOKENIZER = train_tokenizer(TEXTS, 300)


def encode(texts: list[str], most: int) -> list[list[int]]:
    ids = TOKENIZER.sequences(texts, most)
    rows = [ids.values[a:b].tolist() for a, b in itertools.pairwise(ids.offsets)]
    assert rows == [one.tolist() for one in TOKENIZER.encode(texts, most)]
    return rows


@given(st.text())
def test_every_text_comes_back(text: str) -> None:
    (ids,) = encode([text], 10_000)
    assert (ids[0], ids[-1]) == (BOS, EOS)
    assert TOKENIZER.decode([ids]) == [text.strip()] or any(
        token in text for token in ("<s>", "<pad>", "</s>", "<unk>")
    )


def test_special_tokens_in_a_text_are_words() -> None:
    (ids,) = encode(["the end </s><pad> <s>"], 100)
    assert not {0, 1, 2} & set(ids[1:-1])


def test_lone_surrogates_are_no_fault() -> None:
    assert TOKENIZER.decode(encode(["sea \ud800"], 20)) == ["sea ?"]


def test_long_texts_are_cut_and_still_end() -> None:
    (ids,) = encode(["sea " * 50], 12)
    assert (len(ids), ids[-1]) == (12, EOS)
    assert len(encode(["sea " * 50], 1000)[0]) > 12


def test_order_of_texts_does_not_matter() -> None:
    shuffled = random.Random(1).sample(TEXTS, len(TEXTS))
    assert train_tokenizer(shuffled, 300).as_bytes() == TOKENIZER.as_bytes()
    assert len(TOKENIZER) <= 300
    assert len(encode(["a song of the sea"], 99)[0]) < 9


def test_it_comes_back_from_its_bytes() -> None:
    again = CaptionTokenizer.of_bytes(TOKENIZER.as_bytes())
    assert again.as_bytes() == TOKENIZER.as_bytes()
    assert again.encode(["the sea"], 9)[0].tolist() == TOKENIZER.encode(["the sea"], 9)[0].tolist()


@pytest.mark.parametrize("data", [b"", b"{}", b"\xff", TOKENIZER.as_bytes().replace(b"<pad>", b"<bad>")])
def test_what_is_no_tokenizer_of_ours_is_refused(data: bytes) -> None:
    with pytest.raises(ModelFileError, match="tokenizer"):
        CaptionTokenizer.of_bytes(data)
