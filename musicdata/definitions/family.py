"""Families: many columns of one pattern, written in a contract in a few lines and read in one.

    [[family]]
    name = "{feature}_{statistic}"
    feature = ["dissonance", "centroid"]
    statistic = { mean = "mean", var = "variance" }
    type = "float32"
    unit = { centroid = "hertz" }
    description = "{feature}: {statistic} over frames."

makes the columns `dissonance_mean`, `dissonance_var`, `centroid_mean` and `centroid_var`. What is said beside the name
and the placeholders is what a column says; all but its description may be a table by the values of one placeholder.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping  # noqa: TC003  # pydantic reads it
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from musicdata.definitions.column import Column

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_COLUMNS = 2000
"""Columns that a table may have."""

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_OF_ONE_COLUMN = ("name", "description")


@dataclass(frozen=True, slots=True)
class Family:
    """Columns of one pattern.

    Attributes:
        document: as a contract has it.
        placeholders: of the name, in the order in which they stand there → value → its text in descriptions.
        columns: that it makes; the last placeholder runs fastest.
    """

    document: Mapping[str, Any]
    placeholders: Mapping[str, Mapping[str, str]]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Make the columns of a family as a contract has it.

        Raises:
            ValueError: it is none: a placeholder without values, values without a placeholder, a table of values that
                no placeholder has, more columns than a table may have, or what is wrong with one of the columns.
        """
        name = document.get("name")
        if not isinstance(name, str) or not _PLACEHOLDER.search(name):
            raise ValueError(f"the name of a family has placeholders, such as mfcc_{{statistic}}; this one is {name!r}")
        placeholders = _placeholders(name, document)
        described = document.get("description", "")
        if unknown := [p for p in _PLACEHOLDER.findall(str(described)) if p not in placeholders]:
            raise ValueError(f"family {name}: its description has {{{unknown[0]}}}, its name has not")
        if (n := math.prod(map(len, placeholders.values()))) > MAX_COLUMNS:
            raise ValueError(f"family {name} would be {n:,} columns; a table may have {MAX_COLUMNS:,}")
        return cls(document, placeholders, tuple(_columns(document, placeholders)))

    @property
    def name(self) -> str:
        """Return the pattern of the names."""
        return str(self.document["name"])

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(column.name for column in self.columns)

    def nullable(self) -> Self:
        """Return the family with columns that may be empty."""
        return type(self).of({**self.document, "nullable": True})


def _placeholders(name: str, document: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    in_name = list(dict.fromkeys(_PLACEHOLDER.findall(name)))
    others = [key for key in document if key not in Column.model_fields]
    for key in in_name:
        if key not in others:
            raise ValueError(f'family {name}: nothing says what {{{key}}} stands for; add a line such as x = ["a"]')
    for key in others:
        if key not in in_name:
            raise ValueError(
                f"family {name}: {key} is no property of a column, and {{{key}}} does not stand in its name"
            )
    return {key: _texts(name, key, document[key]) for key in in_name}


def _texts(name: str, placeholder: str, values: object) -> Mapping[str, str]:
    """Return value → text of a placeholder that is a list of values, or a table of them."""
    pairs = list(values.items()) if isinstance(values, dict) else []
    if isinstance(values, list):
        pairs = [(value, value) for value in values]
    if not pairs or not all(isinstance(text, str) for pair in pairs for text in pair):
        raise ValueError(
            f"family {name}: {placeholder} has to be a list of texts, or a table of them; not {values!r:.100}"
        )
    texts = dict(pairs)
    if len(texts) < len(pairs):
        raise ValueError(f"family {name}: {placeholder} has a value twice")
    return texts


def _columns(document: Mapping[str, Any], placeholders: Mapping[str, Mapping[str, str]]) -> Iterator[Column]:
    shared = {key: value for key, value in document.items() if key in Column.model_fields and key not in _OF_ONE_COLUMN}
    tables = {key: shared.pop(key) for key in list(shared) if isinstance(shared[key], dict)}
    keyed = {key: _placeholder_of(str(document["name"]), key, table, placeholders) for key, table in tables.items()}
    for values in itertools.product(*placeholders.values()):
        chosen = dict(zip(placeholders, values, strict=True))
        texts = {key: placeholders[key][value] for key, value in chosen.items()}
        own = {key: tables[key][chosen[of]] for key, of in keyed.items() if chosen[of] in tables[key]}
        filled = {"name": _filled(document["name"], chosen)}
        if "description" in document:
            filled["description"] = _filled(document["description"], texts)
        yield Column(**filled, **shared, **own)


def _placeholder_of(
    name: str, key: str, table: Mapping[str, Any], placeholders: Mapping[str, Mapping[str, str]]
) -> str:
    """Return the placeholder by whose values a table of a property is."""
    having = [placeholder for placeholder, values in placeholders.items() if table.keys() <= values.keys()]
    if len(having) != 1:
        why = "two placeholders have" if having else "no placeholder has"
        raise ValueError(f"family {name}: {key} is a table by {', '.join(table) or 'nothing'}, which {why}")
    return having[0]


def _filled(pattern: object, texts: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: texts[match[1]], str(pattern))


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in one line where a table is described: a column, or a whole family.

    Attributes:
        columns: of it.
        family: None of a column that stands by itself.
    """

    columns: tuple[Column, ...]
    family: Family | None = None

    @property
    def name(self) -> str:
        """Return the name, of a family its pattern."""
        return self.family.name if self.family else self.columns[0].name

    @property
    def kind(self) -> str:
        """Return the types, and whether values may be empty."""
        kinds = " or ".join(dict.fromkeys(column.kind for column in self.columns))
        n_nullable = sum(column.nullable for column in self.columns)
        some = "may be empty" if n_nullable == len(self.columns) else "some may be empty"
        return f"{kinds}, {some}" if n_nullable else kinds

    @property
    def unit(self) -> str:
        """Return the unit; where columns of a family differ, of which values of the placeholder each is."""
        units = self.family.document.get("unit", "") if self.family else self.columns[0].unit
        if not isinstance(units, dict):
            return str(units)
        told: dict[str, list[str]] = {}
        for value, unit in units.items():
            told.setdefault(unit, []).append(value)
        return "; ".join(f"{unit} ({', '.join(values)})" for unit, values in told.items())

    @property
    def meaning(self) -> str:
        """Return the description; of a family, with what the placeholders stand for."""
        values = dict.fromkeys(column.values for column in self.columns)
        one_of = f" One of {', '.join(next(iter(values)))}." if len(values) == 1 and any(values) else ""
        if not self.family:
            return self.columns[0].description + one_of
        named = [f"{{{key}}}: {_listed(texts)}." for key, texts in self.family.placeholders.items()]
        return " ".join([f"{self.family.document['description']}{one_of}", f"{len(self.columns)} columns.", *named])


def _listed(texts: Mapping[str, str]) -> str:
    return ", ".join(value if value == text else f"{value} ({text})" for value, text in texts.items())


def grouped(columns: Sequence[Column], families: Sequence[Family]) -> list[Group]:
    """Put columns that stand side by side as a family has them together; families that lack one are taken apart."""
    starts = {family.names[0]: family for family in families}
    names = tuple(column.name for column in columns)
    groups, place = [], 0
    while place < len(columns):
        family = starts.get(names[place])
        end = place + len(family.names) if family else 0
        if family and names[place:end] == family.names:
            groups.append(Group(tuple(columns[place:end]), family))
        else:
            groups.append(Group((columns[place],)))
        place += len(groups[-1].columns)
    return groups


def as_written(columns: Sequence[Column], families: Sequence[Family]) -> tuple[list[Column], list[Mapping[str, Any]]]:
    """Return the columns that a contract has to write one by one, and the families behind them.

    A family of which a view has changed or left out columns is written column by column, and so is what stands before
    it, so that the columns keep their order. One whose columns may all be empty by now is written as such.
    """
    groups = grouped(columns, families)
    written: list[Mapping[str, Any]] = []
    while groups and (family := groups[-1].family):
        same = next((f for f in (family, family.nullable()) if f.columns == groups[-1].columns), None)
        if same is None:
            break
        written.append(same.document)
        groups.pop()
    return [column for group in groups for column in group.columns], written[::-1]
