"""One training of a captioning network, step by step: what it has learned, where it stands, when it ends."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from musicdata.errors import UsageError
from musicdata_baselines.deep.captioning import checkpoint, losses, optimizing, saving
from musicdata_baselines.deep.captioning.batches import by_length
from musicdata_baselines.deep.captioning.decoding import decode
from musicdata_baselines.deep.captioning.history import Evaluation, History
from musicdata_baselines.deep.captioning.model import Model
from musicdata_baselines.deep.training import seeded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata_baselines.deep.captioning.decoding import Decoding
    from musicdata_baselines.deep.captioning.fusion import FusionBart
    from musicdata_baselines.deep.captioning.plan import Plan
    from musicdata_baselines.deep.captioning.preparing import Prepared

LEAST_READING = 0.85
"""A network that prefers a song's own lyrics to another's less often than this has not converged.

A caption that names what only lyrics tell is explained better by its own lyrics nearly always, but for songs that tell
the same. Where the lyrics' path has not taken off, it is half of the time, or three quarters if they tell one thing of
two values. Names of facts are not needed for it."""

MOST_RECALLED = 96
"""Rows by which the public code chooses an epoch: twelve batches of eight."""

PATIENCE = 3
WORTH_IT = 0.98
"""A network that reads its lyrics, and hears its music if it has any, is not trained on once so many evaluations have
not brought its loss below this share of what it was before them; config ``paper`` goes on to the end."""

_EVALUATIONS = {"corrected": 10, "paper": 5}


@dataclass(eq=False)
class Run:
    """A training between two steps.

    Attributes:
        plan: what is trained.
        network: as it is now.
        prepared: the songs.
        device: of the network.
        decoding: how it writes.
        start: first step of this cycle of the learning rate; `end` the step after its last.
        end: as above.
        best: weights that were the best so far, with `best_value` their loss or less their recall.
    """

    plan: Plan
    network: FusionBart
    prepared: Prepared
    device: torch.device
    decoding: Decoding
    history: History = field(default_factory=History)
    start: int = 0
    end: int = 0
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    best_value: float = float("inf")
    optimizer: torch.optim.Optimizer = field(init=False)
    _epoch: tuple[int, list[Any]] = (-1, [])

    def __post_init__(self) -> None:
        self.end = self.plan.steps
        self.optimizer = optimizing.make_optimizer(self.plan, self.network)

    def goes_on(self) -> bool:
        """Say whether there is a step to do; a cycle may end early, and another follow where lyrics are not read."""
        steps, plan = self.history.steps, self.plan
        is_over = steps >= self.end
        if not is_over and not self._is_stale():
            return True
        self._judge()
        reads = (self.history.reads_lyrics or 0) >= LEAST_READING
        hears = self.history.hears_music is None or self.history.hears_music >= LEAST_READING
        self.history.converged |= reads and steps <= plan.steps
        if (reads and (hears or is_over)) or (is_over and (self.end >= plan.last_step or not plan.steps)):
            return False
        if is_over:
            self.start, self.end = self.end, min(self.end + plan.steps, plan.last_step)
        return True

    def _is_stale(self) -> bool:
        """Say whether the network was looked at just now, and has not become much better for long."""
        evaluations = self.history.evaluations
        is_now = evaluations[-1].step == self.history.steps
        if self.plan.config == "paper" or not is_now or len(evaluations) <= PATIENCE:
            return False
        before, since = ([one.loss for one in part] for part in (evaluations[:-PATIENCE], evaluations[-PATIENCE:]))
        return min(since) > WORTH_IT * min(before)

    def step(self) -> None:
        """Do one step, and look at held-out songs when it is time.

        Raises:
            UsageError: the loss is not finite.
        """
        number = self.history.steps
        rate = optimizing.learning_rate(self.plan, number, self.start, self.end)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        batch = self.prepared.train.batch(self._rows(number), self.device)
        self.network.train()
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.plan.bf16):
            caption, aligned = losses.training_loss(self.network, batch, self.plan)
            loss = caption if aligned is None else caption + self.plan.weight * aligned
        if not torch.isfinite(loss):
            raise _divergence(number, self.plan)
        self.optimizer.zero_grad()
        loss.backward()
        if self.plan.config == "corrected":
            torch.nn.utils.clip_grad_norm_(self.network.parameters(), optimizing.LARGEST_GRADIENT)
        self.optimizer.step()
        self.history.losses.append(float(caption.detach()))
        if aligned is not None:
            self.history.alignment_losses.append(float(aligned.detach()))
        every = max(1, self.plan.steps // _EVALUATIONS[self.plan.config])
        if self.history.steps % every == 0 or self.history.steps == self.end:
            self.evaluate()

    def _rows(self, number: int) -> Any:
        per_epoch = max(1, round(len(self.prepared.train) / self.plan.batch_size))
        epoch, place = divmod(number, per_epoch)
        if self._epoch[0] != epoch:
            self._epoch = epoch, self.prepared.train.epoch(self.plan.batch_size, self.plan.seed, epoch)
        return self._epoch[1][place]

    def evaluate(self) -> None:
        """Look at held-out songs, and keep the weights if they are the best so far."""
        valid, steps = self.prepared.valid, self.history.steps
        loss = float(losses.row_losses(self.network, valid, self.device).mean())
        if not np.isfinite(loss):
            raise _divergence(steps, self.plan)
        recall = self._recall() if self.plan.config == "paper" else None
        found = losses.cosines(self.network, valid, self.device)
        pairs = (found.matched, found.unmatched, found.median_rank) if found else (None, None, None)
        self.history.evaluations.append(Evaluation(steps, loss, recall, *pairs))
        value = loss if recall is None else -recall
        if not self.best or value < self.best_value:
            self.best_value, self.history.best_step = value, steps
            self.best = {name: one.detach().clone() for name, one in saving.tensors_of(self.network).items()}

    def _recall(self) -> float:
        """Return the mean ROUGE-1 recall of captions of a few held-out songs; training's generators are left alone."""
        valid, songs = self.prepared.valid, np.arange(min(MOST_RECALLED, len(self.prepared.references)))
        lengths = np.diff(valid.lyrics.offsets)[songs]
        found = []
        with seeded(self.plan.seed, self.device):
            for places in by_length(lengths, MOST_RECALLED):
                lyrics, mask = (one.to(self.device) for one in valid.padded_lyrics(places))
                music = valid.music.take(places).to(self.device) if valid.music else None
                texts = self.prepared.tokenizer.decode(
                    decode(self.network, lyrics, mask, music, self.decoding).tolist()
                )
                found += [
                    rouge_1_recall(text, self.prepared.references[i]) for text, i in zip(texts, places, strict=True)
                ]
        return float(np.mean(found))

    def _judge(self) -> None:
        """Measure what the kept weights read and hear, with the network as it was before and after."""
        now = {name: one.detach().clone() for name, one in saving.tensors_of(self.network).items()}
        saving.set_tensors(self.network, self.best)
        valid = self.prepared.valid
        own = losses.row_losses(self.network, valid, self.device)
        self.history.reads_lyrics = losses.prefers_own(self.network, valid, self.device, own, "words")
        if valid.music is not None:
            self.history.hears_music = losses.prefers_own(self.network, valid, self.device, own, "music")
        saving.set_tensors(self.network, now)

    def state(self) -> checkpoint.Checkpoint:
        """Return the run as it is now."""
        tensors, values = optimizing.state_of(self.optimizer)
        parts = {
            "network": saving.tensors_of(self.network),
            "best": self.best,
            "optimizer": tensors,
            "generators": checkpoint.generators(self.device),
        }
        facts = {
            "history": self.history.as_json(),
            "optimizer": values,
            "cycle": [self.start, self.end],
            "best_value": self.best_value,
        }
        return checkpoint.Checkpoint(
            {f"{part}/{name}": one for part, of in parts.items() for name, one in of.items()}, facts
        )

    def restore(self, left: checkpoint.Checkpoint) -> None:
        """Go on where a run was."""
        saving.set_tensors(self.network, left.below("network/"))
        self.best = {name: one.to(self.device) for name, one in left.below("best/").items()}
        optimizing.restore(self.optimizer, left.below("optimizer/"), left.facts["optimizer"])
        checkpoint.set_generators(left.below("generators/"), self.device)
        self.history = History.of_json(left.facts["history"])
        self.start, self.end = left.facts["cycle"]
        self.best_value = left.facts["best_value"]

    def model(self) -> Model:
        """Return the model with the best weights."""
        saving.set_tensors(self.network, self.best)
        empty = np.empty(0, np.float32)
        prepared = self.prepared
        return Model(
            self.plan,
            self.network.eval(),
            prepared.tokenizer,
            empty if prepared.mean is None else prepared.mean,
            empty if prepared.scale is None else prepared.scale,
            self.decoding,
            self.history,
            dict(self.plan.ear or {}),
            self.device,
        )


def _divergence(step: int, plan: Plan) -> UsageError:
    return UsageError(
        f"training diverged in step {step}: the loss is not finite; lower learning_rate (it rises to {plan.peak_rate})"
    )


def rouge_1_recall(text: str, reference: str) -> float:
    """Return the share of a reference's words that a text has too, as rouge-score counts without a stemmer.

    >>> rouge_1_recall("The sea, the SEA", "the sea is wide")
    0.5
    """
    said, wanted = (Counter(_words(one)) for one in (text, reference))
    return (said & wanted).total() / max(1, wanted.total())


def _words(text: str) -> Sequence[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
