"""WebDataset: tar archives to be read from front to back, members of one sample side by side.

    train-000000.tar …              <sample_id>.flac .json .png .txt; the .json has facts, rights and alignment
    sizes.json                      archive → samples

An archive is POSIX ustar without owners, times or order of its own: by sample_id, then ending.
"""

from __future__ import annotations

import io
import json
import tarfile
from itertools import groupby
from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError
from musicdata.release.exports import sample as samples
from musicdata.release.exports import schema
from musicdata.release.exports.view import View

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.release.exports.folder import Folder
    from musicdata.release.exports.sample import Sample
    from musicdata.release.exports.view import Payload
    from musicdata.release.reading.release import Release

SIZES = "sizes.json"
SHARD_BYTES = 1_000_000_000
_BLOCK = tarfile.BLOCKSIZE
_MODALITIES = {suffix: modality for modality, suffix in samples.SUFFIXES.items()}


def write(release: Release, folder: Folder, *, shard_bytes: int) -> None:
    """Write the archives of each split, each of at most so many bytes if it holds more than one sample."""
    sizes: dict[str, int] = {}
    for split, members in groupby(map(_members, samples.iterate(release)), key=lambda found: found[0]):
        for number, shard in enumerate(_shards((found[1] for found in members), shard_bytes)):
            name = f"{split}-{number:06d}.tar"
            sizes[name] = _write_shard(folder, name, shard)
    folder.write(SIZES, (json.dumps(sizes, indent=1, sort_keys=True) + "\n").encode())


def _members(sample: Sample) -> tuple[str, dict[str, bytes]]:
    """Return the split, and name → bytes of the sample's members, in order."""
    told = sample.facts | ({"rights": sample.rights} if sample.rights else {})
    told |= {"alignment": sample.rows()} if sample.alignment is not None else {}
    found = {samples.SUFFIXES[modality]: data for modality, data in sample.media.items()}
    found[".json"] = json.dumps(told, ensure_ascii=False, allow_nan=False).encode()
    if sample.lyrics is not None:
        found[".txt"] = sample.lyrics.encode()
    return sample.split, {f"{sample.stem}{suffix}": found[suffix] for suffix in sorted(found)}


def _shards(members: Iterator[dict[str, bytes]], shard_bytes: int) -> Iterator[Iterator[dict[str, bytes]]]:
    """Cut a split into shards; each has to be used up before the next is asked for."""
    waiting = next(members, None)

    def shard(first: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
        nonlocal waiting
        size = _room(first)
        yield first
        while (waiting := next(members, None)) is not None and size + _room(waiting) <= shard_bytes:
            size += _room(waiting)
            yield waiting

    while waiting is not None:
        yield shard(waiting)


def _room(members: dict[str, bytes]) -> int:
    return sum(_BLOCK + -(-len(data) // _BLOCK) * _BLOCK for data in members.values())


def _write_shard(folder: Folder, name: str, shard: Iterator[dict[str, bytes]]) -> int:
    n_samples = 0
    with (
        folder.open(name) as file,
        tarfile.TarFile(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for members in shard:
            n_samples += 1
            for member, data in members.items():
                head = tarfile.TarInfo(member)  # mode 0644, owner 0 and time 0 are what it begins with
                head.size = len(data)
                archive.addfile(head, io.BytesIO(data))
            archive.members = []  # type: ignore[attr-defined]  # else every one is kept
    return n_samples


def read(folder: Path, _release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what the archives hold, from front to back."""
    sizes = json.loads((folder / SIZES).read_bytes())
    for split in sorted({name.rpartition("-")[0] for name in sizes}, key=schema.split_order):
        for name in sorted(name for name in sizes if name.rpartition("-")[0] == split):
            n_samples = 0
            for sample_id, members in groupby(_stream(folder / name), key=lambda member: member[0]):
                n_samples += 1
                yield sample_id, split, _payload(sample_id, split, {suffix: data for _, suffix, data in members})
            if n_samples != sizes[name]:
                raise IntegrityError(f"{name} holds {n_samples} samples; {SIZES} says {sizes[name]}")


def _stream(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with tarfile.open(path, "r|") as archive:
        for head in archive:
            content = archive.extractfile(head)
            if content is None:
                raise IntegrityError(f"{path.name}: member {head.name!r} is no file")
            stem, dot, suffix = head.name.partition(".")
            yield stem, dot + suffix, content.read()
            archive.members = []  # type: ignore[attr-defined]


def _payload(sample_id: str, split: str, members: dict[str, bytes]) -> Payload:
    told: dict[str, Any] = json.loads(members.pop(".json"))
    if (told["sample_id"], told["split"]) != (sample_id, split):
        raise IntegrityError(f"{sample_id}.json in {split} is of the sample {told['sample_id']!r} in {told['split']!r}")
    found: Payload = {name: told.pop(name) for name in ("rights", "alignment") if name in told}
    found["facts"] = told
    if ".txt" in members:
        found["lyrics"] = members.pop(".txt").decode()
    for suffix, data in members.items():
        if suffix not in _MODALITIES:
            raise IntegrityError(f"{sample_id}{suffix} in {split} is no member that this export has")
        found[_MODALITIES[suffix]] = data
    return found


VIEW = View(
    name="webdataset",
    holds="tar archives for WebDataset: FLAC, PNG, text and JSON of a sample side by side",
    write=write,
    read=read,
    carries=("facts", "audio", "sheet", "lyrics", "rights", "alignment"),
    needs=("audio.audio", "sheets.image"),
    needs_all=False,
    options={"shard_bytes": SHARD_BYTES},
)
