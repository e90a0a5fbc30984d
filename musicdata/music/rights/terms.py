"""The terms under which one part of an item stands, and which of several hold for what is made of them all."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Sequence

Value = Literal["public_domain", "cc", "research_only", "unknown"]
VALUES: tuple[str, ...] = get_args(Value)  # from the most permissive to the strictest

CC0 = "CC0-1.0"
PUBLIC_DOMAIN_MARK = "CC-PDM-1.0"
_KINDS = ("CC0", "CC-BY", "CC-BY-SA", "CC-BY-NC", "CC-BY-NC-SA", "CC-BY-ND", "CC-BY-NC-ND")
_CC = re.compile(r"(CC0|CC-BY(?:-NC)?(?:-SA|-ND)?)(?:-(\d\.\d)(?:-[A-Z]{2,3})?)?")


@dataclass(frozen=True, slots=True)
class Terms:
    """What may be done with a part of an item, and how that is known.

    Attributes:
        rights: one of `VALUES`.
        licence: its name as SPDX writes it, without the version where that is not stated; None where there is none.
        evidence: what says so.
        source: who says so: `source`, the file's own statement, or `override`, a row of the user's file.
    """

    rights: str
    licence: str | None
    evidence: str
    source: Literal["source", "override"] = "source"

    @property
    def may_redistribute(self) -> bool:
        """Say whether a data set may hand it on: what we make of a work is an adaptation, so no NoDerivatives."""
        if self.rights == "cc":
            return is_cc(self.licence or "") and "-ND" not in str(self.licence)
        return self.rights == "public_domain"


def is_cc(licence: str) -> bool:
    """Say whether `licence` names a Creative Commons licence, or its waiver, CC0.

    >>> is_cc("CC-BY-SA-3.0"), is_cc("CC-BY"), is_cc("CC-SA"), is_cc("MIT")
    (True, True, False, False)
    """
    return _CC.fullmatch(licence) is not None


def strictest(parts: Sequence[Terms]) -> Terms:
    """Return the terms of what is made of all `parts`: those of the strictest.

    What two ShareAlike licences ask cannot both be done, nor what one and a stricter licence ask; what is made of such
    parts is `unknown`.
    """
    worst = max(parts, key=_strictness)
    shared_alike = {part.licence for part in parts if part.rights == "cc" and "-SA" in str(part.licence)}
    if worst.rights != "cc" or shared_alike <= {worst.licence}:
        return worst
    statements = sorted({f"{part.licence}: {part.evidence}" for part in parts})
    return Terms("unknown", None, "licences that exclude each other: " + " / ".join(statements), worst.source)


def _strictness(terms: Terms) -> tuple[int, int, str]:
    match = _CC.fullmatch(terms.licence or "") if terms.rights == "cc" else None
    kind = _KINDS.index(match[1]) if match else len(_KINDS)
    return VALUES.index(terms.rights), kind, terms.licence or ""
