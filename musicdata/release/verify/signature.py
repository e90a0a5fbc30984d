"""Signatures of releases by keys of the user's own, as minisign has them (https://jedisct1.github.io/minisign/).

    RELEASE/RELEASE.json.minisig    of `RELEASE.json`, which names the sha256 of every other file

What is signed is BLAKE2b of `RELEASE.json` (the prehashed kind, `ED`). The trusted comment, signed too, names the data
set, the version, the view and the content root, so that `minisign -V` tells people what they hold. Ed25519 and scrypt
are those of the library `cryptography`, the format that of `py-minisign`; neither is needed to read a release.
"""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import InputError, IntegrityError, RefusedError, SetupError, UsageError
from musicdata.release.record import layout
from musicdata.release.record.tree import Problem
from musicdata.system import paths
from musicdata.system.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    from musicdata.release.record.layout import Record

MAX_BYTES = 20_000
"""Of a signature or a key."""

_OURS = "musicdata release "
_TRUSTED = b"trusted comment: "
_KEY = re.compile(r"RW[A-Za-z0-9+/]{54}")
_LENGTHS = (74, 64)  # bytes of the signature with algorithm and key, and of that of the trusted comment


def sign(root: Path, key: Path, password: Callable[[], str]) -> str:
    """Sign the release at `root`, which was verified; return the trusted comment.

    Args:
        root: folder of the release.
        key: file of a minisign secret key, encrypted or not.
        password: is asked for the key's password, only if it has one.

    Raises:
        InputError: there is no such key, or it is none.
        UsageError: the password is wrong.
        RefusedError: the release has another signature.
        SetupError: the library is missing.
        StorageError: the release cannot be written to.
    """
    library = _library()
    record, comment = layout.read_record(root), comment_of(layout.read_record(root))
    with _secret(library, key) as secret:
        if secret.is_encrypted():
            _decrypt(secret, key, password())
        signature = secret.sign(layout.read_encoded(root), trusted_comment=comment)
    data = bytes(signature) + b"\n"
    path = paths.inside(root, layout.SIGNATURE)
    if path.exists():
        if paths.read_regular(path, MAX_BYTES) != data:
            raise RefusedError(f"{record.slug} has another signature, {path}; remove that file to sign it anew")
        return comment
    write_whole(path, data, root.parent / f".{root.name}.{layout.SIGNATURE}")
    return comment


def comment_of(record: Record) -> str:
    """Return the trusted comment of a release's signature."""
    return f"{_OURS}{record.slug} view:{record.view} content_root:{record.content_root}"


def format_problems(data: bytes, record: Record | None) -> list[Problem]:
    """List what is wrong with a signature that can be seen without a key: its form, and what it says it is of.

    Args:
        data: of the file.
        record: of the release; None where that cannot be read.
    """
    lines = data.splitlines()
    if len(lines) != 4 or not lines[2].startswith(_TRUSTED) or [_length(lines[1]), _length(lines[3])] != [*_LENGTHS]:
        return [_problem("is no minisign signature")]
    comment = lines[2].removeprefix(_TRUSTED).decode("utf-8", "replace")
    if record and comment.startswith(_OURS) and comment != comment_of(record):
        return [_problem(f"is of another release: it says {comment[:300]!r}, this one is {comment_of(record)!r}")]
    return []


def _length(line: bytes) -> int:
    try:
        return len(base64.b64decode(line, validate=True))
    except binascii.Error:
        return 0


def problems(root: Path, public_key: str | Path, signature: Path | None = None) -> list[Problem]:
    """List in what a release is not signed by a key; nothing if it is.

    Args:
        root: folder of the release.
        public_key: file of a minisign public key, or its line of base64.
        signature: file of the signature; None for that in the release.

    Raises:
        InputError: there is no such key or signature file, or the key is none.
        SetupError: the library is missing.
    """
    library = _library()
    key = _public(library, public_key)
    if signature is None and not paths.is_regular(root / layout.SIGNATURE):
        return [_problem("is missing: the release is not signed, and a key was asked for")]
    place = signature or paths.inside(root, layout.SIGNATURE)
    data = _read(place, "signature")
    if faults := format_problems(data, layout.read_record(root)):
        return faults
    try:
        key.verify(layout.read_encoded(root), library.Signature.from_bytes(data))
    except library.Error as error:
        return [_problem(f"does not fit: {error}. {layout.RECORD} was changed, or somebody else's key signed it")]
    return []


def _problem(message: str) -> Problem:
    return Problem(layout.SIGNATURE, "", message)


def _library() -> Any:
    try:
        import minisign
    except ImportError as error:
        raise SetupError("signatures need py-minisign; it comes with: pip install 'musicdata[sign]'") from error
    return minisign


def _read(path: Path, what: str) -> bytes:
    try:
        return paths.read_regular(path, MAX_BYTES, follow=True)
    except (OSError, IntegrityError) as error:
        raise InputError(f"{path} cannot be read as a {what}: {getattr(error, 'strerror', None) or error}") from error


def _public(library: Any, key: str | Path) -> Any:
    try:
        if _KEY.fullmatch(str(key)):
            return library.PublicKey.from_base64(str(key))
        return library.PublicKey.from_bytes(_read(Path(key), "public key"))
    except library.Error as error:
        raise InputError(
            f"{key} is no minisign public key ({error}): give a .pub file, or its second line, RW…"
        ) from None


def _secret(library: Any, key: Path) -> Any:
    try:
        return library.SecretKey.from_bytes(_read(key, "secret key"))
    except library.Error as error:
        raise InputError(f"{key} is no minisign secret key ({error}); make one with: minisign -G") from None


def _decrypt(secret: Any, key: Path, password: str) -> None:
    try:
        secret.decrypt(password)
    except (ValueError, MemoryError) as error:
        raise UsageError(f"{key} cannot be opened: {error or 'too little memory for it'}") from None
