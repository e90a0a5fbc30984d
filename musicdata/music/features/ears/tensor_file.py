"""A file of tensors, as arrays: safetensors, or what torch.save wrote."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError
from musicdata.music.features.ears import torch_file
from musicdata.system import paths

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def read(path: Path) -> tuple[dict[str, NDArray[Any]], str]:
    """Return name → array of the tensors in a file, and the sha256 of the file.

    Args:
        path: ends in ``.safetensors``, or is of torch.save.

    Raises:
        InputError: it is neither.
    """
    try:
        data = paths.read_regular(path, torch_file.MAX_BYTES, follow=True)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from error
    sha256 = hashlib.sha256(data).hexdigest()
    if path.suffix == ".safetensors":
        return of_safetensors(data, str(path)), sha256
    return torch_file.of_bytes(data, str(path)), sha256


def of_safetensors(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    """Return the tensors in the bytes of a safetensors file.

    Raises:
        InputError: they are none, or of a kind that numpy does not know.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        arrays: dict[str, NDArray[Any]] = load(data)
    except (SafetensorError, KeyError, ValueError, TypeError, OverflowError) as error:
        raise InputError(f"{name} is no safetensors file that can be read: {error}") from error
    return arrays
