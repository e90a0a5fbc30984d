"""What an ear is: a frozen network that turns the first 15 s of a song into a row of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE_HZ = 16_000
CLIP_S = 15
N_SAMPLES = RATE_HZ * CLIP_S
"""Samples of a clip: every ear hears as much, the first 15 s."""

CNNSA, MUSICNN, SMALL = "cnnsa", "musicnn", "small"
EARS = (CNNSA, MUSICNN, SMALL)
SHAPES = {CNNSA: (119, 256), MUSICNN: (9, 200), SMALL: (10, 64)}
"""Ear → how many tokens a clip has, and how many numbers a token."""


@dataclass(frozen=True, slots=True)
class EarFacts:
    """What is known of an ear.

    Attributes:
        name: ``cnnsa``, ``musicnn`` or ``small``.
        version: of what computes, raised with every change of the numbers, and of its weights where these have one.
        weights_sha256: of the file with its weights, hexadecimal.
        n_tokens: of a clip.
        width: numbers of a token.
        licence: of the weights, as far as their authors state it.
        sample_rate: of the clips, in Hz.
        n_samples: of a clip.
    """

    name: str
    version: str
    weights_sha256: str
    n_tokens: int
    width: int
    licence: str
    sample_rate: int = RATE_HZ
    n_samples: int = N_SAMPLES

    @property
    def label(self) -> str:
        """Return its name and version, as tables have them."""
        return f"{self.name} {self.version}"


class Ear(Protocol):
    """Hears clips."""

    @property
    def facts(self) -> EarFacts:
        """Return what is known of it."""
        ...

    def tokens(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the tokens of clips, shape (clips, tokens, width), the same to the bit whichever clips are beside one.

        Args:
            clips: mono samples at 16 kHz between -1 and 1, shape (clips, 240,000); as many as fit into memory.
        """
        ...
