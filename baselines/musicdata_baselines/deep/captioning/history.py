"""What happened in a training, as JSON has it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Self

from pydantic import TypeAdapter

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The network on held-out songs after some steps.

    Attributes:
        step: steps that were done.
        loss: mean a token, in nats, pads never counted.
        recall: ROUGE-1 recall of its captions, by which config ``paper`` chooses; None in the other.
        matched: mean cosine of a song's music and its own lyrics; None where nothing is aligned.
        unmatched: the same with another song's lyrics: a loss of alignment says nothing without it.
        median_rank: of a song's own lyrics among those of all held-out songs.
    """

    step: int
    loss: float
    recall: float | None = None
    matched: float | None = None
    unmatched: float | None = None
    median_rank: float | None = None


@dataclass(slots=True)
class History:
    """A training from its first step on.

    Attributes:
        losses: of the captions, step by step; `alignment_losses` of the alignment, if there is one.
        alignment_losses: as above.
        evaluations: in order.
        best_step: whose weights were kept.
        converged: after the planned steps the network read its lyrics (`running.LEAST_READING`).
        reads_lyrics: how often a song's own lyrics give its caption a lower loss than another song's lyrics do, with
            the weights that were kept: 1 for always, 0.5 for a network that does not look at them.
        hears_music: the same of its music; None where nothing is heard.
    """

    losses: list[float] = field(default_factory=list)
    alignment_losses: list[float] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    best_step: int = 0
    converged: bool = False
    reads_lyrics: float | None = None
    hears_music: float | None = None

    @property
    def steps(self) -> int:
        """Steps that were done."""
        return len(self.losses)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what `as_json` wrote.

        Raises:
            pydantic.ValidationError: it did not.
        """
        return TypeAdapter(cls).validate_python(dict(values))
