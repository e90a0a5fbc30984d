"""Deep estimators. They need PyTorch, which the rest does without: importing anything of this package asks for it."""

from __future__ import annotations

from musicdata.errors import SetupError


def require_torch() -> None:
    """Refuse to go on without PyTorch.

    Raises:
        SetupError: PyTorch is not installed, or cannot be imported.
    """
    try:
        import torch  # noqa: F401  # to be able to say what is missing
    except ImportError as error:
        raise SetupError(f"deep baselines need PyTorch ({error}); run: pip install 'musicdata[deep]'") from error


require_torch()
