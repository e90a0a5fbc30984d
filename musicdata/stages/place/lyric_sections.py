"""Cut each song into sections: verses, choruses, stanzas, blocks of lines → `lyric_sections`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.errors import IntegrityError
from musicdata.music.text import lyric_sections
from musicdata.music.text.lyric_marks import Mark
from musicdata.music.text.lyric_sections import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

_MARKS = ["song_id", "kind", "label", "singers", "times", "line"]
_SONGS_A_SHARD = 2000
_READS = {"lyric_samples": ["sample_id", "split"], "clean_lyrics": ["song_id", "text"], "lyric_marks": _MARKS}


class LyricSections(Parameters):
    """There is nothing to choose."""


def expect(_parameters: LyricSections, counts: Counts) -> Expected:
    """Return some five sections a song."""
    return Expected(counts["lyric_samples"], {"lyric_sections": 5 * counts["lyric_samples"]})


def cut(_parameters: LyricSections, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards."""
    return cutting.by_key(inputs, _READS, _SONGS_A_SHARD)


def run(_parameters: LyricSections, task: Task) -> None:
    """Write the sections of the shard's songs; a sample is called after its song.

    Raises:
        IntegrityError: the words of a sample are not there.
    """
    samples, songs, marks = (
        task.inputs.read(table, columns, task.shard.first, task.shard.last) for table, columns in _READS.items()
    )
    texts = dict(zip(strings(songs.column("song_id")), strings(songs.column("text")), strict=True))
    of_song: dict[str, list[Mark]] = {}
    for row in marks.to_pylist():
        of_song.setdefault(row.pop("song_id"), []).append(Mark(**row))
    rows: list[tuple[Any, ...]] = []
    for sample_id, split in zip(*(strings(samples.column(name)) for name in ("sample_id", "split")), strict=True):
        if (text := texts.get(sample_id)) is None:
            raise IntegrityError(
                f"sample {sample_id} has no row in clean_lyrics; the command that built the workspace builds them anew"
            )
        sections = lyric_sections.cut(text, of_song.get(sample_id, ()))
        rows += [(sample_id, split, number, *section) for number, section in enumerate(sections)]
    names = ("sample_id", "split", "section_index", *Section._fields)
    task.sink.write("lyric_sections", {name: [row[place] for row in rows] for place, name in enumerate(names)})


def remark(_parameters: LyricSections, inputs: Inputs) -> Remark:
    """Tell how many sections there are, how many of them repeat another, and of how many the part is known."""
    n = n_repeats = n_marked = 0
    for part in inputs.iterate("lyric_sections", ["kind", "repeat_of"]):
        n += len(part)
        n_repeats += len(part) - part.column("repeat_of").null_count
        n_marked += count_true(pc.not_equal(part.column("kind"), pa.scalar(lyric_sections.UNMARKED)))
    return Remark({"sections": n, "repeats": n_repeats, "marked": n_marked})


STAGE = Stage(
    name="lyric_sections",
    version=1,
    verb="cuts songs into sections",
    inputs=("lyric_samples", "clean_lyrics", "lyric_marks"),
    outputs=("lyric_sections",),
    parameters=LyricSections,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=5e-4, bytes=100),
    pieces=Pieces("keys"),
    remark=remark,
)
