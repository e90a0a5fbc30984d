"""Sentence vectors by a model in ONNX: the mean of its hidden states, and whatever is no model."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import InputError
from musicdata.music.features.sentence_encoder import SentenceEncoder, digest
from tests.music.features.encoders import WORDS, embeddings, write_encoder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for library in ("onnxruntime", "tokenizers", "onnx"):
        pytest.importorskip(library, reason=f"{library} is not installed: pip install 'musicdata[encoder]' onnx")
    return write_encoder(tmp_path / "model", 6)


def mean(*words: str) -> np.ndarray:
    vectors = embeddings(6)[[WORDS.index(word) for word in words]].mean(axis=0)
    unit: np.ndarray = vectors / np.linalg.norm(vectors)
    return unit


def test_a_text_is_the_mean_of_its_tokens_of_length_one(folder: Path) -> None:
    encoder = SentenceEncoder(folder, width=6, max_tokens=256)
    for text, words in (
        ("Warm horns", ("[CLS]", "warm", "horns", "[SEP]")),
        ("", ("[CLS]", "[SEP]")),
        ("warm 爵士 horns", ("[CLS]", "warm", "[UNK]", "horns", "[SEP]")),
    ):
        vector, n = encoder.encode(text)
        assert np.allclose(vector, mean(*words), atol=1e-6)
        assert n == len(words)


def test_what_is_too_long_is_cut(folder: Path) -> None:
    vector, n = SentenceEncoder(folder, width=6, max_tokens=4).encode("cold strings and warm horns")
    assert n == 4
    assert np.allclose(vector, mean("[CLS]", "cold", "strings", "[SEP]"), atol=1e-6)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\x08\x07\x12\x00" * 20, b'{"version": "1.0"}'])
def test_whatever_is_no_model_is_named(folder: Path, name: str, content: bytes) -> None:
    before = digest(folder)
    (folder / name).write_bytes(content)
    assert digest(folder) != before
    with pytest.raises(InputError, match="holds no sentence encoder that can be used"):
        SentenceEncoder(folder, width=6, max_tokens=256).encode("warm")


def test_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"Expected model\.onnx"):
        digest(tmp_path)
