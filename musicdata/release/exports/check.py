"""Proves that exported folders and rights views show the release they name: the same samples, splits and content.

Each folder is read in its own format, and what it carries is compared with the release, value by value.
"""

from __future__ import annotations

import contextlib
import itertools
import struct
import tarfile
import tempfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.definitions.contract import introduced_by
from musicdata.errors import InputError, MusicdataError
from musicdata.release.exports import sample as samples
from musicdata.release.exports.comparison import Comparison
from musicdata.release.exports.export import EXPORTS, KINDS
from musicdata.release.exports.folder import file_problems
from musicdata.release.exports.record import EXPORT_RECORD, ids_of, read_export_record
from musicdata.release.reading import shape
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from musicdata.release.record.rights import RIGHTS
from musicdata.release.record.tree import Tree
from musicdata.release.sharing import redaction
from musicdata.release.sharing.proof import view_problems
from musicdata.release.verify.files import verify
from musicdata.release.verify.gate import require_whole
from musicdata.system.paths import is_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import pyarrow as pa

    from musicdata.release.exports.export import Kind, Payload
    from musicdata.release.exports.record import ExportRecord

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
        record: of an export; None of a release.
        carries: payloads that its samples have.
        samples: what it carries of each sample; `tables` of other tables.
    """

    record: ExportRecord | None
    carries: tuple[Kind, ...]
    samples: Samples
    tables: Tables


def check_exports(release: Release, folders: Sequence[Path]) -> list[str]:
    """Return what is wrong with folders that claim to show `release`: nothing, if they do.

    Each is an export (it has `VIEW.json`) or a release in a rights view (it has `RELEASE.json`). Proved are: the
    same name, version and content_root; every file whole, and nothing beside them; the same samples in the same splits;
    and that what a folder carries is what the release holds. An export of a narrower view is compared with that view,
    rendered anew into a temporary folder and proved cell by cell itself.

    Args:
        release: in the view the folders were made from, or in full; it is verified first.
        folders: exports and rights views.

    Returns:
        A line for each problem; it begins with the folder and names the file, or the sample and what of it.

    Raises:
        IntegrityError: `release` itself is damaged.
    """
    require_whole(release.root, "so it proves nothing")
    with contextlib.ExitStack() as stack:
        views = _Views(shape.hold(release), stack)
        return [f"{folder}: {problem}" for folder in folders for problem in _problems(views, folder)]


@dataclass(frozen=True, slots=True)
class _Views:
    """The release that proves, in each rights view that it is asked for."""

    release: Release
    _open: contextlib.ExitStack
    _rendered: dict[str, Release] = field(default_factory=dict)

    def of(self, view: layout.View) -> Release:
        """Return the release in a view, rendered once into a folder that goes when all is proved."""
        if view == self.release.record.view:
            return self.release
        if view not in self._rendered:
            scratch = self._open.enter_context(tempfile.TemporaryDirectory(prefix="musicdata-view-"))
            redaction.render(self.release.root, view, Path(scratch) / view)
            self._rendered[view] = shape.hold(open_release(Path(scratch) / view))
        return self._rendered[view]


def _problems(views: _Views, folder: Path) -> list[str]:
    try:
        if is_regular(folder / layout.RECORD):
            return _problems_of_release(views.release, folder)
        record = read_export_record(folder)
        if strange := list(_identity_problems(views.release, record)):
            return strange
        tree = Tree.of(folder)
        if tree.oddities or any(file.path not in tree.sizes for file in record.files):  # a pipe would be waited for
            return _few(file_problems(folder, record.files, (EXPORT_RECORD,)))
        release = views.of(record.release_view)
        claim = _claim(release, record, folder)
    except MusicdataError as error:
        return [str(error)]
    return [*_few(file_problems(folder, record.files, (EXPORT_RECORD,))), *_differences(release, claim)]


def _problems_of_release(release: Release, folder: Path) -> list[str]:
    """Return what is wrong with a release that claims to be this one, or a view of it."""
    record = layout.read_record(folder)
    shown = shape.hold(Release(folder, record))
    if strange := list(_identity_problems(release, record)):
        return strange
    problems = _few(map(str, verify(folder)))
    if record.view != release.record.view:
        return [*problems, *_few(_until_broken(view_problems(release, shown)))]
    payloads = ((sample.sample_id, sample.split, sample.payload(KINDS)) for sample in samples.iterate(shown))
    return [*problems, *_differences(release, _Claim(None, KINDS, payloads, _other_tables(release, shown)))]


def _claim(release: Release, record: ExportRecord, folder: Path) -> _Claim:
    export = EXPORTS.find(record.view)
    tables = export.tables(folder, release) if export.tables else iter(())
    return _Claim(record, export.carries, export.read(folder, release), tables)


def _differences(release: Release, claim: _Claim) -> list[str]:
    beside = shape.beside(release)
    table = release.contract(beside) if beside else None
    comparison = Comparison(shape.columns_of(release, layout.SAMPLES), table)
    return [
        *_few(_sample_problems(release, claim, comparison)),
        *_few(_table_problems(release, claim, comparison)),
    ]


def _until_broken(problems: Iterator[str]) -> Iterator[str]:
    try:
        yield from problems
    except _BROKEN as error:
        yield f"cannot be read to its end: {type(error).__name__}: {error}"


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


def _few(problems: Iterable[str]) -> list[str]:
    every = iter(problems)
    first = list(itertools.islice(every, MOST_PROBLEMS))
    more = sum(1 for _ in every)
    return [*first, f"and {more:,} more problems of this kind"] if more else first


def _identity_problems(release: Release, there: ExportRecord | layout.Record) -> Iterator[str]:
    """Say in what the folder is of another release; then nothing else of it can be proved."""
    expected = release.record
    view = there.view if isinstance(there, layout.Record) else there.release_view
    for name in ("name", "version", "content_root"):
        if getattr(there, name) != getattr(expected, name):
            yield f"its {name} is {getattr(there, name)}, the release's is {getattr(expected, name)}"
    if expected.view not in ("full", view):
        yield f"it shows the view {view!r}, which {expected.view!r} cannot prove; check it with the full release"


def _sample_problems(release: Release, claim: _Claim, comparison: Comparison) -> Iterator[str]:
    """Walk through the samples of both, which are in the same order."""
    if claim.record is not None and claim.record.ids != ids_of(release):
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
