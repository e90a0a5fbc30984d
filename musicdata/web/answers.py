"""What the page asks of a data set, and the answers."""

from __future__ import annotations

import functools
import importlib.resources
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.web import asking, counting, groups, sample, upload
from musicdata.web.asking import Asked, BadRequestError
from musicdata.web.library import Library
from musicdata.web.media import Media, Medium
from musicdata.web.neighbours import Neighbours

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.definitions.contract import Contract
    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.table_source import TableSource

_OF_ROWS = ("table", "where", "words")


def files() -> dict[str, bytes]:
    """Return name → content of each file that the page itself is made of."""
    place = importlib.resources.files("musicdata.web") / "page"
    return {file.name: file.read_bytes() for file in place.iterdir() if "." in file.name}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What can be done with a data set beyond looking at its rows, as its recipe says.

    Attributes:
        begin: table that is shown first.
        join: fits the space of the data set's modalities; None where it has none.
        finds_doubts: that space tells which modalities of a sample fit badly.
        search_words: answers a question in words; None where the data set has no words to search.
        describe_file: finds the texts nearest to a file of the user's own, by its bytes and how its name ends; None
            where nothing leads from a file to texts.
    """

    begin: str = ""
    join: Callable[[Callable[[str], None]], JointSpace] | None = None
    finds_doubts: bool = False
    search_words: Callable[[str, int, str], dict[str, Any]] | None = None
    describe_file: Callable[[bytes, str], dict[str, Any]] | None = None


@dataclass
class Page:
    """A data set on a page.

    Attributes:
        source: workspace or release.
        overview: returns what the page says first.
        rejects: contract of dropped items; None where nothing says which were dropped.
        abilities: returns what can be done with it, once somebody asks: that takes longer than to open it.
    """

    source: TableSource
    overview: Callable[[], dict[str, Any]]
    rejects: Contract | None = None
    abilities: Callable[[], Abilities] = Abilities
    library: Library = field(init=False)
    media: Media = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.library = Library(self.source, self.rejects)
        self.media = Media(self.source)

    @property
    def can(self) -> Abilities:
        """Return what can be done with the data set."""
        with self._lock:
            return self._can

    @functools.cached_property
    def _can(self) -> Abilities:
        return self.abilities()

    @functools.cached_property
    def _neighbours(self) -> Neighbours | None:
        return Neighbours(self._can.join) if self._can.join else None

    def about(self, query: bytes) -> dict[str, Any]:
        """Say what the data set is and what its tables and columns mean."""
        Asked(query, ())
        return self.overview() | {
            "begin": self.can.begin,
            "can": {
                "near": self.can.join is not None,
                "suspects": self.can.join is not None and self.can.finds_doubts,
                "search": self.can.search_words is not None,
                "describe": self.can.describe_file is not None,
                "groups": bool(groups.home(self.library)),
                "hear": any(c.is_sound for name in self.library.tables for c in self.library.contract(name).columns),
            },
            "thumbnails": sample.thumbnail(self.library),
            "tables": {table: self._about(table) for table in self.library.tables},
        }

    def _about(self, table: str) -> dict[str, Any]:
        contract = self.library.contract(table)
        columns = [
            {
                "name": column.name,
                "type": column.kind,
                "unit": column.unit,
                "description": column.description,
                "of": column.content_of,
                "refers": column.name in contract.references and column.name != SAMPLE_ID,
            }
            for column in contract.columns[: asking.MAX_ROWS]
        ]
        return {"description": contract.description, "key": contract.key, "columns": columns}

    def rows(self, query: bytes) -> dict[str, Any]:
        """Return a page of rows of a table, with a thumbnail for each where samples have pictures."""
        asked = Asked(query, (*_OF_ROWS, "sort", "down", "offset", "limit"))
        table = self._table(asked)
        found = self.library.rows(
            table,
            asked.conditions("where"),
            asked.text("words"),
            asked.text("sort"),
            asked.number("offset", 0, 0, asking.MAX_OFFSET),
            asked.number("limit", 50, 1, asking.MAX_ROWS),
            down=bool(asked.number("down", 0, 0, 1)),
        )
        return found | {"pictures": self._pictures(found)}

    def _pictures(self, found: dict[str, Any]) -> list[str]:
        table = sample.thumbnail(self.library)
        if not table or "sample_id" not in found["columns"]:
            return []
        column = next(c.name for c in self.library.contract(table).columns if c.is_picture)
        place = found["columns"].index("sample_id")
        return [self.media.name(Medium(table, column, (row[place],))) for row in found["rows"]]

    def facets(self, query: bytes) -> dict[str, Any]:
        """Return what a table can be filtered by, with counts."""
        asked = Asked(query, _OF_ROWS)
        table = self._table(asked)
        return {"facets": counting.facets(self.library, table, asked.conditions("where"), asked.text("words"))}

    def _table(self, asked: Asked) -> str:
        return asked.one_of("table", self.library.tables, self.can.begin or next(iter(self.library.tables), ""))

    def sample(self, query: bytes) -> dict[str, Any]:
        """Return everything about one sample."""
        return sample.describe(self.library, self.media, Asked(query, ("id",)).text("id"))

    def groups(self, query: bytes) -> dict[str, Any]:
        """Return groups of near-duplicates."""
        asked = Asked(query, ("offset", "limit"))
        limit = asked.number("limit", 50, 1, asking.MAX_ROWS)
        return groups.describe(self.library, asked.number("offset", 0, 0, asking.MAX_OFFSET), limit)

    def near(self, query: bytes) -> dict[str, Any]:
        """Return the samples that lie near one."""
        asked = Asked(query, ("id", "of", "to", "k"))
        k = asked.number("k", 10, 1, asking.MAX_ROWS)
        return self._joined().near(asked.text("id"), asked.text("of"), asked.text("to"), k)

    def map(self, query: bytes) -> dict[str, Any]:
        """Return the points of all samples."""
        Asked(query, ())
        return self._joined().map()

    def suspects(self, query: bytes) -> dict[str, Any]:
        """Return the samples whose modalities fit worst."""
        Asked(query, ())
        return self._joined().suspects()

    def _joined(self) -> Neighbours:
        with self._lock:
            neighbours = self._neighbours
        if neighbours is None:
            raise BadRequestError("the modalities have no common space", "space", "the recipe validates none", 409)
        return neighbours

    def search(self, query: bytes) -> dict[str, Any]:
        """Return the samples that answer a sentence."""
        asked = Asked(query, ("q", "k", "without"))
        if self.can.search_words is None:
            raise BadRequestError("there are no words to search by meaning", "q", "use the words in Browse", 409)
        return self.can.search_words(asked.text("q"), asked.number("k", 10, 1, 100), asked.text("without"))

    def describe(self, data: bytes) -> dict[str, Any]:
        """Return the texts nearest to a file of the user's own."""
        if self.can.describe_file is None:
            raise BadRequestError("nothing here leads from a file to texts", "file", "see musicdata describe", 409)
        return self.can.describe_file(data, upload.ending_of(data))
