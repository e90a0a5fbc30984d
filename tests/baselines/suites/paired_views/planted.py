"""Synthetic data sets with a known link between their views, and the faults that are planted in them.

Three modalities see the same item through their own mixtures: audio and sheet share 24 latents, lyrics see a few of
them faintly, and each has nuisance of its own. Items come in groups of one to five that resemble each other, groups in
clusters (corpora, composers), and ids are sorted by cluster, as file names are.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata_baselines.suites.paired_views.controls.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Fault = Callable[[Subject, int], Subject]
    Array = NDArray[Any]

SHARED = 24
NUISANCE = 10


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a synthetic data set is like; the defaults are a clean set that should raise no finding.

    Attributes:
        n: items.
        clusters: corpora or composers, each a run of the sorted ids.
        widths: columns of audio, sheet and lyrics.
        noise: standard deviation of a column's noise, against latents of standard deviation one.
        cluster_share: share of each latent's variance that all items of a cluster have in common.
        group_share: likewise of a group.
        tail: degrees of freedom of Student's noise; 0 for Gaussian noise.
        loudness_tail: degrees of freedom of a scale that multiplies all the noise of one item in one view; 0 for none.
        repeated_lyrics: share of items that have one of five lyric vectors, bit for bit.
    """

    n: int = 4000
    clusters: int = 12
    widths: tuple[int, int, int] = (80, 80, 40)
    noise: float = 1.68
    cluster_share: float = 0.1
    group_share: float = 0.6
    tail: float = 0.0
    loudness_tail: float = 0.0
    repeated_lyrics: float = 0.0


def make(seed: int, recipe: Recipe | None = None) -> Subject:
    """Make a clean data set."""
    r = recipe or Recipe()
    rng = np.random.default_rng(seed)
    cluster, group, ids = _order(r, rng)
    latents = _nested(r, rng, cluster, group, SHARED)
    seen = {"audio": latents, "sheet": latents, "lyrics": 0.5 * latents[:, :3]}
    views = {
        name: _view(r, rng, visible, _nested(r, rng, cluster, group, NUISANCE), width)
        for (name, visible), width in zip(seen.items(), r.widths, strict=True)
    }
    if r.repeated_lyrics:
        same = rng.random(r.n) < r.repeated_lyrics
        views["lyrics"][same] = views["lyrics"][rng.choice(r.n, 5)][rng.integers(0, 5, same.sum())]
    metadata = _metadata(rng, r.n)
    return Subject(
        names=tuple(views),
        views={name: view.astype(np.float32) for name, view in views.items()},
        split=_split(rng, group),
        sample_ids=ids,
        groups=np.char.add("g", rng.permutation(10 * r.n)[group].astype(str)),
        certain_pairs=(("audio", "sheet"),),
        metadata=metadata,
        lengths={name: next(iter(columns.values())) for name, columns in metadata.items()},
    )


def _order(r: Recipe, rng: np.random.Generator) -> tuple[Array, Array, Array]:
    """Return cluster and group of each item, and its id; a group is a song, one in ten is two songs of its cluster."""
    lengths = rng.integers(1, 5, r.n)
    song = np.repeat(np.arange(r.n), lengths)[: r.n]
    cluster = song * r.clusters // (song[-1] + 1)
    joined = np.arange(r.n)
    for twin in np.flatnonzero(rng.random(song[-1] + 1) < 0.1):
        other = rng.choice(np.unique(song[cluster == cluster[song == twin][0]]))
        if lengths[twin] + lengths[other] <= 5 and joined[other] == other and (joined == other).sum() == 1:
            joined[twin] = other
    window = np.arange(r.n) - np.searchsorted(song, song)
    ids = [f"{c:03d}_{s:06d}-{w:03d}" for c, s, w in zip(cluster, song, window, strict=True)]
    return cluster, joined[song], np.array(ids)


def _nested(r: Recipe, rng: np.random.Generator, cluster: Array, group: Array, width: int) -> Array:
    """Return variables (n, width) of variance one that clusters and groups have in part in common."""
    item_share = 1 - r.cluster_share - r.group_share
    return np.asarray(
        np.sqrt(r.cluster_share) * rng.standard_normal((r.clusters, width))[cluster]
        + np.sqrt(r.group_share) * rng.standard_normal((r.n, width))[group]
        + np.sqrt(item_share) * rng.standard_normal((r.n, width))
    )


def _view(r: Recipe, rng: np.random.Generator, visible: Array, nuisance: Array, width: int) -> Array:
    """Return what one modality sees, (n, width): a mixture, noise, and columns of unequal scale and offset."""
    causes = np.hstack([visible, 1.5 * nuisance])
    mixture = rng.standard_normal((width, causes.shape[1]))
    if width >= causes.shape[1]:  # every cause is then seen equally well, whatever the seed
        mixture = np.linalg.qr(mixture)[0] * np.sqrt(width)
    mixture /= np.sqrt(SHARED)
    noise = rng.standard_t(r.tail, (r.n, width)) if r.tail else rng.standard_normal((r.n, width))
    if r.loudness_tail:
        noise *= np.sqrt(r.loudness_tail / rng.chisquare(r.loudness_tail, (r.n, 1)))
    seen = causes @ mixture.T + r.noise * noise
    return np.asarray(seen * 10 ** rng.uniform(-1, 1, width) + 10 * rng.standard_normal(width))


def _split(rng: np.random.Generator, group: Array) -> Array:
    place = rng.choice(["train", "valid", "test"], group.max() + 1, p=[0.7, 0.15, 0.15])
    return np.asarray(place[group])


def _metadata(rng: np.random.Generator, n: int) -> dict[str, dict[str, Array]]:
    """Return what the files tell: audio and sheet are as long as the music; nothing ties the lyrics to either."""
    seconds = rng.lognormal(2.3, 0.3, n)
    return {
        "audio": {
            "n_samples": np.rint(22050 * (seconds + 2)),
            "bytes": np.rint(18000 * seconds * rng.lognormal(0, 0.1, n)),
        },
        "sheet": {
            "width": np.rint(600 + 40 * seconds * rng.lognormal(0, 0.1, n)),
            "bytes": np.rint(rng.lognormal(9, 0.1, n)),
        },
        "lyrics": {"characters": rng.poisson(80, n).astype(float)},
    }


def _replaced(subject: Subject, modality: str, rows: Array) -> Subject:
    """Return the subject with row i of one modality, its metadata included, being what row rows[i] was."""
    return dataclasses.replace(
        subject,
        views=subject.views | {modality: subject.views[modality][rows]},
        metadata=subject.metadata | {modality: {c: v[rows] for c, v in subject.metadata[modality].items()}},
        lengths=subject.lengths | {modality: subject.lengths[modality][rows]},
    )


def shuffled(subject: Subject, seed: int, share: float) -> Subject:
    """Re-pair a share of the sheets among themselves, none with its own."""
    rng = np.random.default_rng(seed)
    n = len(subject.sample_ids)
    chosen = rng.permutation(n)[: max(2, round(share * n))]
    rows = np.arange(n)
    rows[chosen] = np.roll(chosen, 1)  # one cycle through the chosen in random order
    return _replaced(subject, "sheet", rows)


def off_by_one(subject: Subject, seed: int, first: float = 0.0, last: float = 1.0) -> Subject:
    """Pair each item with the sheet of the row before; between two places of the set where only a shard is to slip."""
    n = len(subject.sample_ids)
    rows = np.arange(n)
    shard = slice(int(first * n), int(last * n))
    rows[shard] = np.roll(rows[shard], 1)
    return _replaced(subject, "sheet", rows)


def off_by_one_in_songs(subject: Subject, seed: int) -> Subject:
    """Pair each window with the sheet of the next window of its song, the last with the first."""
    songs = np.array([sample_id.rpartition("-")[0] for sample_id in subject.sample_ids])
    rows = np.arange(len(songs))
    for song in np.unique(songs):
        members = np.flatnonzero(songs == song)
        rows[members] = np.roll(members, -1)
    return _replaced(subject, "sheet", rows)


def constant_modality(subject: Subject, seed: int) -> Subject:
    """Give every item the same features in one modality, as when a renderer draws nothing."""
    rng = np.random.default_rng(seed)
    modality = str(rng.choice(subject.names))
    rows = np.full(len(subject.sample_ids), rng.integers(len(subject.sample_ids)))
    return _replaced(subject, modality, rows)


def leaked_id(subject: Subject, seed: int, form: str = "number", modalities: tuple[str, ...] = ("audio",)) -> Subject:
    """Overwrite one column of each modality named with something that identifies the row.

    Args:
        subject: clean.
        seed: of places, scales and noise.
        form: "number" the row's number; "noisy" the same, with noise of a thousandth of the range; "hash" a number
            that is the same in every modality and says nothing else; "group" the number of the row's group.
        modalities: which leak.
    """
    rng = np.random.default_rng(seed)
    n = len(subject.sample_ids)
    number = np.linspace(0, 1, n)
    leak = {
        "number": number,
        "noisy": number + rng.normal(0, 1e-3, n),
        "hash": rng.permutation(n) / n,
        "group": subject.group_numbers / subject.group_numbers.max(),
    }[form]
    views = dict(subject.views)
    for modality in modalities:
        views[modality] = views[modality].copy()
        views[modality][:, rng.integers(views[modality].shape[1])] = rng.uniform(0.5, 50) * leak + rng.normal(0, 10)
    return dataclasses.replace(subject, views=views)


def duplicated(subject: Subject, seed: int, share: float = 0.01, noise: float = 0.0) -> Subject:
    """Overwrite items of the test and valid splits, a share of the whole set, with items of train.

    Args:
        subject: clean.
        seed: of the choice.
        share: of all items.
        noise: standard deviation of what is added to each column, against its own; 0 for copies bit for bit.
    """
    rng = np.random.default_rng(seed)
    count = max(1, round(share * len(subject.sample_ids)))
    originals = rng.choice(subject.rows("train"), count, replace=False)
    copies = rng.choice(subject.rows("valid", "test"), count, replace=False)
    rows = np.arange(len(subject.sample_ids))
    rows[copies] = originals
    spoiled = subject
    for modality in subject.names:
        spoiled = _replaced(spoiled, modality, rows)
        view = spoiled.views[modality]  # a copy already
        view[copies] += noise * view.std(axis=0) * rng.standard_normal((count, view.shape[1])).astype(view.dtype)
    return spoiled


def swapped(subject: Subject, seed: int, share: float = 0.05) -> Subject:
    """Put the audio of a share of the items in the place of their sheets, and the sheets in the place of their audio."""
    rng = np.random.default_rng(seed)
    n = len(subject.sample_ids)
    rows = rng.permutation(n)[: round(share * n)]
    audio, sheet = (subject.views[name].copy() for name in ("audio", "sheet"))
    audio[rows], sheet[rows] = sheet[rows], audio[rows]
    return dataclasses.replace(subject, views=subject.views | {"audio": audio, "sheet": sheet})


FAULTS: dict[str, Fault] = {
    "1 % of pairs shuffled": lambda s, seed: shuffled(s, seed, 0.01),
    "5 % of pairs shuffled": lambda s, seed: shuffled(s, seed, 0.05),
    "10 % of pairs shuffled": lambda s, seed: shuffled(s, seed, 0.1),
    "50 % of pairs shuffled": lambda s, seed: shuffled(s, seed, 0.5),
    "off by one": off_by_one,
    "off by one in each song": off_by_one_in_songs,
    "off by one in a tenth of the set": lambda s, seed: off_by_one(s, seed, 0.4, 0.5),
    "one modality constant": constant_modality,
    "row number in one view": leaked_id,
    "row number with noise in one view": lambda s, seed: leaked_id(s, seed, "noisy"),
    "hash of the id in two views": lambda s, seed: leaked_id(s, seed, "hash", ("audio", "sheet")),
    "group number in two views": lambda s, seed: leaked_id(s, seed, "group", ("audio", "lyrics")),
    "1 % duplicated across splits": duplicated,
    "1 % nearly duplicated across splits": lambda s, seed: duplicated(s, seed, noise=0.01),
    "5 % with audio and sheet swapped": swapped,
}
