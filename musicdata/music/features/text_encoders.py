"""Sentence encoders by name.

Each is a module that is loaded when it is opened. Weights come inside installed packages, or in a folder of the user's;
nothing is downloaded. A text's vector depends on the text alone, not on those beside it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata.music.features.text_encoder import E5, ENCODERS, MINILM, MODEL, USE, Encoded, EncoderFacts, TextEncoder
from musicdata.wording import choice

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["E5", "ENCODERS", "MINILM", "MODEL", "USE", "Encoded", "EncoderFacts", "TextEncoder", "open_encoder"]


def open_encoder(name: str, folder: Path | None = None) -> TextEncoder:
    """Open an encoder; once a process.

    Args:
        name: one of `ENCODERS`.
        folder: of the model, for ``model``; the others have none.

    Raises:
        UsageError: there is no such encoder, or the folder is missing or too much.
        SetupError: its package is not installed.
        IntegrityError: its weights are not those it was measured with.
        InputError: the folder holds no model that can be used.
    """
    if name not in ENCODERS:
        raise UsageError(f"no sentence encoder is called {name!r}{choice(name, ENCODERS)}")
    if (folder is not None) != (name == MODEL):
        raise UsageError(
            "the sentence encoder model needs the folder of one (model.onnx and tokenizer.json)"
            if folder is None
            else f"the sentence encoder {name} comes in a package; only {MODEL} is read from a folder, here {folder}"
        )
    return _opened(name, folder.absolute() if folder is not None else None)


@lru_cache(maxsize=8)
def _opened(name: str, folder: Path | None) -> TextEncoder:
    if name == MINILM:
        from musicdata.music.features.minilm import MiniLm

        return MiniLm()
    if name == USE:
        from musicdata.music.features.use_multilingual import UseMultilingual

        return UseMultilingual()
    if name == E5:
        from musicdata.music.features.e5 import E5Small

        return E5Small()
    from musicdata.music.features.model_folder import ModelFolder

    assert folder is not None, "checked by open_encoder"
    return ModelFolder(folder)
