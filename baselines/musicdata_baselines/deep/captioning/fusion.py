"""BART that hears: music tokens attended to by the last encoder layers, and lyrics aligned with music.

Zhang et al., "Interpreting Song Lyrics with an Audio-Informed Pre-trained Language Model" (ISMIR 2022), and He et al.,
"RECAP" (2022), eq. 1, with what their code adds to the papers: the residual of 0.1, one module for all fused layers.
"""

from __future__ import annotations

from dataclasses import field
from typing import Literal

import torch
from torch import nn
from torch.nn import functional
from transformers import BartConfig, BartForConditionalGeneration
from transformers.masking_utils import create_bidirectional_mask


class FusionConfig(BartConfig):
    """A BART's configuration with that of its ear; without `fusion_layers` it is a stock BART."""

    music_width: int = 256
    fusion_common: int = 768
    fusion_heads: int = 1
    fusion_scale: float = 0.1
    fusion_layers: list[int] = field(default_factory=lambda: [4, 5])
    is_aligned: bool = False


class MusicFusion(nn.Module):
    """``LayerNorm(text + scale * Attention(Wq text, Wk music, Wv music))``."""

    def __init__(self, config: FusionConfig) -> None:
        super().__init__()
        common, width = config.fusion_common, config.d_model
        self.scale = config.fusion_scale
        self.key, self.value = nn.Linear(config.music_width, common), nn.Linear(config.music_width, common)
        self.query = nn.Linear(width, common)
        self.attention = nn.MultiheadAttention(common, config.fusion_heads, batch_first=True)
        self.out = nn.Identity() if common == width else nn.Linear(common, width)
        self.norm = nn.LayerNorm(width)

    def forward(self, text: torch.Tensor, music: torch.Tensor) -> torch.Tensor:
        """Return text states (songs, positions, d_model) that have heard music (songs, tokens, music_width)."""
        heard, _ = self.attention(self.query(text), self.key(music), self.value(music), need_weights=False)
        return self.norm(text + self.scale * self.out(heard))


class FusionBart(BartForConditionalGeneration):
    """A BART whose encoder hears; one module serves all layers in `fusion_layers`."""

    config_class = FusionConfig

    def __init__(self, config: FusionConfig) -> None:
        super().__init__(config)
        if config.fusion_layers:
            self.fusion = MusicFusion(config)
        if config.is_aligned:  # the wider of the two is brought to the other's width
            widths = sorted((config.music_width, config.d_model))
            self.alignment = nn.Linear(widths[1], widths[0])
        self.post_init()

    def encode(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor, music: torch.Tensor | None = None
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the encoder's states, and those that went into the first fused layer: what alignment looks at."""
        encoder, fused = self.model.encoder, self.config.fusion_layers
        embedded = encoder.embed_tokens(input_ids)
        states = encoder.layernorm_embedding(embedded + encoder.embed_positions(input_ids))
        states = before = functional.dropout(states, p=encoder.dropout, training=self.training)
        mask = create_bidirectional_mask(config=self.config, inputs_embeds=embedded, attention_mask=attention_mask)
        for number, layer in enumerate(encoder.layers):
            before = states if number == min(fused, default=-1) else before
            states = layer(states, mask)
            if music is not None and number in fused:
                states = self.fusion(states, music)
        return states, before

    def similarities(self, music: torch.Tensor, lyrics: torch.Tensor) -> torch.Tensor:
        """Return cosines (songs, songs) of mean music (row) and mean lyrics (column), aligned."""
        widens = music.shape[1] > lyrics.shape[1]
        music, lyrics = (self.alignment(music), lyrics) if widens else (music, self.alignment(lyrics))
        return functional.normalize(music, dim=1) @ functional.normalize(lyrics, dim=1).T


def alignment_loss(
    cosines: torch.Tensor, kind: Literal["positive", "infonce"], temperature: float = 0.3
) -> torch.Tensor:
    """Return the mean distance of true pairs, or NT-Xent from music to lyrics; row i and column i are of one song."""
    if kind == "positive":
        return (1 - cosines.diagonal()).mean()
    return functional.cross_entropy(cosines / temperature, torch.arange(len(cosines), device=cosines.device))
