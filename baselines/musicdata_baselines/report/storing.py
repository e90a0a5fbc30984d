"""`validation.json`: a validation as JSON, and back."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from musicdata.errors import ContractError, InputError
from musicdata.system.files import storage_faults
from musicdata_baselines.results import Validation

if TYPE_CHECKING:
    from collections.abc import Iterable

SCHEMA = 1
_FREE = {"figures", "settings"}  # their values are of any kind; what is not finite in them becomes null


def encode(validation: Validation) -> str:
    """Return the validation as JSON, keys sorted, so that equal validations give equal bytes.

    A detection limit that no MRR reaches is null, and so is what is not finite among the figures of a control and the
    settings of a baseline.

    Raises:
        ContractError: another figure is not finite, or a value is of a kind that JSON does not have.
    """
    value = validation.as_json()
    for baseline in value["baselines"]:
        if baseline["detection_limit_mrr"] == math.inf:
            baseline["detection_limit_mrr"] = None
    return json.dumps(_plain(value, ()), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: Any, where: tuple[str, ...]) -> Any:
    """Return the value in JSON's own types; arrays and scalars of NumPy become lists and numbers."""
    if isinstance(value, dict):
        return {str(key): _plain(one, (*where, str(key))) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, (*where, str(number))) for number, one in enumerate(value)]
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), where)
    if isinstance(value, float) and not math.isfinite(value):
        if _FREE & set(where):
            return None
        raise ContractError(f"the validation's {'.'.join(where)} is {value}; its figures must be finite")
    if value is None or isinstance(value, str | int | float):
        return value
    raise ContractError(f"the validation's {'.'.join(where)} is of type {type(value).__name__}, which JSON has not")


def decode(text: str | bytes) -> Validation:
    """Rebuild a validation from its JSON; what `encode` was given comes back equal.

    Raises:
        InputError: it is no validation, is damaged, or says another verdict than its rules do.
    """
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON ({error}); run musicdata validate again") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        found = value.get("schema") if isinstance(value, dict) else type(value).__name__
        raise InputError(f"schema is {found}, expected {SCHEMA}: it is not a validation this version reads")
    for baseline in _dicts(value.get("baselines")):
        if "detection_limit_mrr" in baseline and baseline["detection_limit_mrr"] is None:
            baseline["detection_limit_mrr"] = math.inf
    try:
        validation = TypeAdapter(Validation).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"{where}: {first['msg']} ({error.error_count()} in all); run musicdata validate again"
        ) from error
    if validation.holds != value.get("gate_holds"):
        raise InputError(
            f"gate_holds is {value.get('gate_holds')}, but its rules say {validation.holds}: it was changed"
        )
    return validation


def _finite(number: str) -> float:
    if not math.isfinite(float(number)):
        raise ValueError(f"{number} is no finite number")
    return float(number)


def _dicts(value: Any) -> Iterable[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def read(path: str | Path) -> Validation:
    """Read a `validation.json`.

    Raises:
        InputError: it is not there or is damaged; the message names the file.
    """
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}; give the validation.json that musicdata validate wrote") from error
    try:
        return decode(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def replace(path: Path, text: str) -> None:
    """Write a text file whole or not at all.

    Lone surrogates, which file names may have, are written as backslash escapes, which JSON reads back.

    Raises:
        StorageError: the disk is full or cannot be written.
    """
    data = text.encode("utf-8", "backslashreplace")
    with storage_faults(path, len(data)):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
