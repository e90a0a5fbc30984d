"""A projection of the frozen vectors, trained on lines and the sections they are from: does it find more, and where?

It is trained under the data set's own split and under the leaky one: the second shows what twins in train give away.
It is a system among the others only if it finds more than the frozen vectors on the valid split.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.search import DenseSearch
from musicdata_baselines.search.projection import HeldOut, ProjectedEncoder, ProjectionHead, project_songs
from musicdata_baselines.suites.text_search.asking import ask
from musicdata_baselines.suites.text_search.results import HEAD, HeadTraining
from musicdata_baselines.suites.text_search.systems import System

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata_baselines.suites.text_search.asking import Searching
    from musicdata_baselines.suites.text_search.dataset import SongSet
    from musicdata_baselines.suites.text_search.encoders import Encoders, Remembering
    from musicdata_baselines.suites.text_search.queries import QuerySet

LEAST_PAIRS = 200
LEAST_ASKED = 30
SCHEMES = ("grouped", "random")


@dataclass(frozen=True, slots=True, eq=False)
class Heads:
    """What training came to.

    Attributes:
        trained: one a scheme.
        system: the projection trained under the data set's own split, where it ships.
    """

    trained: tuple[HeadTraining, ...] = ()
    system: System | None = None


def train(data: SongSet, encoders: Encoders, frozen: dict[str, DenseSearch], seed: int) -> Heads:
    """Train a projection of the vectors of the most frequent language that has an encoder.

    Args:
        data: songs and lines.
        encoders: that are here.
        frozen: encoder → fitted search by its vectors.
        seed: of the training.
    """
    counts = Counter(language for language in data.songs.languages if language in encoders.of_language)
    if not counts or not len(data.lines):
        return Heads()
    name = encoders.of_language[min(counts, key=lambda language: (-counts[language], language))]
    languages = sorted(language for language, other in encoders.of_language.items() if other == name)
    there = np.isin(data.lines.languages, languages) & (data.lines.n_relevant > 0)
    lines = data.lines.take(np.flatnonzero(there))
    trained, system = [], None
    for scheme in SCHEMES:
        if (parts := _parts(data, lines, scheme)) is None:
            continue
        head = _fit(data, parts, encoders.by_name[name], seed)
        encoder = ProjectedEncoder(encoders.by_name[name], head)
        search = DenseSearch(encoder).fit(project_songs(data.songs, encoder)) if head.ships else frozen[name]
        trained.append(_training(data, parts, scheme, head, frozen[name], search))
        if scheme == SCHEMES[0] and head.ships:
            system = System(HEAD, search, frozenset(languages))
    return Heads(tuple(trained), system)


def _parts(data: SongSet, lines: QuerySet, scheme: str) -> dict[str, QuerySet] | None:
    """Return the lines of each split of a scheme; None where there are too few."""
    if scheme not in data.all.splits:
        return None
    split = data.all.splits[scheme][np.searchsorted(data.all.ids, lines.sources)]
    parts = {name: lines.take(np.flatnonzero(split == name)) for name in ("train", "valid", "test")}
    few = len(parts["train"]) < LEAST_PAIRS or min(len(parts["valid"]), len(parts["test"])) < LEAST_ASKED
    return None if few else parts


def _fit(data: SongSet, parts: dict[str, QuerySet], encoder: Remembering, seed: int) -> ProjectionHead:
    train, valid = parts["train"], parts["valid"]
    vectors = encoder.encode(train.texts, query=True).vectors
    numbers = np.unique(train.groups, return_inverse=True)[1]
    held_out = HeldOut(
        queries=encoder.encode(valid.texts, query=True).vectors,
        relevant=[songs.tolist() for songs in valid.relevant],
        vectors=data.songs.vectors[encoder.facts.name],
        n_songs=len(data.songs),
    )
    targets = _targets(data, train, vectors, encoder.facts.name)
    known = np.abs(targets).sum(axis=1) > 0
    return ProjectionHead(seed=seed).fit(vectors[known], targets[known], numbers[known], held_out)


def _targets(data: SongSet, lines: QuerySet, vectors: NDArray[np.float32], name: str) -> NDArray[np.float32]:
    """Return for each line the section (lines, width) of its song that is nearest to it; zeros where it has none."""
    table = data.songs.vectors[name]
    song_of = {sample_id: number for number, sample_id in enumerate(data.songs.ids)}
    targets = np.zeros_like(vectors)
    for number, source in enumerate(lines.sources.tolist()):
        song = song_of.get(source, len(data.songs))
        rows = np.arange(*np.searchsorted(table.song, [song, song + 1]))
        if len(rows) > 1:
            rows = rows[table.section[rows] >= 0]
        if len(rows):
            sections = table.vectors[rows].astype(np.float32)
            targets[number] = sections[int((sections @ vectors[number]).argmax())]
    return targets


def _training(
    data: SongSet,
    parts: dict[str, QuerySet],
    scheme: str,
    head: ProjectionHead,
    frozen: Searching,
    search: Searching,
) -> HeadTraining:
    test = parts["test"]
    before, after = (ask(HEAD, one, test, data.groups).reciprocal_ranks for one in (frozen, search))
    return HeadTraining(
        scheme=scheme,
        n_pairs=len(parts["train"]),
        ships=head.ships,
        mrr=float(after.mean()),
        frozen_mrr=float(before.mean()),
        valid_mrr=float(max(head.history_)),
        frozen_valid_mrr=float(head.history_[0]),
    )
