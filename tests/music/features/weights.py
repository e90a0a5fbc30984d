"""Weights of VGGish for tests: random numbers of the right shapes, small enough to stay finite."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from musicdata.music.features import vggish


def write_weights(path: Path, seed: int = 0, *, components: bool = False) -> Path:
    """Write random weights of VGGish, with principal components if asked for."""
    chance = torch.Generator().manual_seed(seed)
    shapes = vggish.SHAPES | (vggish.COMPONENT_SHAPES if components else {})
    tensors = {}
    for name, shape in shapes.items():
        fan_in = max(1, torch.Size(shape[1:]).numel())
        tensors[name] = torch.randn(shape, generator=chance) * (2 / fan_in) ** 0.5
    save_file(tensors, path)
    return path
