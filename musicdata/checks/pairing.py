"""Pairs of a crawled data set: none lost without a word, in order of rank, the words those fetched, the runs fair."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.check import Check
from musicdata.music.text.lyric_cleaning import text_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader

    Rows = list[dict[str, Any]]

_RANKED = ["sample_id", "mood", "mood_rank"]
_ARTIST = "artist"


def check_completeness(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield tracks that are neither paired nor missing though their turn came, or both, and pairs that lack a part."""
    pairs = reader.read("pairs", _RANKED)
    for table in ("lyrics", "clips", "audio"):
        yield from _without(pairs, reader.read(table, ["sample_id"]), table)
    if "missing" not in reader.tables:
        return  # a release has no tracks but those that are paired
    missing = reader.read("missing", _RANKED)
    paired, lost = (set(strings(rows.column("sample_id"))) for rows in (pairs, missing))
    if both := sorted(paired & lost):
        yield "missing", f"{len(both)} tracks are missing though they are paired, e.g. {both[0]}"
    last = _last_ranks(pairs, missing)
    ranked = reader.read("tracks", _RANKED).to_pylist()
    explained = paired | lost
    silent = [
        r["sample_id"] for r in ranked if r["mood_rank"] <= last.get(r["mood"], 0) and r["sample_id"] not in explained
    ]
    if silent:
        yield "missing", f"{len(silent)} ranked tracks are neither paired nor missing, e.g. {silent[0]}"
    per_mood = reader.parameters("pair").get("per_mood")
    taken = _of_mood(pairs)
    for mood, tracks in _of_mood(reader.read("tracks", _RANKED)).items():
        n = len(taken.get(mood, []))
        n_told = sum(row["sample_id"] in explained for row in tracks)
        if per_mood and n < per_mood and n_told < len(tracks):
            yield "missing", f"mood {mood} has {n} pairs, fewer than {per_mood}, and does not say why of every track"


def _without(pairs: pa.Table, there: pa.Table, table: str) -> Iterator[tuple[str, str]]:
    ids = pairs.column("sample_id")
    lacking = ids.filter(pc.invert(pc.is_in(ids, there.column("sample_id"))))
    if len(lacking):
        yield "pairs", f"{len(lacking)} pairs have no row in {table}, e.g. {lacking[0].as_py()}"


def _last_ranks(*tables: pa.Table) -> dict[str, int]:
    last: dict[str, int] = {}
    for rows in tables:
        for row in rows.to_pylist():
            last[row["mood"]] = max(last.get(row["mood"], 0), row["mood_rank"])
    return last


def _of_mood(rows: pa.Table) -> dict[str, Rows]:
    by_mood: dict[str, Rows] = defaultdict(list)
    for row in rows.to_pylist():
        by_mood[row["mood"]].append(row)
    return by_mood


def check_ranks(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield moods with more pairs than asked, and pairs out of the order of their tracks."""
    per_mood = reader.parameters("pair").get("per_mood")
    rank_of = dict(
        zip(*(reader.read("tracks", c).column(0).to_pylist() for c in (["sample_id"], ["mood_rank"])), strict=True)
    )
    for mood, rows in sorted(_of_mood(reader.read("pairs", [*_RANKED, "pair_rank"])).items()):
        rows.sort(key=lambda row: row["pair_rank"])
        ranks = [row["pair_rank"] for row in rows]
        expected = list(range(1, len(rows) + 1)) if "missing" in reader.tables else sorted(set(ranks))
        if ranks != expected:
            yield "pairs", f"mood {mood}: {len(rows)} pairs do not have the ranks 1 to {len(rows)}, each once"
        if per_mood and ranks[-1] > per_mood:
            yield "pairs", f"mood {mood} has a pair of rank {ranks[-1]}, at most {per_mood} were asked for"
        places = [row["mood_rank"] for row in rows]
        if places != sorted(set(places)):
            yield "pairs", f"mood {mood}: pairs are not in the order of their tracks"
        if odd := [r["sample_id"] for r in rows if rank_of.get(r["sample_id"]) != r["mood_rank"]]:
            yield "pairs", f"mood {mood}: {len(odd)} pairs have another mood_rank than their track, e.g. {odd[0]}"


def check_lyrics(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield lyrics whose text is not what its hash says, and pairs with other words than were fetched."""
    for rows in reader.iterate("lyrics", ["sample_id", "text", "text_sha256"]):
        for row in rows.to_pylist():
            if text_sha256(row["text"]) != row["text_sha256"]:
                yield "lyrics", f"sample {row['sample_id']}: the sha256 of its text is not the row's"
    if "pairs" not in reader.tables:
        return
    for rows in reader.iterate("pairs", ["sample_id", "lyrics"]):
        ids = rows.column("sample_id")
        fetched = reader.read("lyrics", ["sample_id", "text"], ids[0].as_py(), ids[-1].as_py()) if len(ids) else None
        text_of = dict(zip(*fetched.to_pydict().values(), strict=True)) if fetched else {}
        for row in rows.to_pylist():
            if text_of.get(row["sample_id"]) != row["lyrics"]:
                yield "pairs", f"sample {row['sample_id']}: its words are not those fetched"


def check_splits(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield runs that are not split as they should be, and artists on both sides of the artist-disjoint one."""
    pairs = reader.read("pairs", ["sample_id", "group_id"])
    group_of = dict(zip(*pairs.to_pydict().values(), strict=True))
    parts: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"train": [], "test": []})
    for row in reader.read("splits", ["sample_id", "scheme", "part"]).to_pylist():
        parts[row["scheme"]][row["part"]].append(row["sample_id"])
    train = reader.parameters("split_runs").get("train")
    for scheme, sides in sorted(parts.items()):
        n_train, n = len(sides["train"]), len(sides["train"]) + len(sides["test"])
        if n != len(pairs):
            yield "splits", f"{scheme} places {n} of {len(pairs)} pairs"
        elif train and scheme != _ARTIST and "missing" in reader.tables and n_train != round(train * n):
            yield "splits", f"{scheme} has {n_train} of {n} pairs in train, expected {round(train * n)}"
        if scheme == _ARTIST:
            groups = [{group_of.get(sample_id) for sample_id in sides[part]} for part in ("train", "test")]
            if torn := sorted(map(str, groups[0] & groups[1])):
                yield "splits", f"{len(torn)} groups of artists are in train and in test, e.g. {torn[0]}"


CHECKS = (
    Check(
        "every ranked track is paired or missing with a reason",
        check_completeness,
        needs=("pairs", "lyrics", "clips", "audio"),
        over="all",
        place=50,
    ),
    Check(
        "pairs are in order of rank and no more than asked",
        check_ranks,
        needs=("pairs", "tracks"),
        over="all",
        place=51,
    ),
    Check("lyrics are what their hash says, in pairs too", check_lyrics, needs=("lyrics",), place=52),
    Check(
        "runs are 80/20 and no artist is on both sides", check_splits, needs=("splits", "pairs"), over="all", place=53
    ),
)
