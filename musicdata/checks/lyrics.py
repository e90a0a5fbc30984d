"""Songs with words: groups are in one split, words are those hashed and clean, sections cover them."""

from __future__ import annotations

import hashlib
from itertools import groupby, pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.check import Check
from musicdata.music.similarity.shingles import Letters
from musicdata.music.text.lyric_residue import residue_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.reader import Reader

    Findings = Iterator[tuple[str, str]]

_SAMPLES, _GROUPS, _TEXTS, _SECTIONS = "lyric_samples", "lyric_groups", "lyric_texts", "lyric_sections"
_WHOLE = (_TEXTS, _SECTIONS, "lyric_features")
_HASHED = {"song_texts": "source_text_sha256", "clean_lyrics": "text_sha256"}
_HELD_TOGETHER = {
    "split": ("text_group_id", "group_id"),
    "artist_split": ("artist_group_id",),
    "is_held_out": ("text_group_id",),
    "text_group_id": ("text_sha256",),
    "group_id": ("text_group_id",),
}
_SECTION = ["sample_id", "section_index", "first_line", "n_lines", "repeat_of", "repeats"]


def check_groups(reader: Reader) -> Findings:
    """Yield groups of songs that are torn: by a split, by the larger groups, or by what is held out of the index."""
    columns = dict.fromkeys(name for what, groups in _HELD_TOGETHER.items() for name in (what, *groups))
    samples = reader.read(_SAMPLES, list(columns))
    for what, groups in _HELD_TOGETHER.items():
        for name in groups:
            counts = samples.group_by(name, use_threads=False).aggregate([(what, "count_distinct")])
            torn = counts.filter(pc.field(f"{what}_count_distinct") > 1)
            if len(torn):
                yield _SAMPLES, f"{len(torn)} values of {name} stand in several of {what}, e.g. {torn.column(name)[0]}"
    trained = samples.filter(pc.equal(samples.column("split"), pa.scalar("train"))).column("is_held_out")
    if n_trained := count_true(trained):
        yield _SAMPLES, f"{n_trained} songs of train are held out of the index, which holds out some of valid and test"


def check_places(reader: Reader) -> Findings:
    """Yield songs whose groups are not those that were found, and sizes that are not those of the groups."""
    names = ["text_group", "group", "artist_group"]
    groups = reader.read(_GROUPS, ["song_id", *(f"{name}_{what}" for name in names for what in ("id", "size"))])
    for name in names:
        ids, sizes = groups.column(f"{name}_id"), groups.column(f"{name}_size")
        counted = groups.group_by(f"{name}_id", use_threads=False).aggregate([([], "count_all")])
        n = counted.column("count_all").take(pc.index_in(ids, counted.column(f"{name}_id")))
        if odd := count_true(pc.not_equal(n, sizes.cast(pa.int64()))):
            yield _GROUPS, f"{odd} songs have another {name}_size than their group has songs"
    samples = reader.read(_SAMPLES, ["sample_id", *(f"{name}_id" for name in names)])
    found = groups.take(pc.index_in(samples.column("sample_id"), groups.column("song_id")))
    for name in names:
        odd = count_true(pc.not_equal(found.column(f"{name}_id"), samples.column(f"{name}_id")))
        if odd := odd + found.column(f"{name}_id").null_count:
            yield _SAMPLES, f"{odd} songs have another {name}_id than in {_GROUPS}"


def check_complete(reader: Reader) -> Findings:
    """Yield tables that lack a song, of those that have all."""
    samples = reader.read(_SAMPLES, ["sample_id"]).column("sample_id")
    for table in (table for table in _WHOLE if table in reader.tables):
        there = pc.unique(reader.read(table, ["sample_id"]).column("sample_id"))
        lacking = samples.filter(pc.invert(pc.is_in(samples, there)))
        if len(lacking):
            yield table, f"{len(lacking)} songs have no row, e.g. {lacking[0]}"


def check_words(reader: Reader) -> Findings:
    """Yield songs whose words are not those that were hashed."""
    for part in reader.iterate(_TEXTS, ["sample_id", "text"]):
        shown = part.filter(pc.is_valid(part.column("text")))
        if len(shown):
            ids = shown.column("sample_id")
            known = reader.read(_SAMPLES, ["sample_id", "text_sha256"], ids[0].as_py(), ids[-1].as_py())
            hashes = known.column("text_sha256").take(pc.index_in(ids, known.column("sample_id")))
            yield from _not_hashed(_TEXTS, ids, shown.column("text"), hashes)


def check_source_words(reader: Reader) -> Findings:
    """Yield songs whose words, as read or as cleaned, are not those that were hashed."""
    samples = reader.read(_SAMPLES, ["sample_id", "source_text_sha256", "text_sha256"])
    for table, name in _HASHED.items():
        for part in reader.iterate(table, ["song_id", "text"]):
            place = pc.index_in(part.column("song_id"), samples.column("sample_id"))
            there = part.filter(pc.is_valid(place))
            hashes = samples.column(name).take(place.drop_null())
            yield from _not_hashed(table, there.column("song_id"), there.column("text"), hashes)


def _not_hashed(table: str, ids: Values, texts: Values, hashes: Values) -> Findings:
    sums = [hashlib.sha256(text.encode()).hexdigest() for text in strings(texts)]
    odd = [n for n, (made, told) in enumerate(zip(sums, hashes.to_pylist(), strict=True)) if made != told]
    if odd:
        yield table, f"{len(odd)} songs have other words than were hashed, e.g. {ids[odd[0]]}"


def check_residue(reader: Reader) -> Findings:
    """Yield songs in whose words there is still what cleaning takes out."""
    for part in reader.iterate(_TEXTS, ["sample_id", "text"]):
        for sample_id, text in zip(*(column.to_pylist() for column in part.columns), strict=True):
            if text is not None and (rules := residue_left(text)):
                yield _TEXTS, f"sample {sample_id}: there is still {', '.join(rules)}"


def check_sections(reader: Reader) -> Findings:
    """Yield songs whose sections overlap, leave a line out, or are called repeats of what they are not."""
    for part in reader.iterate(_TEXTS, ["sample_id", "text"]):
        texts = {row["sample_id"]: row["text"] for row in part.to_pylist() if row["text"] is not None}
        if not texts:
            continue
        rows = reader.read(_SECTIONS, _SECTION, min(texts), max(texts)).to_pylist()
        for sample_id, sections in groupby(rows, itemgetter("sample_id")):
            if sample_id in texts:
                problems = _section_problems(texts[sample_id].split("\n"), list(sections))
                yield from ((_SECTIONS, f"sample {sample_id}: {problem}") for problem in problems)


def _section_problems(lines: Sequence[str], sections: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if [row["section_index"] for row in sections] != list(range(len(sections))):
        yield "its sections are not numbered 0 … n−1"
        return
    spans = [(row["first_line"], row["first_line"] + row["n_lines"]) for row in sections]
    if any(end > start for (_, end), (start, _) in pairwise(spans)) or spans[-1][1] > len(lines):
        yield f"its sections overlap or go beyond its {len(lines)} lines"
        return
    covered = {line for start, end in spans for line in range(start, end)}
    missing = [number for number, line in enumerate(lines) if line.strip() and number not in covered]
    if missing:
        yield f"line {missing[0]} is in no section"
    yield from _repeat_problems(["\n".join(lines[start:end]) for start, end in spans], sections)


def _repeat_problems(words: Sequence[str], sections: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    letters = Letters.of(words).prints()
    counts = [0] * len(sections)
    for number, row in enumerate(sections):
        first = row["repeat_of"]
        if first is None:
            continue
        if first >= number or sections[first]["repeat_of"] is not None:
            yield f"section {number} is called a repeat of {first}, which is not the first of its like"
        elif letters[first] != letters[number]:
            yield f"section {number} is called a repeat of {first}, which has other words"
        else:
            counts[first] += 1
    told = [row["repeats"] for row in sections]
    if counts != told:
        odd = next(number for number, n in enumerate(told) if counts[number] != n)
        yield f"section {odd} is said to be repeated {told[odd]} times, and is {counts[odd]} times"


def _shows_words(reader: Reader) -> bool:
    return "text" in {column.name for column in reader.contract(_TEXTS).columns}


CHECKS = (
    Check("no group of songs is torn", check_groups, needs=(_SAMPLES,), over="all", place=31),
    Check("songs are in the groups that were found", check_places, needs=(_SAMPLES, _GROUPS), over="all", place=32),
    Check("every song has its words, sections and features", check_complete, needs=(_SAMPLES,), place=60),
    Check("songs have the words that were hashed", check_words, (_SAMPLES, _TEXTS), _shows_words, place=61),
    Check(
        "words as read and as cleaned are those hashed", check_source_words, (_SAMPLES, *_HASHED), over="all", place=62
    ),
    Check("nothing is left in words that is not sung", check_residue, (_TEXTS,), _shows_words, place=63),
    Check("sections cover the words of their song", check_sections, (_TEXTS, _SECTIONS), _shows_words, place=64),
)
