"""The graph of MiniLM (Wang et al., arXiv 2002.10957; a BERT of 6 layers, Devlin et al., arXiv 1810.04805) in ONNX.

    a = LN(x + W₀ attention(x)),   y = LN(a + W₂ gelu(W₁ a)),   six times, from LN(word + position + segment)

The six layers' matrices are whole numbers from -63 to 63, one scale a column, what they are multiplied with whole
numbers from 0 to 255, one scale a text. With an eighth bit, processors without instructions of their own for it (VNNI)
cut sums of two products off at 2¹⁵; with seven none does, and all come to the same sums. Everything else is float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

WIDTH, MAX_TOKENS = 384, 256
VERSION = 1
"""Raised whenever the same weights would give another graph."""

INPUT, OUTPUT = "ids", "states"
_LAYERS, _HEADS = 6, 12
_LARGEST = 63
_EPSILON = 1e-12
_OPSET, _IR = 18, 8
_FUSED = "com.microsoft"


def build(weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the graph as the bytes of a model.

    Its input `INPUT` are the ids of one text's tokens, int64 of shape (1, n), n at most `MAX_TOKENS`; its output
    `OUTPUT` the last hidden states, float32 of shape (1, n, 384).

    Args:
        weights: name → array, as the safetensors of all-MiniLM-L6-v2 have them.
    """
    return _Graph(weights).model()


class _Graph:
    """A graph in the making."""

    def __init__(self, weights: Mapping[str, NDArray[np.float32]]) -> None:
        self._weights = weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def model(self) -> bytes:
        from onnx import TensorProto, helper

        states = self._embedded()
        for layer in range(_LAYERS):
            states = self._layer(states, f"encoder.layer.{layer}.")
        self._nodes[-1].output[0] = OUTPUT
        ids = helper.make_tensor_value_info(INPUT, TensorProto.INT64, [1, "n"])
        last = helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, [1, "n", WIDTH])
        graph = helper.make_graph(self._nodes, "minilm", [ids], [last], self._constants)
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        made: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=_IR).SerializeToString()
        return made

    def _embedded(self) -> str:
        from onnx import TensorProto

        words = self._weights["embeddings.word_embeddings.weight"].astype(np.float16)
        places = self._weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        segment = self._weights["embeddings.token_type_embeddings.weight"][0]
        found = self._node("Gather", [self._constant("words", words), INPUT])
        word = self._node("Cast", [found], to=TensorProto.FLOAT)
        zero, one, two = (self._constant(f"place {n}", np.array([n], np.int64)) for n in range(3))
        length = self._node("Slice", [self._node("Shape", [INPUT]), one, two])
        place = self._node("Slice", [self._constant("places", places + segment), zero, length, zero])
        return self._normalised(word, self._node("Unsqueeze", [place, zero]), "embeddings.LayerNorm")

    def _layer(self, states: str, name: str) -> str:
        seen = self._attention(states, f"{name}attention.self.")
        attended = self._linear(seen, f"{name}attention.output.dense")
        states = self._normalised(attended, states, f"{name}attention.output.LayerNorm")
        inner = f"{name}intermediate.dense"
        wide = self._quantised(states, inner, self._weights[f"{inner}.weight"].T, None)
        bias = self._constant(f"{inner}.bias", self._weights[f"{inner}.bias"])
        curved = self._node("FastGelu", [wide, bias], fused=True)
        return self._normalised(self._linear(curved, f"{name}output.dense"), states, f"{name}output.LayerNorm")

    def _attention(self, states: str, name: str) -> str:
        """Add queries, keys and values by one multiplication, and what attention makes of them."""
        parts = [f"{name}{part}" for part in ("query", "key", "value")]
        matrix = np.concatenate([self._weights[f"{part}.weight"].T for part in parts], axis=1)
        bias = np.concatenate([self._weights[f"{part}.bias"] for part in parts])
        together = self._quantised(states, name, matrix, bias)
        self._node("Split", [together], outputs=parts, axis=-1, num_outputs=len(parts))
        return self._node("MultiHeadAttention", parts, fused=True, num_heads=_HEADS)

    def _linear(self, states: str, name: str) -> str:
        return self._quantised(states, name, self._weights[f"{name}.weight"].T, self._weights[f"{name}.bias"])

    def _quantised(self, states: str, name: str, matrix: NDArray[np.float32], bias: NDArray[np.float32] | None) -> str:
        scales = (np.abs(matrix).max(axis=0) / _LARGEST).astype(np.float32)
        whole = np.round(matrix / np.where(scales > 0, scales, 1)).astype(np.int8)
        given = [states, self._constant(f"{name}.whole", whole), self._constant(f"{name}.scales", scales)]
        if bias is not None:
            given += ["", self._constant(f"{name}.bias", bias)]
        return self._node("DynamicQuantizeMatMul", given, fused=True)

    def _normalised(self, states: str, more: str, name: str) -> str:
        both = self._node("Add", [states, more])
        scale, shift = (
            self._constant(f"{name}.{part}", self._weights[f"{name}.{part}"]) for part in ("weight", "bias")
        )
        return self._node("LayerNormalization", [both, scale, shift], epsilon=_EPSILON)

    def _node(
        self,
        kind: str,
        given: list[str],
        outputs: list[str] | None = None,
        *,
        fused: bool = False,
        **attributes: Any,
    ) -> str:
        from onnx import helper

        outputs = outputs or [f"{kind} {len(self._nodes)}"]
        domain = _FUSED if fused else ""
        self._nodes.append(helper.make_node(kind, given, outputs, domain=domain, **attributes))
        return outputs[0]

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name
