"""Freezes a workspace into a release: the same workspace gives the same bytes.

A release is made beside its final place, in `.<name>.unfinished`, config by config; what is finished is recorded there,
so that the same command goes on after a kill. At the end one rename makes it a release.
"""

from __future__ import annotations

import importlib.metadata
import json
import platform
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from musicdata.definitions import recipe as recipes
from musicdata.definitions import suite as suites
from musicdata.definitions.arrow import strings
from musicdata.engine import checking, finished
from musicdata.errors import InputError, RefusedError, UsageError
from musicdata.release.diff import bump as bumps
from musicdata.release.diff import compare
from musicdata.release.making import around, selection, writing
from musicdata.release.making.staging import is_there, staging
from musicdata.release.reading.release import Release
from musicdata.release.record import configs, layout
from musicdata.release.record import version as versions
from musicdata.release.verify.gate import require_whole
from musicdata.system import paths
from musicdata.system.digests import digest_of
from musicdata.system.files import read_json, write_whole
from musicdata.version import __version__
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from musicdata.workspace.validation import current_validation

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from musicdata.definitions.contract import Contract
    from musicdata.definitions.recipe import Recipe
    from musicdata.release.making.selection import Selection
    from musicdata.release.record.configs import Config

_BEFORE_SUITES = ("name", "pair", "directions", "p_value", "null_mrr", "detection_limit_mrr", "settings")
"""What is kept of each baseline in a validation older than suites, which does not say it itself."""


def freeze(
    work: Path,
    out: Path,
    *,
    version: str = "",
    previous: Release | None = None,
    allow_failed_gate: bool = False,
    file_bytes: int = writing.FILE_BYTES,
    date: str = "",
    url: str = "",
    progress: Callable[[str], None] = lambda _text: None,
) -> layout.Record:
    """Freeze the workspace at `work` into a release at `out`.

    Args:
        work: a finished, validated workspace.
        out: folder of the release; it must not exist, unless it is this very release.
        version: semantic version; when empty, the one that follows from the difference to `previous`.
        previous: the release before; what was taken down stays down, and the difference decides the version.
        allow_failed_gate: freeze although the check or the gate refuses; the card says so.
        file_bytes: size of a data file, about.
        date: the day of the release, ``2026-11-29``, as it is cited; nothing for a release that states none.
        url: page at which it will be found; that of the recipe when empty.
        progress: is told what is done next.

    Raises:
        InputError: there is no workspace, it was not validated as it is now, or `out` is something else.
        UsageError: its recipe has no `[release]`, or `version` is none.
        RefusedError: the workspace is stale or unfinished, the check or the gate refuses, or the version does not fit
            the difference to `previous`.
        IntegrityError: `previous`, or what is at `out` already, is not what it says it is.
        WorkspaceHeldError: another process builds the workspace or freezes to the same place.
    """
    if previous:
        require_whole(previous.root, "so nothing can follow it")
    frozen = _frozen(work, version, previous, file_bytes, progress)
    with frozen.workspace.hold("musicdata release build"):
        record = frozen.facts(allow_failed_gate=allow_failed_gate)
        if is_there(out):
            return _the_same(out, record, version)
        record = record.model_copy(update={"date": date, "url": url or record.url})
        not_of_rows = {"version", "date", "url"}  # what is written goes on when only these are others
        identity = digest_of(record.model_dump(mode="json", exclude=not_of_rows) | {"file_bytes": file_bytes})
        with staging(out, identity) as folder:
            return frozen.write(folder, record)


def foresee(
    work: Path,
    *,
    version: str = "",
    previous: Release | None = None,
    allow_failed_gate: bool = False,
    progress: Callable[[str], None] = lambda _text: None,
) -> dict[str, Any]:
    """Say what `freeze` would write, with the same arguments, and raise what it would raise before it writes."""
    frozen = _frozen(work, version, previous, writing.FILE_BYTES, progress)
    record = frozen.facts(allow_failed_gate=allow_failed_gate)
    selected = frozen.selected(record)
    rows = {config.name: selected.rows(config) for config in frozen.configs(record)}
    size = sum(sum(rows[c.name].values()) * selected.bytes_a_row(c) for c in frozen.configs(record))
    decided = version or ("decided by the difference" if previous else versions.FIRST)
    gate = "none" if record.gate is None else record.gate.reason
    return {"name": record.name, "version": decided, "rows": rows, "bytes_about": int(size), "gate": gate}


def remake(recipe: Recipe, workspace: Workspace, out: Path, model: layout.Record) -> layout.Record:
    """Freeze a workspace as a release was frozen, to compare the two: less what was taken down, and no gate is asked.

    Args:
        recipe: of the release.
        workspace: built from it.
        out: folder to make; it must not exist.
        model: what the release says of itself.

    Raises:
        InputError: `out` is there already, or no sample is left.
        RefusedError: the workspace is stale or unfinished.
    """
    finished.require_finished(recipe, workspace, "compared")
    frozen = _Frozen(workspace, recipe, model.version, None, writing.FILE_BYTES, lambda _text: None)
    unasked = layout.Gate(
        holds=False,
        reason=f"rebuilt to compare it with {model.slug}; the gate was not asked",
        rules=[],
        baselines=[],
        check_findings=[],
        seed=0,
        task=recipe.validate.task if recipe.validate else suites.FIRST,
    )
    with workspace.hold("musicdata release rebuild"):
        kept = {name: getattr(model, name) for name in ("previous", "tombstones", "date", "url")}
        record = frozen.record(unasked).model_copy(update=kept)
        with staging(out, digest_of(record.model_dump(mode="json"))) as folder:
            return frozen.write(folder, record)


def _frozen(
    work: Path, version: str, previous: Release | None, file_bytes: int, progress: Callable[[str], None]
) -> _Frozen:
    if version:
        versions.parse(version)
    if not (work / "recipe.toml").is_file():
        raise InputError(
            f"{work} is no workspace: it has no recipe.toml. Build one with: musicdata build NAME --work {work}"
        )
    recipe = recipes.load(str(work / "recipe.toml"))
    if recipe.release is None:
        raise UsageError(f"the recipe of {work} has no [release]: it does not say what a release holds")
    finished.require_finished(recipe, Workspace(work), "released")
    return _Frozen(Workspace(work), recipe, version, previous, file_bytes, progress)


def _the_same(out: Path, record: layout.Record, version: str) -> layout.Record:
    """Return the record at `out` if it is a release of just this.

    Raises:
        InputError: it is something else.
    """
    there = layout.read_record(out) if (out / layout.RECORD).is_file() else None
    known = ("name", "view", "sources", "gate", "previous", "tombstones", "stages", "tools", "rejects")
    same = there is not None and all(getattr(there, name) == getattr(record, name) for name in known)
    if there is None or not same or version not in ("", there.version):
        held = f"holds {there.slug}, another release" if there else "is no release"
        raise InputError(f"{out} is there already and {held}; give another folder with --out")
    require_whole(out, "so it is not the release that it would be; remove it, or give another folder with --out")
    return there


@dataclass(frozen=True, slots=True)
class _Frozen:
    """What is frozen: a workspace, read table by table, restricted to the samples that are released."""

    workspace: Workspace
    recipe: Recipe
    version: str
    previous: Release | None
    file_bytes: int
    progress: Callable[[str], None]

    @property
    def _stages(self) -> list[str]:
        return [step.stage.name for step in self.recipe.steps]

    @property
    def reader(self) -> TableReader:
        return TableReader(self.workspace, self._stages)

    def facts(self, *, allow_failed_gate: bool) -> layout.Record:
        """Return all of the record that can be known before a row is written; check, and ask the gate."""
        before = self.previous.record if self.previous else None
        if before and before.name != self.recipe.dataset.name:
            raise UsageError(
                f"{before.slug} is another data set than {self.recipe.dataset.name}; it cannot come before it"
            )
        self.progress("check")
        record = self.record(self._gate(allow_failed_gate=allow_failed_gate))
        if before is None:
            return record
        previous = layout.Previous(version=before.version, content_root=before.content_root)
        return record.model_copy(update={"previous": previous, "tombstones": before.tombstones})

    def record(self, gate: layout.Gate | None) -> layout.Record:
        """Return all of the record that can be known before a row is written, as of a first release."""
        released = configs.released(map(self.reader.contract, self.recipe.tables()))
        manifests = {name: self.workspace.manifest(name) or {} for name in self._stages}
        return layout.Record(
            name=self.recipe.dataset.name,
            title=self.recipe.dataset.title,
            version=self.version or versions.FIRST,
            view="full",
            content_root=layout.content_root({}),
            tables={},
            files=[],
            stages=[manifests[name]["origin"]["facts"] for name in self._stages],
            sources=self._sources()
            | {"tables": {contract.name: self.reader.digest(contract.name) for contract in released}},
            rejects={stage: dict(sorted(m["rejects"].items())) for stage, m in manifests.items() if m.get("rejects")},
            tools=_tools(manifests, self.recipe.plugins.facts()),
            rights={},
            gate=gate,
            url=(self.recipe.release and self.recipe.release.url) or "",
        )

    def _sources(self) -> dict[str, Any]:
        called = {name for step in self.recipe.steps if step.stage.network for name in step.stage.network.services}
        services = {"services": sorted(called)} if called else {}
        files = sorted(self._source_files())
        return ({"files": len(files), "sha256": digest_of(files)} if files else {}) | services

    def _source_files(self) -> set[str]:
        """Return the sha256 of every source file that a table tells of."""
        digests: set[str] = set()
        for contract in map(self.reader.contract, self.reader.tables):
            for column in (column.name for column in contract.columns if column.role == "source_sha256"):
                digests |= set(strings(pc.unique(self.reader.read(contract.name, [column]).column(column)).drop_null()))
        return digests

    def _gate(self, *, allow_failed_gate: bool) -> layout.Gate | None:
        report = checking.check_held(self.workspace, self.recipe.tables())
        findings = [f"{f.check}: {f.table + ': ' if f.table else ''}{f.message}" for f in report.findings]
        gate = self._verdict(findings)
        if (findings or (gate is not None and not gate.holds)) and not allow_failed_gate:
            why = findings[0] if findings else gate.reason if gate else ""
            raise RefusedError(
                f"{self.workspace.root} may not be released: {why}. See musicdata check and musicdata validate; "
                "--allow-failed-gate releases it all the same, and its card says so"
            )
        return gate

    def _verdict(self, findings: list[str]) -> layout.Gate | None:
        """Return what the last validation said; None where there is nothing to validate and the check passes."""
        if self.recipe.validate is None:
            broken = {"holds": False, "rules": [], "baselines": [], "check_findings": findings, "seed": 0}
            return layout.Gate(reason=findings[0], **broken) if findings else None
        validation = current_validation(self.workspace)
        if validation is None:
            raise InputError(
                f"{self.workspace.root} was not validated as it is now. Run: musicdata validate {self.workspace.root}"
            )
        return layout.Gate(
            holds=validation["gate_holds"] and not findings,
            reason=findings[0] if findings else validation["reason"],
            rules=validation["rules"],
            baselines=_methods(validation),
            notes=validation["notes"],
            check_findings=findings,
            seed=validation["seed"],
            task=validation.get("task", suites.FIRST),
            card=validation.get("card", []),
        )

    def configs(self, record: layout.Record) -> list[Config]:
        """Return the configs of the release."""
        return configs.plan(self._contracts(record))

    def _contracts(self, record: layout.Record) -> list[Contract]:
        return configs.among([self.reader.contract(name) for name in record.sources["tables"]])

    def selected(self, record: layout.Record) -> Selection:
        """Return the samples that are released."""
        assert self.recipe.release is not None
        return selection.select(self.reader, self.recipe.release.complete, record.tombstones)

    def write(self, folder: Path, record: layout.Record) -> layout.Record:
        """Write every config, then the files around them."""
        selected = self.selected(record)
        files: list[layout.File] = []
        tables: dict[str, layout.Table] = {}
        for config in self.configs(record):
            self.progress(config.name)
            done = self._write_config(folder, config, selected)
            files += done[0]
            tables |= done[1]
        described = {contract.name: contract for contract in self._contracts(record)}
        known = {
            "files": files,
            "tables": tables,
            "content_root": layout.content_root(tables),
            "rights": selected.rights(),
        }
        record = record.model_copy(update=known)
        self.progress("card and sums")
        record = around.finish(folder, record, described, self.recipe.portable().toml())
        version = self._decided(folder, record)
        if version == record.version:
            return record
        return around.finish(
            folder, record.model_copy(update={"version": version}), described, self.recipe.portable().toml()
        )

    def _decided(self, folder: Path, record: layout.Record) -> str:
        """Return the version that the difference to the previous release asks for; refuse another."""
        if self.previous is None:
            return record.version
        self.progress(f"difference to {self.previous.record.slug}")
        difference = compare(self.previous, Release(folder, record))
        bump = bumps.required_bump(difference)
        if self.version or bump is None:
            bumps.require(self.previous.version, self.version or self.previous.version, difference)
        return self.version or versions.next_version(self.previous.version, bump or "patch")

    def _write_config(
        self, folder: Path, config: Config, selected: Selection
    ) -> tuple[list[layout.File], dict[str, layout.Table]]:
        """Write a config, or take it as an earlier run finished it."""
        state = paths.inside(folder, f".state/{config.name}.json")
        if (done := _finished(state)) is not None:
            return done
        shutil.rmtree(paths.inside(folder, f"{layout.DATA}/{config.name}"), ignore_errors=True)
        rows, a_row = selected.rows(config), selected.bytes_a_row(config)
        n_files = {split: max(1, min(n, -(-int(n * a_row) // self.file_bytes))) for split, n in rows.items()}
        writer = writing.ConfigWriter(folder, config, rows, n_files)
        for piece in selected.pieces(config):
            writer.write(piece)
        files, tables = writer.finish()
        facts = {"files": [f.model_dump() for f in files], "tables": {n: t.model_dump() for n, t in tables.items()}}
        write_whole(state, json.dumps(facts).encode(), state.with_suffix(".writing"))
        return files, tables


def _finished(state: Path) -> tuple[list[layout.File], dict[str, layout.Table]] | None:
    """Return what an earlier run wrote of a config; None where it did not finish, or its record is damaged."""
    try:
        done = read_json(state)
        if not done:
            return None
        return [layout.File(**f) for f in done["files"]], {n: layout.Table(**t) for n, t in done["tables"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _tools(manifests: dict[str, dict[str, Any]], plugins: dict[str, str]) -> dict[str, str]:
    """Return what a release was made with: programs and libraries → version, modules of a user's own → sha256."""
    used = {tool: version for manifest in manifests.values() for tool, version in manifest.get("tools", {}).items()}
    own = {
        "musicdata": __version__,
        "Python": platform.python_version(),
        "pyarrow": importlib.metadata.version("pyarrow"),
    }
    added = {f"plug-in {name}": sha256 for name, sha256 in plugins.items()}
    return dict(sorted((used | own | added).items()))


def _methods(validation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the figures of each method that the record keeps."""
    if "methods" in validation:
        return list(validation["methods"])
    return [{name: one[name] for name in _BEFORE_SUITES} for one in validation["baselines"]]
