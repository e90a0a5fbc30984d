"""A sentence encoder of the user's, by name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import InputError
from musicdata.music.features import sentence_encoder
from musicdata.music.features.text_encoders import MODEL, open_encoder
from tests.music.features.encoders import write_encoder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for library in ("onnxruntime", "tokenizers", "onnx"):
        pytest.importorskip(library, reason=f"{library} is not installed: pip install 'musicdata[lyrics]'")
    return write_encoder(tmp_path / "model", 384)


def test_texts_are_encoded_and_their_tokens_counted(folder: Path) -> None:
    encoder = open_encoder(MODEL, folder)
    encoded = encoder.encode(["warm horns", "", "\0", "warm " * 300])
    assert encoded.n_tokens.tolist() == [4, 0, 0, 302]
    assert encoded.n_read.tolist() == [4, 0, 0, 256]
    assert np.allclose(np.linalg.norm(encoded.vectors, axis=1), [1, 0, 0, 1])
    assert np.array_equal(
        encoded.vectors[0], sentence_encoder.SentenceEncoder(folder, width=384, max_tokens=256).encode("warm horns")[0]
    )


def test_its_hash_is_that_of_the_files_and_it_is_said_of_no_language(folder: Path) -> None:
    facts = open_encoder(MODEL, folder).facts
    assert facts.weights_sha256 == sentence_encoder.digest(folder)
    assert facts.carries("cs")


def test_a_folder_without_a_model_is_named(tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime")
    with pytest.raises(InputError, match="holds no sentence encoder that can be used"):
        open_encoder(MODEL, tmp_path / "none")
