"""Diffs: against an oracle that compares rows one by one, and case by case."""

from __future__ import annotations

import json
import math
import re
import struct
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.errors import IntegrityError, UsageError
from musicdata.release.diff import Diff, TableDiff, compare, report
from musicdata.release.diff.bump import required_bump
from musicdata.release.reading.merge import Stream, blocks, match
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from tests.examples import examples
from tests.release import made
from tests.release.made import Made, set_values

SPLITS = layout.SPLITS


def column(name: str, kind: str, **facts: Any) -> Column:
    return Column(name=name, type=kind, description="Made up.", **facts)


IDS = (column("sample_id", "string"), column("split", "string"))
SAMPLES = Contract(
    name="samples",
    description="Samples.",
    key=("sample_id",),
    introduces="sample_id",
    columns=(*IDS, column("title", "string", nullable=True)),
)
THINGS = Contract(
    name="things",
    description="Some of each sample.",
    key=("sample_id", "number"),
    columns=(
        *IDS,
        column("number", "int32"),
        column("text", "string", nullable=True),
        column("real", "float64", nullable=True),
        column("small", "float32"),
        column("flag", "bool", nullable=True),
        column("vector", "vector", element="float32", shape=(2,), nullable=True),
        column("half", "vector", element="float16", shape=(2,), nullable=True),
        column("beats", "sequence", element="float32", nullable=True),
        column("sound", "audio", nullable=True),
    ),
)
PLAIN = Contract(
    name="plain",
    description="Without splits.",
    key=("name", "number"),
    columns=(column("name", "string"), column("number", "int64"), column("count", "int64", nullable=True)),
)
CONTRACTS = {contract.name: contract for contract in (SAMPLES, THINGS, PLAIN)}

OLD: list[Any] = made.encoded("audio", np.array([1, 2])).to_pylist()
NEW: list[Any] = made.encoded("audio", np.array([1, 2]), anew=True).to_pylist()
SOUNDS = {
    "a": OLD[0],
    "a anew": NEW[0],
    "b": OLD[1],
    "none": None,
    "torn": {"bytes": OLD[0]["bytes"][:60], "path": "1.flac"},
}
SAME_SOUND = {frozenset({"a", "a anew"})}

texts = st.sampled_from([None, "", "a", "a\0", "a\0b", "é", "e\u0301", "\U0001f3b5"])
reals = st.sampled_from([None, 0.0, -0.0, 1.5, math.nan, math.inf, 5e-324])
singles = st.sampled_from([0.0, -0.0, 2.5, math.nan])
things = st.fixed_dictionaries(
    {
        "text": texts,
        "real": reals,
        "small": singles,
        "flag": st.sampled_from([None, True, False]),
        "vector": st.none() | st.lists(singles, min_size=2, max_size=2),
        "half": st.none() | st.lists(singles, min_size=2, max_size=2),
        "beats": st.none() | st.lists(singles, max_size=2),
        "sound": st.sampled_from(sorted(SOUNDS)),
    }
)
Rows = dict[tuple[Any, ...], dict[str, Any]]


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Rows]:
    """Draw the rows of the three tables; a table may be without rows."""
    splits = draw(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from(SPLITS), max_size=5))
    numbers = st.sets(st.integers(0, 2), max_size=2)
    named = st.tuples(st.sampled_from(["x", "x\0", "y"]), st.integers(-1, 1))
    return {
        "samples": {(s,): {"split": split, "title": draw(texts)} for s, split in sorted(splits.items())},
        "things": {(s, n): {"split": splits[s]} | draw(things) for s in sorted(splits) for n in sorted(draw(numbers))},
        "plain": {
            key: {"count": count}
            for key, count in sorted(
                draw(st.dictionaries(named, st.sampled_from([None, 0, 1, 2**62]), max_size=4)).items()
            )
        },
    }


@st.composite
def pairs(draw: st.DrawFn) -> tuple[dict[str, Rows], dict[str, Rows]]:
    """Draw the contents of two releases that have much in common."""
    a, b = draw(contents()), draw(contents())
    kept = draw(st.booleans())
    for table in a if kept else ():
        b[table] = {key: draw(st.sampled_from([a[table].get(key, row), row])) for key, row in b[table].items()}
    return a, b


def release_of(rows: Mapping[str, Rows], root: Path) -> Release:
    tables = {}
    for name, contract in CONTRACTS.items():
        values: dict[str, list[Any]] = {c.name: [] for c in contract.columns}
        for key, row in rows[name].items():
            for place, value in (dict(zip(contract.key, key, strict=True)) | row).items():
                values[place].append(SOUNDS[value] if place == "sound" else value)
        tables[name] = pa.table(values, contract.arrow_schema())
    return Made(tables, CONTRACTS, {}, {}, group_rows=2).write(root)


def bits(value: Any) -> Any:
    if isinstance(value, list):
        return [bits(part) for part in value]
    return struct.pack("<d", value) if isinstance(value, float) else value


def oracle(a: Rows, b: Rows) -> dict[str, Any]:
    """Compare two tables row by row: what differs → the keys."""
    both = a.keys() & b.keys()
    found: dict[str, Any] = {
        "added": b.keys() - a.keys(),
        "removed": a.keys() - b.keys(),
        "moved": {key for key in both if a[key].get("split") != b[key].get("split")},
        "reencoded": {key for key in both if frozenset({a[key].get("sound"), b[key].get("sound")}) in SAME_SOUND},
        "columns": {},
    }
    for key in both:
        for name in a[key].keys() - {"split"}:
            if bits(a[key][name]) != bits(b[key][name]) and not (name == "sound" and key in found["reencoded"]):
                found["columns"].setdefault(name, set()).add(key)
    found["changed"] = set().union(*found["columns"].values())
    return found


def agree(found: TableDiff, expected: Mapping[str, Any], *, moves: bool = True) -> None:
    kinds = ("added", "removed", "moved", "reencoded", "changed")
    for what, keys in [(getattr(found, kind), expected[kind]) for kind in kinds] + [
        (found.columns[name], keys) for name, keys in expected["columns"].items()
    ]:
        assert what.n == len(keys)
        assert set(what.examples) <= keys
        assert len(what.examples) == min(5, what.n)
    assert found.columns.keys() == expected["columns"].keys()


@examples(100)
@given(pairs(), st.sampled_from([1, 2, 100]))
def test_a_diff_is_what_comparing_row_by_row_finds(
    pair: tuple[dict[str, Rows], dict[str, Rows]], block_rows: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        a, b = (release_of(rows, Path(folder) / name) for rows, name in zip(pair, "ab", strict=True))
        found = compare(a, b, block_rows=block_rows)
    for table in CONTRACTS:
        agree(found.tables[table], oracle(pair[0][table], pair[1][table]))
    assert found.metadata == []
    assert (required_bump(found) is None) == (a.record.content_root == b.record.content_root)
    json.dumps(report.as_json(found))
    assert report.lines(found)


tables_of_keys = st.lists(
    st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 9)), st.integers(0, 1), max_size=12),
    min_size=1,
    max_size=4,
)


@examples(150)
@given(tables_of_keys, st.integers(1, 4))
def test_blocks_tear_no_key_apart_and_lose_none(tables: list[dict[tuple[str, int], int]], piece: int) -> None:
    def pieces(rows: dict[tuple[str, int], int]) -> Iterator[pa.Table]:
        keys = sorted(rows)
        whole = pa.table(
            {"s": pa.array([k[0] for k in keys], pa.string()), "n": pa.array([k[1] for k in keys], pa.int64())}
        )
        for start in range(0, len(keys), piece):
            yield whole.slice(start, piece)

    seen: list[list[tuple[str, int]]] = [[] for _ in tables]
    before: tuple[str, int] = ("", -1)
    streams = [Stream(pieces(rows), ("s", "n"), "made", piece) for rows in tables]
    for parts in blocks(streams):
        rows = [[(r["s"], r["n"]) for table in part for r in table.to_pylist()] for part in parts]
        for own, found in zip(seen, rows, strict=True):
            own.extend(found)
        everything = [key for found in rows for key in found]
        assert min(everything) > before
        before = max(everything)
    assert seen == [sorted(rows) for rows in tables]


@examples(150)
@given(*(st.sets(st.tuples(st.sampled_from("abc"), st.integers(0, 4), st.booleans())) for _ in range(2)), st.randoms())
def test_rows_match_by_all_of_their_key(a: set[Any], b: set[Any], random: Any) -> None:
    keys = [random.sample(sorted(of), len(of)) for of in (a, b)]
    tables = [
        pa.table(
            [pa.array([k[i] for k in of], kind) for i, kind in enumerate((pa.string(), pa.int64(), pa.bool_()))],
            list("xyz"),
        )
        for of in keys
    ]
    found = match(tables[0], tables[1], "xyz", "made")
    assert [(keys[0][i], keys[1][j]) for i, j in zip(found.in_a, found.in_b, strict=True)] == [
        (k, k) for k in keys[0] if k in b
    ]
    assert {keys[0][i] for i in found.only_a} == a - b
    assert {keys[1][i] for i in found.only_b} == b - a


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A release of twelve samples; read it, never change it."""
    return made.small().write(tmp_path_factory.mktemp("small") / "release")


def against(small: Release, other: Made, root: Path, version: str = "1.0.1") -> Diff:
    return compare(small, other.write(root / "other", version))


def drop(table: pa.Table, column: str, *values: str) -> pa.Table:
    return table.filter(pa.array([value not in values for value in table[column].to_pylist()]))


def without(other: Made, column: str, *values: str) -> Made:
    """Return the same without the rows of these ids."""
    for name, table in other.tables.items():
        if column in table.column_names and name != "note_sheets":
            other = other.with_table(name, lambda rows: drop(rows, column, *values))
    return other


def test_equal_releases_have_no_difference_and_are_not_read(small: Release, tmp_path: Path) -> None:
    same = made.small().write(tmp_path / "same", "1.0.1")
    for path in (same.root / "data").rglob("*.parquet"):
        path.unlink()
    found = compare(small, same)
    assert required_bump(found) is None
    assert report.lines(found) == ["made@1.0.0 → made@1.0.1: no difference", "6 tables are the same"]


def test_a_sample_in_another_split_is_moved_not_removed(small: Release, tmp_path: Path) -> None:
    moved = made.small()
    for name in ("samples", "audio", "sheets", "alignment"):
        moved = moved.with_table(
            name,
            lambda rows: set_values(
                rows,
                "split",
                [
                    "valid" if s == "s000001" else x
                    for s, x in zip(*(rows[c].to_pylist() for c in ("sample_id", "split")), strict=True)
                ],
            ),
        )
    found = against(small, moved, tmp_path)
    assert found.samples == {"added": 0, "removed": 0, "taken_down": 0, "moved": 1}
    assert {name: table.moved.n for name, table in found.tables.items() if table.moved.n} == {
        "samples": 1,
        "audio": 1,
        "sheets": 1,
        "alignment": 4,
    }
    assert not any(table.added.n or table.removed.n or table.changed.n for table in found.tables.values())
    assert required_bump(found) == "major"
    assert "alignment: 4 rows in another split (s000001 0, s000001 1, s000001 2, s000001 3)" in [
        reason[1] for reason in report.as_json(found)["reasons"]
    ]


def test_rows_added_and_removed_are_counted_once_for_samples(small: Release, tmp_path: Path) -> None:
    found = against(small, without(made.small(), "sample_id", "s000003"), tmp_path)
    assert found.samples["removed"] == 1
    assert found.tables["alignment"].removed.n == 4
    assert found.tables["samples"].removed.examples == [("s000003",)]
    back = compare(open_release(tmp_path / "other"), small)
    assert (back.samples["added"], back.tables["alignment"].added.n, required_bump(back)) == (1, 4, "minor")


def encode_anew(rows: pa.Table, kind: str) -> pa.Table:
    values: list[Any] = rows[kind].to_pylist()
    seeds = np.array([int(value["path"].split(".")[0]) for value in values])
    media = made.encoded(kind, seeds, anew=True)
    return set_values(set_values(rows, kind, media), "sha256", made.sha256s(media))


@pytest.mark.parametrize(("table", "kind"), [("audio", "audio"), ("sheets", "image"), ("note_sheets", "image")])
def test_media_encoded_anew_are_no_other_values(small: Release, tmp_path: Path, table: str, kind: str) -> None:
    found = against(small, made.small().with_table(table, lambda rows: encode_anew(rows, kind)), tmp_path)
    n_rows = len(made.small().tables[table])
    assert found.tables[table].reencoded.n == n_rows
    assert found.tables[table].changed.n == 0
    assert found.tables[table].columns == {}
    assert required_bump(found) == "patch"


def test_other_media_under_the_same_key_are_other_values(small: Release, tmp_path: Path) -> None:
    def change(rows: pa.Table) -> pa.Table:
        media = rows["audio"].to_pylist()
        media[3] = made.encoded("audio", np.array([77])).to_pylist()[0]
        media[5] = {"bytes": b"fLaC", "path": "x.flac"}
        media = pa.array(media, rows.schema.field("audio").type)
        return set_values(set_values(rows, "audio", media), "sha256", made.sha256s(media))

    found = against(small, made.small().with_table("audio", change), tmp_path).tables["audio"]
    assert (found.reencoded.n, found.changed.n) == (0, 2)
    assert {name: what.examples for name, what in found.columns.items()} == {
        "audio": [("s000003",), ("s000005",)],
        "sha256": [("s000003",), ("s000005",)],
    }


def test_a_text_that_is_no_hash_of_the_new_bytes_is_a_change(small: Release, tmp_path: Path) -> None:
    def change(rows: pa.Table) -> pa.Table:
        return set_values(encode_anew(rows, "audio"), "sha256", ["0" * 64] * len(rows))

    found = against(small, made.small().with_table("audio", change), tmp_path).tables["audio"]
    assert (found.reencoded.n, found.columns["sha256"].n) == (12, 12)


def tombstones(**ids: str) -> list[dict[str, str]]:
    return [{"table": table, "id": id_, "version": "1.0.1", "reason": "asked"} for table, id_ in ids.items()]


def shown_without(other: Made, *samples: str) -> Made:
    """Return the same with note sheets as they are shown by the samples that are left."""
    notes = drop(other.tables["alignment"], "sample_id", *samples)
    first = notes.group_by(["note_sheet_id", "split"], use_threads=False).aggregate([("sample_id", "min")]).to_pylist()
    place = {(row["note_sheet_id"], row["split"]): row["sample_id_min"] for row in first}

    def reduce(rows: pa.Table) -> pa.Table:
        shown = [
            place.get(key) for key in zip(rows["note_sheet_id"].to_pylist(), rows["split"].to_pylist(), strict=True)
        ]
        kept = rows.filter(pa.array([sample is not None for sample in shown]))
        return set_values(kept, "sample_id", [sample for sample in shown if sample])

    return other.with_table("note_sheets", reduce)


def test_a_song_taken_down_is_a_patch_with_all_that_only_it_needed(small: Release, tmp_path: Path) -> None:
    gone = ("s000002", "s000003")
    left = shown_without(without(made.small(), "sample_id", *gone), *gone)
    left = left.with_table("songs", lambda rows: drop(rows, "song_id", "song000001"))
    found = against(small, left.with_facts(tombstones=tombstones(songs="song000001")), tmp_path)
    assert found.samples == {"added": 0, "removed": 0, "taken_down": 2, "moved": 0}
    assert found.tables["alignment"].taken_down.n == 8
    assert found.tables["songs"].taken_down.examples == [("song000001",)]
    sheets = found.tables["note_sheets"]
    assert sheets.taken_down.n
    assert sheets.reassigned.n
    assert not any(table.removed.n or table.changed.n for table in found.tables.values())
    assert required_bump(found) == "patch"
    assert "tombstones" in found.metadata


def test_what_is_removed_beside_a_takedown_is_still_removed(small: Release, tmp_path: Path) -> None:
    gone = ("s000002", "s000003")
    left = shown_without(without(made.small(), "sample_id", *gone), *gone)
    left = left.with_table("songs", lambda rows: drop(rows, "song_id", "song000001", "song000004"))
    found = against(small, left.with_facts(tombstones=tombstones(samples="s000002")), tmp_path)
    assert (found.samples["taken_down"], found.samples["removed"]) == (1, 1)
    assert found.tables["songs"].removed.n == 2
    assert required_bump(found) == "major"


def test_what_a_taken_down_and_a_removed_sample_both_showed_is_removed(tmp_path: Path) -> None:
    whole, gone = made.small(), ("s000002", "s000003")
    notes = whole.tables["alignment"]
    sheets = [
        "n99" if sample in gone and index == 0 else sheet
        for sample, index, sheet in zip(
            *(notes[c].to_pylist() for c in ("sample_id", "note_index", "note_sheet_id")), strict=True
        )
    ]
    whole = whole.with_table("alignment", lambda rows: set_values(rows, "note_sheet_id", sheets))
    last = set_values(whole.tables["note_sheets"].slice(0, 1), "note_sheet_id", ["n99"])
    last = set_values(set_values(last, "split", ["train"]), "sample_id", ["s000002"])
    whole = shown_without(whole.with_table("note_sheets", lambda rows: pa.concat_tables([rows, last])))
    left = shown_without(without(whole, "sample_id", *gone), *gone)
    found = against(whole.write(tmp_path / "whole"), left.with_facts(tombstones=tombstones(samples=gone[0])), tmp_path)
    assert ("n99", "train") in found.tables["note_sheets"].removed.examples


def test_columns_and_tables_that_come_go_and_change(small: Release, tmp_path: Path) -> None:
    other = made.small()
    songs = other.contract("songs")
    columns = [
        c.model_copy(update={"unit": "note"}) if c.name == "n_notes" else c for c in songs.columns if c.name != "title"
    ]
    columns.append(column("label", "string"))
    rows = other.tables["songs"].drop_columns(["title"]).append_column("label", pa.array(["x"] * 6))
    told = songs.model_copy(update={"columns": tuple(columns)})
    tables = {name: table for name, table in other.tables.items() if name != "sheets"}
    tables |= {"songs": rows.cast(told.arrow_schema()), "plain": PLAIN.arrow_schema().empty_table()}
    found = against(small, made.made(tables, {"songs": told, "plain": PLAIN}), tmp_path)
    assert found.tables["songs"].columns_added == ["label"]
    assert found.tables["songs"].columns_removed == ["title"]
    assert found.tables["songs"].retyped == {"n_notes": ("int32", "int32, note")}
    assert not found.tables["songs"].found
    assert found.tables_added == {"plain": 0}
    assert found.tables_removed == {"sheets": 12}
    assert found.tables["audio"].retyped == {"sha256": ("string, called audio_sha256", "string")}
    assert "contract of songs" in found.metadata


def test_a_column_of_another_type_is_not_compared(small: Release, tmp_path: Path) -> None:
    told = made.small().contract("alignment")
    columns = tuple(column("pitch", "string") if c.name == "pitch" else c for c in told.columns)
    told = told.model_copy(update={"columns": columns})
    rows = made.small().tables["alignment"]
    rows = rows.set_column(rows.column_names.index("pitch"), "pitch", rows["pitch"].cast(pa.string()))
    other = made.made({**made.small().tables, "alignment": rows.cast(told.arrow_schema())}, {"alignment": told})
    found = against(small, other, tmp_path).tables["alignment"]
    assert found.retyped == {"pitch": ("int32, MIDI note number", "string")}
    assert not found.found


def test_tables_of_another_key_are_not_compared(small: Release, tmp_path: Path) -> None:
    told = made.small().contract("songs").model_copy(update={"key": ("song_id", "n_notes")})
    found = against(small, made.made(made.small().tables, {"songs": told}), tmp_path)
    assert found.tables["songs"].rekeyed == ("song_id", "song_id, n_notes")
    assert required_bump(found) == "major"
    assert "  key: song_id → song_id, n_notes; rows were not compared" in report.lines(found)


def test_what_is_told_of_the_rows_is_metadata(small: Release, tmp_path: Path) -> None:
    other = made.small().with_facts(title="Another title")
    recipe = re.sub('title = ".*"', 'title = "Another title"', (small.root / layout.RECIPE).read_text("utf-8"), count=1)
    texts = {layout.CARD: "# Made up anew\n", layout.RECIPE: recipe}
    found = against(small, Made(other.tables, {}, other.record, texts), tmp_path)
    assert found.metadata == ["title", "card", "recipe"]
    assert required_bump(found) == "patch"


def test_the_same_rows_in_other_files_are_a_patch(small: Release, tmp_path: Path) -> None:
    found = against(small, Made(made.small().tables, {}, {}, {}, files=2), tmp_path)
    assert sorted(found.repackaged) == ["alignment", "note_sheets", "samples", "songs"]
    assert all(table.is_same for table in found.tables.values())
    assert required_bump(found) == "patch"


def test_views_of_different_kind_are_not_compared(small: Release, tmp_path: Path) -> None:
    view = made.small().with_facts(view="ids").write(tmp_path / "ids")
    with pytest.raises(UsageError, match=r"'full'.*'ids': compare the same view of both"):
        compare(small, view)


def test_different_data_sets_are_not_compared(small: Release) -> None:
    other = Release(small.root, small.record.model_copy(update={"name": "other"}))
    with pytest.raises(UsageError, match=r"made@1.0.0 and other@1.0.0 are releases of different data sets"):
        compare(small, other)


def test_a_view_says_what_it_cannot_show(small: Release, tmp_path: Path) -> None:
    pitches = set_values(made.small().tables["alignment"], "pitch", [60] * 48)
    full = [small.record, made.small().with_table("alignment", lambda _: pitches).write(tmp_path / "full").record]
    views = []
    told = made.small().contract("alignment")
    told = told.model_copy(update={"columns": tuple(c for c in told.columns if c.name != "pitch")})
    for record in full:
        rows = made.small().tables["alignment"].drop_columns(["pitch"])
        shown = made.made({**made.small().tables, "alignment": rows}, {"alignment": told}).write(
            tmp_path / record.content_root
        )
        redacted = record.model_copy(
            update={"view": "ids", "files": shown.record.files, "redacted": {"alignment": {"pitch": {}}}}
        )
        views.append(Release(shown.root, redacted))
    found = compare(*views)
    assert found.tables["alignment"].unseen == ["pitch"]
    assert "  changed, but not shown by this view: pitch" in report.lines(found)
    assert report.lines(found)[0] == "made@1.0.0 → made@1.0.0: they differ in the view ids"
    assert required_bump(found) is None


def test_rows_out_of_order_are_an_error_not_a_difference(small: Release, tmp_path: Path) -> None:
    other = (
        made.small().with_table("samples", lambda rows: set_values(rows, "n_notes", [1] * 12)).write(tmp_path / "other")
    )
    path = next((other.root / "data" / "samples").glob("train*"))
    made.rewrite(path, lambda rows: rows.take(list(range(len(rows)))[::-1]))
    with pytest.raises(IntegrityError, match=r"table samples, split train: row s00000\d comes after s"):
        compare(small, other)


def test_a_sample_in_two_splits_is_an_error(small: Release, tmp_path: Path) -> None:
    other = (
        made.small().with_table("samples", lambda rows: set_values(rows, "n_notes", [1] * 12)).write(tmp_path / "other")
    )
    folder = other.root / "data" / "samples"
    made.rewrite(next(folder.glob("valid*")), lambda _: pq.read_table(next(folder.glob("train*")), partitioning=None))
    made.resign(other.root, with_other_keys)
    with pytest.raises(IntegrityError, match="samples: row s000000 is in two splits"):
        compare(small, open_release(other.root))


def with_other_keys(record: layout.Record) -> layout.Record:
    """Return the record with another digest of the samples' ids, so that these are read."""
    table = record.tables["samples"]
    digests = {**table.digests, "sample_id": dict.fromkeys(SPLITS, "0" * 64)}
    return record.model_copy(
        update={"tables": {**record.tables, "samples": table.model_copy(update={"digests": digests})}}
    )


def test_a_damaged_file_is_an_error(small: Release, tmp_path: Path) -> None:
    other = (
        made.small().with_table("samples", lambda rows: set_values(rows, "n_notes", [1] * 12)).write(tmp_path / "other")
    )
    path = next((other.root / "data" / "samples").glob("train*"))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(IntegrityError, match=r"cannot be read.*musicdata release verify"):
        compare(small, other)
