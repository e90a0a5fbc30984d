"""Exports that claim to show a release, and what is found wrong with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from musicdata.release.exports import EXPORT_RECORD, export, read_export_record
from musicdata.release.exports.check import check_exports
from musicdata.release.reading.release import Release
from musicdata.release.record.files import file_facts


def vouch(folder: Path, **facts: Any) -> None:
    """Make the record of an export say that what is there is right."""
    record = read_export_record(folder)
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != EXPORT_RECORD)
    files = [file_facts(folder, path) for path in paths]
    (folder / EXPORT_RECORD).write_bytes(record.model_copy(update={"files": files, **facts}).encode())


def claiming(other: Release, name: str, full: Release, out: Path) -> list[str]:
    """Export another release, make it claim to be `full`, and return what is found, folder names left out."""
    export(other, name, out)
    record = read_export_record(out).model_copy(update={"content_root": full.record.content_root})
    (out / EXPORT_RECORD).write_bytes(record.encode())
    return told(full, out)


def told(full: Release, folder: Path) -> list[str]:
    found = check_exports(full, [folder])
    assert all(problem.startswith(f"{folder}: ") for problem in found)
    return [problem.removeprefix(f"{folder}: ") for problem in found]
