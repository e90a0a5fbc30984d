"""WebDataset: tar archives to be read from front to back, members of one sample side by side.

    train-000000.tar …              <sample_id>.flac .json .png .txt; the .json has facts, rights and the rows beside
                                    the sample, under the name of their table
    sizes.json                      archive → samples

Of several sounds, pictures or texts with one ending the first has it alone, the others have their names before it:
<sample_id>.cover.png.

An archive is POSIX ustar without owners, times or order of its own: by sample_id, then ending.
"""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from musicdata.definitions.contract import SAMPLE_ID
from musicdata.errors import IntegrityError
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

SIZES = "sizes.json"
_FACTS = ".json"
SHARD_BYTES = 1_000_000_000
_BLOCK = tarfile.BLOCKSIZE


def write(release: Release, folder: Folder, *, shard_bytes: int) -> None:
    """Write the archives of each split, each of at most so many bytes if it holds more than one sample."""
    sizes: dict[str, int] = {}
    layout = _Members.of(release)
    for split, members in groupby(map(layout.of_sample, samples.iterate(release)), key=lambda member: member[0]):
        for number, shard in enumerate(_shards((member[1] for member in members), shard_bytes)):
            name = f"{split}-{number:06d}.tar"
            sizes[name] = _write_shard(folder, name, shard)
    folder.write(SIZES, (json.dumps(sizes, indent=1, sort_keys=True) + "\n").encode())


@dataclass(frozen=True, slots=True)
class _Members:
    """How the members of a sample are called.

    Attributes:
        suffixes: name of a sound, picture or text → ending of its member.
        texts: the names that are of texts.
        beside: table whose rows stand in the JSON.
    """

    suffixes: dict[str, str]
    texts: frozenset[str]
    beside: str

    @classmethod
    def of(cls, release: Release) -> _Members:
        suffixes: dict[str, str] = {}
        works = shape.works(release)
        for work in works:
            ending = ".txt" if work.is_text else work.column.file_ending
            is_taken = ending in (*suffixes.values(), _FACTS)
            suffixes[work.name] = f".{samples.file_stem(work.name)}{ending}" if is_taken else ending
        return cls(suffixes, frozenset(work.name for work in works if work.is_text), shape.beside(release))

    def of_sample(self, sample: Sample) -> tuple[str, dict[str, bytes]]:
        """Return the split, and name → bytes of the sample's members, in order."""
        facts = sample.facts | ({RIGHTS: sample.rights} if sample.rights else {})
        facts |= {self.beside: sample.rows()} if sample.beside is not None else {}
        members = {self.suffixes[name]: data for name, data in sample.media.items()}
        members |= {self.suffixes[name]: text.encode() for name, text in sample.texts.items()}
        members[_FACTS] = json.dumps(facts, ensure_ascii=False, allow_nan=False).encode()
        return sample.split, {f"{sample.stem}{suffix}": members[suffix] for suffix in sorted(members)}

    def payload(self, sample_id: str, split: str, members: dict[str, bytes]) -> Payload:
        """Return what the members of a sample hold."""
        facts: dict[str, Any] = json.loads(members.pop(_FACTS))
        if (facts[SAMPLE_ID], facts["split"]) != (sample_id, split):
            raise IntegrityError(
                f"{sample_id}.json in {split} is of the sample {facts[SAMPLE_ID]!r} in {facts['split']!r}"
            )
        payload: Payload = {"rights": facts.pop(RIGHTS)} if RIGHTS in facts else {}
        if self.beside in facts:
            payload["rows"] = facts.pop(self.beside)
        payload |= {"facts": facts, "media": {}, "texts": {}}
        names = {suffix: name for name, suffix in self.suffixes.items()}
        for suffix, data in members.items():
            if suffix not in names:
                raise IntegrityError(f"{sample_id}{suffix} in {split} is no member that this export has")
            name = names[suffix]
            payload["texts" if name in self.texts else "media"][name] = data.decode() if name in self.texts else data
        return payload


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


def read(folder: Path, release: Release) -> Iterator[tuple[str, str, Payload]]:
    """Yield what the archives hold, from front to back."""
    layout = _Members.of(release)
    sizes = json.loads(paths.read_inside(folder, SIZES))
    for split in sorted({name.rpartition("-")[0] for name in sizes}, key=shape.split_order):
        for name in sorted(name for name in sizes if name.rpartition("-")[0] == split):
            n_samples = 0
            for sample_id, members in groupby(_stream(paths.inside(folder, name)), key=lambda member: member[0]):
                n_samples += 1
                files = {suffix: data for _, suffix, data in members}
                yield sample_id, split, layout.payload(sample_id, split, files)
            if n_samples != sizes[name]:
                raise IntegrityError(f"{name} holds {n_samples} samples; {SIZES} says {sizes[name]}")


def _stream(path: Path) -> Iterator[tuple[str, str, bytes]]:
    with paths.open_regular(path) as file, tarfile.open(fileobj=file, mode="r|") as archive:
        for head in archive:
            content = archive.extractfile(head)
            if content is None:
                raise IntegrityError(f"{path.name}: member {head.name!r} is no file")
            stem, dot, suffix = head.name.partition(".")
            yield stem, dot + suffix, content.read()
            archive.members = []  # type: ignore[attr-defined]  # else every one is kept


EXPORT = Export(
    name="webdataset",
    holds="tar archives for WebDataset: FLAC, PNG, text and JSON of a sample side by side",
    write=write,
    read=read,
    carries=KINDS,
    needs=Needs(works=True),
    options={"shard_bytes": SHARD_BYTES},
)
