"""Reads a workspace or a release as paired views: what the baselines fit to and the controls look at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import introduced_by
from musicdata.definitions.splits import SPLITS
from musicdata.errors import InputError
from musicdata_baselines.linear.pca import RandomizedPCA
from musicdata_baselines.suites.paired_views.controls.subject import Subject
from musicdata_baselines.suites.paired_views.results import ViewFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.paired_views.settings import PairedViewsSettings

# Features; wider views are reduced by PCA fitted on the train split: first each note, then the whole sample.
COMPRESS_NOTES_ABOVE, NOTES_COMPRESSED_TO = 256, 128
COMPRESS_ABOVE, COMPRESSED_TO = 1024, 512
NOTES_FITTED = 2048

LEAST_SAMPLES = 2  # of a split, and groups of the test split, for any figure to mean something
LEAST_GROUPS = 2


@dataclass(frozen=True, slots=True)
class Dataset:
    """A data set as its baselines see it.

    Attributes:
        subject: the paired views with ids, splits, groups and metadata, in order of sample_id.
        facts: what each view is.
        categories: class of each sample, None where the recipe names none.
    """

    subject: Subject
    facts: tuple[ViewFacts, ...]
    categories: NDArray[Any] | None

    def rows(self, split: str) -> NDArray[np.intp]:
        """Return the rows of a split."""
        return self.subject.rows(split)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is to learn from and to ask.

    Attributes:
        n_samples: split → samples; `n_groups` split → groups.
        tables: digest of every table that the suite reads.
    """

    n_samples: dict[str, int]
    n_groups: dict[str, int]
    tables: dict[str, str]

    def too_few(self, split_by: str) -> str:
        """Say what there is too little of for a figure to mean anything, and what helps; "" for enough.

        Args:
            split_by: name of the stage that places samples in splits; "" for unknown.
        """
        few = [split for split, n in self.n_samples.items() if n < LEAST_SAMPLES]
        if few:
            counts = ", ".join(f"{split} {n}" for split, n in self.n_samples.items())
            lacking = sum(LEAST_SAMPLES - self.n_samples[split] for split in few)
            what = (
                f"{', '.join(few)} has fewer than {LEAST_SAMPLES} samples ({counts}): {lacking} more are needed there"
            )
        elif self.n_groups["test"] < LEAST_GROUPS:
            what = (
                f"all {self.n_samples['test']} samples of test are of one group, and what it shows may be its own: "
                f"{LEAST_GROUPS - self.n_groups['test']} group more is needed there"
            )
        else:
            return ""
        return (
            f"{what}; build from more songs, or choose other shares with --set {split_by or 'STAGE'}.split.test=… or "
            "another --seed"
        )


def sizes(work: TableSource, wanted: PairedViewsSettings) -> Sizes:
    """Count samples and groups of each split, without reading a view."""
    home, ids = introduced_by(work), _sample_ids(work, next(iter(wanted.views.values())).partition(".")[0])
    split, groups = _column(work, f"{home}.split", ids), _column(work, f"{home}.group_id", ids)
    return Sizes(
        n_samples={name: int((split == name).sum()) for name in SPLITS},
        n_groups={name: len(set(groups[split == name])) for name in SPLITS},
        tables=_digests(work, wanted),
    )


def _sample_ids(work: TableSource, table: str) -> list[str]:
    return strings(pc.unique(work.table(table, ["sample_id"]).column("sample_id")))


def _digests(work: TableSource, wanted: PairedViewsSettings) -> dict[str, str]:
    tables = {name.partition(".")[0] for name in wanted.columns()} | {introduced_by(work)}
    return {table: work.digest(table) for table in sorted(tables)}


def read(work: TableSource, wanted: PairedViewsSettings) -> Dataset:
    """Read the views that a recipe names.

    Wide notes and wide samples are reduced by PCA fitted on the train split, so that no part of a wide view stays in
    memory.

    Raises:
        InputError: the views are not of the same samples.
    """
    views = _read_views(work, wanted)
    sample_ids = next(iter(views.values())).sample_ids
    home = introduced_by(work)
    split = _column(work, f"{home}.split", sample_ids)
    train = np.flatnonzero(split == "train")
    subject = Subject(
        names=tuple(views),
        views={modality: view.compressed(train) for modality, view in views.items()},
        split=split,
        sample_ids=np.array(sample_ids),
        groups=_column(work, f"{home}.group_id", sample_ids),
        certain_pairs=wanted.certain,
        tied_pairs=wanted.tied,
        metadata={m: {c: _a_sample(work, c, sample_ids) for c in columns} for m, columns in wanted.metadata.items()},
        lengths={modality: _a_sample(work, column, sample_ids) for modality, column in wanted.lengths.items()},
    )
    return Dataset(
        subject=subject,
        facts=tuple(
            ViewFacts(m, source, views[m].shape, _extractor(work, source.split(".")[0]), subject.views[m].shape[1])
            for m, source in wanted.views.items()
        ),
        categories=_column(work, wanted.category, sample_ids) if wanted.category else None,
    )


@dataclass(frozen=True, slots=True)
class _View:
    """One modality: its sample ids, the shape a sample has in its table, and its features (samples, features)."""

    sample_ids: list[str]
    shape: tuple[int, ...]
    features: NDArray[np.float32]

    def compressed(self, train: NDArray[np.intp]) -> NDArray[np.float32]:
        """Return the features, reduced by PCA fitted on the rows of `train` when there are too many.

        The components are rotated at random (the same way every time): estimators standardise columns, and a ridge on
        standardised components would no longer know which of them are small.
        """
        if self.features.shape[1] <= COMPRESS_ABOVE:
            return self.features
        scores = RandomizedPCA(COMPRESSED_TO).fit(self.features[train]).transform(self.features)
        rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((scores.shape[1], scores.shape[1])))
        rotated: NDArray[np.float32] = (scores @ rotation).astype(np.float32)
        return rotated


def _read_views(work: TableSource, settings: PairedViewsSettings) -> dict[str, _View]:
    views = {modality: _read_view(work, *source.split(".")) for modality, source in settings.views.items()}
    first, *others = views
    for modality in others:
        if views[modality].sample_ids != views[first].sample_ids:
            odd = min(set(views[modality].sample_ids) ^ set(views[first].sample_ids))
            raise InputError(f"{work.root}: the views {first} and {modality} are not of the same samples, e.g. {odd}")
    return views


def _read_view(work: TableSource, table: str, column: str) -> _View:
    """Read a view part by part; wide notes are reduced by PCA, fitted on the train split, before they are gathered."""
    shape = next(work.vectors(table, column))[1].shape[1:]
    n_notes = 1 if work.contract(table).key == ("sample_id",) else shape[0]
    width = int(np.prod(shape)) // n_notes
    reduce = _fit_notes(work, table, column, width) if n_notes > 1 and width > COMPRESS_NOTES_ABOVE else None
    sample_ids: list[str] = []
    gathered = []
    for part_ids, part in work.vectors(table, column):
        notes = part.reshape(-1, width)
        notes = reduce.transform(notes) if reduce else notes
        gathered.append(notes.astype(np.float32).reshape(len(part), -1))
        sample_ids += part_ids
    return _View(sample_ids, shape, np.concatenate(gathered))


def _fit_notes(work: TableSource, table: str, column: str, width: int) -> RandomizedPCA:
    """Fit to `NOTES_FITTED` notes of the train split, taken at even distances."""
    n_notes = sum(part.shape[0] * part.shape[1] for _, part in work.vectors(table, column, split="train"))
    drawn = np.unique(np.linspace(0, n_notes - 1, NOTES_FITTED).astype(np.int64))
    gathered, seen = [], 0
    for _, part in work.vectors(table, column, split="train"):
        notes = part.reshape(-1, width)
        gathered.append(notes[drawn[(drawn >= seen) & (drawn < seen + len(notes))] - seen])
        seen += len(notes)
    return RandomizedPCA(NOTES_COMPRESSED_TO).fit(np.concatenate(gathered).astype(np.float32))


def _extractor(work: TableSource, table: str) -> str:
    """Return name, version and parameters of what made a feature table, which says so in every row."""
    names = ["extractor", "extractor_version", "parameters"]
    row = next(work.rows(table, columns=names))
    settings = ", ".join(f"{key} {value}" for key, value in json.loads(row["parameters"]).items())
    return f"{row['extractor']} {row['extractor_version']} ({settings})"


def _column(work: TableSource, path: str, sample_ids: Sequence[str]) -> NDArray[Any]:
    """Return a column that has one value a sample, in order of `sample_ids`."""
    name, column = path.split(".")
    table = work.table(name, ["sample_id", column])
    where = pc.index_in(pa.array(sample_ids), table.column("sample_id").combine_chunks())
    return np.asarray(table.column(column).take(where).to_pylist())


def _a_sample(work: TableSource, path: str, sample_ids: Sequence[str]) -> NDArray[np.float64]:
    """Return one number a sample: a text's characters, a number itself; of a table with a row a note, their sum."""
    name, column = path.split(".")
    described = work.contract(name).column(column)
    table = work.table(name, ["sample_id", column])
    values = pc.utf8_length(table.column(column)) if described.type == "string" else table.column(column)
    numbers: Any = values.cast(pa.float64())  # the stubs refuse every filling of a column of an open type
    summed = pa.table([table.column("sample_id"), numbers.fill_null(0.0)], ["sample_id", "value"])
    summed = summed.group_by("sample_id", use_threads=False).aggregate([("value", "sum")])
    where = pc.index_in(pa.array(sample_ids), summed.column("sample_id").combine_chunks())
    return np.asarray(summed.column("value_sum").take(where).to_numpy(), dtype=np.float64)
