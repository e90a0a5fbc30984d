"""A release as a deposition on Zenodo, under a DOI: `zenodo://`, or `zenodo://sandbox` to try it out.

The deposition is found again by title and version, so that an upload that broke off goes on; its notes hold the sha256
of `RELEASE.json`, which binds it. The first version makes a new deposition, a later one a new version of the last, so
that one DOI stands for all. Each file is PUT, and the MD5 that Zenodo answers is compared. Unless told otherwise the
deposition stays a draft, for a person to look at: a published one cannot be taken back.

Zenodo has no folders, and cannot serve a name with a slash, so `data/notes/test-00000-of-00001.parquet` is called
`data--notes--test-00000-of-00001.parquet` there: a slash becomes `--`, which no path of a release has. `musicdata.load`
puts the names back. At most 100 files and 50 GB fit into a deposition.
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from musicdata import settings
from musicdata.definitions import recipe as recipes
from musicdata.errors import IntegrityError, RefusedError, TransferError, UsageError
from musicdata.release.description import citation
from musicdata.release.publish import failures
from musicdata.release.publish.failures import transfers
from musicdata.release.record import layout
from musicdata.system import paths
from musicdata.system.http import Client, HttpError, Limits, Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from musicdata.release.publish.upload import Commit, Progress, Upload

MAX_FILES, MAX_BYTES = 100, 50_000_000_000
_SITES = {"": "https://zenodo.org", "sandbox": "https://sandbox.zenodo.org"}
_PAGE = 100
_ONCE = Limits(attempts=1)  # for what must not happen twice
_NOTE = re.compile(r"RELEASE\.json sha256: ([0-9a-f]{64})")


class Zenodo:
    """Publishes as a deposition.

    Args:
        url: ``zenodo://`` or ``zenodo://sandbox``.
        upload: what to send.
        is_final: whether to publish the deposition in the end; else it stays a draft.
    """

    def __init__(self, url: str, upload: Upload, *, is_final: bool) -> None:
        self._upload = upload
        self._is_final = is_final
        self._site = site(url)
        token = settings.read().key("ZENODO_TOKEN", "Publishing to Zenodo")
        self._headers = {"Authorization": settings.Secret(f"Bearer {token.reveal()}")}
        self._deposition: dict[str, Any] = {}
        _refuse_what_does_not_fit(upload)

    @property
    def address(self) -> str:
        """Return the URL of the record, or of the draft."""
        if self._deposition.get("submitted"):
            return f"{self._site}/records/{self._deposition['id']}"
        return str(self._deposition.get("links", {}).get("html", self._site))

    def __enter__(self) -> Zenodo:
        """Open connections."""
        self._client = Client()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close them."""
        self._client.__exit__(kind, error, trace)

    @transfers
    def published(self) -> bytes | None:
        """Return the bytes of `RELEASE.json` of the published deposition of this title and version, or None."""
        for deposition in self._mine():
            if deposition.get("submitted") and _facts(deposition, "version") == self._upload.record.version:
                self._deposition = deposition
                url = file_url(f"{self._site}/records/{deposition['id']}", layout.RECORD)
                limits = Limits(max_bytes=len(self._upload.encoded) + (1 << 20))
                return self._client.request("GET", url, headers=self._headers, limits=limits).body
        return None

    @transfers
    def begin(self) -> None:
        """Find the draft of this version, or make one.

        Raises:
            RefusedError: it is of other bytes.
        """
        mine = list(self._mine())
        drafts = [each for each in mine if not each.get("submitted")]
        draft = next((each for each in drafts if _facts(each, "version") == self._upload.record.version), None)
        last = max((each for each in mine if each.get("submitted")), key=_number, default=None)
        if draft is None and last is not None:
            made = self._call("POST", f"deposit/depositions/{last['id']}/actions/newversion", limits=_ONCE)
            draft = self._get(made["links"]["latest_draft"])
            if _bound(draft) not in ("", _bound(last), self._upload.digest):
                raise failures.bound(self._upload, _page(draft), _bound(draft), "its files")
            draft = self._call("PUT", f"deposit/depositions/{draft['id']}", {"metadata": _metadata(self._upload)})
        if draft is None:
            draft = self._call("POST", "deposit/depositions", {"metadata": _metadata(self._upload)}, limits=_ONCE)
        if _bound(draft) != self._upload.digest:
            raise failures.bound(self._upload, _page(draft), _bound(draft), "its files")
        self._deposition = draft

    @transfers
    def upload(self, progress: Progress) -> None:
        """Remove what is not of this release, and send what is missing.

        Raises:
            IntegrityError: Zenodo has another MD5 for what it got.
        """
        there = {each["filename"]: each for each in self._deposition["files"]}
        path_of = {flat(path): path for path in sorted(self._upload.paths - {layout.RECORD})} | {
            layout.RECORD: layout.RECORD
        }
        n_bytes = 0
        for name in sorted(there.keys() - path_of.keys() - ({layout.PUBLICATION} if self._is_final else set())):
            self._remove(there[name])
        if self._is_final:
            self._put_record(there.get(layout.PUBLICATION))
        for name, path in path_of.items():
            source = self._upload.root / path
            digest = _md5(source)
            if name in there and _sum(there[name]) != digest:
                self._remove(there[name])
            if name not in there or _sum(there[name]) != digest:
                answer = self._client.upload(self._bucket_url(name), source, headers=self._headers).json()
                _require_sum(path, answer, digest)
            n_bytes += source.stat().st_size
            progress(path, n_bytes, self._upload.n_bytes)
        self._deposition = self._call("GET", f"deposit/depositions/{self._deposition['id']}")

    def _put_record(self, there: dict[str, Any] | None) -> None:
        """Send the record of the publication, in the place of the one that is there, if it is another.

        A draft has none: nobody knows on which day it will be published.
        """
        value = self._upload.publication(f"{self._site}/records/{self._deposition['id']}").facts
        digest = hashlib.md5(json.dumps(value).encode(), usedforsecurity=False).hexdigest()
        if there is not None:
            if _sum(there) == digest:
                return
            self._remove(there)
        headers = {"Content-Type": "application/octet-stream"} | self._headers
        answer = self._client.request("PUT", self._bucket_url(layout.PUBLICATION), json=value, headers=headers)
        _require_sum(layout.PUBLICATION, answer.json(), digest)

    def _bucket_url(self, name: str) -> str:
        return self._same_site(f"{self._deposition['links']['bucket']}/{quote(name)}")

    @transfers
    def holds(self, file: layout.File) -> bool:
        """Say whether a file of the draft is what it should be, by reading it; one that is not is removed."""
        for each in self._deposition["files"]:
            if each["filename"] == flat(file.path):
                url = self._same_site(each["links"]["download"])
                if self._client.sha256(url, file.bytes, headers=self._headers) == file.sha256:
                    return True
                self._remove(each)
        return False

    @transfers
    def commit(self) -> Commit:
        """Publish the deposition, if it is to be."""
        if not self._is_final:
            return "draft"
        done = self._call("POST", f"deposit/depositions/{self._deposition['id']}/actions/publish", limits=_ONCE)
        self._deposition = done | {"submitted": True}
        return "published"

    @transfers
    def announce(self, record: bytes) -> bytes | None:  # noqa: ARG002  # it went with the files
        """Return the record of the publication that was published with the files; later, nothing can be added."""
        url = file_url(f"{self._site}/records/{self._deposition['id']}", layout.PUBLICATION)
        limits = Limits(max_bytes=layout.MAX_PUBLICATION_BYTES)
        try:
            return self._client.request("GET", url, headers=self._headers, limits=limits).body
        except HttpError as error:
            if error.outcome is not Outcome.GONE:
                raise
            return None

    def clean(self) -> None:
        """Do nothing: an upload leaves nothing behind."""

    def _mine(self) -> Iterator[dict[str, Any]]:
        """Yield the depositions of this data set."""
        page = 1
        while True:
            params: dict[str, str | settings.Secret] = {"size": str(_PAGE), "page": str(page), "all_versions": "true"}
            url = f"{self._site}/api/deposit/depositions"
            depositions = self._client.request("GET", url, params=params, headers=self._headers).json()
            yield from (each for each in depositions if _facts(each, "title") == self._upload.record.title)
            if len(depositions) < _PAGE:
                return
            page += 1

    def _call(self, method: str, path: str, value: object = None, limits: Limits | None = None) -> dict[str, Any]:
        url = f"{self._site}/api/{path}"
        answer = self._client.request(method, url, json=value, headers=self._headers, limits=limits)
        content: dict[str, Any] = answer.json() if answer.body else {}
        return content

    def _get(self, url: str) -> dict[str, Any]:
        content: dict[str, Any] = self._client.request("GET", self._same_site(url), headers=self._headers).json()
        return content

    def _remove(self, file: dict[str, Any]) -> None:
        self._call("DELETE", f"deposit/depositions/{self._deposition['id']}/files/{quote(str(file['id']))}")

    def _same_site(self, url: str) -> str:
        """Return the URL if it is of the same site: the key goes nowhere else."""
        if urlsplit(url)[:2] != urlsplit(self._site)[:2]:
            raise TransferError(f"{self._site} names another host, {urlsplit(url).hostname}; nothing was sent there")
        return url


def site(url: str) -> str:
    """Return the address of a zenodo:// URL; ZENODO_ENDPOINT stands in for both sites.

    Raises:
        UsageError: it names neither.
    """
    name = url.removeprefix("zenodo://").strip("/")
    if name not in _SITES:
        raise UsageError(f"{url} is neither zenodo:// nor zenodo://sandbox")
    return os.environ.get("ZENODO_ENDPOINT", "").rstrip("/") or _SITES[name]


def flat(path: str) -> str:
    """Return the name that a file of a release has where there are no folders.

    >>> flat("data/notes/test-00000-of-00001.parquet")
    'data--notes--test-00000-of-00001.parquet'
    """
    return path.replace("/", "--")


def file_url(record_url: str, path: str) -> str:
    """Return the URL of a file of a published record.

    >>> file_url("https://zenodo.org/records/12", "manifests/notes.toml")
    'https://zenodo.org/api/records/12/files/manifests--notes.toml/content'
    """
    start, _, number = record_url.rpartition("/records/")
    return f"{start}/api/records/{number}/files/{quote(flat(path), safe='')}/content"


def _refuse_what_does_not_fit(upload: Upload) -> None:
    slug, n_files = upload.record.slug, len(upload.paths)
    if n_files + 1 > MAX_FILES or upload.n_bytes > MAX_BYTES:
        raise RefusedError(
            f"{slug} has {n_files} files of {upload.n_bytes:,} bytes; a deposition holds {MAX_FILES} files, one of "
            f"them the record, of {MAX_BYTES:,} bytes. Deposit a smaller view of it, such as ids, and publish the "
            "whole elsewhere"
        )
    if odd := sorted(path for path in upload.paths if "--" in path):
        raise RefusedError(f"{slug}: {odd[0]} has a double dash in its path, which stands for a slash on Zenodo")


def _metadata(upload: Upload) -> dict[str, Any]:
    """Return what a person reads first, from the release's own recipe."""
    record, head = upload.record, recipes.read_head(str(upload.root / layout.RECIPE))
    section = head.release
    creators = [
        {"name": f"{author.family_names}, {author.given_names}"} | ({"orcid": author.orcid} if author.orcid else {})
        for author in (section.authors if section else ())
    ]
    described = html.escape(" ".join((section.description if section else record.title).split()))
    claim = f"<p>{html.escape(upload.claim)}</p>" if upload.claim else ""
    rows = ", ".join(f"{n:,} {split}" for split, n in upload.rows.items())
    return {
        "title": record.title,
        "version": record.version,
        "upload_type": "dataset",
        "access_right": "open",
        "license": (section.licence if section else "CC-BY-4.0").lower(),
        **({"publication_date": record.date} if record.date else {}),
        "creators": creators or [{"name": citation.contributors(record.title)}],
        "description": f"<p>{described}</p><p>{html.escape(record.slug)}, view {record.view}. Samples: {rows}. "
        f"Content root: {record.content_root}. A slash in a path is -- in a file's name here.</p>{claim}",
        "keywords": citation.keywords(head),
        "references": list(section.papers if section else ()),
        "notes": f"RELEASE.json sha256: {upload.digest}",
    }


def _facts(deposition: dict[str, Any], name: str) -> Any:
    return deposition.get("metadata", {}).get(name)


def _bound(deposition: dict[str, Any]) -> str:
    """Return the sha256 of the `RELEASE.json` that a deposition is for."""
    match = _NOTE.search(str(_facts(deposition, "notes") or ""))
    return match[1] if match else ""


def _number(deposition: dict[str, Any]) -> int:
    return int(deposition["id"])


def _page(deposition: dict[str, Any]) -> str:
    return str(deposition["links"].get("html", f"deposition {deposition['id']}"))


def _sum(file: dict[str, Any]) -> str:
    return str(file["checksum"]).removeprefix("md5:")


def _require_sum(path: str, answer: dict[str, Any], digest: str) -> None:
    if _sum(answer) != digest:
        raise IntegrityError(f"{path}: Zenodo got something else (MD5 {_sum(answer)}, expected {digest})")


def _md5(path: Path) -> str:
    with paths.open_regular(path) as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
