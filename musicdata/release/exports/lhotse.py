"""lhotse: manifests as gzipped JSON lines, and the sounds they name.

    recordings_<split>.jsonl.gz     id, length, sampling rate and path of each sound
    supervisions_<split>.jsonl.gz   words and alignment; one each sample, sound or not
    cuts_<split>.jsonl.gz           both together, ready for a CutSet
    audio/<sample_id>.flac  sheets/<sample_id>.png

Paths are relative: ``CutSet.from_file(…).with_recording_path_prefix(folder)``. `alignment` has one item a note under
`note` (symbol: its MIDI number) and, where the words may be shown, under `syllable`; `custom` has all facts of the
sample, `sheet`, the picture's path, `rights`, and `notes`, column of the table `alignment` → values, note by note.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
from itertools import groupby
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError, IntegrityError
from musicdata.release.exports import loose, schema
from musicdata.release.exports import sample as samples
from musicdata.release.exports.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.release.exports.folder import Folder
    from musicdata.release.exports.sample import Sample
    from musicdata.release.exports.view import Payload
    from musicdata.release.reading.release import Release

    Json = dict[str, Any]

KINDS = ("recordings", "supervisions", "cuts")
_IN_ITEMS = ("syllable", "onset_s", "offset_s")  # columns that the alignment's items have
_EXTRA = ("sheet", "rights", "notes")


def write(release: Release, folder: Folder) -> None:
    """Write sounds, pictures and the three manifests of each split."""
    for split, members in groupby(samples.iterate(release), key=lambda sample: sample.split):
        with contextlib.ExitStack() as stack:
            lines = {kind: stack.enter_context(_lines(folder, _name(kind, split))) for kind in KINDS}
            for sample in members:
                for kind, entry in _entries(sample, loose.write_media(folder, sample)).items():
                    lines[kind].write(json.dumps(entry, ensure_ascii=False, allow_nan=False).encode() + b"\n")
    loose.write_rights(release, folder)


def _name(kind: str, split: str) -> str:
    return f"{kind}_{split}.jsonl.gz"


@contextlib.contextmanager
def _lines(folder: Folder, name: str) -> Iterator[gzip.GzipFile]:
    with folder.open(name) as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as lines:
        yield lines


def _entries(sample: Sample, paths: dict[str, str]) -> dict[str, Json]:
    """Return kind of manifest → the sample's entry; without a sound it has a supervision only."""
    if "audio" not in sample.media:
        return {"supervisions": _supervision(sample, _last_offset_s(sample), paths)}
    recording = _recording(sample, paths["audio"])
    supervision = _supervision(sample, recording["duration"], paths)
    return {"recordings": recording, "supervisions": supervision, "cuts": _cut(recording, supervision)}


def _recording(sample: Sample, path: str) -> Json:
    import soundfile

    try:
        sound = soundfile.info(io.BytesIO(sample.media["audio"]))
    except soundfile.LibsndfileError as error:
        raise IntegrityError(f"the sound of sample {sample.sample_id} cannot be read: {error}") from error
    channels = list(range(sound.channels))
    return {
        "id": sample.sample_id,
        "sources": [{"type": "file", "channels": channels, "source": path}],
        "sampling_rate": sound.samplerate,
        "num_samples": sound.frames,
        "duration": sound.frames / sound.samplerate,
        "channel_ids": channels,
    }


def _last_offset_s(sample: Sample) -> float:
    offsets = [row["offset_s"] for row in sample.rows() if row.get("offset_s")]
    if not offsets:
        raise InputError(
            f"sample {sample.sample_id} has neither a sound nor an alignment, so lhotse cannot know its length"
        )
    return float(max(offsets))


def _supervision(sample: Sample, duration_s: float, paths: dict[str, str]) -> Json:
    rows = sample.rows()
    entry: Json = {"id": sample.sample_id, "recording_id": sample.sample_id, "start": 0.0, "duration": duration_s}
    entry |= {"channel": 0, "custom": _custom(sample, rows, paths)}
    entry |= {"text": sample.lyrics} if sample.lyrics is not None else {}
    entry |= {"language": sample.facts["language"]} if sample.facts.get("language") else {}
    return entry | ({"alignment": _items(rows)} if rows else {})


def _custom(sample: Sample, rows: list[Json], paths: dict[str, str]) -> Json:
    columns = [name for name in rows[0] if name not in _IN_ITEMS] if rows else []
    found = dict(sample.facts)
    found |= {"sheet": paths["sheet"]} if "sheet" in paths else {}
    found |= {"rights": sample.rights} if sample.rights else {}
    return found | ({"notes": {name: [row[name] for row in rows] for name in columns}} if rows else {})


def _items(rows: list[Json]) -> Json:
    """Return kind of item → [symbol, start, duration] of each note; syllables only if all may be shown."""
    times = [(row["onset_s"], _duration_s(row["onset_s"], row["offset_s"])) for row in rows]
    syllables = [row.get("syllable") for row in rows]
    found = {"note": [[_symbol(row), *time] for row, time in zip(rows, times, strict=True)]}
    if None not in syllables:
        found["syllable"] = [[syllable, *time] for syllable, time in zip(syllables, times, strict=True)]
    return found


def _symbol(row: Json) -> str:
    return "" if row.get("pitch") is None else str(row["pitch"])


def _duration_s(onset_s: float, offset_s: float) -> float:
    """Return the length that leads from the onset to exactly the offset, as short a number as there is."""
    near = offset_s - onset_s
    tried = (round(near, 9), near, math.nextafter(near, math.inf), math.nextafter(near, 0.0))
    return next((duration for duration in tried if onset_s + duration == offset_s), near)


def _cut(recording: Json, supervision: Json) -> Json:
    return {
        "id": recording["id"],
        "start": 0.0,
        "duration": recording["duration"],
        "channel": 0,
        "supervisions": [supervision],
        "recording": recording,
        "type": "MonoCut",
    }


def read(folder: Path, _release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what the three manifests say, which have to agree, and what is in the files they name."""
    head, tail = _name("supervisions", "*").split("*")
    names = {path.name.removeprefix(head).removesuffix(tail) for path in folder.glob(f"{head}*{tail}")}
    for split in sorted(names, key=schema.split_order):
        lines = {kind: _entries_of(folder / _name(kind, split)) for kind in KINDS}
        recording, cut = next(lines["recordings"], None), next(lines["cuts"], None)
        for supervision in lines["supervisions"]:
            found = _payload(folder, supervision)
            if recording is not None and recording["id"] == supervision["recording_id"]:
                if cut != _cut(recording, supervision):
                    raise IntegrityError(
                        f"{_name('cuts', split)}: {recording['id']!r} differs from the other manifests"
                    )
                found["audio"] = loose.inside(folder, recording["sources"][0]["source"]).read_bytes()
                recording, cut = next(lines["recordings"], None), next(lines["cuts"], None)
            yield supervision["id"], split, found
        if left := recording or cut:
            raise IntegrityError(f"recording or cut {left['id']!r} in {split} has no supervision, or is not in order")


def _entries_of(path: Path) -> Iterator[Json]:
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
        yield from map(json.loads, lines)


def _payload(folder: Path, supervision: Json) -> Payload:
    custom = dict(supervision["custom"])
    extra = {name: custom.pop(name) for name in _EXTRA if name in custom}
    found: Payload = {"facts": custom} | ({"rights": extra["rights"]} if "rights" in extra else {})
    if "sheet" in extra:
        found["sheet"] = loose.inside(folder, extra["sheet"]).read_bytes()
    if "text" in supervision:
        found["lyrics"] = supervision["text"]
    if "notes" in extra:
        found["alignment"] = list(_rows(supervision, extra["notes"]))
    return found


def _rows(supervision: Json, columns: dict[str, list[Any]]) -> Iterator[Json]:
    """Yield the notes as the columns have them, with times as the items of each kind have them."""
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for kind, items in supervision["alignment"].items():
        for row, (symbol, start, duration) in zip(rows, items, strict=True):
            if kind == "note" and symbol != _symbol(row):
                raise IntegrityError(f"supervision {supervision['id']!r}: a note has another symbol than its pitch")
            times = {"onset_s": start, "offset_s": start + duration}
            yield row | times | ({"syllable": symbol} if kind == "syllable" else {})


VIEW = View(
    name="lhotse",
    holds="manifests of recordings, supervisions and cuts for lhotse, with the sounds beside them",
    write=write,
    read=read,
    tables=loose.read_rights,
    carries=("facts", "audio", "sheet", "lyrics", "rights", "alignment"),
    needs=("audio.audio",),
)
