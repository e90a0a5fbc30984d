"""How a release is cited: `CITATION.cff`, and the same as BibTeX."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.definitions.identifiers import doi_of
from musicdata.definitions.own_input import UNSTATED
from musicdata.release.description.escaping import latex, one_line, yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from musicdata.definitions.head import Author, Head
    from musicdata.release.record.layout import Record

_MESSAGE = "If you use this data set, please cite it, and the works it is made from where their terms ask for it."
_SPDX = re.compile(r"[A-Za-z0-9.+-]+")
_ARXIV = re.compile(r"arXiv:\s*(\d{4}\.\d{4,5})", re.IGNORECASE)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s,;)]*[^\s,;.)]")
_HUB = re.compile(r"hf://(datasets/[\w.-]+/[\w.-]+)(?:[@/].*)?")
_CITED = re.compile(r"(?:https?|s3|gs|az|abfs)://[\w.:/%+~-]+")
_PERSON = re.compile(r"(?P<family>[^,&]*[^,&\s]), (?P<given>\w\.(?:[ -]?\w\.)*)(?:(?:,? & |, )|$)")
_PEOPLE = re.compile(rf"(?:{re.sub(r'[?]P<[a-z]+>', '?:', _PERSON.pattern)})+")
_PAPER = re.compile(r"(?P<people>[^(]+?),? \((?P<year>\d{4})[a-z]?\)\. (?P<title>.+?)(?:\. .*|\.?)")


def render(record: Record, recipe: Head) -> str:
    """Return the release's `CITATION.cff`, version 1.2.0 of the Citation File Format, of type dataset."""
    section = recipe.release
    lines = [
        'cff-version: "1.2.0"',
        "type: dataset",
        f"message: {yaml(_MESSAGE)}",
        f"title: {yaml(one_line(record.title))}",
        f"version: {yaml(record.version)}",
        *([f"date-released: {yaml(record.date)}"] if record.date else []),
        *([f"url: {yaml(record.url)}"] if record.url else []),
        *([f"doi: {yaml(doi)}"] if (doi := doi_of(record.url)) else []),
    ]
    if section and (abstract := one_line(section.description)):
        lines.append(f"abstract: {yaml(abstract)}")
    lines += ["authors:", *_people(section.authors if section else (), record.title)]
    if section and is_spdx(section.licence):
        lines.append(f"license: {yaml(section.licence)}")
    lines += ["keywords:", *(f"  - {yaml(word)}" for word in keywords(recipe))]
    lines += ["identifiers:", "  - type: other", f"    value: {yaml(f'sha256:{record.content_root}')}"]
    lines.append(f"    description: {yaml('content_root: sha256 over the digests of all columns of all tables')}")
    if section and section.papers:
        lines += ["references:", *(line for paper in section.papers for line in _reference(one_line(paper)))]
    return "\n".join(lines) + "\n"


def is_spdx(licence: str) -> bool:
    """Say whether a licence is written as an SPDX identifier.

    >>> is_spdx("CC-BY-4.0"), is_spdx("ask us first")
    (True, False)
    """
    return _SPDX.fullmatch(licence) is not None


def keywords(recipe: Head) -> list[str]:
    """List what the data set is found by: `music`, its name and its modalities, each once."""
    return list(dict.fromkeys(["music", recipe.dataset.name, *recipe.dataset.modalities]))


def contributors(title: str) -> str:
    """Return who is named where a recipe names no author, by the short form of the title.

    >>> contributors("MusicTM: sheet music and lyrics")
    'The MusicTM contributors'
    """
    if title.startswith(UNSTATED):
        return "Authors not stated"
    return f"The {one_line(title).split(': ', maxsplit=1)[0]} contributors"


def page_of(published: str) -> str:
    """Return where people find what was published at a URL; nothing where they cannot go there, or it would break out.

    >>> page_of("hf://datasets/me/songs"), page_of("s3://bucket/songs/1.0.0"), page_of("file:///home/me/songs")
    ('https://huggingface.co/datasets/me/songs', 's3://bucket/songs/1.0.0', '')
    """
    if hub := _HUB.fullmatch(published):
        return f"https://huggingface.co/{hub[1]}"
    return published if _CITED.fullmatch(published) else ""


def _people(authors: Iterable[Author], title: str) -> list[str]:
    lines = []
    for author in authors:
        lines += [f"  - family-names: {yaml(author.family_names)}", f"    given-names: {yaml(author.given_names)}"]
        lines += [f"    orcid: {yaml(_orcid(author))}"] if author.orcid else []
    return lines or [f"  - name: {yaml(contributors(title))}"]


def _orcid(author: Author) -> str:
    return f"https://orcid.org/{author.orcid.removeprefix('https://orcid.org/')}"


def _reference(paper: str) -> list[str]:
    """Return the lines of one reference: the paper as it is cited, and what can be read from that without doubt."""
    read = _PAPER.fullmatch(paper)
    lines = ["  - type: article", f"    title: {yaml(read['title'] if read else paper)}", "    authors:"]
    lines += _writers(read["people"] if read else paper)
    lines += [f"    year: {read['year']}"] if read else []
    lines += [f"    doi: {yaml(doi[0])}"] if (doi := _DOI.search(paper)) else []
    if arxiv := _ARXIV.search(paper):
        lines.append(f"    url: {yaml(f'https://arxiv.org/abs/{arxiv[1]}')}")
    return [*lines, f"    notes: {yaml(paper)}"]


def _writers(people: str) -> list[str]:
    """Return ``Zeng, D., Yu, Y.`` as persons; names written otherwise are one entity."""
    if not _PEOPLE.fullmatch(people):
        return [f"      - name: {yaml(people)}"]
    lines = []
    for person in _PERSON.finditer(people):
        lines.append(f"      - family-names: {yaml(person['family'])}")
        lines.append(f"        given-names: {yaml(person['given'])}")
    return lines


def bibtex(record: Record, recipe: Head, *, url: str = "") -> str:
    """Return the release as a BibTeX entry; it has a year where the release states its date.

    Args:
        record: of the release.
        recipe: what it says about the data set.
        url: where it was published, if the release itself does not state an address.
    """
    url = record.url or page_of(url)
    authors = recipe.release.authors if recipe.release else ()
    names = [f"{latex(author.family_names)}, {latex(author.given_names)}" for author in authors]
    fields = {
        "author": " and ".join(names) or f"{{{latex(contributors(record.title))}}}",
        "title": f"{{{latex(record.title)}}}",
        "year": record.date[:4],
        "month": record.date[5:7].lstrip("0"),
        "version": record.version,
        "doi": doi_of(url),
        "url": url,
        "note": f"Data set {latex(record.slug)}, content root sha256:{record.content_root}",
    }
    key = re.sub(r"[^A-Za-z0-9]+", "-", record.slug)
    return f"@misc{{{key},\n" + "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text) + "}\n"
