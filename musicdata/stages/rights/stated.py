"""Terms that a source states for a whole row, and those that a user states for rows whose source states nothing."""

from __future__ import annotations

from musicdata.music.rights import statement
from musicdata.music.rights.terms import PUBLIC_DOMAIN_MARK, Terms


def read(stated: str) -> Terms:
    """Return the terms that a source, or the user, states.

    >>> read("CC-BY-4.0").licence, read("Public domain").rights, read("CC-PDM-1.0").rights, read("MIT").rights
    ('CC-BY-4.0', 'public_domain', 'public_domain', 'unknown')
    """
    if stated.strip().upper() == PUBLIC_DOMAIN_MARK:
        return Terms("public_domain", PUBLIC_DOMAIN_MARK, stated.strip())
    return statement.read(stated)


def of_all(licence: str, evidence: str) -> Terms:
    """Return the terms of rows whose source states nothing: what the user states, unknown where that is nothing."""
    if not licence:
        return Terms("unknown", None, statement.NO_STATEMENT)
    terms = read(licence)
    return Terms(terms.rights, terms.licence, f"{licence}: {evidence.strip()}", "override")


def require_understood(licence: str, evidence: str) -> None:
    """Refuse what a user states if nobody can tell what it means, or who says so.

    Raises:
        ValueError: the licence is not understood, or one of the two is missing.
    """
    if licence and read(licence).rights == "unknown":
        raise ValueError(f'licence {licence!r} is not understood; expected "CC0-1.0", "public domain" or alike')
    if bool(licence) != bool(evidence.strip()):
        raise ValueError("licence and evidence go together: say which licence, and who says so where")
