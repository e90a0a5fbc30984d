"""What can be set: every key of a model, what it may be, what it is unless it is set, and what it means."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from musicdata.definitions import docstrings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_KINDS = {"integer": "integer", "number": "number", "string": "text", "boolean": "true or false", "array": "list"}
_BOUNDS = {
    "minimum": "at least",
    "exclusiveMinimum": "above",
    "maximum": "at most",
    "exclusiveMaximum": "below",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A key that `--set` takes.

    Attributes:
        key: ``stage.key``.
        kind: what it may be, for people: ``integer, at least 1``.
        default: what it is unless a recipe or `--set` says otherwise; None where it has to be said.
        value: what it is here.
        meaning: what it does; "" where nobody wrote that down.
    """

    key: str
    kind: str
    default: Any
    value: Any
    meaning: str

    @property
    def is_default(self) -> bool:
        """Say whether it is what it is unless it is set, or has to be set anyway."""
        return self.default is None or bool(self.value == self.default)


def parameters(prefix: str, model: type[BaseModel], values: BaseModel | None = None) -> Iterator[Parameter]:
    """Yield the keys of a model, those of tables inside it one by one.

    Args:
        prefix: what the keys begin with: the name of the stage.
        model: of the values.
        values: as they are set; None where nothing is.
    """
    schema = model.model_json_schema()
    meanings = docstrings.read(model).of("Attributes")
    for name, info in model.model_fields.items():
        value = getattr(values, name) if values is not None else None
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from parameters(f"{prefix}.{name}", inner, value)
            continue
        default = None if info.is_required() else info.get_default(call_default_factory=True)
        kind = kind_of(schema["properties"][name], schema.get("$defs", {}))
        meaning = meanings.get(name, "")
        yield Parameter(f"{prefix}.{name}", kind, _plain(default), _plain(value), meaning)


def kind_of(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """Say what a value may be.

    >>> kind_of({"type": "integer", "minimum": 1}, {}), kind_of({"enum": ["note", "word"]}, {})
    ('integer, at least 1', 'note or word')
    """
    if "$ref" in schema:
        return kind_of(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if several := [kind_of(one, definitions) for one in schema.get("anyOf", ()) if one.get("type") != "null"]:
        return " or ".join(dict.fromkeys(several))
    if "enum" in schema or "const" in schema:
        return " or ".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "object":
        return "table" if "properties" in schema else "table of keys and values"
    kind = _KINDS.get(str(schema.get("type")), "value")
    if kind == "list" and "items" in schema:
        kind = f"list of {kind_of(schema['items'], definitions)}"
    bounds = [f"{words} {schema[bound]:,}" for bound, words in _BOUNDS.items() if bound in schema]
    return ", ".join([kind, *bounds])


def _plain(value: Any) -> Any:
    """Return a value as TOML and JSON have it."""
    return json.loads(json.dumps(value, default=lambda one: one.model_dump(mode="json")))
