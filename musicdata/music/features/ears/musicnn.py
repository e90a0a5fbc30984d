"""musicnn (Pons and Serra, *musicnn: pre-trained convolutional neural networks for music audio tagging*, 2019), frozen.

Its published weights come inside the package `musicnn` 0.1.0 (ISC), which is read, never imported: it needs TensorFlow,
and the numbers here are those that TensorFlow gives. Two sets of weights: trained on the 50 tags of MagnaTagATune
(``mtt``) or of the Million Song Dataset (``msd``).

Input: 96 mel bands (librosa's), log₁₀(10000 x + 1) of half-precision numbers, patches of 187 frames, 3 s. Here each
begins 93 frames after the one before, so that a clip of 15 s has nine. Network: two convolutions in bands and frames
and three in frames alone, the maximum over bands; three of 7 frames with what came before added; maximum and mean over
frames; a dense layer of 200, which is a patch's token, and one of 50 tags. Activation comes before the norm.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import FormatError, InputError, IntegrityError, SetupError, UsageError
from musicdata.music.features.deep import one_thread, require_torch
from musicdata.music.features.ears import front_end, tensorflow_checkpoint
from musicdata.music.features.ears.ear import MUSICNN, N_SAMPLES, SHAPES, EarFacts
from musicdata.music.features.ears.musicnn_tags import TAGS
from musicdata.music.formats import archives
from musicdata.system import paths
from musicdata.wording import choice

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from numpy.typing import NDArray

INSTALL = "pip install --no-deps musicnn==0.1.0"
WEIGHTS_SHA256 = {
    "mtt": "041f3935e981a65cea739842d30c188d3a7d2adf4410955c8668eb3de4a5acab",
    "msd": "8579734ee6388f799ed0def4bbd0d1fdcbeaf213ef2a9dc860917bd76a303de6",
}
_VERSION = "1"
_LICENCE = "ISC (package musicnn 0.1.0, Jordi Pons)"
_N_MELS, PATCH, _STEP = 96, 187, 93
_EPS = 1e-3
_MAX_WHEEL_BYTES = 256 << 20
_TIMBRAL, _TEMPORAL = ("conv2d", "conv2d_1"), ("conv2d_2", "conv2d_3", "conv2d_4")
_MIDDLE = ("conv2d_5", "conv2d_6", "conv2d_7")
_SHAPES: Mapping[str, tuple[int, ...]] = {
    "conv2d/kernel": (7, 38, 1, 204),
    "conv2d_1/kernel": (7, 67, 1, 204),
    **{f"conv2d_{n}/kernel": (length, 1, 1, 51) for n, length in ((2, 128), (3, 64), (4, 32))},
    "conv2d_5/kernel": (7, 561, 1, 64),
    "conv2d_6/kernel": (7, 64, 1, 64),
    "conv2d_7/kernel": (7, 64, 1, 64),
    "dense/kernel": (1506, 200),
    "dense_1/kernel": (200, 50),
}


@dataclass(frozen=True)
class Musicnn:
    """musicnn with its weights.

    Attributes:
        facts: what is known of it.
        tags: that it was trained on, in the order of `probabilities`.
        weights: name → tensor, as in the checkpoint.
    """

    facts: EarFacts
    tags: tuple[str, ...]
    weights: Mapping[str, Any]

    @classmethod
    def opened(cls, model: str, wheel: Path | None = None) -> Self:
        """Read its weights.

        Args:
            model: ``mtt`` or ``msd``.
            wheel: the package's wheel, ``musicnn-0.1.0-py3-none-any.whl``; None for the installed package.

        Raises:
            UsageError: there is no such model.
            SetupError: PyTorch is not installed, or the package is not and no wheel is named.
            InputError: the wheel does not hold the weights.
            IntegrityError: they are not those that were published.
        """
        if model not in WEIGHTS_SHA256:
            raise UsageError(f"musicnn has no model {model!r}{choice(model, WEIGHTS_SHA256)}")
        require_torch("the ear musicnn")
        import torch

        index, numbers = _installed(model) if wheel is None else _in_wheel(model, wheel)
        sha256 = hashlib.sha256(numbers).hexdigest()
        if sha256 != WEIGHTS_SHA256[model]:
            raise IntegrityError(
                f"the weights {model} of musicnn have sha256 {sha256}, those that were published have "
                f"{WEIGHTS_SHA256[model]}: get the package again: {INSTALL}"
            )
        try:
            arrays = tensorflow_checkpoint.read(index, numbers)
        except FormatError as error:
            raise IntegrityError(
                f"the table of musicnn's weights {model}: {error.detail}. Get it again: {INSTALL}"
            ) from error
        _require(arrays)
        n_tokens, width = SHAPES[MUSICNN]
        facts = EarFacts(MUSICNN, f"{_VERSION} {model}", sha256, n_tokens, width, _LICENCE)
        return cls(facts, TAGS[model], {name: torch.from_numpy(array) for name, array in arrays.items()})

    def tokens(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the tokens of clips, shape (clips, 9, 200): of nine patches of 3 s, half over each other."""
        return self._heard(clips)[0]

    def probabilities(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how probable each tag is, the mean of the patches, shape (clips, 50)."""
        logits = self._heard(clips)[1]
        means: NDArray[np.float32] = (1 / (1 + np.exp(-logits))).mean(axis=1)
        return means

    def _heard(self, clips: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the tokens and what the tags' probabilities are made of, patch by patch."""
        import torch

        n_tokens, width = SHAPES[MUSICNN]
        tokens, logits = (
            np.zeros((len(clips), n_tokens, width), np.float32),
            np.zeros((len(clips), n_tokens, 50), np.float32),
        )
        with one_thread(), torch.inference_mode():
            for number, clip in enumerate(clips):
                heard = self.hear(patches(clip))
                tokens[number], logits[number] = (part.numpy() for part in heard)
        return tokens, logits

    def hear(self, patches: NDArray[np.float32]) -> tuple[Any, Any]:
        """Return token and logits of patches of shape (n, 187, 96), tensors of shape (n, 200) and (n, 50)."""
        import torch
        from torch.nn.functional import relu

        x = self._norm(torch.from_numpy(patches)[:, None], 0)
        timbral = [self._frames(x, name, n, (3, 3)) for n, name in enumerate(_TIMBRAL, 1)]
        lengths = [_SHAPES[f"{name}/kernel"][0] for name in _TEMPORAL]
        temporal = [
            self._frames(x, name, n, ((length - 1) // 2, length // 2))
            for (n, name), length in zip(enumerate(_TEMPORAL, 3), lengths, strict=True)
        ]
        front = torch.cat(timbral + temporal, 1)
        first = self._mixed(front, 0)
        second = self._mixed(first, 1) + first
        third = self._mixed(second, 2) + second
        frames = torch.cat([front, first, second, third], 1)
        pooled = torch.stack([frames.amax(2), frames.mean(2)], 2).flatten(1)  # maximum and mean, channel by channel
        dense = relu(self._norm(pooled, 9) @ self.weights["dense/kernel"] + self.weights["dense/bias"])
        token = self._norm(dense, 10)
        return token, token @ self.weights["dense_1/kernel"] + self.weights["dense_1/bias"]

    def _frames(self, x: Any, name: str, norm: int, padding: tuple[int, int]) -> Any:
        """Return frames of a convolution over (frames, bands), the maximum over bands, shape (n, channels, frames)."""
        from torch.nn.functional import conv2d, pad, relu

        kernel = self.weights[f"{name}/kernel"].permute(3, 2, 0, 1)
        x = conv2d(pad(x, (0, 0, *padding)), kernel, self.weights[f"{name}/bias"])
        return self._norm(relu(x), norm).amax(3)

    def _mixed(self, frames: Any, number: int) -> Any:
        """Return frames of a convolution over 7 frames and all channels, shape (n, 64, frames)."""
        from torch.nn.functional import conv1d, relu

        kernel = self.weights[f"{_MIDDLE[number]}/kernel"][:, :, 0].permute(2, 1, 0)
        bias = self.weights[f"{_MIDDLE[number]}/bias"]
        return self._norm(relu(conv1d(frames, kernel, bias, padding=3)), 6 + number)

    def _norm(self, x: Any, number: int) -> Any:
        """Return batch-normalised values; the statistics are those of training."""
        from torch.nn.functional import batch_norm

        name = f"batch_normalization_{number}" if number else "batch_normalization"
        mean, variance, weight, bias = (
            self.weights[f"{name}/{part}"] for part in ("moving_mean", "moving_variance", "gamma", "beta")
        )
        return batch_norm(x, mean, variance, weight, bias, training=False, eps=_EPS)


def patches(clip: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the nine patches of a clip, shape (9, 187, 96)."""
    levels = frames(clip)
    return np.stack([levels[start : start + PATCH] for start in range(0, len(levels) - PATCH + 1, _STEP)])


def frames(clip: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the levels of a clip's frames, shape (938, 96), in the half precision that the package computes them in.

    Where half precision has no number that large, as in loud music, the package goes on with infinity; single precision
    stands there instead.
    """
    import torch

    with one_thread(), torch.inference_mode():
        bands = torch.from_numpy(front_end.mel_bands(_N_MELS, "slaney"))
        power = front_end.mel_power(torch.from_numpy(clip[None, :N_SAMPLES]), bands)[0].T.numpy()
    half = power.astype(np.float16)
    with np.errstate(over="ignore"):
        levels = np.log10(np.float16(10_000) * half + np.float16(1)).astype(np.float32)
    single = np.log10(np.float32(10_000) * power + np.float32(1))
    return np.where(np.isfinite(levels), levels, single)


def package_version() -> str:
    """Return the version of the installed package.

    Raises:
        SetupError: it is not installed.
    """
    try:
        return distribution("musicnn").version
    except PackageNotFoundError:
        raise SetupError(
            f"the ear musicnn needs the weights in the package musicnn, which is not installed: {INSTALL} (without "
            "what it depends on: it is read, never run), or name the wheel"
        ) from None


def _members(model: str) -> tuple[str, str]:
    folder = f"musicnn/{model.upper()}_musicnn"
    return f"{folder}/.index", f"{folder}/.data-00000-of-00001"


def _installed(model: str) -> tuple[bytes, bytes]:
    """Return the checkpoint's table and numbers from the installed package."""
    version = package_version()
    index, numbers = (Path(str(distribution("musicnn").locate_file(name))) for name in _members(model))
    try:
        return paths.read_regular(index, follow=True), paths.read_regular(numbers, follow=True)
    except OSError as error:
        raise SetupError(
            f"the package musicnn {version} lacks {error.filename}; the weights are in 0.1.0: {INSTALL}"
        ) from error


def _in_wheel(model: str, wheel: Path) -> tuple[bytes, bytes]:
    """Return the checkpoint's table and numbers from a wheel."""
    limits = archives.Limits(members=1000, total_bytes=_MAX_WHEEL_BYTES)
    try:
        with archives.open_archive(paths.read_regular(wheel, _MAX_WHEEL_BYTES, follow=True), limits) as archive:
            index, numbers = (archives.read_member(archive, name, _MAX_WHEEL_BYTES) for name in _members(model))
    except (FormatError, OSError) as error:
        raise InputError(
            f"{wheel} is not the wheel of musicnn 0.1.0 ({error}): pip download --no-deps musicnn==0.1.0"
        ) from error
    return index, numbers


def _require(arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Refuse a checkpoint that lacks a tensor, or has one of another shape."""
    wrong = [f"{name} {shape}" for name, shape in _SHAPES.items() if name not in arrays or arrays[name].shape != shape]
    if wrong:
        raise IntegrityError(f"the weights of musicnn lack {'; '.join(wrong[:3])}: get the package again: {INSTALL}")
