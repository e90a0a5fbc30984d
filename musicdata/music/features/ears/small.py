"""A small ear that learns to hear what somebody wrote of the songs: three convolutions, trained on tags.

Input: 64 mel bands (htk) in dB from 0 to 8,000 Hz, at least -60, frames of 128 ms every 94 ms, 160 of a clip, each band
less its mean over the train split and divided by its standard deviation. Network: three 3 × 3 convolutions of step 2
with 16, 32 and 64 channels, each batch-normalised, ReLU; the mean over bands, and over every two frames: ten tokens of
64 numbers. A dense layer on the tokens' mean and maximum says which tags the song has; the loss is the cross-entropy of
each tag,

    L = -1/nT Σᵢₜ [yᵢₜ log pᵢₜ + (1 - yᵢₜ) log(1 - pᵢₜ)],

by AdamW with a learning rate that rises and falls once. In training, clips are shifted in time and played louder or
softer by some dB. The same clips, tags and seed give the same weights on the same kind of machine.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import InputError
from musicdata.music.features.deep import one_thread, require_torch
from musicdata.music.features.ears import front_end, tensor_file
from musicdata.music.features.ears.ear import SHAPES, SMALL, EarFacts
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import Self

    from numpy.typing import NDArray

EPOCHS = 16
MAX_TAGS = 200
LEAST_SONGS = 5
_VERSION = "1"
_LICENCE = "trained here"
_N_MELS, _N_FFT, _HOP, _N_FRAMES = 64, 2048, 1500, 160
_CHANNELS = ((1, 16), (16, 32), (32, 64))
_BATCH = 32
_LEARNING_RATE, _WEIGHT_DECAY = 3e-3, 1e-2
_WARM_UP = 0.2  # share of the steps in which the learning rate rises
_LOUDER_DB = 6.0
_DROPOUT = 0.2
_EPS = 1e-5
_FLOOR_POWER = 1e-6  # about what 16 bits leave of silence
_MOMENTUM = 0.1
_CLIPS_AT_ONCE = 64
_MAX_BYTES = 64 << 20
_NORM = ("weight", "bias", "mean", "variance")


def _shapes(n_tags: int) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {"band_mean": (_N_MELS,), "band_scale": (_N_MELS,)}
    for number, (into, out) in enumerate(_CHANNELS):
        shapes[f"convolution.{number}.weight"] = (out, into, 3, 3)
        shapes |= {f"norm.{number}.{part}": (out,) for part in _NORM}
    width = SHAPES[SMALL][1]
    return shapes | {"tags.weight": (n_tags, 2 * width), "tags.bias": (n_tags,)}


@dataclass(frozen=True)
class SmallEar:
    """The small ear with its weights.

    Attributes:
        facts: what is known of it.
        tags: that it was trained on, in the order of `probabilities`.
        weights: name → array.
    """

    facts: EarFacts
    tags: tuple[str, ...]
    weights: Mapping[str, NDArray[np.float32]]

    @classmethod
    def of(cls, weights: Mapping[str, NDArray[np.float32]], tags: Sequence[str]) -> Self:
        """Return the ear with these weights."""
        n_tokens, width = SHAPES[SMALL]
        sha256 = hashlib.sha256(_packed(weights, tags)).hexdigest()
        return cls(EarFacts(SMALL, _VERSION, sha256, n_tokens, width, _LICENCE), tuple(tags), dict(weights))

    @classmethod
    def opened(cls, path: Path) -> Self:
        """Read it from the file that `saved` makes.

        Raises:
            SetupError: PyTorch is not installed.
            InputError: the file is no small ear.
        """
        return cls.restored(paths.read_regular(path, _MAX_BYTES, follow=True), str(path))

    @classmethod
    def restored(cls, data: bytes, name: str = "the small ear") -> Self:
        """Return the ear of which these are the bytes; `name` is for messages.

        Raises:
            SetupError: PyTorch is not installed.
            InputError: they are not of a small ear.
        """
        require_torch("the ear small")
        arrays = tensor_file.of_safetensors(data, name)
        try:
            tags = json.loads(arrays.pop("tags").tobytes())
        except (KeyError, ValueError) as error:
            raise InputError(f"{name} is no small ear: its tags are missing or cannot be read") from error
        expected = _shapes(len(tags)) if isinstance(tags, list) and all(isinstance(tag, str) for tag in tags) else {}
        shapes = {key: array.shape for key, array in arrays.items() if array.dtype == np.float32}
        if shapes != expected or len(arrays) != len(expected):
            raise InputError(f"{name} is no small ear of this version: its arrays are {sorted(arrays)}")
        return cls.of(arrays, tags)

    def saved(self) -> bytes:
        """Return it as the bytes of a safetensors file."""
        return _packed(self.weights, self.tags)

    def tokens(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the tokens of clips, shape (clips, 10, 64)."""
        return self._heard(clips)[0]

    def probabilities(self, clips: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how probable each tag is, shape (clips, tags)."""
        return self._heard(clips)[1]

    def _heard(self, clips: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        import torch

        weights = {name: torch.from_numpy(array) for name, array in self.weights.items()}
        tokens = np.zeros((len(clips), *SHAPES[SMALL]), np.float32)
        probable = np.zeros((len(clips), len(self.tags)), np.float32)
        with one_thread(), torch.inference_mode():
            for number, clip in enumerate(clips):
                levels = torch.from_numpy(levels_db(clip[None]))
                heard = _tokens(_standard(levels, weights), weights)
                tokens[number], probable[number] = heard[0].numpy(), torch.sigmoid(_logits(heard, weights))[0].numpy()
        return tokens, probable


@dataclass(frozen=True, slots=True)
class Trained:
    """What training made.

    Attributes:
        ear: the ear.
        losses: mean loss of each pass over the clips.
        n_clips: that it was trained on.
    """

    ear: SmallEar
    losses: tuple[float, ...]
    n_clips: int


def levels_db(clips: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the levels of clips in dB, shape (clips, 64, 160), each by itself: they depend on no other clip."""
    import torch

    bands = torch.from_numpy(front_end.mel_bands(_N_MELS, "htk", _N_FFT))
    levels = np.zeros((len(clips), _N_MELS, _N_FRAMES), np.float32)
    with one_thread(), torch.inference_mode():
        for number, clip in enumerate(clips):
            power = front_end.mel_power(torch.from_numpy(clip[None]), bands, n_fft=_N_FFT, hop=_HOP)[0]
            levels[number] = front_end.to_db(power.clamp(min=_FLOOR_POWER))[:, :_N_FRAMES].numpy()
    return levels


def usable_tags(tags: Iterable[Iterable[str]]) -> list[str]:
    """Return the tags to learn, in order: those of five songs and more that not all have, the 200 most frequent."""
    songs = [set(of_song) for of_song in tags]
    counts = Counter(tag for song in songs for tag in song)
    frequent = [
        tag for tag, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])) if LEAST_SONGS <= n < len(songs)
    ]
    return sorted(frequent[:MAX_TAGS])


def train_small(
    clips: Iterable[NDArray[np.float32]], tags: Sequence[set[str]], seed: int, *, epochs: int = EPOCHS
) -> Trained:
    """Train a small ear.

    Args:
        clips: blocks of clips, each of shape (n, 240,000), all of which come to one a song.
        tags: of each song, in the order of the clips.
        seed: of first weights, order, shifts and levels.
        epochs: passes over the clips.

    Raises:
        SetupError: PyTorch is not installed.
        InputError: no tag is on five songs and not on all, or there are not as many clips as songs.
    """
    require_torch("the ear small")
    names = usable_tags(tags)
    if not names:
        raise InputError(
            f"the small ear has nothing to learn: no tag is on {LEAST_SONGS} songs of the train split that have audio "
            "and is not on all of them. Give the songs tags, or do not train it"
        )
    levels = np.concatenate([levels_db(block).astype(np.float16) for block in clips])
    if len(levels) != len(tags):
        raise InputError(f"{len(levels)} clips for {len(tags)} songs: each needs one")
    has_tag = np.array([[name in of_song for name in names] for of_song in tags], np.float32)
    weights, losses = _Training(levels, has_tag, seed, epochs).run()
    return Trained(SmallEar.of(weights, names), losses, len(levels))


class _Training:
    """One training of the ear, on one thread."""

    def __init__(self, levels: NDArray[np.float16], has_tag: NDArray[np.float32], seed: int, epochs: int) -> None:
        self.levels, self.has_tag, self.seed, self.epochs = levels, has_tag, seed, epochs

    def run(self) -> tuple[dict[str, NDArray[np.float32]], tuple[float, ...]]:
        """Return the weights and the mean loss of each pass."""
        import torch

        with one_thread(), torch.random.fork_rng(devices=[]):
            torch.manual_seed(self.seed)
            weights = _first_weights(self.levels, self.has_tag.shape[1])
            learned = [weights[name].requires_grad_() for name in sorted(weights) if _is_learned(name)]
            n_steps = self.epochs * -(-len(self.levels) // _BATCH)
            optimizer = torch.optim.AdamW(learned, _LEARNING_RATE, weight_decay=_WEIGHT_DECAY)
            schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _LEARNING_RATE, n_steps, pct_start=_WARM_UP)
            losses = []
            for _ in range(self.epochs):
                order = torch.randperm(len(self.levels)).numpy()
                total = 0.0
                for start in range(0, len(order), _BATCH):
                    batch = order[start : start + _BATCH]
                    loss = self._loss(batch, weights)
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
                    schedule.step()
                    total += loss.item() * len(batch)
                losses.append(total / len(order))
        return {name: tensor.detach().numpy() for name, tensor in weights.items()}, tuple(losses)

    def _loss(self, batch: NDArray[np.int64], weights: dict[str, Any]) -> Any:
        import torch
        from torch.nn.functional import binary_cross_entropy_with_logits, dropout

        levels = torch.from_numpy(self.levels[batch].astype(np.float32))
        shift = int(torch.randint(_N_FRAMES, ()))
        louder_db = (torch.rand(len(batch), 1, 1) * 2 - 1) * _LOUDER_DB
        x = _standard(levels.roll(shift, 2) + louder_db, weights)
        logits = _logits(_tokens(x, weights, training=True), weights, drop=lambda y: dropout(y, _DROPOUT))
        return binary_cross_entropy_with_logits(logits, torch.from_numpy(self.has_tag[batch]))


def _is_learned(name: str) -> bool:
    return not name.startswith("band_") and not name.endswith((".mean", ".variance"))


def _first_weights(levels: NDArray[np.float16], n_tags: int) -> dict[str, Any]:
    """Return weights to begin with; the bands' mean and scale are those of the clips."""
    import torch

    weights: dict[str, Any] = {}
    for name, shape in _shapes(n_tags).items():
        if name.endswith(".weight") and not name.startswith("norm."):
            fan_in = int(np.prod(shape[1:]))
            weights[name] = torch.randn(shape) * (2 / fan_in) ** 0.5
        elif name.startswith("norm.") and name.endswith((".weight", ".variance")):
            weights[name] = torch.ones(shape)
        else:
            weights[name] = torch.zeros(shape)
    sums = np.zeros((2, _N_MELS))
    for start in range(0, len(levels), _CLIPS_AT_ONCE):
        block = levels[start : start + _CLIPS_AT_ONCE].astype(np.float64)
        sums += [block.sum(axis=(0, 2)), (block**2).sum(axis=(0, 2))]
    mean, square = sums / (len(levels) * _N_FRAMES)
    scale = np.sqrt(np.maximum(square - mean**2, 0))
    weights["band_mean"] = torch.from_numpy(mean.astype(np.float32))
    weights["band_scale"] = torch.from_numpy(np.where(scale > _EPS, scale, 1).astype(np.float32))
    return weights


def _standard(levels: Any, weights: Mapping[str, Any]) -> Any:
    return ((levels - weights["band_mean"][:, None]) / weights["band_scale"][:, None])[:, None]


def _tokens(x: Any, weights: Mapping[str, Any], *, training: bool = False) -> Any:
    """Return the tokens of standardised levels of shape (clips, 1, bands, frames)."""
    from torch.nn.functional import batch_norm, conv2d, relu

    for number in range(len(_CHANNELS)):
        x = conv2d(x, weights[f"convolution.{number}.weight"], stride=2, padding=1)
        weight, bias, mean, variance = (weights[f"norm.{number}.{part}"] for part in _NORM)
        x = relu(batch_norm(x, mean, variance, weight, bias, training=training, momentum=_MOMENTUM, eps=_EPS))
    frames = x.mean(2)  # (clips, channels, 20)
    n_tokens = SHAPES[SMALL][0]
    return frames.unflatten(2, (n_tokens, -1)).mean(3).transpose(1, 2)


def _logits(tokens: Any, weights: Mapping[str, Any], drop: Any = lambda x: x) -> Any:
    import torch

    pooled = torch.cat([tokens.mean(1), tokens.amax(1)], 1)
    return drop(pooled) @ weights["tags.weight"].T + weights["tags.bias"]


def _packed(weights: Mapping[str, NDArray[np.float32]], tags: Sequence[str]) -> bytes:
    from safetensors.numpy import save

    text = json.dumps(list(tags)).encode()
    arrays = {name: np.ascontiguousarray(array) for name, array in sorted(weights.items())}
    return save(arrays | {"tags": np.frombuffer(text, np.uint8)})
