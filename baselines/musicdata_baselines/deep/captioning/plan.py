"""What a captioning network is and how it is trained, as numbers and names: the whole of it stands in `model.json`."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  # pydantic reads it
from dataclasses import asdict, dataclass
from pathlib import Path  # noqa: TC003
from typing import Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from musicdata.errors import UsageError
from musicdata.wording import invalid

System = Literal["lyrics", "fusion"]
Alignment = Literal["positive", "infonce"]
Config = Literal["corrected", "paper"]
Size = Literal["small", "base"]

LEARNING_RATES: dict[tuple[Config, bool], float] = {
    ("corrected", True): 3e-5,
    ("corrected", False): 3e-3,
    ("paper", True): 6e-4,
    ("paper", False): 3e-2,
}
"""(config, weights were trained before) → the highest learning rate. The paper's 6e-4 is for trained weights, and
Adafactor takes it times the size of each weight; weights drawn at random learn nothing by it in a thousand steps."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How large a network is that starts from random weights."""

    d_model: int
    layers: int
    heads: int
    ffn: int
    fusion_layers: tuple[int, ...]
    vocabulary: int
    most_lyric_tokens: int
    most_caption_tokens: int
    dropout: float
    init_std: float


SHAPES: dict[Size, Shape] = {
    "small": Shape(64, 2, 4, 128, (1,), 512, 256, 256, 0.0, 0.07),
    "base": Shape(768, 6, 12, 3072, (4, 5), 50_265, 512, 512, 0.1, 0.02),
}
"""``base`` is bart-base's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One network to be trained.

    Attributes:
        system: ``lyrics`` is stock BART, which reads lyrics only; ``fusion`` attends to music tokens too.
        alignment: pulls mean music and mean lyrics of a song together: ``positive`` (RECAP eq. 1) or ``infonce``.
        weight: of the alignment beside the caption's loss; RECAP's alpha of eq. 3.
        shuffled_pairs: a control: each song is aligned with the music of another, always the same one.
        config: ``corrected``, or ``paper`` for what the public code does: pads are in the loss and in the mean of the
            lyrics, Adafactor, sampling with beams, the best ROUGE-1 recall chosen.
        seed: of weights, order, dropout and sampling.
        steps: of training.
        most_steps: a network that does not read its lyrics after `steps` is trained on, `steps` at a time, up to so
            many; None for three times `steps`.
        batch_size: captions a step.
        size: of a network that starts from random weights: ``small`` has a quarter of a million, ``base`` bart-base's.
        bart: folder with trained weights of a BART, its config.json and its tokenizer; `size` is then theirs.
        learning_rate: the highest; None for that of `LEARNING_RATES`.
        checkpoint_every: steps.
        bf16: compute in bfloat16 where that is exact enough (`torch.autocast`).
        ear: facts of what made the music tokens (`EarFacts` as a dict), kept with the model; nothing here reads them.

    Raises:
        UsageError: a number or a name makes no sense, or two of them do not go together.
    """

    system: System = "fusion"
    alignment: Alignment | None = None
    weight: float = 0.02
    shuffled_pairs: bool = False
    config: Config = "corrected"
    seed: int = 0
    steps: int = 1000
    most_steps: int | None = None
    batch_size: int = 32
    size: Size = "small"
    bart: Path | None = None
    learning_rate: float | None = None
    checkpoint_every: int = 200
    bf16: bool = False
    ear: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        least = {"seed": 0, "steps": 0, "batch_size": 1, "checkpoint_every": 1, "weight": 0.0}
        for name, smallest in least.items():
            if not smallest <= getattr(self, name) < float("inf"):
                raise UsageError(f"{name} is {getattr(self, name)}, expected a number of at least {smallest}")
        if self.learning_rate is not None and not 0 < self.learning_rate < float("inf"):
            raise UsageError(f"learning_rate is {self.learning_rate}, expected a number above 0")
        if self.most_steps is not None and self.most_steps < self.steps:
            raise UsageError(f"most_steps is {self.most_steps}, expected at least steps ({self.steps})")
        if self.alignment and not self.hears:
            raise UsageError("system 'lyrics' hears nothing to align lyrics with; choose system 'fusion'")
        if self.shuffled_pairs and not self.alignment:
            raise UsageError("shuffled_pairs is a control of alignment; choose alignment 'positive' or 'infonce'")

    @property
    def hears(self) -> bool:
        """Whether the network is given music tokens."""
        return self.system == "fusion"

    @property
    def name(self) -> str:
        """What the system is called in tables."""
        if not self.hears:
            return "lyrics only"
        aligned = f" + {self.alignment}" if self.alignment else ""
        return f"fusion{aligned}{' (shuffled pairs)' if self.shuffled_pairs else ''}"

    @property
    def peak_rate(self) -> float:
        """The highest learning rate."""
        return self.learning_rate or LEARNING_RATES[self.config, self.bart is not None]

    @property
    def last_step(self) -> int:
        """Steps after which training ends, whatever was learned."""
        return 3 * self.steps if self.most_steps is None else self.most_steps

    def as_json(self) -> dict[str, Any]:
        """Return the plan as JSON has it; of `bart` its folder's name only, for no model holds paths."""
        values = asdict(self)
        return values | {"bart": self.bart.name if self.bart else None, "ear": dict(self.ear) if self.ear else None}

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Self:
        """Return the plan that `as_json` wrote.

        Raises:
            UsageError: it is none.
        """
        try:
            return TypeAdapter(cls).validate_python(dict(values))
        except ValidationError as error:
            raise UsageError(f"this is no plan of a captioning network: {invalid(error)}") from error
