"""Which reviews are nearest to a recording of the user's own, as in the paper's demonstration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from musicdata.definitions.contract import introduced_by
from musicdata.definitions.suite import Description, Nearest
from musicdata.errors import InputError, UsageError
from musicdata_baselines.columns import samples_column
from musicdata_baselines.retrieval import normalise
from musicdata_baselines.retrieval.firsts import Firsts
from musicdata_baselines.suites.albums import dataset, methods, recording
from musicdata_baselines.suites.albums.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.suite import Cell
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.linear.cca import CCA
    from musicdata_baselines.suites.albums.dataset import AlbumSet
    from musicdata_baselines.suites.albums.settings import AlbumsSettings

MOST_ASKED = 500  # recordings of the test part by which is told how much to believe


def describe(data: TableSource, settings: AlbumsSettings, file: Path, k: int, device: str) -> Description:
    """Return the reviews nearest to a recording, by CCA fitted to the train part of the disjoint scheme.

    Raises:
        InputError: the recording cannot be read, or the data set is too small to learn from.
        UsageError: the data set lacks what is learned from.
        SetupError: it is sound, and Essentia is not installed.
        DeviceError: the device is unknown or not there.
    """
    settings = settings.among(data)
    if missing := sorted({name.partition(".")[0] for name in settings.columns()} - set(data.tables)):
        raise UsageError(
            f"{data.root} has no {', '.join(missing)}: describe needs the features, and a split to learn from"
        )
    given = recording.read(file, settings.audio)
    read = dataset.read(data, settings)
    parts = Parts.of(read, settings.disjoint, settings.asked)
    if parts.too_few:
        raise InputError(f"{data.root}: {parts.too_few}; describe against a larger release")
    with threadpool_limits(1, user_api="blas"):
        ridge = methods.choose_ridge(parts, device)
        model = methods.fit_cca(parts, parts.train, read.review_album[parts.train], ridge, device)
        songs = normalise(model.transform_one(given.vector[None], 0))
        scores = (songs @ normalise(model.transform_one(read.text, 1)).T)[0]
        right, chance = _how_often(parts, model, k)
    order = _distinct(np.argsort(-scores, kind="stable"), read.text, k)
    return Description(
        file=file.name,
        method=f"{methods.WEIGHTED}, ridge {ridge.shrinkage:g}, {model.n_components_} components",
        nearest=tuple(_nearest(data, settings, read, order, scores)),
        n_candidates=len(scores),
        right=right,
        chance=chance,
        mean_score=float(scores.mean()),
        deviation=float(scores.std()),
        notes=(*given.notes, *_notes(data, settings, parts, given.vector)),
    )


def _distinct(order: NDArray[np.int64], texts: NDArray[np.float32], k: int) -> NDArray[np.int64]:
    """Return the first k of the order that say different things: short reviews are often the same to the word."""
    seen: dict[bytes, int] = {}
    for row in order.tolist():
        seen.setdefault(texts[row].tobytes(), row)
        if len(seen) == k:
            break
    return np.array(list(seen.values()))


def _nearest(
    data: TableSource, settings: AlbumsSettings, read: AlbumSet, order: NDArray[np.int64], scores: NDArray[np.float64]
) -> Iterator[Nearest]:
    home = introduced_by(data)
    columns = [c.name for c in data.contract(home).columns if c.name in {"split", settings.album} - {"sample_id"}]
    ids = read.sample_ids[read.review_album[order]]
    known: dict[str, list[Any]] = {name: samples_column(data, f"{home}.{name}", ids) for name in columns}
    for place, row in enumerate(order.tolist()):
        facts: dict[str, Cell] = {name: values[place] for name, values in known.items()}
        if read.genres is not None:
            facts["genre"] = str(read.genres[read.review_album[row]]) or None
        index = int(read.review_index[row])
        text = _text(data, settings, str(facts.get(settings.album) or ids[place]), index)
        yield Nearest(str(ids[place]), index, float(scores[row]), facts, text)


def _text(data: TableSource, settings: AlbumsSettings, key: str, index: int) -> str | None:
    """Return the words of a review, None where the data set has them not."""
    name, _, column = settings.texts.partition(".")
    if name not in data.tables:
        return None
    number = data.contract(name).key[1]
    found = (row[column] for row in data.rows(name, key, [number, column]) if row[number] == index)
    text = next(found, None)
    return str(text) if text else None


def _how_often(parts: Parts, model: CCA, k: int) -> tuple[float, float]:
    """Return how often one of the k nearest test reviews is of a test recording's own album, and what chance is."""
    songs = parts.test_songs
    drawn = np.sort(np.random.default_rng(0).permutation(len(songs))[:MOST_ASKED])
    asked = normalise(model.transform_one(parts.data.audio[songs[drawn]], 0))
    reviews = normalise(model.transform_one(parts.data.text[parts.test], 1))
    k = min(k, len(reviews))
    owners = parts.review_sets[np.argpartition(-(asked @ reviews.T), k - 1, axis=1)[:, :k]]
    own = parts.song_sets[drawn]
    relevant = np.bincount(parts.review_sets)[own]
    none = np.zeros_like(relevant)
    by_chance = Firsts(none, none + len(reviews), relevant).hits(k)
    return float((owners == own[:, None]).any(axis=1).mean()), float(by_chance.mean())


def _notes(data: TableSource, settings: AlbumsSettings, parts: Parts, vector: NDArray[np.float32]) -> Iterator[str]:
    n_albums = len(np.unique(parts.data.review_album[parts.train]))
    yield (
        f"Fitted to {len(parts.train):,} reviews and the songs of {n_albums:,} albums, the train split of {data.root}; "
        "the nearest are of all splits."
    )
    yield (
        f"It knows {len(vector)} numbers of the sound: no words that are sung, no artist, no year, and nothing of "
        "whether anybody will like it. A review speaks of its own album; what of it holds for yours is for you to hear."
    )
    train = parts.data.audio[parts.train_songs].astype(np.float64)
    scale = train.std(axis=0)
    scale[scale == 0] = 1.0
    away = np.abs((np.vstack([vector, train]) - train.mean(axis=0)) / scale).mean(axis=1)
    share = float((away[1:] < away[0]).mean())
    yield (
        f"Every recording has nearest reviews, one unlike any of these too: yours is farther from their mean than "
        f"{share:.0%} of the recordings fitted to."
    )
    if settings.texts.partition(".")[0] not in data.tables:
        yield (
            "The reviews' words are not in the data set: whoever has the source of the reviews finds them by album and "
            "number."
        )
