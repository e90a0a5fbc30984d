"""Ears: networks that turn the first 15 s of a song into tokens, each with weights of its own.

`cnnsa` is the tagger that the captioning papers hear by; its weights are the user's to bring. `musicnn` has published
weights in a package. `small` is trained on the tags of a data set. None of them learns while it hears.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.errors import InputError, UsageError
from musicdata.music.features.ears.clips import Clip, load_clip
from musicdata.music.features.ears.ear import CNNSA, EARS, MUSICNN, SMALL, Ear, EarFacts
from musicdata.wording import choice

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CNNSA", "EARS", "MUSICNN", "SMALL", "Clip", "Ear", "EarFacts", "load_clip", "open_ear"]


def open_ear(name: str, weights: Path | None = None, model: str = "mtt") -> Ear:
    """Return an ear with its weights.

    Args:
        name: ``cnnsa``, ``musicnn`` or ``small``.
        weights: file with its weights: of ``cnnsa`` the authors' ``best_model.pth`` or a safetensors file of the same
            names, of ``musicnn`` the package's wheel (None: as installed), of ``small`` what it was saved as.
        model: of ``musicnn``, on which tags it was trained: ``mtt`` (MagnaTagATune) or ``msd`` (Million Song).

    Raises:
        UsageError: there is no such ear or model, or it needs a file of weights.
        InputError: the file does not hold its weights.
        SetupError: PyTorch, or the package with its weights, is not installed.
    """
    if name == MUSICNN:
        from musicdata.music.features.ears.musicnn import Musicnn

        return Musicnn.opened(model, weights)
    if name not in EARS:
        raise UsageError(f"there is no ear called {name!r}{choice(name, EARS)}")
    if weights is None:
        raise UsageError(f"the ear {name} needs a file with its weights")
    if not weights.is_file():
        raise InputError(f"{weights}: no such file; the ear {name} expects its weights there")
    if name == CNNSA:
        from musicdata.music.features.ears.cnnsa import Cnnsa

        return Cnnsa.opened(weights)
    from musicdata.music.features.ears.small import SmallEar

    return SmallEar.opened(weights)
