"""Tables in memory: pages, counts and histograms equal what the table itself says, of any table."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import musicdata
from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import Contract
from musicdata.errors import IntegrityError
from musicdata.web import counting, groups, sample
from musicdata.web.asking import BadRequestError, Condition
from musicdata.web.library import Library
from musicdata.web.media import Media
from tests.web.made import Made as MadeUp
from tests.web.made import column, contract

N = 30_000


class Made:
    """Tables that no data set of ours has: a stranger's columns, odd values, many rows."""

    contract_ = Contract.of(
        {
            "table": {"name": "odd_things", "description": "One row per thing.", "key": ["thing_id"]},
            "column": [
                {"name": "thing_id", "type": "string", "description": "Thing."},
                {"name": "kind", "type": "string", "nullable": True, "description": "One of few."},
                {"name": "words", "type": "string", "description": "Any text."},
                {"name": "score", "type": "float64", "nullable": True, "description": "A number."},
                {"name": "count", "type": "int32", "description": "A small number."},
                {"name": "is_so", "type": "bool", "description": "Whether."},
                {"name": "vector", "type": "vector", "element": "float32", "shape": [2], "description": "Two numbers."},
            ],
        }
    )
    root = Path()

    def __init__(self, n: int) -> None:
        self.rows_: list[dict[str, Any]] = [
            {
                "thing_id": f"t{number:06d}",
                "kind": (None, "a", 'b"; DROP TABLE x; --', "Ünï")[number % 4],
                "words": "<script>alert(1)</script>" if number % 1000 == 7 else f"Wörter {number % 97}",
                "score": None if number % 10 == 3 else math.nan if number % 100 == 11 else number / n,
                "count": number % 5,
                "is_so": number % 3 == 0,
            }
            for number in range(n)
        ]

    @property
    def tables(self) -> list[str]:
        return ["odd_things"]

    def contract(self, _name: str) -> Contract:
        return self.contract_

    def iterate(self, _name: str, columns: list[str]) -> Iterator[pa.Table]:
        for start in range(0, len(self.rows_), 7001):
            part = pa.Table.from_pylist(self.rows_[start : start + 7001], self.contract_.arrow_schema(columns))
            yield part


@pytest.fixture(scope="module")
def made() -> Made:
    return Made(N)


@pytest.fixture(scope="module")
def library(made: Made) -> Iterator[Library]:
    opened = Library(made)  # type: ignore[arg-type]  # as much of a source as it needs
    yield opened
    opened.close()


def page(
    library: Library, *conditions: Condition, words: str = "", sort: str = "", offset: int = 0, down: bool = False
) -> Any:
    return library.rows("odd_things", conditions, words, sort, offset, 50, down=down)


CASES: list[tuple[Condition, Callable[[dict[str, Any]], bool]]] = [
    (Condition("kind", "in", ("a",)), lambda row: row["kind"] == "a"),
    (
        Condition("kind", "in", ('b"; DROP TABLE x; --', None)),
        lambda row: row["kind"] in ('b"; DROP TABLE x; --', None),
    ),
    (Condition("kind", "in", ("not there",)), lambda _row: False),
    (Condition("kind", "empty", ()), lambda row: row["kind"] is None),
    (Condition("kind", "has", ("uni",)), lambda row: row["kind"] == "Ünï"),
    (Condition("words", "has", ("worter 13",)), lambda row: "Wörter 13" in row["words"]),
    (Condition("words", "has", ("%",)), lambda row: "%" in row["words"]),
    (Condition("score", "range", (0.25, 0.5)), lambda row: row["score"] is not None and 0.25 <= row["score"] <= 0.5),
    (Condition("count", "in", (1, 4)), lambda row: row["count"] in (1, 4)),
    (Condition("count", "range", (3, None)), lambda row: row["count"] >= 3),
    (Condition("is_so", "in", (True,)), lambda row: row["is_so"]),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_conditions(library: Library, made: Made, number: int) -> None:
    condition, fits = CASES[number]
    wanted = [row["thing_id"] for row in made.rows_ if fits(row)]
    found = page(library, condition)
    assert found["n"] == len(wanted)
    assert found["of"] == N
    assert [row[0] for row in found["rows"]] == wanted[:50]
    if len(wanted) > 100:
        assert [row[0] for row in page(library, condition, offset=len(wanted) - 3)["rows"]] == wanted[-3:]


def test_order(library: Library, made: Made) -> None:
    assert [row[0] for row in page(library)["rows"]] == [f"t{number:06d}" for number in range(50)]
    assert page(library, down=True)["rows"][0][0] == f"t{N - 1:06d}"
    assert page(library, offset=N - 1)["rows"][0][0] == f"t{N - 1:06d}"
    assert page(library, offset=N)["rows"] == []
    found = page(library, sort="count", down=True)["rows"]
    assert [row[0] for row in found[:3]] == ["t000004", "t000009", "t000014"]  # equal ones in the table's own order
    last = page(library, sort="score", offset=N - 5)["rows"]
    assert {row[3] for row in last} == {None}  # empty ones come last


def test_words_in_any_text(library: Library, made: Made) -> None:
    assert page(library, words="SCRIPT")["n"] == N // 1000
    assert page(library, words="drop table")["n"] == N // 4
    assert page(library, words="worter 96", sort="count")["n"] == sum("Wörter 96" in row["words"] for row in made.rows_)


def test_facets_count_what_is_there(library: Library, made: Made) -> None:
    condition = Condition("kind", "in", ("a",))
    facets = {one["column"]: one for one in counting.facets(library, "odd_things", [condition], "")}
    assert "thing_id" not in facets  # a key names a row
    everything = Counter(row["kind"] for row in made.rows_)
    assert {one["value"]: one["n"] for one in facets["kind"]["values"]} == everything  # its own condition left out
    fitting = [row for row in made.rows_ if row["kind"] == "a"]
    assert {one["value"]: one["n"] for one in facets["is_so"]["values"]} == Counter(row["is_so"] for row in fitting)
    assert facets["count"]["bins"] == [sum(row["count"] == n for row in fitting) for n in range(5)]
    scores = [row["score"] for row in fitting if row["score"] is not None and not math.isnan(row["score"])]
    assert sum(facets["score"]["bins"]) == len(scores)
    assert facets["score"]["least"] == 0
    assert facets["score"]["empty"] == sum(row["score"] is None or math.isnan(row["score"]) for row in made.rows_)


def test_nothing_else_can_be_opened(library: Library, tmp_path: Path) -> None:
    """Whatever becomes SQL one day: the engine has nothing but the tables."""
    duckdb = pytest.importorskip("duckdb")
    (tmp_path / "x.csv").write_text("a\n1\n")
    for text in (
        f"SELECT * FROM read_csv('{tmp_path}/x.csv')",
        "SELECT * FROM '/etc/passwd'",
        f"COPY odd_things TO '{tmp_path}/y.csv'",
        f"ATTACH '{tmp_path}/z.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access=true",
        "SET lock_configuration=false",
        "SELECT * FROM made",
    ):
        with pytest.raises(duckdb.Error):
            library.ask(text)
    assert sorted(tmp_path.iterdir()) == [tmp_path / "x.csv"]


@pytest.mark.parametrize(
    "condition",
    [
        Condition("nothing", "in", (1,)),
        Condition("kind", "in", (1,)),
        Condition("count", "in", ("1",)),
        Condition("is_so", "in", (1,)),
        Condition("count", "in", (True,)),
        Condition("vector", "empty", ()),
    ],
)
def test_what_cannot_be_asked_is_told(library: Library, condition: Condition) -> None:
    with pytest.raises(BadRequestError) as told:
        page(library, condition)
    assert told.value.facts()["remedy"]


def test_what_is_left_of_what_was_dropped(crawled: Path) -> None:
    data = musicdata.open_work(crawled)
    library, media = Library(data, contracts.load("rejects")), Media(data)
    dropped = next(row for row in data.reader.rejects() if row["stage"] == "fetch_lyrics")
    facts = sample.describe(library, media, dropped["key"])
    tables = {one["table"]: one for one in facts["tables"]}
    reason = tables["rejects"]["columns"].index("reason")
    assert dropped["reason"] in {row[reason] for row in tables["rejects"]["rows"]}
    assert "tracks" in tables  # what it was before
    with pytest.raises(BadRequestError, match="no such sample"):
        sample.describe(library, media, "nobody")
    library.close()


def test_every_table_of_a_data_set_can_be_looked_at(validated: Path, crawled: Path) -> None:
    for work in (validated, crawled):
        data = musicdata.open_work(work)
        library = Library(data, contracts.load("rejects"))
        assert library.tables == [*data.tables, "rejects"]
        for table in library.tables:
            found = library.rows(table, [], "", "", 0, 5, down=False)
            wanted = (
                sum(1 for _ in data.rows(table, columns=[data.contract(table).key[0]]))
                if table != "rejects"
                else sum(1 for _ in data.reader.rejects())
            )
            assert found["of"] == wanted, table
            counting.facets(library, table, [], "")
        library.close()


def test_a_damaged_table_is_told_and_the_others_are_shown(copied: Path) -> None:
    part = next((copied / "tables" / "notes").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:100])
    data = musicdata.open_work(copied)
    library, media = Library(data), Media(data)
    with pytest.raises(IntegrityError, match=r"notes/part-.* is damaged"):
        library.rows("notes", [], "", "", 0, 5, down=False)
    first = next(data.rows("samples"))["sample_id"]
    tables = {one["table"]: one for one in sample.describe(library, media, first)["tables"]}
    assert tables["notes"]["columns"] == [sample.BROKEN]
    assert "is damaged" in tables["notes"]["rows"][0][0]
    assert len(tables["alignment"]["rows"]) == 20
    library.close()


def test_groups_are_shown_where_the_reason_is_damaged(copied: Path) -> None:
    part = next((copied / "tables" / "song_groups").glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:100])
    library = Library(musicdata.open_work(copied))
    found = groups.describe(library, 0, 5)
    assert found["n"] > 0
    (why,) = found["groups"][0]["why"]
    assert (why["table"], why["columns"]) == ("song_groups", [sample.BROKEN])
    assert "is damaged" in why["rows"][0][0]
    library.close()


def test_groups_say_who_is_alike_why_and_what_lot_would_tear() -> None:
    samples = contract("samples", ["sample_id"], column("sample_id"), column("split"), column("group_id"))
    samples = samples.model_copy(update={"introduces": "sample_id"})
    songs = contract("song_groups", ["song_id"], column("song_id"), column("group_id"), column("similarity", "float64"))
    rows = [("a1", "train", "a"), ("a2", "train", "a"), ("a3", "test", "a"), ("b1", "train", "b"), ("c1", "train", "c"),
            ("c2", "train", "c"), ("d1", "train", "d"), ("d2", "test", "d")]  # fmt: skip
    ids, splits, of = map(list, zip(*rows, strict=True))
    made = MadeUp(
        samples=(samples, pa.table({"sample_id": ids, "split": splits, "group_id": of}, samples.arrow_schema())),
        song_groups=(
            songs,
            pa.table(
                {"song_id": ["s1", "s2"], "group_id": ["a", "a"], "similarity": [1.0, 0.83]}, songs.arrow_schema()
            ),
        ),
    )
    library = Library(made)  # type: ignore[arg-type]
    found = groups.describe(library, 0, 10)
    assert (found["n"], found["of"], found["leaks"]) == (3, 4, 2)
    assert [(one["group"], one["n"], one["splits"]) for one in found["groups"]] == [
        ("a", 3, {"train": 2, "test": 1}),
        ("d", 2, {"train": 1, "test": 1}),
        ("c", 2, {"train": 2}),
    ]
    assert found["groups"][0]["members"] == [["a1", "train"], ["a2", "train"], ["a3", "test"]]
    why = {"table": "song_groups", "columns": ["song_id", "similarity"], "rows": [["s1", 1.0], ["s2", 0.83]]}
    assert found["groups"][0]["why"] == [why]
    assert found["groups"][1]["why"][0]["rows"] == []
    train, test = 6 / 8, 2 / 8
    torn = sum(1 - train**n - test**n for n in (3, 2, 2))
    assert found["torn"] == round(torn, 1)
    library.close()


def test_of_each_kind_there_are_some() -> None:
    made = contract("dropped", ["key"], column("key"), column("stage"), column("reason"))
    keys = [f"k{number:03d}" for number in range(300)]
    reasons = ["rare" if number in (7, 290) else "common" for number in range(300)]
    table = pa.table({"key": keys, "stage": ["one"] * 300, "reason": reasons}, made.arrow_schema())
    library = Library(MadeUp(dropped=(made, table)))  # type: ignore[arg-type]
    found = counting.first_of_each(library, "dropped", ["key", "reason"], ("stage", "reason"), 20)
    assert found["of"] == 300
    assert [row for row in found["rows"] if row[1] == "rare"] == [["k007", "rare"], ["k290", "rare"]]
    assert len(found["rows"]) == 12
    assert found["rows"] == sorted(found["rows"])
    library.close()
