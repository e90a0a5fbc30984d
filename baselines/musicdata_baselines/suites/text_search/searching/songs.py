"""The songs of an index, and what is known of each that is no word of it."""

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
from musicdata_baselines.columns import samples_column
from musicdata_baselines.search import SectionTable, Songs
from musicdata_baselines.suites.text_search.reading import read_sections, read_vectors
from musicdata_baselines.suites.text_search.searching.store import (
    Column,
    Names,
    map_rows,
    matrix,
    numbers,
    one_array,
    write_rows,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.arrow import Array
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings

FACTS, ARTISTS, TITLES = "facts.arrow", "artists.arrow", "titles.arrow"
UNKNOWN = "und"
_MOODS = pa.list_(pa.float32(), len(EMOTIONS))


@dataclass(frozen=True, eq=False)
class SongIndex:
    """Songs with all that is asked of them, in order of id.

    Attributes:
        facts: a row a song.
        songs: the same, as they are searched.
        known: what a query can name.
    """

    facts: pa.Table
    songs: Songs
    known: Known

    def __len__(self) -> int:
        return len(self.facts)

    def column(self, name: str) -> Array:
        """Return a column of facts in one piece."""
        return one_array(self.facts, name)

    @cached_property
    def groups(self) -> NDArray[np.int32]:
        """Numbers of the groups of songs with nearly the same words, (songs,)."""
        return numbers(self.facts, "group")

    @cached_property
    def moods(self) -> NDArray[np.float32]:
        """How near each song is to each emotion, (songs, emotions), NaN where nobody knows."""
        return matrix(self.facts, "moods")

    def number_of(self, sample_id: str) -> int:
        """Return the number of a song, −1 for one that is not there."""
        found = pc.index(self.column("sample_id"), pa.scalar(sample_id, pa.string())).as_py()
        return -1 if found is None else found


def read_songs(data: TableSource, settings: TextSearchSettings) -> SongIndex:
    """Read what a data set has of its songs.

    Raises:
        InputError: there is no song.
    """
    home = introduced_by(data)
    known = sorted(strings(data.table(home, ["sample_id"]).column("sample_id")))
    if not known:
        raise InputError(f"{data.root}: there is no song in {home} to search")
    ids = np.array(known, dtype=np.str_)
    number_of = {sample_id: number for number, sample_id in enumerate(known)}

    def column(path: str) -> list[Any]:
        return samples_column(data, path, ids) if path else [None] * len(ids)

    by_encoder = {name: read_vectors(data, path, number_of) for name, path in settings.vectors.items()}
    sections = read_sections(data, settings.sections, number_of) if settings.sections else SectionTable.empty()
    songs = Songs(
        ids=tuple(known),
        texts=[text or "" for text in column(settings.texts)],
        titles=column(settings.title),
        artists=column(settings.artist),
        genres=column(settings.genre),
        years=np.array([year or 0 for year in column(settings.year)], dtype=np.int32),
        languages=[language or UNKNOWN for language in column(settings.language)],
        sections=sections,
        vectors={name: one for name, one in by_encoder.items() if one is not None},
    )
    facts = _facts(songs, column(settings.relevance_group), _moods(data, settings, number_of))
    artists, titles = with_surnames(_distinct(facts, "artist_key")), _distinct(facts, "title_key")
    return SongIndex(facts, songs, _known(facts, artists, {title: title for title in titles}))


def _facts(songs: Songs, groups: list[str | None], moods: NDArray[np.float32]) -> pa.Table:
    of_group = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    codes = [of_group[group] if group else -1 - number for number, group in enumerate(groups)]
    columns: dict[str, Any] = {
        "sample_id": pa.array(songs.ids, pa.string()),
        "genre": pa.array(songs.genres, pa.string()),
        "year": pa.array(songs.years),
        "language": pa.array(songs.languages, pa.string()),
        "artist_key": pa.array(_folded(songs.artists), pa.string()),
        "title_key": pa.array(_folded(songs.titles), pa.string()),
        "group": pa.array(codes, pa.int32()),
        "moods": vectors(pa.array(moods.reshape(-1)), _MOODS),
    }
    return pa.table(columns)


def _folded(names: Iterable[str | None]) -> list[str | None]:
    return [fold(name) if name else None for name in names]


def _moods(data: TableSource, settings: TextSearchSettings, number_of: Mapping[str, int]) -> NDArray[np.float32]:
    moods = np.full((len(number_of), len(EMOTIONS)), np.nan, np.float32)
    name, _, column = settings.emotions.partition(".")
    for rows in data.iterate(name, ["sample_id", column]) if name else ():
        scored = rows.filter(pc.is_valid(rows.column(column)))
        if len(scored):
            values = data.contract(name).column(column).unpack(scored.column(column).combine_chunks())
            moods[[number_of[one] for one in strings(scored.column("sample_id"))]] = values[:, : len(EMOTIONS)]
    return moods


def _distinct(table: pa.Table, name: str) -> set[str]:
    return {value for value in table.column(name).unique().to_pylist() if value}


def _known(facts: pa.Table, artists: Mapping[str, str], titles: Mapping[str, str]) -> Known:
    years = numbers(facts, "year")
    dated = years[years > 0]
    return Known(
        languages=frozenset(_distinct(facts, "language") - {UNKNOWN}),
        genres=tuple(sorted(_distinct(facts, "genre"))),
        artists=artists or None,
        years=(int(dated.min()), int(dated.max())) if len(dated) else None,
        titles=titles or None,
    )


def write_facts(index: SongIndex, folder: Path) -> None:
    """Write what is known of songs into a folder of our own."""
    write_rows(folder, FACTS, index.facts)
    for name, meant in ((ARTISTS, index.known.artists), (TITLES, index.known.titles)):
        names: Any = meant or {}
        keys = sorted(names)
        columns = {"key": pa.array(keys, pa.string()), "value": pa.array([names[key] for key in keys], pa.string())}
        write_rows(folder, name, pa.table(columns))


def open_facts(folder: Path, songs: Songs) -> SongIndex:
    """Map what `write_facts` wrote of these songs.

    Raises:
        IntegrityError: a file is missing or damaged.
    """
    facts = map_rows(folder, FACTS)
    return SongIndex(facts, songs, _known(facts, _open_names(folder, ARTISTS), _open_names(folder, TITLES)))


def _open_names(folder: Path, name: str) -> Names:
    table = map_rows(folder, name)
    return Names(Column(one_array(table, "key")), Column(one_array(table, "value")))
