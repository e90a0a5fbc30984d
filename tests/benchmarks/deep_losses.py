"""Measures the losses of deep CCA beside cca-zoo's: time of a step, gradients that are not finite, and what they reach.

Run as ``python -m tests.benchmarks.deep_losses``. A step is the loss and its gradient by every view, of a batch of 1000
rows. On the processor a time is processor time of one thread; where there is a CUDA card the same is timed on it, to
the end of its work. Both sides alternate; each figure is a median.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence

import numpy as np
import torch
from cca_zoo.deep.objectives import CCALoss, GCCALoss
from torch import nn

from musicdata_baselines.deep.dcca import DCCA
from musicdata_baselines.deep.dgcca import DGCCA
from musicdata_baselines.deep.losses import cca_loss, gcca_loss
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from tests.baselines.deep.batches import BATCHES, count_bad_gradients
from tests.baselines.deep.planted import linked
from tests.benchmarks.printing import print_table

ROWS = 1000
RIDGE = 1e-4
ROUNDS = 7
UNITS = (10, 60, 100, 512)
GOALS = {"DCCA": 0.7, "DGCCA": 0.15}  # of cca-zoo's time at equal precision

Loss = Callable[[Sequence[torch.Tensor]], torch.Tensor]

OURS: dict[str, Loss] = {
    "DCCA": lambda hs: cca_loss(hs[0], hs[1], RIDGE),
    "DGCCA": lambda hs: gcca_loss(hs, RIDGE),
}
THEIRS: dict[str, Loss] = {
    "DCCA": lambda hs: CCALoss(reg_covar=RIDGE)(list(hs)),
    "DGCCA": lambda hs: GCCALoss(reg_covar=RIDGE)(list(hs)),
}


def main() -> None:
    """Print the tables."""
    torch.set_num_threads(1)
    print_step_times(torch.device("cpu"), "one thread of the processor")
    if torch.cuda.is_available():
        print_step_times(torch.device("cuda"), torch.cuda.get_device_name())
    print_gradient_errors()
    print_bad_gradients()
    print_linear_networks()
    torch.set_num_threads(2)
    print_fit()


def batch(rows: int, units: int, dtype: torch.dtype, device: torch.device, n_views: int) -> list[torch.Tensor]:
    """Return correlated views of shape (rows, units) that take gradients."""
    generator = torch.Generator().manual_seed(0)
    shared = torch.randn(rows, units, generator=generator, dtype=torch.float64)
    views = []
    for _ in range(n_views):
        mix = torch.randn(units, units, generator=generator, dtype=torch.float64) / units**0.5
        view = shared @ mix + torch.randn(rows, units, generator=generator, dtype=torch.float64)
        views.append(view.to(device, dtype).requires_grad_())
    return views


def time_step(loss: Loss, views: Sequence[torch.Tensor]) -> float:
    """Return the milliseconds of a step: processor time, or wall time where the views lie on a card."""
    on_card = views[0].is_cuda
    clock = time.perf_counter if on_card else time.process_time
    for view in views:
        view.grad = None
    if on_card:
        torch.cuda.synchronize()
    started = clock()
    loss(views).backward()
    if on_card:
        torch.cuda.synchronize()
    return 1000 * (clock() - started)


def compare_steps(losses: Sequence[Loss], views: Sequence[torch.Tensor]) -> list[float]:
    """Return the median milliseconds of a step of each loss, taken in turn."""
    for loss in losses:
        time_step(loss, views)
    times = [[time_step(loss, views) for loss in losses] for _ in range(ROUNDS)]
    return [statistics.median(column) for column in zip(*times, strict=True)]


def print_step_times(device: torch.device, where: str) -> None:
    """Print the time of a step, ours and cca-zoo's."""
    rows = []
    for name, n_views in (("DCCA", 2), ("DGCCA", 3)):
        for units in UNITS:
            for dtype in (torch.float64, torch.float32):
                views = batch(ROWS, units, dtype, device, n_views)
                ours, theirs = compare_steps([OURS[name], THEIRS[name]], views)
                precision = str(dtype).removeprefix("torch.")
                rows.append([name, units, precision, f"{ours:.2f}", f"{theirs:.2f}", f"{ours / theirs:.2f}"])
    goals = ", ".join(f"{name} ≤ {goal}" for name, goal in GOALS.items())
    print_table(
        f"A step of {ROWS} rows on {where} (goals at float64: {goals}, DGCCA's at 60 units; ours is float64 inside always)",
        ["loss", "units", "batch", "ours, ms", "cca-zoo, ms", "ratio"],
        rows,
    )


def gradient(loss: Loss, views: Sequence[torch.Tensor], dtype: torch.dtype) -> torch.Tensor:
    """Return the loss's gradient by the first view, taken as `dtype`."""
    leaves = [view.detach().to(dtype).requires_grad_() for view in views]
    loss(leaves).backward()
    found: torch.Tensor = leaves[0].grad.double()
    return found


def print_gradient_errors() -> None:
    """Print how far gradients of float32 batches are from those of the same numbers in float64."""
    rows = []
    for n_rows, units in ((ROWS, 100), (ROWS, 512), (256, 512)):
        single = batch(n_rows, units, torch.float32, torch.device("cpu"), 2)
        errors = []
        for loss in (OURS["DCCA"], OURS["DGCCA"], THEIRS["DCCA"]):
            exact = gradient(loss, single, torch.float64)
            errors.append(f"{((gradient(loss, single, torch.float32) - exact).norm() / exact.norm()).item():.0e}")
        rows.append([n_rows, units, *errors])
    print_table(
        "Relative error of the gradient of a float32 batch (goals: ≤ 1e-3, with fewer rows than units ≤ 5e-2)",
        ["rows", "units", "DCCA, ours", "DGCCA, ours", "DCCA, cca-zoo"],
        rows,
    )


def share_of_bad_gradients(loss: Loss, views: list[torch.Tensor], dtype: torch.dtype) -> str:
    """Return the share of gradients that are not finite; ``error`` where the loss raises one."""
    try:
        bad = count_bad_gradients(loss, views, dtype)
    except torch.linalg.LinAlgError:
        return "error"
    return f"{bad / sum(view.numel() for view in views):.0%}"


def print_bad_gradients() -> None:
    """Print the share of gradients that are not finite, batch by batch."""
    rows = []
    for name, make in BATCHES.items():
        row = [name]
        for kind, n_views in (("DCCA", 2), ("DGCCA", 3)):
            for losses in (OURS, THEIRS):
                shares = [
                    share_of_bad_gradients(losses[kind], make()[:n_views], dtype)
                    for dtype in (torch.float32, torch.float64)
                ]
                row.append(" / ".join(shares))
        rows.append(row)
    print_table(
        "Gradients that are not finite, float32 / float64 batch (goal: none of ours)",
        ["batch", "DCCA, ours", "DCCA, cca-zoo", "DGCCA, ours", "DGCCA, cca-zoo"],
        rows,
    )


class LinearDCCA(DCCA):
    """DCCA with linear networks, whose optimum is known."""

    WEIGHT_DECAY = 0.0

    def _build(self) -> nn.ModuleList:
        return nn.ModuleList([nn.Linear(n_features, self.n_components) for n_features in self.n_features_in_])


class LinearDGCCA(DGCCA):
    """DGCCA with linear networks, whose optimum is known."""

    WEIGHT_DECAY = 0.0

    def _build(self) -> nn.ModuleList:
        return nn.ModuleList([nn.Linear(n_features, self.n_components) for n_features in self.n_features_in_])


def print_linear_networks() -> None:
    """Print what linear networks reach, full batch, of what the closed form does."""
    x, y = linked(2000, noise=0.8)
    views = [x, y, x[:, :8] + y[:, :8]]
    settings = {"epochs": 500, "batch_size": 2000, "learning_rate": 0.02, "ridge": 1e-6, "device": "cpu"}
    cca = CCA(4).fit(views[:2]).canonical_correlations_.sum()
    gcca = GCCA(4).fit(views).eigenvalues_.sum()
    dcca = LinearDCCA(4, **settings).fit(views[:2]).canonical_correlations_.sum()  # type: ignore[arg-type]
    dgcca = LinearDGCCA(4, **settings).fit(views).linear_.eigenvalues_.sum()  # type: ignore[arg-type]
    rows = [
        ["DCCA, sum of correlations", f"{dcca:.6f}", f"{cca:.6f}", f"{100 * (cca - dcca) / cca:.4f}"],
        ["DGCCA, sum of eigenvalues", f"{dgcca:.6f}", f"{gcca:.6f}", f"{100 * (gcca - dgcca) / gcca:.4f}"],
    ]
    print_table(
        "Linear networks trained full batch (goal: within 0.1 %)", ["loss", "networks", "closed form", "% short"], rows
    )


def linked_features() -> list[list[np.ndarray]]:
    """Return training and validation views of 512 and 400 features that share 24 noisy latents."""
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(1300, 24))
    views = []
    for n_features in (512, 400):
        latents = shared + 0.9 * rng.normal(size=shared.shape)
        view = latents @ rng.normal(size=(24, n_features)) / 5 + 0.7 * rng.normal(size=(1300, n_features))
        views.append(view)
    return [[view[:1000] for view in views], [view[1000:] for view in views]]


def print_fit() -> None:
    """Print the wall time of whole fits."""
    train, valid = linked_features()
    rows = []
    for architecture in ("best", "paper"):
        for held_out in (valid, None):
            started = time.perf_counter()
            model = DCCA(architecture=architecture, device="cpu").fit(train, valid=held_out)
            seconds = time.perf_counter() - started
            epochs = model.history_[-1]["epoch"]
            rows.append([architecture, "yes" if held_out else "no", epochs, model.best_epoch_, f"{seconds:.0f}"])
    print_table(
        "DCCA of 1000 × (512, 400), two threads, wall time (goal: ≤ 120 s)",
        ["architecture", "held-out views", "epochs run", "epoch kept", "s"],
        rows,
    )


if __name__ == "__main__":
    main()
