"""Match albums that have reviews with songs of theirs that have features → `album_samples` and what each has.

Keys are joined and no documents, so that nothing here grows with the width of one; what they hold is read by the stage
that makes features of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.splits import Split
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.music.features import acousticbrainz
from musicdata.stages.place import song_documents

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array, Values
    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.stages.place.song_documents import Documents, Songs

_LOW, _HIGH = "acousticbrainz_lowlevel", "acousticbrainz_highlevel"
_FACTS = ["rating", "n_words", "text_sha256"]
_READS: dict[str, list[str]] = {
    "albums": ["album_id", "root_genre", "sales_rank"],
    "album_groups": ["album_id", "group_id", "artist_group_id"],
    "reviews": ["album_id", "review_index", *_FACTS],
    "recordings": ["album_id", "track_index", "recording_id", "recording_id_given"],
}


def _by_artists() -> Split:
    return Split(by="artist_group_id")


class MatchAlbums(Parameters):
    """How the samples are placed.

    Attributes:
        split: shares of the splits: by artist_group_id no artist is in two of them; by group_id no album is, whatever
            its issue; by sample_id two issues of an album may be.
    """

    split: Split = Field(default_factory=_by_artists)

    @field_validator("split")
    @classmethod
    def _goes_by_what_albums_have(cls, split: Split) -> Split:
        return split.among(("artist_group_id", "group_id", "sample_id"), "albums")


def expect(_parameters: MatchAlbums, counts: Counts) -> Expected:
    """Tell how much there is at most: as if every album had reviews, and every song features."""
    rows = {"album_samples": "albums", "song_matches": "recordings", "review_matches": "reviews"}
    return Expected(counts["albums"], {table: counts[like] for table, like in rows.items()})


def remark(_parameters: MatchAlbums, inputs: Inputs) -> Remark:
    """Tell how many albums came through, and with how much."""
    samples = inputs.read("album_samples", ["n_reviews", "n_songs", "n_recordings", "has_all_songs"])
    totals = {name: pc.sum(samples.column(name)).as_py() or 0 for name in ("n_reviews", "n_songs", "n_recordings")}
    n_all = pc.sum(samples.column("has_all_songs").cast(pa.int64())).as_py() or 0
    return Remark({"samples": len(samples), **totals, "with_all_songs": n_all})


def cut(_parameters: MatchAlbums, inputs: Inputs) -> Iterator[Shard]:
    """Yield one shard: a recording may be on any album, and its document in any archive."""
    ids = strings(inputs.read("albums", ["album_id"]).column("album_id"))
    if ids:
        digest = cutting.rows_digest(inputs, _READS) + inputs.digest(_LOW) + inputs.digest(_HIGH)
        yield Shard(ids[0], ids[-1], len(ids), digest)


def run(parameters: MatchAlbums, task: Task) -> None:
    """Join albums, reviews, recordings and the keys of documents."""
    albums, groups, reviews, recordings = (task.inputs.read(table, columns) for table, columns in _READS.items())
    ids = albums.column("album_id")
    documents = song_documents.choose(_whole(task), task.inputs.read(_HIGH, ["recording_id", "submission"]))
    songs = song_documents.match(recordings, ids, documents)
    of_album = pc.index_in(reviews.column("album_id"), ids).to_numpy().astype(np.int64)
    n_reviews = np.bincount(of_album, minlength=len(ids))
    n_recordings = np.bincount(songs.album, minlength=len(ids))
    is_sample = (n_reviews > 0) & (n_recordings > 0)
    _reject(task, strings(ids), n_reviews, songs.n_songs, is_sample)
    placed = groups.take(pc.index_in(ids, groups.column("album_id")))
    columns: dict[str, Values] = {
        "sample_id": ids,
        "split": _splits(parameters.split, placed, is_sample),
        "album_id": ids,
        "group_id": placed.column("group_id"),
        "artist_group_id": placed.column("artist_group_id"),
        "n_reviews": pa.array(n_reviews, pa.int32()),
        "n_songs": pa.array(songs.n_songs, pa.int32()),
        "n_recordings": pa.array(n_recordings, pa.int32()),
        "has_all_songs": pa.array(songs.n_lacking == 0),
        "root_genre": albums.column("root_genre"),
        "sales_rank": albums.column("sales_rank"),
    }
    samples = pa.table(list(columns.values()), list(columns))
    task.sink.write("album_samples", samples.filter(pa.array(is_sample)))
    task.sink.write("song_matches", _song_rows(samples, songs, documents, is_sample))
    kept = np.flatnonzero(is_sample[of_album])
    matches = reviews.take(kept).select(["review_index", *_FACTS])
    task.sink.write("review_matches", _beside(samples.take(of_album[kept]), matches))


def _whole(task: Task) -> pa.Table:
    """Return the keys of the documents that have all that features are made of; the others are rejects."""
    keys = task.inputs.read(_LOW, [*song_documents.KEY, "n_missing"])
    if not np.any(keys.column("n_missing").to_numpy()):
        return keys
    lacking: dict[int, list[str]] = {}
    for name in (leaf.column for leaf in acousticbrainz.PAPER_LEAVES):
        n_before = 0
        for part in task.inputs.iterate(_LOW, [name]):
            empty: list[int] = np.flatnonzero(part.column(name).is_null().to_numpy()).tolist()
            for row in empty:
                lacking.setdefault(n_before + row, []).append(name)
            n_before += len(part)
    for row, names in lacking.items():
        archive, recording_id, submission = (keys.column(name)[row].as_py() for name in song_documents.KEY)
        detail = f"{archive}: it has no {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"
        task.sink.reject(f"{recording_id}-{submission}", "incomplete_document", detail)
    is_whole = np.ones(len(keys), bool)
    is_whole[list(lacking)] = False
    return keys.filter(pa.array(is_whole))


def _reject(
    task: Task,
    ids: list[str],
    n_reviews: NDArray[np.int64],
    n_songs: NDArray[np.int64],
    is_sample: NDArray[np.bool_],
) -> None:
    for row in np.flatnonzero(~is_sample):
        if not n_reviews[row]:
            task.sink.reject(ids[row], "no_reviews", "nobody reviewed the album")
        elif not n_songs[row]:
            task.sink.reject(ids[row], "no_recordings", f"{n_reviews[row]} reviews, and no recording of it is known")
        else:
            detail = f"none of its {n_songs[row]} recordings has a whole document of AcousticBrainz"
            task.sink.reject(ids[row], "no_features", f"{n_reviews[row]} reviews; {detail}")


def _splits(split: Split, placed: pa.Table, is_sample: NDArray[np.bool_]) -> Array:
    items = strings(placed.column("album_id" if split.by == "sample_id" else split.by))
    lent = split.lent(item for item, is_one in zip(items, is_sample, strict=True) if is_one)
    return pa.array([split.place(item, lent) for item in items], pa.string())


def _song_rows(samples: pa.Table, songs: Songs, documents: Documents, is_sample: NDArray[np.bool_]) -> pa.Table:
    kept = np.flatnonzero(is_sample[songs.album])
    document = songs.document[kept]
    facts = documents.chosen.take(document).select(["recording_id", "archive", "submission"])
    more: dict[str, Values] = {
        "song_index": pa.array(songs.index()[kept], pa.int32()),
        "track_index": pa.array(songs.track_index[kept], pa.int32()),
        "n_submissions": pa.array(documents.n_submissions[document], pa.int32()),
        "has_highlevel": pa.array(documents.has_highlevel[document]),
    }
    return _beside(samples.take(songs.album[kept]), facts, pa.table(list(more.values()), list(more)))


def _beside(samples: pa.Table, *facts: pa.Table) -> pa.Table:
    """Return what is known of things of samples, one sample a row, beside the samples' ids and splits."""
    tables = (samples.select(["sample_id", "split"]), *facts)
    columns = {name: table.column(name) for table in tables for name in table.column_names}
    return pa.table(list(columns.values()), list(columns))


STAGE = Stage(
    name="match_albums",
    version=2,
    verb="matches albums' reviews with their songs",
    inputs=("albums", "album_groups", "reviews", "recordings", _LOW, _HIGH),
    outputs=("album_samples", "song_matches", "review_matches"),
    parameters=MatchAlbums,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=0.0001, bytes=200),
    remark=remark,
)
