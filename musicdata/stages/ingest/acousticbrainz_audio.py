"""Analyse the user's own audio as AcousticBrainz did → `acousticbrainz_lowlevel`.

For recordings of which somebody has the sound and AcousticBrainz has no document. A file tells which recording it is by
its name, ``0dad432b-16cc-4bf0-8961-fd31d124b01b.flac``, or by the tag that MusicBrainz' programs write. Its document is
kept under the file's name. There are no high-level documents: their models are not published for today's extractor.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Shard, Stage, Task
from musicdata.errors import FormatError, InputError
from musicdata.sources.acousticbrainz import document, extractor
from musicdata.sources.acousticbrainz.tables import HIGHLEVEL, LOWLEVEL, DocumentTables
from musicdata.system import walking
from musicdata.system.digests import digest_of, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_FILES_A_SHARD = 16
_DEADLINE_S = 6 * 3600.0
_MBID_IN_NAME = re.compile(rf"(?<![0-9a-f-]){document.MBID}(?![0-9a-f-])")
_SONG_S, _CPU_S_A_SECOND = 240.0, 0.075  # length of a song; processor time of Essentia, measured on clips of a minute
_ROW_BYTES = 9_500


class AnalyseAudio(Parameters):
    """Which files are analysed.

    Attributes:
        input: folder below which the sounds lie, or one of them.
    """

    input: str = ""


def _files(parameters: AnalyseAudio) -> dict[str, Path]:
    """Return name → path of the sounds, in order of the names.

    Raises:
        InputError: there is none.
    """
    root = Path(parameters.input)
    if not parameters.input:
        raise InputError("no audio is named: give the folder with it as the stage's input")
    if root.is_file():
        return {root.name: root}
    if not root.is_dir():
        raise InputError(f"input {root}: no such file or folder")
    entries = walking.below(root, lambda name: Path(name).suffix.lower() in extractor.ENDINGS)
    if not (files := {entry.name: entry.path for entry in entries if not entry.fault}):
        raise InputError(f"input folder {root} holds no audio: none of its files ends in {' '.join(extractor.ENDINGS)}")
    return dict(sorted(files.items()))


def source_digest(parameters: AnalyseAudio) -> str:
    """Return the content hash of the sounds."""
    return digest_of([[name, sha256_of_file(path)] for name, path in _files(parameters).items()])


def expect(parameters: AnalyseAudio, _counts: Counts) -> Expected:
    """Count the files; each has a row, at most."""
    n_files = len(_files(parameters))
    return Expected(n_files, {LOWLEVEL: n_files, HIGHLEVEL: 0})


def _wanted(inputs: Inputs) -> set[str]:
    wanted: set[str] = set()
    for part in inputs.iterate("recordings", ["recording_id", "recording_id_given"]):
        wanted.update(strings(part.column("recording_id")))
        wanted.update(strings(part.column("recording_id_given").drop_null()))
    return wanted


def cut(parameters: AnalyseAudio, inputs: Inputs) -> Iterator[Shard]:
    """Cut the files into shards."""
    files, wanted = _files(parameters), digest_of(sorted(_wanted(inputs)))
    names = list(files)
    for start, stop in cutting.runs([ascii(name) for name in names], _FILES_A_SHARD):
        items = tuple(f"{sha256_of_file(files[name])} {name}" for name in names[start:stop])
        yield Shard(names[start], names[stop - 1], stop - start, digest_of([items, wanted]), items)


def run(parameters: AnalyseAudio, task: Task) -> None:
    """Analyse the shard's files; one that cannot be used becomes a reject."""
    root, wanted = Path(parameters.input), _wanted(task.inputs)
    for item in task.shard.items:
        digest, _, name = item.partition(" ")
        path = root if root.is_file() else walking.entry(root, name).path
        try:
            recording_id = _named(name, wanted)
            if sha256_of_file(path) != digest:
                raise InputError(f"{path} changed while it was being read; run the same command again")
            described = extractor.describe(path)
            recording_id = recording_id or _tagged(described, wanted)
        except FormatError as error:
            task.sink.reject(ascii(name)[1:-1], error.reason, error.detail)
            continue
        tables = DocumentTables(name, task.sink, task.scratch)
        tables.take("lowlevel", recording_id, 0, described)
        tables.write()


def _named(name: str, wanted: set[str]) -> str:
    """Return the recording that a file's name tells; "" where it tells none.

    Raises:
        FormatError: none of that id is wanted.
    """
    if any("\ud800" <= character <= "\udfff" for character in name):
        raise FormatError("bad_file_name", "the file's name is not UTF-8; rename it")
    match = _MBID_IN_NAME.search(name.lower())
    return _checked(match[0], wanted) if match else ""


def _tagged(described: Mapping[str, Any], wanted: set[str]) -> str:
    """Return the recording that the file's tags tell.

    Raises:
        FormatError: they tell none, or one that is not wanted.
    """
    recording_id = document.tagged_id(described)
    if recording_id is None:
        raise FormatError("no_recording_id", "neither the file's name nor its tags have the id of a recording")
    return _checked(recording_id, wanted)


def _checked(recording_id: str, wanted: set[str]) -> str:
    if recording_id not in wanted:
        raise FormatError("not_wanted", f"recording {recording_id} is on none of the albums")
    return recording_id


STAGE = Stage(
    name="acousticbrainz.audio",
    version=1,
    verb="analyses your audio as AcousticBrainz did",
    inputs=("recordings",),
    outputs=(LOWLEVEL, HIGHLEVEL),
    parameters=AnalyseAudio,
    cut=cut,
    run=run,
    pieces=Pieces("items", lambda item: ascii(item.partition(" ")[2])[1:-1]),
    deadline_s=_DEADLINE_S,
    tools=lambda _parameters: {"essentia": extractor.version()},
    source_digest=source_digest,
    location_parameters=("input",),
    expect=expect,
    cost=Cost(_SONG_S * _CPU_S_A_SECOND, _ROW_BYTES),
)
