"""What holds of every export."""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from musicdata.definitions.arrow import strings
from musicdata.errors import InputError, MusicdataError, StorageError, UsageError
from musicdata.release.exports import EXPORT_RECORD, EXPORTS, export, read_export_record
from musicdata.release.exports.check import check_exports
from musicdata.release.exports.export import Export
from musicdata.release.reading.release import Release, open_release
from tests.release.exports.songs import songs
from tests.release.made import set_values
from tests.trees import digests

NAMES = ["csv", "files", "lhotse", "mirdata", "musictm", "webdataset"]


def test_the_registry_finds_every_export() -> None:
    package = importlib.import_module("musicdata.release.exports")
    modules = [importlib.import_module(f"{package.__name__}.{i.name}") for i in pkgutil.iter_modules(package.__path__)]
    assert (
        sorted(v.EXPORT.name for v in modules if isinstance(getattr(v, "EXPORT", None), Export))
        == list(EXPORTS.all())
        == NAMES
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_export_is_the_release_again(name: str, full: Release, exports: Mapping[str, Path]) -> None:
    assert check_exports(full, [exports[name]]) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_read_back_in_order(name: str, full: Release, exports: Mapping[str, Path]) -> None:
    found = [(sample_id, split) for sample_id, split, _ in EXPORTS.all()[name].read(exports[name], full)]
    assert found == [(row["sample_id"], row["split"]) for row in full.samples(["sample_id", "split"])]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_release_gives_the_same_bytes(
    name: str, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    moved = open_release(shutil.copytree(full.root, tmp_path / "elsewhere"))
    export(moved, name, tmp_path / "again")
    assert digests(tmp_path / "again", "") == digests(exports[name], "")


def test_the_record_says_which_release_and_which_files(full: Release, exports: Mapping[str, Path]) -> None:
    record = read_export_record(exports["webdataset"])
    lines = sorted(f"{row['sample_id']}\t{row['split']}\n" for row in full.samples(["sample_id", "split"]))
    assert (record.name, record.version, record.content_root) == ("made", "1.0.0", full.record.content_root)
    assert (record.view, record.release_view) == ("webdataset", "full")
    assert record.ids.n == len(lines)
    assert record.ids.sha256 == hashlib.sha256("".join(lines).encode()).hexdigest()
    there = digests(exports["webdataset"], "")
    assert {file.path: file.sha256 for file in record.files} | {EXPORT_RECORD: there[EXPORT_RECORD]} == there


def test_a_finished_export_is_left_alone(full: Release, tmp_path: Path) -> None:
    first = export(full, "csv", tmp_path / "out")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    assert export(full, "csv", tmp_path / "out") == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == times


def test_a_finished_export_that_lost_a_file_is_refused(full: Release, tmp_path: Path) -> None:
    export(full, "csv", tmp_path / "out")
    (tmp_path / "out" / "alignment" / "train.csv").unlink()
    with pytest.raises(InputError, match=r"damaged: alignment/train\.csv is missing"):
        export(full, "csv", tmp_path / "out")


@pytest.mark.parametrize("other", ["view", "options", "release", "foreign"])
def test_a_folder_with_something_else_is_refused(other: str, full: Release, tmp_path: Path) -> None:
    out = tmp_path / "out"
    if other == "foreign":
        (out / "my").mkdir(parents=True)
    elif other == "view":
        export(full, "csv", out)
    elif other == "options":
        export(full, "webdataset", out, shard_bytes=10)
    else:
        export(songs(6).write(tmp_path / "six"), "webdataset", out)
    with pytest.raises(InputError, match="no finished export" if other == "foreign" else "holds another export"):
        export(full, "webdataset", out)


def test_what_a_killed_export_left_is_not_in_the_next(
    full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    identity = read_export_record(exports["files"]).identity
    left = tmp_path / ".out.unfinished"
    (left / ".state").mkdir(parents=True)
    (left / ".state" / "identity").write_text(identity, "utf-8")
    (left / "audio").mkdir()
    (left / "audio" / "half.flac").write_bytes(b"half")
    (left / "metadata.csv").write_bytes(b"half")
    export(full, "files", tmp_path / "out")
    assert digests(tmp_path / "out", "") == digests(exports["files"], "")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


KILLED = """
import os, signal, sys
from pathlib import Path
from musicdata.release.reading.release import open_release
from musicdata.release.exports import export
left, fsync = int(sys.argv[3]), os.fsync
def counting(descriptor):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    fsync(descriptor)
os.fsync = counting
export(open_release(sys.argv[1]), "files", Path(sys.argv[2]))
"""


@pytest.mark.parametrize("nth", [1, 2, 20, 40, 45])
def test_a_killed_export_leaves_nothing_and_the_next_is_whole(
    nth: int, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    """Kills at the n-th fsync: the first ones, a file's, the record's, the last before all gets its name."""
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", KILLED, str(full.root), str(out), str(nth)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert not out.exists()
    export(full, "files", out)
    assert digests(out, "") == digests(exports["files"], "")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", [name for name in NAMES if name != "csv"])
@pytest.mark.parametrize("sample_id", ["t/../../../up", "t.b", "t\\b", "té", "t" * 96])
def test_an_id_that_is_no_file_name_leaves_nothing(name: str, sample_id: str, tmp_path: Path) -> None:
    def spoil(table: str) -> list[str]:
        ids = strings(spoilt.tables[table]["sample_id"])
        return [sample_id if found == ids[-1] else found for found in ids]

    spoilt = songs(6)
    for table in ("samples", "audio", "sheets", "alignment", "rights"):
        spoilt = spoilt.with_table(table, lambda rows, t=table: set_values(rows, "sample_id", spoil(t)))  # type: ignore[misc]
    release = spoilt.write(tmp_path / "release")
    with pytest.raises(InputError, match="cannot be the name of a file"):
        export(release, name, tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_a_place_that_cannot_be_written_is_named(full: Release, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        export(full, "files", tmp_path / "file" / "out")


@pytest.mark.parametrize("name", [name for name in NAMES if name != "musictm"])
def test_sounds_alone_are_enough(name: str, tmp_path: Path) -> None:
    made = songs(6)
    tables = {table: made.tables[table] for table in ("samples", "audio", "songs")}
    release = replace(made, tables=tables).write(tmp_path / "release")
    export(release, name, tmp_path / "out")
    assert check_exports(release, [tmp_path / "out"]) == []


def test_a_release_without_alignment_has_no_musictm_layout(tmp_path: Path) -> None:
    made = songs(6)
    tables = {table: made.tables[table] for table in ("samples", "audio", "songs")}
    with pytest.raises(
        UsageError, match="has no pitch, no duration_ql, no rest_ql, no syllable in a table beside its samples"
    ):
        export(replace(made, tables=tables).write(tmp_path / "release"), "musictm", tmp_path / "out")


@pytest.mark.parametrize(
    ("medium", "message"),
    [
        ({"bytes": b"RIFF", "path": "s.wav"}, r"'s\.wav' is no \.flac file; exports know no other kind of audio"),
        ({"bytes": b"no sound", "path": "s.flac"}, "the sound of sample s000000 cannot be read"),
    ],
)
def test_a_sound_that_is_none_is_refused(medium: dict[str, object], message: str, tmp_path: Path) -> None:
    made = songs(6).with_table("audio", lambda rows: set_values(rows, "audio", [medium] * len(rows)))
    with pytest.raises(MusicdataError, match=message):
        export(made.write(tmp_path / "release"), "lhotse", tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["release"]


def test_a_part_of_a_release_is_refused(full: Release, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not 'train' alone"):
        export(open_release(full.root, split="train"), "csv", tmp_path / "out")


def test_a_release_is_not_exported_into_itself(full: Release) -> None:
    with pytest.raises(UsageError, match="lies in the release"):
        export(full, "csv", full.root / "csv")


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("parquet", {}, "no export is called 'parquet'; there are csv, files, lhotse"),
        ("csv", {"shard_bytes": 1}, "'csv' has no option 'shard_bytes'; its options: none"),
        ("webdataset", {"shard_bytes": 0}, "shard_bytes is 0; expected a number above 0"),
    ],
)
def test_what_there_is_not_is_refused(
    name: str, options: dict[str, int], message: str, full: Release, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=message):
        export(full, name, tmp_path / "out", **options)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', '{"format": 2}'])
def test_a_record_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / EXPORT_RECORD).write_text(text, "utf-8")
    with pytest.raises(InputError, match="is not the record of an export"):
        read_export_record(tmp_path)


def test_a_record_may_not_name_files_outside(exports: Mapping[str, Path], tmp_path: Path) -> None:
    document = json.loads((exports["csv"] / EXPORT_RECORD).read_bytes())
    document["files"][0]["path"] = "../x"
    (tmp_path / EXPORT_RECORD).write_text(json.dumps(document), "utf-8")
    with pytest.raises(InputError, match="inside the release"):
        read_export_record(tmp_path)
