"""Trains networks, or takes them up again where a killed validation left them, and has them write."""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.system import files
from musicdata_baselines.suites.captioning import controls, networks
from musicdata_baselines.suites.captioning.hearing import ear_weights
from musicdata_baselines.suites.captioning.results import CONTROLS
from musicdata_baselines.suites.captioning.scoring import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.suite import Clock, Options
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.captioning.hearing import Heard
    from musicdata_baselines.suites.captioning.networks import Kind
    from musicdata_baselines.suites.captioning.parts import Parts
    from musicdata_baselines.suites.captioning.settings import CaptioningSettings

_TOLD = 500


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What became of one network.

    Attributes:
        kind: of network.
        seed: of it.
        written: its captions; `controls` what it was asked with → its captions then.
        controls: as above.
        steps: of its training.
        converged: whether it read its lyrics after the planned steps.
        valid_loss: the lowest.
        cosines: of sound and words of the songs to choose by: matched, unmatched, median rank; None without alignment.
        folder: name of where it is kept, "" for nowhere.
    """

    kind: Kind
    seed: int
    written: Written
    controls: dict[str, Written]
    steps: int
    converged: bool
    valid_loss: float | None
    cosines: tuple[float, float, float] | None
    folder: str


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """What networks are trained with.

    Attributes:
        data: where weights of an ear are found.
        settings: of the recipe.
        options: of the user.
        heard: what the ear heard; None for nothing.
        clock: is told what is done.
    """

    data: TableSource
    settings: CaptioningSettings
    options: Options
    heard: Heard | None
    clock: Clock

    def train_all(self, parts: Parts, kinds: Sequence[Kind]) -> Iterator[Trained]:
        """Yield the networks of each kind and seed, one after the other, so that one is in memory at a time."""
        seeds = range(self.options.seed, self.options.seed + self.settings.seeds)
        total = len(kinds) * len(seeds)
        asked = controls.asked(parts, self.options.seed) if parts.test.tokens is not None else {}
        with contextlib.ExitStack() as stack:
            keep = self.options.keep
            if keep is None:
                keep = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="musicdata-networks-")))
            stack.enter_context(files.held(keep / "lock", wait=True))  # another validation may write the same networks
            for number, (kind, seed) in enumerate(((kind, seed) for kind in kinds for seed in seeds), 1):
                self.clock.progress(f"  network {number} of {total}: {kind.name}, seed {seed}")
                yield self._train(parts, kind, seed, keep, asked)

    def _train(self, parts: Parts, kind: Kind, seed: int, keep: Path, asked: dict[str, Any]) -> Trained:
        from musicdata_baselines.deep.captioning.training import train

        started = time.monotonic()
        folder = networks.folder_of(keep, parts, kind, seed)
        plan = networks.plan_of(kind, seed, self.settings, self.options, self.heard)
        model = train(plan, parts.train, parts.valid, folder, self.options.device, self._steps)
        if kind.hears:
            self._take_ear_along(model, folder)
        history = model.history
        written = Written(kind.name, model.caption(parts.test), seed)
        others = {
            control: Written(kind.name, model.caption(asked[control]), seed)
            for control in (CONTROLS if kind.hears and not kind.is_shuffled else ())
        }
        found = model.cosines(parts.valid) if kind.alignment and len(parts.valid) else None
        seconds = time.monotonic() - started
        self.clock.progress(f"  {kind.name}, seed {seed}: {history.steps:,} steps and captions, {seconds:.1f} s")
        return Trained(
            kind=kind,
            seed=seed,
            written=written,
            controls=others,
            steps=history.steps,
            converged=history.converged,
            valid_loss=min((one.loss for one in history.evaluations), default=None),
            cosines=(found.matched, found.unmatched, found.median_rank) if found is not None else None,
            folder=folder.name if self.options.keep is not None else "",
        )

    def _take_ear_along(self, model: Any, folder: Path) -> None:
        """Put what made the music tokens beside the captioner that hears by it, with weights that are nowhere else."""
        from musicdata_baselines.deep.captioning import saving

        weights = ear_weights(self.data, self.settings, self.heard)
        if weights is not None and saving.ear_weights(folder) != weights:
            saving.keep_ear(folder, model.ear, weights)

    def _steps(self, done: int, total: int) -> None:
        """Tell every thousandth step."""
        if done % _TOLD == 0:
            self.clock.progress(f"    step {done:,} of {total:,}")
