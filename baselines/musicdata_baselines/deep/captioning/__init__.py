"""Captioners that are networks: BART on lyrics, and BART that hears. They need PyTorch and transformers."""

from __future__ import annotations

from musicdata.errors import SetupError


def require_transformers() -> None:
    """Refuse to go on without transformers and tokenizers.

    Raises:
        SetupError: one of them is not installed, or cannot be imported.
    """
    try:
        import tokenizers  # noqa: F401  # to be able to say what is missing
        import transformers  # noqa: F401
    except ImportError as error:
        raise SetupError(
            f"captioning networks need transformers and tokenizers ({error}); run: pip install 'musicdata[captions]'"
        ) from error


require_transformers()
