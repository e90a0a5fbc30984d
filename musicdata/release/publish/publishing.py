"""Publishes a release: from the first look at it to the record beside what was published."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.errors import IntegrityError, RefusedError, SetupError, UsageError
from musicdata.release import Package
from musicdata.release.publish import publications
from musicdata.release.publish.folder import Folder, local_path
from musicdata.release.publish.store import ATOMIC, Store
from musicdata.release.publish.upload import Upload, pack
from musicdata.release.record import layout
from musicdata.release.verify.gate import require_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from musicdata.release.publish.publications import Publication
    from musicdata.release.publish.upload import Progress, Target


_UNSENT = "nothing was sent"


def silent(path: str, n_bytes: int, of_bytes: int) -> None:
    """Say nothing of progress."""


def publish(
    root: Path,
    url: str,
    *,
    verify: Callable[[Path], list[str]] | None = None,
    permit: Callable[[Path], None],
    claim: str = "",
    records: Path | None = None,
    is_final: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """Publish a release.

    Args:
        root: its folder.
        url: where to; see above.
        verify: lists what is wrong with the release at a folder; None verifies it as `musicdata release verify` does.
        permit: raises RefusedError when the view at a folder must not be published.
        claim: statement that one holds the rights of what has no free licence; it stands in the record, and where the
            release is published if there is a place for it.
        records: folder for the record; None for those of `publications.written_to`.
        is_final: whether to publish a Zenodo deposition at once; else it stays a draft, without a record.
        progress: is told of each file that is there.

    Returns:
        name, version, view, files, bytes; `url`, where it is; `status`: ``published``, ``already published`` or
        ``draft``; `record`: the file that says so, or None; `beside`: the record beside the release, or why there is
        none; of a signed release `signature`, whether it is there too.

    Raises:
        RefusedError: the version is published with other bytes, or the view must not be published.
        IntegrityError: the release is not what it says, or what came back is not what was sent.
        TransferError: the upload broke off; the same call goes on from there.
        SetupError: a key or a library is missing.
        UsageError: the URL names no place to publish to.
    """
    upload = pack(root, claim)
    folders = publications.written_to(records)
    with target_of(url, upload, is_final=is_final) as target:
        for folder in folders:
            publications.place(upload.publication("file:///"), folder)
        if verify is None:
            require_whole(root, _UNSENT)
        elif problems := verify(root):
            raise IntegrityError(f"{root} is not whole, {_UNSENT}: {'; '.join(problems[:5])}")
        permit(root)
        status = _bring(upload, target, progress)
        publication, signed = upload.publication(target.address), dict[str, str]()
        if upload.signature:
            is_there = status != "already published" or _wrong_there(target, [upload.signature]) == []
            signed = {"signature": "sent" if is_there else "not sent: the version was published without it before"}
            publication = publication if is_there else _unsigned(upload).publication(target.address)
        publication, beside = _announce(target, publication, status)
        target.clean()
    written = [] if status == "draft" else [publications.write(publication, folder) for folder in folders]
    facts = publication.model_dump(include={"name", "version", "view", "files", "bytes", "url"})
    return facts | signed | {"status": status, "record": str(written[0]) if written else None, "beside": beside}


def target_of(url: str, upload: Upload, *, is_final: bool = False) -> Target:
    """Return what publishes to a URL.

    Raises:
        UsageError: nothing does, or the URL holds a key.
    """
    scheme, _, rest = url.rpartition("://")
    if scheme and (settings.redact(url) != url or "?" in rest or "@" in rest.partition("/")[0]):
        raise UsageError(
            f"a URL to publish to holds no key and no query; credentials come from the environment: {scheme}://…"
        )
    if not scheme or scheme == "file":
        return Folder(local_path(url), upload)
    if scheme == "hf":
        from musicdata.release.publish.hub import Hub

        return Hub(url, upload)
    if scheme == "zenodo":
        from musicdata.release.publish.zenodo import Zenodo

        return Zenodo(url, upload, is_final=is_final)
    if scheme in ATOMIC:
        return Store(url, upload)
    places = ", ".join(f"{name}://" for name in ("file", "hf", "zenodo", *ATOMIC))
    raise UsageError(f"nothing publishes to {scheme}://; name a folder, or a URL with {places}")


def _bring(upload: Upload, target: Target, progress: Progress) -> str:
    """Bring a release to its place; return what came of it."""
    if _is_there(upload, target):
        return "already published"
    target.begin()
    if target.published() is None:  # still, now that nobody else can begin
        target.upload(progress)
        _compare(upload, target)
        if (committed := target.commit()) != "lost":
            return committed
    target.clean()
    if not _is_there(upload, target):
        raise RefusedError(
            f"{target.address}: another process began to publish {upload.record.slug} there at the same time"
        )
    return "already published"


def _announce(target: Target, publication: Publication, status: str) -> tuple[Publication, str]:
    """Put the record beside the release; return the one that counts, and where it is or why there is none."""
    if status == "draft":
        return publication, "none: a draft has no record"
    try:
        data = target.announce(publications.encode(publication))
    except SetupError as error:
        if status != "already published":
            raise
        return publication, f"none: {error}"  # the release is there all the same
    if data is None:
        return publication, "none: the version was published without it before"
    beside = f"{target.address}/{layout.PUBLICATION}"
    there = publications.decode(data, beside)
    if not there.names_the_same(publication):
        raise IntegrityError(
            f"{beside} is the record of another release: by it, RELEASE.json has the sha256 "
            f"{there.release_json_sha256[:12]}…, the one beside it has {publication.release_json_sha256[:12]}…. "
            "Whoever keeps that place has to mend it"
        )
    return publication.model_copy(update={"published": there.published}), beside


def _is_there(upload: Upload, target: Target) -> bool:
    """Say whether exactly this release is published.

    Raises:
        RefusedError: another is.
        IntegrityError: it is, and a file of it was changed there.
    """
    there = target.published()
    if there is not None and there != upload.encoded:
        raise RefusedError(
            f"{target.address}: {upload.record.slug} is published with other content, and a published version is never "
            "overwritten. Give yours another version"
        )
    if there is None:
        return False
    if wrong := _wrong_there(target, [file for file in upload.files if file.path != layout.SIGNATURE]):
        raise IntegrityError(
            f"{target.address}: {upload.record.slug} is published there, and is not what it was any more: "
            f"{', '.join(wrong[:5])}. A published version is never overwritten: whoever keeps that place has to mend it"
        )
    return True


def _wrong_there(target: Target, files: Iterable[layout.File]) -> list[str]:
    """Return which files of a published version are missing or are others; each is read back to its end."""
    from musicdata.release.publish.source import reading

    with reading(target.address) as source:
        return [file.path for file in files if not source.holds(file)]


def _unsigned(upload: Upload) -> Upload:
    return dataclasses.replace(upload, files=tuple(file for file in upload.files if file.path != layout.SIGNATURE))


def _compare(upload: Upload, target: Target) -> None:
    wrong = [file.path for file in upload.files if not target.holds(file)]
    if wrong:
        raise IntegrityError(
            f"{target.address}: what came back is not what was sent, so {upload.record.slug} is not published: "
            f"{', '.join(wrong[:5])}. Run the same command again; it sends these anew"
        )


sys.modules[__name__].__class__ = Package
