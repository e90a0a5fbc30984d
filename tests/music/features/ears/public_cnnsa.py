"""The tagger CNNSA as a tree of torch modules, with the names that its authors' files have; nothing is trained.

It is what files for tests are saved from, and another way to the same numbers: whole modules in eval mode, attention by
`scaled_dot_product_attention`. The mel spectrogram is left out: levels in dB go in.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from musicdata.music.features.ears import front_end


class Block(nn.Module):  # type: ignore[misc]  # the type checker does not read torch
    def __init__(self, into: int, out: int, stride: Any) -> None:
        super().__init__()
        self.conv_1, self.bn_1 = nn.Conv2d(into, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out)
        self.conv_2, self.bn_2 = nn.Conv2d(out, out, 3, padding=1), nn.BatchNorm2d(out)
        self.conv_3, self.bn_3 = nn.Conv2d(into, out, 3, stride=stride, padding=1), nn.BatchNorm2d(out)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        inner = functional.relu(self.bn_1(self.conv_1(x)))
        return functional.relu(self.bn_2(self.conv_2(inner)) + self.bn_3(self.conv_3(x)))


def named(**modules: nn.Module) -> nn.Module:
    module = nn.Module()
    for name, child in modules.items():
        module.add_module(name, child)
    return module


def layer() -> nn.Module:
    heads = named(query=nn.Linear(256, 256), key=nn.Linear(256, 256), value=nn.Linear(256, 256))
    after = named(dense=nn.Linear(256, 256), LayerNorm=nn.LayerNorm(256, eps=1e-12))
    attention = nn.Module()
    attention.add_module("self", heads)
    attention.add_module("output", after)
    last = named(dense=nn.Linear(1024, 256), LayerNorm=nn.LayerNorm(256, eps=1e-12))
    return named(attention=attention, intermediate=named(dense=nn.Linear(256, 1024)), output=last)


class PublicCnnsa(nn.Module):  # type: ignore[misc]  # the type checker does not read torch
    """The whole tagger, the layers that make tags of the tokens too."""

    def __init__(self, seed: int = 0) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            spectrogram, scale = nn.Module(), nn.Module()
            spectrogram.register_buffer("window", torch.hann_window(512))
            scale.register_buffer("fb", torch.from_numpy(front_end.mel_bands(128, "htk")))
            self.spec = named(spectrogram=spectrogram, mel_scale=scale)
            self.spec_bn = nn.BatchNorm2d(1)
            sizes = [(1, 128, 2), (128, 128, 2), (128, 256, 2), *[(256, 256, (2, 1))] * 4]
            for number, size in enumerate(sizes, 1):
                self.add_module(f"layer{number}", Block(*size))
            self.encoder = named(layer=nn.ModuleList([layer(), layer()]))
            self.pooler = named(dense=nn.Linear(256, 256))
            self.dense = nn.Linear(256, 50)
            for module in self.modules():
                if isinstance(module, nn.BatchNorm2d):
                    assert module.running_mean is not None
                    assert module.running_var is not None
                    nn.init.normal_(module.running_mean, std=0.1)
                    nn.init.uniform_(module.running_var, 0.5, 1.5)
                    nn.init.uniform_(module.weight, 0.5, 1.5)
        self.eval()

    def forward(self, levels_db: torch.Tensor) -> torch.Tensor:
        """Return the tokens of levels of shape (clips, 128, frames)."""
        x = self.spec_bn(levels_db[:, None])
        for number in range(1, 8):
            x = self.get_submodule(f"layer{number}")(x)
        frames = x.flatten(2).permute(0, 2, 1)
        generator = np.random.RandomState(0)
        first = torch.tensor(generator.random_sample(256), dtype=torch.float32).repeat(len(frames), 1, 1)
        x = torch.cat([first, frames], dim=1)
        for number in range(2):
            x = self._layer(x, f"encoder.layer.{number}")
        return x

    def _layer(self, x: torch.Tensor, name: str) -> torch.Tensor:
        part = {path: self.get_submodule(f"{name}.{path}") for path in (
            "attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense",
            "attention.output.LayerNorm", "intermediate.dense", "output.dense", "output.LayerNorm",
        )}  # fmt: skip
        heads = [
            part[f"attention.self.{name}"](x).unflatten(2, (8, 32)).transpose(1, 2)
            for name in ("query", "key", "value")
        ]
        heard = functional.scaled_dot_product_attention(*heads).transpose(1, 2).flatten(2)
        x = part["attention.output.LayerNorm"](part["attention.output.dense"](heard) + x)
        inner = part["intermediate.dense"](x)
        inner = inner * 0.5 * (1 + torch.erf(inner / 2**0.5))
        return part["output.LayerNorm"](part["output.dense"](inner) + x)


def save(path: Path, seed: int = 0, **options: Any) -> PublicCnnsa:
    """Write a file of weights as the authors did, and return the tagger it is of."""
    tagger = PublicCnnsa(seed)
    torch.save(tagger.state_dict(), path, **options)
    return tagger
