"""VGGish: AudioSet's patches, the published network, and weights that are looked at before they are used."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from musicdata.errors import InputError, SetupError
from musicdata.music.features import vggish
from tests.music.features.weights import write_weights


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    return vggish.load(write_weights(tmp_path_factory.mktemp("weights") / "vggish.safetensors", components=True))


def reference(weights: dict[str, torch.Tensor], patches: np.ndarray) -> np.ndarray:
    """Return what a network of PyTorch's own layers makes of the patches."""
    layers: list[nn.Module] = []
    into = 1
    for out in (64, "M", 128, "M", 256, 256, "M", 512, 512, "M"):
        layers += [nn.MaxPool2d(2, 2)] if isinstance(out, str) else [nn.Conv2d(into, out, 3, padding=1), nn.ReLU()]
        into = into if isinstance(out, str) else out
    features = nn.Sequential(*layers)
    dense = nn.Sequential(nn.Linear(12_288, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 128))
    named = {n.removeprefix("features."): v for n, v in weights.items() if n.startswith("features.")}
    features.load_state_dict(named)
    dense.load_state_dict({n.removeprefix("embeddings."): v for n, v in weights.items() if n.startswith("embeddings.")})
    with torch.inference_mode():
        seen = features(torch.from_numpy(patches)[:, None]).transpose(1, 3).transpose(1, 2)
        embeddings: np.ndarray = dense(seen.reshape(len(patches), -1)).numpy()
    return embeddings


def test_the_network_is_the_published_one(weights: dict[str, torch.Tensor]) -> None:
    patches = np.random.default_rng(0).normal(size=(2, 96, 64)).astype(np.float32)
    without = {name: tensor for name, tensor in weights.items() if not name.startswith("pproc")}
    expected = reference(weights, patches)
    found = vggish.embed(without, patches)
    assert found.shape == (2, 128)
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-4 * np.abs(expected).max())
    components, means = weights["pproc.pca_eigen_vectors"].numpy(), weights["pproc.pca_means"].numpy()
    projected = (components @ (expected.T - means)).T
    np.testing.assert_allclose(vggish.embed(weights, patches), projected, atol=1e-3 * np.abs(projected).max())


def test_a_patch_is_centred_on_its_span_and_silent_beyond_the_clip() -> None:
    times_s = np.arange(16_000) / 16_000
    signal = np.sin(2 * np.pi * 1000 * times_s).astype(np.float32)
    starts, stops = np.array([7000, 0, 15_000]), np.array([9000, 1000, 16_000])
    middle, early, late = vggish.patches(signal, starts, stops)
    assert middle.shape == (96, 64)
    silence = np.log(np.float32(0.01))
    assert (early[:40] < silence + 1e-4).all()
    assert (late[-40:] < silence + 1e-4).all()
    assert (middle.max(axis=1) > silence + 3).all()
    bands_mel = np.linspace(1127 * np.log1p(125 / 700), 1127 * np.log1p(7500 / 700), 66)[1:-1]
    nearest = int(np.abs(bands_mel - 1127 * np.log1p(1000 / 700)).argmin())
    assert abs(int(middle[48].argmax()) - nearest) <= 1


def test_a_file_with_other_tensors_is_refused_with_what_is_expected(tmp_path: Path) -> None:
    save_file({"features.0.weight": torch.zeros(64, 3, 3, 3), "head": torch.zeros(1)}, tmp_path / "w.safetensors")
    with pytest.raises(InputError) as raised:
        vggish.load(tmp_path / "w.safetensors")
    message = str(raised.value)
    assert "features.0.weight is (64, 3, 3, 3), not (64, 1, 3, 3)" in message
    assert "features.3.weight is missing" in message
    assert "embeddings.0.weight (4096, 12288)" in message


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a pickle in an archive", b"\x80\x04\x95" + bytes(100)])
def test_what_is_no_safetensors_file_is_refused(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "weights.pt").write_bytes(data)
    with pytest.raises(InputError, match="no safetensors file"):
        vggish.load(tmp_path / "weights.pt")


def test_half_of_the_components_is_refused(tmp_path: Path) -> None:
    path = write_weights(tmp_path / "w.safetensors")
    tensors = {name: torch.zeros(shape) for name, shape in vggish.SHAPES.items()} | {
        "pproc.pca_means": torch.zeros(128, 1)
    }
    save_file(tensors, path)
    with pytest.raises(InputError, match=r"pproc.pca_eigen_vectors is missing"):
        vggish.load(path)


def test_without_pytorch_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(SetupError, match=r"pip install 'musicdata\[deep\]'"):
        vggish.load(tmp_path / "any.safetensors")
