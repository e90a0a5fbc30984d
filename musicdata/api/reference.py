"""The page of the Python functions, made from their signatures and docstrings: `python -m musicdata.api.reference`."""

from __future__ import annotations

import importlib
import inspect
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import musicdata
from musicdata import errors
from musicdata.api.work import Work
from musicdata.definitions import docstrings
from musicdata.definitions.items import Items
from musicdata.definitions.searchable import Searchable
from musicdata.errors import MusicdataError
from musicdata.release.reading.release import Release

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEAD = """# Python

Made from the docstrings by `python -m musicdata.api.reference`; do not edit by hand. `import musicdata` costs nothing:
each name is loaded when it is first used. What a command does is a function of the same name, its options are the
arguments; where a folder is asked for, a `Work` or a `Release` can be given too. Every error is a
`musicdata.MusicdataError`, and its message says what to do next.
"""

_EXITS = """All stand in `musicdata.errors`; `musicdata.MusicdataError` catches every one. A command ends with the exit
code of its error: 0 all is well, 1 findings (what was looked at is not as it should be), 2 the command or the recipe
cannot mean anything (also a mistyped table, column, key, stage, recipe, view, split or place), 3 partly done, run the
same command again, 4 a fault of the set-up, or the gate, the rights or the version rules refuse, 5 the workspace is
held by another process, 130 interrupted.
"""

GROUPS: dict[str, tuple[str, ...]] = {
    "Building": ("build", "crawl", "retry", "plan", "status", "doctor", "recipes", "plug_in"),
    "Reading": ("open_work", "load", "open_data", "info", "Work", "Release"),
    "Judging": ("check", "validate"),
    "Using": ("search", "describe", "caption"),
    "Releases": ("verify", "diff", "export", "releases"),
}
"""Heading → what of `musicdata` stands under it."""

RESULTS = (
    "musicdata.definitions.contract:Contract",
    "musicdata.definitions.column:Column",
    "musicdata.definitions.recipe:Recipe",
    "musicdata.engine.progress:StageReport",
    "musicdata.engine.planning:Plan",
    "musicdata.engine.state:StageStatus",
    "musicdata.api.doctor:Finding",
    "musicdata.api.recipes:Listed",
    "musicdata.checks.examination:CheckReport",
    "musicdata.api.validate:Verdict",
    "musicdata.release.record.layout:Record",
    "musicdata.release.verify.files:Problem",
    "musicdata.release.diff.result:Diff",
    "musicdata.release.diff.result:TableDiff",
    "musicdata.api.rebuild:Rebuilt",
    "musicdata.definitions.search:Answer",
    "musicdata.definitions.search:Match",
    "musicdata.definitions.suite:Description",
    "musicdata.definitions.suite:Nearest",
    "musicdata.definitions.captioning:Caption",
)
"""Classes of what comes back, where they stand."""

_WHOLE = (Work, Release, Searchable, Items)
"""Classes all of whose methods stand on the page."""

_LINE = 100  # characters of a signature that stands in one line


@dataclass(frozen=True, slots=True)
class Entry:
    """A function or a class of the page.

    Attributes:
        name: as it is written: ``musicdata.build``, ``Work.table``.
        thing: itself.
        is_property: it is asked for without being called.
    """

    name: str
    thing: Any
    is_property: bool = False

    @property
    def docstring(self) -> docstrings.Docstring:
        """Return what it says of itself."""
        return docstrings.read(self.thing)

    @property
    def is_class(self) -> bool:
        """Say whether it is a class."""
        return inspect.isclass(self.thing)

    def parameters(self) -> list[str]:
        """List the names of a function's arguments."""
        return [name for name in inspect.signature(self.thing).parameters if name not in ("self", "cls")]

    def members(self) -> list[Entry]:
        """List the public methods and properties of a class, in order of their names.

        What `Work` and `Release` have in common stands under `Searchable`; of what comes back, only what can be asked
        of it without arguments.
        """
        found = []
        for name, member in inspect.getmembers_static(self.thing):
            inner = _function_of(member)
            common = getattr(Searchable, name, None)
            is_common = self.thing is not Searchable and (isinstance(common, property) or common is inner)
            if name.startswith("_") or inner is None or is_common or not inner.__module__.startswith("musicdata"):
                continue
            if self.thing in _WHOLE or list(inspect.signature(inner).parameters) == ["self"]:
                found.append(Entry(f"{_title(self.thing)}.{name}", inner, isinstance(member, property)))
        return found


def _function_of(member: Any) -> Any:
    """Return the function of a method or a property; None for anything else."""
    inner = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    return inner if inspect.isfunction(inner) else None


def _title(thing: type) -> str:
    return "data" if thing is Searchable else thing.__name__.lower() if thing in _WHOLE else thing.__name__


def entries() -> dict[str, list[Entry]]:
    """Return heading → what stands under it; functions of `musicdata.releases` one by one."""
    groups: dict[str, list[Entry]] = {heading: [] for heading in GROUPS}
    for heading, names in GROUPS.items():
        for name in names:
            thing = getattr(musicdata, name)
            if inspect.ismodule(thing):
                groups[heading] += [Entry(f"musicdata.{name}.{one}", getattr(thing, one)) for one in dir(thing)]
            else:
                groups[heading].append(Entry(f"musicdata.{name}", thing))
    results = (place.split(":") for place in RESULTS)
    groups["Reading"] += [Entry("Work and Release", Searchable), Entry("Items", Items)]
    groups["What comes back"] = [Entry(name, getattr(importlib.import_module(place), name)) for place, name in results]
    return groups


def error_kinds() -> list[type[MusicdataError]]:
    """List the errors that are raised on purpose, in the order in which they are defined."""
    kinds = [one for one in vars(errors).values() if inspect.isclass(one) and issubclass(one, MusicdataError)]
    return sorted(kinds, key=lambda one: list(vars(errors)).index(one.__name__))


def markdown() -> str:
    """Return the page."""
    groups = entries()
    lines = [_HEAD]
    for heading, listed in groups.items():
        lines.append(f"- [{heading}](#{heading.lower().replace(' ', '-')}): {', '.join(f'`{e.name}`' for e in listed)}")
    lines.append("- [Errors and exit codes](#errors-and-exit-codes): `musicdata.MusicdataError` and its kinds")
    for heading, listed in groups.items():
        lines += ["", f"## {heading}"]
        for entry in listed:
            lines += ["", *_section(entry)]
    lines += ["", "## Errors and exit codes", "", _EXITS, "| error | exit code | when |", "| --- | --- | --- |"]
    lines += [
        f"| `{error.__name__}` ({', '.join(f'`{base.__name__}`' for base in error.__bases__)}) | {error.exit_code} | "
        f"{docstrings.read(error).summary} |"
        for error in error_kinds()
    ]
    return "\n".join(lines) + "\n"


def _section(entry: Entry) -> Iterator[str]:
    yield f"### {entry.name}"
    yield ""
    if entry.is_class:
        yield from _words(entry)
        yield from _table("attribute", entry.docstring.of("Attributes"))
        for member in entry.members():
            yield ""
            yield from _member(member)
    else:
        yield from _call(entry)


def _member(entry: Entry) -> Iterator[str]:
    yield f"#### {entry.name}"
    yield ""
    if entry.is_property:
        yield from _words(entry)
        yield from _table("raises", entry.docstring.of("Raises"))
    else:
        yield from _call(entry)


def _call(entry: Entry) -> Iterator[str]:
    yield "```python"
    yield signature(entry)
    yield "```"
    yield ""
    yield from _words(entry)
    yield from _table("argument", entry.docstring.of("Args"))
    if entry.docstring.returns:
        yield f"\nReturns: {entry.docstring.returns}"
    yield from _table("warns", entry.docstring.of("Warns"))
    yield from _table("raises", entry.docstring.of("Raises"))


def signature(entry: Entry) -> str:
    """Return how a function is called, a line an argument where one line is too long."""
    found = inspect.signature(entry.thing)
    arguments: list[str] = []
    for one in found.parameters.values():
        if one.kind is one.KEYWORD_ONLY and "*" not in arguments and not any(a.startswith("*") for a in arguments):
            arguments.append("*")
        if one.name != "self":
            arguments.append(_argument(one))
    comes_back = "" if found.return_annotation is inspect.Signature.empty else f" -> {found.return_annotation}"
    line = f"{entry.name}({', '.join(arguments)}){comes_back}"
    if len(line) <= _LINE:
        return line
    return "\n".join([f"{entry.name}(", *(f"    {one}," for one in arguments), f"){comes_back}"])


def _argument(one: inspect.Parameter) -> str:
    star = "*" if one.kind is one.VAR_POSITIONAL else "**" if one.kind is one.VAR_KEYWORD else ""
    if one.default is one.empty:
        return f"{star}{one.name}: {one.annotation}"
    default = "…" if callable(one.default) else repr(one.default)
    return f"{one.name}: {one.annotation} = {default}"


def _words(entry: Entry) -> Iterator[str]:
    yield entry.docstring.summary
    for paragraph in entry.docstring.text.split("\n\n"):
        if paragraph.startswith(">>>"):
            yield f"\n```python\n{re.sub(r'  # doctest: .*', '', paragraph)}\n```"
        elif paragraph:
            yield f"\n{paragraph}"


def _table(head: str, rows: Mapping[str, str]) -> Iterator[str]:
    if rows:
        yield f"\n| {head} | |\n| --- | --- |"
        yield from (f"| `{name}` | {_cell(text)} |" for name, text in rows.items())


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(markdown(), end="")
