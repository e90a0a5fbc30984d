"""Reads a workspace or a release as albums with songs and reviews: what the methods fit to and what is asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import introduced_by
from musicdata.definitions.splits import SPLITS
from musicdata.errors import InputError
from musicdata_baselines.columns import samples_column
from musicdata_baselines.suites.albums.reading import (
    INDEX_BITS,
    keys_of,
    read_tokens,
    read_vectors,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.albums.settings import AlbumsSettings
    from musicdata_baselines.views import Sequences


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is, without reading a feature.

    Attributes:
        n_samples: split → albums; `n_groups` split → groups.
        tables: digest of every table that the suite reads.
    """

    n_samples: dict[str, int]
    n_groups: dict[str, int]
    tables: dict[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class AlbumSet:
    """Albums with songs and reviews; songs and reviews say by number which album they are of.

    Attributes:
        sample_ids: (albums,) ascending; albums without a song or a review are left out.
        groups: (albums,) an album and its re-issues share one; `artists` (albums,) likewise the albums of an artist.
        genres: (albums,) class, "" for unknown; None where the recipe names none.
        popularity: (albums,) rank, NaN for unknown; None where the recipe names none.
        audio: (songs, width) float32; `song_album` (songs,) number of the album.
        text: (reviews, width) float32 mean word vectors.
        tokens: token ids of each review, None where the recipe names none; `encoder` (reviews, width) likewise.
        review_album: (reviews,) number of the album; `review_index` (reviews,) of the review in its table.
        parts: scheme → (reviews,) ``train``, ``valid``, ``test`` or "" for none of them.
        n_left_out: what was left out → how many.
    """

    sample_ids: NDArray[np.str_]
    groups: NDArray[np.str_]
    artists: NDArray[np.str_]
    genres: NDArray[np.str_] | None
    popularity: NDArray[np.float64] | None
    audio: NDArray[np.float32]
    song_album: NDArray[np.int64]
    text: NDArray[np.float32]
    tokens: Sequences | None
    encoder: NDArray[np.float32] | None
    review_album: NDArray[np.int64]
    review_index: NDArray[np.int64]
    parts: dict[str, NDArray[np.str_]]
    n_left_out: dict[str, int]

    @property
    def n_albums(self) -> int:
        """Return how many albums there are."""
        return len(self.sample_ids)


def sizes(work: TableSource, settings: AlbumsSettings) -> Sizes:
    """Count albums and groups of each split, without reading features."""
    home = introduced_by(work)
    table = work.table(home, ["split", "group_id"])
    split, groups = np.array(strings(table.column("split"))), np.array(strings(table.column("group_id")))
    tables = {name.partition(".")[0] for name in settings.columns()} | {home}
    return Sizes(
        n_samples={name: int((split == name).sum()) for name in SPLITS},
        n_groups={name: len(set(groups[split == name].tolist())) for name in SPLITS},
        tables={name: work.digest(name) for name in sorted(tables)},
    )


def read(work: TableSource, settings: AlbumsSettings) -> AlbumSet:
    """Read what a recipe names.

    A review counts where every table of reviews has it, with a value; an album counts where it has a song and a review.

    Raises:
        InputError: nothing is left, or a table is not one of songs or reviews.
    """
    home = introduced_by(work)
    ids = np.array(sorted(strings(work.table(home, ["sample_id"]).column("sample_id"))))
    songs, text = read_vectors(work, settings.audio, ids), read_vectors(work, settings.text, ids)
    encoder = read_vectors(work, settings.encoder, ids) if settings.encoder else None
    tokens = read_tokens(work, settings.tokens, ids) if settings.tokens else None
    if tokens is not None and not len(tokens.values.values):  # a release may have them emptied
        tokens = None
    keys = text.keys
    for one in (encoder, tokens):
        keys = np.intersect1d(keys, one.keys) if one is not None else keys
    album = keys >> INDEX_BITS
    whole = np.intersect1d(songs.keys >> INDEX_BITS, album)
    if not len(whole):
        raise InputError(f"{work.root}: no album has both songs ({settings.audio}) and reviews ({settings.text})")
    songs, keys = songs.of_samples(whole), keys[np.isin(album, whole)]
    kept = ids[whole]
    genres = samples_column(work, settings.genre, kept) if settings.genre else None
    popularity = samples_column(work, settings.popularity, kept) if settings.popularity else None
    return AlbumSet(
        sample_ids=kept,
        groups=_texts(samples_column(work, f"{home}.group_id", kept)),
        artists=_texts(samples_column(work, settings.artist, kept)),
        genres=_texts(genres) if genres is not None else None,
        popularity=np.array([np.nan if v is None else float(v) for v in popularity]) if popularity else None,
        audio=songs.values,
        song_album=np.searchsorted(whole, songs.keys >> INDEX_BITS),
        text=text.at(keys),
        tokens=tokens.at(keys) if tokens is not None else None,
        encoder=encoder.at(keys) if encoder is not None else None,
        review_album=np.searchsorted(whole, keys >> INDEX_BITS),
        review_index=keys & ((1 << INDEX_BITS) - 1),
        parts=_parts(work, settings, ids, keys),
        n_left_out={
            "albums without songs or without reviews": len(ids) - len(whole),
            "reviews without every kind of features": len(np.union1d(text.keys, keys)) - len(keys),
        },
    )


def _texts(values: list[Any]) -> NDArray[np.str_]:
    return np.array(["" if value is None else str(value) for value in values], dtype=np.str_)


def _parts(
    work: TableSource, settings: AlbumsSettings, ids: NDArray[np.str_], keys: NDArray[np.int64]
) -> dict[str, NDArray[np.str_]]:
    """Return scheme → the part of each review."""
    name, scheme = settings.scheme.split(".")
    part = settings.part.split(".")[1]
    contract = work.contract(name)
    index = next(column for column in contract.key if column not in {"sample_id", scheme})
    found = {one: np.full(len(keys), "", dtype="<U5") for one in settings.schemes}
    for rows in work.iterate(name, ["sample_id", index, scheme, part]):
        row_keys = keys_of(rows, index, ids)
        for one, parts in found.items():
            mask = np.asarray(pc.equal(rows.column(scheme), pa.scalar(one)).to_numpy(), bool)
            values = np.array(strings(rows.column(part).filter(pa.array(mask))), dtype="<U5")
            place = np.searchsorted(keys, row_keys[mask]).clip(max=len(keys) - 1)
            known = keys[place] == row_keys[mask]
            parts[place[known]] = values[known]
    if missing := [one for one, parts in found.items() if not (parts != "").any()]:
        raise InputError(f"{work.root}: {settings.scheme} has no row of scheme {missing[0]!r}, which [validate] names")
    return found
