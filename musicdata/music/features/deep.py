"""PyTorch, when it is there, held to one thread: the same sums in the same order on every machine of a kind."""

from __future__ import annotations

import contextlib
import importlib.util
from typing import TYPE_CHECKING

from musicdata.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterator


def require_torch(what: str) -> None:
    """Do nothing if PyTorch is installed.

    Raises:
        SetupError: it is not; the message says what needs it.
    """
    if importlib.util.find_spec("torch") is None:
        raise SetupError(f"{what} needs PyTorch, which is not installed: pip install 'musicdata[deep]'")


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Hold PyTorch to one thread inside the block: workers share the processors, and sums keep their order."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
