"""Document vectors: the same everywhere, near for documents that are alike, and no pickle."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from musicdata.errors import InputError
from musicdata.music.features import doc2vec

SETTINGS = {"epochs": 30, "min_count": 1, "negative": 5, "sample": 0.0, "seed": 0}


def documents(n: int = 60) -> list[list[str]]:
    """Return documents of two kinds, in turn, with words of their own."""
    rng = np.random.default_rng(0)
    return [[f"{'ab'[k % 2]}{word}" for word in rng.integers(0, 25, 40)] for k in range(n)]


def infer(model: doc2vec.Model, tokens: list[str], seed: int = 0) -> np.ndarray:
    return doc2vec.Inference(model, epochs=30, alpha=0.025, seed=seed).vector(tokens)[0]


def test_documents_of_one_kind_are_near() -> None:
    docs = documents()
    model = doc2vec.fit(docs, **SETTINGS)  # type: ignore[arg-type]
    inference = doc2vec.Inference(model, epochs=30, alpha=0.025, seed=0)
    rows = np.stack([inference.vector(tokens)[0] for tokens in docs])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    near = rows @ rows.T
    same = (np.arange(60)[:, None] + np.arange(60)) % 2 == 0
    np.fill_diagonal(near, np.nan)
    assert np.nanmean(near[same]) > np.nanmean(near[~same]) + 0.3


def test_a_vector_does_not_depend_on_what_was_inferred_before() -> None:
    docs = documents()
    model = doc2vec.fit(docs, **SETTINGS)  # type: ignore[arg-type]
    inference = doc2vec.Inference(model, epochs=5, alpha=0.025, seed=0)
    first = inference.vector(docs[3])[0].copy()
    inference.vector(docs[4])
    assert np.array_equal(inference.vector(docs[3])[0], first)
    assert not np.array_equal(infer(model, docs[3], seed=1), infer(model, docs[3]))


CODE = """
import hashlib
from musicdata.music.features import doc2vec
from tests.music.features.test_doc2vec import SETTINGS, documents, infer
model = doc2vec.fit(documents(10), **{**SETTINGS, "epochs": 3})
print(hashlib.sha256(infer(model, documents(10)[0]).tobytes() + model.output.tobytes()).hexdigest())
"""


def test_the_hash_seed_changes_nothing() -> None:
    said = {
        subprocess.run(
            [sys.executable, "-c", CODE], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."}, cwd=Path(__file__).parents[3],
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(said) == 1
    assert len(said.pop().strip()) == hashlib.sha256().digest_size * 2


def test_a_saved_model_infers_the_same(tmp_path: Path) -> None:
    model = doc2vec.fit(documents(), **SETTINGS)  # type: ignore[arg-type]
    doc2vec.save(model, tmp_path)
    loaded = doc2vec.load(tmp_path)
    assert loaded.words == model.words
    tokens = [*documents()[0], "unheard"]
    assert np.array_equal(infer(loaded, tokens), infer(model, tokens))
    assert doc2vec.Inference(loaded, epochs=1, alpha=0.1, seed=0).vector(tokens)[1] == pytest.approx(40 / 41)


def test_unknown_words_and_a_model_of_nothing_give_zeros() -> None:
    model = doc2vec.fit([["a", "b"], ["c"]], **{**SETTINGS, "min_count": 5})  # type: ignore[arg-type]
    assert model.words == ()
    vector, known = doc2vec.Inference(model, epochs=1, alpha=0.1, seed=0).vector(["a"])
    assert (vector == 0).all()
    assert known == 0
    assert doc2vec.Inference(doc2vec.fit(documents(), **SETTINGS), epochs=1, alpha=0.1, seed=0).vector([])[1] == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fault", ["no files", "a pickle", "another width", "a count too few", "a word twice", "not finite"]
)
def test_what_is_no_model_is_refused(fault: str, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    model = doc2vec.fit(documents(4), **SETTINGS)  # type: ignore[arg-type]
    if fault != "no files":
        doc2vec.save(model, tmp_path)
    facts: dict[str, Any] = {"words": list(model.words), "counts": list(model.counts), "negative": 5, "sample": 0.0}
    if fault == "a pickle":
        (tmp_path / doc2vec.WEIGHTS).write_bytes(b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00\x8c\x01a\x94.")
    elif fault == "another width":
        save_file({"syn1neg": model.output[:, :100].copy()}, tmp_path / doc2vec.WEIGHTS)
    elif fault == "not finite":
        save_file({"syn1neg": model.output * np.float32("nan")}, tmp_path / doc2vec.WEIGHTS)
    elif fault == "a count too few":
        (tmp_path / doc2vec.VOCABULARY).write_text(json.dumps(facts | {"counts": facts["counts"][1:]}))
    elif fault == "a word twice":
        (tmp_path / doc2vec.VOCABULARY).write_text(
            json.dumps(facts | {"words": [facts["words"][1], *facts["words"][1:]]})
        )
    with pytest.raises(InputError, match="holds no document model"):
        doc2vec.load(tmp_path)
