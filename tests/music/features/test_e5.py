"""E5: what is read of a long text, and that questions are told from documents."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata.errors import SetupError
from musicdata.music.features.e5 import MAX_TOKENS, E5Small


@pytest.fixture(scope="module")
def encoder() -> E5Small:
    try:
        return E5Small()
    except SetupError as error:
        pytest.skip(str(error))


def test_a_long_text_is_read_up_to_the_end_of_a_word(encoder: E5Small) -> None:
    words = [f"slovo{n} " for n in range(400)]
    text = "".join(words)
    read = encoder._beginning(text, query=False)
    assert text.startswith(read)
    assert text[len(read)] == " "
    tokens = [encoder.encode([text[: text.index(" ", len(read) + more)]]).n_tokens[0] for more in (0, 1)]
    assert tokens[0] <= MAX_TOKENS < tokens[1]


def test_a_text_without_spaces_is_cut_all_the_same(encoder: E5Small) -> None:
    encoded = encoder.encode(["雨夜的歌声" * 200])
    assert encoded.n_read[0] <= MAX_TOKENS < encoded.n_tokens[0]
    assert encoded.vectors.any()


def test_questions_are_told_from_documents(encoder: E5Small) -> None:
    as_question, as_document = (encoder.encode(["moře"], query=query).vectors[0] for query in (True, False))
    assert not np.array_equal(as_question, as_document)
