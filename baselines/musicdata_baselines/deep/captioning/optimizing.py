"""Optimizers, their learning rates as a function of the step, and their state as arrays and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from transformers.optimization import Adafactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from musicdata_baselines.deep.captioning.plan import Plan

WARM_UP = 0.1
WEIGHT_DECAY = 0.01
LARGEST_GRADIENT = 1.0


def make_optimizer(plan: Plan, network: nn.Module) -> torch.optim.Optimizer:
    """Return AdamW, or the public code's Adafactor, whose steps are relative to the size of each weight."""
    parameters = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if plan.config == "paper":
        return Adafactor(parameters, lr=plan.peak_rate, relative_step=False, warmup_init=False)
    return torch.optim.AdamW(parameters, lr=plan.peak_rate, weight_decay=WEIGHT_DECAY, fused=True)


def learning_rate(plan: Plan, step: int, start: int, end: int) -> float:
    """Return the learning rate of a step, from 0, of a cycle from `start` to `end`; constant in config ``paper``.

    A cycle rises for a tenth of its steps and then falls as a cosine does (Smith and Topin, 2018).

    >>> from musicdata_baselines.deep.captioning.plan import Plan
    >>> [round(learning_rate(Plan(learning_rate=1), step, 0, 100), 2) for step in (0, 9, 99)]
    [0.1, 1.0, 0.0]
    """
    if plan.config == "paper":
        return plan.peak_rate
    rises = max(1, round(WARM_UP * (end - start)))
    done = step - start + 1
    if done <= rises:
        return plan.peak_rate * done / rises
    return plan.peak_rate * (1 + math.cos(math.pi * (done - rises) / max(1, end - start - rises))) / 2


def state_of(optimizer: torch.optim.Optimizer) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Return the tensors of an optimizer by ``number.name``, and its other values."""
    tensors: dict[str, torch.Tensor] = {}
    values: dict[str, Any] = {}
    for number, of_parameter in optimizer.state_dict()["state"].items():
        for name, value in of_parameter.items():
            (tensors if isinstance(value, torch.Tensor) else values)[f"{number}.{name}"] = value
    return tensors, values


def restore(optimizer: torch.optim.Optimizer, tensors: Mapping[str, torch.Tensor], values: Mapping[str, Any]) -> None:
    """Set what `state_of` returned."""
    state: dict[int, dict[str, Any]] = {}
    for key, value in (*tensors.items(), *values.items()):
        number, _, name = key.partition(".")
        state.setdefault(int(number), {})[name] = value
    optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})
