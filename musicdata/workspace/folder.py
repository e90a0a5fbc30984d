"""The workspace: the folder a run works in, and the only writer of files in it.

    WORK/
      recipe.toml  run.json             resolved recipe, and what was asked for; versions, host and times
      tables/<table>/part-00000-<hash>.parquet
      rejects/<stage>/part-00000-<hash>.parquet
      manifests/<table>.toml            contracts of tables that a plug-in makes
      state/<stage>/manifest.json       what a finished stage made, from what; names every part
      state/<stage>/shards/<key>.json   one record per finished shard, until the stage is sealed
      state/<stage>/job.json  hashes.json  plan.json    what workers are told and the shards they cut, until then too
      state/lock                        held (flock) by the one process that writes
      state/scratch/                    unfinished files; emptied when a build starts and when it ends
      logs/<UTC time>-<command>.log     what the last runs said; no table depends on them

The folder itself may be reached by a link, to lie on another disk; below it there are no links: one that is there would
lead reading, sweeping and writing to files of somebody's, so it is named and refused (`musicdata.system.paths`).

A part is written whole in scratch, synced, and renamed to a name that holds its content hash; then the shard's
record is created, only if there is none. So a kill at any moment leaves either a whole shard or none of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.errors import InputError, IntegrityError, MusicdataError, WorkspaceHeldError
from musicdata.system import files, paths
from musicdata.system.digests import sha256_of_file
from musicdata.system.files import storage_faults
from musicdata.workspace import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.contract import Contract

_OWN = ("tables", "rejects", "manifests", "state", "logs", "recipe.toml", "run.json")
_SCRATCH = "state/scratch"
_PART = re.compile(r"part-\d{5,9}-[0-9a-f]{16}\.parquet")


_LOOKS, _LOOK_S = 3, 0.02


@dataclass(frozen=True, slots=True)
class Workspace:
    """The files of one workspace, written so that no reader ever sees half of one."""

    root: Path

    @property
    def scratch(self) -> Path:
        """Return the folder of unfinished files."""
        return self.place(_SCRATCH)

    def place(self, name: str) -> Path:
        """Return where something of the workspace is, whether it is there or not.

        Raises:
            IntegrityError: the name leads out of the workspace, or over a link.
        """
        return paths.inside(self.root, name)

    def table_folder(self, table: str) -> Path:
        """Return the folder that holds the parts of `table`."""
        return self.place(f"tables/{table}")

    def table_part(self, table: str, file: str) -> Path:
        """Return where a part of `table` is that a manifest names.

        Raises:
            IntegrityError: it is not the name of a part, or there is a link.
        """
        return self._part(f"tables/{table}", file)

    def rejects_part(self, stage: str, file: str) -> Path:
        """Return where a part of the rejects of `stage` is that a manifest names; raises as `table_part`."""
        return self._part(f"rejects/{stage}", file)

    def _part(self, folder: str, file: str) -> Path:
        if not _PART.fullmatch(file):
            raise IntegrityError(
                f"a manifest below {self.root / 'state'} names {file[:100]!r} as a part of {folder}, which musicdata "
                "does not write. Remove that manifest.json; the same build then makes the stage again"
            )
        return self.place(f"{folder}/{file}")

    def rejects_folder(self, stage: str) -> Path:
        """Return the folder that holds the rejects of `stage`."""
        return self.place(f"rejects/{stage}")

    def contract_file(self, table: str) -> Path:
        """Return where the contract of `table` is kept, if it is a plug-in's."""
        return self.place(f"manifests/{table}.toml")

    def keep_contract(self, table: str, text: str | None) -> None:
        """Keep a plug-in's contract beside the tables, so that they can be read without the plug-in."""
        path = self.contract_file(table)
        if text is None:
            path.unlink(missing_ok=True)
        elif not path.is_file() or paths.read_regular(path) != text.encode():
            self.write_text(path, text)

    def contract(self, table: str) -> Contract:
        """Return the contract of `table`: the one kept here, or the one that everybody knows.

        Raises:
            ContractError: there is no such table.
        """
        kept = self.contract_file(table)
        return contracts.read(kept) if kept.is_file() else contracts.load(table)

    def state_folder(self, stage: str) -> Path:
        """Return the folder of the records of `stage`."""
        return self.place(f"state/{stage}")

    def manifest(self, stage: str) -> dict[str, Any] | None:
        """Return what the sealed stage made, or None if it was never sealed.

        Raises:
            IntegrityError: its manifest is damaged.
        """
        return records.read_manifest(self.state_folder(stage) / "manifest.json")

    def write_manifest(self, stage: str, manifest: dict[str, Any]) -> None:
        """Write what a stage made: from then on it is sealed."""
        self.write_json(self.state_folder(stage) / "manifest.json", records.summed(manifest))

    def sealed_stages(self) -> list[str]:
        """List the stages that have been sealed."""
        return sorted(path.parent.name for path in self.root.glob("state/*/manifest.json"))

    @contextlib.contextmanager
    def hold(self, command: str) -> Iterator[None]:
        """Hold the workspace for writing; the hold ends with the process, however it ends.

        Raises:
            WorkspaceHeldError: another process holds it; the message says which.
            InputError: the path is a file, or a folder of somebody's with other things in it.
            IntegrityError: there is a link in it, or a pipe, a device …; nothing has been touched.
        """
        with storage_faults(self.root / "state" / "lock"):
            path = self.place("state/lock")
            self._refuse_foreign_root(path)
        with contextlib.ExitStack() as stack:
            try:
                lock = _enter_lock(stack, path)
            except BlockingIOError as error:
                raise self.held_error() from error
            self._refuse_links()
            with storage_faults(path):
                lock.write(json.dumps({"pid": os.getpid(), "command": command}).encode())
            try:
                self.clear_scratch()
                yield
            finally:
                self.clear_scratch()

    def _refuse_foreign_root(self, lock: Path) -> None:
        """Raise InputError unless the root is a workspace, or a place where one can begin."""
        there = next(path for path in (self.root, *self.root.absolute().parents) if path.exists())
        if not there.is_dir():
            raise InputError(f"workspace {self.root}: {there} is a file; give a folder with --work")
        if not os.path.lexists(lock) and any(not path.is_dir() for path in self.root.rglob("*")):
            raise InputError(f"{self.root} is neither empty nor a workspace; give another folder with --work")

    def is_empty(self) -> bool:
        """Say whether there is nothing in it but the lock."""
        return all(path.is_dir() or path == self.root / "state" / "lock" for path in self.root.rglob("*"))

    def _refuse_links(self) -> None:
        """Raise IntegrityError if there is anything but files and folders where the workspace keeps its own."""
        try:
            paths.require_plain(self.root, _OWN, but=_SCRATCH)
        except IntegrityError as error:
            raise IntegrityError(
                f"workspace {self.root}: {error}. To keep a workspace on another disk, move the whole folder there and "
                "give its new place with --work; a link to the whole folder will do"
            ) from error

    @property
    def _lock(self) -> Path:
        return self.root / "state" / "lock"

    def writer(self) -> str:
        """Return which other process writes the workspace now, for people; "" when none does."""
        if not files.is_held(self._lock) or self._holder().get("pid") == os.getpid():
            return ""
        return self._holder_text()

    def holder(self) -> dict[str, Any] | None:
        """Return ``pid`` and ``command`` of the process that writes the workspace now; None when none does."""
        return self._holder() if files.is_held(self._lock) else None

    def last_hold(self) -> tuple[int, ...]:
        """Return what differs from one hold of the workspace to the next; () before the first."""
        try:
            facts = self._lock.stat()
        except OSError:
            return ()
        return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino

    def _holder(self) -> dict[str, Any]:
        """Return what stands in the lock of whoever holds it, or held it last."""
        with contextlib.suppress(MusicdataError):
            return records.read(self._lock) or {}
        return {}

    def _holder_text(self) -> str:
        holder = self._holder()
        return f"process {holder.get('pid', '?')} ({holder.get('command', 'unknown command')})"

    def held_error(self) -> WorkspaceHeldError:
        """Return the error that says who writes the workspace."""
        return WorkspaceHeldError(
            f"workspace {self.root} is being written by {self._holder_text()}. "
            "Wait for it, or choose another folder with --work"
        )

    def clear_scratch(self) -> None:
        """Remove what unfinished shards left behind."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        with contextlib.suppress(OSError):
            self.scratch.unlink()  # a file is in its place

    def write_json(self, path: Path, value: object) -> None:
        """Write a small JSON file whole or not at all."""
        files.write_whole(path, _encoded(value), self._temporary(path))

    def write_text(self, path: Path, text: str) -> None:
        """Write a small text file whole or not at all."""
        self.write_bytes(path, text.encode())

    def write_bytes(self, path: Path, data: bytes) -> None:
        """Write a small file whole or not at all."""
        files.write_whole(path, data, self._temporary(path))

    def write_passing(self, path: Path, value: object) -> None:
        """Write a small JSON file whole, of which nothing is lost if it does not outlive a power loss."""
        files.write_passing(path, _encoded(value), self._temporary(path))

    def create_json(self, path: Path, value: object) -> bool:
        """Write a small JSON file only if there is none; say whether it was this call that wrote it."""
        return files.create_once(path, _encoded(value), self._temporary(path), alone=True)

    def _temporary(self, path: Path) -> Path:
        return self.scratch / f"{path.name}.{os.getpid()}"

    def commit_part(self, written: Path, folder: Path, ordinal: int) -> dict[str, Any]:
        """Move a whole file from scratch to its final place; return its name, sha256 and size in bytes."""
        digest, size = sha256_of_file(written), written.stat().st_size
        final = folder / part_name(ordinal, digest)
        with storage_faults(final, size):
            folder.mkdir(parents=True, exist_ok=True)
            files.sync_file(written)
            files.move_whole(written, final)
        return {"file": final.name, "sha256": digest, "bytes": size}

    def rename_part(self, folder: Path, part: dict[str, Any], ordinal: int) -> dict[str, Any]:
        """Give an unchanged part the name of its new place in the table; the old name goes with the sweep."""
        name = part_name(ordinal, part["sha256"])
        if name != part["file"] and not (folder / name).exists():
            with storage_faults(folder / name, part["bytes"]):
                files.link_or_copy(folder / part["file"], folder / name, self.scratch / name)
                files.sync_folder(folder)
        return part | {"file": name}

    def sweep(self, folder: Path, keep: set[str]) -> None:
        """Remove what the sealed manifest does not name, so that the folder holds exactly its parts.

        What no build of ours writes stays, for it is somebody's; `check` names it.
        """
        for path in folder.iterdir() if folder.is_dir() else ():
            is_ours = _PART.fullmatch(path.name) or path.suffix == ".json"
            if path.name not in keep and is_ours and paths.is_regular(path):
                path.unlink()
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def _enter_lock(stack: contextlib.ExitStack, path: Path) -> files.Lock:
    """Hold a lock file; whoever only looks whether it is held (`files.is_held`) is gone in a moment."""
    for _ in range(_LOOKS):
        with contextlib.suppress(BlockingIOError):
            return stack.enter_context(files.held(path))
        time.sleep(_LOOK_S)
    return stack.enter_context(files.held(path))


def part_name(ordinal: int, digest: str) -> str:
    """Return the file name of a part: its place in the table and its content hash."""
    return f"part-{ordinal:05d}-{digest[:16]}.parquet"


def _encoded(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
