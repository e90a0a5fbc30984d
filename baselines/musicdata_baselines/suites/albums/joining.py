"""The space of albums: where their songs and their reviews lie beside one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from threadpoolctl import threadpool_limits

from musicdata.definitions.contract import introduced_by
from musicdata.definitions.joint_space import JointSpace, unit_rows
from musicdata.errors import UsageError
from musicdata_baselines.columns import samples_column
from musicdata_baselines.suites.albums import dataset, methods
from musicdata_baselines.suites.albums.parts import Parts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.albums.settings import AlbumsSettings


def join(data: TableSource, settings: AlbumsSettings, progress: Callable[[str], None]) -> JointSpace:
    """Return the space of CCA fitted to the train part of the disjoint scheme: an album's mean song and mean review.

    Raises:
        UsageError: the data set lacks what is learned from, or has too few albums.
        InputError: no album has both songs and reviews.
    """
    settings = settings.among(data)
    if missing := sorted({name.partition(".")[0] for name in settings.columns()} - set(data.tables)):
        raise UsageError(f"no space can be fitted: {data.root} has no {', '.join(missing)}")
    progress("features")
    read = dataset.read(data, settings)
    parts = Parts.of(read, settings.disjoint, settings.asked)
    if parts.too_few:
        raise UsageError(f"no space can be fitted: {parts.too_few}")
    progress("CCA of songs and reviews")
    with threadpool_limits(1, user_api="blas"):
        ridge = methods.choose_ridge(parts, "cpu")
        model = methods.fit_cca(parts, parts.train, read.review_album[parts.train], ridge, "cpu")
        songs = _mean(model.transform_one(read.audio, 0), read.song_album, read.n_albums)
        reviews = _mean(model.transform_one(read.text, 1), read.review_album, read.n_albums)
    home = introduced_by(data)
    return JointSpace(
        sample_ids=read.sample_ids,
        views={"audio": unit_rows(songs), "reviews": unit_rows(reviews)},
        method=f"{methods.WEIGHTED}, ridge {ridge.shrinkage:g}, fitted to {len(parts.train):,} reviews of train",
        split=np.array(samples_column(data, f"{home}.split", read.sample_ids)),
        groups=read.groups,
        notes=("Albums of train were fitted to: their own reviews come out nearer than new ones would.",),
    )


def _mean(rows: NDArray[Any], owner: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Return the mean (n, d) of the rows that each has."""
    sums = np.zeros((n, rows.shape[1]))
    np.add.at(sums, owner, rows)
    return sums / np.maximum(np.bincount(owner, minlength=n), 1)[:, None]
