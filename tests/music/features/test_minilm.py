"""MiniLM to eight bits: the graph that is kept, and what happens to it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from musicdata.errors import IntegrityError, SetupError
from musicdata.music.features import encoder_weights, minilm, minilm_graph
from musicdata.music.features.encoder_weights import PinnedFile
from musicdata.music.features.minilm import MiniLm


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of musicdata's own in which the graph is kept."""
    try:
        encoder_weights.require(("onnx",), "minilm")
        encoder_weights.installed("minilm")
    except SetupError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSICDATA_HOME", str(folder))
        MiniLm()
    return folder


def kept(home: Path) -> Path:
    (path,) = (home / "encoders").iterdir()
    return path


def test_the_graph_is_made_once_and_kept_under_its_hash(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(home))
    assert kept(home).stem.endswith(hashlib.sha256(kept(home).read_bytes()).hexdigest())
    monkeypatch.setattr(minilm, "_made", lambda: pytest.fail("it is made again"))
    assert MiniLm().encode(["the sea"]).n_tokens.tolist() == [4]


def test_a_damaged_graph_is_made_again_to_the_same_bytes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(home))
    whole = kept(home).read_bytes()
    kept(home).write_bytes(whole[:1000] + b"\1" + whole[1001:])
    MiniLm()
    assert kept(home).read_bytes() == whole


def test_where_nothing_can_be_kept_it_works_all_the_same(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = kept(home).read_bytes()
    monkeypatch.setattr(minilm, "_made", lambda: whole)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path / "file"))
    assert MiniLm().encode(["the sea"]).vectors.any()


def test_other_weights_are_no_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(tmp_path))
    places = encoder_weights.MINILM_WEIGHTS.places
    monkeypatch.setattr(encoder_weights, "MINILM_WEIGHTS", PinnedFile("0" * 64, places))
    with pytest.raises(IntegrityError, match="has sha256 53aa51172d142c89"):
        MiniLm()
    assert not (tmp_path / "encoders").exists()


def test_no_sum_of_two_products_leaves_sixteen_bits(home: Path) -> None:
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(kept(home).read_bytes())
    matrices = [
        onnx.numpy_helper.to_array(one) for one in model.graph.initializer if one.data_type == onnx.TensorProto.INT8
    ]
    assert len(matrices) == 4 * 6
    assert max(int(np.abs(one.astype(int)).max()) for one in matrices) == 63
    assert 255 * 63 * 2 < 2**15


def test_words_in_no_vocabulary_are_nothing_to_read(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(home))
    encoded = MiniLm().encode(["\U0001f622", "\U0001f622 sea"])
    assert encoded.n_tokens.tolist() == [0, 4]
    assert not encoded.vectors[0].any()
    assert encoded.vectors[1].any()


def test_its_longest_text_has_256_tokens(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_HOME", str(home))
    encoded = MiniLm().encode(["sea " * 254, "sea " * 255])
    assert encoded.n_tokens.tolist() == [256, 257]
    assert encoded.n_read.tolist() == [minilm_graph.MAX_TOKENS] * 2
    assert np.array_equal(encoded.vectors[0], encoded.vectors[1])
