"""Planted faults that only who reads the format itself can see: the sums are those of the spoilt files."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from musicdata.release.reading.release import Release
from tests.release.exports.claims import told, vouch


def rewrite_tar(path: Path, change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]]) -> None:
    """Write an archive anew with other members."""
    with tarfile.open(path) as archive:
        members = [(head.name, archive.extractfile(head).read()) for head in archive]  # type: ignore[union-attr]
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in change(members):
            head = tarfile.TarInfo(name)
            head.size = len(data)
            archive.addfile(head, io.BytesIO(data))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda members: members[4:], "holds 7 samples; sizes.json says 8"),
        (
            lambda members: members[4:8] + members[:4] + members[8:],
            "sample s000000 (train) is there twice, or not in order",
        ),
        (lambda members: [*members, ("s000009.exe", b"")], "s000009.exe in train is no member that this export has"),
        (lambda members: [*members[:2], *members[3:]], "sample s000000 (train): sheet is missing"),
        (
            lambda members: [members[0], ("s000000.json", members[5][1]), *members[2:]],
            "is of the sample 's000001' in 'train'",
        ),
        (lambda members: [members[0], ("s000000.json", b"["), *members[2:]], "cannot be read to its end"),
    ],
)
def test_archives_with_other_members_are_found(
    change: Callable[[list[tuple[str, bytes]]], list[tuple[str, bytes]]],
    problem: str,
    full: Release,
    exports: Mapping[str, Path],
    tmp_path: Path,
) -> None:
    folder = shutil.copytree(exports["webdataset"], tmp_path / "out")
    rewrite_tar(folder / "train-000000.tar", change)
    vouch(folder)
    assert any(problem in found for found in told(full, folder))


def rewrite_lines(path: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Write gzipped JSON lines anew."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    change(entries)
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(entry) + "\n" for entry in entries)


def _stretch(entries: list[dict[str, Any]]) -> None:
    entries[0]["alignment"]["syllable"][1][2] = 0.5


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        ("cuts", lambda entries: entries.pop(0), "cuts_train.jsonl.gz: 's000000' differs from the other manifests"),
        ("cuts", lambda entries: entries[0].update(start=1.0), "'s000000' differs from the other manifests"),
        ("cuts", lambda entries: entries.append(entries[0]), "'s000000' in train has no supervision"),
        ("recordings", lambda entries: entries.pop(0), "sample s000000 (train): audio is missing"),
        (
            "recordings",
            lambda entries: entries[0]["sources"][0].update(source="../x"),
            "differs from the other manifests",
        ),
        ("supervisions", _stretch, "differs from the other manifests"),
        ("supervisions", lambda entries: entries.pop(), "'s000009' in train has no supervision"),
    ],
)
def test_manifests_that_do_not_agree_are_found(
    kind: str,
    change: Callable[[list[dict[str, Any]]], object],
    problem: str,
    full: Release,
    exports: Mapping[str, Path],
    tmp_path: Path,
) -> None:
    folder = shutil.copytree(exports["lhotse"], tmp_path / "out")
    rewrite_lines(folder / f"{kind}_train.jsonl.gz", change)
    vouch(folder)
    assert any(problem in found for found in told(full, folder))


def test_items_of_another_length_are_found_in_all_manifests(
    full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(exports["lhotse"], tmp_path / "out")
    rewrite_lines(folder / "supervisions_train.jsonl.gz", _stretch)
    rewrite_lines(folder / "cuts_train.jsonl.gz", lambda entries: _stretch(entries[0]["supervisions"]))
    vouch(folder)
    assert told(full, folder) == [
        "sample s000000 (train): note 1: offset_s is 0.511, the release has 0.014666666666666666"
    ]


def test_paths_that_lead_out_are_found(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["files"], tmp_path / "out")
    (tmp_path / "x.flac").write_bytes((folder / "audio" / "s000000.flac").read_bytes())
    text = (folder / "metadata.csv").read_text("utf-8")
    (folder / "metadata.csv").write_text(text.replace("audio/s000000.flac", "../x.flac"), "utf-8")
    vouch(folder)
    assert any("../x.flac' is no path inside" in problem for problem in told(full, folder))


@pytest.mark.parametrize("fault", ["md5", "track", "more"])
def test_an_index_that_does_not_agree_is_found(
    fault: str, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(exports["mirdata"], tmp_path / "out")
    path = folder / "musicdata_made_index_1.0.0.json"
    index = json.loads(path.read_bytes())
    if fault == "md5":
        index["tracks"]["s000002"]["score"][1] = "0" * 32
    elif fault == "track":
        del index["tracks"]["s000002"]
    else:
        index["tracks"]["s000099"] = index["tracks"]["s000002"]
    path.write_text(json.dumps(index), "utf-8")
    vouch(folder)
    named = {"md5": "score of track 's000002'", "track": "no track 's000002'", "more": "the track 's000099'"}
    assert any(named[fault] in problem for problem in told(full, folder))


def test_midi_of_other_notes_is_found(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["musictm"], tmp_path / "out")
    shutil.copy(folder / "train" / "midi" / "s000001.mid", folder / "train" / "midi" / "s000000.mid")
    vouch(folder)
    assert any("train/midi/s000000.mid does not have the notes" in problem for problem in told(full, folder))


def test_triples_of_other_notes_are_found(full: Release, exports: Mapping[str, Path], tmp_path: Path) -> None:
    folder = shutil.copytree(exports["musictm"], tmp_path / "out")
    shutil.copy(folder / "train" / "triples" / "s000001.npy", folder / "train" / "triples" / "s000000.npy")
    vouch(folder)
    assert any("sample s000000 (train): note 0: " in problem for problem in told(full, folder))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("notes/valid.csv", "table notes (valid) is missing"),
        ("more/train.csv", "table more (train) is not in the release"),
    ],
)
def test_tables_that_are_missing_or_too_many_are_found(
    path: str, problem: str, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(exports["csv"], tmp_path / "out")
    if (folder / path).exists():
        (folder / path).unlink()
    else:
        (folder / path).parent.mkdir()
        (folder / path).write_text('"a"\n', "utf-8")
    vouch(folder)
    assert problem in told(full, folder)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda lines: lines[:-1], "fewer rows than the release: they part after 7"),
        (lambda lines: [*lines, lines[-1]], "more rows than the release: they part after 8"),
        (lambda lines: [lines[0], *lines[2:]], "sample_id is 's000001', the release has 's000000'"),
        (lambda lines: [line.partition(",")[2] for line in lines], "column sample_id is missing"),
    ],
)
def test_tables_with_other_rows_are_found(
    change: Callable[[list[str]], list[str]], problem: str, full: Release, exports: Mapping[str, Path], tmp_path: Path
) -> None:
    folder = shutil.copytree(exports["csv"], tmp_path / "out")
    path = folder / "samples" / "train.csv"
    notes = folder / "features_audio" / "train.csv"
    notes.write_text("\n".join(change(notes.read_text("utf-8").splitlines())) + "\n", "utf-8")
    vouch(folder)
    assert path.exists()
    found = [line for line in told(full, folder) if line.startswith("table features_audio (train)")]
    wanted = problem.replace("after 7", "after 31").replace("after 8", "after 32")
    assert any(wanted in line or "note_index" in line for line in found)
