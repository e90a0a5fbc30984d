"""The archives of AcousticBrainz's dumps, read in one pass: of millions of documents those of some recordings.

The dumps of 2022 are 30 archives a kind, ``acousticbrainz-lowlevel-json-20220623-7.tar.zst``, with members
``…/lowlevel/0d/a/0dad432b-16cc-4bf0-8961-fd31d124b01b-0.json``: the recording's id, and which of its submissions it is.
They are in order of submission, so every archive has to be read from end to end. The MediaEval sets have
``…-lowlevel/0d/<id>.json``, one submission a recording, packed by bzip2 or unpacked.

An archive is somebody's file. Nothing of it is unpacked, no name in it becomes a path, and what its header, its members
and its compression can make us do is limited; what is refused is told by name.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from musicdata.errors import FormatError, InputError
from musicdata.sources.acousticbrainz.document import MBID
from musicdata.sources.tar_members import Member, TarStream
from musicdata.system import paths, walking
from musicdata.system.digests import digest_of, sampled_sha256, sha256_of_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from io import BufferedReader

    from pyarrow import NativeFile

    from musicdata.sources.tar_members import Stream

MAX_DOCUMENT_BYTES = 16 << 20
"""A document is not larger: a low-level one of a song has a tenth of a megabyte, most of it numbers of fixed places."""

MAX_REFUSED = 1000
"""Members of an archive that are refused by name; of the others their number is told."""

_CODECS: dict[str, Literal["bz2", "gzip", "zstd"]] = {
    **dict.fromkeys((".tar.zst", ".tzst"), "zstd"),
    **dict.fromkeys((".tar.bz2", ".tbz2"), "bz2"),
    **dict.fromkeys((".tar.gz", ".tgz"), "gzip"),
}
_ENDINGS = (*_CODECS, ".tar")
_MAX_RATIO = 400  # documents shrink to a quarter, high-level ones, which repeat each other, to a fortieth
_LEAST_SUSPECT_BYTES = 64 << 20
_SAMPLED_FROM_BYTES = 256 << 20
_NAME = re.compile(rf"({MBID})(?:-(\d{{1,9}}))?\.json", re.IGNORECASE)
_KIND = re.compile(r"(?:^|-)(lowlevel|highlevel)$")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive, or the loose documents of a folder whose ids begin alike.

    Attributes:
        name: what its documents are kept under: the file's name without endings, ``files-0d`` for loose documents.
        root: the folder that was named, or the archive itself.
        files: names below the folder, of the archive or of the loose documents.
        is_loose: whether they are loose documents.
    """

    name: str
    root: Path
    files: tuple[str, ...]
    is_loose: bool = False

    @property
    def kind(self) -> str:
        """Return what it most likely holds, by its name: "lowlevel" or "highlevel"."""
        names = (self.name, *self.files[:1])
        return "highlevel" if any("highlevel" in name for name in names) else "lowlevel"

    @property
    def items(self) -> tuple[str, ...]:
        """Return texts from which `of_items` makes it again, without looking at the other files."""
        return ("loose" if self.is_loose else "packed", self.name, *self.files)

    def paths(self) -> list[Path]:
        """Return where its files are now."""
        return [self.root if self.root.is_file() else paths.inside(_real(self.root), name) for name in self.files]

    def n_bytes(self) -> int:
        """Return how large its files are, packed as they are."""
        return sum(path.stat().st_size for path in self.paths())

    def digest(self) -> str:
        """Return a hash of its content; of a large file, of its size and of pieces from all over it.

        A dump has hundreds of gigabytes: to read them would take as long as to look through them.
        """
        return digest_of([[name, _hash_of(path)] for name, path in zip(self.files, self.paths(), strict=True)])


@dataclass(frozen=True, slots=True)
class Document:
    """A document of a wanted recording, as it was stored.

    Attributes:
        kind: "lowlevel", "highlevel", or "" where only the document itself can say it.
        recording_id: of the file's name, lower case; `submission` the number behind it, 0 where there is none.
        data: its bytes.
    """

    kind: str
    recording_id: str
    submission: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Refused:
    """A member that is not read, or an archive from where it cannot be read on.

    Attributes:
        name: of both, safe to show.
        reason: short code; `detail` the same for people.
    """

    name: str
    reason: str
    detail: str


def archives(source: str) -> list[Archive]:
    """List the archives of a folder and what is below it, or the one that a file is, in order of their names.

    Raises:
        InputError: there is none.
    """
    root = Path(source)
    if not source:
        raise InputError("no dump is named: give the folder with the archives of AcousticBrainz as the stage's input")
    if root.is_file():
        if (stem := _stem(root.name)) is None:
            raise InputError(f"{root} is no archive that is read here; expected is one that ends in {_known()}")
        return [Archive(stem, root, (root.name,))]
    if not root.is_dir():
        raise InputError(f"input {root}: no such file or folder")
    entries = walking.below(root, lambda name: _stem(name) is not None or _NAME.fullmatch(name) is not None)
    names = [entry.path.relative_to(_real(root)).as_posix() for entry in entries if not entry.fault]
    packed = {name: stem for name in names if (stem := _stem(name)) is not None}
    times = Counter(stem.rpartition("/")[2] for stem in packed.values())
    listed = [Archive(_short(stem, times), root, (name,)) for name, stem in packed.items()]
    listed += _loose(root, [name for name in names if name not in packed])
    if not listed:
        raise InputError(
            f"input folder {root} holds no archive of AcousticBrainz: none of its files ends in {_known()}"
        )
    listed.sort(key=lambda archive: archive.name)
    if twice := [one.name for one, other in pairwise(listed) if one.name == other.name]:
        raise InputError(f"two archives below {root} are called {twice[0]}, apart from their endings: rename one")
    return listed


def of_items(source: str, items: tuple[str, ...]) -> Archive:
    """Return the archive that `Archive.items` tells of, below the folder where it is now."""
    return Archive(items[1], Path(source), items[2:], is_loose=items[0] == "loose")


def _real(root: Path) -> Path:
    return Path(os.path.realpath(root))


def _short(stem: str, times: Counter[str]) -> str:
    """Return an archive's name without its folder, if no other has the same; as a text, whatever its bytes are."""
    name = stem.rpartition("/")[2]
    return (name if times[name] == 1 else stem).encode("utf-8", "backslashreplace").decode()


def scan(source: Archive, wanted: Collection[str], *, submissions: bool = True) -> Iterator[Document | Refused]:
    """Yield the documents of the wanted recordings in the order of the archive, and what is refused.

    Args:
        source: the archive.
        wanted: ids of recordings, lower case.
        submissions: all of a recording; else only that with number 0.
    """
    refusals = _Refusals(source.name)
    with contextlib.ExitStack() as stack:
        members = _Loose(source) if source.is_loose else _opened(source, stack)
        try:
            for member in members:
                match = _NAME.fullmatch(member.name.rpartition("/")[2])
                if reason := _unfit(member, match):
                    yield from refusals.of(member.name, *reason)
                elif match is not None and (mbid := match[1].lower()) in wanted:
                    submission = int(match[2] or 0)
                    if submissions or submission == 0:
                        yield Document(_kind(member.name), mbid, submission, members.content(member))
        except (FormatError, OSError) as error:
            yield _broken(source.name, error)
    yield from refusals.rest()


class _Refusals:
    """Tells what is refused by name, as long as that is not too much."""

    def __init__(self, archive: str) -> None:
        self._archive = archive
        self._left = MAX_REFUSED
        self._others: Counter[str] = Counter()

    def of(self, name: str, reason: str, detail: str) -> Iterator[Refused]:
        if self._left:
            self._left -= 1
            yield Refused(f"{self._archive}: {_shown(name)}", reason, detail)
        else:
            self._others[reason] += 1

    def rest(self) -> Iterator[Refused]:
        if self._others:
            counts = ", ".join(f"{reason} {n:,}" for reason, n in sorted(self._others.items()))
            yield Refused(self._archive, "more_members_refused", f"beyond {MAX_REFUSED:,} that are named: {counts}")


def _unfit(member: Member, match: re.Match[str] | None) -> tuple[str, str] | None:
    """Return why a member is refused; None for one that is read, or is no business of ours."""
    if member.kind != "file":
        detail = f"{'an' if member.kind == 'other' else 'a'} {member.kind}: only files are read"
        return None if member.kind == "folder" else ("not_a_file", detail)
    if member.name.startswith("/") or "\\" in member.name or ".." in member.name.split("/"):
        return "unsafe_path", "a name that leads out of the archive's own folder"
    if not member.name.lower().endswith(".json"):
        return None
    if match is None:
        return "no_recording_id", "a document whose name is not the id of a recording, with a number behind it or none"
    detail = f"{member.size:,} bytes, at most {MAX_DOCUMENT_BYTES:,} are read"
    return ("too_large", detail) if member.size > MAX_DOCUMENT_BYTES else None


def _kind(name: str) -> str:
    """Return what the folders of a name say of a document: the innermost that says something.

    >>> _kind("acousticbrainz-lowlevel-json-20220623/highlevel/0d/a/x-0.json"), _kind("train-lowlevel/0d/x.json")
    ('highlevel', 'lowlevel')
    """
    kinds = (_KIND.search(folder) for folder in reversed(name.split("/")[:-1]))
    return next((kind[1] for kind in kinds if kind), "")


def _broken(name: str, error: FormatError | OSError) -> Refused:
    """Return what is told of an archive that cannot be read on."""
    if isinstance(error, FormatError):
        return Refused(name, error.reason, f"{error.detail}; documents before that are kept")
    if error.errno is not None:  # it is the disk that failed, not the archive
        raise error
    is_short = "runcated" in str(error)
    reason = "truncated_archive" if is_short else "damaged_archive"
    said = "it breaks off" if is_short else f"it cannot be decompressed ({' '.join(str(error).split())[:_SHOWN]})"
    return Refused(name, reason, f"{said}; documents before that are kept")


def _opened(source: Archive, stack: contextlib.ExitStack) -> TarStream:
    """Open an archive; what it grows to is watched."""
    [path] = source.paths()
    file = stack.enter_context(paths.open_regular(path, follow=path == source.root))
    raw: NativeFile | BufferedReader = paths.native(file)
    stack.callback(raw.close)
    codec = next((codec for ending, codec in _CODECS.items() if path.name.lower().endswith(ending)), None)
    stream: Stream = raw
    if codec is not None:
        stream = stack.enter_context(pa.CompressedInputStream(raw, codec))

    def watch(n_bytes: int) -> None:
        if n_bytes > _LEAST_SUSPECT_BYTES and n_bytes > _MAX_RATIO * raw.tell():
            detail = f"{n_bytes:,} bytes came of {raw.tell():,}, more than {_MAX_RATIO} to one"
            raise FormatError("decompression_bomb", detail)

    return TarStream(stream, watch)


class _Loose:
    """Loose documents, as if they were members of an archive."""

    def __init__(self, source: Archive) -> None:
        self._paths = dict(zip(source.files, source.paths(), strict=True))

    def __iter__(self) -> Iterator[Member]:
        for name, path in self._paths.items():
            yield Member(name, "file", path.stat().st_size)

    def content(self, member: Member) -> bytes:
        return paths.read_regular(self._paths[member.name], MAX_DOCUMENT_BYTES)


def _loose(root: Path, names: list[str]) -> list[Archive]:
    """Return the loose documents below a folder, those together whose ids begin with the same two digits."""
    by_digits: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_digits[name.rpartition("/")[2][:2].lower()].append(name)
    return [Archive(f"files-{digits}", root, tuple(files), is_loose=True) for digits, files in by_digits.items()]


def _hash_of(path: Path) -> str:
    return sha256_of_file(path) if path.stat().st_size <= _SAMPLED_FROM_BYTES else sampled_sha256(path)


def _stem(name: str) -> str | None:
    """Return a file's name without the ending of an archive; None for what is none, or hides."""
    ending = next((ending for ending in _ENDINGS if name.lower().endswith(ending)), None)
    return None if ending is None or name.rpartition("/")[2].startswith(".") else name[: -len(ending)]


def _known() -> str:
    return " ".join(_ENDINGS)


def _shown(name: str) -> str:
    return ascii(name[:_SHOWN])[1:-1]
