"""Songs of some languages with their words and sections, a few at a time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.stage import Shard
from musicdata.errors import IntegrityError
from musicdata.music.text.lyric_sections import LEAST_WORDS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from musicdata.definitions.reader import Inputs

SAMPLES, TEXTS, SECTIONS = "lyric_samples", "lyric_texts", "lyric_sections"
WHOLE = -1
"""Section index of the whole song."""

_READS = ["sample_id", "split", "language", "text_sha256"]
_SECTION = ["sample_id", "section_index", "first_line", "n_lines", "n_words", "repeat_of"]


@dataclass(frozen=True, slots=True)
class Song:
    """A song with its words.

    Attributes:
        parts: section index → words of it: of the whole song first, then of each section of four words and more that
            repeats none before it.
    """

    sample_id: str
    split: str
    parts: dict[int, str]


def shards(inputs: Inputs, languages: Collection[str], target: int) -> Iterator[Shard]:
    """Cut the songs of some languages into shards; words are told by their hash."""
    songs = _of_languages(inputs, languages)
    ids = strings(songs.column("sample_id"))
    for start, stop in cutting.runs(ids, target):
        some = songs[start:stop]
        digest = hashlib.sha256()
        for rows in (some, _sections(inputs, some)):
            digest.update(repr(rows.to_pydict()).encode())
        yield Shard(ids[start], ids[stop - 1], stop - start, digest.hexdigest())


def iterate(inputs: Inputs, languages: Collection[str], shard: Shard) -> Iterator[Song]:
    """Yield the shard's songs of these languages.

    Raises:
        IntegrityError: the tables are not of the same songs, or a section is not in its song's words.
    """
    songs = _of_languages(inputs, languages, shard.first, shard.last)
    texts = inputs.read(TEXTS, ["sample_id", "text"], shard.first, shard.last)
    words = dict(zip(strings(texts.column("sample_id")), strings(texts.column("text")), strict=True))
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for row in _sections(inputs, songs).to_pylist():
        if row["repeat_of"] is None and row["n_words"] >= LEAST_WORDS:
            span = (row["section_index"], row["first_line"], row["first_line"] + row["n_lines"])
            spans.setdefault(row["sample_id"], []).append(span)
    for row in songs.to_pylist():
        sample_id = row["sample_id"]
        if sample_id not in words:
            raise _differ(f"{TEXTS} lacks song {sample_id}, which {SAMPLES} has")
        yield Song(sample_id, row["split"], _parts(sample_id, words[sample_id], spans.get(sample_id, [])))


def _parts(sample_id: str, text: str, spans: list[tuple[int, int, int]]) -> dict[int, str]:
    lines = text.split("\n")
    parts = {WHOLE: text}
    for index, first, stop in spans:
        if stop > len(lines):
            raise _differ(f"section {index} of song {sample_id} ends with line {stop}, of {len(lines)} in {TEXTS}")
        parts[index] = "\n".join(lines[first:stop])
    return parts


def _of_languages(
    inputs: Inputs, languages: Collection[str], first: str | None = None, last: str | None = None
) -> pa.Table:
    songs = inputs.read(SAMPLES, _READS, first, last)
    return songs.filter(pc.is_in(songs.column("language"), pa.array(sorted(languages), pa.string())))


def _sections(inputs: Inputs, songs: pa.Table) -> pa.Table:
    """Return the sections of songs, which stand in order of their ids."""
    if not len(songs):
        return inputs.read(SECTIONS, _SECTION, "", "").slice(0, 0)
    ids = songs.column("sample_id")
    sections = inputs.read(SECTIONS, _SECTION, ids[0].as_py(), ids[-1].as_py())
    return sections.filter(pc.is_in(sections.column("sample_id"), ids))


def _differ(what: str) -> IntegrityError:
    return IntegrityError(f"{what}; the command that built the tables builds them anew")
