"""Set beside each sample the facts that its tags state, and where they can be known from → `song_facts`.

A fact is written `tempo:slow@audio`: what is known, its value, and whether the lyrics, the sound (`audio`) or both show
it. Other tags are no facts, and make no row.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Inputs

_SAMPLE, _SONG = ["sample_id", "split"], ["song_id", "tags"]
_READS = {"interpretation_samples": _SAMPLE, "interpreted_songs": _SONG}
_SONGS_A_SHARD = 4096
_FACT = re.compile(r"(?P<fact>[^\W\d_][\w -]{0,39}):(?P<value>[^:@|]{1,80})@(?P<heard_in>lyrics|audio|both)")
_COLUMNS = ("sample_id", "split", "fact", "value", "heard_in")


class SongFacts(Parameters):
    """There is nothing to choose."""


def cut(_parameters: SongFacts, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards."""
    return cutting.by_key(inputs, _READS, _SONGS_A_SHARD)


def run(_parameters: SongFacts, task: Task) -> None:
    """Write the facts of the shard's songs; of one that has two values of a fact, neither is written."""
    first, last = task.shard.first, task.shard.last
    samples, songs = (task.inputs.read(table, columns, first, last) for table, columns in _READS.items())
    tags = dict(zip(strings(songs.column("song_id")), songs.column("tags").to_pylist(), strict=True))
    rows: list[tuple[str, str, str, str, str]] = []
    for sample_id, split in zip(*(strings(samples.column(name)) for name in _SAMPLE), strict=True):
        for fact, values in sorted(facts_of(tags.get(sample_id) or "").items()):
            if len(values) == 1:
                rows += [(sample_id, split, fact, *values[0])]
            else:
                told = ", ".join("@".join(value) for value in values)
                task.sink.reject(f"{sample_id}/{fact}", "several_values", f"the tags say {told}")
    task.sink.write("song_facts", {name: [row[place] for row in rows] for place, name in enumerate(_COLUMNS)})


def facts_of(tags: str) -> dict[str, list[tuple[str, str]]]:
    """Return fact → its values with where they can be known from, sorted and each once; one, where tags agree.

    >>> facts_of("piano | tempo:slow@audio | topic:the sea@lyrics")
    {'tempo': [('slow', 'audio')], 'topic': [('the sea', 'lyrics')]}
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for tag in tags.split(" | "):
        if match := _FACT.fullmatch(tag.strip()):
            found.setdefault(match["fact"].strip(), set()).add((match["value"].strip(), match["heard_in"]))
    return {fact: sorted(values) for fact, values in found.items()}


STAGE = Stage(
    name="song_facts",
    version=1,
    verb="sets beside each song what its tags state as facts",
    inputs=("interpretation_samples", "interpreted_songs"),
    outputs=("song_facts",),
    parameters=SongFacts,
    cut=cut,
    run=run,
    may_be_empty=True,
    expect=as_many("interpretation_samples", song_facts="interpretation_samples"),
    cost=Cost(cpu_s=1e-5, bytes=80),
)
