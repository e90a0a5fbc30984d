"""What the rights permit: which views may be published, and what stands against the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from musicdata.errors import RefusedError, UsageError
from musicdata.release.record.rights import RIGHTS
from musicdata.release.sharing.permissions import Permissions, content

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.reader import ReleaseReader
    from musicdata.release.reading.release import Release
    from musicdata.release.record.layout import View

SHOWN_ITEMS = 20
_SHOWN_COLUMNS = 3
_EVIDENCE_CHARACTERS = 100
_NO_ROW = "unknown", None, "the release has no rights of it"


@dataclass(frozen=True, slots=True)
class Offence:
    """One modality of one sample that a release shows though its rights forbid it.

    Attributes:
        columns: where it is shown, `table.column`.
    """

    sample_id: str
    modality: str
    rights: str
    licence: str | None
    evidence: str
    columns: tuple[str, ...]

    def __str__(self) -> str:
        """Return it as a line."""
        terms = f"{self.rights}, {self.licence}" if self.licence else self.rights
        evidence = (
            self.evidence if len(self.evidence) <= _EVIDENCE_CHARACTERS else self.evidence[:_EVIDENCE_CHARACTERS] + "…"
        )
        where = ", ".join(self.columns[:_SHOWN_COLUMNS])
        more = f" and {len(self.columns) - _SHOWN_COLUMNS} more" if len(self.columns) > _SHOWN_COLUMNS else ""
        return f"{self.sample_id} {self.modality}: {terms} ({evidence}), shown in {where}{more}"


@dataclass(frozen=True, slots=True)
class Offences:
    """Counts what a release shows though its rights forbid it.

    Attributes:
        counts: modality → samples.
        first: the first `SHOWN_ITEMS` of them, in order of sample and modality.
    """

    counts: dict[str, int]
    first: tuple[Offence, ...]

    @property
    def n_items(self) -> int:
        """Return how many items there are; an item is one modality of one sample."""
        return sum(self.counts.values())


def offending(release: Release) -> Offences:
    """Find the cells of a release, as this folder has it, that show a work whose rights forbid handing it on.

    Raises:
        IntegrityError: a file is damaged.
        ContractError: a table shows works without saying of which sample.
    """
    reader = release.reader
    permissions = Permissions.of(reader)
    withheld: dict[str, dict[str, NDArray[np.bool_]]] = {}
    for contract in (reader.contract(table) for table in reader.tables):
        for modality in sorted({column.content_of for column in content(contract)}):
            shown = _shown_by(release, permissions, contract, modality)
            withheld.setdefault(modality, {}).update(shown)
    return _offences(reader, permissions, withheld)


def _shown_by(
    release: Release, permissions: Permissions, contract: Contract, modality: str
) -> dict[str, NDArray[np.bool_]]:
    """Return column of a table → which of the modality's withheld samples it shows."""
    ids = permissions.withheld_samples(modality)
    columns = [column for column in content(contract) if column.content_of == modality]
    shown = {f"{contract.name}.{column.name}": np.zeros(len(ids), bool) for column in columns}
    if not len(ids):
        return shown
    names = list(dict.fromkeys([*permissions.needs(contract), *(c.name for c in columns if c.nullable)]))
    place = release.record.tables[contract.name]
    for raw in release.reader.iterate_config(place.config, [place.columns[name] for name in names]):
        piece = raw.rename_columns(names)
        rows = piece.filter(permissions.withheld(contract, piece, modality))
        places = pc.index_in(rows.column("sample_id"), ids)
        for column in columns:
            there = places.filter(pc.is_valid(rows.column(column.name))) if column.nullable else places
            shown[f"{contract.name}.{column.name}"][there.to_numpy()] = True
    return shown


def _offences(
    reader: ReleaseReader, permissions: Permissions, shown: dict[str, dict[str, NDArray[np.bool_]]]
) -> Offences:
    counts, first = {}, []
    for modality, columns in sorted(shown.items()):
        any_of = np.logical_or.reduce(list(columns.values()))
        if any_of.any():
            counts[modality] = int(any_of.sum())
            ids = permissions.withheld_samples(modality)
            first += [(ids[place].as_py(), modality, place) for place in np.flatnonzero(any_of)[:SHOWN_ITEMS].tolist()]
    first = sorted(first)[:SHOWN_ITEMS]
    terms = _terms(reader, {sample_id for sample_id, _, _ in first})
    return Offences(
        counts,
        tuple(
            Offence(
                sample_id, modality, *terms.get((sample_id, modality), _NO_ROW), columns=_where(shown[modality], place)
            )
            for sample_id, modality, place in first
        ),
    )


def _where(columns: dict[str, NDArray[np.bool_]], place: int) -> tuple[str, ...]:
    return tuple(name for name, shown in columns.items() if shown[place])


def _terms(reader: ReleaseReader, ids: set[str]) -> dict[tuple[str, str], tuple[str, str | None, str]]:
    if RIGHTS not in reader.tables or not ids:
        return {}
    columns = ["sample_id", "modality", "rights", "licence", "evidence"]
    rows = reader.read(RIGHTS, columns, min(ids), max(ids)).to_pylist()
    return {
        (row["sample_id"], row["modality"]): (row["rights"], row["licence"], row["evidence"])
        for row in rows
        if row["sample_id"] in ids
    }


def permitted_views(release: Release) -> tuple[View, ...]:
    """List the rights views of a release that may be published: those its recipe names, `full` only if nothing offends.

    A folder that shows another view than `full` permits that view at most.
    """
    view, limits = release.record.view, _limits(release)
    if view != "full":
        limits = tuple(one for one in limits if one == view)
    return tuple(one for one in limits if one != view or not offending(release).n_items)


def _limits(release: Release) -> tuple[View, ...]:
    section = release.head.release
    return section.views if section else ("full", "open", "features", "ids")


def require_permitted(release: Release, *, claim: str = "") -> None:
    """Refuse a release that must not be published as this folder has it.

    Args:
        release: what would be published.
        claim: statement of the publisher to hold the rights; the recipe's limits hold all the same.

    Raises:
        RefusedError: the recipe does not permit the view, or rights forbid what it shows and there is no claim.
        UsageError: the claim is blank.
    """
    if claim and not claim.strip():
        raise UsageError("the statement that you hold the rights is blank: say in a sentence which rights, and why")
    slug, view, limits = release.record.slug, release.record.view, _limits(release)
    if view not in limits:
        raise RefusedError(
            f"{slug} ({view}) may not be published: its recipe permits {', '.join(limits) or 'no view'}, whoever holds "
            "the rights. Publish one of these with --view"
        )
    if not claim and (offences := offending(release)).n_items:
        raise RefusedError(f"{slug} ({view}) may not be published: {_told(offences)}\n{_way_out(limits)}")


def _told(offences: Offences) -> str:
    counted = ", ".join(f"{modality} of {n:,} samples" for modality, n in offences.counts.items())
    lines = [f"it shows {offences.n_items:,} items whose rights forbid it ({counted})", *map(str, offences.first)]
    if offences.n_items > len(offences.first):
        lines.append(f"… and {offences.n_items - len(offences.first):,} more")
    return "\n  ".join(lines)


def _way_out(limits: tuple[View, ...]) -> str:
    others = [f"--view {view}" for view in limits if view != "full"]
    passable = f"Publish what may be handed on ({' or '.join(others)}), or s" if others else "S"
    return (
        f'{passable}tate that you hold the rights: --i-hold-the-rights "who holds them, and since when". '
        "Where the files are wrong about the rights, build with --set rights.overrides=FILE.csv"
    )
