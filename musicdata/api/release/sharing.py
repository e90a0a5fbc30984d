"""Hands a release on: its views, formats of other tools, publication."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from musicdata.api.loading import load
from musicdata.api.release import silent
from musicdata.errors import UsageError
from musicdata.release import exports as views
from musicdata.release.publish import publishing, taking
from musicdata.release.record import layout
from musicdata.release.sharing import redaction, rights
from musicdata.release.verify.gate import require_whole
from musicdata.wording import choice, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from os import PathLike


SPLITS = layout.SPLITS
RIGHTS_VIEWS = tuple(view for view in get_args(layout.View) if view != "full")

_UNPROVED = "no: only with the full release can it be; release verify FULL --views FOLDER does"


def permitted_views(release: str | PathLike[str]) -> tuple[str, ...]:
    """List the rights views that may be published of a release, by its recipe and its rights.

    Args:
        release: folder, address or name.

    Raises:
        InputError: there is no release.
    """
    return tuple(rights.permitted_views(load(release)))


def publish(
    release: str | PathLike[str],
    to: str,
    *,
    view: str = "full",
    claim: str = "",
    is_final: bool = False,
    dry_run: bool = False,
    progress: Callable[[str], None] = silent,
) -> dict[str, Any]:
    """Publish a release, or a view of it; return the facts of the publication record.

    Args:
        release: in the view `full`, or already in the one to publish.
        to: where: a folder, ``s3://``, ``hf://``, ``zenodo://`` or any other fsspec URL.
        view: what of it.
        claim: statement that one holds the rights of what has no free licence; it is published too.
        is_final: publish a Zenodo deposition at once; else it stays a draft.
        dry_run: only say what would be sent.
        progress: is told what is done next.

    Returns:
        the facts of the record; of a view also `proved`: whether it was compared with the full release, cell by cell.

    Raises:
        IntegrityError: the release is not what it says it is, or what came back is not what was sent.
        RefusedError: the rights forbid the view, or another release of this version is published there.
        TransferError: the upload broke off; the same call goes on from there.
    """
    opened = load(release, progress=progress)
    if view not in get_args(layout.View):
        raise UsageError(f"there is no view {view!r}{choice(view, get_args(layout.View))}")

    progress(f"verify {opened.root}")
    require_whole(opened.root, "nothing was sent")

    def send(root: Path) -> dict[str, Any]:
        if dry_run:
            require_whole(root, "nothing would be sent")
            rights.require_permitted(load(root), claim=claim)
            files = layout.read_record(root).files
            return {"to": to, "release": opened.record.slug, "files": len(files), "bytes": sum(f.bytes for f in files)}
        return publishing.publish(
            root,
            to,
            claim=claim,
            permit=lambda folder: rights.require_permitted(load(folder), claim=claim),
            is_final=is_final,
            progress=lambda path, n_bytes, of_bytes: progress(f"{path} ({n_bytes:,} of {of_bytes:,} bytes)"),
        )

    if view == opened.record.view:
        return send(opened.root) | ({} if view == "full" else {"proved": _UNPROVED})
    with tempfile.TemporaryDirectory(prefix="musicdata-publish-", dir=opened.root.parent) as scratch:
        export(opened.root, view, Path(scratch) / view, progress=progress)
        return send(Path(scratch) / view) | {"proved": f"cell by cell, with {opened.root}"}


def add_record(place: str | PathLike[str], *, pin: str | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Take the record of a published release among those of this machine, so that its name leads to it.

    Args:
        place: file of a record; folder or address of the release that it lies beside; an address of a record.
        pin: content root or sha256 of `RELEASE.json` that it has to name.
        dry_run: only say what it is.

    Returns:
        the facts of the record; `found_at`, where it lay; `record`, its file here; `status`: ``taken in``,
        ``there already`` or, of a dry run, ``not taken in yet``.

    Raises:
        InputError: there is no record, or it is none.
        IntegrityError: it contradicts the release beside it, or the pin.
        RefusedError: there is another record of this version here, or it leads into this machine or its network.
        TransferError: it cannot be read.
    """
    taken = taking.find(place, pin=pin)
    status = "there already"
    if taken.is_new:
        status = "not taken in yet" if dry_run else "taken in"
    if taken.is_new and not dry_run:
        taking.take(taken)
    return taken.publication.facts | {"found_at": taken.found_at, "record": str(taken.path), "status": status}


def export(
    release: str | PathLike[str],
    view: str,
    out: str | Path,
    *,
    pin: str | None = None,
    progress: Callable[[str], None] = silent,
    **options: int,
) -> dict[str, Any]:
    """Render a release for another tool, or what of it may be passed on.

    Args:
        release: folder, address or name.
        view: ``open``, ``features``, ``ids``, or the name of a tool's format.
        out: folder to make.
        pin: that the release has to fit; see `musicdata.load`.
        progress: is told what is done next.
        options: of the format: ``shard_bytes`` of `webdataset`.

    Returns:
        name, version, view, content_root, number of files and bytes.

    Raises:
        UsageError: there is no such view, or it makes no sense of this release.
        InputError: there is something else at `out`.
    """
    _require_view(view, options)
    opened, folder = load(release, pin=pin, progress=progress), Path(out)
    progress(f"verify {opened.root}, then {view} of {opened.record.slug}")
    if view in RIGHTS_VIEWS:
        made: Any = redaction.render(opened.root, view, folder)  # type: ignore[arg-type]  # one of RIGHTS_VIEWS
    else:
        made = views.export(opened, view, folder, **options)
    facts = {"name": made.name, "version": made.version, "view": view, "content_root": made.content_root}
    return facts | {"files": len(made.files), "bytes": sum(file.bytes for file in made.files)}


def _require_view(view: str, options: Mapping[str, int]) -> None:
    known = (*RIGHTS_VIEWS, *views.EXPORTS.all())
    if view == "full":
        raise UsageError(f"the view full is the release itself; there are {listed(known)}")
    if view not in known:
        raise UsageError(f"no view is called {view!r}{choice(view, known)}")
    if view in RIGHTS_VIEWS and options:
        raise UsageError(f"the view {view} has no option {', '.join(options)}")
