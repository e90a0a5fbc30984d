"""Proves what a release is: whole, signed, with a fresh card."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musicdata.api.loading import folder_of, load
from musicdata.api.release import silent
from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.release.description import card as cards
from musicdata.release.exports import check
from musicdata.release.publish import publications
from musicdata.release.record import layout
from musicdata.release.record import pins as pinned
from musicdata.release.verify import files as verifying
from musicdata.release.verify import signature as signatures
from musicdata.release.verify.gate import require_whole
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from musicdata.release.verify.files import Problem


def verify(
    release: str | PathLike[str],
    *,
    views: Sequence[str | Path] = (),
    public_key: str | Path | None = None,
    signature: str | Path | None = None,
    pin: str | None = None,
    progress: Callable[[str], None] = silent,
) -> list[Problem]:
    """Say what of a release is not as its record says, and what of its exports is not as the release says.

    Args:
        release: folder, address or name.
        views: exported folders, and rights views of it.
        public_key: file of a minisign public key, or its line of base64, that must have signed it.
        signature: file of the signature, where it is not the release's own `RELEASE.json.minisig`.
        pin: content root or sha256 of `RELEASE.json` that it has to have.
        progress: is told how far a download is.

    Raises:
        InputError: there is no release, or no such key.
        IntegrityError: what is at an address is not what the pin or its record says.
        UsageError: there is a signature, and no key to verify it with; or the pin is none.
        SetupError: the library for signatures is missing.
    """
    if signature and not public_key:
        raise UsageError("a signature is verified with a public key: give it with --public-key")
    here = Path(release)
    root = here if here.is_dir() else folder_of(release, pin=pin, progress=progress)
    problems = verifying.verify(root, record=_published(root))
    if pin is not None and not problems:  # the digests of all columns were computed: so a content root is proved
        pinned.require(pin, layout.read_record(root), layout.read_encoded(root), str(release))
    if public_key and not problems:
        problems = signatures.problems(root, public_key, Path(signature) if signature else None)
    if absent := [folder for folder in views if not Path(folder).is_dir()]:
        raise InputError(f"{absent[0]} is no folder; give that of an export, or of a view, to compare with the release")
    if views and not problems:
        messages = check.check_exports(load(root), [Path(folder) for folder in views])
        problems += [
            verifying.Problem(place, "", message) for place, _, message in (s.partition(": ") for s in messages)
        ]
    return problems


def sign(release: str | PathLike[str], key: str | Path, *, password: Callable[[], str] = str) -> dict[str, str]:
    """Verify a release, and sign it with a minisign secret key, into its `RELEASE.json.minisig`.

    Args:
        release: its folder.
        key: file of the secret key.
        password: is asked for the key's password, only if it has one.

    Returns:
        release, `signature`, the file, and the trusted comment.

    Raises:
        InputError: there is no such release or key.
        IntegrityError: the release is not what it says it is.
        UsageError: the password is wrong.
        RefusedError: the release has another signature.
        SetupError: the library for signatures is missing.
    """
    opened = load(release)
    require_whole(opened.root, "nothing was signed")
    comment = signatures.sign(opened.root, Path(key), password)
    return {"release": opened.record.slug, "signature": str(opened.root / layout.SIGNATURE), "trusted_comment": comment}


def _published(root: Path) -> dict[str, str] | None:
    """Return what the publication record says of the release at `root`, if it is on record in this very view."""
    try:
        record = layout.read_record(root)
    except (InputError, IntegrityError):  # verifying says what is wrong with it
        return None
    for known in publications.all_of(record.name):
        if (known.version, known.view) == (record.version, record.view):
            return {"release_json_sha256": known.release_json_sha256, "content_root": known.content_root}
    return None


def card(release: str | PathLike[str], *, pin: str | None = None, progress: Callable[[str], None] = silent) -> str:
    """Return the card of a release, which is hashed first.

    Args:
        release: folder, address or name.
        pin: that it has to fit; see `musicdata.load`.
        progress: is told what is done next.

    Raises:
        InputError: there is no release.
        IntegrityError: its files, or the card's bytes, are not those of its record.
    """
    return paths.read_regular(load(release, pin=pin, progress=progress).document(layout.CARD)).decode("utf-8")


def check_card(
    release: str | PathLike[str], *, pin: str | None = None, progress: Callable[[str], None] = silent
) -> list[str]:
    """Verify a release, compute its card anew, and return the lines that are stale.

    Args:
        release: folder, address or name.
        pin: that it has to fit; see `musicdata.load`.
        progress: is told what is done next.

    Raises:
        InputError: there is no release.
        IntegrityError: it is not what it says it is.
    """
    root = load(release, pin=pin, progress=progress).root
    require_whole(root, "so nobody can say what its card should be")
    return cards.check(root)
