"""The step in version that a difference asks for: a wrong one is refused."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, NamedTuple

from musicdata.errors import RefusedError, UsageError
from musicdata.release.record.version import BUMPS, Bump, Version, next_version, parse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.release.diff.result import Diff, TableDiff

_SHOWN_REASONS, _SHOWN_CAUSES = 8, 8
_CHARACTERS = 96  # of a line


_ROWS: dict[str, tuple[Bump, str]] = {
    "removed": ("major", "removed"),
    "moved": ("major", "in another split"),
    "added": ("minor", "added"),
    "taken_down": ("patch", "taken down"),
    "reencoded": ("patch", "with sound or picture encoded anew"),
    "reassigned": ("patch", "shown first by another sample"),
}


class Reason(NamedTuple):
    """What changed, and the step in version that this alone asks for."""

    bump: Bump
    text: str


def reasons(diff: Diff) -> list[Reason]:
    """List what changed between two releases with the step that each asks for, the largest step first.

    Rows, columns and tables that are gone or have another meaning, and rows in another split, can break what was
    measured on the release before: major. What is new is minor, and so are values that were fitted to the train split
    anew, since new samples change them all. What leaves every row as it was is a patch, and so is
    a takedown: it must be possible without anybody's leave.
    """
    changes = [Reason("major", f"table {name} removed ({n:,} rows)") for name, n in diff.tables_removed.items()]
    changes += [Reason("minor", f"table {name} added ({n:,} rows)") for name, n in diff.tables_added.items()]
    changes += [reason for table in diff.tables.values() for reason in _reasons_of_table(table)]
    changes += [Reason("patch", f"config {name}: other files, the same rows") for name in diff.repackaged]
    changes += [Reason("patch", f"{what} changed") for what in diff.metadata]
    return sorted(changes, key=lambda reason: BUMPS.index(reason.bump))


def _reasons_of_table(table: TableDiff) -> Iterator[Reason]:
    for bump, text in (*_about_columns(table), *_about_rows(table)):
        yield Reason(bump, f"{table.name}: {text}")


def _about_columns(table: TableDiff) -> Iterator[tuple[Bump, str]]:
    if table.rekeyed:
        yield "major", f"its key is {table.rekeyed[1]}, before {table.rekeyed[0]}"
    yield from (("major", f"column {name} removed") for name in table.columns_removed)
    yield from (("major", f"column {name} is {new}, before {old}") for name, (old, new) in table.retyped.items())
    yield from (("minor", f"column {name} added") for name in table.columns_added)
    if table.unseen:
        yield "patch", f"{', '.join(table.unseen)} changed, which this view does not show"


def _about_rows(table: TableDiff) -> Iterator[tuple[Bump, str]]:
    for name, changed in table.columns.items():
        bump: Bump = "minor" if name in table.fitted else "major"
        yield bump, f"{changed.n:,} {'value' if changed.n == 1 else 'values'} of {name} changed ({changed.told()})"
    for kind, (step, text) in _ROWS.items():
        rows = getattr(table, kind)
        if rows.n:
            yield step, f"{rows.n:,} {'row' if rows.n == 1 else 'rows'} {text} ({rows.told()})"


def required_bump(diff: Diff) -> Bump | None:
    """Return the step in version that a diff asks for; None where nothing changed, and for a view: it cannot tell."""
    changed = reasons(diff) if diff.view == "full" else []
    return changed[0].bump if changed else None


def require(previous: str, version: str, diff: Diff) -> Bump:
    """Return the step from `previous` to `version`, which must be the one that the diff asks for.

    Raises:
        RefusedError: it is another one, or nothing changed; the message says what changed and names the right version.
        UsageError: one is no version, or the diff is of views, which do not show all that changed.
    """
    if diff.view != "full":
        raise UsageError(f"a version is judged by the full releases, not by their views {diff.view!r}")
    changes, parsed = reasons(diff), parse(version)
    if not changes:
        raise RefusedError(f"nothing changed since {previous}: there is nothing to release as {version}")
    bump = changes[0].bump
    right = next_version(previous, bump)
    if parsed != parse(right):
        of_it = [reason.text for reason in changes if reason.bump == bump]
        lines = [
            f"{_what_is_wrong(parse(previous), parsed, bump)}. Release it as {right}",
            f"what changed is {bump}:",
            *_first(of_it, _SHOWN_REASONS),
            *(["it was made otherwise:", *_first(diff.causes, _SHOWN_CAUSES)] if diff.causes else []),
        ]
        raise RefusedError("\n".join(lines))
    return bump


def _what_is_wrong(previous: Version, version: Version, bump: Bump) -> str:
    if version <= previous:
        return f"version {version} does not come after {previous}, and a {bump} version is needed"
    step = next(name for name in BUMPS if getattr(version, name) != getattr(previous, name))
    if step == bump:
        return f"version {version} is not the next {bump} version after {previous}"
    size = "too small" if BUMPS.index(step) > BUMPS.index(bump) else "too large"
    return f"version {version} is a {step} step from {previous}, which is {size}; what changed asks for a {bump} one"


def _first(texts: list[str], most: int) -> list[str]:
    """Return the first of some texts as short indented lines, and how many more there are."""
    more = [f"  and {len(texts) - most} more"] if len(texts) > most else []
    return [*(f"  {textwrap.shorten(text, _CHARACTERS, placeholder=' …')}" for text in texts[:most]), *more]
