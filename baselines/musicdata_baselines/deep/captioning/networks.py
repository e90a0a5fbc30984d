"""Networks: from random weights of a plan's size, or from a user's BART folder."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from musicdata.errors import UsageError
from musicdata.system import paths
from musicdata_baselines.deep.captioning.fusion import FusionBart, FusionConfig
from musicdata_baselines.deep.captioning.plan import SHAPES
from musicdata_baselines.deep.captioning.tokenizer import BOS, EOS, PAD
from musicdata_baselines.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata_baselines.deep.captioning.plan import Plan

WEIGHTS, CONFIG = "model.safetensors", "config.json"
NEW = ("fusion.", "alignment.")
_PICKLES = ("pytorch_model.bin", "model.bin")
_LAYERS_BEHIND = 2
"""The papers fuse after the last two of bart-base's six encoder layers."""


def build(plan: Plan, vocabulary: int, music_width: int | None) -> FusionBart:
    """Return a network of a plan; the same from the same state of PyTorch's generator.

    Args:
        plan: what it is to be.
        vocabulary: tokens of its tokenizer.
        music_width: of the music tokens; None where it hears nothing.

    Raises:
        UsageError: it is to hear, and there are no music tokens.
        ModelFileError: the folder of a BART cannot be used.
    """
    if plan.hears and music_width is None:
        raise UsageError("system 'fusion' hears music, and the songs have no music tokens; choose system 'lyrics'")
    if plan.bart is not None:
        return _from_folder(plan, plan.bart, vocabulary, music_width)
    shape = SHAPES[plan.size]
    config = FusionConfig(
        vocab_size=vocabulary,
        d_model=shape.d_model,
        encoder_layers=shape.layers,
        decoder_layers=shape.layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=shape.ffn,
        decoder_ffn_dim=shape.ffn,
        max_position_embeddings=max(shape.most_lyric_tokens, shape.most_caption_tokens),
        dropout=shape.dropout,
        init_std=shape.init_std,
        bos_token_id=BOS,
        pad_token_id=PAD,
        eos_token_id=EOS,
        decoder_start_token_id=EOS,
        forced_eos_token_id=EOS,
        **_hearing(plan, shape.d_model, list(shape.fusion_layers), music_width),
    )
    return FusionBart(config)


def limits(plan: Plan, network: FusionBart) -> tuple[int, int]:
    """Return how many tokens of lyrics and of a caption are read, at most."""
    shape, most = SHAPES["base" if plan.bart else plan.size], int(network.config.max_position_embeddings)
    return min(shape.most_lyric_tokens, most), min(shape.most_caption_tokens, most)


def _hearing(plan: Plan, d_model: int, layers: list[int], music_width: int | None) -> dict[str, Any]:
    """Return the part of a configuration that a stock BART does not have."""
    if music_width is None or not plan.hears:
        return {"fusion_layers": [], "is_aligned": False}
    return {
        "music_width": music_width,
        "fusion_common": d_model,
        "fusion_layers": layers,
        "is_aligned": plan.alignment is not None,
    }


def _from_folder(plan: Plan, folder: Path, vocabulary: int, music_width: int | None) -> FusionBart:
    _check_folder(folder)
    with _quietly():
        try:
            config = FusionConfig.from_pretrained(folder, local_files_only=True)
            layers = list(range(max(0, config.encoder_layers - _LAYERS_BEHIND), config.encoder_layers))
            for name, value in _hearing(plan, config.d_model, layers, music_width).items():
                setattr(config, name, value)
            network, found = FusionBart.from_pretrained(
                folder, config=config, local_files_only=True, use_safetensors=True, output_loading_info=True
            )
        except Exception as error:  # a folder of another's can fail anywhere in there
            raise ModelFileError(f"{folder} holds no BART that can be read ({error}); download it again") from error
    expected = {name for name in network.state_dict() if name.startswith(NEW)}
    ids = [config.bos_token_id, config.pad_token_id, config.eos_token_id, config.decoder_start_token_id]
    if set(found["missing_keys"]) != expected or found["mismatched_keys"]:
        wrong = sorted(set(found["missing_keys"]) ^ expected) or sorted(map(str, found["mismatched_keys"]))
        raise ModelFileError(f"the weights in {folder} are not those of a BART: {', '.join(wrong[:3])} …")
    if ids != [BOS, PAD, EOS, EOS] or vocabulary > config.vocab_size:
        raise ModelFileError(
            f"the BART in {folder} has the special tokens {ids} and {config.vocab_size} tokens, expected "
            f"{[BOS, PAD, EOS, EOS]} and at least the {vocabulary} of its tokenizer"
        )
    return network.float()


def _check_folder(folder: Path) -> None:
    if paths.is_regular((folder / WEIGHTS).resolve()) and paths.is_regular((folder / CONFIG).resolve()):
        return
    if pickles := [name for name in _PICKLES if (folder / name).exists()]:
        raise ModelFileError(
            f"{folder} holds {pickles[0]}, a pickle, which can run code and is not read here. Take {WEIGHTS} from "
            "where it comes from, or convert it where you trust it: "
            "BartForConditionalGeneration.from_pretrained(FOLDER).save_pretrained(FOLDER)"
        )
    raise ModelFileError(
        f"{folder} holds no BART: expected {CONFIG}, {WEIGHTS} and the tokenizer, as in facebook/bart-base"
    )


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Keep transformers from printing bars and reports; what they say is looked at here."""
    from transformers.utils import logging

    level, had_bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if had_bars:
            logging.enable_progress_bar()
