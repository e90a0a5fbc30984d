"""Networks as named arrays, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray
    from torch import nn

_NETWORKS = "networks_."


def network_arrays(networks: nn.Module) -> dict[str, NDArray[Any]]:
    """Return the arrays of networks by name, in the order of their layers.

    What has no axis is how many batches a batch norm has seen, which nothing reads again: it is left out.
    """
    return {_NETWORKS + name: value.cpu().numpy() for name, value in networks.state_dict().items() if value.ndim}


def restore_networks(build: Callable[[], nn.ModuleList], arrays: Mapping[str, NDArray[Any]]) -> nn.ModuleList:
    """Return the networks that `build` makes, with the arrays that `network_arrays` returned.

    Raises:
        RuntimeError: the arrays are not those of such networks.
    """
    with torch.device("meta"):  # the weights come from the arrays: none need be drawn
        networks = build().eval()
    counters = {name: torch.tensor(0) for name, value in networks.state_dict().items() if not value.ndim}
    tensors = {name: torch.from_numpy(np.array(value)) for name, value in below(_NETWORKS, arrays).items()}
    networks.load_state_dict(counters | tensors, assign=True)
    return networks


def below(prefix: str, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the arrays whose names begin with `prefix`, without it."""
    return {name.removeprefix(prefix): value for name, value in arrays.items() if name.startswith(prefix)}
