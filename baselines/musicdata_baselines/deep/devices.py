"""Where networks are trained: the processor or a CUDA card."""

from __future__ import annotations

import torch

from musicdata_baselines.errors import DeviceError

NAMES = ("auto", "cpu", "cuda")


def choose(name: str) -> torch.device:
    """Return the device called `name`; ``auto`` is the card where there is one.

    Raises:
        DeviceError: the name is unknown, or there is no card.
    """
    if name not in NAMES:
        raise DeviceError(f"device {name!r} is unknown; there are {', '.join(NAMES)}")
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("device 'cuda' was asked for, but PyTorch finds no CUDA card; use 'cpu' or 'auto'")
    return torch.device("cuda" if name != "cpu" and torch.cuda.is_available() else "cpu")
