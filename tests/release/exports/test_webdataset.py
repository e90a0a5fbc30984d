"""The export `webdataset`, judged by webdataset, in a process that has no torch."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from musicdata.release.exports import export
from musicdata.release.exports.check import check_exports
from musicdata.release.reading.release import Release

READER = """
import hashlib, json, sys
sys.modules["torch"] = None  # whoever asks for it is told that there is none
import webdataset
for sample in webdataset.WebDataset(sys.argv[1:], shardshuffle=False, empty_check=False):
    told = {"key": sample["__key__"], "url": sample["__url__"]}
    told |= {name: hashlib.sha256(data).hexdigest() for name, data in sample.items() if isinstance(data, bytes)}
    print(json.dumps(told))
"""


def streamed(*shards: Path) -> list[dict[str, str]]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", READER, *map(str, shards)], capture_output=True, text=True, check=True
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_webdataset_streams_the_bytes_of_the_release(full: Release, exports: Mapping[str, Path]) -> None:
    folder = exports["webdataset"]
    found = streamed(*(folder / f"{split}-000000.tar" for split in ("train", "valid", "test")))
    rows = list(full.samples())
    assert [sample["key"] for sample in found] == [row["sample_id"] for row in rows]
    for sample, row in zip(found, rows, strict=True):
        assert Path(sample["url"]).name == f"{row['split']}-000000.tar"
        assert sample["flac"] == sha256(row["audio"]["bytes"])
        assert sample["png"] == sha256(row["image"]["bytes"])
        assert sample["txt"] == sha256(row["lyrics"].encode())
        assert set(sample) == {"key", "url", "flac", "png", "txt", "json"}


def test_shards_are_cut_by_their_size(full: Release, tmp_path: Path) -> None:
    export(full, "webdataset", tmp_path / "out", shard_bytes=15_000)
    shards = sorted((tmp_path / "out").glob("train-*.tar"))
    assert [shard.name for shard in shards] == [f"train-{number:06d}.tar" for number in range(len(shards))]
    sizes = json.loads((tmp_path / "out" / "sizes.json").read_bytes())
    assert len(shards) > 1
    assert sum(sizes.values()) == 12
    for shard in shards:
        with tarfile.open(shard) as archive:
            assert sum(512 + -(-head.size // 512) * 512 for head in archive) <= 15_000
    assert (
        sum(len(streamed(shard)) for shard in shards)
        == sum(sizes[shard.name] for shard in shards)
        == full.n_samples["train"]
    )
    assert check_exports(full, [tmp_path / "out"]) == []


def test_a_sample_larger_than_a_shard_has_one_to_itself(full: Release, tmp_path: Path) -> None:
    export(full, "webdataset", tmp_path / "out", shard_bytes=1)
    assert set(json.loads((tmp_path / "out" / "sizes.json").read_bytes()).values()) == {1}


def test_archives_have_no_owner_time_or_order_of_their_own(exports: Mapping[str, Path]) -> None:
    path = exports["webdataset"] / "train-000000.tar"
    assert path.read_bytes()[257:265] == b"ustar\x0000"
    with tarfile.open(path) as archive:
        heads = archive.getmembers()
    assert {(h.uid, h.gid, h.uname, h.gname, h.mtime, h.mode, h.isreg()) for h in heads} == {
        (0, 0, "", "", 0, 0o644, True)
    }
    names = [head.name.partition(".") for head in heads]
    assert names == sorted(names)
    assert [suffix for _, _, suffix in names[:4]] == ["flac", "json", "png", "txt"]


def test_the_json_has_facts_rights_and_alignment(full: Release, exports: Mapping[str, Path]) -> None:
    row = next(full.samples())
    with tarfile.open(exports["webdataset"] / "train-000000.tar") as archive:
        member = archive.extractfile(f"{row['sample_id']}.json")
        assert member is not None
        found: dict[str, Any] = json.loads(member.read())
    assert found["group_id"] == row["group_id"]
    assert found["rights"]["audio"]["licence"] == "CC-BY-4.0"
    wanted = list(full.rows("alignment", row["sample_id"]))
    assert [note["syllable"] for note in found["alignment"]] == [note["syllable"] for note in wanted]
    assert [note["head_x0"] for note in found["alignment"]] == [note["head_x0"] for note in wanted]
