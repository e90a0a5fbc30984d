"""The songs of an index: read from the tables once, written beside each other in one order, mapped from then on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings, vectors
from musicdata.definitions.contract import introduced_by
from musicdata.errors import InputError
from musicdata.music.queries.parts import EMOTIONS, Known, fold, with_surnames
from musicdata_baselines.search import SectionTable, Songs, Vectors
from musicdata_baselines.suites.text_search.reading import column_of, read_sections, read_vectors
from musicdata_baselines.suites.text_search.searching.store import (
    Column,
    Names,
    Texts,
    matrix,
    numbers,
    one_array,
    open_table,
    write_table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings

SONGS, SECTIONS, ARTISTS, TITLES = "songs.arrow", "sections.arrow", "artists.arrow", "titles.arrow"
UNKNOWN = "und"
_MOODS = pa.list_(pa.float32(), len(EMOTIONS))


@dataclass(frozen=True, eq=False)
class SongIndex:
    """Songs with all that is asked of them, in order of id.

    Attributes:
        table: a row a song.
        songs: the same, as it is searched.
        known: what a query can name.
    """

    table: pa.Table
    songs: Songs
    known: Known

    def __len__(self) -> int:
        return len(self.table)

    def column(self, name: str) -> Array:
        """Return a column in one piece."""
        return one_array(self.table, name)

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """Numbers of the groups of songs with nearly the same words, (songs,)."""
        return numbers(self.table, "group")

    @cached_property
    def moods(self) -> NDArray[np.float32]:
        """How near each song is to each emotion, (songs, emotions), NaN where nobody knows."""
        return matrix(self.table, "moods")

    @cached_property
    def has_words(self) -> bool:
        """Say whether any song has words."""
        return self.column("text").null_count < len(self)

    def number_of(self, sample_id: str) -> int:
        """Return the number of a song, −1 for one that is not there."""
        found = pc.index(self.column("sample_id"), pa.scalar(sample_id, pa.string())).as_py()
        return int(found)


def write_songs(data: TableSource, settings: TextSearchSettings, folder: Path) -> None:
    """Read what a data set has of its songs, and write it into a folder of our own.

    Raises:
        InputError: there is no song.
    """
    home = introduced_by(data)
    known = sorted(strings(data.table(home, ["sample_id"]).column("sample_id")))
    if not known:
        raise InputError(f"{data.root}: there is no song in {home} to search")
    ids = np.array(known, dtype=np.str_)
    table = _facts(data, settings, ids)
    write_table(folder, SONGS, table)
    _write_names(folder, ARTISTS, with_surnames(_distinct(table, "artist_key")))
    _write_names(folder, TITLES, {title: title for title in _distinct(table, "title_key")})
    number_of = {sample_id: number for number, sample_id in enumerate(known)}
    if settings.sections:
        sections = read_sections(data, settings.sections, number_of)
        columns = {name: getattr(sections, name) for name in _OF_SECTIONS}
        write_table(folder, SECTIONS, pa.table({name: pa.array(one) for name, one in columns.items()}))
    for encoder, path in settings.vectors.items():
        found = read_vectors(data, path, number_of)
        if found is not None:
            write_table(folder, vectors_name(encoder), _vector_table(found))


_OF_SECTIONS = ("song", "index", "first_line", "n_lines")


def _facts(data: TableSource, settings: TextSearchSettings, ids: NDArray[np.str_]) -> pa.Table:
    def texts(path: str) -> list[str | None]:
        return column_of(data, path, ids) if path else [None] * len(ids)

    artists, titles = texts(settings.artist), texts(settings.title)
    groups = texts(settings.relevance_group)
    of_group = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    years = [year or 0 for year in texts(settings.year)]
    columns: dict[str, Any] = {
        "sample_id": pa.array(ids.tolist(), pa.string()),
        "artist": pa.array(artists, pa.string()),
        "title": pa.array(titles, pa.string()),
        "genre": pa.array(texts(settings.genre), pa.string()),
        "year": pa.array(years, pa.int32()),
        "language": pa.array([language or UNKNOWN for language in texts(settings.language)], pa.string()),
        "artist_key": pa.array(_folded(artists), pa.string()),
        "title_key": pa.array(_folded(titles), pa.string()),
        "group": pa.array(
            [of_group[group] if group else -1 - number for number, group in enumerate(groups)], pa.int32()
        ),
        "text": pa.array([text or None for text in texts(settings.texts)], pa.large_string()),
        "moods": _moods(data, settings, ids),
    }
    return pa.table(columns)


def _folded(names: Iterable[str | None]) -> list[str | None]:
    return [fold(name) if name else None for name in names]


def _moods(data: TableSource, settings: TextSearchSettings, ids: NDArray[np.str_]) -> Array:
    moods = np.full((len(ids), len(EMOTIONS)), np.nan, np.float32)
    name, _, column = settings.emotions.partition(".")
    number_of = {sample_id: number for number, sample_id in enumerate(ids.tolist())}
    for rows in data.iterate(name, ["sample_id", column]) if name else ():
        scored = rows.filter(pc.is_valid(rows.column(column)))
        if len(scored):
            values = data.contract(name).column(column).unpack(scored.column(column).combine_chunks())
            places = [number_of[one] for one in strings(scored.column("sample_id"))]
            moods[places] = values[:, : len(EMOTIONS)]
    return vectors(pa.array(moods.reshape(-1)), _MOODS)


def _distinct(table: pa.Table, name: str) -> set[str]:
    return {value for value in table.column(name).unique().to_pylist() if value}


def _write_names(folder: Path, name: str, meant: dict[str, str]) -> None:
    keys = sorted(meant)
    values = [meant[key] for key in keys]
    write_table(folder, name, pa.table({"key": pa.array(keys, pa.string()), "value": pa.array(values, pa.string())}))


def vectors_name(encoder: str) -> str:
    """Return the name of the file with the vectors of an encoder."""
    return f"vectors-{encoder}.arrow"


def _vector_table(found: Vectors) -> pa.Table:
    flat = pa.array(found.vectors.reshape(-1))
    columns: dict[str, Any] = {
        "song": pa.array(found.song),
        "section": pa.array(found.section),
        "vector": vectors(flat, pa.list_(flat.type, found.vectors.shape[1])),
    }
    return pa.table(columns).replace_schema_metadata({"weights_sha256": found.weights_sha256})


def open_songs(folder: Path, files: Iterable[str], encoders: Iterable[str]) -> SongIndex:
    """Map the songs that `write_songs` wrote.

    Args:
        folder: of the index.
        files: there are in it.
        encoders: whose vectors are wanted, where there are any.

    Raises:
        IntegrityError: a file is missing or damaged.
    """
    there = set(files)
    table = open_table(folder, SONGS)
    by_encoder = {one: _open_vectors(folder, one) for one in encoders if vectors_name(one) in there}
    column = {name: Column(one_array(table, name)) for name in ("sample_id", "artist", "title", "genre", "language")}
    songs = Songs(
        ids=column["sample_id"],
        texts=Texts(one_array(table, "text")),
        titles=column["title"],
        artists=column["artist"],
        genres=column["genre"],
        years=numbers(table, "year"),
        languages=column["language"],
        sections=_open_sections(folder) if SECTIONS in there else SectionTable.empty(),
        vectors=by_encoder,
    )
    return SongIndex(table, songs, _known(folder, table))


def _open_vectors(folder: Path, encoder: str) -> Vectors:
    table = open_table(folder, vectors_name(encoder))
    weights = (table.schema.metadata or {}).get(b"weights_sha256", b"").decode()
    return Vectors(numbers(table, "song"), numbers(table, "section"), matrix(table, "vector"), weights)


def _open_sections(folder: Path) -> SectionTable:
    table = open_table(folder, SECTIONS)
    return SectionTable(*(numbers(table, name) for name in _OF_SECTIONS))


def _known(folder: Path, table: pa.Table) -> Known:
    years = numbers(table, "year")
    dated = years[years > 0]
    artists, titles = _open_names(folder, ARTISTS), _open_names(folder, TITLES)
    return Known(
        languages=frozenset(_distinct(table, "language") - {UNKNOWN}),
        genres=tuple(sorted(_distinct(table, "genre"))),
        artists=artists if len(artists) else None,
        years=(int(dated.min()), int(dated.max())) if len(dated) else None,
        titles=titles if len(titles) else None,
    )


def _open_names(folder: Path, name: str) -> Names:
    table = open_table(folder, name)
    return Names(Column(one_array(table, "key")), Column(one_array(table, "value")))
