"""What a workspace or a release is, in a few facts: of one that lies elsewhere, two small files are read."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.api.loading import not_known
from musicdata.api.work import Work, open_data
from musicdata.definitions import recipe as recipes
from musicdata.errors import InputError, IntegrityError, RecipeError
from musicdata.release.description import citation
from musicdata.release.publish import fetch, places, publications, remote
from musicdata.release.publish.source import reading
from musicdata.release.record import layout, pins
from musicdata.system import paths
from musicdata.workspace.folder import Workspace
from musicdata.workspace.validation import current_validation

if TYPE_CHECKING:
    from os import PathLike

    from musicdata.definitions.head import Head
    from musicdata.release.publish.places import Place
    from musicdata.release.publish.publications import Publication
    from musicdata.release.publish.remote import Remote

_SPLITS = (*layout.SPLITS, layout.WHOLE)


def info(place: str | PathLike[str] | None = None, *, pin: str | None = None) -> dict[str, Any]:
    """Say what a workspace or a release is.

    Of a release that lies elsewhere, and was not fetched, only `RELEASE.json`, the record beside it and the recipe are
    read. Nothing of a release is verified but what is read.

    Args:
        place: a workspace, or a release by folder, address or name; the only workspace in ``musicdata-work`` when None.
        pin: content root or sha256 of `RELEASE.json` that a release has to have.

    Returns:
        `kind`, ``workspace`` or ``release``; `place`, `name`, `title`, `tables` (of a workspace with their rows),
        `gate` with `holds` and `reason`, or None; `cite`, a line.

        Of a release also `version`, `view`, `views` (that its recipe permits to be published), `licence`, `date`,
        `rows` (split → samples), `files`, `bytes`, `content_root`, `release_json_sha256`, `previous`, `taken_down`
        (their number), `is_signed`, `from` (the address where it lies or was published, or "") and `proved` (by what it
        is known to be the one that was published, or "").

        Of a workspace also `bytes` of its tables, `last_run`, `rejects` (their number) and `suite`, by which it is
        validated, or "".

    Raises:
        InputError: there is neither.
        MusicdataError: a release cannot be read, or is not the pinned one; see `musicdata.load`.
    """
    named = places.parse(place) if place is not None else places.Place("")
    if named.slug and not (named.folder and named.folder.is_dir()):
        return _of_name(named, pin)
    if named.url or named.is_release:
        return _of_release(named, pin)
    opened = open_data(place, pin=pin)  # what is neither a workspace nor a release is told there
    return _of_workspace(opened) if isinstance(opened, Work) else _of_release(places.parse(opened.root), pin)


def _of_name(named: Place, pin: str | None) -> dict[str, Any]:
    """Return the facts of a release that is on record, of its copy here if it was fetched."""
    try:
        known = publications.find(*publications.split_slug(named.slug))
    except InputError as error:
        raise InputError(not_known(named, error)) from error
    here = fetch.folder_here(known)
    facts = _of_release(places.parse(known.url if here is None else here), pin)
    if facts["release_json_sha256"] != known.release_json_sha256:
        raise IntegrityError(
            f"{facts['place']} is not {known.slug} as it was published: its {layout.RECORD} has the sha256 "
            f"{facts['release_json_sha256']}, on record is {known.release_json_sha256}"
        )
    return facts


def _of_release(named: Place, pin: str | None) -> dict[str, Any]:
    url = named.url or (named.folder or Path()).absolute().as_uri()
    with reading(url) as source:
        there = remote.look(dataclasses.replace(named, url=url), source)
        pinned = "" if pin is None else pins.require(pin, there.record, there.encoded, named.text)
        recipe = remote.document(there, source, layout.RECIPE)
    known = _on_record(there)
    published = known or there.publication
    head = _head(recipe)
    section = head.release if head else None
    record = there.record
    date = record.date or (published.published if published else "")
    return {
        "kind": "release",
        "place": named.text,
        "name": record.name,
        "version": record.version,
        "title": record.title,
        "view": record.view,
        "views": list(section.views) if section else [],
        "licence": section.licence if section else "",
        "date": date,
        "rows": {split: record.n_samples[split] for split in _SPLITS if split in record.n_samples},
        "tables": sorted(record.tables),
        "files": len(record.files) + 2 + (there.signature is not None),
        "bytes": there.n_bytes,
        "content_root": record.content_root,
        "release_json_sha256": there.digest,
        "gate": {"holds": record.gate.holds, "reason": record.gate.reason} if record.gate else None,
        "previous": record.previous.version if record.previous else "",
        "taken_down": len(record.tombstones),
        "is_signed": there.signature is not None,
        "from": named.url or (published.url if published else ""),
        "proved": _proved(pinned, is_on_record=known is not None and known.release_json_sha256 == there.digest),
        "cite": _cited(record.title, head, record.version, date, record.content_root),
    }


def _on_record(there: Remote) -> Publication | None:
    """Return this machine's record of exactly this release."""
    known = publications.all_of(there.record.name)
    return next((each for each in known if each.release_json_sha256 == there.digest), None)


def _proved(pinned: str, *, is_on_record: bool) -> str:
    if pinned == "RELEASE.json":
        return "its RELEASE.json is the one that is pinned"
    if is_on_record:
        return "its RELEASE.json is the one on record"
    return "it states the content root that is pinned; release verify --pin computes it" if pinned else ""


def _head(recipe: bytes) -> Head | None:
    """Return what a recipe says about the data set; None of one that this version cannot read."""
    with tempfile.TemporaryDirectory(prefix="musicdata-info-") as folder:
        with paths.create_inside(Path(folder), layout.RECIPE) as file:
            file.write(recipe)
        try:
            return recipes.read_head(str(Path(folder) / layout.RECIPE))
        except RecipeError:
            return None


def _cited(title: str, head: Head | None, version: str, date: str, content_root: str) -> str:
    """Return how it is cited, in a line: authors, year, title, version, content root."""
    authors = head.release.authors if head and head.release else ()
    names = [f"{author.family_names}, {author.given_names}" for author in authors]
    year = f" ({date[:4]})" if date else ""
    of = ", ".join(part for part in (f"version {version}" if version else "", content_root[:12]) if part)
    return f"{'; '.join(names) or citation.contributors(title)}{year}. {title}{f' ({of})' if of else ''}."


def _of_workspace(work: Work) -> dict[str, Any]:
    from musicdata.api.standing import standing  # what reads a release needs nothing of what runs

    workspace, head, reader = Workspace(work.root), work.head, work.reader
    manifests = [workspace.manifest(stage) or {} for stage in workspace.sealed_stages()]
    tables = {name: facts for manifest in manifests for name, facts in manifest.get("tables", {}).items()}
    validation = current_validation(workspace)
    return {
        "kind": "workspace",
        "place": str(work.root),
        "name": head.dataset.name,
        "title": head.dataset.title,
        "tables": {name: tables[name]["rows"] for name in reader.tables},
        "bytes": sum(facts["bytes"] for facts in tables.values()),
        "rejects": sum(sum(manifest.get("rejects", {}).values()) for manifest in manifests),
        "last_run": standing(workspace).says,
        "gate": {"holds": validation["gate_holds"], "reason": validation["reason"]} if validation else None,
        "suite": head.validate.task if head.validate else "",
        "cite": _cited(head.dataset.title, head, "", "", ""),
    }
