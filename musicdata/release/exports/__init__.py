"""Renders releases for the tools people use: WebDataset, lhotse, mirdata, plain files, CSV, the MusicTM layout.

Every export of a release has the same samples in the same splits, and `VIEW.json` says which;
`musicdata.release.exports.check` proves that it carries what the release holds.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from musicdata.errors import InputError, UsageError
from musicdata.release.exports.export import EXPORTS
from musicdata.release.exports.folder import Folder
from musicdata.release.exports.record import EXPORT_RECORD, ExportRecord, Ids, ids_of, read_export_record
from musicdata.release.making.staging import is_there, staging
from musicdata.release.reading import shape
from musicdata.release.verify.gate import require_whole

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.release.reading.release import Release

__all__ = ["EXPORTS", "EXPORT_RECORD", "ExportRecord", "Ids", "export", "ids_of", "read_export_record"]


def export(release: Release, view: str, out: Path, **options: int) -> ExportRecord:
    """Write a release as another tool reads it; the same release gives the same bytes.

    Args:
        release: the whole of it, in any rights view.
        view: name of the export.
        out: folder to make; left alone where it is this export already, which is proved.
        options: of the export: ``shard_bytes`` of `webdataset`.

    Raises:
        UsageError: there is no such export or option, or it makes no sense of this release.
        InputError: there is something else at `out`, or this export damaged, or an id cannot be the name of a file.
        IntegrityError: the release is not what it says it is.
        StorageError: the disk is full or cannot be written.
    """
    release, exporter = shape.hold(release), EXPORTS.find(view)
    settings = exporter.settings(options)
    exporter.require(release)
    _require_place(release, out)
    require_whole(release.root, "nothing was exported")
    record = ExportRecord(
        name=release.record.name,
        version=release.record.version,
        content_root=release.record.content_root,
        release_view=release.record.view,
        view=view,
        options=settings,
        ids=ids_of(release),
        files=[],
    )
    if is_there(out):
        return _finished(out, release, record)
    with staging(out, record.identity) as place:
        _empty(place)
        try:
            folder = Folder(place)
            exporter.write(release, folder, **settings)
            record = record.model_copy(update={"files": folder.files})
            folder.write(EXPORT_RECORD, record.encode())
            folder.sync()
        except Exception:
            shutil.rmtree(place, ignore_errors=True)
            raise
    return record


def _require_place(release: Release, out: Path) -> None:
    if release.split is not None:
        raise UsageError(f"an export shows a whole release, not {release.split!r} alone; open it without a split")
    inside = out.resolve()
    if release.root.resolve() in (inside, *inside.parents):
        raise UsageError(f"{out} lies in the release, which would no longer be what it says; choose a folder beside it")


def _finished(out: Path, release: Release, record: ExportRecord) -> ExportRecord:
    """Return the record of the export at `out`, if it is the one wanted and holds what the release holds."""
    from musicdata.release.exports.check import check_exports

    there = read_export_record(out)
    if there.identity != record.identity:
        raise InputError(
            f"{out} holds another export: {there.view} of {there.name}@{there.version} ({there.release_view}, "
            f"{there.content_root[:12]}); choose another folder, or remove it"
        )
    if problems := check_exports(release, [out]):
        raise InputError(f"{out} is damaged: {problems[0].removeprefix(f'{out}: ')}; remove it and export again")
    return there


def _empty(place: Path) -> None:
    """Remove what a killed export left."""
    for path in place.iterdir():
        if path.name != ".state":
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
