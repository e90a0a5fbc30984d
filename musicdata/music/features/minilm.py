"""all-MiniLM-L6-v2 (Wang et al., arXiv 2002.10957; Reimers and Gurevych, arXiv 1908.10084) to eight bits, for English.

    v(text) = m / ‖m‖,   m = 1/n Σ h(tᵢ),   over the last hidden states of the text's first 256 tokens

The weights come in a package as float32; the graph is ours (`minilm_graph`), made once and kept beside other things of
musicdata, in a file whose name says the sha256 of its bytes. Texts go through one at a time and by one thread, so that
a text's vector does not depend on those beside it.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata import settings
from musicdata.errors import IntegrityError, StorageError
from musicdata.music.features import encoder_weights, minilm_graph
from musicdata.music.features.text_encoder import MINILM, Encoded, EncoderFacts, gathered, readable
from musicdata.system import files, paths

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_MAX_BYTES = 1 << 28
_MAX_TOKENIZER_BYTES = 1 << 24
_UNKNOWN, _END = 100, 102  # [UNK], [SEP]
_SPECIAL = 2  # [CLS] before a text, [SEP] behind it


class MiniLm:
    """Encodes English texts.

    Raises:
        SetupError: a package is not installed.
        IntegrityError: its weights are other ones.
    """

    def __init__(self) -> None:
        versions = encoder_weights.installed(MINILM)
        from tokenizers import Tokenizer

        tokenizer = encoder_weights.checked(encoder_weights.MINILM_TOKENIZER, MINILM)
        text = paths.read_regular(tokenizer, _MAX_TOKENIZER_BYTES, follow=True).decode("utf-8")
        self._tokenizer = Tokenizer.from_str(text)
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._session = _session(_graph())
        self.facts = EncoderFacts(
            name=MINILM,
            package="onnxruntime",
            version=versions["onnxruntime"],
            weights_sha256=encoder_weights.MINILM_WEIGHTS.sha256,
            max_tokens=minilm_graph.MAX_TOKENS,
            precision="int8",
            width=minilm_graph.WIDTH,
            languages=frozenset({"en"}),
        )

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:  # noqa: ARG002 - both alike
        """Encode texts, each by itself; questions as documents."""
        return gathered([self._encoded(readable(text)) for text in texts], self.facts.width)

    def _encoded(self, text: str) -> tuple[NDArray[np.float32], int, int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        n_tokens = len(ids)
        if all(token == _UNKNOWN for token in ids[1:-1]):
            return np.zeros(self.facts.width, np.float32), 0, 0
        if n_tokens > minilm_graph.MAX_TOKENS:
            ids = [*ids[: minilm_graph.MAX_TOKENS - 1], _END]
        states = self._session.run(None, {minilm_graph.INPUT: np.array([ids], np.int64)})[0][0]
        return np.asarray(states).mean(axis=0, dtype=np.float64), n_tokens, len(ids)


def _session(graph: bytes) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _graph() -> bytes:
    """Return the graph that is kept, or make it and keep it."""
    folder = settings.read().home / "encoders"
    key = f"minilm-{minilm_graph.VERSION}-{encoder_weights.MINILM_WEIGHTS.sha256[:16]}"
    for path in sorted(folder.glob(f"{key}-*.onnx")):
        graph = _read_kept(path)
        if graph is not None:
            return graph
    graph = _made()
    _keep(folder, f"{key}-{hashlib.sha256(graph).hexdigest()}.onnx", graph)
    return graph


def _read_kept(path: Path) -> bytes | None:
    """Return the bytes of a file whose name says what they are; None where they are others."""
    try:
        graph = paths.read_regular(path, _MAX_BYTES)
    except (OSError, IntegrityError):
        return None
    return graph if path.stem.endswith(f"-{hashlib.sha256(graph).hexdigest()}") else None


def _made() -> bytes:
    encoder_weights.require(("onnx",), MINILM)
    from safetensors.numpy import load

    path = encoder_weights.checked(encoder_weights.MINILM_WEIGHTS, MINILM)
    return minilm_graph.build(load(paths.read_regular(path, _MAX_BYTES, follow=True)))


def _keep(folder: Path, name: str, graph: bytes) -> None:
    """Keep the graph for the next process; where the disk is full or read-only, that makes it again."""
    try:
        files.write_whole(folder / name, graph, folder / f"{name}.{os.getpid()}.tmp")
    except (StorageError, OSError, IntegrityError):
        return
