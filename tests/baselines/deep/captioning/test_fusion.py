"""The network that hears: stock BART without music, the public code's arithmetic with it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import BartConfig, BartForConditionalGeneration

from musicdata_baselines.deep.captioning import fusion
from musicdata_baselines.deep.captioning.fusion import FusionBart, FusionConfig, MusicFusion, alignment_loss
from tests.baselines.deep.captioning.small import SHAPE, network

IDS = torch.tensor([[0, 40, 50, 60, 70, 2], [0, 41, 51, 2, 1, 1]])
MASK = (IDS != 1).long()
MUSIC = torch.randn(2, 7, 20, generator=torch.Generator().manual_seed(3))


@pytest.fixture(autouse=True)
def without_gradients() -> Iterator[None]:
    with torch.no_grad():
        yield


def test_without_music_the_encoder_is_stock_barts() -> None:
    ours = network()
    torch.manual_seed(5)
    stock = BartForConditionalGeneration(BartConfig(**SHAPE)).eval()
    stock.load_state_dict(ours.state_dict(), strict=False)
    theirs = stock.model.encoder(IDS, attention_mask=MASK).last_hidden_state
    assert torch.equal(ours.encode(IDS, MASK)[0], theirs)
    assert not torch.allclose(ours.encode(IDS, MASK, MUSIC)[0], theirs, atol=0.1)


def test_a_lyrics_only_network_is_a_stock_bart() -> None:
    ours = FusionBart(FusionConfig(**SHAPE, fusion_layers=[]))
    assert set(ours.state_dict()) == set(BartForConditionalGeneration(BartConfig(**SHAPE)).state_dict())


def test_bart_has_the_same_first_weights_with_an_ear_and_without() -> None:
    torch.manual_seed(4)
    deaf = FusionBart(FusionConfig(**SHAPE, fusion_layers=[]))
    torch.manual_seed(4)
    hears = FusionBart(FusionConfig(**SHAPE, fusion_layers=[2], music_width=20, fusion_common=32, is_aligned=True))
    state = hears.state_dict()
    assert all(torch.equal(one, state[name]) for name, one in deaf.state_dict().items())


def heard_as_published(
    module: MusicFusion, text: NDArray[np.float64], music: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Compute section by section what the public code computes, by hand and in float64.

    K = linear_1(music), V = linear_2(music), Q = linear_3(text), heard = MultiheadAttention(Q, K, V) with projections of
    its own on top, text = LayerNorm(text + 0.1 heard).
    """
    w = {name: one.detach().double().numpy() for name, one in module.state_dict().items()}
    key = music @ w["key.weight"].T + w["key.bias"]
    value = music @ w["value.weight"].T + w["value.bias"]
    query = text @ w["query.weight"].T + w["query.bias"]
    inner = np.split(w["attention.in_proj_weight"], 3)
    biases = np.split(w["attention.in_proj_bias"], 3)
    q, k, v = (x @ m.T + b for x, m, b in zip((query, key, value), inner, biases, strict=True))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    weights /= weights.sum(-1, keepdims=True)
    heard = weights @ v @ w["attention.out_proj.weight"].T + w["attention.out_proj.bias"]
    text = text + 0.1 * heard
    centred = text - text.mean(-1, keepdims=True)
    out: NDArray[np.float64] = centred / np.sqrt(text.var(-1, keepdims=True) + 1e-5) * w["norm.weight"] + w["norm.bias"]
    return out


def test_the_fusion_is_the_public_codes_arithmetic() -> None:
    ours = network()
    text = torch.randn(2, 6, 32, generator=torch.Generator().manual_seed(1))
    expected = heard_as_published(ours.fusion, text.double().numpy(), MUSIC.double().numpy())
    assert np.abs(ours.fusion(text, MUSIC).numpy() - expected).max() < 1e-5


def test_one_module_is_heard_after_each_fused_layer_and_the_aligned_states_come_before_the_first() -> None:
    ours = network()
    states = network().model.encoder(IDS, attention_mask=MASK, output_hidden_states=True).hidden_states
    mask = torch.zeros(2, 1, 6, 6).masked_fill(MASK[:, None, None, :] == 0, torch.finfo(torch.float32).min)
    text = states[1]
    for number in (1, 2):
        text = ours.model.encoder.layers[number](text, mask).detach()
        heard = heard_as_published(ours.fusion, text.double().numpy(), MUSIC.double().numpy())
        text = torch.from_numpy(heard).float()
    out, before = ours.encode(IDS, MASK, MUSIC)
    assert torch.allclose(before, states[1], atol=1e-6)
    assert torch.allclose(out[0], text[0], atol=1e-5)
    assert torch.allclose(out[1, :4], text[1, :4], atol=1e-5)


def test_another_common_width_and_more_heads_fit_too() -> None:
    out, _ = network(fusion_common=24, fusion_heads=3).encode(IDS, MASK, MUSIC)
    assert out.shape == (2, 6, 32)


@pytest.mark.parametrize(("music_width", "weight"), [(20, (20, 32)), (50, (32, 50))])
def test_the_wider_of_music_and_lyrics_is_brought_to_the_other(music_width: int, weight: tuple[int, int]) -> None:
    ours = network(music_width=music_width, is_aligned=True)
    assert tuple(ours.alignment.weight.shape) == weight
    cosines = ours.similarities(torch.randn(5, music_width), torch.randn(5, 32))
    assert cosines.shape == (5, 5)
    assert float(cosines.detach().abs().max()) <= 1.0 + 1e-6


def test_alignment_losses_are_those_of_the_papers() -> None:
    cosines = torch.tensor([[0.9, 0.1, -0.2], [0.3, 0.5, 0.0], [0.2, -0.1, 0.7]], dtype=torch.float64)
    assert float(alignment_loss(cosines, "positive")) == pytest.approx(1 - (0.9 + 0.5 + 0.7) / 3)
    grid = np.exp(cosines.numpy() / 0.3)
    nt_xent = -np.log(grid.diagonal() / grid.sum(1)).mean()  # from music (row) to lyrics (column) only
    assert float(alignment_loss(cosines, "infonce")) == pytest.approx(nt_xent)
    assert nt_xent != pytest.approx(-np.log(grid.diagonal() / grid.sum(0)).mean())


def test_all_that_hears_and_aligns_is_eighty_lines_of_code() -> None:
    source = Path(fusion.__file__).read_text("utf-8")
    tree = ast.parse(source)
    words = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        for line in range(node.lineno, (node.end_lineno or 0) + 1)
    }
    lines = enumerate(source.splitlines(), 1)
    assert len([line for number, line in lines if line.strip() and number not in words]) <= 80
