"""lhotse: manifests as gzipped JSON lines, and the sounds they name.

    recordings_<split>.jsonl.gz     id, length, sampling rate and path of each sound
    supervisions_<split>.jsonl.gz   words and alignment; one each sample, sound or not
    cuts_<split>.jsonl.gz           both together, ready for a CutSet
    <table>/<sample_id>.flac .png   each sound and picture, in a folder called after its table: audio, sheets

Paths are relative: ``CutSet.from_file(…).with_recording_path_prefix(folder)``. The recording is the first sound, the
text the first text. `alignment` has one item a row of the table beside the samples, if its rows have times: under
`note` (symbol: its MIDI number) and, where the words may be shown, under `syllable`. `custom` has all facts of the
sample, the path of each other sound and picture under its name (`sheet`), `rights`, and `notes`, column of the table
beside the samples → values, row by row.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import math
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError, IntegrityError
from musicdata.release.exports import loose
from musicdata.release.exports import sample as samples
from musicdata.release.exports.export import KINDS, Export, Needs
from musicdata.release.reading import shape
from musicdata.release.record.rights import RIGHTS
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.release.exports.export import Payload
    from musicdata.release.exports.folder import Folder
    from musicdata.release.exports.sample import Sample
    from musicdata.release.reading.release import Release

    Json = dict[str, Any]

MANIFESTS = ("recordings", "supervisions", "cuts")
_TIMES = ("onset_s", "offset_s")
_IN_ITEMS = ("syllable", *_TIMES)  # columns that the alignment's items have
_ROWS, _ITEMS = "notes", "alignment"  # names in the manifests; lhotse gives `alignment` its meaning


@dataclass(frozen=True, slots=True)
class _Names:
    """What of the release stands where in the manifests.

    Attributes:
        sound: name of the sound that is the recording.
        text: name of the text that is the supervision's, or nothing.
        media: names of the other sounds and pictures.
        texts: name of each other text → fact that it is.
    """

    sound: str
    text: str
    media: tuple[str, ...]
    texts: dict[str, str]

    @classmethod
    def of(cls, release: Release) -> _Names:
        works = shape.works(release)
        sound = next((work.name for work in works if work.column.is_sound), "")
        media = tuple(work.name for work in works if not work.is_text and work.name != sound)
        texts = {work.name: work.place for work in works if work.is_text}
        text = next(iter(texts), "")
        return cls(sound, text, media, {name: place for name, place in texts.items() if name != text})


def write(release: Release, folder: Folder) -> None:
    """Write sounds, pictures and the three manifests of each split."""
    names, files = _Names.of(release), loose.LooseFiles(release)
    for split, members in groupby(samples.iterate(release), key=lambda sample: sample.split):
        with contextlib.ExitStack() as stack:
            lines = {kind: stack.enter_context(_lines(folder, _name(kind, split))) for kind in MANIFESTS}
            for sample in members:
                for kind, entry in _entries(names, sample, files.write_media(folder, sample)).items():
                    lines[kind].write(json.dumps(entry, ensure_ascii=False, allow_nan=False).encode() + b"\n")
    loose.write_rights(release, folder)


def _name(kind: str, split: str) -> str:
    return f"{kind}_{split}.jsonl.gz"


@contextlib.contextmanager
def _lines(folder: Folder, name: str) -> Iterator[gzip.GzipFile]:
    with folder.open(name) as file, gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as lines:
        yield lines


def _entries(names: _Names, sample: Sample, paths: dict[str, str]) -> dict[str, Json]:
    """Return kind of manifest → the sample's entry; without a sound it has a supervision only."""
    if names.sound not in sample.media:
        return {"supervisions": _supervision(names, sample, _last_offset_s(sample), paths)}
    recording = _recording(sample, sample.media[names.sound], paths[names.sound])
    supervision = _supervision(names, sample, recording["duration"], paths)
    return {"recordings": recording, "supervisions": supervision, "cuts": _cut(recording, supervision)}


def _recording(sample: Sample, data: bytes, path: str) -> Json:
    import soundfile

    try:
        sound = soundfile.info(io.BytesIO(data))
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


def _supervision(names: _Names, sample: Sample, duration_s: float, paths: dict[str, str]) -> Json:
    rows = sample.rows()
    entry: Json = {"id": sample.sample_id, "recording_id": sample.sample_id, "start": 0.0, "duration": duration_s}
    entry |= {"channel": 0, "custom": _custom(names, sample, rows, paths)}
    entry |= {"text": sample.texts[names.text]} if names.text in sample.texts else {}
    entry |= {"language": sample.facts["language"]} if sample.facts.get("language") else {}
    return entry | ({_ITEMS: _items(rows)} if _are_timed(rows) else {})


def _are_timed(rows: list[Json]) -> bool:
    return bool(rows) and set(_TIMES) <= rows[0].keys()


def _custom(names: _Names, sample: Sample, rows: list[Json], paths: dict[str, str]) -> Json:
    in_items = _IN_ITEMS if _are_timed(rows) else ()
    columns = [name for name in rows[0] if name not in in_items] if rows else []
    custom = dict(sample.facts)
    custom |= {name: paths[name] for name in names.media if name in paths}
    custom |= {RIGHTS: sample.rights} if sample.rights else {}
    return custom | ({_ROWS: {name: [row[name] for row in rows] for name in columns}} if rows else {})


def _items(rows: list[Json]) -> Json:
    """Return kind of item → [symbol, start, duration] of each note; syllables only if all may be shown."""
    times = [(row["onset_s"], _duration_s(row["onset_s"], row["offset_s"])) for row in rows]
    syllables = [row.get("syllable") for row in rows]
    items = {"note": [[_symbol(row), *time] for row, time in zip(rows, times, strict=True)]}
    if None not in syllables:
        items["syllable"] = [[syllable, *time] for syllable, time in zip(syllables, times, strict=True)]
    return items


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


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what the three manifests say, which have to agree, and what is in the files they name."""
    known = _Names.of(release)
    head, tail = _name("supervisions", "*").split("*")
    names = {path.name.removeprefix(head).removesuffix(tail) for path in folder.glob(f"{head}*{tail}")}
    for split in sorted(names, key=shape.split_order):
        lines = {kind: _entries_of(folder / _name(kind, split)) for kind in MANIFESTS}
        recording, cut = next(lines["recordings"], None), next(lines["cuts"], None)
        for supervision in lines["supervisions"]:
            payload = _payload(known, folder, supervision)
            if recording is not None and recording["id"] == supervision["recording_id"]:
                if cut != _cut(recording, supervision):
                    raise IntegrityError(
                        f"{_name('cuts', split)}: {recording['id']!r} differs from the other manifests"
                    )
                payload["media"][known.sound] = loose.read_file(folder, recording["sources"][0]["source"])
                recording, cut = next(lines["recordings"], None), next(lines["cuts"], None)
            yield supervision["id"], split, payload
        if left := recording or cut:
            raise IntegrityError(f"recording or cut {left['id']!r} in {split} has no supervision, or is not in order")


def _entries_of(path: Path) -> Iterator[Json]:
    with paths.open_regular(path) as file, gzip.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        yield from map(json.loads, lines)


def _payload(names: _Names, folder: Path, supervision: Json) -> Payload:
    custom = dict(supervision["custom"])
    files = {name: custom.pop(name) for name in names.media if name in custom}
    extra = {name: custom.pop(name) for name in (RIGHTS, _ROWS) if name in custom}
    media = {name: loose.read_file(folder, path) for name, path in files.items()}
    texts = {name: custom[place] for name, place in names.texts.items() if custom.get(place) is not None}
    texts |= {names.text: supervision["text"]} if "text" in supervision else {}
    payload: Payload = {"facts": custom, "media": media, "texts": texts}
    payload |= {"rights": extra[RIGHTS]} if RIGHTS in extra else {}
    if _ROWS in extra:
        payload["rows"] = list(_rows(supervision, extra[_ROWS]))
    return payload


def _rows(supervision: Json, columns: dict[str, list[Any]]) -> Iterator[Json]:
    """Yield the notes as the columns have them, with times as the items of each kind have them."""
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    if _ITEMS not in supervision:
        yield from rows
    for kind, items in supervision.get(_ITEMS, {}).items():
        for row, (symbol, start, duration) in zip(rows, items, strict=True):
            if kind == "note" and symbol != _symbol(row):
                raise IntegrityError(f"supervision {supervision['id']!r}: a note has another symbol than its pitch")
            times = {"onset_s": start, "offset_s": start + duration}
            yield row | times | ({"syllable": symbol} if kind == "syllable" else {})


EXPORT = Export(
    name="lhotse",
    holds="manifests of recordings, supervisions and cuts for lhotse, with the sounds beside them",
    write=write,
    read=read,
    tables=loose.read_rights,
    carries=KINDS,
    needs=Needs(sound=True),
)
