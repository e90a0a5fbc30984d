"""Loose files, for people and for programs that know nothing of data sets.

    metadata.csv                    a row a sample: all facts, and the paths of its files
    rights.csv                      rights by sample and modality
    <table>/<sample_id>.flac .png   each sound and picture, in a folder called after its table: audio, sheets
    <table>/<sample_id>.csv         the rows of the table beside the samples: alignment

Cells of the tables are written as `tabular` says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.release.exports import loose
from musicdata.release.exports import sample as samples
from musicdata.release.exports.export import Export

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.release.exports.export import Payload
    from musicdata.release.exports.folder import Folder
    from musicdata.release.reading.release import Release


def write(release: Release, folder: Folder) -> None:
    """Write every sample's files and the tables that name them."""
    files = loose.LooseFiles(release)
    with loose.MetadataWriter(release, folder) as metadata:
        for sample in samples.iterate(release):
            metadata.add(sample, files.write(folder, sample))
    loose.write_rights(release, folder)


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what lies in the files that `metadata.csv` names."""
    for sample_id, split, payload, _paths in loose.read_payloads(folder, release):
        yield sample_id, split, payload


EXPORT = Export(
    name="files",
    holds="loose files: FLAC, PNG and CSV in folders, and a table of them",
    write=write,
    read=read,
    tables=loose.read_rights,
    carries=("facts", "media", "rows"),
)
