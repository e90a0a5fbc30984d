"""VGGish (Hershey et al., arXiv 1609.09430), for those who have its weights.

Input, as AudioSet's: 16 kHz mono; magnitude spectrum of 25 ms every 10 ms, Hann; 64 bands, triangles on the mel
scale 1127 ln(1 + f / 700) from 125 to 7500 Hz; log(mel + 0.01); a patch of 96 frames, 0.96 s, centred on the note's
span, silence beyond the clip.

Network: 3 × 3 convolutions of 64, 128, 256, 256, 512, 512 channels with ReLU, a
maximum over 2 × 2 after the first, second, fourth and sixth, dense layers of 4096, 4096 and 128, the last without
ReLU. If the file has them, the principal components of AudioSet are taken after that; their rounding to 8 bits is
not.

Weights come in a safetensors file, by the names the PyTorch ports use; a pickle is never opened. musicdata ships
none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import InputError
from musicdata.music.features.deep import one_thread, require_torch
from musicdata.music.features.spectrogram import frame_power, hann
from musicdata.system import paths

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

RATE_HZ = 16_000
N_FRAMES, N_BANDS = 96, 64
_WINDOW, _HOP, _N_FFT = 400, 160, 512
_LOWEST_HZ, _HIGHEST_HZ = 125.0, 7500.0
_LOG_OFFSET = 0.01
_CONVOLUTIONS = {0: (1, 64), 3: (64, 128), 6: (128, 256), 8: (256, 256), 11: (256, 512), 13: (512, 512)}
_POOLED_AFTER = (0, 3, 8, 13)
_DENSE = {0: (6 * 4 * 512, 4096), 2: (4096, 4096), 4: (4096, 128)}
SHAPES: dict[str, tuple[int, ...]] = {
    **{f"features.{n}.weight": (out, into, 3, 3) for n, (into, out) in _CONVOLUTIONS.items()},
    **{f"features.{n}.bias": (out,) for n, (_, out) in _CONVOLUTIONS.items()},
    **{f"embeddings.{n}.weight": (out, into) for n, (into, out) in _DENSE.items()},
    **{f"embeddings.{n}.bias": (out,) for n, (_, out) in _DENSE.items()},
}
COMPONENT_SHAPES: dict[str, tuple[int, ...]] = {
    "pproc.pca_eigen_vectors": (128, 128),
    "pproc.pca_means": (128, 1),
}


def patches(samples: NDArray[np.float32], starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the patch centred on each span of samples at 16 kHz, shape (spans, 96, 64)."""
    length = _WINDOW + (N_FRAMES - 1) * _HOP
    begins = (starts + stops) // 2 - length // 2
    power = [frame_power(samples, hann(_WINDOW), _HOP, int(begin), N_FRAMES, _N_FFT) for begin in begins]
    mel = np.sqrt(np.stack(power)) @ _mel_bands().T
    return np.log(mel + np.float32(_LOG_OFFSET))


@lru_cache(1)
def _mel_bands() -> NDArray[np.float32]:
    """Return AudioSet's bands, shape (64, 257): triangles on the mel scale, so not librosa's, which are so in Hz."""
    mel = _to_mel(np.linspace(0, RATE_HZ / 2, _N_FFT // 2 + 1))
    edges = np.linspace(_to_mel(_LOWEST_HZ), _to_mel(_HIGHEST_HZ), N_BANDS + 2)[:, None]
    rising, falling = (mel - edges[:-2]) / (edges[1:-1] - edges[:-2]), (edges[2:] - mel) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


def _to_mel(freq_hz: Any) -> Any:
    return 1127 * np.log1p(np.asarray(freq_hz) / 700)


def load(path: Path) -> dict[str, Any]:
    """Read the weights, as name → tensor.

    Raises:
        SetupError: PyTorch is not installed.
        InputError: the file is no safetensors file, or its tensors are not those of VGGish.
    """
    require_torch("VGGish")
    from safetensors import SafetensorError, safe_open

    try:
        paths.open_regular(path, follow=True).close()
        with safe_open(path, framework="pt") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            _require_shapes(path, shapes)
            return {name: file.get_tensor(name).float() for name in shapes}
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path} is no safetensors file with the weights of VGGish: {error}") from error


def _require_shapes(path: Path, shapes: dict[str, tuple[int, ...]]) -> None:
    components = COMPONENT_SHAPES if set(shapes) & set(COMPONENT_SHAPES) else {}
    expected = SHAPES | components
    wrong = [f"{n} is {shapes.get(n, 'missing')}, not {s}" for n, s in expected.items() if shapes.get(n) != s]
    wrong += [f"{name} is none of them" for name in sorted(set(shapes) - set(expected))]
    if wrong:
        names = ", ".join(f"{name} {shape}" for name, shape in (SHAPES | COMPONENT_SHAPES).items())
        raise InputError(
            f"{path} does not hold the weights of VGGish: {'; '.join(wrong[:3])}. Expected are {names}; "
            "the two of pproc may be left out"
        )


def embed(weights: dict[str, Any], inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the embeddings of patches of shape (n, 96, 64), shape (n, 128)."""
    import torch
    from torch.nn import functional

    with one_thread(), torch.inference_mode():
        x = torch.from_numpy(inputs)[:, None]
        for n in _CONVOLUTIONS:
            x = functional.relu(
                functional.conv2d(x, weights[f"features.{n}.weight"], weights[f"features.{n}.bias"], padding=1)
            )
            if n in _POOLED_AFTER:
                x = functional.max_pool2d(x, 2)
        x = x.permute(0, 2, 3, 1).flatten(1)  # TensorFlow's order, in which the dense weights were trained
        for n in _DENSE:
            x = functional.linear(x, weights[f"embeddings.{n}.weight"], weights[f"embeddings.{n}.bias"])
            x = functional.relu(x) if n != max(_DENSE) else x
        if "pproc.pca_means" in weights:
            x = (x - weights["pproc.pca_means"][:, 0]) @ weights["pproc.pca_eigen_vectors"].T
        embeddings: NDArray[np.float32] = x.numpy()
    return embeddings
