from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from musicdata.music.rights.statement import MAX_CHARACTERS, NO_STATEMENT, read
from musicdata.music.rights.terms import Terms, strictest

GRANTED = {
    "OpenScore (CC0)": "CC0-1.0",
    "OpenScore(CC0)": "CC0-1.0",
    "OpenScore (CC0 1.0)": "CC0-1.0",
    "OpenScore LiederCorpus (CC0). https://musescore.com/openscore-lieder-corpus/sets": "CC0-1.0",
    "Creative Commons copyright waiver (CC0 1.0 Universal)": "CC0-1.0",
    "http://creativecommons.org/publicdomain/zero/1.0/": "CC0-1.0",
    "Public Domain (Encoding by MSAC: CC0)": "CC0-1.0",
    "Copyright 1884 by LILIUOKALANI (Now, Public Domain; Encoding by MSAC, CC0)": "CC0-1.0",
    "2010 Michael Scott Cuthbert -- freely distributed under a CC-BY-SA 3.0 license": "CC-BY-SA-3.0",
    "© 2014, Creative Commons License (CC-BY)": "CC-BY",
    "Copyright 2020 Jane Doe. Licensed under CC BY 4.0.": "CC-BY-4.0",
    "This work is licensed under a Creative Commons Attribution-NonCommercial 4.0 International License.": "CC-BY-NC-4.0",
    "https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en": "CC-BY-NC-SA-4.0",
    "Some rights reserved (CC BY 3.0)": "CC-BY-3.0",
    "CC BY 4.0 and CC BY-SA 4.0": "CC-BY-SA-4.0",
    "Dieses Werk ist lizenziert unter einer Creative Commons Namensnennung 4.0 International Lizenz.": "CC-BY-4.0",
    "Creative Commons Namensnennung - Nicht kommerziell 3.0": "CC-BY-NC-3.0",
    "Cette œuvre est mise à disposition selon les termes de la licence Creative Commons Attribution - Partage dans "
    "les Mêmes Conditions 4.0 International": "CC-BY-SA-4.0",
    "Public Domain": None,
    "P.D.": None,
    "Released to Public Domain in 1998": None,
    "Gemeinfrei": None,
    "Domaine public": None,
    "Dominio público": None,
}


@pytest.mark.parametrize("statement", GRANTED)
def test_clear_grants_are_believed(statement: str) -> None:
    found = read(statement)
    assert found == Terms("cc" if GRANTED[statement] else "public_domain", GRANTED[statement], statement)
    assert found.may_redistribute


@pytest.mark.parametrize(
    "statement",
    [
        "Copyright © ",
        "©",
        "All Rights Reserved",
        "UTORPHEUS EDIZIONI 2003 © UT ORPHEUS 2003",
        "P.D. (Canada, EU), US from 2023; The edition CC-BY-SA 4.0",
        "Public Domain in the United States",
        "Public domain in 2035",
        "Public domain?",
        "not public domain",
        "presumably public domain",
        "Public domain. Edition by J. Doe 1999",
        "Engraving: CC BY 4.0",
        "Lyrics: public domain",
        "© 2010 Warner. Lyrics CC BY",
        "© 2010 Warner, engraved by J. Doe, CC BY 4.0",
        "Original out of Copyright (1915, G. Schirmer). Engraving Copyright 2017 J. Doe, most uses allowed (CC-SA-BY).",
        "Engraved by P.D. Smith",
        "P.D.Q. Bach",
        "CC by John Doe",
        "Creative Commons",
        "Creative Commons BY",
        "CC BY 4.0 for members, to be renewed",
        "CC BY-SA 4.0, CC BY-NC 4.0",
        "CC0, © 2010 J. Doe",
        "Copyright 2000, John Miller",
        "Alle Rechte vorbehalten",
        "Tous droits réservés. CC BY 4.0",
        "CC BY 4.0. ALL\u00a0RIGHTS\u200b RESERVED",
        "A\u006c\u006c \uff52ights reserved, CC BY 4.0",
        "CC0. \u0412\u0441\u0435 \u043f\u0440\u0430\u0432\u0430 \u0437\u0430\u0449\u0438\u0449\u0435\u043d\u044b",
        "CC0 " * 200,
        "MIT",
    ],
)
def test_doubtful_ones_are_unknown(statement: str) -> None:
    found = read(statement)
    assert (found.rights, found.licence, found.may_redistribute) == ("unknown", None, False)
    assert found.evidence == " ".join(statement.split())


@pytest.mark.parametrize("statement", [None, "", " \n\t"])
def test_nothing_said_is_unknown(statement: str | None) -> None:
    assert read(statement) == Terms("unknown", None, NO_STATEMENT)


@pytest.mark.parametrize(
    "statement",
    [
        "for research use only",
        "Nur für Forschungszwecke",
        "à des fins de recherche uniquement",
        "CC BY 4.0, research only",
    ],
)
def test_research_is_no_redistribution(statement: str) -> None:
    found = read(statement)
    assert (found.rights, found.may_redistribute) == ("research_only", False)


@pytest.mark.parametrize(
    ("statement", "licence"),
    [
        ("CC BY-NC-ND 4.0", "CC-BY-NC-ND-4.0"),
        ("Creative Commons Attribution-NoDerivs", "CC-BY-ND"),
        ("https://creativecommons.org/licenses/by-nd/3.0/", "CC-BY-ND-3.0"),
        ("Creative Commons Namensnennung - Keine Bearbeitung 3.0", "CC-BY-ND-3.0"),
    ],
)
def test_no_derivatives_is_named_and_not_redistributed(statement: str, licence: str) -> None:
    found = read(statement)
    assert (found.rights, found.licence, found.may_redistribute) == ("cc", licence, False)


# Texts that grant much, so that a hole would show.
GENEROUS = st.sampled_from([*GRANTED, "CC0", "CC BY 4.0", "public domain", "Now in the public domain", "Some", "some "])
AROUND = st.one_of(st.text(max_size=60), GENEROUS, st.tuples(GENEROUS, st.text(max_size=8)).map(" ".join))
RESERVATION = st.sampled_from(
    [
        "all rights reserved",
        "All Rights Reserved",
        "ALL RIGHTS RESERVED",
        "all  rights\nreserved",
        "all-rights-reserved",
    ]
)
NO_DERIVATIVES = st.sampled_from(
    [
        "CC BY-ND 4.0",
        "CC BY-NC-ND",
        "cc-by-nd",
        "CC_BY_ND",
        "NoDerivatives",
        "No Derivatives",
        "no-derivs",
        "NoDerivs 3.0",
    ]
)


@given(AROUND, RESERVATION, AROUND)
@example("some ", "all rights reserved", "")
@example("CC0 Some", "All Rights Reserved", "\u0323")
def test_reserved_rights_are_never_redistributed(before: str, reserved: str, after: str) -> None:
    assert not read(before + reserved + after).may_redistribute


@given(AROUND, st.sampled_from(["", " ", ", ", "; ", "("]), NO_DERIVATIVES, AROUND)
def test_no_derivatives_are_never_redistributed(before: str, gap: str, forbidden: str, after: str) -> None:
    assert not read(f"{before}{gap}{forbidden}{after}").may_redistribute


@given(AROUND)
def test_any_text_is_read_the_same_every_time_and_kept(text: str) -> None:
    found = read(text)
    assert found == read(text)
    assert found.evidence == (" ".join(text.split()) or NO_STATEMENT)
    assert found.may_redistribute <= (len(found.evidence) <= MAX_CHARACTERS)
    assert (
        read(unicodedata.normalize("NFD", text)).may_redistribute
        == read(unicodedata.normalize("NFC", text)).may_redistribute
    )


def terms(rights: str, licence: str | None = None) -> Terms:
    return Terms(rights, licence, f"says {licence}")


CC0, BY, SA, OTHER_SA, NC = (
    terms("cc", f"CC{kind}") for kind in ("0-1.0", "-BY-4.0", "-BY-SA-4.0", "-BY-SA-3.0", "-BY-NC-4.0")
)
FREE, RESEARCH, UNKNOWN = terms("public_domain"), terms("research_only"), terms("unknown")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([FREE, CC0], CC0),
        ([CC0, BY], BY),
        ([BY, SA], SA),
        ([BY, NC], NC),
        ([NC, RESEARCH], RESEARCH),
        ([SA, UNKNOWN], UNKNOWN),
        ([RESEARCH, UNKNOWN, FREE], UNKNOWN),
    ],
)
def test_the_strictest_part_rules(parts: list[Terms], expected: Terms) -> None:
    assert strictest(parts) == strictest(parts[::-1]) == expected


@pytest.mark.parametrize("parts", [[SA, OTHER_SA], [SA, NC]])
def test_licences_that_exclude_each_other_leave_nothing(parts: list[Terms]) -> None:
    found = strictest(parts)
    assert (found.rights, found.may_redistribute) == ("unknown", False)
    assert all(part.evidence in found.evidence for part in parts)


def test_a_licence_that_is_not_theirs_is_not_redistributed() -> None:
    assert not terms("cc", "CC-SA").may_redistribute
    assert not terms("cc").may_redistribute
