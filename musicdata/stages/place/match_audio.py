"""Find the audio of each song in a folder of the user's, and keep the first 15 s of it → `song_audio`.

Without a folder there are no rows. A song that has no file, or one that cannot be heard, is a reject; its words stay.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.errors import FormatError, InputError, ItemError, SetupError
from musicdata.music.features.ears import clips
from musicdata.music.render import timidity
from musicdata.sources.audio_folder import AudioFolder, path_of
from musicdata.system import paths
from musicdata.system.digests import digest_of, sha256_of_file
from musicdata.system.files import storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.features.ears.clips import Clip

SAMPLES, SONGS, AUDIO = "interpretation_samples", "interpreted_songs", "song_audio"
_SONGS_A_SHARD = 100
_SONGS_AT_ONCE = 50  # MIDI files in one process of TiMidity++; sounds in memory
_PLACES = "places.jsonl"


class MatchAudio(Parameters):
    """Where the audio of the songs lies.

    Attributes:
        audio: folder below which it is: files that are called as the songs' table says, or by the songs' ids
            (``<song id>.mp3``); WAV, FLAC, Ogg, MP3, and MIDI, which is played. Empty: no song has audio.
    """

    audio: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a song's audio is, or why there is none.

    Attributes:
        sample_id: the song.
        name: of its file in the folder; `sha256` of the file's bytes.
        reason: why there is none, as a code; `detail` the same for people. Empty where there is one.
    """

    sample_id: str
    name: str = ""
    sha256: str = ""
    reason: str = ""
    detail: str = ""


def source_digest(parameters: MatchAudio) -> str:
    """Return the content hash of the sounds in the folder; nothing where none is named."""
    return AudioFolder(Path(parameters.audio)).digest() if parameters.audio else ""


def expect(parameters: MatchAudio, counts: Counts) -> Expected:
    """Return as many rows as there are songs, or files if these are fewer."""
    if not parameters.audio:
        return Expected(0, {AUDIO: 0})
    names = [entry.name for entry in AudioFolder(Path(parameters.audio)).entries if not entry.fault]
    endings: dict[str, int] = {}
    for name in names:
        ending = Path(name).suffix.lower()
        endings[ending] = endings.get(ending, 0) + 1
    n_songs = min(float(len(names)), counts[SAMPLES])
    return Expected(n_songs, {AUDIO: n_songs}, endings)


def _placed(parameters: MatchAudio, inputs: Inputs) -> Iterator[tuple[str, _Place]]:
    """Yield split and place of every song, in order of the ids."""
    folder = AudioFolder(Path(parameters.audio))
    names: dict[str, str | None] = {}
    for songs in inputs.iterate(SONGS, ["song_id", "audio_name"]):
        names.update(zip(strings(songs.column("song_id")), songs.column("audio_name").to_pylist(), strict=True))
    for samples in inputs.iterate(SAMPLES, ["sample_id", "split"]):
        for sample_id, split in zip(
            strings(samples.column("sample_id")), strings(samples.column("split")), strict=True
        ):
            try:
                file = folder.find(sample_id, names.get(sample_id))
                yield split, _Place(sample_id, file.name, file.sha256)
            except FormatError as error:
                yield split, _Place(sample_id, reason=error.reason, detail=error.detail)


def cut(parameters: MatchAudio, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; each knows the content of its songs' files."""
    if not parameters.audio:
        return
    for group in cutting.grouped(_placed(parameters, inputs), _SONGS_A_SHARD, lambda one: one[1].sample_id):
        ids = [place.sample_id for _, place in group]
        digest = digest_of([[split, _json(place)] for split, place in group])
        yield Shard(ids[0], ids[-1], len(ids), digest)


def prepare(parameters: MatchAudio, inputs: Inputs, folder: Path) -> None:
    """Put aside where each song's audio is."""
    path = folder / _PLACES
    with storage_faults(path), paths.create(path) as file:
        file.writelines(f"{_json(place)}\n".encode() for _, place in _placed(parameters, inputs))


def _json(place: _Place) -> str:
    return json.dumps([place.sample_id, place.name, place.sha256, place.reason, place.detail])


def _places(task: Task) -> list[_Place]:
    """Return the places of the shard's songs."""
    assert task.prepared is not None, "the stage puts aside where the files are"
    with paths.open_regular(task.prepared / _PLACES) as file:
        places = (_Place(*json.loads(line)) for line in file)
        return [place for place in places if task.shard.first <= place.sample_id <= task.shard.last]


def run(parameters: MatchAudio, task: Task) -> None:
    """Write the clips of the shard's songs."""
    root = Path(parameters.audio)
    samples = task.inputs.read(SAMPLES, ["sample_id", "split"], task.shard.first, task.shard.last)
    splits = dict(zip(strings(samples.column("sample_id")), strings(samples.column("split")), strict=True))
    for batch in cutting.batches(_places(task), _SONGS_AT_ONCE):
        rows = []
        for place, clip in zip(batch, _heard(root, batch, task.scratch), strict=True):
            if isinstance(clip, ItemError):
                task.sink.reject(place.sample_id, clip.reason, clip.detail)
            else:
                rows.append(_row(place.sample_id, splits[place.sample_id], clip))
        if rows:
            task.sink.write(AUDIO, {name: [row[name] for row in rows] for name in rows[0]})


def _heard(root: Path, places: Sequence[_Place], scratch: Path) -> list[Clip | ItemError]:
    """Return what is heard of songs, or why nothing is; their MIDI files are played together."""
    heard: dict[int, Clip | ItemError] = {}
    notes: dict[int, bytes] = {}
    for number, place in enumerate(places):
        try:
            data = _bytes(root, place)
            if clips.is_midi(place.name):
                notes[number] = data
            else:
                heard[number] = clips.of_sound(data)
        except ItemError as error:
            heard[number] = error
    heard |= dict(zip(notes, clips.of_midi(list(notes.values()), scratch), strict=True)) if notes else {}
    return [heard[number] for number in range(len(places))]


def _bytes(root: Path, place: _Place) -> bytes:
    if place.reason:
        raise FormatError(place.reason, place.detail)
    path = path_of(root, place.name)
    data = clips.data_of(path)
    if hashlib.sha256(data).hexdigest() != place.sha256:
        raise InputError(f"{path} changed while it was being read; run the same command again")
    return data


def _row(sample_id: str, split: str, clip: Clip) -> dict[str, Any]:
    return {
        "sample_id": sample_id,
        "split": split,
        "clip": {"bytes": clip.flac(), "path": f"{sample_id}.flac"},
        "clip_seconds": clip.clip_seconds,
        "kind": clip.kind,
        "audio_sha256": clip.sha256,
        "audio_seconds": clip.seconds,
        "sample_rate_given": clip.sample_rate,
        "n_channels": clip.n_channels,
        "level_dbfs": clip.level_dbfs(),
    }


def _tools(parameters: MatchAudio) -> Mapping[str, str]:
    """Return what the sounds depend on; TiMidity++ only where there are MIDI files."""
    if not parameters.audio:
        return {}
    import soundfile
    import soxr

    tools = {"libsndfile": soundfile.__libsndfile_version__, "soxr": soxr.__version__}
    if any(clips.is_midi(entry.name) for entry in AudioFolder(Path(parameters.audio)).entries):
        try:
            tools |= {"TiMidity++": timidity.version(), "soundfont": sha256_of_file(timidity.soundfont())}
        except SetupError as error:
            raise SetupError(f"{error}. The audio folder {parameters.audio} holds MIDI files, which it plays") from None
    return tools


def remark(parameters: MatchAudio, inputs: Inputs) -> Remark | None:
    """Say how many songs have audio."""
    if not parameters.audio:
        return None
    n_songs = len(inputs.read(SAMPLES, ["sample_id"]))
    n_heard = len(inputs.read(AUDIO, ["sample_id"]))
    text = "" if n_heard == n_songs else f"{n_heard:,} of {n_songs:,} songs have audio; the others' words stay"
    return Remark({"songs": n_songs, "with_audio": n_heard}, text)


STAGE = Stage(
    name="match_audio",
    version=1,
    verb="finds the audio of each song",
    inputs=(SAMPLES, SONGS),
    outputs=(AUDIO,),
    needs=("soxr",),
    parameters=MatchAudio,
    cut=cut,
    run=run,
    prepare=prepare,
    source_digest=source_digest,
    tools=_tools,
    may_be_empty=True,
    pieces=Pieces("keys"),
    location_parameters=("audio",),
    expect=expect,
    cost=Cost(cpu_s=0.09, bytes=330_000),
    remark=remark,
)
