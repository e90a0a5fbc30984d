"""The training loop: equal batches, the best epoch, seeds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import nn

from musicdata.errors import UsageError
from musicdata_baselines.deep.training import Schedule, seeded, train

CPU = torch.device("cpu")


def schedule(**changes: float) -> Schedule:
    values = {"epochs": 4, "batch_size": 10, "learning_rate": 0.1, "weight_decay": 0.0, "patience": 10}
    return Schedule(**(values | changes))  # type: ignore[arg-type]  # the numbers are given by name


def networks() -> nn.ModuleList:
    with seeded(0, CPU):
        return nn.ModuleList([nn.Linear(3, 2), nn.Linear(3, 2)])


def distance(outputs: list[torch.Tensor]) -> torch.Tensor:
    return (outputs[0] - outputs[1] - 1).square().mean()


def views(rows: int) -> list[torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(rows, 3, generator=generator) for _ in range(2)]


@pytest.mark.parametrize(
    ("rows", "batch_size", "sizes"),
    [(25, 10, [13, 12]), (26, 10, [9, 9, 8]), (21, 10, [11, 10]), (7, 10, [7]), (14, 10, [14]), (40, 10, [10] * 4)],
)
def test_batches_are_equal_and_hold_every_row_once(rows: int, batch_size: int, sizes: list[int]) -> None:
    seen: list[torch.Tensor] = []

    def loss(outputs: list[torch.Tensor]) -> torch.Tensor:
        seen.append(outputs[0].detach())
        return distance(outputs)

    numbered = [torch.arange(float(rows))[:, None].expand(rows, 3).clone() for _ in range(2)]
    with seeded(0, CPU):
        train(networks(), numbered, loss, schedule(epochs=1, batch_size=batch_size, learning_rate=0.0))
    assert [len(batch) for batch in seen] == sizes
    every_row = networks()[0](numbered[0]).detach()
    torch.testing.assert_close(torch.cat(seen).sort(dim=0).values, every_row.sort(dim=0).values)


def test_without_held_out_pairs_the_last_epoch_is_kept() -> None:
    history, best = train(networks(), views(20), distance, schedule())
    assert best == 4
    assert [epoch["epoch"] for epoch in history] == [1, 2, 3, 4]
    assert history[-1]["loss"] < history[0]["loss"]
    assert all(epoch["valid_mrr"] is None for epoch in history)


def test_the_best_epoch_is_kept_and_training_ends_when_none_is_better() -> None:
    figures = [0.1, 0.2, 0.5, 0.5, 0.4, 0.3, 0.9]
    model = networks()
    weights: list[torch.Tensor] = []

    def evaluations() -> Iterator[float]:
        for figure in figures:
            weights.append(model[0].weight.detach().clone())
            yield figure

    upcoming = evaluations()
    history, best = train(model, views(20), distance, schedule(epochs=9, patience=3), lambda: next(upcoming))
    assert best == 2
    assert [epoch["valid_mrr"] for epoch in history] == figures[:6]
    assert history[0]["loss"] is None
    assert torch.equal(model[0].weight, weights[2])
    assert not torch.equal(weights[2], weights[3])


def test_epoch_zero_can_be_the_best() -> None:
    model = networks()
    upcoming = iter([0.3, 0.2, 0.1])
    _, best = train(model, views(20), distance, schedule(epochs=2), lambda: next(upcoming))
    assert best == 0
    assert torch.equal(model[0].weight, networks()[0].weight)


def test_divergence_says_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"diverged in epoch \d.*learning_rate"):
        train(networks(), views(20), lambda out: distance(out).exp().square(), schedule(epochs=50, learning_rate=1e4))


def test_a_failing_decomposition_is_divergence() -> None:
    def loss(outputs: list[torch.Tensor]) -> torch.Tensor:
        return torch.linalg.cholesky(-outputs[0].T @ outputs[0]).sum()

    with pytest.raises(UsageError, match="diverged in epoch 1"):
        train(networks(), views(20), loss, schedule())


@pytest.mark.parametrize(
    "wrong", [{"epochs": -1}, {"batch_size": 1}, {"learning_rate": float("nan")}, {"learning_rate": -1.0}]
)
def test_a_senseless_schedule_is_refused_by_name(wrong: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=next(iter(wrong))):
        schedule(**wrong)


def test_seeding_leaves_the_callers_random_numbers_alone() -> None:
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    with seeded(0, CPU):
        first = torch.rand(3)
    assert torch.equal(torch.rand(3), expected)
    with seeded(0, CPU):
        assert torch.equal(torch.rand(3), first)
