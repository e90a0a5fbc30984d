"""A sentence encoder of a few words, as files: an embedding of each word, and no more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

WORDS = ("[UNK]", "[CLS]", "[SEP]", "warm", "cold", "horns", "strings")


def embeddings(width: int) -> np.ndarray:
    """Return the vector of each word, shape (words, width)."""
    made: np.ndarray = np.random.default_rng(0).standard_normal((len(WORDS), width)).astype(np.float32)
    return made


def write_encoder(folder: Path, width: int) -> Path:
    """Write the files of an encoder, which needs the library onnx; return its folder."""
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir()
    ids = [helper.make_tensor_value_info(n, TensorProto.INT64, ["batch", "n"]) for n in ("input_ids", "attention_mask")]
    states = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "n", width])
    node = helper.make_node("Gather", ["words", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([node], "words", ids, [states], [numpy_helper.from_array(embeddings(width), "words")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    cls, sep = ({"SpecialToken": {"id": sign, "type_id": 0}} for sign in ("[CLS]", "[SEP]"))
    special = {sign: {"id": sign, "ids": [WORDS.index(sign)], "tokens": [sign]} for sign in ("[CLS]", "[SEP]")}
    text: dict[str, object] = {
        "version": "1.0",
        "truncation": None,
        "padding": {"strategy": {"Fixed": 9}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0,
                    "pad_type_id": 0, "pad_token": "[UNK]"},
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [cls, {"Sequence": {"id": "A", "type_id": 0}}, sep],
            "pair": [cls, {"Sequence": {"id": "A", "type_id": 0}}, sep, {"Sequence": {"id": "B", "type_id": 1}}],
            "special_tokens": special,
        },
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": {word: n for n, word in enumerate(WORDS)}, "unk_token": "[UNK]"},
    }  # fmt: skip
    (folder / "tokenizer.json").write_text(json.dumps(text), "utf-8")
    return folder
