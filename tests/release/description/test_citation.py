"""A release's citation: what the Citation File Format 1.2.0 asks, whatever the title and the authors are."""

from __future__ import annotations

import re
from dataclasses import replace
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
FORMS = {
    "date-released": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])",
    "doi": r"10\.\d{4,9}(\.\d+)?/[A-Za-z0-9:/_;\-\.\(\)\[\]\\]+",
    "url": r"(https|http|ftp|sftp)://.+",
}
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
    found += [key for key, form in FORMS.items() if key in document and not re.fullmatch(form, str(document[key]))]
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
    assert document["date-released"] == record.date == "2026-03-09"
    assert not {"url", "doi"} & set(document)
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
        {"date-released": "2026-13-01"},
        {"doi": "https://doi.org/10.5281/zenodo.1"},
        {"url": "example.org"},
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
    assert set(fields(entry)) == {"author", "title", "year", "month", "version", "note"}


def fields(entry: str) -> dict[str, str]:
    """The fields of a BibTeX entry, read as BibTeX does: a name, =, and what stands between balanced braces."""
    head, _, rest = entry.partition(",\n")
    assert re.fullmatch(r"@misc\{[\w-]+", head)
    found: dict[str, str] = {}
    while match := re.match(r"\s*(\w+) = \{", rest):
        end, depth = match.end(), 1
        while depth:
            depth += {"{": 1, "}": -1}.get(rest[end], 0)
            end += 1
        assert rest[end] == ","
        found[match[1]], rest = rest[match.end() : end - 1], rest[end + 1 :]
    assert rest == "\n}\n"
    return found


@pytest.mark.parametrize(
    ("url", "doi", "address"),
    [
        ("10.5281/zenodo.1234", "10.5281/zenodo.1234", "https://doi.org/10.5281/zenodo.1234"),
        ("https://doi.org/10.5281/zenodo.1234", "10.5281/zenodo.1234", "https://doi.org/10.5281/zenodo.1234"),
        ("https://example.org/a_b/~me", "", "https://example.org/a_b/~me"),
    ],
)
def test_an_address_is_cited_as_it_is(record: layout.Record, url: str, doi: str, address: str) -> None:
    stated = layout.Record.model_validate(record.model_dump() | {"url": url})
    document = yaml.safe_load(citation.render(stated, head()))
    assert problems(document) == []
    assert (document["url"], document.get("doi", "")) == (address, doi)
    entry = fields(citation.bibtex(stated, head(), url="s3://bucket/elsewhere"))
    assert (entry["url"], entry.get("doi", ""), entry["year"], entry["month"]) == (address, doi, "2026", "3")


@pytest.mark.parametrize(
    ("published", "address"),
    [
        ("hf://datasets/me/songs", "https://huggingface.co/datasets/me/songs"),
        ("https://zenodo.org/records/1", "https://zenodo.org/records/1"),
        ("s3://bucket/songs/1.0.0", "s3://bucket/songs/1.0.0"),
        ("file:///home/me/songs", None),
        ("https://example.org/}\\input{x", None),
    ],
)
def test_what_was_published_later_is_cited_where_it_is(
    record: layout.Record, published: str, address: str | None
) -> None:
    assert fields(citation.bibtex(record, head(), url=published)).get("url") == address


@pytest.mark.parametrize(
    "url",
    ["example.org", "https://me:hidden@example.org", "https://a.b/?token=1", "javascript:alert(1)", "https://a/}{"],
)
def test_what_is_no_address_is_refused(record: layout.Record, url: str) -> None:
    with pytest.raises(ValueError, match="is no address to cite") as caught:
        layout.Record.model_validate(record.model_dump() | {"url": url})
    assert "hidden" not in str(caught.value).partition("[type=")[0]


@pytest.mark.parametrize("date", ["2026-02-30", "20260309", "2026-W10-1", "today"])
def test_what_is_no_day_is_refused(record: layout.Record, date: str) -> None:
    with pytest.raises(ValueError, match="date"):
        layout.Record.model_validate(record.model_dump() | {"date": date})


def test_a_record_older_than_dates_reads_and_is_written_as_it_was(record: layout.Record) -> None:
    older = record.model_copy(update={"date": ""})
    assert b'"date"' not in older.encode()
    assert layout.decode(older.encode(), "it") == older
    assert not {"year", "month"} & set(fields(citation.bibtex(older, head())))


def test_a_release_is_cited_where_it_was_published(released: Path) -> None:
    release = replace(open_release(released), published_at="hf://datasets/me/songs@v1.0.0")
    assert fields(release.cite())["url"] == "https://huggingface.co/datasets/me/songs"


def test_nobody_is_named_for_a_title_that_nobody_gave(record: layout.Record) -> None:
    untitled = record.model_copy(update={"title": f"{UNSTATED}musictm from other input than its own"})
    assert "author = {{Authors not stated}}" in citation.bibtex(untitled, head())


def test_a_release_says_how_to_cite_it(released: Path, record: layout.Record) -> None:
    entry = open_release(released).cite()
    assert entry.startswith("@misc{musictm-1-0-0,\n  author = {{The MusicTM contributors}}")
    assert record.content_root in entry
    assert record.title in entry
