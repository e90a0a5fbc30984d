"""Documents of AcousticBrainz for tests: made-up ones with every path there is, and archives of documents."""

from __future__ import annotations

import functools
import io
import json
import random
import tarfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from musicdata.music.features import acousticbrainz

Document = dict[str, Any]
Codec = Literal["bz2", "gzip", "zstd"]
MBID = "0dad432b-16cc-4bf0-8961-fd31d124b01b"
FOLDER = "acousticbrainz-lowlevel-json-20220623"


def mbid(number: int) -> str:
    """Return the id of a made-up recording."""
    return f"{number:08x}-0000-4000-8000-{number:012x}"


def put(document: Document, path: str, value: object) -> Document:
    """Put a value at a path of a document, and return the document."""
    *keys, last = path.split(".")
    tree = document
    for key in keys:
        tree = tree.setdefault(key, {})
    tree[last] = value
    return document


def changed(document: Document, path: str, value: object) -> Document:
    """Return a document with another value at a path; what is not on the way is shared."""
    key, _, rest = path.partition(".")
    return {**document, key: changed(document[key], rest, value) if rest else value}


def without(document: Document, path: str) -> Document:
    """Return a document without what is at a path; what is not on the way is shared."""
    key, _, rest = path.partition(".")
    if rest:
        return {**document, key: without(document[key], rest)}
    return {name: value for name, value in document.items() if name != key}


@functools.cache
def lowlevel(recording_id: str = MBID, seed: int = 0) -> Document:
    """Make a low-level document with all 512 paths; nobody may write into it."""
    chance = random.Random(f"{recording_id} {seed}")

    def numbers(shape: tuple[int, ...]) -> object:
        return [numbers(shape[1:]) for _ in range(shape[0])] if shape else round(chance.uniform(-9, 9), 6)

    document: Document = {}
    for leaf in acousticbrainz.LEAVES:
        if leaf.kind == "numbers":
            put(document, leaf.path, numbers(leaf.shape))
    beats = sorted(round(chance.uniform(0, 200), 4) for _ in range(chance.randint(1, 300)))
    put(document, acousticbrainz.BEATS, beats)
    put(document, "rhythm.beats_count", len(beats))
    for path in acousticbrainz.WORDS:
        put(document, path, chance.choice(["major", "minor"] if path.endswith("scale") else ["A", "C#", "G"]))
    document["metadata"] = metadata(recording_id)
    return document


def highlevel(recording_id: str = MBID, seed: int = 0) -> Document:
    """Make a high-level document with all 18 models."""
    chance = random.Random(f"{recording_id} {seed}")
    models = {}
    for name, classes in acousticbrainz.MODELS.items():
        shares = [chance.random() + 1e-3 for _ in classes]
        of_classes = {one: share / sum(shares) for one, share in zip(classes, shares, strict=True)}
        best = max(of_classes, key=lambda one: of_classes[one])
        models[name] = {"all": of_classes, "value": best, "probability": of_classes[best], "version": {}}
    return {"highlevel": models, "metadata": metadata(recording_id)}


def metadata(recording_id: str) -> Document:
    """Make what a document says of its file."""
    properties = {"length": 213.5, "bit_rate": 0, "codec": "flac", "lossless": True, "sample_rate": 44100}
    return {
        "audio_properties": properties | {"replay_gain": -9.25},
        "tags": {"file_name": "song.flac", "musicbrainz_recordingid": [recording_id]},
        "version": {"essentia": "2.1-beta2", "extractor": "music 1.0"},
    }


def leaves(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield path and value of every leaf of a document, metadata left out."""
    for key, value in document.items():
        if isinstance(value, dict):
            if prefix or key != "metadata":
                yield from leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def member_name(recording_id: str, submission: int = 0, kind: str = "lowlevel") -> str:
    """Return what a document is called in an archive of a dump."""
    folder = FOLDER.replace("lowlevel", kind)
    return f"{folder}/{kind}/{recording_id[:2]}/{recording_id[2]}/{recording_id}-{submission}.json"


def tar(members: Iterable[tuple[str, bytes | Document]]) -> bytes:
    """Pack documents, and files of any name, as the dumps' own archives are packed."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.GNU_FORMAT) as packed:
        for name, content in members:
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            packed.addfile(info, io.BytesIO(data))
    return file.getvalue()


def compressed(data: bytes, codec: Codec = "zstd") -> bytes:
    """Compress bytes into one frame."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, codec) as stream:
        stream.write(data)
    return bytes(sink.getvalue())


def write_archive(
    folder: Path, members: Iterable[tuple[str, bytes | Document]], name: str = f"{FOLDER}-0.tar.zst"
) -> Path:
    """Write an archive of a dump."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(compressed(tar(members)))
    return path
