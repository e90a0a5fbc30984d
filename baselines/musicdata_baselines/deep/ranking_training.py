"""The training loop of networks that rank items of groups: an epoch is a pass over the second view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import torch
from torch import nn

from musicdata.errors import UsageError
from musicdata_baselines.deep.ranking import Embedded, Weights, ranking_loss
from musicdata_baselines.deep.words import LazyAdam, Words
from musicdata_baselines.views import Sequences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.deep.training import Epoch, Schedule
    from musicdata_baselines.groups import Batch, Neighbourhoods

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Ranking:
    """What the networks are trained for: the loss, and what of a batch is drawn beside the true pairs."""

    weights: Weights
    margin: float
    n_false: int
    with_neighbours: bool


@dataclass(frozen=True, slots=True)
class View:
    """One view as the networks read it: features on the device, or token ids that are brought there batch by batch."""

    device: torch.device
    features: torch.Tensor | None = None
    tokens: Sequences | None = None

    @classmethod
    def of(cls, view: NDArray[np.float32] | Sequences, device: torch.device) -> Self:
        """Return the view of standardised features, or of token ids."""
        if isinstance(view, Sequences):
            return cls(device, tokens=view)
        return cls(device, features=torch.from_numpy(view).to(device))

    def __len__(self) -> int:
        return len(self.tokens) if self.tokens is not None else len(self.features if self.features is not None else ())

    def embed(self, network: nn.Module, rows: NDArray[np.int64]) -> torch.Tensor:
        """Return what the network makes of the given items."""
        if self.tokens is None:
            assert self.features is not None  # one of the two is there
            return network(self.features[torch.from_numpy(rows).to(self.device)])
        of_batch = self.tokens.take(rows)
        values, starts = (torch.from_numpy(a).to(self.device) for a in (of_batch.values, of_batch.offsets[:-1]))
        return network(values.long(), starts)

    def encode(self, network: nn.Module) -> NDArray[np.float64]:
        """Return the network's output of every item."""
        blocks = [np.arange(at, min(at + _BLOCK, len(self))) for at in range(0, len(self), _BLOCK)]
        return torch.cat([self.embed(network, rows).double().cpu() for rows in blocks]).numpy()


def train(
    networks: nn.ModuleList,
    views: list[View],
    neighbourhoods: Neighbourhoods,
    ranking: Ranking,
    schedule: Schedule,
    max_steps: int | None,
    seed: int,
) -> tuple[list[Epoch], int]:
    """Train the networks in place.

    Args:
        networks: one a view, on the views' device.
        views: what they read.
        neighbourhoods: the groups of the views' items.
        ranking: what is trained for.
        schedule: how long and how fast.
        max_steps: steps after which training ends; None for no limit.
        seed: of batches and false pairs.

    Returns:
        What happened epoch by epoch (``epoch``, ``loss``), and how many steps there were.

    Raises:
        UsageError: training diverged.
    """
    networks.train()
    optimizers = _optimizers(networks, schedule.learning_rate)
    draw = np.random.default_rng(seed)
    history: list[Epoch] = []
    steps = 0
    for number in range(1, schedule.epochs + 1):
        losses: list[torch.Tensor] = []
        for batch in neighbourhoods.epoch(schedule.batch_size, ranking.n_false, draw):
            if steps == max_steps:
                break
            losses.append(_step(networks, views, batch, ranking, optimizers))
            steps += 1
        if losses:
            loss = float(torch.stack(losses).double().mean())
            if not np.isfinite(loss):
                raise UsageError(
                    f"training diverged in epoch {number}: the loss is not finite; lower learning_rate "
                    f"({schedule.learning_rate})"
                )
            history.append({"epoch": number, "loss": loss})
        if steps == max_steps:
            break
    return history, steps


def _optimizers(networks: nn.ModuleList, learning_rate: float) -> list[torch.optim.Adam | LazyAdam]:
    layers = [parameter for parameter in networks.parameters() if parameter.requires_grad]
    words = [LazyAdam(one, learning_rate) for one in networks.modules() if isinstance(one, Words)]
    return [torch.optim.Adam(layers, lr=learning_rate), *words]


def _step(
    networks: nn.ModuleList,
    views: list[View],
    batch: Batch,
    ranking: Ranking,
    optimizers: list[torch.optim.Adam | LazyAdam],
) -> torch.Tensor:
    for optimizer in optimizers:
        optimizer.zero_grad()
    embedded = _embed(networks, views, batch, with_neighbours=ranking.with_neighbours)
    others = torch.from_numpy(batch.others).to(embedded.x.device)
    loss = ranking_loss(embedded, others, ranking.margin, ranking.weights)
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
    return loss.detach()


def _embed(networks: nn.ModuleList, views: list[View], batch: Batch, *, with_neighbours: bool) -> Embedded:
    if not with_neighbours:
        return Embedded(views[0].embed(networks[0], batch.x), views[1].embed(networks[1], batch.y))
    pairs: list[Any] = [(batch.x, batch.near_x), (batch.y, batch.near_y)]
    (x, near_x), (y, near_y) = (
        view.embed(network, np.concatenate(rows)).chunk(2)
        for view, network, rows in zip(views, networks, pairs, strict=True)
    )
    lone_x, lone_y = (torch.from_numpy(one == near).to(x.device) for one, near in pairs)
    return Embedded(x, y, near_x, near_y, lone_x, lone_y)
