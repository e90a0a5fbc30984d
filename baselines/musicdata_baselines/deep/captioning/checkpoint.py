"""Checkpoints of a training: one safetensors file, written whole, with which it goes on as if never broken off."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as format_tensors

from musicdata.errors import IntegrityError
from musicdata.system import files, paths

if TYPE_CHECKING:
    from pathlib import Path

FILE = "checkpoint.safetensors"
FORMAT = "1"
_HEADER_BYTES = 8
_MOST_BYTES = 32 << 30
"""Four times the weights of a network, of bart-large too."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a training between two steps.

    Attributes:
        tensors: of the network, the optimizer, the best network so far and PyTorch's generators, by name.
        facts: all else, as JSON has it.
    """

    tensors: dict[str, torch.Tensor]
    facts: dict[str, Any]

    def below(self, prefix: str) -> dict[str, torch.Tensor]:
        """Return the tensors whose names begin with `prefix`, without it."""
        return {name.removeprefix(prefix): one for name, one in self.tensors.items() if name.startswith(prefix)}


def write(folder: Path, digest: str, checkpoint: Checkpoint) -> None:
    """Write a checkpoint over the one before, whole or not at all.

    Args:
        folder: of the model.
        digest: of plan and songs; only the same training goes on with it.
        checkpoint: on any device.

    Raises:
        StorageError: it cannot be written.
    """
    tensors = {name: one.detach().cpu().contiguous().clone() for name, one in checkpoint.tensors.items()}
    facts = json.dumps(checkpoint.facts, allow_nan=False)
    data = format_tensors(tensors, {"format": FORMAT, "digest": digest, "facts": facts})
    files.write_whole(folder / FILE, data, folder / f"{FILE}.part")


def read(folder: Path, digest: str) -> Checkpoint | None:
    """Return the checkpoint of the same training; None if there is none, or one of another, or one that is damaged.

    Then training begins anew, and comes to the same.
    """
    try:
        data = paths.read_regular(folder / FILE, _MOST_BYTES)
        length = int.from_bytes(data[:_HEADER_BYTES], "little")
        head = json.loads(data[_HEADER_BYTES : _HEADER_BYTES + length])["__metadata__"]
        if head["format"] != FORMAT or head["digest"] != digest:
            return None
        return Checkpoint(parse_tensors(data), json.loads(head["facts"]))
    except (OSError, IntegrityError, SafetensorError, ValueError, KeyError, TypeError):
        return None


def generators(device: torch.device) -> dict[str, torch.Tensor]:
    """Return the states of PyTorch's generators that a training on `device` draws from."""
    states = {"cpu": torch.get_rng_state()}
    return states | ({"cuda": torch.cuda.get_rng_state(device)} if device.type == "cuda" else {})


def set_generators(states: dict[str, torch.Tensor], device: torch.device) -> None:
    """Set what `generators` returned, as far as this device has them."""
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)


def remove(folder: Path) -> None:
    """Remove the checkpoint of a training that is done."""
    (folder / FILE).unlink(missing_ok=True)
