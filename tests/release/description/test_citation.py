"""A release's citation: what the Citation File Format 1.2.0 asks, whatever the title and the authors are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions.head import Author, Dataset, Head, Releases
from musicdata.definitions.own_input import UNSTATED
from musicdata.release.description import citation
from musicdata.release.reading.release import open_release
from musicdata.release.record import layout
from tests.examples import examples

ROOT_KEYS = {
    "abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers", "keywords",
    "license", "license-url", "message", "preferred-citation", "references", "repository", "repository-artifact",
    "repository-code", "title", "type", "url", "version",
}  # fmt: skip
PERSON_KEYS = {"family-names", "given-names", "orcid", "affiliation", "email", "alias", "website", "name-particle"}
ENTITY_KEYS = {"name", "website", "orcid", "email", "alias"}
REFERENCE_KEYS = {"type", "title", "authors", "year", "doi", "url", "notes"}
PAPER = "Zeng, D., Yu, Y. & O'Neil-Oyama, K.-H. (2020). MusicTM: a data set. In: ACM v1.0. doi:10.1145/33.44 arXiv:2012.00290"


def problems(document: Any) -> list[str]:
    """What the schema of CFF 1.2.0 would say of a document, as far as our files go."""
    found = [f"lacks {key}" for key in ("authors", "cff-version", "message", "title") if not document.get(key)]
    found += [f"unknown key {key}" for key in sorted(set(document) - ROOT_KEYS)]
    found += [
        f"{key} is no text"
        for key in ("message", "title", "version", "license")
        if not isinstance(document.get(key), str)
    ]
    if document.get("cff-version") != "1.2.0" or document.get("type") not in ("software", "dataset"):
        found.append("version or type")
    if not re.fullmatch(r"[A-Za-z0-9.-]+", document.get("license", "")):
        found.append("the licence is no SPDX identifier")
    words = document.get("keywords", ["a"])
    if not words or len(words) != len(set(words)):
        found.append("keywords")
    found += people(document.get("authors") or [])
    for identifier in document.get("identifiers", []):
        if identifier.get("type") not in ("doi", "url", "swh", "other") or not identifier.get("value"):
            found.append("identifier")
    for reference in document.get("references", []):
        found += [f"reference lacks {key}" for key in ("authors", "title", "type") if not reference.get(key)]
        found += [f"reference has {key}" for key in sorted(set(reference) - REFERENCE_KEYS)]
        found += people(reference.get("authors") or [])
        if not isinstance(reference.get("year", 0), int) or not re.match(
            r"10\.\d{4,9}/\S+$", reference.get("doi", "10.1234/x")
        ):
            found.append("year or doi")
    return found


def people(those: list[dict[str, Any]]) -> list[str]:
    """What is wrong with persons and entities."""
    wrong = [f"person {one}" for one in those if not (set(one) <= PERSON_KEYS or set(one) <= ENTITY_KEYS)]
    orcid = re.compile(r"https://orcid\.org/\d{4}-\d{4}-\d{4}-\d{3}[0-9X]")
    return wrong + [f"orcid {one}" for one in those if "orcid" in one and not orcid.fullmatch(one["orcid"])]


def head(**told: Any) -> Head:
    """What a recipe says, as far as a citation goes."""
    dataset = Dataset(name="tm", title="T", modalities=("audio", "music"))
    return Head(dataset, Releases(complete="alignment", **told))


@pytest.fixture(scope="module")
def record(released: Path) -> layout.Record:
    """The record of a release."""
    return layout.read_record(released)


def test_the_file_of_a_release_is_valid_and_names_it(released: Path, record: layout.Record) -> None:
    document = yaml.safe_load((released / layout.CITATION).read_text("utf-8"))
    assert problems(document) == []
    assert document["type"] == "dataset"
    assert (document["title"], document["version"]) == (record.title, record.version)
    assert document["authors"] == [{"name": "The MusicTM contributors"}]
    assert document["identifiers"][0]["value"] == f"sha256:{record.content_root}"
    assert "date-released" not in document
    paper = document["references"][0]
    assert paper["url"] == "https://arxiv.org/abs/2012.00290"
    assert [author["family-names"] for author in paper["authors"]] == ["Zeng", "Yu", "Oyama"]


@pytest.mark.parametrize(
    "fault",
    [
        {"authors": []},
        {"authors": [{"family-names": "A", "name": "B"}]},
        {"authors": [{"name": "A", "orcid": "0000"}]},
        {"license": "free for all"},
        {"identifiers": [{"type": "sha256", "value": "1"}]},
        {"references": [{"type": "article", "title": "x"}]},
        {"keywords": ["a", "a"]},
        {"version": 1.0},
        {"colour": "red"},
    ],
)
def test_the_rules_find_what_the_format_forbids(released: Path, fault: dict[str, Any]) -> None:
    document = yaml.safe_load((released / layout.CITATION).read_text("utf-8"))
    assert problems(document | fault) != []


def test_authors_come_from_the_recipe(record: layout.Record) -> None:
    authors = (
        Author(family_names="Müller", given_names="A: #b", orcid="0000-0002-1825-0097"),
        Author(family_names="Li", given_names="X."),
    )
    document = yaml.safe_load(citation.render(record, head(authors=authors)))
    assert problems(document) == []
    assert document["authors"][0]["given-names"] == "A: #b"
    assert document["authors"][0]["orcid"] == "https://orcid.org/0000-0002-1825-0097"
    assert document["authors"][1] == {"family-names": "Li", "given-names": "X."}


def test_a_licence_without_an_identifier_is_left_out(record: layout.Record) -> None:
    assert "license" not in yaml.safe_load(citation.render(record, head(licence="ask us first")))


def test_a_paper_is_read_apart_and_kept_as_it_stands(record: layout.Record) -> None:
    found = yaml.safe_load(citation.render(record, head(papers=(PAPER, "Somebody said so: in a talk"))))["references"]
    assert [author["family-names"] for author in found[0]["authors"]] == ["Zeng", "Yu", "O'Neil-Oyama"]
    assert (found[0]["title"], found[0]["year"], found[0]["doi"]) == ("MusicTM: a data set", 2020, "10.1145/33.44")
    assert found[0]["notes"] == PAPER
    assert found[1]["title"] == found[1]["authors"][0]["name"] == "Somebody said so: in a talk"
    assert "year" not in found[1]


hostile = st.text(min_size=1).filter(lambda text: text.split())


@examples(100)
@given(title=hostile, family=hostile, paper=hostile)
def test_any_text_stays_a_text(record: layout.Record, title: str, family: str, paper: str) -> None:
    changed = record.model_copy(update={"title": title})
    told = head(authors=(Author(family_names=family, given_names="-"),), papers=(paper,), description=title)
    document = yaml.safe_load(citation.render(changed, told))
    assert document["authors"][0]["family-names"] == family
    assert "\n" not in document["title"]
    assert set(document) <= ROOT_KEYS


@examples(100)
@given(title=hostile, family=hostile)
def test_bibtex_keeps_its_braces(record: layout.Record, title: str, family: str) -> None:
    changed = record.model_copy(update={"title": title})
    entry = citation.bibtex(changed, head(authors=(Author(family_names=family, given_names="A"),)))
    depth = 0
    for character in entry:
        depth += {"{": 1, "}": -1}.get(character, 0)
        assert depth >= 0
    assert depth == 0
    assert len(entry.splitlines()) == 6


def test_nobody_is_named_for_a_title_that_nobody_gave(record: layout.Record) -> None:
    untitled = record.model_copy(update={"title": f"{UNSTATED}musictm from other input than its own"})
    assert "author = {{Authors not stated}}" in citation.bibtex(untitled, head())


def test_a_release_says_how_to_cite_it(released: Path, record: layout.Record) -> None:
    entry = open_release(released).cite()
    assert entry.startswith("@misc{musictm-1-0-0,\n  author = {{The MusicTM contributors}}")
    assert record.content_root in entry
    assert record.title in entry
