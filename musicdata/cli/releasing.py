"""Commands for what is published: release build, verify, sign, rebuild, diff, publish, takedown …; export."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from musicdata.cli.app import app
from musicdata.cli.options import EXIT_FINDINGS, Json, Pin, Workers, print_json, progress
from musicdata.cli.output import say, tell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.release.record.layout import Record

releases = typer.Typer(
    name="release",
    help="Freeze, verify, sign, compare, publish and take down releases of a data set.",
    short_help="Freeze, verify, sign, compare, publish.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)
app.add_typer(releases)

ReleaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="RELEASE", help="A release: its folder, its address (s3://, hf://, https:// …) or NAME@VERSION."
    ),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder to make.")]
Date = Annotated[
    str,
    typer.Option(
        "--date",
        metavar="YYYY-MM-DD",
        help="Day of the release, which its citation states [default: of SOURCE_DATE_EPOCH, else today].",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]


@releases.command("build", short_help="Freeze a workspace into a release.")
def build(
    work: Annotated[Path, typer.Argument(help="Finished workspace.")],
    out: Out,
    version: Annotated[
        str,
        typer.Option(
            "--version", help="Semantic version [default: what the difference to --previous asks for; 1.0.0]."
        ),
    ] = "",
    previous: Annotated[
        str, typer.Option("--previous", help="The release before: folder or NAME@VERSION. It decides the version.")
    ] = "",
    allow_failed_gate: Annotated[
        bool,
        typer.Option("--allow-failed-gate", help="Release although the check or the gate refuses; the card says so."),
    ] = False,
    deep: Annotated[
        bool,
        typer.Option(
            "--deep/--no-deep", help="Deep baselines in a validation that has to be made first: they take minutes."
        ),
    ] = False,
    date: Date = "",
    url: Annotated[
        str, typer.Option("--url", help="Page or DOI where it will be found, for its citation [default: the recipe's].")
    ] = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Freeze a workspace into a release: validated, versioned, checksummed; the same workspace gives the same bytes."""
    from musicdata.api.release import making as library
    from musicdata.api.validate import validate

    if library.needs_validation(work, out, version=version, previous=previous or None, date=date, url=url):
        validate(work, deep=deep, sweep=False, progress=_tell)
    if unstated := library.unstated(work):
        _tell(unstated)
    if dry_run:
        facts = library.foresee_build(
            work, version=version, previous=previous or None, allow_failed_gate=allow_failed_gate, progress=_tell
        )
        _print_facts(facts, as_json=as_json)
        return
    record = library.build(
        work,
        out,
        version=version,
        previous=previous or None,
        allow_failed_gate=allow_failed_gate,
        date=date,
        url=url,
        progress=_tell,
    )
    _print_record(record, out, as_json=as_json)


@releases.command("verify", short_help="Prove that a release is whole.")
def verify(
    release: ReleaseArgument,
    exports: Annotated[
        list[Path] | None, typer.Option("--views", help="Exported folder, or a view of it, to compare; repeatable.")
    ] = None,
    public_key: Annotated[
        str | None,
        typer.Option("--public-key", metavar="KEY", help="minisign key that must have signed it: a .pub file, or RW…"),
    ] = None,
    signature: Annotated[
        Path | None, typer.Option("--signature", help="Signature file [default: RELEASE.json.minisig in the release].")
    ] = None,
    pin: Pin = None,
    as_json: Json = False,
) -> None:
    """Prove that a release is whole: every file, every row, every sum; whose it is; that its exports say the same."""
    from musicdata.api.release import proving as library

    problems = library.verify(
        release, views=exports or (), public_key=public_key, signature=signature, pin=pin, progress=_tell
    )
    if as_json:
        print_json({"ok": not problems, "problems": [dataclasses.asdict(problem) for problem in problems]})
    else:
        for problem in problems:
            say(f"✗ {problem}")
        if not problems:
            signed = ", signed by that key" if public_key else ""
            signed += ", and fits the pin" if pin else ""
            one = "view agrees" if exports and len(exports) == 1 else "views agree"
            agree = f", and {len(exports)} {one} with it" if exports else ""
            say(f"✓ {release} is whole{signed}{agree}")
    if problems:
        raise typer.Exit(EXIT_FINDINGS)


@releases.command("rebuild", short_help="Prove that a release comes of its input and recipe.")
def rebuild(
    release: ReleaseArgument,
    input_: Annotated[
        str | None, typer.Option("--input", "-i", help="File or folder with what the release was made from.")
    ] = None,
    audio: Annotated[
        str | None, typer.Option("--audio", help="Folder of the sound that it was made with, if any was.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option("--work", "-w", help="New workspace to build in, kept [default: a temporary one].")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Folder for what comes out, to be compared by release diff."),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="STAGE.KEY=VALUE", help="Where other input lies, nothing else; repeatable."),
    ] = None,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Build a release again from its own recipe: the same content root comes out, or what differs first is named."""
    from musicdata.api import rebuild as rebuilding

    with progress(quiet=as_json) as shown:
        made = rebuilding.rebuild(
            release,
            input=input_,
            audio=audio,
            work=work,
            out=out,
            overrides=set_ or (),
            workers=workers,
            progress=shown,
        )
    if as_json:
        print_json({"same": made.is_same} | dataclasses.asdict(made))
    elif made.is_same:
        say(f"✓ {made.release} comes out again: content {made.content_root}")
        for tool in made.tools:
            say(f"  though {tool}")
    else:
        say(f"✗ {made.release} does not come out again: content {made.again}, expected {made.content_root}")
        say(f"  {made.first}")
    if not made.is_same:
        raise typer.Exit(EXIT_FINDINGS)


@releases.command("sign", short_help="Sign a release with a key of yours.")
def sign(
    release: ReleaseArgument,
    key: Annotated[
        Path, typer.Option("--key", help="minisign secret key; its password is asked for, or read from a pipe.")
    ],
    as_json: Json = False,
) -> None:
    """Verify a release, and sign it as minisign does; publishing it carries the signature along."""
    from musicdata.api.release import proving as library

    _print_facts(library.sign(release, key, password=_password), as_json=as_json)


def _password() -> str:
    """Ask for a password on a terminal, where it is not shown; else read a line."""
    if sys.stdin.isatty():
        return str(typer.prompt("password of the key", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\r\n")


@releases.command("diff", short_help="What changed between two releases.")
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="Release: folder, address or NAME@VERSION.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Release that comes after it.")],
    pins: Annotated[
        tuple[str, str],
        typer.Option(
            "--pins", metavar="HEX HEX", help="Content root, or sha256 of RELEASE.json, of A and of B; - for none."
        ),
    ] = ("-", "-"),
    as_json: Json = False,
) -> None:
    """Say what differs between two releases, table by table, and which step in version that is."""
    from musicdata.api.release import changing as library

    of_first, of_second = (None if pin == "-" else pin for pin in pins)
    report = library.diff_report(first, second, pins=(of_first, of_second), progress=_tell)
    if as_json:
        print_json(report.facts)
    else:
        for line in report.lines:
            say(line)


@releases.command("publish", short_help="Publish a release or a view of it.")
def publish(
    release: ReleaseArgument,
    to: Annotated[
        str,
        typer.Option("--to", help="Folder, s3://bucket/prefix, hf://datasets/USER/NAME or zenodo://"),
    ],
    view: Annotated[str, typer.Option("--view", help="full, open, features or ids.")] = "full",
    claim: Annotated[
        str,
        typer.Option(
            "--i-hold-the-rights",
            metavar="STATEMENT",
            help="Publish what has no free licence; the statement is published too.",
        ),
    ] = "",
    final: Annotated[
        bool, typer.Option("--final", help="Publish a Zenodo deposition at once, not as a draft.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Publish a release, or a view of it; an interrupted upload goes on, a published version is never overwritten."""
    from musicdata.api.release import sharing as library

    facts = library.publish(release, to, view=view, claim=claim, is_final=final, dry_run=dry_run, progress=_tell)
    _print_facts(facts, as_json=as_json)


@releases.command("add-record", short_help="Take in the record of a published release.")
def add_record(
    place: Annotated[
        str,
        typer.Argument(
            metavar="FILE|URL", help="A record, or the folder or address of the published release it lies beside."
        ),
    ],
    pin: Pin = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take the record of a published release among those of this machine: NAME@VERSION leads to it from then on."""
    from musicdata.api.release import sharing as library

    facts = library.add_record(place, pin=pin, dry_run=dry_run)
    _print_facts(facts, as_json=as_json)
    if not (as_json or dry_run):
        say(f"  musicdata release verify {facts['name']}@{facts['version']}+{facts['view']}")


@releases.command("takedown", short_help="Take items out: a patch version without them.")
def takedown(
    release: ReleaseArgument,
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Samples, songs, or groups as group:ID.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stands in the new release.")],
    out: Out,
    date: Date = "",
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Take items out of a release: a patch version without them, and the proof that they are gone."""
    from musicdata.api.release import changing as library

    if dry_run:
        _print_facts(library.foresee_takedown(release, ids, reason=reason), as_json=as_json)
        return
    record = library.takedown(release, ids, reason=reason, out=out, date=date, progress=_tell)
    _print_record(record, out, as_json=as_json)


@releases.command("card", short_help="Print the card, or check that it is fresh.")
def card(
    release: ReleaseArgument,
    check: Annotated[bool, typer.Option("--check", help="Say whether a number in it is stale.")] = False,
    pin: Pin = None,
    as_json: Json = False,
) -> None:
    """Print the card of a release, or compute it anew and say what is stale."""
    from musicdata.api.release import proving as library

    if not check:
        text = library.card(release, pin=pin, progress=_tell)
        print_json({"card": text}) if as_json else say(text, nl=False)
        return
    stale = library.check_card(release, pin=pin, progress=_tell)
    if as_json:
        print_json({"ok": not stale, "stale": stale})
    else:
        for line in stale or ["✓ every line of the card is what the data say"]:
            say(line)
    if stale:
        raise typer.Exit(EXIT_FINDINGS)


@app.command(short_help="Render a release for other tools or eyes.")
def export(
    release: ReleaseArgument,
    out: Out,
    view: Annotated[
        str,
        typer.Option("--view", help="open, features, ids; or webdataset, lhotse, mirdata, csv, musictm, files."),
    ],
    shard_bytes: Annotated[
        int | None, typer.Option("--shard-bytes", min=1, help="Size of a WebDataset shard, about [default: 1 GB].")
    ] = None,
    pin: Pin = None,
    as_json: Json = False,
) -> None:
    """Render a release for another tool, or what of it may be passed on."""
    from musicdata.api.release import sharing as library

    options = {} if shard_bytes is None else {"shard_bytes": shard_bytes}
    facts = library.export(release, view, out, pin=pin, progress=_tell, **options)
    if as_json:
        print_json(facts)
    else:
        of = f"{facts['view']} of {facts['name']}@{facts['version']}"
        say(f"{out}: {of}, {facts['files']} files, {facts['bytes']:,} bytes")


def _print_facts(facts: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json(facts)
        return
    for name, value in facts.items():
        say(f"{name}: {value}")


def _print_record(record: Record, out: Path, *, as_json: bool) -> None:
    from musicdata.api.release.sharing import SPLITS

    if as_json:
        print_json(record.model_dump(mode="json", exclude={"tables", "files", "stages"}) | {"out": str(out)})
        return
    n_samples = record.n_samples
    rows = ", ".join(f"{split} {n_samples[split]:,}" for split in SPLITS if split in n_samples)
    size = sum(file.bytes for file in record.files)
    say(f"{out} is {record.slug}: {rows} samples, {len(record.files)} files, {size / 1e6:,.1f} MB")
    say(f"content {record.content_root}")
    if record.gate is not None and not record.gate.holds:
        say(f"the gate was overruled: {record.gate.reason}")
    say(f"  musicdata release verify {out}")
    say(f"  musicdata release publish {out} --to URL{_view_option(out)}")


def _view_option(out: Path) -> str:
    """Return the option that a publication takes, by what recipe and rights permit; "" when it takes none."""
    from musicdata.api.release.sharing import permitted_views

    views = permitted_views(out)
    return "" if "full" in views else f" --view {'|'.join(views)}"


def _tell(text: str) -> None:
    tell(text)
