"""Captions from a network: greedy, by beams, or sampled; always with the mask of the lyrics."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

import torch
from transformers import GenerationConfig
from transformers.modeling_outputs import BaseModelOutput

from musicdata_baselines.deep.captioning.tokenizer import BOS, EOS, PAD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata_baselines.deep.captioning.fusion import FusionBart
    from musicdata_baselines.deep.captioning.plan import Plan

LONG_CAPTION = 64
"""Captions of more tokens than this may say a thing twice: then no three tokens in a row are said again."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How captions are decoded.

    Attributes:
        beams: 1 is greedy, or plain sampling.
        is_sampled: draw each token, as the papers do, who searched by beams besides.
        no_repeat: n-grams of so many tokens are said once; 0 for any.
        most_tokens: of a caption, its two ends among them.
    """

    beams: int
    is_sampled: bool
    no_repeat: int
    most_tokens: int

    @classmethod
    def of(cls, plan: Plan, longest: int, mean: float, limit: int) -> Self:
        """Return what a plan asks for.

        Args:
            plan: of the network.
            longest: tokens of the longest caption of the training set; `mean` is their mean number.
            mean: as above.
            limit: tokens that the network can say.
        """
        if plan.config == "paper":  # the 3-gram block is in bart-base's own settings
            beams = 5 if plan.hears else 4
            return cls(beams, True, 3, limit) if plan.bart else cls(beams, True, 0, min(limit, longest + 8))
        return cls(4, False, 3 if mean > LONG_CAPTION else 0, min(limit, longest + 8))

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)

    @classmethod
    def of_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what `as_json` wrote."""
        return cls(
            int(values["beams"]), bool(values["is_sampled"]), int(values["no_repeat"]), int(values["most_tokens"])
        )


def decode(
    network: FusionBart,
    lyrics: torch.Tensor,
    mask: torch.Tensor,
    music: torch.Tensor | None,
    decoding: Decoding,
) -> torch.Tensor:
    """Return ids (songs, positions) of a caption each; sampling draws from PyTorch's generator.

    The mask goes along: transformers infer none where the encoder's outputs are given, and the decoder would attend to
    the padding.
    """
    settings = GenerationConfig(
        num_beams=decoding.beams,
        do_sample=decoding.is_sampled,
        early_stopping=decoding.beams > 1,
        no_repeat_ngram_size=decoding.no_repeat,
        max_length=decoding.most_tokens,
        forced_bos_token_id=BOS,
        forced_eos_token_id=EOS,
        decoder_start_token_id=EOS,
        bos_token_id=BOS,
        eos_token_id=EOS,
        pad_token_id=PAD,
        top_k=50 if decoding.is_sampled else None,
    )
    network.eval()
    network.generation_config = settings  # else the settings of a user's folder are mixed into these
    with torch.inference_mode():
        states, _ = network.encode(lyrics, mask, music)
        return network.generate(
            encoder_outputs=BaseModelOutput(states), attention_mask=mask, generation_config=settings
        )
