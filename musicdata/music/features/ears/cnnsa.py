"""CNNSA (Won, Chun and Serra, *Toward interpretable music tagging with self-attention*, arXiv 1906.04972), frozen.

The ear of the captioning papers (BART-fusion, arXiv 2208.11671; ALCAP, arXiv 2212.10901): 128 mel bands in dB, seven
residual blocks of 3 × 3 convolutions that leave 118 frames of 256 numbers, a constant token before them, and two layers
of self-attention without positions; its tokens are all 119 of the last layer. The layers that make tags of them are not
used. Dropout is off and statistics of batches are those of training: the papers' released code leaves them on.

musicdata ships no weights. Those of the papers are ``models/jamendo/attention/best_model.pth`` of
https://github.com/minzwon/sota-music-tagging-models; the file is read as it is, without unpickling it, or as a
safetensors file with the same names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import InputError
from musicdata.music.features.deep import one_thread, require_torch
from musicdata.music.features.ears import front_end, tensor_file
from musicdata.music.features.ears.ear import CNNSA, SHAPES, EarFacts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

_VERSION = "1"
_LICENCE = "MIT (code of its authors; of the weights they say nothing else)"
_N_MELS, _WIDTH, _HEADS, _INNER = 128, 256, 8, 1024
_LAYERS = 2
_BATCH_NORM_EPS, _LAYER_NORM_EPS = 1e-5, 1e-12
_BLOCKS: tuple[tuple[int, int, tuple[int, int]], ...] = (
    (1, 128, (2, 2)),
    (128, 128, (2, 2)),
    (128, 256, (2, 2)),
    *((256, 256, (2, 1)) for _ in range(4)),
)
"""Channels before and after each block, and its steps in bands and frames."""


def _norm(name: str, n: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.{part}": (n,) for part in ("weight", "bias", "running_mean", "running_var")}


def _dense(name: str, into: int, out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, into), f"{name}.bias": (out,)}


def _block_shapes(number: int, into: int, out: int) -> dict[str, tuple[int, ...]]:
    name, shapes = f"layer{number}", dict[str, tuple[int, ...]]()
    for part, channels in ((1, into), (2, out), (3, into)):
        shapes |= {f"{name}.conv_{part}.weight": (out, channels, 3, 3), f"{name}.conv_{part}.bias": (out,)}
        shapes |= _norm(f"{name}.bn_{part}", out)
    return shapes


def _layer_shapes(number: int) -> dict[str, tuple[int, ...]]:
    name = f"encoder.layer.{number}"
    shapes = dict[str, tuple[int, ...]]()
    for part in ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"):
        shapes |= _dense(f"{name}.{part}", _WIDTH, _WIDTH)
    shapes |= _dense(f"{name}.intermediate.dense", _WIDTH, _INNER) | _dense(f"{name}.output.dense", _INNER, _WIDTH)
    for part in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes |= {f"{name}.{part}.{half}": (_WIDTH,) for half in ("weight", "bias")}
    return shapes


NEEDED: Mapping[str, tuple[int, ...]] = {
    **_norm("spec_bn", 1),
    **{n: s for i, (into, out, _) in enumerate(_BLOCKS, 1) for n, s in _block_shapes(i, into, out).items()},
    **{n: s for i in range(_LAYERS) for n, s in _layer_shapes(i).items()},
}
"""Tensors that its tokens depend on, by the names of its authors' file."""

FRONT_END: Mapping[str, tuple[int, ...]] = {
    "spec.mel_scale.fb": (front_end.N_FFT // 2 + 1, _N_MELS),
    "spec.spectrogram.window": (front_end.N_FFT,),
}
"""What the file may say of the front end; it must be what is computed here."""

_UNUSED = ("pooler.", "dense.", "vec_cls")
_COUNTERS = ".num_batches_tracked"


@dataclass(frozen=True)
class Cnnsa:
    """CNNSA with its weights.

    Attributes:
        facts: what is known of it.
        weights: name → tensor, as `NEEDED` has them.
    """

    facts: EarFacts
    weights: Mapping[str, Any]

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Read its weights.

        Args:
            path: the authors' ``.pth``, or a safetensors file with the same names.

        Raises:
            SetupError: PyTorch is not installed.
            InputError: the file does not hold its weights.
        """
        require_torch("the ear cnnsa")
        import torch

        arrays, sha256 = tensor_file.read(path)
        _require(path, arrays)
        weights = {name: torch.from_numpy(arrays[name].astype(np.float32)) for name in NEEDED}
        n_tokens, width = SHAPES[CNNSA]
        return cls(EarFacts(CNNSA, _VERSION, sha256, n_tokens, width, _LICENCE), weights)

    def tokens(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the tokens of clips, shape (clips, 119, 256); each by itself, so that they depend on no other clip."""
        import torch

        with one_thread(), torch.inference_mode():
            tokens = [self._tokens(torch.from_numpy(clip[None]))[0].numpy() for clip in clips]
        return np.stack(tokens) if tokens else np.zeros((0, *SHAPES[CNNSA]), np.float32)

    def _tokens(self, clips: Any) -> Any:
        import torch

        bands = torch.from_numpy(front_end.mel_bands(_N_MELS, "htk"))
        x = self._batch_norm(front_end.to_db(front_end.mel_power(clips, bands))[:, None], "spec_bn")
        for number, (_, _, steps) in enumerate(_BLOCKS, 1):
            x = self._block(x, f"layer{number}", steps)
        frames = x.squeeze(2).transpose(1, 2)
        x = torch.cat([_constant_token().expand(len(frames), 1, _WIDTH), frames], 1)
        for number in range(_LAYERS):
            x = self._layer(x, f"encoder.layer.{number}")
        return x

    def _block(self, x: Any, name: str, steps: tuple[int, int]) -> Any:
        from torch.nn.functional import relu

        inner = relu(self._convolved(x, name, 1, steps))
        return relu(self._convolved(x, name, 3, steps) + self._convolved(inner, name, 2, (1, 1)))

    def _convolved(self, x: Any, name: str, part: int, steps: tuple[int, int]) -> Any:
        from torch.nn.functional import conv2d

        kernel, bias = (self.weights[f"{name}.conv_{part}.{half}"] for half in ("weight", "bias"))
        return self._batch_norm(conv2d(x, kernel, bias, stride=steps, padding=1), f"{name}.bn_{part}")

    def _batch_norm(self, x: Any, name: str) -> Any:
        from torch.nn.functional import batch_norm

        mean, variance, weight, bias = (
            self.weights[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias")
        )
        return batch_norm(x, mean, variance, weight, bias, training=False, eps=_BATCH_NORM_EPS)

    def _layer(self, x: Any, name: str) -> Any:
        from torch.nn.functional import gelu

        heard = self._dense(self._attended(x, f"{name}.attention.self"), f"{name}.attention.output.dense")
        x = self._layer_norm(x + heard, f"{name}.attention.output.LayerNorm")
        inner = gelu(self._dense(x, f"{name}.intermediate.dense"))
        return self._layer_norm(x + self._dense(inner, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _attended(self, x: Any, name: str) -> Any:
        n_clips, n_tokens, _ = x.shape
        query, key, value = (
            self._dense(x, f"{name}.{part}").view(n_clips, n_tokens, _HEADS, -1).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(-1, -2) / (_WIDTH // _HEADS) ** 0.5
        return (scores.softmax(-1) @ value).transpose(1, 2).reshape(n_clips, n_tokens, _WIDTH)

    def _dense(self, x: Any, name: str) -> Any:
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _layer_norm(self, x: Any, name: str) -> Any:
        from torch.nn.functional import layer_norm

        return layer_norm(
            x, (_WIDTH,), self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], eps=_LAYER_NORM_EPS
        )


def _constant_token() -> Any:
    """Return the token that is put before all: the first numbers of numpy's old generator at seed 0, as in training."""
    import torch

    numbers = np.random.RandomState(0).random_sample((1, 1, _WIDTH))
    return torch.from_numpy(numbers.astype(np.float32))


def _require(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Refuse a file that lacks a tensor of the ear, has one of another shape, or others, or another front end."""
    known = {*NEEDED, *FRONT_END}
    wrong = [
        f"{name} is {arrays[name].shape if name in arrays else 'not there'}, not {shape}"
        for name, shape in NEEDED.items()
        if name not in arrays or arrays[name].shape != shape
    ]
    wrong += [f"{name} is none of its tensors" for name in sorted(arrays) if name not in known and not _is_unused(name)]
    if not wrong and (bands := arrays.get("spec.mel_scale.fb")) is not None:
        is_ours = bands.shape == FRONT_END["spec.mel_scale.fb"] and np.allclose(
            bands, front_end.mel_bands(_N_MELS, "htk"), atol=1e-4
        )
        wrong += [] if is_ours else ["its mel bands are not the 128 from 0 to 8,000 Hz at 16 kHz"]
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise InputError(
            f"{path} does not hold the weights of the ear cnnsa: {'; '.join(wrong[:3])}{more}. Expected is "
            "models/jamendo/attention/best_model.pth (or mtat, msd) of github.com/minzwon/sota-music-tagging-models"
        )


def _is_unused(name: str) -> bool:
    return name.startswith(_UNUSED) or name.endswith(_COUNTERS)
