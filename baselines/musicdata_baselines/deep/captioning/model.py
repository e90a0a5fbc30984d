"""A trained captioning network: what it writes of songs, and how it hears them."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.deep.captioning import losses
from musicdata_baselines.deep.captioning.batches import Examples, Music, by_length, check_tokens
from musicdata_baselines.deep.captioning.decoding import decode
from musicdata_baselines.deep.captioning.networks import limits
from musicdata_baselines.deep.training import seeded

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from musicdata_baselines.captioning.songs import Songs
    from musicdata_baselines.deep.captioning.decoding import Decoding
    from musicdata_baselines.deep.captioning.fusion import FusionBart
    from musicdata_baselines.deep.captioning.history import History
    from musicdata_baselines.deep.captioning.losses import Cosines, Part
    from musicdata_baselines.deep.captioning.plan import Plan
    from musicdata_baselines.deep.captioning.tokenizer import CaptionTokenizer


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network with all that reading and writing need.

    Attributes:
        plan: what it was trained as.
        network: in eval mode, on `device`.
        tokenizer: its own.
        music_mean: (width,), subtracted from music tokens; `music_scale` divides them. Empty where nothing is heard.
        music_scale: as above.
        decoding: how it writes.
        history: of its training.
        ear: facts of what made its music tokens; empty if nobody said.
        device: of the network.
    """

    plan: Plan
    network: FusionBart
    tokenizer: CaptionTokenizer
    music_mean: NDArray[np.float32]
    music_scale: NDArray[np.float32]
    decoding: Decoding
    history: History
    ear: dict[str, Any]
    device: torch.device

    @property
    def name(self) -> str:
        """What the system is called in tables."""
        return self.plan.name

    @property
    def converged(self) -> bool:
        """Whether it read its lyrics after the planned steps; `history.reads_lyrics` is what it came to in the end."""
        return self.history.converged

    def caption(self, songs: Songs, *, tokens: NDArray[Any] | None = None, batch_size: int = 100) -> list[str]:
        """Write a caption of each song; the same again for the same songs.

        Args:
            songs: lyrics and music tokens; their captions are not looked at. Without music tokens, the encoder is
                that of a stock BART.
            tokens: (songs, tokens, width), heard in place of the songs' own: another song's, or zeros.
            batch_size: songs decoded at once.

        Raises:
            ViewError: the tokens are not such as it was trained on.
        """
        music = self._music(songs, tokens)
        lyrics = self.tokenizer.sequences(songs.lyrics, limits(self.plan, self.network)[0])
        examples = Examples.of_lyrics(lyrics, music)
        ids: dict[int, Any] = {}
        with seeded(self.plan.seed, self.device):
            for places in by_length(np.diff(lyrics.offsets), batch_size):
                padded, mask = (one.to(self.device) for one in examples.padded_lyrics(places))
                heard = music.take(places).to(self.device) if music else None
                rows = decode(self.network, padded, mask, heard, self.decoding).tolist()
                ids |= dict(zip(places.tolist(), rows, strict=True))
        return self.tokenizer.decode([ids[place] for place in range(len(songs.ids))])

    def losses(self, songs: Songs, *, tokens: NDArray[Any] | None = None) -> NDArray[np.float64]:
        """Return the mean loss a token, in nats, of each caption of the songs, one song's after the other's."""
        return losses.row_losses(self.network, self._examples(songs, tokens), self.device)

    def cosines(self, songs: Songs) -> Cosines | None:
        """Return how music and lyrics of the songs lie to each other; None for a network that aligns nothing."""
        return losses.cosines(self.network, self._examples(songs, None), self.device)

    def prefers_own(self, songs: Songs, part: Part) -> float:
        """Return how often a song's own ``words`` or ``music`` explain its captions better than another song's do."""
        examples = self._examples(songs, None)
        own = losses.row_losses(self.network, examples, self.device)
        return losses.prefers_own(self.network, examples, self.device, own, part)

    def _examples(self, songs: Songs, tokens: NDArray[Any] | None) -> Examples:
        return Examples.of(songs, self.tokenizer, self._music(songs, tokens), limits(self.plan, self.network))

    def _music(self, songs: Songs, tokens: NDArray[Any] | None) -> Music | None:
        tokens = songs.tokens if tokens is None else tokens
        if tokens is None or not self.plan.hears:
            return None
        checked = check_tokens(tokens, len(songs.ids), len(self.music_mean))
        return Music(checked, self.music_mean, self.music_scale)

    def on(self, device: torch.device) -> Model:
        """Return the model on another device; the network is moved there."""
        return dataclasses.replace(self, network=self.network.to(device), device=device)
