"""What the release commands do, as functions: the command's options are their arguments.

A release is given as `musicdata.load` takes it: by its folder, by its address, or as ``musictm@1.0.0``.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from musicdata import settings
from musicdata.api.loading import folder_of, load
from musicdata.api.work import open_work
from musicdata.definitions import identifiers, own_input
from musicdata.engine import finished
from musicdata.errors import InputError, IntegrityError, UsageError
from musicdata.release import exports as views
from musicdata.release.description import card as cards
from musicdata.release.diff import diff as difference
from musicdata.release.diff import report
from musicdata.release.exports import check
from musicdata.release.making import freeze
from musicdata.release.publish import publications, publishing, taking
from musicdata.release.record import layout
from musicdata.release.record import pins as pinned
from musicdata.release.record import version as versions
from musicdata.release.removal import takedown as takedowns
from musicdata.release.sharing import redaction, rights
from musicdata.release.verify import files as verifying
from musicdata.release.verify import signature as signatures
from musicdata.release.verify.gate import require_whole
from musicdata.system import paths
from musicdata.wording import choice, listed
from musicdata.workspace.folder import Workspace
from musicdata.workspace.validation import current_validation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from musicdata.release.diff import Diff
    from musicdata.release.record.layout import Record
    from musicdata.release.verify.files import Problem

SPLITS = layout.SPLITS
RIGHTS_VIEWS = tuple(view for view in get_args(layout.View) if view != "full")


_UNPROVED = "no: only with the full release can it be; release verify FULL --views FOLDER does"


def _silent(_text: str) -> None:
    """Say nothing."""


def needs_validation(
    work: str | PathLike[str],
    out: str | Path,
    *,
    version: str = "",
    previous: str | PathLike[str] | None = None,
    date: str = "",
    url: str = "",
) -> bool:
    """Say whether a workspace has to be validated, as its tables are now, before it can be released by `build`.

    Raises:
        InputError: there is no workspace, or no release before, or `out` is something else than a release.
        UsageError: `version`, `date` or `url` is none.
        RefusedError: the workspace is stale or unfinished.
    """
    _day(date)
    _page(url)
    opened = open_work(work)
    if version:
        versions.parse(version)
    if previous:
        load(previous)
    if Path(out).exists() and not (Path(out) / layout.RECORD).is_file():
        raise InputError(f"{out} is there already and is no release; give another folder with --out")
    finished.require_finished(opened.recipe, Workspace(opened.root), "released")
    return opened.recipe.validate is not None and current_validation(Workspace(opened.root)) is None


def unstated(work: str | Path) -> str:
    """Say which keys nobody has set of a data set that was built from other input than its recipe's; "" for none.

    Raises:
        InputError: there is no workspace.
    """
    opened = open_work(work)
    lacking = own_input.lacking(opened.recipe.dataset, opened.recipe.release)
    if not lacking:
        return ""
    examples = " ".join(f"--set '{key}=…'" for key in lacking)
    return (
        "the input is not the recipe's own, so title, authors and licence are released as not stated; "
        f"to state them (nothing is rebuilt): musicdata build --work {opened.root} {examples}"
    )


def build(
    work: str | PathLike[str],
    out: str | Path,
    *,
    version: str = "",
    previous: str | PathLike[str] | None = None,
    allow_failed_gate: bool = False,
    date: str = "",
    url: str = "",
    progress: Callable[[str], None] = _silent,
) -> Record:
    """Freeze a validated workspace into a release.

    Args:
        work: workspace.
        out: folder to make.
        version: semantic version; when empty, what the difference to `previous` asks for, or 1.0.0.
        previous: the release before.
        allow_failed_gate: release although the check or the gate refuses; the card says so.
        date: the day of the release, ``2026-11-29``, which its citation states; when empty, that of SOURCE_DATE_EPOCH,
            else today in UTC. The content root does not depend on it.
        url: page or DOI at which it will be found, for its citation; when empty, that of the recipe's `[release]`.
        progress: is told what is done next.

    Raises:
        InputError: there is no workspace, it was not validated as it is now, or `out` is something else.
        UsageError: `version`, `date` or `url` is none.
        RefusedError: the workspace is stale or unfinished, the check or the gate refuses, or the version does not fit
            what changed.
    """
    date, url = _day(date), _page(url)
    record = freeze.freeze(
        open_work(work).root,
        Path(out),
        version=version,
        previous=load(previous) if previous else None,
        allow_failed_gate=allow_failed_gate,
        date=date or settings.release_day(),
        url=url,
        progress=progress,
    )
    for name, asked, stated in (("date", date, record.date), ("url", url, record.url)):
        if asked and asked != stated:
            raise InputError(
                f"{out} is there already and states the {name} {stated or 'of nobody'}, not {asked}; remove it, or "
                "give another folder with --out"
            )
    return record


def _day(text: str) -> str:
    try:
        return layout.a_day(text.strip())
    except ValueError as error:
        raise UsageError(f"the date of the release is {text!r}; write it like 2026-11-29") from error


def _page(text: str) -> str:
    try:
        return identifiers.web_address(text)
    except ValueError as error:
        raise UsageError(str(error)) from error


def foresee_build(
    work: str | PathLike[str],
    *,
    version: str = "",
    previous: str | PathLike[str] | None = None,
    allow_failed_gate: bool = False,
    progress: Callable[[str], None] = _silent,
) -> dict[str, Any]:
    """Say what `build` would write, without writing: rows of each config and split, size, verdict of the gate.

    Raises:
        InputError: see `build`.
        RefusedError: the workspace is stale or unfinished, or the check or the gate refuses.
    """
    return freeze.foresee(
        open_work(work).root,
        version=version,
        previous=load(previous) if previous else None,
        allow_failed_gate=allow_failed_gate,
        progress=progress,
    )


def verify(
    release: str | PathLike[str],
    *,
    views: Sequence[str | Path] = (),
    public_key: str | Path | None = None,
    signature: str | Path | None = None,
    pin: str | None = None,
    progress: Callable[[str], None] = _silent,
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


def diff(
    first: str | PathLike[str],
    second: str | PathLike[str],
    *,
    pins: tuple[str | None, str | None] = (None, None),
    progress: Callable[[str], None] = _silent,
) -> Diff:
    """Verify two releases, and say what differs between them.

    Args:
        first: release.
        second: that comes after it.
        pins: of the first and of the second; see `musicdata.load`.
        progress: is told what is done next.

    Raises:
        InputError: one is no release.
        IntegrityError: one is not what it says it is.
        UsageError: they are not of one data set, or show different views.
    """
    one, other = (load(release, pin=pin, progress=progress) for release, pin in zip((first, second), pins, strict=True))
    return difference(one, other, progress=progress)


@dataclass(frozen=True, slots=True)
class DiffReport:
    """A difference, told.

    Attributes:
        facts: as JSON values.
        lines: for people.
    """

    facts: dict[str, Any]
    lines: tuple[str, ...]


def diff_report(
    first: str | PathLike[str],
    second: str | PathLike[str],
    *,
    pins: tuple[str | None, str | None] = (None, None),
    progress: Callable[[str], None] = _silent,
) -> DiffReport:
    """Say what differs between two releases, as JSON values and as lines of text; raises as `diff` does."""
    differences = diff(first, second, pins=pins, progress=progress)
    return DiffReport(report.as_json(differences), tuple(report.lines(differences)))


def permitted_views(release: str | PathLike[str]) -> tuple[str, ...]:
    """List the rights views that may be published of a release, by its recipe and its rights.

    Args:
        release: folder, address or name.

    Raises:
        InputError: there is no release.
    """
    return tuple(rights.permitted_views(load(release)))


def publish(
    release: str | PathLike[str],
    to: str,
    *,
    view: str = "full",
    claim: str = "",
    is_final: bool = False,
    dry_run: bool = False,
    progress: Callable[[str], None] = _silent,
) -> dict[str, Any]:
    """Publish a release, or a view of it; return the facts of the publication record.

    Args:
        release: in the view `full`, or already in the one to publish.
        to: where: a folder, ``s3://``, ``hf://``, ``zenodo://`` or any other fsspec URL.
        view: what of it.
        claim: statement that one holds the rights of what has no free licence; it is published too.
        is_final: publish a Zenodo deposition at once; else it stays a draft.
        dry_run: only say what would be sent.
        progress: is told what is done next.

    Returns:
        the facts of the record; of a view also `proved`: whether it was compared with the full release, cell by cell.

    Raises:
        IntegrityError: the release is not what it says it is, or what came back is not what was sent.
        RefusedError: the rights forbid the view, or another release of this version is published there.
        TransferError: the upload broke off; the same call goes on from there.
    """
    opened = load(release, progress=progress)
    if view not in get_args(layout.View):
        raise UsageError(f"there is no view {view!r}{choice(view, get_args(layout.View))}")

    progress(f"verify {opened.root}")
    require_whole(opened.root, "nothing was sent")

    def send(root: Path) -> dict[str, Any]:
        if dry_run:
            require_whole(root, "nothing would be sent")
            rights.require_permitted(load(root), claim=claim)
            files = layout.read_record(root).files
            return {"to": to, "release": opened.record.slug, "files": len(files), "bytes": sum(f.bytes for f in files)}
        return publishing.publish(
            root,
            to,
            claim=claim,
            permit=lambda folder: rights.require_permitted(load(folder), claim=claim),
            is_final=is_final,
            progress=lambda path, n_bytes, of_bytes: progress(f"{path} ({n_bytes:,} of {of_bytes:,} bytes)"),
        )

    if view == opened.record.view:
        return send(opened.root) | ({} if view == "full" else {"proved": _UNPROVED})
    with tempfile.TemporaryDirectory(prefix="musicdata-publish-", dir=opened.root.parent) as scratch:
        export(opened.root, view, Path(scratch) / view, progress=progress)
        return send(Path(scratch) / view) | {"proved": f"cell by cell, with {opened.root}"}


def add_record(place: str | PathLike[str], *, pin: str | None = None, dry_run: bool = False) -> dict[str, Any]:
    """Take the record of a published release among those of this machine, so that its name leads to it.

    Args:
        place: file of a record; folder or address of the release that it lies beside; an address of a record.
        pin: content root or sha256 of `RELEASE.json` that it has to name.
        dry_run: only say what it is.

    Returns:
        the facts of the record; `found_at`, where it lay; `record`, its file here; `status`: ``taken in``,
        ``there already`` or, of a dry run, ``not taken in yet``.

    Raises:
        InputError: there is no record, or it is none.
        IntegrityError: it contradicts the release beside it, or the pin.
        RefusedError: there is another record of this version here, or it leads into this machine or its network.
        TransferError: it cannot be read.
    """
    taken = taking.find(place, pin=pin)
    status = "there already"
    if taken.is_new:
        status = "not taken in yet" if dry_run else "taken in"
    if taken.is_new and not dry_run:
        taking.take(taken)
    return taken.publication.facts | {"found_at": taken.found_at, "record": str(taken.path), "status": status}


def takedown(
    release: str | PathLike[str],
    ids: Sequence[str],
    *,
    reason: str,
    out: str | Path,
    date: str = "",
    progress: Callable[[str], None] = _silent,
) -> Record:
    """Take items out of a release: a patch version without them, with the proof that they are gone.

    Args:
        release: in the view `full`.
        ids: of samples, songs or groups.
        reason: why; it stands in the new release.
        out: folder to make.
        date: the day of the new release; when empty, that of SOURCE_DATE_EPOCH, else today in UTC.
        progress: is told what is done next.

    Raises:
        InputError: an id is not in the release, or `out` is there already.
        IntegrityError: something of an item is still there.
    """
    opened = load(release, progress=progress)
    progress(f"{opened.record.slug} without {', '.join(ids)}")
    return takedowns.takedown(opened.root, ids, reason=reason, out=Path(out), date=_day(date) or settings.release_day())


def foresee_takedown(release: str | PathLike[str], ids: Sequence[str], *, reason: str) -> dict[str, Any]:
    """Say what `takedown` would take, without writing: version, samples taken down, samples left.

    Raises:
        InputError: an id is not in the release.
    """
    return takedowns.foresee(load(release).root, ids, reason=reason)


def card(release: str | PathLike[str], *, pin: str | None = None, progress: Callable[[str], None] = _silent) -> str:
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
    release: str | PathLike[str], *, pin: str | None = None, progress: Callable[[str], None] = _silent
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


def export(
    release: str | PathLike[str],
    view: str,
    out: str | Path,
    *,
    pin: str | None = None,
    progress: Callable[[str], None] = _silent,
    **options: int,
) -> dict[str, Any]:
    """Render a release for another tool, or what of it may be passed on.

    Args:
        release: folder, address or name.
        view: ``open``, ``features``, ``ids``, or the name of a tool's format.
        out: folder to make.
        pin: that the release has to fit; see `musicdata.load`.
        progress: is told what is done next.
        options: of the format: ``shard_bytes`` of `webdataset`.

    Returns:
        name, version, view, content_root, number of files and bytes.

    Raises:
        UsageError: there is no such view, or it makes no sense of this release.
        InputError: there is something else at `out`.
    """
    _require_view(view, options)
    opened, folder = load(release, pin=pin, progress=progress), Path(out)
    progress(f"verify {opened.root}, then {view} of {opened.record.slug}")
    if view in RIGHTS_VIEWS:
        made: Any = redaction.render(opened.root, view, folder)  # type: ignore[arg-type]  # one of RIGHTS_VIEWS
    else:
        made = views.export(opened, view, folder, **options)
    facts = {"name": made.name, "version": made.version, "view": view, "content_root": made.content_root}
    return facts | {"files": len(made.files), "bytes": sum(file.bytes for file in made.files)}


def _require_view(view: str, options: Mapping[str, int]) -> None:
    known = (*RIGHTS_VIEWS, *views.EXPORTS.all())
    if view == "full":
        raise UsageError(f"the view full is the release itself; there are {listed(known)}")
    if view not in known:
        raise UsageError(f"no view is called {view!r}{choice(view, known)}")
    if view in RIGHTS_VIEWS and options:
        raise UsageError(f"the view {view} has no option {', '.join(options)}")
