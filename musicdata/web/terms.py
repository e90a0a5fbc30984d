"""What rows are to be like, as SQL: names come from contracts, every value is bound."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.web.asking import BadRequestError, Condition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.column import Column

_HAS = "contains(strip_accents(lower(CAST({} AS VARCHAR))), strip_accents(lower(CAST(? AS VARCHAR))))"


def _term(column: Column, condition: Condition) -> tuple[str, list[Any]]:
    """Return a condition as SQL, its values apart."""
    name = quoted(column.name)
    if condition.how == "empty":
        return f"{name} IS NULL", []
    if condition.how == "has":
        if column.type != "string":
            raise BadRequestError(f"column {column.name} holds no texts", "where", "use in or range")
        return _HAS.format(name), [condition.values[0]]
    if condition.how == "range":
        if column.type in ("string", "bool"):
            raise BadRequestError(f"column {column.name} holds no numbers", "where", "use in")
        bounds = [
            (sign, value) for sign, value in zip((">=", "<="), condition.values, strict=True) if value is not None
        ]
        return "(" + (" AND ".join(f"{name} {sign} ?" for sign, _ in bounds) or "TRUE") + ")", [v for _, v in bounds]
    kinds: tuple[type, ...] = {"string": (str,), "bool": (bool,)}.get(column.type, (int, float))
    given = [value for value in condition.values if value is not None]
    if not all(isinstance(value, kinds) and isinstance(value, bool) == (column.type == "bool") for value in given):
        raise BadRequestError(f"column {column.name} holds {column.type}s", "where", "give such values")
    parts = [f"{name} IN ({', '.join('?' * len(given))})"] if given else []
    if len(given) < len(condition.values):
        parts.append(f"{name} IS NULL")
    return f"({' OR '.join(parts)})", given


def quoted(name: str) -> str:
    """Return a name of a contract as SQL writes it: it holds letters, digits and underscores only."""
    return '"' + name.replace('"', '""') + '"'


def column_of(columns: Sequence[Column], name: str) -> Column:
    """Return a column by name.

    Raises:
        BadRequestError: there is none.
    """
    for column in columns:
        if column.name == name:
            return column
    raise BadRequestError("the table has no such column", "column", f"it has {', '.join(c.name for c in columns)}")


def where(columns: Sequence[Column], conditions: Sequence[Condition], words: str) -> tuple[str, list[Any]]:
    """Return what rows are to be like, and the values that are bound to it; "" for everything.

    Raises:
        BadRequestError: there is no such column, or it cannot be asked like that.
    """
    parts: list[str] = []
    values: list[Any] = []
    for condition in conditions:
        text, bound = _term(column_of(columns, condition.column), condition)
        parts.append(text)
        values += bound
    if words:
        texts = [column for column in columns if column.type == "string"]
        if not texts:
            raise BadRequestError("the table has no texts", "words", "use the other filters")
        parts.append("(" + " OR ".join(_HAS.format(quoted(column.name)) for column in texts) + ")")
        values += [words] * len(texts)
    return (f"WHERE {' AND '.join(parts)}" if parts else ""), values
