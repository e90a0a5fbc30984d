"""What lyric search is tried with: vectors are sound and of sections, queries have the answers that they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.check import Check
from musicdata.music.text.lyric_sections import LEAST_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Reader

    Findings = Iterator[tuple[str, str]]

_SAMPLES, _SECTIONS, _QUERIES, _ANSWERS = "lyric_samples", "lyric_sections", "lyric_queries", "lyric_qrels"
_WORKSPACE_ONLY = "lyric_groups"
_VECTORS = tuple(f"embeddings_{name}" for name in ("minilm", "use", "e5", "model"))
_MAKING = ["encoder", "weights_sha256", "max_tokens", "precision"]
_SECTION = ["sample_id", "section_index"]
_WHOLE_SONG = -1
_LENGTH_ERROR = 0.01  # of a vector of length 1 in 16 bits
_TRANSLATION, _ABSENT = "translation", "absent"


def check_vectors(reader: Reader) -> Findings:
    """Yield vectors that are not finite or not of length 1, and tables whose rows are by several encoders."""
    for table in _tables(reader):
        making: set[str] = set()
        contract = reader.contract(table)
        for part in reader.iterate(table, ["sample_id", "section_index", "vector", "n_tokens", "n_read", *_MAKING]):
            vectors = contract.column("vector").unpack(part.column("vector")).astype(np.float64)
            n_tokens, n_read, most = (part.column(name).to_numpy() for name in ("n_tokens", "n_read", "max_tokens"))
            lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
            is_sound = (np.abs(lengths - 1) <= _LENGTH_ERROR) | ((lengths == 0) & (n_tokens == 0))
            for is_odd, what in (
                (~is_sound, "are not of length 1"),
                (n_read > np.minimum(n_tokens, most), "are of more tokens than there are, or than can be read"),
            ):
                if is_odd.any():
                    first = part.slice(int(np.flatnonzero(is_odd)[0]), 1).to_pylist()[0]
                    place = f"section {first['section_index']} of {first['sample_id']}"
                    yield table, f"{is_odd.sum()} vectors {what}, e.g. that of {place}"
            making |= set(strings(pc.unique(_named(part, *_MAKING))))
        if len(making) > 1:
            one, other = sorted(making)[:2]
            yield table, f"vectors are by several encoders: {one} and {other}"


def check_sections(reader: Reader) -> Findings:
    """Yield vectors of what is no section, a repeated one or one of few words, and songs of which one is missing."""
    sections = reader.read(_SECTIONS, [*_SECTION, "repeat_of", "n_words"])
    is_wanted = pc.and_(
        pc.is_null(sections.column("repeat_of")),
        pc.greater_equal(sections.column("n_words"), pa.scalar(LEAST_WORDS, pa.int32())),
    )
    sections = sections.filter(is_wanted).select(_SECTION)
    for table in _tables(reader):
        rows = reader.read(table, _SECTION)
        songs = pc.unique(rows.column("sample_id"))
        wholes = pa.table([songs, pa.array(np.full(len(songs), _WHOLE_SONG, np.int32))], _SECTION)
        wanted = sections.filter(pc.is_in(sections.column("sample_id"), songs))
        expected = pa.chunked_array([*_named(wanted, *_SECTION).chunks, *_named(wholes, *_SECTION).chunks], pa.string())
        there = _named(rows, *_SECTION)
        for one, other, what in ((there, expected, "are of no section sung first"), (expected, there, "are missing")):
            odd = one.filter(pc.invert(pc.is_in(one, other)))
            if len(odd):
                yield table, f"{len(odd)} vectors {what}, e.g. that of {odd[0]}"


def check_queries(reader: Reader) -> Findings:
    """Yield queries whose answers are not those that they say; in a release songs may have been taken down since."""
    queries = reader.read(_QUERIES, ["sample_id", "query_id", "kind", "target_language", "n_relevant"])
    answers = reader.read(_ANSWERS, ["sample_id", "query_id", "is_source"])
    ids = queries.column("query_id")
    if n_twice := len(ids) - len(pc.unique(ids)):
        yield _QUERIES, f"{n_twice} queries have the id of another"
        return
    of_query = pc.index_in(answers.column("query_id"), ids)
    is_whole = _WORKSPACE_ONLY in reader.tables
    if is_whole and of_query.null_count:
        yield _ANSWERS, f"{of_query.null_count} answers are of no query"
    answers, of_query = answers.filter(pc.is_valid(of_query)), of_query.drop_null()
    asked = queries.take(of_query)
    yield from _answered(queries, of_query, is_whole=is_whole)
    yield from _sources(queries, answers, asked)
    yield from _kinds(reader, queries, answers, asked)


def _answered(queries: pa.Table, of_query: Values, *, is_whole: bool) -> Findings:
    counts = np.bincount(of_query.to_numpy().astype(np.int64), minlength=len(queries))
    told = queries.column("n_relevant").to_numpy()
    odd = np.flatnonzero(counts != told if is_whole else counts > told)
    if len(odd):
        query = queries.column("query_id")[int(odd[0])]
        yield _QUERIES, f"{len(odd)} queries have another number of answers than they say, e.g. {query}"


def _sources(queries: pa.Table, answers: pa.Table, asked: pa.Table) -> Findings:
    """Yield queries that the song they were made from does not answer, but for those that look for a translation."""
    is_own = pc.equal(answers.column("sample_id"), asked.column("sample_id"))
    if n := _n_true(pc.not_equal(is_own, answers.column("is_source"))):
        yield _ANSWERS, f"{n} answers are wrong about whether their query was made from the song"
    answered = pc.unique(answers.filter(is_own).column("query_id"))
    is_answered = pc.is_in(queries.column("query_id"), answered)
    is_translation = pc.equal(queries.column("kind"), pa.scalar(_TRANSLATION))
    odd = queries.filter(pc.equal(is_answered, is_translation))
    if len(odd):
        yield _QUERIES, f"{len(odd)} queries are not answered as their kind has it by their song, e.g. {_first(odd)}"


def _kinds(reader: Reader, queries: pa.Table, answers: pa.Table, asked: pa.Table) -> Findings:
    """Yield queries of songs held out that are not called absent, and translations into another language."""
    samples = reader.read(_SAMPLES, ["sample_id", "language", "is_held_out"])
    known = samples.column("sample_id")
    source = samples.take(pc.index_in(queries.column("sample_id"), known))
    odd = queries.filter(pc.xor(pc.equal(queries.column("kind"), pa.scalar(_ABSENT)), source.column("is_held_out")))
    if len(odd):
        yield (
            _QUERIES,
            f"{len(odd)} queries are called absent though their song is not, or not though it is, e.g. {_first(odd)}",
        )
    language = samples.take(pc.index_in(answers.column("sample_id"), known)).column("language")
    odd = asked.filter(pc.not_equal(language, asked.column("target_language")))
    if len(odd):
        yield _ANSWERS, f"{len(odd)} answers are in another language than is looked for, e.g. of query {_first(odd)}"


def _first(queries: pa.Table) -> Any:
    return queries.column("query_id")[0]


def _n_true(mask: Values) -> int:
    return int(pc.sum(mask.cast(pa.int64())).as_py() or 0)


def _named(rows: pa.Table, *columns: str) -> pa.ChunkedArray[Any]:
    """Return what names each row, as one text."""
    parts: list[Any] = [rows.column(name).cast(pa.string()) for name in columns]
    named: pa.ChunkedArray[Any] = pc.call_function("binary_join_element_wise", [*parts, pa.scalar(" ")])
    return named


def _tables(reader: Reader) -> list[str]:
    return [table for table in _VECTORS if table in reader.tables]


def _has_vectors(reader: Reader) -> bool:
    return bool(_tables(reader))


CHECKS = (
    Check("vectors of words are of length 1, by one encoder", check_vectors, applies=_has_vectors, place=65),
    Check("vectors are of sections", check_sections, (_SAMPLES, _SECTIONS), _has_vectors, place=66),
    Check(
        "queries have the answers that they say", check_queries, (_SAMPLES, _QUERIES, _ANSWERS), over="all", place=67
    ),
)
