"""Proves that exported folders and rights views show the release they name: the same samples, splits and content.

Each folder is read in its own format, and what it carries is compared with the release, value by value.
"""

from __future__ import annotations

import itertools
import stat
import struct
import tarfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.definitions.contract import introduced_by
from musicdata.errors import InputError, MusicdataError
from musicdata.release.exports import sample as samples
from musicdata.release.exports.comparison import Comparison
from musicdata.release.exports.export import EXPORTS, KINDS
from musicdata.release.exports.record import EXPORT_RECORD, ids_of, read_export_record
from musicdata.release.reading import shape
from musicdata.release.reading.release import open_release
from musicdata.release.record import layout
from musicdata.release.record.files import sums_of
from musicdata.release.record.rights import RIGHTS
from musicdata.system import paths
from musicdata.system.digests import sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa

    from musicdata.release.exports.export import Kind, Payload
    from musicdata.release.exports.record import ExportRecord
    from musicdata.release.reading.release import Release

    Samples = Iterator[tuple[str, str, Payload]]
    Tables = Iterator[tuple[str, str, Iterator[pa.Table] | None]]

MOST_PROBLEMS = 20
"""Problems of one kind that are named in one folder; the others are counted."""

_BROKEN = (
    MusicdataError,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    RecursionError,
    MemoryError,
    tarfile.TarError,
    zlib.error,
    struct.error,
)
"""What reading a folder may raise that is not what it says."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a folder says it shows, and what reads it.

    Attributes:
        record: its own: of an export, or of a release.
        view: rights view of the release it shows.
        own: the files that are not among `record.files`.
        carries: payloads that its samples have.
        samples: what it carries of each sample; `tables` of other tables.
    """

    record: ExportRecord | layout.Record
    view: layout.View
    own: tuple[str, ...]
    carries: tuple[Kind, ...]
    samples: Samples
    tables: Tables


def check_exports(release: Release, folders: Sequence[Path]) -> list[str]:
    """Return what is wrong with folders that claim to show `release`: nothing, if they do.

    Each is an export (it has `VIEW.json`) or a release in a rights view (it has `RELEASE.json`). Proved are: the
    same name, version and content_root; every file whole, and nothing beside them; the same samples in the same splits;
    and that what a folder carries is what the release holds.

    Args:
        release: in the view the folders were made from, or in full.
        folders: exports and rights views.

    Returns:
        A line for each problem; it begins with the folder and names the file, or the sample and what of it.

    Raises:
        IntegrityError: `release` itself is damaged.
    """
    held = shape.hold(release)
    return [f"{folder}: {problem}" for folder in folders for problem in _problems(held, folder)]


def _problems(release: Release, folder: Path) -> list[str]:
    try:
        claim = _shown_release(release, folder) if (folder / layout.RECORD).is_file() else _export(release, folder)
    except MusicdataError as error:
        return [str(error)]
    if strange := list(_identity_problems(release, claim)):
        return strange
    if odd := list(_odd_files(folder)):  # they are not waited for, nor followed
        return odd
    beside = shape.beside(release)
    comparison = Comparison(
        claim.view if claim.view != release.record.view else None,
        shape.columns_of(release, layout.SAMPLES),
        release.contract(beside) if beside else None,
    )
    return [
        *_few(_file_problems(folder, claim)),
        *_few(_sample_problems(release, claim, comparison)),
        *_few(_table_problems(release, claim, comparison)),
    ]


def _export(release: Release, folder: Path) -> _Claim:
    record = read_export_record(folder)
    export = EXPORTS.find(record.view)
    tables = export.tables(folder, release) if export.tables else iter(())
    return _Claim(record, record.release_view, (EXPORT_RECORD,), export.carries, export.read(folder, release), tables)


def _shown_release(release: Release, folder: Path) -> _Claim:
    shown = shape.hold(open_release(folder))
    payloads = ((sample.sample_id, sample.split, sample.payload(KINDS)) for sample in samples.iterate(shown))
    own = (layout.RECORD, layout.SUMS)
    return _Claim(shown.record, shown.record.view, own, KINDS, payloads, _other_tables(release, shown))


def _other_tables(release: Release, shown: Release) -> Tables:
    """Yield the tables that are not already among what is shown of each sample."""
    seen, has = {layout.SAMPLES, shape.beside(release), RIGHTS}, shape.configs(shown)
    for config in shape.configs(release):
        for split in shape.splits(release, config) if config not in seen else ():
            rows = shape.reader_of(shown, split).iterate_config(config) if config in has else None
            yield config, split, rows
    for config in has:
        if config not in shape.configs(release):
            yield config, "", iter(())


def _few(problems: Iterator[str]) -> Iterator[str]:
    yield from itertools.islice(problems, MOST_PROBLEMS)
    if more := sum(1 for _ in problems):
        yield f"and {more:,} more problems of this kind"


def _identity_problems(release: Release, claim: _Claim) -> Iterator[str]:
    """Say in what the folder is of another release; then nothing else of it can be proved."""
    expected, there = release.record, claim.record
    for name in ("name", "version", "content_root"):
        if getattr(there, name) != getattr(expected, name):
            yield f"its {name} is {getattr(there, name)}, the release's is {getattr(expected, name)}"
    if expected.view not in ("full", claim.view):
        yield f"it shows the view {claim.view!r}, which {expected.view!r} cannot prove; check it with the full release"


def _odd_files(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            yield f"{path.relative_to(folder).as_posix()} is {paths.kind_of(mode)}; an export has regular files only"


def _file_problems(folder: Path, claim: _Claim) -> Iterator[str]:
    for file in claim.record.files:
        path = folder / file.path
        if not paths.is_regular(path):
            yield f"{file.path} is missing"
        elif path.stat().st_size != file.bytes:
            yield f"{file.path} has {path.stat().st_size:,} bytes, its record says {file.bytes:,}"
        elif sha256_of_file(path) != file.sha256:
            yield f"{file.path} is not what its record says: another sha256"
    named = {file.path for file in claim.record.files} | set(claim.own)
    for path in sorted(folder.rglob("*")):
        if not path.is_dir() and path.relative_to(folder).as_posix() not in named:
            yield f"{path.relative_to(folder).as_posix()} is not in its record"
    if isinstance(claim.record, layout.Record):
        is_there = (folder / layout.SUMS).is_file()
        if not is_there or paths.read_inside(folder, layout.SUMS) != sums_of(folder, claim.record):
            yield f"{layout.SUMS} is not that of its files"


def _sample_problems(release: Release, claim: _Claim, comparison: Comparison) -> Iterator[str]:
    """Walk through the samples of both, which are in the same order."""
    if not isinstance(claim.record, layout.Record) and claim.record.ids != ids_of(release):
        yield f"{EXPORT_RECORD} says it has other samples than the release"
    strays = _Strays()
    expected, claimed = samples.iterate(release), _in_order(claim.samples)
    next_sample = next(expected, None)
    try:
        for sample_id, split, payload in claimed:
            place = _place(sample_id, split)
            while next_sample is not None and _place(next_sample.sample_id, next_sample.split) < place:
                strays.missing[next_sample.sample_id] = next_sample.split
                next_sample = next(expected, None)
            if next_sample is None or _place(next_sample.sample_id, next_sample.split) != place:
                strays.astray[sample_id] = split
                continue
            for problem in comparison.payloads(next_sample.payload(claim.carries), payload, claim.carries):
                yield f"sample {sample_id} ({split}): {problem}"
            next_sample = next(expected, None)
    except _BROKEN as error:
        yield f"cannot be read to its end: {type(error).__name__}: {error}"
    else:
        strays.missing |= {
            sample.sample_id: sample.split for sample in (*([next_sample] if next_sample else []), *expected)
        }
    yield from strays.problems()


def _place(sample_id: str, split: str) -> tuple[tuple[int, str], str]:
    return shape.split_order(split), sample_id


def _in_order(claimed: Samples) -> Samples:
    """Pass on samples that are in order.

    Raises:
        InputError: one is not.
    """
    last = None
    for sample_id, split, payload in claimed:
        place = _place(sample_id, split)
        if last is not None and place <= last:
            raise InputError(f"sample {sample_id} ({split}) is there twice, or not in order")
        last = place
        yield sample_id, split, payload


class _Strays:
    """Gathers samples that are not where the release has them."""

    def __init__(self) -> None:
        self.missing: dict[str, str] = {}
        self.astray: dict[str, str] = {}

    def problems(self) -> Iterator[str]:
        """Yield a line a sample."""
        for sample_id in sorted(self.missing.keys() | self.astray.keys()):
            has, split = self.missing.get(sample_id), self.astray.get(sample_id)
            if has and split:
                yield f"sample {sample_id} is in {split}, the release has it in {has}"
            elif has:
                yield f"sample {sample_id} ({has}) is missing"
            else:
                yield f"sample {sample_id} ({split}) is not in the release"


def _table_problems(release: Release, claim: _Claim, comparison: Comparison) -> Iterator[str]:
    """Compare the other tables; a narrower view may lack some, and have some of its own."""
    try:
        for config, split, pieces in claim.tables:
            place = f"table {config}{f' ({split})' if split else ''}"
            if pieces is None or config not in shape.configs(release):
                if comparison.view is None:
                    yield f"{place} is {'missing' if pieces is None else 'not in the release'}"
                continue
            for problem in _compared(release, config, split, pieces, comparison):
                yield f"{place}: {problem}"
    except _BROKEN as error:
        yield f"its tables cannot be read to their end: {type(error).__name__}: {error}"


def _compared(
    release: Release, config: str, split: str, pieces: Iterator[pa.Table], comparison: Comparison
) -> Iterator[str]:
    columns = shape.columns_of(release, config)
    key = release.contract(introduced_by(release) if config == layout.SAMPLES else config).key
    first = next(pieces, None)
    if first is None:
        pieces, names = iter(()), list(key)
    else:
        pieces, names = itertools.chain([first], pieces), first.column_names
    if unknown := sorted(set(names) - set(columns)):
        yield f"column {unknown[0]} is not in the release"
        return
    expected = shape.reader_of(release, split).iterate_config(config, names)
    yield from comparison.tables(columns, key, expected, pieces)
