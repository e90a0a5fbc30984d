"""Read a rights statement as a source makes it → terms. What cannot be read for certain is `unknown`.

A grant is believed only if the whole statement is understood: nothing in it takes back, limits or doubts, nothing
speaks of a part of the song or of its edition alone, no copyright is claimed beside it, and every word that is not a
name is known. The words are in `phrases`. A statement of two licences falls under the stricter one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from musicdata.music.rights import phrases
from musicdata.music.rights.terms import CC0, Terms, strictest

RULES = "1"
"""Version of the rules; raised whenever a statement would be read otherwise."""

NO_STATEMENT = "no statement"
MAX_CHARACTERS = 600
_MARK = "§"  # stands where a grant stood; no statement has it once its signs are gone
_KINDS = ("by", "nc", "sa", "nd")


def read(statement: str | None) -> Terms:
    """Return the terms that a statement sets.

    >>> read("OpenScore (CC0)").licence
    'CC0-1.0'
    >>> read("© 2014, Creative Commons License (CC-BY)").licence
    'CC-BY'
    >>> read("P.D. (Canada, EU), US from 2023").rights
    'unknown'
    """
    evidence = " ".join((statement or "").split())
    if not evidence:
        return Terms("unknown", None, NO_STATEMENT)
    if len(evidence) > MAX_CHARACTERS or not _is_latin(evidence):
        return Terms("unknown", None, evidence)
    terms = _terms(evidence)
    return Terms(terms.rights, terms.licence, evidence)


def _is_latin(text: str) -> bool:
    return all(unicodedata.name(c, "").startswith("LATIN") for c in unicodedata.normalize("NFKD", text) if c.isalpha())


def _terms(evidence: str) -> Terms:
    unknown = Terms("unknown", None, evidence)
    reading, whole = _reading(evidence), _plain(evidence, addresses=True)
    if phrases.RESERVED.search(whole):
        return unknown
    if phrases.NO_DERIVATIVES.search(whole) or phrases.NO_DERIVATIVES.search(reading.text):
        named = [terms for terms in reading.grants if "-ND" in str(terms.licence)]
        return named[0] if named else unknown
    if phrases.RESEARCH.search(reading.text):
        return Terms("research_only", None, evidence)
    return strictest(reading.grants) if reading.grants and not _is_doubtful(reading) else unknown


@dataclass(frozen=True, slots=True)
class _Reading:
    """A statement taken apart.

    Attributes:
        text: in plain letters.
        marked: the same, with `_MARK` in the place of every grant.
        grants: what is granted, in order.
    """

    text: str
    marked: str
    grants: tuple[Terms, ...]


def _reading(evidence: str) -> _Reading:
    text = _plain(evidence, addresses=False)
    grants: list[Terms] = []

    def take(match: re.Match[str]) -> str:
        if phrases.AMBIGUOUS_BY.match(match[0]):
            return match[0]
        grants.append(_grant(match))
        return _MARK

    marked = text
    for pattern in (phrases.CC_ZERO, phrases.CC_LONG, phrases.CC_SHORT, phrases.PUBLIC_DOMAIN):
        marked = pattern.sub(take, marked)
    return _Reading(text, marked, tuple(grants))


def _plain(evidence: str, *, addresses: bool) -> str:
    """Return a statement in plain letters: no accents, no signs but the points in numbers, one code a phrase.

    With `addresses`, web addresses are words like all others; else licences' are read as their names, others left out.

    >>> _plain("Encoding © Zoë: Creative-Commons Attribution 4.0!", addresses=False)
    'Encoding copyright Zoe commons attribution 4.0'
    """
    if phrases.PUBLIC_DOMAIN_ABBREVIATED.fullmatch(evidence):
        return "publicdomain"
    letters = unicodedata.normalize("NFKD", evidence).replace("ß", "ss").replace("œ", "oe").replace("Œ", "Oe")
    text = "".join(c for c in letters if unicodedata.category(c) not in ("Mn", "Cf"))
    if not addresses:
        text = phrases.ADDRESS.sub(" ", phrases.CC_ADDRESS.sub(_name_of_address, text))
    text = re.sub(r"©|℗|\(c\)", " copyright ", text, flags=re.IGNORECASE).replace("?", " unsure ")
    text = " ".join(re.sub(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_", " ", text).split())
    for pattern, code in phrases.CODES:
        text = pattern.sub(code, text)
    return text


def _name_of_address(match: re.Match[str]) -> str:
    if match["free"]:
        return " cc0 " if match["free"].lower() == "zero" else " public domain "
    return f" cc {match['kind']} {match['version']} "


def _grant(match: re.Match[str]) -> Terms:
    if match.re is phrases.PUBLIC_DOMAIN:
        return Terms("public_domain", None, match[0])
    if match.re is phrases.CC_ZERO:
        return Terms("cc", CC0, match[0])
    words = match["kind"].lower().replace("attribution", "by").split()
    kind = "-".join(code.upper() for code in _KINDS if code in words)
    return Terms("cc", f"CC-{kind}-{match['version']}" if match["version"] else f"CC-{kind}", match[0])


def _is_doubtful(reading: _Reading) -> bool:
    """Say whether a grant must not be believed: any one of these is reason enough."""
    marked = reading.marked
    return (
        phrases.DOUBT.search(marked) is not None
        or phrases.PART.search(marked) is not None
        or _is_of_edition_alone(marked)
        or _claims_copyright(reading)
        or _is_partly_free(reading)
        or not _is_understood(marked)
    )


def _is_of_edition_alone(marked: str) -> bool:
    """Say whether the statement speaks of an edition and does not grant both it and the song."""
    places = [match.start() for match in phrases.EDITION.finditer(marked)]
    return bool(places) and not (marked.index(_MARK) < places[0] and marked.rindex(_MARK) > places[-1])


def _claims_copyright(reading: _Reading) -> bool:
    if not phrases.COPYRIGHT.search(reading.marked) or phrases.NOW_FREE.search(reading.text):
        return False
    is_licensed = any(terms.rights == "cc" and terms.licence != CC0 for terms in reading.grants)
    return not is_licensed or phrases.EDITION.search(reading.marked) is not None


def _is_partly_free(reading: _Reading) -> bool:
    """Say whether it is in the public domain in some places only, or from some time on."""
    if all(terms.rights != "public_domain" for terms in reading.grants):
        return False
    return any(pattern.search(reading.marked) for pattern in (phrases.LATER, phrases.TERRITORY))


def _is_understood(marked: str) -> bool:
    words = [word for word in re.split(r"[\W\d]+", marked) if word]
    names = [word for word in words if word.lower() not in phrases.HARMLESS]
    return all(name[0].isupper() for name in names) and len(names) <= phrases.MAX_NAMES
