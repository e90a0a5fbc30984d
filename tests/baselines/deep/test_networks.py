"""Networks have the layers the papers list."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from musicdata_baselines.deep.networks import (
    BestMLP,
    build_cnn,
    build_mlp,
    build_mve_tower,
    build_paper_mlp,
)


def test_the_audio_network_has_the_sizes_of_table_1() -> None:
    x = torch.zeros(2, 20, 161)
    pooled = []
    for layer in build_cnn(20).eval():
        x = layer(x)
        if isinstance(layer, nn.MaxPool2d):
            pooled.append(tuple(x.shape[1:]))
    assert pooled == [(48, 10, 80), (96, 3, 26), (192, 1, 8)]
    assert x.shape == (2, 1536)


def test_convolutions_are_3_by_3_and_the_last_has_no_relu() -> None:
    layers = list(build_cnn(20))
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    assert [(c.kernel_size, c.out_channels) for c in convolutions] == [((3, 3), 48), ((3, 3), 96), ((3, 3), 192)]
    after = layers[layers.index(convolutions[-1]) :]
    assert not any(isinstance(layer, nn.ReLU) for layer in after)
    assert sum(isinstance(layer, nn.ReLU) for layer in layers) == 2


def test_the_mel_network_has_four_convolutions_three_poolings_and_3072_features() -> None:
    network = build_cnn(96).eval()
    assert network(torch.zeros(2, 96, 161)).shape == (2, 3072)
    kinds = [type(layer) for layer in network if isinstance(layer, nn.Conv2d | nn.MaxPool2d)]
    assert kinds == [nn.Conv2d, nn.MaxPool2d] * 3 + [nn.Conv2d]


def test_the_sub_dnn_is_that_of_table_2() -> None:
    layers = list(build_paper_mlp(300, 60))
    assert [type(layer) for layer in layers] == [nn.Linear, nn.Sigmoid, nn.Linear, nn.Sigmoid, nn.Linear]
    assert [layer.weight.shape for layer in layers[::2]] == [(1024, 300), (1024, 1024), (60, 1024)]


def test_the_mve_tower_normalises_before_and_squashes_after_each_layer() -> None:
    layers = list(build_mve_tower(300))
    assert [type(layer) for layer in layers] == [nn.BatchNorm1d, nn.Linear, nn.Tanh] * 3
    assert [layer.out_features for layer in layers[1::3]] == [512, 256, 128]


def test_an_mlp_has_what_it_was_asked_for() -> None:
    layers = list(build_mlp((5, 4, 3, 2), nn.ReLU, batch_norm=True, dropout=0.1))
    assert [type(layer) for layer in layers] == [nn.Linear, nn.BatchNorm1d, nn.ReLU, nn.Dropout] * 2 + [nn.Linear]
    assert [layer.weight.shape for layer in layers[::4]] == [(4, 5), (3, 4), (2, 3)]


def test_the_best_network_is_a_linear_map_and_hidden_layers() -> None:
    network = BestMLP(7, 3).eval()
    x = torch.randn(4, 7, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(network(x), network.linear(x) + network.hidden(x))


def test_the_best_network_can_begin_as_a_linear_map_and_leave_it() -> None:
    generator = torch.Generator().manual_seed(0)
    weights, x = torch.randn(7, 3, generator=generator), torch.randn(4, 7, generator=generator)
    network = BestMLP(7, 3)
    network.begin_as(weights)
    torch.testing.assert_close(network.eval()(x), x @ weights)
    network.train()(x).square().sum().backward()
    assert network.linear.weight.grad.any()
    assert network.hidden[-1].weight.grad.any()


@pytest.mark.parametrize("n_coefficients", [20, 96])
def test_every_parameter_of_the_audio_network_learns(n_coefficients: int) -> None:
    network = build_cnn(n_coefficients)
    x = torch.randn(3, n_coefficients, 161, generator=torch.Generator().manual_seed(0))
    network(x).square().mean().backward()
    assert all(torch.isfinite(parameter.grad).all() for parameter in network.parameters())
