"""Verifies a release from itself alone: every bit of every file, and that the rows are those that are spoken of.

`RELEASE.json` has the sha256 of every file, `SHA256SUMS` too, and that of `RELEASE.json` besides. Where the two
contradict each other, the one that the files agree with is right.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.release.record import layout
from musicdata.release.record.tree import Problem, Tree
from musicdata.release.verify import rows, signature
from musicdata.system.paths import read_inside

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from musicdata.release.record.layout import Record

__all__ = ["Problem", "verify"]

_THREADS = 2
_LARGEST_BYTES = 4 << 30  # of a file, where the record lists less
_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)\n")
_NEAR = 48  # of 64 digits; two sha256 so near to each other are one that was damaged


def verify(
    root: Path,
    *,
    record: Mapping[str, str] | None = None,
    deep: bool = True,
    progress: Callable[[int, int], None] = lambda _done_bytes, _all_bytes: None,
) -> list[Problem]:
    """List in what the release at `root` is not what it says; nothing but its own files is read, no link is followed.

    Rows are looked at only where every byte is right.

    Args:
        root: folder of the release.
        record: of its publication: `release_json_sha256` and `content_root`. Without it, a release that somebody
            rewrote as a whole, hashes and all, looks right.
        deep: compute the digests of all columns, not only look at schemas, keys, splits and numbers of rows.
        progress: is told the bytes hashed so far, and all there are.

    Raises:
        InputError: there is no release.
        UsageError: the publication says nothing to compare with.
    """
    if record is not None and not record.keys() & {"release_json_sha256", "content_root"}:
        raise UsageError("the record of the publication has neither release_json_sha256 nor content_root")
    if not root.is_dir() or not any((root / name).is_file() for name in (layout.RECORD, layout.SUMS)):
        raise InputError(f"{root} is no release: it has neither {layout.RECORD} nor {layout.SUMS}")
    tree = Tree.of(root)
    documents = _Documents.of(tree, record or {})
    problems = [
        *tree.oddities,
        *_judge(tree, documents, _hash(tree, documents, progress)),
        *_signature(tree, documents),
        *_publication(tree, documents),
    ]
    if problems or documents.record is None:
        return problems
    return rows.problems(root, documents.record, deep=deep)


def _signature(tree: Tree, documents: _Documents) -> list[Problem]:
    """Say what of a signature can be seen to be wrong without a key."""
    if layout.SIGNATURE not in tree.sizes:
        return []
    try:
        data = read_inside(tree.root, layout.SIGNATURE, signature.MAX_BYTES)
    except (OSError, IntegrityError) as error:
        return [Problem(layout.SIGNATURE, "", f"is no signature: {error}")]
    return signature.format_problems(data, documents.record)


def _publication(tree: Tree, documents: _Documents) -> list[Problem]:
    """Say whether the record of a publication that lies in the folder is of another release."""
    if layout.PUBLICATION not in tree.sizes:
        return []
    try:
        value = json.loads(read_inside(tree.root, layout.PUBLICATION, layout.MAX_PUBLICATION_BYTES))
        digest = str(value["release_json_sha256"])
    except (OSError, IntegrityError, ValueError, KeyError, TypeError, RecursionError) as error:
        return [Problem(layout.PUBLICATION, "", f"is no record of a publication: {type(error).__name__}: {error}")]
    if digest == documents.record_sha256:
        return []
    message = f"is of another release: it names {layout.RECORD} with the sha256 {digest[:64]}, this one has"
    return [Problem(layout.PUBLICATION, "", f"{message} {documents.record_sha256}")]


@dataclass(frozen=True, slots=True)
class _Documents:
    """What `RELEASE.json` and `SHA256SUMS` say, and what is wrong with them by themselves.

    Attributes:
        record: None where `RELEASE.json` is no record.
        record_sha256: of `RELEASE.json`, "" where there is none.
        record_faults: what is wrong with it; `sums_faults` with `SHA256SUMS`.
        sums: path → sha256, None where `SHA256SUMS` is not what it should be.
        is_published: whether `RELEASE.json` is the published one; None where nobody knows.
    """

    record: Record | None
    record_sha256: str
    record_faults: list[str]
    sums: dict[str, str] | None
    sums_faults: list[str]
    is_published: bool | None

    @classmethod
    def of(cls, tree: Tree, published: Mapping[str, str]) -> _Documents:
        record, data, record_faults = _read_record(tree)
        sums, sums_faults = _read_sums(tree)
        digest = hashlib.sha256(data).hexdigest() if data else ""
        expected = published.get("release_json_sha256")
        is_published = digest == expected if expected else None
        if is_published is False:
            record_faults.append(f"is not the one that was published: its sha256 is {digest}, published was {expected}")
        root = published.get("content_root")
        if record and root and record.content_root != root:
            record_faults.append(f"its content_root is {record.content_root}, published was {root}")
        if record and not is_published and (sums or {}).get(layout.RECORD) != digest and record.encode() != data:
            record_faults.append("is damaged: it is not written as musicdata writes it")
        return cls(record, digest, record_faults, sums, sums_faults, is_published)

    @property
    def listed(self) -> dict[str, str]:
        """Return path → sha256 as `RELEASE.json` has it, or the other document where this one says nothing."""
        return {file.path: file.sha256 for file in self.record.files} if self.record else self.summed

    @property
    def summed(self) -> dict[str, str]:
        """Return path → sha256 as `SHA256SUMS` has it, or the other document where this one says nothing."""
        if self.sums is None:
            return self.listed if self.record else {}
        return {path: digest for path, digest in self.sums.items() if path != layout.RECORD}

    @property
    def vouched(self) -> str:
        """Return the sha256 of `RELEASE.json` as `SHA256SUMS` has it, "" where it has none."""
        return (self.sums or {}).get(layout.RECORD, "")

    @property
    def is_right(self) -> bool:
        """Say whether `RELEASE.json` is known to be right."""
        return bool(self.is_published) or self.vouched == self.record_sha256


def _read_record(tree: Tree) -> tuple[Record | None, bytes, list[str]]:
    data = b""
    try:
        data = tree.read(layout.RECORD)
        record = layout.decode(data, "it")
        record.encode()
    except (OSError, InputError, IntegrityError, ValueError, RecursionError, MemoryError) as error:
        return None, data, [f"is damaged or missing: {error}"]
    times = Counter([*layout.UNLISTED, *(file.path for file in record.files)])
    odd = sorted(path for path, n in times.items() if n > 1)
    return record, data, [f"lists {path} twice, or though it must not" for path in odd]


def _read_sums(tree: Tree) -> tuple[dict[str, str] | None, list[str]]:
    try:
        text = tree.read(layout.SUMS).decode()
    except (OSError, IntegrityError, UnicodeDecodeError) as error:
        return None, [f"is damaged or missing: {error}"]
    lines = _LINE.findall(text)
    sums = {path: digest for digest, path in lines}
    if text != "".join(f"{sums[path]}  {path}\n" for path in sorted(sums)):
        return None, ["is damaged: it is not lines of a sha256 and a path, in order of the path"]
    odd = sorted(
        path for path in sums if path in (layout.SUMS, layout.SIGNATURE) or not _stays_inside(path, sums[path])
    )
    return (None, [f"is damaged: it names {odd[0]}, which is no file of a release"]) if odd else (sums, [])


def _stays_inside(path: str, digest: str) -> bool:
    try:
        layout.File(path=path, sha256=digest, bytes=0)
    except ValueError:
        return False
    return True


def _hash(tree: Tree, documents: _Documents, progress: Callable[[int, int], None]) -> dict[str, str]:
    """Return path → sha256 of the files there are, less those that no record lists; "" of one that cannot be right.

    A file that is larger than the whole release, twice over, is none of it: a sparse one would be read for hours.
    """
    listed = sum(file.bytes for file in documents.record.files) if documents.record else 0
    most = max(_LARGEST_BYTES, 2 * listed)
    paths = [path for path in tree.sizes if path not in layout.UNLISTED]
    done, total = 0, sum(tree.sizes[path] for path in paths)
    hashes = {}
    with ThreadPoolExecutor(_THREADS) as pool:
        digests = pool.map(lambda path: tree.sha256(path) if tree.sizes[path] <= most else "", paths)
        for path, digest in zip(paths, digests, strict=True):
            hashes[path] = digest
            done += tree.sizes[path]
            progress(done, total)
    return hashes


def _judge(tree: Tree, documents: _Documents, hashes: Mapping[str, str]) -> list[Problem]:
    """List the files whose bytes are not what is said of them, and the document that says so wrongly."""
    listed, sums = documents.listed, documents.summed
    damaged, wrong = _blame(documents, hashes)
    if documents.record and not wrong[layout.RECORD]:
        wrong[layout.RECORD] += _wrong_sizes(tree, documents.record, set(damaged))
    odd = {problem.file for problem in tree.oddities}
    problems = [Problem(name, "", _told(faults)) for name, faults in wrong.items() if faults and name not in odd]
    if documents.record is None and documents.sums is None:
        return problems
    problems += _damage(tree, documents, [path for path in damaged if path not in odd], listed | sums, hashes)
    strays = sorted(hashes.keys() - listed.keys() - sums.keys())
    return [
        *problems,
        *(Problem(path, "", f"is no file of the release: {layout.RECORD} does not list it") for path in strays),
    ]


def _blame(documents: _Documents, hashes: Mapping[str, str]) -> tuple[list[str], dict[str, list[str]]]:
    """Return the files that are damaged or missing, and document → what is wrong with it."""
    listed, sums = documents.listed, documents.summed
    damaged = []
    wrong = {layout.RECORD: list(documents.record_faults), layout.SUMS: list(documents.sums_faults)}
    for path in sorted(listed.keys() | sums.keys()):
        is_damaged, blamed = _verdict(listed.get(path), sums.get(path), hashes.get(path), is_right=documents.is_right)
        if is_damaged:
            damaged.append(path)
        if blamed:
            wrong[blamed].append(f"is wrong about {path}")
    if not any(wrong.values()) and documents.vouched != documents.record_sha256:
        blamed, fault = _which_is_damaged(documents)
        wrong[blamed].append(fault)
    return damaged, wrong


def _verdict(listed: str | None, summed: str | None, actual: str | None, *, is_right: bool) -> tuple[bool, str]:
    """Say whether a file is damaged or missing, and which document is wrong about it, "" for none.

    Args:
        listed: its sha256 as `RELEASE.json` has it; `summed` as `SHA256SUMS` has it; None where it is not named.
        summed: see `listed`.
        actual: as it is; None where there is no file.
        is_right: whether `RELEASE.json` is known to be right.
    """
    if listed == summed:
        return actual != listed, ""
    if actual is not None and actual in (listed, summed):
        return False, layout.SUMS if actual == listed else layout.RECORD
    if actual is None and None in (listed, summed):
        return False, layout.SUMS if listed is None else layout.RECORD
    return True, layout.SUMS if is_right else layout.RECORD


def _which_is_damaged(documents: _Documents) -> tuple[str, str]:
    """Say which document is damaged where they agree about every file, and not about `RELEASE.json` itself."""
    if not documents.vouched:
        return layout.SUMS, f"does not name {layout.RECORD}"
    n_same = sum(a == b for a, b in zip(documents.vouched, documents.record_sha256, strict=True))
    if documents.is_published or n_same >= _NEAR:
        return layout.SUMS, f"is wrong about {layout.RECORD}"
    return layout.RECORD, f"is damaged: its sha256 is {documents.record_sha256}, {layout.SUMS} says {documents.vouched}"


def _wrong_sizes(tree: Tree, record: Record, damaged: set[str]) -> list[str]:
    sizes = {file.path: file.bytes for file in record.files if file.path not in damaged}
    return [f"says that {path} has {n:,} bytes" for path, n in sizes.items() if tree.sizes.get(path, n) != n]


def _told(faults: list[str]) -> str:
    return faults[0] if len(faults) == 1 else f"{faults[0]}; and {len(faults) - 1} more"


def _damage(
    tree: Tree, documents: _Documents, paths: list[str], expected: Mapping[str, str], hashes: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what is wrong with files that are not what they should be."""
    place_of = {digest: path for path, digest in hashes.items()}
    name_of = {digest: path for path, digest in expected.items()}
    sizes = {file.path: file.bytes for file in documents.record.files} if documents.record else {}
    for path in paths:
        if path not in hashes:
            place = place_of.get(expected[path])
            yield Problem(path, "", f"is missing{f'; its bytes stand in {place}' if place else ''}")
            continue
        there, expected_bytes = tree.sizes[path], sizes.get(path, tree.sizes[path])
        if there != expected_bytes:
            message = f"has {there:,} bytes, expected {expected_bytes:,}"
        elif hashes[path] in name_of:
            message = f"holds the bytes of {name_of[hashes[path]]}"
        else:
            message = f"is damaged: its sha256 is {hashes[path] or 'not to be had'}, expected {expected[path]}"
        columns = _columns(tree, documents, path) if there == expected_bytes else []
        yield from (Problem(path, column, message) for column in columns or [""])


def _columns(tree: Tree, documents: _Documents, path: str) -> list[str]:
    config = path.split("/")[1] if path.startswith(f"{layout.DATA}/") else ""
    known = rows.config_columns(documents.record, config) if documents.record else set()
    return rows.damaged_columns(tree.root / path, known) if known else []
