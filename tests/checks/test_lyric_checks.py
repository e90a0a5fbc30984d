"""Checks of songs with words: nothing is found in sound tables, and each fault by the check that is for it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from musicdata.checks import features, lyric_search, lyrics
from musicdata.definitions import contract, trial
from musicdata.definitions.contract import Contract
from musicdata.stages.place.group_lyrics import STAGE as GROUP
from musicdata.stages.place.lyric_texts import STAGE as TEXTS
from musicdata.stages.place.split_lyrics import STAGE as SPLIT
from tests.stages import lyric_songs as made
from tests.stages.lyric_songs import verses

Tables = dict[str, pa.Table]
CHECKS = (*lyrics.CHECKS, *lyric_search.CHECKS)
CHORUS = "Row the boat\nover the sea"
NAMES = [f"s{n:02d}" for n in range(40)]


@dataclass
class Memory:
    """Reads tables in memory, in two parts each."""

    held: Tables

    @property
    def tables(self) -> list[str]:
        return sorted(self.held)

    def contract(self, table: str) -> Contract:
        return contract.load(table).among(self.tables)

    def read(self, table: str, columns: list[str], first: str | None = None, last: str | None = None) -> pa.Table:
        rows, key = self.held[table], contract.load(table).key[0]
        if first is not None and last is not None:
            keys = rows.column(key)
            rows = rows.filter(pc.and_(pc.greater_equal(keys, pa.scalar(first)), pc.less_equal(keys, pa.scalar(last))))
        return rows.select(columns)

    def iterate(self, table: str, columns: list[str]) -> Iterator[pa.Table]:
        rows = self.read(table, columns)
        yield from (rows.slice(0, len(rows) // 2), rows.slice(len(rows) // 2))


def words(name: str) -> str:
    """Return three stanzas: a verse, a chorus, and the chorus again."""
    return f"{verses(int(name[1:]) // 2, 24)}\n\n{CHORUS}\n\n{CHORUS.upper()}!"


def sections(samples: pa.Table) -> list[dict[str, Any]]:
    spans = [(0, 4, None, 0), (5, 2, None, 1), (8, 2, 1, 0)]
    return [
        {"sample_id": row["sample_id"], "split": row["split"], "section_index": index, "kind": "unmarked",
         "first_line": first, "n_lines": n_lines, "n_words": 6, "repeat_of": repeat_of, "repeats": repeats}
        for row in samples.to_pylist()
        for index, (first, n_lines, repeat_of, repeats) in enumerate(spans)
    ]  # fmt: skip


def vectors(samples: pa.Table) -> list[dict[str, Any]]:
    constants = {"encoder": "test 1", "weights_sha256": "0" * 16, "max_tokens": 8, "precision": "float32"}
    return [
        {"sample_id": row["sample_id"], "split": row["split"], "section_index": index, "n_tokens": 9, "n_read": 8,
         "vector": [0.6, 0.8] + [0.0] * 382, **constants}
        for row in samples.to_pylist()
        for index in (-1, 0, 1)
    ]  # fmt: skip


def asked(samples: pa.Table) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return queries, a line of each song, and their answers; the first song is looked for in another language too."""
    rows = samples.to_pylist()
    queries, answers = [], []
    for row in rows:
        kind = "absent" if row["is_held_out"] else "line"
        alike = [one for one in rows if one["text_group_id"] == row["text_group_id"]]
        queries.append(query(row, kind, len(alike)))
        answers += [answer(one, queries[-1], is_source=one is row) for one in alike]
    there = next(row for row in rows if not row["is_held_out"] and row["language"] == "en")
    queries.append(query(there, "translation", 1) | {"target_language": "de"})
    answers.append(answer(next(row for row in rows if row["language"] == "de"), queries[-1], is_source=False))
    return queries, answers


def query(row: dict[str, Any], kind: str, n_relevant: int) -> dict[str, Any]:
    query_id = hashlib.sha256(f"{row['sample_id']} {kind}".encode()).hexdigest()[:16]
    facts = {"sample_id": row["sample_id"], "split": row["split"], "language": row["language"]}
    return {**facts, "query_id": query_id, "kind": kind, "text": "row the boat", "n_relevant": n_relevant}


def answer(row: dict[str, Any], to: dict[str, Any], *, is_source: bool) -> dict[str, Any]:
    facts = {"sample_id": row["sample_id"], "split": row["split"], "query_id": to["query_id"]}
    return {**facts, "relevance": 1, "is_source": is_source}


@pytest.fixture(scope="module")
def tables() -> Tables:
    """What the stages make of forty songs, two with the same words each, and what others would make of that."""
    held: dict[str, Any] = {
        **made.tables({name: words(name) for name in NAMES}, artist={"s00": "A", "s39": "A"}),
        "lyric_languages": made.languages(NAMES[:-2]) + made.languages(NAMES[-2:], "de"),
    }
    held |= trial.run(GROUP, held).tables
    held |= trial.run(SPLIT, held, split={"train": 0.4, "valid": 0.3, "test": 0.3}, held_out=0.3).tables
    held |= trial.run(TEXTS, held).tables
    samples = held["lyric_samples"]
    queries, answers = asked(samples)
    held |= {"lyric_sections": sections(samples), "embeddings_minilm": vectors(samples)}
    held |= {"lyric_queries": queries, "lyric_qrels": answers}
    return {name: trial._table(name, rows) for name, rows in held.items()}


def findings(tables: Tables) -> list[str]:
    reader: Any = Memory(tables)
    return [
        f"{check.name}: {message}" for check in CHECKS if check.runs_on(reader) for _, message in check.look(reader)
    ]


def test_nothing_is_found_in_sound_tables(tables: Tables) -> None:
    assert findings(tables) == []
    whole: Any = Memory(tables)
    assert all(check.runs_on(whole) for check in CHECKS)
    samples = tables["lyric_samples"]
    assert set(samples.column("is_held_out").to_pylist()) == {True, False}
    assert len(set(samples.column("text_group_id").to_pylist())) == 20
    released = {name: rows for name, rows in tables.items() if "sample_id" in rows.column_names}
    assert findings(released) == []


def test_a_song_needs_no_vector_and_no_query(tables: Tables) -> None:
    some = {
        name: rows.filter(pc.not_equal(rows.column("sample_id"), pa.scalar("s01")))
        for name, rows in tables.items()
        if name.startswith("embeddings_")
    }
    assert findings(tables | some) == []
    reader: Any = Memory(tables | some)
    assert not [check.name for check in features.CHECKS if check.runs_on(reader)]


def test_words_that_a_view_lacks_are_not_looked_at(tables: Tables) -> None:
    texts = tables["lyric_texts"]
    hidden = pa.array([None if n % 2 else text for n, text in enumerate(texts.column("text").to_pylist())], pa.string())
    opened = pa.table([texts.column("sample_id"), texts.column("split"), hidden], ["sample_id", "split", "text"])
    assert findings(tables | {"lyric_texts": opened}) == []


def test_a_release_from_which_songs_were_taken_is_sound(tables: Tables) -> None:
    gone = pa.array(["s03", "s10"])
    left = {
        name: rows.filter(pc.invert(pc.is_in(rows.column("sample_id"), gone)))
        for name, rows in tables.items()
        if "sample_id" in rows.column_names
    }
    assert findings(left) == []


def changed(table: str, column: str, row: int, value: Any) -> Callable[[Tables], pa.Table]:
    def change(tables: Tables) -> pa.Table:
        rows = tables[table]
        values = rows.column(column).to_pylist()
        values[row] = value(values[row]) if callable(value) else value
        place = rows.column_names.index(column)
        return rows.set_column(place, rows.schema.field(place), pa.array(values, rows.schema.field(place).type))

    return change


def less(table: str, row: int = 0) -> Callable[[Tables], pa.Table]:
    return lambda tables: pa.concat_tables([tables[table].slice(0, row), tables[table].slice(row + 1)])


def other_split(split: str) -> str:
    return "test" if split == "train" else "train"


def place_of(table: str, tables: Tables, **facts: object) -> int:
    return next(n for n, row in enumerate(tables[table].to_pylist()) if facts.items() <= row.items())


def an_answer(column: str, value: object, **facts: object) -> Callable[[Tables], pa.Table]:
    def change(tables: Tables) -> pa.Table:
        return changed("lyric_qrels", column, place_of("lyric_qrels", tables, **facts), value)(tables)

    return change


def a_query(column: str, value: object, kind: str) -> Callable[[Tables], pa.Table]:
    def change(tables: Tables) -> pa.Table:
        return changed("lyric_queries", column, place_of("lyric_queries", tables, kind=kind), value)(tables)

    return change


TORN, PLACES, ALL, WORDS = "no group of songs", "songs are in the groups", "every song has", "songs have the words"
SOURCE, CLEAN, COVER = "words as read", "nothing is left", "sections cover"
LENGTH, OF_SECTIONS, QUERIES = "vectors of words", "vectors are of sections", "queries have the answers"
FAULTS: dict[str, tuple[str, Callable[[Tables], pa.Table], str, str]] = {
    "a text group torn": ("lyric_samples", changed("lyric_samples", "split", 2, other_split), TORN, "1 values of text_group_id stand in several of split"),
    "artists torn": ("lyric_samples", changed("lyric_samples", "artist_split", 2, other_split), TORN, "1 values of artist_group_id stand in several of artist_split"),
    "equal words apart": ("lyric_samples", changed("lyric_samples", "text_group_id", 3, "s03"), TORN, "1 values of text_sha256 stand in several of text_group_id"),
    "a group of two works": ("lyric_samples", changed("lyric_samples", "group_id", 3, "s03"), TORN, "1 values of text_group_id stand in several of group_id"),
    "half of a group held out": ("lyric_samples", changed("lyric_samples", "is_held_out", 2, lambda held: not held), TORN, "1 values of text_group_id stand in several of is_held_out"),
    "train held out": ("lyric_samples", lambda t: changed("lyric_samples", "is_held_out", place_of("lyric_samples", t, split="train"), True)(t), TORN, "1 songs of train are held out"),
    "another size": ("lyric_groups", changed("lyric_groups", "group_size", 0, 7), PLACES, "1 songs have another group_size"),
    "another group": ("lyric_samples", changed("lyric_samples", "artist_group_id", 0, "s20"), PLACES, "1 songs have another artist_group_id than in lyric_groups"),
    "never grouped": ("lyric_groups", less("lyric_groups"), PLACES, "1 songs have another text_group_id"),
    "words of one less": ("lyric_texts", less("lyric_texts"), ALL, "1 songs have no row, e.g. s00"),
    "no sections": ("lyric_sections", lambda t: t["lyric_sections"].slice(3), ALL, "1 songs have no row, e.g. s00"),
    "other words": ("lyric_texts", changed("lyric_texts", "text", 20, lambda text: text + " more"), WORDS, "1 songs have other words than were hashed, e.g. s20"),
    "other words read": ("song_texts", changed("song_texts", "text", 0, "else"), SOURCE, "1 songs have other words than were hashed, e.g. s00"),
    "other words cleaned": ("clean_lyrics", changed("clean_lyrics", "text", 1, "else"), SOURCE, "1 songs have other words than were hashed, e.g. s01"),
    "residue": ("lyric_texts", changed("lyric_texts", "text", 0, lambda text: text + "\n3Embed"), CLEAN, "sample s00: there is still embed"),
    "an overlap": ("lyric_sections", changed("lyric_sections", "n_lines", 0, 6), COVER, "sample s00: its sections overlap"),
    "beyond the end": ("lyric_sections", changed("lyric_sections", "n_lines", 2, 3), COVER, "sample s00: its sections overlap or go beyond its 10 lines"),
    "a line left out": ("lyric_sections", changed("lyric_sections", "n_lines", 0, 3), COVER, "sample s00: line 3 is in no section"),
    "sections misnumbered": ("lyric_sections", less("lyric_sections", 1), COVER, "sample s00: its sections are not numbered"),
    "no repeat": ("lyric_sections", changed("lyric_sections", "repeat_of", 2, 0), COVER, "section 2 is called a repeat of 0, which has other words"),
    "a repeat of itself": ("lyric_sections", changed("lyric_sections", "repeat_of", 2, 2), COVER, "section 2 is called a repeat of 2, which is not the first"),
    "a repeat of none": ("lyric_sections", changed("lyric_sections", "repeat_of", 2, 7), COVER, "section 2 is called a repeat of 7, which is not the first"),
    "repeats miscounted": ("lyric_sections", changed("lyric_sections", "repeats", 1, 2), COVER, "section 1 is said to be repeated 2 times, and is 1 times"),
    "a long vector": ("embeddings_minilm", changed("embeddings_minilm", "vector", 70, lambda v: [1.0, *v[1:]]), LENGTH, "1 vectors are not of length 1, e.g. that of section 0 of s23"),
    "not a number": ("embeddings_minilm", changed("embeddings_minilm", "vector", 1, lambda v: [float("nan"), *v[1:]]), LENGTH, "1 vectors are not of length 1"),
    "endless": ("embeddings_minilm", changed("embeddings_minilm", "vector", 1, lambda v: [float("inf"), *v[1:]]), LENGTH, "1 vectors are not of length 1"),
    "nothing though there are words": ("embeddings_minilm", changed("embeddings_minilm", "vector", 1, [0.0] * 384), LENGTH, "1 vectors are not of length 1"),
    "more read than can be": ("embeddings_minilm", changed("embeddings_minilm", "n_read", 1, 9), LENGTH, "1 vectors are of more tokens than there are, or than can be read"),
    "another encoder": ("embeddings_minilm", changed("embeddings_minilm", "weights_sha256", 100, "1" * 16), LENGTH, "vectors are by several encoders"),
    "a vector of a repeat": ("embeddings_minilm", changed("embeddings_minilm", "section_index", 2, 2), OF_SECTIONS, "1 vectors are of no section sung first, e.g. that of s00 2"),
    "a vector less": ("embeddings_minilm", less("embeddings_minilm", 2), OF_SECTIONS, "1 vectors are missing, e.g. that of s00 1"),
    "a whole song less": ("embeddings_minilm", less("embeddings_minilm", 0), OF_SECTIONS, "1 vectors are missing, e.g. that of s00 -1"),
    "a query twice": ("lyric_queries", lambda t: pa.concat_tables([t["lyric_queries"], t["lyric_queries"][:1]]), QUERIES, "1 queries have the id of another"),
    "an answer to nothing": ("lyric_queries", less("lyric_queries"), QUERIES, "answers are of no query"),
    "an answer less": ("lyric_qrels", less("lyric_qrels"), QUERIES, "1 queries have another number of answers than they say"),
    "not by its song": ("lyric_qrels", an_answer("is_source", False, is_source=True), QUERIES, "1 answers are wrong about whether"),
    "by another song": ("lyric_qrels", an_answer("is_source", True, is_source=False), QUERIES, "1 answers are wrong about whether"),
    "never answered": ("lyric_qrels", an_answer("sample_id", "s30", sample_id="s00", is_source=True), QUERIES, "1 queries are not answered as their kind has it by their song"),
    "a translation of its own": ("lyric_queries", a_query("kind", "line", "translation"), QUERIES, "1 queries are not answered as their kind has it"),
    "absent and there": ("lyric_queries", a_query("kind", "absent", "line"), QUERIES, "1 queries are called absent though their song is not"),
    "there and absent": ("lyric_queries", a_query("kind", "line", "absent"), QUERIES, "1 queries are called absent though their song is not, or not though it is"),
    "another language": ("lyric_queries", a_query("target_language", "fr", "translation"), QUERIES, "1 answers are in another language than is looked for"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, tables: Tables) -> None:
    table, spoil, check, message = FAULTS[fault]
    found = findings(tables | {table: spoil(tables)})
    assert any(text.startswith(check) and message in text for text in found), found


def test_what_has_nothing_to_read_may_be_zero(tables: Tables) -> None:
    rows = changed("embeddings_minilm", "vector", 1, [0.0] * 384)(tables)
    for column in ("n_read", "n_tokens"):
        rows = changed("embeddings_minilm", column, 1, 0)({"embeddings_minilm": rows})
    assert findings(tables | {"embeddings_minilm": rows}) == []
