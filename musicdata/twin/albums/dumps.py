"""Writes a population as files: MARD's archive, the release dump of MusicBrainz, the dumps of AcousticBrainz.

The same population gives the same bytes: no time, no owner, one thread.
"""

from __future__ import annotations

import io
import json
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pyarrow as pa

from musicdata.system import paths
from musicdata.twin.albums import highlevel, mard, musicbrainz_objects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from io import BufferedWriter
    from pathlib import Path

    from musicdata.twin.albums.population import AlbumPopulation
    from musicdata.twin.albums.submissions import Submission

KINDS = ("mard", "release", "lowlevel", "highlevel")
DATE = "20220623"
N_PARTS = 2
_AT_A_TIME = 100  # documents written at once
_FAULTS = ("truncated", "empty", "html", "null")
_ZIP_TIME = (2016, 8, 1, 0, 0, 0)
_TAR_TIME_S = 1_655_942_400
_COPYING = b"Made-up data in the layout of a dump. CC0 1.0.\n"
_TAR_BLOCK, _TAR_RECORD = 512, 10_240


def write_files(population: AlbumPopulation, folder: Path, only: Sequence[str] = KINDS) -> dict[str, Path]:
    """Write the files of a population.

    Args:
        population: whose albums they are of.
        folder: made if there is none; files of the same names are replaced.
        only: which: ``mard``, ``release``, ``lowlevel``, ``highlevel``.

    Returns:
        each of these → the file, or the folder with the archives.
    """
    return {kind: folder / _written(population, folder, kind) for kind in only}


def _written(population: AlbumPopulation, folder: Path, kind: str) -> str:
    """Write the files of a kind; return the name of the file or of the folder."""
    if kind == "mard":
        with paths.create_inside(folder, "mard.zip") as file:
            file.write(_mard(population))
        return "mard.zip"
    if kind == "release":
        with paths.create_inside(folder, "release.tar.xz") as file:
            _write_release_dump(population, file)
        return "release.tar.xz"
    name = f"acousticbrainz-{kind}-json-{DATE}"
    for part in range(N_PARTS):
        with paths.create_inside(folder, f"{name}/{name}-{part}.tar.zst") as file:
            _write_archive(population, kind, part, file)
    return name


def _mard(population: AlbumPopulation) -> bytes:
    members = {
        "mard/mard_metadata.json": mard.metadata_lines(population),
        "mard/mard_reviews.json": mard.review_lines(population),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, lines in members.items():
            archive.writestr(zipfile.ZipInfo(name, _ZIP_TIME), "".join(f"{line}\n" for line in lines).encode(), 8)
    return packed.getvalue()


def _write_release_dump(population: AlbumPopulation, file: BufferedWriter) -> None:
    lines = [
        json.dumps(musicbrainz_objects.of_dump(population, group, release), ensure_ascii=False)
        for group in population.discography.groups
        for release in group.releases
    ]
    members = {
        "TIMESTAMP": b"2026-11-25 00:00:00+00\n",
        "COPYING": _COPYING,
        "README": b"Made-up releases, one JSON document a line.\n",
        "REPLICATION_SEQUENCE": b"180000\n",
        "SCHEMA_SEQUENCE": b"30\n",
        "JSON_DUMPS_SCHEMA_NUMBER": b"1\n",
        "mbdump/release": "\n".join(lines).encode(),
    }
    packer = lzma.LZMACompressor(preset=1)
    file.writelines(packer.compress(_member(name, data)) for name, data in members.items())
    file.write(packer.compress(bytes(_TAR_RECORD)))
    file.write(packer.flush())


def _write_archive(population: AlbumPopulation, kind: str, part: int, file: BufferedWriter) -> None:
    """Write a part: its documents in order of time, a few broken ones, and the licence last."""
    folder = f"acousticbrainz-{kind}-json-{DATE}"
    with pa.CompressedOutputStream(pa.PythonFile(file, "w"), "zstd") as packed:
        for submission, text in _documents(population, kind, part):
            packed.write(_member(f"{folder}/{kind}/{_name(submission)}", text))
        if part == 0:
            for identity, fault in faulty_documents(population):
                packed.write(_member(f"{folder}/{kind}/{_place(identity)}", _broken(fault)))
        packed.write(_member(f"{folder}/COPYING", _COPYING))
        packed.write(bytes(_TAR_RECORD))


def faulty_documents(population: AlbumPopulation) -> list[tuple[str, str]]:
    """Return what is broken in the dumps: names of documents, ``<mbid>-<offset>``, and how; no service tells of them.

    Each is one submission more than its recording has.
    """
    stored = sorted(population.by_document)[: len(_FAULTS)]
    counts = [len(population.by_document[identity]) for identity in stored]
    return [(f"{identity}-{count}", fault) for identity, count, fault in zip(stored, counts, _FAULTS, strict=False)]


def _broken(fault: str) -> bytes:
    return {
        "truncated": b'{"lowlevel": {"average_loudness": 0.81, "barkbands": {"dmean": [0.0037',
        "empty": b"",
        "html": b"<html><body><h1>500 Internal Server Error</h1></body></html>",
        "null": b"null",
    }[fault]


def _documents(population: AlbumPopulation, kind: str, part: int) -> Iterator[tuple[Submission, bytes]]:
    every = population.submissions
    some = every[part * len(every) // N_PARTS : (part + 1) * len(every) // N_PARTS]
    for first in range(0, len(some), _AT_A_TIME):
        batch = some[first : first + _AT_A_TIME]
        if kind == "lowlevel":
            texts = population.lowlevel(batch)
        else:
            texts = [highlevel.write(population.highlevel(one)) for one in batch]
        for submission, text in zip(batch, texts, strict=True):
            yield submission, text.encode()


def _name(submission: Submission) -> str:
    return _place(f"{submission.recording_id}-{submission.offset}")


def _place(document: str) -> str:
    return f"{document[:2]}/{document[2]}/{document}.json"


def _member(name: str, data: bytes) -> bytes:
    """Return a file as a tar archive has it: header, bytes, and what fills its last block."""
    header = tarfile.TarInfo(name)
    header.size, header.mtime, header.mode = len(data), _TAR_TIME_S, 0o644
    return header.tobuf(tarfile.GNU_FORMAT) + data + bytes(-len(data) % _TAR_BLOCK)
