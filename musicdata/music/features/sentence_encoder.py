"""Sentence vectors by a model of one's own in ONNX, such as MiniLM (Reimers and Gurevych, arXiv 1908.10084).

    v(text) = m / ‖m‖,   m = 1/n Σ h(tᵢ),   over the last hidden states of the text's n tokens

A model is a folder with `model.onnx`, which holds its weights itself, and `tokenizer.json`; both are read, nothing of
theirs is run. onnxruntime and tokenizers are an extra (`musicdata[encoder]`); no model is downloaded. Texts go through
one at a time and by one thread, so that a text's vector does not depend on those beside it.
"""

from __future__ import annotations

import hashlib
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import InputError, IntegrityError, SetupError
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
_MAX_TOKENIZER_BYTES = 64 << 20
_PACKAGES = ("onnxruntime", "tokenizers")


class SentenceEncoder:
    """Encodes texts.

    Args:
        folder: of the model.
        width: numbers its vectors must have.
        max_tokens: what is longer is cut, special tokens included.

    Raises:
        SetupError: onnxruntime or tokenizers is not installed.
        InputError: the folder holds no such model, or its vectors have another width.
    """

    def __init__(self, folder: Path, *, width: int, max_tokens: int) -> None:
        require(f"the sentence encoder in {folder}")
        import onnxruntime
        from tokenizers import Tokenizer

        self._folder, self._width = folder, width
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        try:
            tokenizer = paths.read_regular(folder / TOKENIZER, _MAX_TOKENIZER_BYTES, follow=True)
            model = paths.read_regular(folder / MODEL, paths.MAX_FILE_BYTES, follow=True)
            self._tokenizer = Tokenizer.from_str(tokenizer.decode("utf-8"))
            self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # neither library has an error of its own
            raise _no_model(folder, error) from error
        self._uncut = Tokenizer.from_str(self._tokenizer.to_str())
        self._uncut.no_padding()
        self._uncut.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        self._takes = {one.name for one in self._session.get_inputs()}

    def encode(self, text: str) -> tuple[NDArray[np.float32], int]:
        """Return the vector of a text, shape (width,), and how many tokens were read; zeros for a text without any.

        Raises:
            InputError: the model does not give hidden states of the expected width.
        """
        encoded = self._tokenizer.encode(text)
        n = len(encoded.ids)
        if not n:
            return np.zeros(self._width, np.float32), 0
        all_of_it = {
            "input_ids": encoded.ids,
            "attention_mask": [1] * n,
            "token_type_ids": encoded.type_ids,
        }
        given = {name: np.array([values], np.int64) for name, values in all_of_it.items() if name in self._takes}
        states = self._states(given)
        mean = states.mean(axis=0, dtype=np.float64)
        return (mean / (np.linalg.norm(mean) or 1.0)).astype(np.float32), n

    def length(self, text: str) -> int:
        """Return how many tokens a text has, special ones included, those that are not read too."""
        return len(self._uncut.encode(text).ids)

    def _states(self, given: dict[str, NDArray[np.int64]]) -> NDArray[Any]:
        try:
            states = np.asarray(self._session.run(None, given)[0])
        except Exception as error:
            raise _no_model(self._folder, error) from error
        if states.ndim != 3 or states.shape[0] != 1 or states.shape[2] != self._width:
            raise _no_model(self._folder, f"it gives {states.shape}, expected (1, tokens, {self._width})")
        if not np.isfinite(states).all():
            raise _no_model(self._folder, "it gives numbers that are not finite")
        return states[0]


def _no_model(folder: Path, error: object) -> InputError:
    return InputError(
        f"{folder} holds no sentence encoder that can be used: {error}. Expected {MODEL}, with its weights inside and "
        f"the last hidden states as first output, and {TOKENIZER}"
    )


def require(what: str) -> dict[str, str]:
    """Return the versions of the libraries an encoder needs.

    Raises:
        SetupError: one is not installed; the message says what needs it.
    """
    try:
        return {package: version(package) for package in _PACKAGES}
    except PackageNotFoundError as error:
        raise SetupError(
            f"{what} needs {error.name}, which is not installed: pip install 'musicdata[encoder]'"
        ) from None


def digest(folder: Path) -> str:
    """Return the sha256 of a model's files.

    Raises:
        InputError: they are not there.
    """
    try:
        parts = [sha256_of_file(folder / name) for name in (MODEL, TOKENIZER)]
    except (OSError, IntegrityError) as error:
        raise _no_model(folder, error) from error
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()
