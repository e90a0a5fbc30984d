"""Read what AcousticBrainz's dumps have of the recordings → `acousticbrainz_lowlevel`, `acousticbrainz_highlevel`.

Each archive is read once from end to end, whatever is wanted of it, and is a shard: archives are read side by side, and
a build that was ended goes on with those it has not read. Another album changes what is wanted: all are read again.
"""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING, Literal

from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.errors import InputError
from musicdata.sources.acousticbrainz import dump
from musicdata.sources.acousticbrainz.tables import HIGHLEVEL, LOWLEVEL, DocumentTables
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_DEADLINE_S = 24 * 3600.0  # an archive of a million documents takes minutes, from a slow disk hours
_MEMORY_BYTES = 2 << 30  # ten times what is taken
# Of a document: bytes in an archive of 2022, and processor time to pass it over, and to read it and write its row:
# `python -m tests.benchmarks.dump_scan`.
_PACKED_BYTES = {"lowlevel": 25_000.0, "highlevel": 1_500.0}
_PASSED_S = {"lowlevel": 1.5e-4, "highlevel": 2e-5}
_READ_S = {"lowlevel": 0.004, "highlevel": 0.0006}
_ROW_BYTES = {"lowlevel": 9_500.0, "highlevel": 700.0}
_FOUND, _SUBMISSIONS = 0.8, 3.9  # share of recordings that have documents; how many each has


class ReadDumps(Parameters):
    """Which archives are read, and what is kept of them.

    Attributes:
        input: folder below which the archives lie, or one archive; loose JSON documents are read too.
        keep: of a recording's documents, "first": the one with number 0, or "all".
    """

    input: str = ""
    keep: Literal["first", "all"] = "first"


def _wanted(inputs: Inputs) -> set[str]:
    """Return the ids under which documents of the recordings may be kept: today's, and those before a merge."""
    wanted: set[str] = set()
    for part in inputs.iterate("recordings", ["recording_id", "recording_id_given"]):
        wanted.update(strings(part.column("recording_id")))
        wanted.update(strings(part.column("recording_id_given").drop_null()))
    return wanted


def expect(parameters: ReadDumps, counts: Counts) -> Expected:
    """Count the documents by the archives' sizes, and the rows by the recordings."""
    documents = _documents(parameters)
    rows = counts["recordings"] * _FOUND * (_SUBMISSIONS if parameters.keep == "all" else 1.0)
    tables = {LOWLEVEL: min(rows, documents["lowlevel"]), HIGHLEVEL: min(rows, documents["highlevel"])}
    endings = Counter(name[name.find(".") :] for archive in dump.archives(parameters.input) for name in archive.files)
    return Expected(sum(documents.values()), tables, dict(sorted(endings.items())))


def cost(parameters: ReadDumps, expected: Expected) -> Cost:
    """Return what a document costs on the average: all are passed, those of the recordings are read and written."""
    documents = _documents(parameters)
    rows = {"lowlevel": expected.rows[LOWLEVEL], "highlevel": expected.rows[HIGHLEVEL]}
    cpu_s = sum(_PASSED_S[kind] * documents[kind] + _READ_S[kind] * rows[kind] for kind in rows)
    n_bytes = sum(_ROW_BYTES[kind] * n for kind, n in rows.items())
    return Cost(cpu_s / max(expected.items, 1), n_bytes / max(expected.items, 1))


def _documents(parameters: ReadDumps) -> Counter[str]:
    """Return kind → how many documents the archives hold, by their sizes; a loose file is one."""
    documents: Counter[str] = Counter()
    for archive in dump.archives(parameters.input):
        n_packed = math.ceil(archive.n_bytes() / _PACKED_BYTES[archive.kind])
        documents[archive.kind] += len(archive.files) if archive.is_loose else n_packed
    return documents


def source_digest(parameters: ReadDumps) -> str:
    """Return the hash of the archives: of their whole content, or of pieces from all over it where they are large."""
    return digest_of([[archive.name, archive.digest()] for archive in dump.archives(parameters.input)])


def cut(parameters: ReadDumps, inputs: Inputs) -> Iterator[Shard]:
    """Make a shard of every archive."""
    wanted = _wanted(inputs)
    for archive in dump.archives(parameters.input):
        yield Shard(archive.name, archive.name, len(archive.files), _digest(archive, wanted), archive.items)


def _digest(archive: dump.Archive, wanted: set[str]) -> str:
    return digest_of([archive.digest(), sorted(wanted)])


def run(parameters: ReadDumps, task: Task) -> None:
    """Read the shard's archive."""
    archive, wanted = dump.of_items(parameters.input, task.shard.items), _wanted(task.inputs)
    tables = DocumentTables(archive.name, task.sink, task.scratch)
    for found in dump.scan(archive, wanted, submissions=parameters.keep == "all"):
        if isinstance(found, dump.Refused):
            task.sink.reject(found.name, found.reason, found.detail)
        else:
            tables.take(found.kind, found.recording_id, found.submission, found.data)
    if _digest(archive, wanted) != task.shard.digest:
        raise InputError(f"archive {archive.name} changed while it was being read; run the same command again")
    tables.write()


def remark(_parameters: ReadDumps, inputs: Inputs) -> Remark:
    """Tell how many of the recordings have documents."""
    there = {table: _ids(inputs, table, "recording_id") for table in (LOWLEVEL, HIGHLEVEL)}
    rows = inputs.read("recordings", ["recording_id", "recording_id_given"]).to_pylist()
    recordings = {row["recording_id"]: row["recording_id_given"] for row in rows}
    n_found = {table: sum(new in ids or old in ids for new, old in recordings.items()) for table, ids in there.items()}
    facts = {"recordings": len(recordings), **n_found}
    n_missing = len(recordings) - n_found[LOWLEVEL]
    if not n_missing:
        return Remark(facts)
    return Remark(facts, f"{n_missing:,} of {len(recordings):,} recordings have no low-level document in the archives")


def _ids(inputs: Inputs, table: str, column: str) -> set[str]:
    return {one for part in inputs.iterate(table, ["archive", column]) for one in strings(part.column(column))}


STAGE = Stage(
    name="acousticbrainz.dumps",
    version=1,
    verb="looks for the recordings' documents in the dumps of AcousticBrainz",
    inputs=("recordings",),
    outputs=(LOWLEVEL, HIGHLEVEL),
    parameters=ReadDumps,
    cut=cut,
    run=run,
    source_digest=source_digest,
    deadline_s=_DEADLINE_S,
    memory_bytes=_MEMORY_BYTES,
    location_parameters=("input",),
    expect=expect,
    cost=cost,
    remark=remark,
)
