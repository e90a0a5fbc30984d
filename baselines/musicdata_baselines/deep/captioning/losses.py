"""What a network is trained for, and what its training is judged by: losses of captions, cosines of pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import torch
from torch.nn import functional
from transformers.modeling_outputs import BaseModelOutput

from musicdata_baselines.deep.captioning.batches import IGNORED, by_length, derangement
from musicdata_baselines.deep.captioning.fusion import alignment_loss
from musicdata_baselines.deep.captioning.tokenizer import EOS, PAD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.deep.captioning.batches import Batch, Examples
    from musicdata_baselines.deep.captioning.fusion import FusionBart
    from musicdata_baselines.deep.captioning.plan import Plan

Part = Literal["words", "music"]

N_OTHERS = 4
_ROWS = 64


@dataclass(frozen=True, slots=True)
class Cosines:
    """How mean music and mean lyrics of songs lie to each other.

    Attributes:
        matched: mean cosine of a song's own two; `unmatched` of one song's music and another's lyrics.
        median_rank: of a song's lyrics among all, by their cosine with its music, from 1; of so many `n_songs`.
    """

    matched: float
    unmatched: float
    median_rank: float
    n_songs: int


def token_losses(network: FusionBart, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the loss of each token (rows, positions), 0 where none is counted, and the states before the fusion."""
    states, before = network.encode(batch.lyrics, batch.mask, batch.music)
    said = batch.labels.masked_fill(batch.labels == IGNORED, PAD)
    said = torch.cat([torch.full_like(said[:, :1], EOS), said[:, :-1]], 1)
    out = network(
        encoder_outputs=BaseModelOutput(states), attention_mask=batch.mask, decoder_input_ids=said, use_cache=False
    )
    logits = out.logits.float()
    losses = functional.cross_entropy(logits.transpose(1, 2), batch.labels, ignore_index=IGNORED, reduction="none")
    return losses, before


def mean_lyrics(before: torch.Tensor, batch: Batch, *, pads_count: bool) -> torch.Tensor:
    """Return the mean state (rows, d_model) of each song's lyrics, over all positions if pads count."""
    if pads_count:
        return before.mean(1)
    kept = batch.mask.unsqueeze(2).to(before.dtype)
    return (before * kept).sum(1) / kept.sum(1)


def training_loss(network: FusionBart, batch: Batch, plan: Plan) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Return the mean loss a token, and that of the alignment, in which each song of the batch stands once."""
    losses, before = token_losses(network, batch)
    caption = losses.sum() / (batch.labels != IGNORED).sum()
    if plan.alignment is None or batch.partner is None:
        return caption, None
    lyrics = mean_lyrics(before, batch, pads_count=plan.config == "paper")
    _, first = np.unique(batch.songs, return_index=True)
    rows = torch.from_numpy(first).to(lyrics.device)
    return caption, alignment_loss(network.similarities(batch.partner[rows], lyrics[rows]), plan.alignment)


def row_losses(
    network: FusionBart,
    examples: Examples,
    device: torch.device,
    *,
    reads: NDArray[np.int64] | None = None,
    hears: NDArray[np.int64] | None = None,
) -> NDArray[np.float64]:
    """Return the mean loss a token of each caption (rows,), pads never counted.

    Args:
        network: in any mode; it is left in eval mode.
        examples: whose captions are judged.
        device: the network's.
        reads: song → song whose lyrics are read in its place; `hears` song → song whose music is heard.
        hears: as above.
    """
    network.eval()
    result = np.empty(len(examples))
    for rows in by_length(np.diff(examples.captions.offsets), _ROWS):
        batch = examples.batch(rows, device, reads=reads, hears=hears)
        with torch.inference_mode():
            losses, _ = token_losses(network, batch)
        counted = (batch.labels != IGNORED) & (batch.labels != PAD)
        result[rows] = ((losses * counted).sum(1).double() / counted.sum(1)).cpu().numpy()
    return result


def prefers_own(
    network: FusionBart, examples: Examples, device: torch.device, own: NDArray[np.float64], part: Part
) -> float:
    """Return how often a song's own lyrics, or music, give its caption a lower loss than another song's do.

    A network that does not look at them prefers nothing: 0.5. The other songs are `N_OTHERS` seeded ones.

    Args:
        network: the network.
        examples: whose captions are judged.
        device: the network's.
        own: what `row_losses` returns.
        part: ``words`` or ``music``.
    """
    n_songs = len(examples.lyrics)
    wins = []
    for number in range(N_OTHERS if n_songs > 1 else 0):
        other = derangement(n_songs, number)
        worse = row_losses(network, examples, device, **{"reads" if part == "words" else "hears": other})
        wins.append(np.where(worse == own, 0.5, worse > own).mean())
    return float(np.mean(wins)) if wins else 0.5


def cosines(network: FusionBart, examples: Examples, device: torch.device) -> Cosines | None:
    """Return how music and lyrics of songs lie to each other; None where nothing aligns them, or there are no two."""
    n_songs = len(examples.lyrics)
    if not network.config.is_aligned or examples.music is None or n_songs < 2:
        return None
    network.eval()
    music, lyrics = [], []
    for at in range(0, n_songs, _ROWS):
        songs = np.arange(at, min(at + _ROWS, n_songs))
        ids, mask = (one.to(device) for one in examples.padded_lyrics(songs))
        with torch.inference_mode():
            _, before = network.encode(ids, mask)
        kept = mask.unsqueeze(2)
        lyrics.append((before * kept).sum(1) / kept.sum(1))
        music.append(examples.music.take(songs).mean(1).to(device))
    with torch.inference_mode():
        grid = network.similarities(torch.cat(music), torch.cat(lyrics)).double().cpu().numpy()
    own = grid.diagonal()
    ranks = 1 + (grid > own[:, None]).sum(1) + ((grid == own[:, None]).sum(1) - 1) / 2
    unmatched = (grid.sum() - own.sum()) / (n_songs * (n_songs - 1))
    return Cosines(float(own.mean()), float(unmatched), float(np.median(ranks)), n_songs)
