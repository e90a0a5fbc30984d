"""The ear of the captioning papers: equal to the public network, whichever way its weights were saved."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from musicdata.errors import InputError, UsageError
from musicdata.music.features.ears import cnnsa, front_end, open_ear
from musicdata.music.features.ears.cnnsa import Cnnsa
from tests.music.features.ears import public_cnnsa
from tests.music.features.ears.public_cnnsa import PublicCnnsa


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PublicCnnsa]:
    """A file as the authors wrote theirs, before PyTorch 1.6, and the network it is of."""
    path = tmp_path_factory.mktemp("cnnsa") / "best_model.pth"
    return path, public_cnnsa.save(path, _use_new_zipfile_serialization=False)


@pytest.fixture(scope="module")
def ear(weights: tuple[Path, PublicCnnsa]) -> Cnnsa:
    return Cnnsa.opened(weights[0])


def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a clip have 8 frames: the network is the same, and fast."""
    monkeypatch.setattr(front_end, "mel_power", lambda clips, _bands: clips.reshape(-1, 128, 8).square())


def test_tokens_are_those_of_the_public_network(ear: Cnnsa, weights: tuple[Path, PublicCnnsa]) -> None:
    clip = np.random.default_rng(0).normal(0, 0.1, (1, 240_000)).astype(np.float32)
    tokens = ear.tokens(clip)
    assert tokens.shape == (1, 119, 256)
    bands = torch.from_numpy(front_end.mel_bands(128, "htk"))
    levels = 10 * torch.log10(torch.clamp(front_end.mel_power(torch.from_numpy(clip), bands), min=1e-10))
    with torch.inference_mode():
        expected = weights[1](levels).numpy()
    assert np.abs(tokens - expected).max() < 1e-4
    assert np.abs(expected).max() > 0.5


def test_65_clips_are_a_batch_like_any(
    ear: Cnnsa, weights: tuple[Path, PublicCnnsa], monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch)
    clips = np.random.default_rng(0).normal(0, 1, (65, 128 * 8)).astype(np.float32)
    before = repr(np.random.get_state())  # noqa: NPY002 - that nobody moved it is what is asked
    with torch.inference_mode():
        levels = 10 * torch.log10(torch.from_numpy(clips).reshape(-1, 128, 8).square().clamp(min=1e-10))
        expected = weights[1](levels).numpy()
    assert np.abs(ear.tokens(clips) - expected).max() < 1e-4
    assert repr(np.random.get_state()) == before  # noqa: NPY002 - the public code seeds it for everybody


def test_the_same_clip_gives_the_same_tokens_beside_any_other(ear: Cnnsa, monkeypatch: pytest.MonkeyPatch) -> None:
    short(monkeypatch)
    clips = np.random.default_rng(1).normal(0, 1, (3, 128 * 8)).astype(np.float32)
    assert np.array_equal(ear.tokens(clips)[2], ear.tokens(clips[2:])[0])
    assert ear.tokens(clips[:0]).shape == (0, 119, 256)


def test_it_is_named_by_the_hash_of_its_file(ear: Cnnsa, weights: tuple[Path, PublicCnnsa]) -> None:
    facts = ear.facts
    assert (facts.name, facts.label, facts.n_tokens, facts.width) == ("cnnsa", "cnnsa 1", 119, 256)
    assert facts.weights_sha256 == hashlib.sha256(weights[0].read_bytes()).hexdigest()
    assert facts.licence.startswith("MIT")


def test_every_way_of_saving_gives_the_same_weights(
    ear: Cnnsa, weights: tuple[Path, PublicCnnsa], tmp_path: Path
) -> None:
    state = weights[1].state_dict()
    torch.save(state, tmp_path / "new.pth")
    torch.save({"state_dict": {f"module.{name}": tensor for name, tensor in state.items()}}, tmp_path / "parallel.pth")
    save_file(state, tmp_path / "best_model.safetensors")
    needed = {name: tensor for name, tensor in state.items() if name in cnnsa.NEEDED}
    save_file(needed, tmp_path / "needed.safetensors")
    for path in tmp_path.iterdir():
        opened = open_ear("cnnsa", path)
        assert isinstance(opened, Cnnsa)
        assert opened.weights.keys() == ear.weights.keys()
        assert all(torch.equal(opened.weights[name], tensor) for name, tensor in ear.weights.items())


def test_another_networks_file_is_refused_by_name(weights: tuple[Path, PublicCnnsa], tmp_path: Path) -> None:
    state = dict(weights[1].state_dict())
    other = tmp_path / "other.safetensors"
    for changes, message in (
        (
            {"layer1.conv_1.weight": torch.zeros(64, 1, 3, 3)},
            r"layer1\.conv_1\.weight is \(64, 1, 3, 3\), not \(128, 1, 3, 3\)",
        ),
        ({"layer8.conv_1.weight": torch.zeros(1)}, r"layer8\.conv_1\.weight is none of its tensors"),
        ({"spec.mel_scale.fb": torch.zeros(257, 128)}, "its mel bands are not the 128"),
        ({"spec.mel_scale.fb": torch.zeros(257, 96)}, "its mel bands are not the 128"),
    ):
        save_file(state | changes, other)
        with pytest.raises(InputError, match=message):
            Cnnsa.opened(other)
    save_file({name: tensor for name, tensor in state.items() if not name.startswith("layer7.")}, other)
    with pytest.raises(InputError, match=r"layer7.* is not there.* more\. Expected is models/jamendo/attention"):
        Cnnsa.opened(other)


def test_an_ear_is_asked_for_by_name_and_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no ear called 'nose'; there are cnnsa, musicnn, small"):
        open_ear("nose")
    with pytest.raises(UsageError, match="the ear cnnsa needs a file with its weights"):
        open_ear("cnnsa")
    with pytest.raises(InputError, match="no such file; the ear small expects its weights there"):
        open_ear("small", tmp_path / "small.safetensors")
    (tmp_path / "small.safetensors").write_bytes(b"no tensors")
    for name in ("cnnsa", "small"):
        with pytest.raises(InputError, match="is no safetensors file that can be read"):
            open_ear(name, tmp_path / "small.safetensors")
