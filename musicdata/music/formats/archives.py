"""Compressed MusicXML (.mxl): a zip archive that is not trusted.

Nothing is written to disk and nothing an archive says about itself is believed: members are counted in the
bytes, and sizes are counted while unpacking. An archive in which anything is out of order is refused as a
whole, because a file that lies once is not a score worth repairing.
"""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass

from musicdata.errors import FormatError
from musicdata.music.formats import xml_tree

CONTAINER = "META-INF/container.xml"

_CENTRAL_ENTRY = b"PK\x01\x02"  # opens every entry of a zip directory
_SCORES = (".xml", ".musicxml")
_NO_SCORES = (".pdf", ".mid", ".midi", ".mp3", ".ogg", ".wav", ".png", ".jpg", ".jpeg", ".svg", ".txt")
_ZIP_START = b"PK\x03\x04"
_CHUNK_BYTES = 64 * 1024
# zipfile bounds the output of one call for these two only; bzip2 and lzma unpack a whole bomb at once.
_COMPRESSIONS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
# Everything zipfile and zlib are known to raise on bytes that are not what they seem.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,  # among them UnicodeDecodeError for member names
    OverflowError,
    IndexError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may cost to read.

    Attributes:
        members: entries in the archive; scores have about five, with pictures some dozens.
        total_bytes: bytes unpacked from one archive, and bytes of the archive itself.
        ratio: bytes unpacked for each byte of the archive; scores reach 30.
        ratio_floor_bytes: unpacked size below which the ratio is not looked at.
    """

    members: int = 256
    total_bytes: int = 64 * 1024 * 1024
    ratio: int = 100
    ratio_floor_bytes: int = 1024 * 1024


def read_score(data: bytes, limits: Limits | None = None) -> bytes:
    """Return the score inside an .mxl archive: the file that its container names as root, else the only score there.

    Notation programs open archives without a container, or whose container names a member that is not there.

    Args:
        data: the bytes of the archive.
        limits: what reading may cost.

    Raises:
        FormatError: `corrupt_archive`, `unsafe_archive`, `archive_bomb`, `nested_archive`,
            `no_score_in_archive`, or what `xml_tree.parse` says about the container.
    """
    limits = limits or Limits()
    with open_archive(data, limits) as archive:
        budget = min(limits.total_bytes, max(limits.ratio_floor_bytes, limits.ratio * len(data)))
        root = ""
        if CONTAINER in archive.namelist():
            container = read_member(archive, CONTAINER, budget)
            budget -= len(container)
            root = _root_path(container)
        is_there = root in archive.namelist()
        score = read_member(archive, root, budget) if is_there else _only_score(archive, root, budget)
    if score.startswith(_ZIP_START):
        raise FormatError("nested_archive", f"member {root!r} is an archive itself; expected MusicXML")
    return score


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Opens an archive in memory after checking its directory; nothing is unpacked yet.

    Raises:
        FormatError: `corrupt_archive`, `unsafe_archive` or `archive_bomb`.
    """
    if len(data) > limits.total_bytes:
        raise FormatError("archive_bomb", f"{len(data)} bytes; archives may have {limits.total_bytes}")
    if (n_members := data.count(_CENTRAL_ENTRY)) > limits.members:
        raise FormatError("archive_bomb", f"about {n_members} members; archives may have {limits.members}")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise FormatError("corrupt_archive", f"not a readable zip archive: {error}") from error
    names: set[str] = set()
    for member in archive.infolist():
        _check_member(member)
        if (folded := member.filename.casefold()) in names:
            raise FormatError("unsafe_archive", f"the archive has two members named {member.filename!r}")
        names.add(folded)
    return archive


def read_member(archive: zipfile.ZipFile, name: str, budget_bytes: int) -> bytes:
    """Unpacks one member into memory, counting what comes out rather than what the headers promise.

    Raises:
        FormatError: `archive_bomb` once more than `budget_bytes` came out, `corrupt_archive` when the member
            does not unpack, `no_score_in_archive` when there is none of that name.
    """
    try:
        member = archive.getinfo(name)
    except KeyError:
        inside = ", ".join(archive.namelist()[:8]) or "nothing"
        raise FormatError("no_score_in_archive", f"no member {name!r}; the archive holds {inside}") from None
    chunks, size = [], 0
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > budget_bytes:
                    raise FormatError(
                        "archive_bomb", f"{name!r} unpacks to more than the {budget_bytes} bytes allowed here"
                    )
                chunks.append(chunk)
    except _BROKEN as error:
        raise FormatError("corrupt_archive", f"{name!r} does not unpack: {error}") from error
    return b"".join(chunks)


def _check_member(member: zipfile.ZipInfo) -> None:
    """Refuses whatever a score never needs: odd names, links, devices, encryption, rare compressions."""
    name = member.filename
    if "\\" in name or ":" in name or name.startswith("/") or ".." in name.split("/"):
        raise FormatError("unsafe_archive", f"member {name!r} points outside of the archive")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise FormatError("unsafe_archive", f"member {name!r} is a link or a device; expected regular files")
    if member.flag_bits & 0x1:
        raise FormatError("unsafe_archive", f"member {name!r} is encrypted")
    if member.compress_type not in _COMPRESSIONS:
        raise FormatError("unsafe_archive", f"member {name!r} is neither stored nor deflated")


def _root_path(container: bytes) -> str:
    """Return the path of the first root file that may be a score; by the standard that is the first of all."""
    for element in xml_tree.parse(container).iter():
        if xml_tree.local_name(element.tag) == "rootfile" and (path := element.get("full-path")):
            kind = element.get("media-type") or ""
            if "xml" in kind or (not kind and not path.lower().endswith(_NO_SCORES)):
                return path
    raise FormatError("no_score_in_archive", f"{CONTAINER} names no root file that could be a score")


def _only_score(archive: zipfile.ZipFile, named: str, budget_bytes: int) -> bytes:
    """Return the only member that is a score.

    Raises:
        FormatError: `no_score_in_archive` when there is none, or more than one; or a reason of `read_member`.
    """
    names = [name for name in archive.namelist() if name.lower().endswith(_SCORES) and not _is_beside(name)]
    scores = []
    for name in names:
        data = read_member(archive, name, budget_bytes)
        budget_bytes -= len(data)
        if _is_score(data):
            scores.append(data)
    if len(scores) == 1:
        return scores[0]
    inside = ", ".join(archive.namelist()[:8]) or "nothing"
    missing = f"no member {named!r}, which {CONTAINER} names" if named else f"no {CONTAINER} that names the score"
    raise FormatError("no_score_in_archive", f"{missing}; the archive holds {inside}: {len(scores)} scores, not one")


def _is_beside(name: str) -> bool:
    """Say whether a member belongs to the archive or the system that packed it: META-INF/, __MACOSX/, ._score.xml."""
    return name.startswith(("META-INF/", "__MACOSX/")) or "/." in f"/{name}"


def _is_score(data: bytes) -> bool:
    try:
        return xml_tree.local_name(xml_tree.parse(data).tag) in {"score-partwise", "score-timewise"}
    except FormatError:
        return False
