"""The training loop of every deep estimator: seeded, in equal batches, the best epoch chosen on held-out pairs."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from musicdata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

_BLOCK = 2048

Epoch = dict[str, Any]
"""``epoch``, ``loss`` (mean of its batches; None before the first) and ``valid_mrr`` (None without held-out pairs)."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and how fast to train.

    Attributes:
        epochs: passes over the pairs, at most.
        batch_size: pairs a step. Batches are cut equal, as near to this as can be, so that none is a small remainder.
        learning_rate: of AdamW.
        weight_decay: of AdamW.
        patience: epochs without a better one on held-out pairs after which training ends.

    Raises:
        UsageError: a number makes no sense.
    """

    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    patience: int

    def __post_init__(self) -> None:
        least = {"epochs": 0, "batch_size": 2, "learning_rate": 0.0, "weight_decay": 0.0, "patience": 1}
        for name, smallest in least.items():
            if not smallest <= getattr(self, name) < float("inf"):
                raise UsageError(f"{name} is {getattr(self, name)}, expected a number of at least {smallest}")


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Draw every random number inside from `seed`; the caller's generators are left as they were.

    Convolutions on a card are kept to algorithms that add in the same order every time.
    """
    forked = torch.random.fork_rng(devices=[torch.cuda.current_device()] if device.type == "cuda" else [])
    with forked, torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True):
        torch.manual_seed(seed)
        yield


def train(
    networks: nn.ModuleList,
    inputs: Sequence[torch.Tensor],
    loss: Callable[[list[torch.Tensor]], torch.Tensor],
    schedule: Schedule,
    evaluate: Callable[[], float] | None = None,
) -> tuple[list[Epoch], int]:
    """Train one network a view and leave them as they were in the best epoch.

    Args:
        networks: one a view, on the inputs' device.
        inputs: one tensor a view, row i of each being the same item.
        loss: of the networks' outputs on the same rows.
        schedule: how long and how fast.
        evaluate: returns the MRR on held-out pairs of the networks as they are; without it every epoch is run and the
            last one is kept, with it the best one, where the first (0) is before any training.

    Returns:
        What happened epoch by epoch, and the number of the epoch that was kept.

    Raises:
        UsageError: training diverged.
    """
    optimizer = torch.optim.AdamW(networks.parameters(), lr=schedule.learning_rate, weight_decay=schedule.weight_decay)
    if evaluate is None:
        done = [
            _run_epoch(number, networks, inputs, loss, schedule, optimizer) for number in range(1, schedule.epochs + 1)
        ]
        return done, schedule.epochs
    history: list[Epoch] = [{"epoch": 0, "loss": None, "valid_mrr": evaluate()}]
    best, kept = history[0], _copy(networks)
    for number in range(1, schedule.epochs + 1):
        epoch = _run_epoch(number, networks, inputs, loss, schedule, optimizer) | {"valid_mrr": evaluate()}
        history.append(epoch)
        if epoch["valid_mrr"] > best["valid_mrr"]:
            best, kept = epoch, _copy(networks)
        elif number - best["epoch"] >= schedule.patience:
            break
    networks.load_state_dict(kept)
    return history, best["epoch"]


def encode(network: nn.Module, rows: torch.Tensor) -> NDArray[np.float64]:
    """Return the network's output of every row; no dropout, batch norm as it was in training."""
    network.eval()
    device = next(network.parameters()).device
    with torch.inference_mode():
        parts = [network(part.to(device)).double().cpu() for part in rows.split(_BLOCK)]
    return torch.cat(parts).numpy()


def _run_epoch(
    number: int,
    networks: nn.ModuleList,
    inputs: Sequence[torch.Tensor],
    loss: Callable[[list[torch.Tensor]], torch.Tensor],
    schedule: Schedule,
    optimizer: torch.optim.Optimizer,
) -> Epoch:
    networks.train()
    order = torch.randperm(len(inputs[0]))
    batches = order.tensor_split(max(1, round(len(order) / schedule.batch_size)))
    total = torch.zeros((), dtype=torch.float64, device=inputs[0].device)
    try:
        for batch in batches:
            rows = batch.to(inputs[0].device)
            optimizer.zero_grad()
            value = loss([network(view[rows]) for network, view in zip(networks, inputs, strict=True)])
            value.backward()
            optimizer.step()
            total += value.detach()
    except torch.linalg.LinAlgError as error:
        raise _divergence(number, schedule) from error
    if not torch.isfinite(total):
        raise _divergence(number, schedule)
    return {"epoch": number, "loss": float(total) / len(batches), "valid_mrr": None}


def _divergence(number: int, schedule: Schedule) -> UsageError:
    return UsageError(
        f"training diverged in epoch {number}: the loss is not finite; lower learning_rate ({schedule.learning_rate})"
    )


def _copy(networks: nn.ModuleList) -> dict[str, torch.Tensor]:
    return {name: value.detach().clone() for name, value in networks.state_dict().items()}
