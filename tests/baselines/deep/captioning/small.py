"""A small BART in a folder, as a user would have a large one, and a network that hears, with weights of any size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import BartConfig, BartForConditionalGeneration

from musicdata_baselines.deep.captioning.fusion import FusionBart, FusionConfig
from musicdata_baselines.deep.captioning.tokenizer import train_tokenizer

SHAPE: dict[str, Any] = {
    "vocab_size": 300,
    "d_model": 32,
    "encoder_layers": 3,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "max_position_embeddings": 64,
    "forced_bos_token_id": None,
}


def network(seed: int = 0, **more: Any) -> FusionBart:
    """Make a network whose weights are large enough for every part of it to be seen in what comes out."""
    config = {"music_width": 20, "fusion_common": 32, "fusion_layers": [1, 2], **more}
    torch.manual_seed(seed)
    made: FusionBart = FusionBart(FusionConfig(**(SHAPE | config))).eval()
    for name, parameter in made.named_parameters():
        if "fusion" in name or "alignment" in name:
            torch.nn.init.normal_(parameter, std=0.3)
    return made


def write_bart(folder: Path, *, prefix: str = "model.", **more: Any) -> BartForConditionalGeneration:
    """Write config, weights and tokenizer of a stock BART; the hub's bart-base has no ``model.`` before its names."""
    torch.manual_seed(1)
    bart = BartForConditionalGeneration(BartConfig(**(SHAPE | more))).eval()
    folder.mkdir(exist_ok=True)
    config = bart.config.to_dict() | {"architectures": ["BartForConditionalGeneration" if prefix else "BartModel"]}
    (folder / "config.json").write_text(json.dumps(config))
    tensors = {f"{prefix}{name}": one.detach().clone() for name, one in bart.model.named_parameters()}
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "tokenizer.json").write_bytes(train_tokenizer(["the sea and the wind", "slow piano"], 300).as_bytes())
    return bart
