"""Saves fitted models as arrays and JSON, and loads them with suspicion: nothing in a model's files is ever run."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load as parse_arrays
from safetensors.numpy import save as format_arrays

from musicdata.errors import IntegrityError, MusicdataError, SetupError, UsageError
from musicdata.system import paths
from musicdata.system.files import write_whole
from musicdata_baselines.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata_baselines.estimator import Model

FORMAT = 1
ARRAYS_FILE, JSON_FILE = "model.safetensors", "model.json"
MAX_JSON_BYTES = 64 << 20
MODULES = {
    "CCA": "linear.cca",
    "GCCA": "linear.gcca",
    "MCCA": "linear.mcca",
    "WSABIE": "linear.wsabie",
    "RandomizedPCA": "linear.pca",
    "DCCA": "deep.dcca",
    "DGCCA": "deep.dgcca",
    "JointTrainDCCA": "deep.joint_train",
    "MVE": "deep.mve",
    "InfoNCE": "deep.info_nce",
    "ResidualCCA": "deep.residual",
    "TwoBranch": "deep.two_branch",
}
_KEYS = {"format", "class", "parameters", "facts", "arrays", "sha256"}


def save(model: Model, folder: str | Path) -> Path:
    """Write a fitted model to a folder: its arrays to ``model.safetensors``, all else to ``model.json``.

    Each file is written beside its place and then moved there, the JSON with the digest of the arrays last: whatever
    interrupts, `load` sees the old model, the new one, or refuses.

    Returns:
        the folder.

    Raises:
        NotFittedError: the model was not fitted.
        UsageError: the model is of no class that `load` knows.
    """
    name = type(model).__name__
    if name not in MODULES:
        raise UsageError(f"{name} cannot be saved; there are {', '.join(MODULES)}")
    arrays, facts = model.state()
    blob = format_arrays({key: np.ascontiguousarray(value) for key, value in arrays.items()})
    document = {
        "format": FORMAT,
        "class": name,
        "parameters": model.get_params(deep=False),
        "facts": facts,
        "arrays": {key: [str(value.dtype), list(value.shape)] for key, value in arrays.items()},
        "sha256": hashlib.sha256(blob).hexdigest(),
    }
    text = json.dumps(document, indent=1, allow_nan=False, ensure_ascii=False, default=_as_json)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / ARRAYS_FILE, blob)
    _write(folder / JSON_FILE, text.encode())
    return folder


def _as_json(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise UsageError(f"{value!r} is no JSON value; give plain numbers and strings as parameters")


def _write(path: Path, content: bytes) -> None:
    write_whole(path, content, path.with_name(f"{path.name}.part"))


def load(folder: str | Path) -> Model:
    """Return the model that `save` wrote to a folder.

    Raises:
        ModelFileError: a file is missing, damaged, of another version, or not what such a model can have written.
        SetupError: the model is a deep one, and PyTorch is not installed.
    """
    folder = Path(folder)
    document = _read_json(folder / JSON_FILE)
    arrays = _read_arrays(folder / ARRAYS_FILE, document)
    kind = _find_class(folder, document["class"])
    with _refusing(folder, document["class"]):
        parameters = set(inspect.signature(kind).parameters)
        if set(document["parameters"]) != parameters:
            raise ModelFileError(f"its parameters are {sorted(document['parameters'])}, expected {sorted(parameters)}")
        model: Model = kind(**document["parameters"])
        if missing := [name for name in model.FACTS if name not in document["facts"]]:
            raise ModelFileError(f"it lacks {', '.join(missing)}")
        model.restore(arrays, document["facts"])
        model.check_state()
        if set(model.state()[0]) != set(arrays):
            raise ModelFileError(f"its arrays are {sorted(arrays)}, expected {sorted(model.state()[0])}")
    return model


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(paths.read_regular(path, MAX_JSON_BYTES, follow=True), parse_constant=_refuse_constant)
    except (OSError, IntegrityError, ValueError, RecursionError) as error:
        raise ModelFileError(f"{path} cannot be read ({error}); save the model again") from error
    if not isinstance(document, dict) or set(document) != _KEYS:
        content = sorted(document) if isinstance(document, dict) else type(document).__name__
        raise ModelFileError(f"{path} has {content}, expected an object with {sorted(_KEYS)}")
    if document["format"] != FORMAT:
        raise ModelFileError(f"{path} is of format {document['format']!r}; this version reads {FORMAT}")
    for key in ("parameters", "facts", "arrays"):
        if not isinstance(document[key], dict):
            raise ModelFileError(f"{path}: {key} is {type(document[key]).__name__}, expected an object")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _read_arrays(path: Path, document: dict[str, Any]) -> dict[str, NDArray[Any]]:
    try:
        blob = paths.read_regular(path, paths.MAX_FILE_BYTES, follow=True)
        if (digest := hashlib.sha256(blob).hexdigest()) != document["sha256"]:
            raise ModelFileError(
                f"{path} has the digest {digest}, {JSON_FILE} says {document['sha256']}; save the model again"
            )
        arrays: dict[str, NDArray[Any]] = parse_arrays(blob)
    except (OSError, IntegrityError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ModelFileError(f"{path} cannot be read ({error}); save the model again") from error
    shapes = {key: [str(value.dtype), list(value.shape)] for key, value in arrays.items()}
    if shapes != document["arrays"]:
        raise ModelFileError(f"{path} has the arrays {shapes}, {JSON_FILE} says {document['arrays']}")
    for key, array in arrays.items():
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ModelFileError(f"{path}: {key} holds a value that is not finite")
    return arrays


def _find_class(folder: Path, name: Any) -> Any:
    if not isinstance(name, str) or name not in MODULES:
        raise ModelFileError(f"{folder} holds a model of class {name!r}; there are {', '.join(MODULES)}")
    return getattr(importlib.import_module(f"musicdata_baselines.{MODULES[name]}"), name)


@contextlib.contextmanager
def _refusing(folder: Path, name: str) -> Iterator[None]:
    """Turn what a class raises at an odd state into a ModelFileError that names the folder."""
    try:
        yield
    except SetupError:
        raise
    except (
        MusicdataError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        RuntimeError,
        MemoryError,
    ) as error:
        raise ModelFileError(f"{folder} holds no {name} that was saved: {error or type(error).__name__}") from error
