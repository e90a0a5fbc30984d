"""mirdata: an index of files with their md5, and a loader module for them.

    musicdata_<name>.py                             the loader: `Dataset`, `Track`
    musicdata_<name>_index_<version>.json           {version, tracks: {id: {field: [path, md5]}}, metadata}
    musicdata_<name>_index_<version>_sample.json    the same for one sample a split, to try it
    metadata.csv  rights.csv
    <table>/<sample_id>.flac .png .csv  <text>/<sample_id>.txt      sounds, pictures and rows as in `files`, and texts

The loader is one text with names put in (`mirdata_loader.txt`); all that the data say it reads from files. It knows
four fields: the first sound is `audio`, the first picture `score`, the first text `lyrics`, the table beside the
samples `alignment`. What there is besides stands in the index under its own name.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError
from musicdata.release.exports import loose
from musicdata.release.exports import sample as samples
from musicdata.release.exports.export import Export
from musicdata.release.reading import shape
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.release.exports.export import Payload
    from musicdata.release.exports.folder import Folder, HashedFile
    from musicdata.release.exports.sample import Sample
    from musicdata.release.reading.release import Release

    Entry = dict[str, list[str | None]]

# The loader's fields, which are mirdata's words for what a track has, whatever a data set calls it.
SOUND, PICTURE, TEXT, ROWS = "audio", "score", "lyrics", "alignment"
_TRACKS = "tracks"  # mirdata's key for the samples
_ALIGNED = """\
Windows of consecutive sung notes, each as audio, as a line of sheet music and as lyrics, aligned note by note: a track
    is such a window."""
_ABOUT = "A track is a sample of the release."
_TEMPLATE = Path(__file__).with_name("mirdata_loader.txt")


def write(release: Release, folder: Folder) -> None:
    """Write the files, the index of them, and the loader."""
    name, version = dataset_name(release), release.record.version
    first_of: dict[str, tuple[str, Entry]] = {}
    files, named = loose.LooseFiles(release), fields(release)
    with folder.open(index_name(name, version)) as file:
        with loose.MetadataWriter(release, folder) as metadata:
            tracks = _Tracks(file, version)
            for sample in samples.iterate(release):
                paths = files.write(folder, sample)
                metadata.add(sample, paths)
                paths |= _write_texts(folder, sample)
                entry = {field: _entry(folder.root, paths.get(kind)) for field, kind in named.items()}
                first_of.setdefault(sample.split, (sample.stem, entry))
                tracks.add(sample.stem, entry)
        tables = {"metadata": _entry(folder.root, loose.METADATA)}
        tracks.end(tables)
    with folder.open(index_name(name, f"{version}_sample")) as file:
        tracks = _Tracks(file, version)
        for stem, entry in first_of.values():
            tracks.add(stem, entry)
        tracks.end(tables)
    loose.write_rights(release, folder)
    folder.write(f"{name}.py", loader(release).encode())


def dataset_name(release: Release) -> str:
    """Return the data set's name as a Python module and for mirdata."""
    return f"musicdata_{re.sub(r'[^a-z0-9_]', '_', release.record.name)}"


def index_name(name: str, version: str) -> str:
    """Return the file name of an index, as mirdata forms it."""
    return f"{name}_index_{version}.json"


def fields(release: Release) -> dict[str, str]:
    """Return field of the index → kind of file or name of a text that stands in it; the loader's four always."""
    kinds = {SOUND: "", PICTURE: "", TEXT: "", ROWS: shape.beside(release)}
    for work in shape.works(release):
        field = TEXT if work.is_text else SOUND if work.column.is_sound else PICTURE
        kinds[work.name if kinds[field] else field] = work.name
    return kinds


def _write_texts(folder: Folder, sample: Sample) -> dict[str, str]:
    texts = {name: (samples.file_stem(name), text.encode()) for name, text in sample.texts.items()}
    return {name: folder.write(f"{below}/{sample.stem}.txt", data) for name, (below, data) in texts.items()}


def _entry(root: Path, path: str | None) -> list[str | None]:
    if path is None:
        return [None, None]
    with paths.open_inside(root, path) as file:
        return [path, hashlib.file_digest(file, _md5).hexdigest()]


def _md5() -> Any:
    return hashlib.md5(usedforsecurity=False)  # what mirdata compares; VIEW.json has the sha256


class _Tracks:
    """Writes an index track by track."""

    def __init__(self, file: HashedFile, version: str) -> None:
        self._file = file
        self._separator = f'{{"version": {json.dumps(version)}, "{_TRACKS}": {{\n'

    def add(self, track_id: str, entry: Entry) -> None:
        """Append a track."""
        self._file.write(f"{self._separator}{json.dumps(track_id)}: {json.dumps(entry)}".encode())
        self._separator = ",\n"

    def end(self, tables: Entry) -> None:
        """Write the files that are of no track, and the end."""
        self._file.write(f'\n}}, "metadata": {json.dumps(tables)}}}\n'.encode())


def loader(release: Release) -> str:
    """Return the loader module; what comes from the data stands in it as literals of plain ASCII only."""
    section = release.head.release
    return Template(_TEMPLATE.read_text("utf-8")).substitute(
        name=dataset_name(release),
        about=_ALIGNED if _are_of_notes(release) else _ABOUT,
        version=release.record.version,
        bibtex=ascii(release.cite()),
        licence=ascii(section.licence if section else ""),
    )


def _are_of_notes(release: Release) -> bool:
    """Say whether the rows beside the samples are notes."""
    table = shape.beside(release)
    return bool(table) and release.contract(table).key[-1] == "note_index"


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what is in the files that the index names, whose md5 have to be right."""
    index = json.loads(loose.read_file(folder, index_name(dataset_name(release), release.record.version)))
    tracks: dict[str, Entry] = index[_TRACKS]
    named = fields(release)
    texts = {work.name for work in shape.works(release) if work.is_text}
    for sample_id, split, payload, files in loose.read_payloads(folder, release):
        entry = tracks.pop(sample_id, None)
        if entry is None:
            raise IntegrityError(f"the index has no track {sample_id!r}, which {loose.METADATA} has")
        payload["texts"] = {}
        for field, kind in named.items():
            path = entry.get(field, [None])[0]
            if kind in texts and path is not None:
                files[kind] = path
                payload["texts"][kind] = loose.read_file(folder, path).decode()
            if entry.get(field, _entry(folder, None)) != _entry(folder, files.get(kind)):
                raise IntegrityError(
                    f"the index has {entry.get(field)} as the {field} of track {sample_id!r}, which the files are not"
                )
        yield sample_id, split, payload
    if tracks:
        raise IntegrityError(f"the index has the track {min(tracks)!r}, which {loose.METADATA} has not")


EXPORT = Export(
    name="mirdata",
    holds="an index with md5 and a loader module for mirdata, and the files they speak of",
    write=write,
    read=read,
    tables=loose.read_rights,
    carries=("facts", "media", "texts", "rows"),
)
