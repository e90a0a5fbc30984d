"""Cut songs into windows of sung notes and place them in splits → `samples`, `notes`."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import Field, field_validator

from musicdata.definitions import cutting, split_filling
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.splits import Split
from musicdata.definitions.stage import Parameters, Shard, Stage, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

    Row = dict[str, Any]

_SONGS_A_SHARD = 256
_READS: dict[str, list[str] | None] = {
    "song_groups": ["song_id", "group_id"],
    "songs": ["song_id", "language"],
    "song_notes": None,
}
_MAX_WINDOWS = 1000
_SHARE_KEPT = 0.9  # of the windows of 40 Lieder; the others have a rest that is too long


class Window(Parameters):
    """How windows are cut.

    Attributes:
        notes: sung notes in a window.
        stride: distance of the starts of two windows, in units of `stride_unit`.
        stride_unit: "note", or "word" as the authors of the Lakh MIDI lyrics data count (window k begins at word
            k·stride and needs stride words after it).
        windows_per_song: at most so many, from the beginning; 0 for as many as there are.
        max_rest: a window with a longer rest before one of its notes is dropped; in units of `unit_ql` quarter lengths.
        unit_ql: quarter lengths in a unit of `max_rest`.
        first_rest: "zero" begins the window with its first note, "keep" with the silence before it.
        tempo_bpm: quarter lengths a minute, for the audio.
        split: how windows are divided into train, valid and test.
    """

    notes: int = Field(20, ge=1, le=1000)
    stride: int = Field(20, ge=1)
    stride_unit: Literal["note", "word"] = "note"
    windows_per_song: int = Field(0, ge=0, le=_MAX_WINDOWS)
    max_rest: float = Field(8.0, ge=0)
    unit_ql: float = Field(1.0, gt=0, le=64)
    first_rest: Literal["zero", "keep"] = "zero"
    tempo_bpm: float = Field(120.0, ge=10, le=1000)
    split: Split = Field(default_factory=Split)

    @field_validator("split")
    @classmethod
    def _goes_by_what_windows_have(cls, split: Split) -> Split:
        return split.among(("group_id", "song_id", "sample_id"), "windows")


def expect(parameters: Window, counts: Counts) -> Expected:
    """Tell the windows from songs and notes: half a window of each song is left over on the average."""
    songs = counts["songs"]
    n_windows = _SHARE_KEPT * (counts["song_notes"] - songs * parameters.notes / 2) / parameters.stride
    samples = min(max(n_windows, 0.0), songs * (parameters.windows_per_song or _MAX_WINDOWS))
    return Expected(samples, {"samples": samples, "notes": samples * parameters.notes})


def cut(parameters: Window, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; each knows which groups fill a split that would be empty."""
    return split_filling.marked(cutting.by_key(inputs, _READS, _SONGS_A_SHARD), _lent(parameters, inputs))


def _lent(parameters: Window, inputs: Inputs) -> dict[str, str]:
    """Return the groups or songs that are lent to a split; windows by themselves are placed as their hashes say."""
    if parameters.split.by == "sample_id":
        return {}
    lengths = inputs.read("songs", ["song_id", "n_notes"])
    long_enough = lengths.filter(pc.greater_equal(lengths.column("n_notes"), pa.scalar(parameters.notes)))
    groups = inputs.read("song_groups", ["song_id", "group_id"])
    kept = groups.filter(pc.is_in(groups.column("song_id"), long_enough.column("song_id").combine_chunks()))
    return parameters.split.lent(strings(kept.column(parameters.split.by)))


def run(parameters: Window, task: Task) -> None:
    """Cut the shard's songs into windows."""
    groups, songs, notes = (
        task.inputs.read(table, columns, task.shard.first, task.shard.last).to_pylist()
        for table, columns in _READS.items()
    )
    lent = split_filling.read(task.shard)
    group_of = {row["song_id"]: row["group_id"] for row in groups}
    language_of = {row["song_id"]: row["language"] for row in songs}
    for song_id, rows in groupby(notes, key=itemgetter("song_id")):
        if song_id in group_of:
            facts = {"song_id": song_id, "group_id": group_of[song_id], "language": language_of[song_id]}
            _cut_song(parameters, task, facts, list(rows), lent)


def _cut_song(parameters: Window, task: Task, song: Row, notes: list[Row], lent: Mapping[str, str]) -> None:
    starts = window_starts(parameters, [note["word_index"] for note in notes])
    if not starts:
        detail = f"{len(notes)} sung notes; a window needs {parameters.notes}"
        if parameters.stride_unit == "word":
            detail += f" and {parameters.stride} words"
        task.sink.reject(song["song_id"], "too_short", detail)
    for window_index, start in enumerate(starts):
        sample_id = f"{song['song_id']}-{window_index:03d}"
        window = [dict(note) for note in notes[start : start + parameters.notes]]
        if parameters.first_rest == "zero":
            window[0]["rest_ql"] = 0.0
        if problem := _long_rest(parameters, window):
            task.sink.reject(sample_id, "rest_too_long", problem)
            continue
        facts = song | {"window_index": window_index, "first_note_index": start, "sample_id": sample_id}
        split = parameters.split.place(facts[parameters.split.by], lent)
        _write(parameters, task, facts | {"split": split}, window)


def window_starts(parameters: Window, word_index: Sequence[int | None]) -> list[int]:
    """Return the first note of each window, given the word each note of the song belongs to."""
    if parameters.stride_unit == "note":
        starts = list(range(0, len(word_index) - parameters.notes + 1, parameters.stride))
    else:
        first_note_of_word = [
            i for i, word in enumerate(word_index) if i == 0 or word is None or word != word_index[i - 1]
        ]
        firsts = first_note_of_word[:: parameters.stride]
        n_whole = len(first_note_of_word) // parameters.stride
        starts = [start for start in firsts[:n_whole] if start + parameters.notes <= len(word_index)]
    return starts[: parameters.windows_per_song or _MAX_WINDOWS]


def _long_rest(parameters: Window, window: list[Row]) -> str:
    limit_ql = parameters.max_rest * parameters.unit_ql
    for index, note in enumerate(window):
        if note["rest_ql"] > limit_ql:
            return f"{note['rest_ql']:g} quarter lengths before note {index}; at most {limit_ql:g}"
    return ""


def _write(parameters: Window, task: Task, sample: Row, window: list[Row]) -> None:
    n = len(window)
    onsets, offsets = times_s(window, parameters.tempo_bpm)
    common = {"sample_id": sample["sample_id"], "split": sample["split"]}
    facts = {
        "n_notes": n,
        "tempo_bpm": parameters.tempo_bpm,
        "duration_s": offsets[-1],
        "lyrics": lyrics_text([(note["syllable"], note["word_index"]) for note in window]),
    }
    task.sink.write("samples", {name: [value] for name, value in {**sample, **facts}.items()})
    columns = ("pitch", "duration_ql", "rest_ql", "syllable", "word", "word_index")
    task.sink.write(
        "notes",
        {name: [value] * n for name, value in common.items()}
        | {name: [note[name] for note in window] for name in columns}
        | {"note_index": list(range(n)), "onset_s": onsets, "offset_s": offsets},
    )


def times_s(window: list[Row], tempo_bpm: float) -> tuple[list[float], list[float]]:
    """Return onsets and offsets in seconds of notes given by `rest_ql` and `duration_ql`.

    >>> times_s([{"rest_ql": 1.0, "duration_ql": 0.5}, {"rest_ql": 0.0, "duration_ql": 2.0}], 120.0)
    ([0.5, 0.75], [0.75, 1.75])
    """
    onsets, offsets, now_ql = [], [], 0.0
    for note in window:
        now_ql += note["rest_ql"]
        onsets.append(now_ql * 60 / tempo_bpm)
        now_ql += note["duration_ql"]
        offsets.append(now_ql * 60 / tempo_bpm)
    return onsets, offsets


def lyrics_text(notes: Sequence[tuple[str, int | None]]) -> str:
    """Return the words as they are sung, given syllable and word index of each note, in order.

    Syllables of one word are joined; where the source gives only syllables, they stay apart.

    >>> lyrics_text([("A", 0), ("ma", 1), ("zing", 1), ("grace", 2)])
    'A mazing grace'
    >>> lyrics_text([("A", None), ("ma", None)])
    'A ma'
    """
    runs = groupby(enumerate(notes), key=lambda item: (item[1][1], item[0] if item[1][1] is None else None))
    return " ".join("".join(syllable for _, (syllable, _) in run) for _, run in runs)


STAGE = Stage(
    name="window",
    version=3,
    verb="cuts songs into windows and places them in splits",
    inputs=("songs", "song_notes", "song_groups"),
    outputs=("samples", "notes"),
    parameters=Window,
    cut=cut,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=0.001, bytes=320),
)
