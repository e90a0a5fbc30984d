"""Models in a folder: `model.json`, `model.safetensors`, `tokenizer.json`; nothing in them is ever run.

`model.json` is written last and holds the digests of the others: whatever interrupts, there is a whole model or none.
`ear.safetensors` may lie beside them, the weights of an ear that was trained with the data set.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load as parse_tensors
from safetensors.torch import save as format_tensors

from musicdata.errors import IntegrityError, UsageError
from musicdata.system import files, paths
from musicdata_baselines.deep import devices
from musicdata_baselines.deep.captioning.decoding import Decoding
from musicdata_baselines.deep.captioning.fusion import FusionBart, FusionConfig
from musicdata_baselines.deep.captioning.history import History
from musicdata_baselines.deep.captioning.model import Model
from musicdata_baselines.deep.captioning.plan import Plan
from musicdata_baselines.deep.captioning.tokenizer import FILE as TOKENIZER
from musicdata_baselines.deep.captioning.tokenizer import CaptionTokenizer
from musicdata_baselines.deep.training import seeded
from musicdata_baselines.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD, TENSORS, EAR = "model.json", "model.safetensors", "ear.safetensors"
FORMAT = 1
TASK = "captioning"
_SHAPE = (
    "vocab_size", "d_model", "encoder_layers", "decoder_layers", "encoder_attention_heads", "decoder_attention_heads",
    "encoder_ffn_dim", "decoder_ffn_dim", "max_position_embeddings", "activation_function", "scale_embedding",
    "dropout", "attention_dropout", "activation_dropout",
    "bos_token_id", "pad_token_id", "eos_token_id", "decoder_start_token_id",
    "music_width", "fusion_common", "fusion_heads", "fusion_scale", "fusion_layers", "is_aligned",
)  # fmt: skip


def tensors_of(network: FusionBart) -> dict[str, torch.Tensor]:
    """Return the weights of a network by name, each once: tied ones by the first of their names."""
    return {**dict(network.named_parameters()), **dict(network.named_buffers())}


def set_tensors(network: FusionBart, tensors: Mapping[str, torch.Tensor]) -> None:
    """Set what `tensors_of` returned.

    Raises:
        ModelFileError: they are those of another network.
    """
    own = tensors_of(network)
    if set(own) != set(tensors):
        raise ModelFileError(f"the weights {sorted(set(own) ^ set(tensors))[:3]} … are missing, or of another network")
    with torch.no_grad():
        for name, tensor in own.items():
            if tensor.shape != tensors[name].shape:
                raise ModelFileError(f"{name} has shape {tuple(tensors[name].shape)}, expected {tuple(tensor.shape)}")
            tensor.copy_(tensors[name])


def save_model(model: Model, folder: Path, digest: str = "") -> Path:
    """Write a model to a folder; what it held before is replaced.

    Args:
        model: on any device.
        folder: made if there is none.
        digest: of what it was trained on.

    Returns:
        the folder.

    Raises:
        StorageError: it cannot be written.
    """
    tensors = {
        f"network.{name}": one.detach().cpu().contiguous().clone() for name, one in tensors_of(model.network).items()
    }
    tensors |= {"music.mean": torch.from_numpy(model.music_mean), "music.scale": torch.from_numpy(model.music_scale)}
    parts = {TENSORS: format_tensors(tensors), TOKENIZER: model.tokenizer.as_bytes()}
    head = {
        "task": TASK,
        "format": FORMAT,
        "name": model.name,
        "plan": model.plan.as_json(),
        "ear": model.ear,
        "network": {name: getattr(model.network.config, name) for name in _SHAPE},
        "decoding": model.decoding.as_json(),
        "history": model.history.as_json(),
        "trained_on": digest,
        "sha256": {name: hashlib.sha256(data).hexdigest() for name, data in parts.items()},
    }
    for name, data in parts.items():
        _write(folder / name, data)
    _write(folder / HEAD, json.dumps(head, indent=1, allow_nan=False, ensure_ascii=False).encode())
    return folder


def keep_ear(folder: Path, facts: Mapping[str, Any], weights: bytes | None = None) -> None:
    """Write into a model's folder what made the music tokens that it was trained on.

    Args:
        folder: of a saved model.
        facts: of the ear (`EarFacts` as a dict).
        weights: of an ear that cannot be had elsewhere, as safetensors.

    Raises:
        ModelFileError: there is no model.
        StorageError: it cannot be written.
    """
    head = _read_head(folder)
    if weights is not None:
        _write(folder / EAR, weights)
        head["sha256"][EAR] = hashlib.sha256(weights).hexdigest()
    head["ear"] = dict(facts)
    _write(folder / HEAD, json.dumps(head, indent=1, allow_nan=False, ensure_ascii=False).encode())


def ear_weights(folder: Path) -> bytes | None:
    """Return the weights of the ear in a model's folder; None if it holds none.

    Raises:
        ModelFileError: they are damaged.
    """
    head = _read_head(folder)
    return _read(folder, EAR, head) if EAR in head["sha256"] else None


def open_model(folder: Path, device: str = "cpu") -> Model:
    """Return the model in a folder.

    Raises:
        ModelFileError: there is none, it is of another task or version, or damaged.
        DeviceError: the device is unknown, or not there.
    """
    chosen = devices.choose(device)
    head = _read_head(folder)
    try:
        network = _empty_network(head["network"])
        tensors = parse_tensors(_read(folder, TENSORS, head))
        mean, scale = (tensors.pop(f"music.{name}").numpy() for name in ("mean", "scale"))
        set_tensors(network, {name.removeprefix("network."): one for name, one in tensors.items()})
        tokenizer = CaptionTokenizer.of_bytes(_read(folder, TOKENIZER, head), folder / TOKENIZER)
        _check_parts(network, len(tokenizer), mean, scale)
        plan, history = Plan.of_json(head["plan"]), History.of_json(head["history"])
        decoding = Decoding.of_json(head["decoding"])
        return Model(plan, network.to(chosen), tokenizer, mean, scale, decoding, history, dict(head["ear"]), chosen)
    except ModelFileError as error:
        raise ModelFileError(f"{folder}: {error}") from error
    except (SafetensorError, UsageError, ValidationError, LookupError, TypeError, ValueError, RuntimeError) as error:
        raise ModelFileError(f"the model in {folder} is damaged ({error}); train it again") from error


def finished(folder: Path, digest: str) -> Model | None:
    """Return the model in a folder if it is of that training; None if there is none, or another, or a damaged one."""
    try:
        if _read_head(folder)["trained_on"] != digest:
            return None
        return open_model(folder)
    except ModelFileError:
        return None


def _empty_network(shape: Mapping[str, Any]) -> FusionBart:
    """Return a network whose weights are still to be set; PyTorch's generators are left as they are."""
    try:
        with seeded(0, torch.device("cpu")):
            return FusionBart(FusionConfig(**{name: shape[name] for name in _SHAPE})).eval()
    except Exception as error:  # transformers raise what they like at odd values
        raise ModelFileError(f"{HEAD} describes no network ({error}); train the model again") from error


def _check_parts(network: FusionBart, vocabulary: int, mean: Any, scale: Any) -> None:
    if vocabulary > network.config.vocab_size:
        raise ModelFileError(f"the tokenizer has {vocabulary} tokens, the network {network.config.vocab_size}")
    width = network.config.music_width if network.config.fusion_layers else 0
    if mean.shape != (width,) or scale.shape != (width,) or not (np.isfinite(mean).all() and (scale > 0).all()):
        raise ModelFileError(f"mean and scale of the music tokens are not {width} numbers each, the scale above 0")


def _write(path: Path, data: bytes) -> None:
    files.write_whole(path, data, path.with_name(f"{path.name}.part"))


def _read_head(folder: Path) -> dict[str, Any]:
    try:
        head = json.loads(paths.read_regular(folder / HEAD, paths.MAX_TEXT_BYTES, follow=True))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelFileError(
            f"{folder} holds no model: there is no {HEAD}; give the folder of a trained captioner"
        ) from error
    except (OSError, IntegrityError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{folder / HEAD} cannot be read ({error}); train the model again") from error
    if not isinstance(head, dict) or head.get("task") != TASK:
        task = head.get("task") if isinstance(head, dict) else None
        raise ModelFileError(f"{folder} holds a model of task {task!r}, expected {TASK!r}; give a trained captioner")
    if head.get("format") != FORMAT:
        raise ModelFileError(f"{folder} is of format {head.get('format')!r}; this version reads {FORMAT}")
    keys = ("plan", "ear", "network", "decoding", "history", "sha256")
    if wrong := [key for key in keys if not isinstance(head.get(key), dict)] or not isinstance(
        head.get("trained_on"), str
    ):
        raise ModelFileError(f"{folder / HEAD} is damaged: {wrong} is not what it must be; train the model again")
    return head


def _read(folder: Path, name: str, head: dict[str, Any]) -> bytes:
    try:
        data = paths.read_regular(folder / name, paths.MAX_FILE_BYTES, follow=True)
    except (OSError, IntegrityError) as error:
        raise ModelFileError(f"{name} cannot be read ({error}); train the model again") from error
    if (digest := hashlib.sha256(data).hexdigest()) != head["sha256"].get(name):
        raise ModelFileError(
            f"{name} has the digest {digest[:12]}, {HEAD} says {str(head['sha256'].get(name))[:12]}; train it again"
        )
    return data
