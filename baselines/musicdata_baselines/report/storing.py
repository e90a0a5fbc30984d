"""`validation.json`: a validation as JSON, and back; a suite's own figures stand beside those of all suites."""

from __future__ import annotations

import contextlib
import json
import math
import os
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from musicdata.definitions import suite as suites
from musicdata.definitions.suite import FIRST, Validation
from musicdata.errors import ContractError, InputError
from musicdata.system import paths
from musicdata.system.files import write_whole

SCHEMA = 1
_FREE = {"figures", "settings"}  # their values are of any kind; what is not finite in them becomes null


def encode(validation: Validation[Any]) -> str:
    """Return the validation as JSON, keys sorted, so that equal validations give equal bytes.

    What is not finite among `figures` and `settings` of the suite's result becomes null.

    Raises:
        ContractError: another figure is not finite, or a value is of a kind that JSON does not have.
    """
    return json.dumps(plain(validation.as_json()), indent=1, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: Any, where: tuple[str, ...] = ()) -> Any:
    """Return the value in JSON's own types; arrays and scalars of NumPy become lists and numbers.

    Args:
        value: anything.
        where: keys that lead to it.

    Raises:
        ContractError: see `encode`.
    """
    if isinstance(value, dict):
        return {str(key): plain(one, (*where, str(key))) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one, (*where, str(number))) for number, one in enumerate(value)]
    if hasattr(value, "tolist"):
        return plain(value.tolist(), where)
    if isinstance(value, float) and not math.isfinite(value):
        if _FREE & set(where):
            return None
        raise ContractError(f"the validation's {'.'.join(where)} is {value}; its figures must be finite")
    if value is None or isinstance(value, str | int | float):
        return value
    raise ContractError(f"the validation's {'.'.join(where)} is of type {type(value).__name__}, which JSON has not")


def decode(text: str | bytes) -> Validation[Any]:
    """Rebuild a validation from its JSON; what `encode` was given comes back equal.

    Raises:
        InputError: it is no validation, is damaged, or says another verdict than its rules do.
        RecipeError: it is of a suite that is not here.
    """
    try:
        value = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON ({error}); run musicdata validate again") from error
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        schema = value.get("schema") if isinstance(value, dict) else type(value).__name__
        raise InputError(f"schema is {schema}, expected {SCHEMA}: it is not a validation this version reads")
    value.setdefault("task", FIRST)
    try:
        result = suites.find(str(value["task"])).result.of_json(value)
        validation: Validation[Any] = TypeAdapter(Validation).validate_python(value | {"result": result})
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


def read(path: str | Path) -> Validation[Any]:
    """Read a `validation.json`.

    Raises:
        InputError: it is not there or is damaged; the message names the file.
    """
    try:
        data = paths.read_regular(Path(path), follow=True)
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
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write_whole(path, text.encode("utf-8", "backslashreplace"), temporary)
    finally:
        with contextlib.suppress(NotADirectoryError):  # told by what was raised
            temporary.unlink(missing_ok=True)
