"""Reviews by a sentence encoder of the user's."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from musicdata.definitions import trial
from musicdata.errors import InputError, SetupError, UsageError
from musicdata.stages.features import review_encoder
from musicdata.stages.features.review_encoder import STAGE
from tests.music.features.encoders import write_encoder
from tests.stages import albums as made
from tests.stages.reading import unpacked

TABLE = "features_review_encoder"
TEXTS = {"A": ["warm horns", "cold strings"], "B": ["warm warm horns and more"]}


def test_without_a_model_it_says_what_to_name() -> None:
    with pytest.raises(UsageError, match=r"set features_review_encoder\.model to the folder of one"):
        trial.run(STAGE, made.reviewed(TEXTS))


def test_where_the_model_lies_is_no_change_and_what_it_is_is_one(tmp_path: Path) -> None:
    one, other = (STAGE.parameters(model=str(tmp_path / name)) for name in ("one", "other"))
    assert STAGE.facts(one) == STAGE.facts(other)
    assert STAGE.source_digest is not None
    with pytest.raises(InputError, match="one holds no sentence encoder that can be used"):
        STAGE.source_digest(one)
    digests = []
    for weights in (b"1", b"1", b"2"):
        (tmp_path / "one").mkdir(exist_ok=True)
        (tmp_path / "one" / "model.onnx").write_bytes(weights)
        (tmp_path / "one" / "tokenizer.json").write_text("{}")
        digests.append(STAGE.source_digest(one))
    assert digests[0] == digests[1] != digests[2]


def test_without_the_libraries_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("musicdata.music.features.sentence_encoder._PACKAGES", ("no-such-library",))
    with pytest.raises(
        SetupError, match=r"needs no-such-library, which is not installed: pip install 'musicdata\[encoder\]'"
    ):
        STAGE.tools(STAGE.parameters(model="x"))


class Hashing:
    """An encoder that needs no library: a vector that is made of the text."""

    def __init__(self, folder: Path, *, width: int, max_tokens: int) -> None:
        self.folder, self.width, self.max_tokens = folder, width, max_tokens

    def encode(self, text: str) -> tuple[np.ndarray, int]:
        rng = np.random.default_rng(list(hashlib.sha256(text.encode()).digest()))
        return rng.random(self.width, np.float32), min(len(text.split()), self.max_tokens)


def test_every_review_has_its_vector_however_the_work_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    monkeypatch.setattr(review_encoder, "SentenceEncoder", Hashing)
    monkeypatch.setattr("musicdata.music.features.sentence_encoder._PACKAGES", ("numpy",))
    tables = made.reviewed(TEXTS)
    monkeypatch.delenv("MUSICDATA_SHARD_ITEMS", raising=False)
    rows = trial.run(STAGE, tables, model=str(tmp_path), max_tokens=3).tables[TABLE]
    texts = [text for some in TEXTS.values() for text in some]
    assert np.array_equal(
        unpacked(TABLE, rows), [Hashing(tmp_path, width=384, max_tokens=3).encode(t)[0] for t in texts]
    )
    assert rows.column("n_tokens").to_pylist() == [2, 2, 3]
    assert json.loads(rows.column("parameters")[0].as_py())["max_tokens"] == 3
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert trial.run(STAGE, tables, model=str(tmp_path), max_tokens=3).tables[TABLE] == rows


def test_a_real_model_is_read_and_run(tmp_path: Path) -> None:
    for library in ("onnxruntime", "tokenizers", "onnx"):
        pytest.importorskip(library)
    folder = write_encoder(tmp_path / "model", 384)
    rows = trial.run(STAGE, made.reviewed(TEXTS), model=str(folder)).tables[TABLE]
    assert np.allclose(np.linalg.norm(unpacked(TABLE, rows), axis=1), 1)
    with pytest.raises(InputError, match=r"it gives \(1, 4, 8\), expected \(1, tokens, 384\)"):
        trial.run(STAGE, made.reviewed(TEXTS), model=str(write_encoder(tmp_path / "narrow", 8)))
