"""Songs with interpretations: texts are those that ids and hashes say, clean, and in the variants they should be."""

from __future__ import annotations

import hashlib
from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.check import Check
from musicdata.music.text import comment_cleaning, lyric_quotes, lyric_residue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.definitions.arrow import Array, Values
    from musicdata.definitions.reader import Reader

    Findings = Iterator[tuple[str, str]]

_SAMPLES, _COMMENTS, _LYRICS = "interpretation_samples", "interpretations", "interpretation_lyrics"
_GROUPS, _RAW, _CLEAN, _SONGS = (
    "interpretation_groups",
    "raw_interpretations",
    "clean_interpretations",
    "interpreted_songs",
)
_SPLITTING = "split_interpretations"
_VARIANTS = ("in_full", "in_not_negative", "in_positive")
_EMPTY = hashlib.sha256(b"").hexdigest()


def check_groups(reader: Reader) -> Findings:
    """Yield artists, and songs of equal lyrics, that stand in several splits of the scheme that keeps them together."""
    samples = reader.read(_SAMPLES, ["split", "artist_split", "artist_group_id", "lyrics_sha256"])
    worded = samples.filter(pc.not_equal(samples.column("lyrics_sha256"), pa.scalar(_EMPTY)))
    for rows, group, split in ((samples, "artist_group_id", "artist_split"), (worded, "lyrics_sha256", "split")):
        counts = rows.group_by(group, use_threads=False).aggregate([(split, "count_distinct")])
        torn = counts.filter(pc.field(f"{split}_count_distinct") > 1)
        if len(torn):
            yield _SAMPLES, f"{len(torn)} values of {group} stand in several of {split}, e.g. {torn.column(group)[0]}"


def check_official(reader: Reader) -> Findings:
    """Yield songs of the source's test split that are not in test, and groups in test without one of them."""
    if not reader.parameters(_SPLITTING).get("official", True):
        return
    samples = reader.read(_SAMPLES, ["sample_id", "split", "group_id", "artist_group_id", "is_official_test"])
    is_test = pc.equal(samples.column("split"), pa.scalar("test"))
    official, test = samples.filter(samples.column("is_official_test")), samples.filter(is_test)
    left = official.filter(pc.not_equal(official.column("split"), pa.scalar("test")))
    if len(left):
        yield _SAMPLES, f"{len(left)} songs of the source's test split are not in test, e.g. {left.column(0)[0]}"
    if not len(official) or _GROUPS not in reader.tables:
        return  # those that tie a group to it may have been taken out of a release
    by = reader.parameters(_SPLITTING).get("split", {}).get("by", "group_id")
    groups = reader.read(_GROUPS, ["song_id", by])
    is_theirs = pc.is_in(groups.column("song_id"), _official_songs(reader, official.column("sample_id")))
    other = test.filter(pc.invert(pc.is_in(test.column(by), pc.unique(groups.column(by).filter(is_theirs)))))
    if len(other):
        yield _SAMPLES, f"{len(other)} songs are in test and not tied to the source's, e.g. {other.column(0)[0]}"


def _official_songs(reader: Reader, samples: Values) -> Array:
    """Return the songs of the source's test split: samples, and songs of which nothing but the group is left."""
    songs = set(strings(samples))
    for table in (_SONGS, _CLEAN):
        if table in reader.tables:
            rows = reader.read(table, ["song_id", "official_split"])
            songs.update(strings(rows.filter(pc.equal(rows.column(1), pa.scalar("test"))).column(0)))
    return pa.array(sorted(songs), pa.string())


def check_counts(reader: Reader) -> Findings:
    """Yield samples without a row of lyrics, or with another number of interpretations than they say."""
    samples = reader.read(_SAMPLES, ["sample_id", "n_interpretations"])
    if _LYRICS in reader.tables:
        there = reader.read(_LYRICS, ["sample_id"]).column("sample_id")
        lacking = samples.filter(pc.invert(pc.is_in(samples.column("sample_id"), there)))
        if len(lacking):
            yield _LYRICS, f"{len(lacking)} songs have no row, e.g. {lacking.column(0)[0]}"
    if _COMMENTS not in reader.tables:
        return
    counts = Counter(strings(reader.read(_COMMENTS, ["sample_id"]).column("sample_id")))
    told = dict(zip(strings(samples.column(0)), samples.column(1).to_pylist(), strict=True))
    odd = sorted(sample_id for sample_id, n in told.items() if counts[sample_id] != n)
    if odd:
        example = f"{odd[0]} has {counts[odd[0]]} of {told[odd[0]]}"
        yield _SAMPLES, f"{len(odd)} songs have another number of interpretations than they say, e.g. {example}"


def check_ids(reader: Reader) -> Findings:
    """Yield interpretations whose id, length or number of words is not that of their text."""
    for part in reader.iterate(_COMMENTS, ["sample_id", "interpretation_id", "text", "n_characters", "n_words"]):
        odd: dict[str, list[str]] = {}
        for row in part.to_pylist():
            text = row["text"]
            if text is None:
                continue
            if row["interpretation_id"] != _sha256(f"{row['sample_id']}\n{text}")[:16]:
                odd.setdefault("another id than their text has", []).append(row["interpretation_id"])
            elif (row["n_characters"], row["n_words"]) != (len(text), len(lyric_quotes.words(text))):
                odd.setdefault("another length than their text", []).append(row["interpretation_id"])
        for what, ids in odd.items():
            yield _COMMENTS, f"{len(ids)} interpretations have {what}, e.g. {ids[0]}"


def check_lyrics(reader: Reader) -> Findings:
    """Yield songs whose lyrics are not those that were hashed."""
    for part in reader.iterate(_LYRICS, ["sample_id", "text"]):
        shown = part.filter(pc.is_valid(part.column("text")))
        if not len(shown):
            continue
        ids = shown.column("sample_id")
        samples = reader.read(_SAMPLES, ["sample_id", "lyrics_sha256"], ids[0].as_py(), ids[-1].as_py())
        hashes = samples.column("lyrics_sha256").take(pc.index_in(ids, samples.column("sample_id")))
        yield from _not_hashed(_LYRICS, "songs", ids, shown.column("text"), hashes)


def check_sources(reader: Reader) -> Findings:
    """Yield texts as read that are not those hashed, and cleaned interpretations that are of no text that was read."""
    for table, name, text, noun in (
        (_SONGS, "lyrics_sha256", "lyrics", "songs"),
        (_RAW, "text_sha256", "text", "rows"),
    ):
        for part in reader.iterate(table, ["song_id", text, name]):
            there = part.filter(pc.is_valid(part.column(text)))
            yield from _not_hashed(table, noun, there.column("song_id"), there.column(text), there.column(name))
    for part in reader.iterate(_CLEAN, ["song_id", "text_raw_sha256"]):
        if len(part):
            first, last = part.column("song_id")[0].as_py(), part.column("song_id")[-1].as_py()
            raw = _named(reader.read(_RAW, ["song_id", "text_sha256"], first, last))
            odd = part.filter(pc.invert(pc.is_in(_named(part), raw)))
            if len(odd):
                example = odd.column("song_id")[0]
                yield _CLEAN, f"{len(odd)} interpretations are of no text that was read, e.g. one of {example}"


def check_placed(reader: Reader) -> Findings:
    """Yield interpretations that are not as they were cleaned."""
    names = ["interpretation_id", "text_raw_sha256", "votes", "n_words", "n_characters"]
    for part in reader.iterate(_COMMENTS, ["sample_id", *names]):
        if len(part):
            first, last = part.column("sample_id")[0].as_py(), part.column("sample_id")[-1].as_py()
            clean = _named(reader.read(_CLEAN, ["song_id", *names], first, last))
            odd = part.filter(pc.invert(pc.is_in(_named(part), clean)))
            if len(odd):
                example = odd.column("interpretation_id")[0]
                yield _COMMENTS, f"{len(odd)} interpretations are not as they were cleaned, e.g. {example}"


def check_variants(reader: Reader) -> Findings:
    """Yield interpretations of a variant that are not in a wider one, and those held out that a variant leaves out."""
    rows = reader.read(_COMMENTS, ["interpretation_id", "split", *_VARIANTS])
    ids, is_held_out = rows.column("interpretation_id"), pc.not_equal(rows.column("split"), pa.scalar("train"))
    is_in = {name: pc.is_in(rows.column(name), pa.array([True])) for name in _VARIANTS}
    for wide, narrow in combinations(_VARIANTS, 2):
        odd = ids.filter(pc.and_not(is_in[narrow], is_in[wide]))
        if len(odd):
            yield _COMMENTS, f"{len(odd)} are {narrow} and not {wide}, e.g. {odd[0]}"
    odd = ids.filter(pc.invert(is_in[_VARIANTS[0]]))
    if len(odd):
        yield _COMMENTS, f"{len(odd)} are not {_VARIANTS[0]}, which all are, e.g. {odd[0]}"
    for name in _VARIANTS:
        is_told = rows.column(name).null_count < len(rows)
        odd = ids.filter(pc.and_not(is_held_out, is_in[name]))
        if is_told and len(odd):
            yield _COMMENTS, f"{len(odd)} of valid and test are not {name}: variants have one test, e.g. {odd[0]}"


def check_clean(reader: Reader) -> Findings:
    """Yield texts in which there is still what cleaning takes out."""
    looks: tuple[tuple[str, Callable[[str], list[str]]], ...] = (
        (_COMMENTS, comment_cleaning.residue_left),
        (_LYRICS, lyric_residue.residue_left),
    )
    for table, left in looks:
        if not _shows(reader, table):
            continue
        key = reader.contract(table).key[-1]
        for part in reader.iterate(table, [key, "text"]):
            for name, text in zip(*(part.column(column).to_pylist() for column in (key, "text")), strict=True):
                if text and (rules := left(text)):
                    yield table, f"{key} {name}: there is still {', '.join(rules)}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _not_hashed(table: str, noun: str, ids: Values, texts: Values, hashes: Values) -> Findings:
    sums = map(_sha256, strings(texts))
    odd = [place for place, (made, told) in enumerate(zip(sums, hashes.to_pylist(), strict=True)) if made != told]
    if odd:
        yield table, f"{len(odd)} {noun} have other words than were hashed, e.g. {ids[odd[0]]}"


def _named(rows: pa.Table) -> pa.ChunkedArray[Any]:
    """Return all of each row as one text."""
    parts: list[Any] = [column.cast(pa.string()).fill_null(pa.scalar("none")) for column in rows.columns]
    named: pa.ChunkedArray[Any] = pc.call_function("binary_join_element_wise", [*parts, pa.scalar("\n")])
    return named


def _shows(reader: Reader, table: str) -> bool:
    return table in reader.tables and "text" in {column.name for column in reader.contract(table).columns}


def _shows_comments(reader: Reader) -> bool:
    return _shows(reader, _COMMENTS)


def _shows_lyrics(reader: Reader) -> bool:
    return _shows(reader, _LYRICS)


def _shows_words(reader: Reader) -> bool:
    return _shows_comments(reader) or _shows_lyrics(reader)


CHECKS = (
    Check("no artist and no lyrics are in several splits", check_groups, (_SAMPLES,), over="all", place=31),
    Check("the source's test songs are in test", check_official, (_SAMPLES,), over="all", place=32),
    Check("songs have their lyrics and interpretations", check_counts, (_SAMPLES,), place=60),
    Check("interpretations are called after their texts", check_ids, (_COMMENTS,), _shows_comments, place=61),
    Check("lyrics are those that were hashed", check_lyrics, (_SAMPLES, _LYRICS), _shows_lyrics, place=61),
    Check("texts as read are those hashed", check_sources, (_SONGS, _RAW, _CLEAN), over="all", place=62),
    Check("interpretations are as they were cleaned", check_placed, (_COMMENTS, _CLEAN), over="all", place=62),
    Check("variants are nested and have one test", check_variants, (_COMMENTS,), over="all", place=63),
    Check("cleaning takes nothing more out of texts", check_clean, (_SAMPLES,), _shows_words, place=64),
)
