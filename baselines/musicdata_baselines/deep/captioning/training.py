"""The training of a captioning network: seeded, kept in checkpoints, the best weights chosen on held-out songs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.deep import devices
from musicdata_baselines.deep.captioning import checkpoint, preparing, saving
from musicdata_baselines.deep.captioning.decoding import Decoding
from musicdata_baselines.deep.captioning.networks import build, limits
from musicdata_baselines.deep.captioning.running import Run
from musicdata_baselines.deep.training import seeded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from musicdata_baselines.captioning.songs import Songs
    from musicdata_baselines.deep.captioning.fusion import FusionBart
    from musicdata_baselines.deep.captioning.model import Model
    from musicdata_baselines.deep.captioning.plan import Plan
    from musicdata_baselines.deep.captioning.preparing import Prepared

    Progress = Callable[[int, int], None]


def train(
    plan: Plan,
    train: Songs,
    valid: Songs,
    folder: Path,
    device: str = "auto",
    progress: Progress | None = None,
) -> Model:
    """Train a network and write it to a folder; what the folder holds of the same training is taken up again.

    A training that was killed goes on from its last checkpoint and has, on a processor, the losses of one that was
    not. A finished one is opened. What the folder holds of another plan, or of other songs, is replaced.

    Args:
        plan: what is trained.
        train: songs to learn from, with captions and, for fusion, music tokens.
        valid: other songs, by which weights are chosen: by the loss of their captions, or, in config ``paper``, by the
            ROUGE-1 recall of what is written of them.
        folder: of the model; one process at a time writes it.
        device: ``auto``, ``cpu`` or ``cuda``.
        progress: is told how many steps are done, of how many.

    Raises:
        ViewError: there are too few captions, or music tokens are missing, of another width, or not finite.
        UsageError: training diverged.
        ModelFileError: the folder of the plan's BART cannot be used.
        StorageError: the folder cannot be written.
    """
    chosen = devices.choose(device)
    train, valid = preparing.check_songs(plan, train, valid)
    digest = preparing.digest(plan, train, valid)
    if (done := saving.finished(folder, digest)) is not None:
        return done.on(chosen)
    tokenizer = preparing.choose_tokenizer(plan, train)
    width = train.tokens.shape[2] if train.tokens is not None else None
    with seeded(plan.seed, chosen):
        network = build(plan, len(tokenizer), width).to(chosen)
        prepared = preparing.prepare(plan, train, valid, tokenizer, limits(plan, network))
        run = Run(plan, network, prepared, chosen, _decoding(plan, network, prepared))
        if (left := checkpoint.read(folder, digest)) is not None:
            run.restore(left)
        else:
            run.evaluate()
        while run.goes_on():
            run.step()
            if run.history.steps % plan.checkpoint_every == 0:
                checkpoint.write(folder, digest, run.state())
            if progress is not None:
                progress(run.history.steps, run.end)
    model = run.model()
    saving.save_model(model, folder, digest)
    checkpoint.remove(folder)
    return model


def _decoding(plan: Plan, network: FusionBart, prepared: Prepared) -> Decoding:
    lengths = np.diff(prepared.train.captions.offsets)
    return Decoding.of(plan, int(lengths.max()), float(lengths.mean()), limits(plan, network)[1])
