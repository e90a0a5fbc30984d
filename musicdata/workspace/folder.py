"""The workspace: the folder a run works in, and the only writer of files in it.

    WORK/
      recipe.toml  run.json             resolved recipe; versions, host and times
      tables/<table>/part-00000-<hash>.parquet
      rejects/<stage>/part-00000-<hash>.parquet
      manifests/<table>.toml            contracts of tables that a plug-in makes
      state/<stage>/manifest.json       what a finished stage made, from what; names every part
      state/<stage>/shards/<key>.json   one record per finished shard, until the stage is sealed
      state/<stage>/job.json  hashes.json  plan.json    what workers are told and the shards they cut, until then too
      state/lock                        held (flock) by the one process that writes
      state/scratch/                    unfinished files; emptied when a build starts and when it ends

A part is written whole in scratch, synced, and renamed to a name that holds its content hash; then the shard's
record is created, only if there is none. So a kill at any moment leaves either a whole shard or none of it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from musicdata.definitions import contract as contracts
from musicdata.errors import InputError, WorkspaceHeldError
from musicdata.system import files
from musicdata.system.digests import sha256_of_file
from musicdata.system.files import read_json, storage_faults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.contract import Contract


@dataclass(frozen=True, slots=True)
class Workspace:
    """The files of one workspace, written so that no reader ever sees half of one."""

    root: Path

    @property
    def scratch(self) -> Path:
        """Return the folder of unfinished files."""
        return self.root / "state" / "scratch"

    def table_folder(self, table: str) -> Path:
        """Return the folder that holds the parts of `table`."""
        return self.root / "tables" / table

    def rejects_folder(self, stage: str) -> Path:
        """Return the folder that holds the rejects of `stage`."""
        return self.root / "rejects" / stage

    def contract_file(self, table: str) -> Path:
        """Return where the contract of `table` is kept, if it is a plug-in's."""
        return self.root / "manifests" / f"{table}.toml"

    def keep_contract(self, table: str, text: str | None) -> None:
        """Keep a plug-in's contract beside the tables, so that they can be read without the plug-in."""
        path = self.contract_file(table)
        if text is None:
            path.unlink(missing_ok=True)
        elif not path.is_file() or path.read_text("utf-8") != text:
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
        return self.root / "state" / stage

    def manifest(self, stage: str) -> dict[str, Any] | None:
        """Return what the sealed stage made, or None if it was never sealed."""
        return read_json(self.state_folder(stage) / "manifest.json")

    def sealed_stages(self) -> list[str]:
        """List the stages that have been sealed."""
        return sorted(path.parent.name for path in self.root.glob("state/*/manifest.json"))

    @contextlib.contextmanager
    def hold(self, command: str) -> Iterator[None]:
        """Hold the workspace for writing; the hold ends with the process, however it ends.

        Raises:
            WorkspaceHeldError: another process holds it; the message says which.
            InputError: the path is a file, or a folder of somebody's with other things in it.
        """
        path = self.root / "state" / "lock"
        with storage_faults(path):
            self._refuse_foreign_root(path)
        with contextlib.ExitStack() as stack:
            try:
                lock = stack.enter_context(files.held(path))
            except BlockingIOError as error:
                raise self._held_error(path) from error
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
        if not lock.is_file() and any(not path.is_dir() for path in self.root.rglob("*")):
            raise InputError(f"{self.root} is neither empty nor a workspace; give another folder with --work")

    def is_empty(self) -> bool:
        """Say whether there is nothing in it but the lock."""
        return all(path.is_dir() or path == self.root / "state" / "lock" for path in self.root.rglob("*"))

    def _held_error(self, lock: Path) -> WorkspaceHeldError:
        holder = read_json(lock) or {}
        return WorkspaceHeldError(
            f"workspace {self.root} is being written by process {holder.get('pid', '?')} "
            f"({holder.get('command', 'unknown command')}). Wait for it, or choose another folder with --work"
        )

    def clear_scratch(self) -> None:
        """Remove what unfinished shards left behind."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def write_json(self, path: Path, value: object) -> None:
        """Write a small JSON file whole or not at all."""
        files.write_whole(path, _encoded(value), self._temporary(path))

    def write_text(self, path: Path, text: str) -> None:
        """Write a small text file whole or not at all."""
        self.write_bytes(path, text.encode())

    def write_bytes(self, path: Path, data: bytes) -> None:
        """Write a small file whole or not at all."""
        files.write_whole(path, data, self._temporary(path))

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
        """Remove what the sealed manifest does not name, so that the folder holds exactly its parts."""
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name not in keep and not path.is_dir():
                path.unlink()
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def part_name(ordinal: int, digest: str) -> str:
    """Return the file name of a part: its place in the table and its content hash."""
    return f"part-{ordinal:05d}-{digest[:16]}.parquet"


def _encoded(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
