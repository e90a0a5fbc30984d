"""What a request asks, parsed and bounded: nothing of it is used before it went through here."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_QUERY_CHARACTERS = 8192
MAX_FIELDS = 32
MAX_CONDITIONS = 20
MAX_VALUES = 200
MAX_TEXT = 500
MAX_ROWS = 200
MAX_OFFSET = 2**40

Scalar = str | float | bool | None


class BadRequestError(Exception):
    """A request asks what cannot be answered.

    Attributes:
        status: of the answer.
        what: is wrong; `where`: which part of the request; `remedy`: what to do.
    """

    def __init__(self, what: str, where: str, remedy: str, status: int = 400) -> None:
        super().__init__(what)
        self.status, self.what, self.where, self.remedy = status, what, where, remedy

    def facts(self) -> dict[str, str]:
        """Return what the answer says."""
        return {"what": self.what, "where": self.where, "remedy": self.remedy}


@dataclass(frozen=True, slots=True)
class Condition:
    """What rows must be like to be shown.

    Attributes:
        column: by name.
        how: ``in``: one of the values; ``range``: from the first to the second, each maybe None; ``has``: the text
            holds the value, whatever its case and accents; ``empty``: there is no value.
        values: see `how`.
    """

    column: str
    how: str
    values: tuple[Scalar, ...]


class Asked:
    """The fields of a query, each at most once.

    Raises:
        BadRequestError: it is too long, has a field twice, or one that the route does not have.
    """

    def __init__(self, query: bytes, known: Collection[str]) -> None:
        try:
            pairs = parse_qsl(
                query.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=bool(query),
                errors="strict",
                max_num_fields=MAX_FIELDS,
            )
        except ValueError as error:
            raise BadRequestError("the query cannot be read", "query", "give it as name=value&…, in UTF-8") from error
        if len(query) > MAX_QUERY_CHARACTERS:
            raise BadRequestError("the query is too long", "query", f"{MAX_QUERY_CHARACTERS} characters at most")
        self._fields = dict(pairs)
        if len(self._fields) < len(pairs):
            raise BadRequestError("a field is given twice", "query", "give each once")
        if odd := sorted(self._fields.keys() - set(known)):
            raise BadRequestError("there is no such field", odd[0][:50], f"the fields are {', '.join(known) or 'none'}")

    def text(self, name: str, default: str = "", most: int = MAX_TEXT) -> str:
        """Return a text."""
        value = self._fields.get(name, default)
        if len(value) > most or "\0" in value:
            raise BadRequestError("the text is too long, or holds NUL", name, f"{most} characters at most")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """Return a whole number within bounds."""
        given = self._fields.get(name)
        if given is None:
            return default
        is_number = given.isascii() and given.removeprefix("-").isdigit() and len(given) <= 18
        if not is_number or not least <= int(given) <= most:
            raise BadRequestError("no such number", name, f"give a whole number from {least} to {most}")
        return int(given)

    def one_of(self, name: str, choices: Collection[str], default: str = "") -> str:
        """Return one of some names; `default` when the field is empty or not there."""
        value = self._fields.get(name, "")
        if not value:
            return default
        if value not in choices:
            shown = ", ".join(sorted(choices)[:40])
            raise BadRequestError(
                f"there is no such {name}", name, f"there is {shown}" if shown else "there is none", 404
            )
        return value

    def conditions(self, name: str) -> tuple[Condition, ...]:
        """Return what rows are to be like: a JSON list of [column, how, values]."""
        given = self._fields.get(name, "")
        if not given:
            return ()
        wrong = BadRequestError(
            "the conditions cannot be read", name, "give a list of [column, in|range|has|empty, values]"
        )
        try:
            read = json.loads(given, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise wrong from error
        if not isinstance(read, list) or len(read) > MAX_CONDITIONS:
            raise wrong
        return tuple(_condition(one, wrong) for one in read)


def _refuse(_constant: str) -> None:
    raise ValueError("NaN and infinities are no JSON")


def _condition(given: Any, wrong: BadRequestError) -> Condition:
    if not isinstance(given, list) or len(given) != 3:
        raise wrong
    column, how, values = given
    sizes = {"in": range(1, MAX_VALUES + 1), "range": range(2, 3), "has": range(1, 2), "empty": range(1)}
    is_read = isinstance(column, str) and isinstance(values, list) and how in sizes and len(values) in sizes[how]
    if not is_read or not all(_is_scalar(value) for value in values):
        raise wrong
    kinds: tuple[type, ...] = {"range": (int, float, type(None)), "has": (str,)}.get(how, (object,))
    if not all(isinstance(value, kinds) and not (how == "range" and isinstance(value, bool)) for value in values):
        raise wrong
    return Condition(column, how, tuple(values))


def _is_scalar(value: Any) -> bool:
    if isinstance(value, str):
        return len(value) <= MAX_TEXT and "\0" not in value
    return value is None or isinstance(value, bool) or (isinstance(value, int | float) and abs(value) < 1e18)
