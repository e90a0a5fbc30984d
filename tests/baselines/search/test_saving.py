"""A saved index that is old, cut, changed or in the wrong hands."""

from __future__ import annotations

import json
import mmap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from musicdata.errors import UsageError
from musicdata_baselines.errors import IndexFileError
from musicdata_baselines.search import (
    Bm25Search,
    DenseSearch,
    HybridSearch,
    TfidfSearch,
    open_index,
    save_index,
)
from musicdata_baselines.search.mapped import let_go
from tests.baselines.search.made import BagEncoder, made_songs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    songs = made_songs()
    parts = [Bm25Search(), TfidfSearch("char_wb"), DenseSearch(BagEncoder())]
    search = HybridSearch(parts, weights={"": [1, 1, 1], "de": [2, 1, 0]}).fit(songs)
    save_index(search, tmp_path / "index", "d1")
    return tmp_path / "index"


def opened(folder: Path, digest: str = "d1") -> Any:
    return open_index(folder, digest, {"bag": BagEncoder})


def test_it_lies_in_its_files(folder: Path) -> None:
    search = opened(folder)
    assert search.weights == {"": (1 / 3, 1 / 3, 1 / 3), "de": (2 / 3, 1 / 3, 0)}
    for array in (search.parts[0].postings_.weights, search.songs_.counts.songs, search.songs_.texts.data):
        assert isinstance(array.base, np.memmap) or isinstance(array.base.base, np.memmap)
    plain = json.loads((folder / "index.json").read_text())
    assert plain["digest"] == "d1"
    assert str(folder) not in json.dumps(plain)


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="the system has no call for it")
def test_pages_that_were_read_are_let_go(tmp_path: Path) -> None:
    np.save(tmp_path / "numbers.npy", np.arange(1 << 21))
    numbers = np.asarray(np.load(tmp_path / "numbers.npy", mmap_mode="r"))
    process = psutil.Process()
    before = process.memory_info().shared
    total = int(numbers.sum())
    read = process.memory_info().shared
    let_go(numbers[5:])
    assert read - before > 12e6
    assert process.memory_info().shared - before < 4e6
    assert int(numbers.sum()) == total
    let_go(np.arange(3))  # lies in no file


def test_the_same_index_has_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    save_index(opened(folder), tmp_path / "again", "d1")
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted(path.name for path in (tmp_path / "again").iterdir())
    assert all((folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in names)


def test_an_index_older_than_its_tables_is_told(folder: Path) -> None:
    with pytest.raises(IndexFileError, match=r"older than its tables \(made of d1, they are d2 now\); make it anew"):
        opened(folder, "d2")


def cut(folder: Path) -> None:
    path = folder / "search.0.weights.npy"
    path.write_bytes(path.read_bytes()[:-7])


def swap_types(folder: Path) -> None:
    np.save(folder / "years.npy", np.zeros(60))


def put_objects(folder: Path) -> None:
    np.save(folder / "years.npy", np.array([{}] * 60, dtype=object), allow_pickle=True)


def link_away(folder: Path) -> None:
    path = folder / "years.npy"
    path.rename(folder.parent / "years.npy")
    path.symlink_to(folder.parent / "years.npy")


def lead_out(folder: Path) -> None:
    head = json.loads((folder / "index.json").read_text())
    head["arrays"]["../../secret"] = head["arrays"]["years"]
    (folder / "index.json").write_text(json.dumps(head))


def unknown_kind(folder: Path) -> None:
    head = (folder / "index.json").read_text()
    (folder / "index.json").write_text(head.replace("Bm25Search", "OsSystem"))


DAMAGE: dict[str, Callable[[Path], object]] = {
    "cut": cut,
    "another type": swap_types,
    "objects": put_objects,
    "a link": link_away,
    "leads out": lead_out,
    "unknown kind": unknown_kind,
    "file gone": lambda folder: (folder / "search.2.near.npy").unlink(),
    "noise": lambda folder: (folder / "years.npy").write_bytes(b"noise"),
    "head is noise": lambda folder: (folder / "index.json").write_bytes(b"{"),
    "head is a list": lambda folder: (folder / "index.json").write_bytes(b"[]"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_a_damaged_index_is_told(name: str, folder: Path) -> None:
    DAMAGE[name](folder)
    with pytest.raises(IndexFileError, match=r"damaged.*make it anew"):
        opened(folder)


def test_an_index_that_is_not_there_or_not_whole_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(IndexFileError, match="no index"):
        opened(tmp_path / "nowhere")
    (folder / "index.json").write_bytes(b"")
    with pytest.raises(IndexFileError, match="not written to its end"):
        opened(folder)


def test_another_format_is_told(folder: Path) -> None:
    head = (folder / "index.json").read_text()
    (folder / "index.json").write_text(head.replace('"format": 3', '"format": 4'))
    with pytest.raises(IndexFileError, match="format 4, expected 3"):
        opened(folder)


def test_the_encoder_must_be_the_one_of_the_vectors(folder: Path) -> None:
    with pytest.raises(IndexFileError, match="needs the encoder bag"):
        open_index(folder, "d1")
    search = open_index(folder, "d1", {"bag": lambda: BagEncoder(weights_sha256="c" * 64)})
    with pytest.raises(UsageError, match="made with weights bbbb"):
        search.search(["sea"], 1)
    assert search.search(["sea"], 1, languages=["de"]).songs[0, 0] >= 0  # which no vector is asked for


def test_a_new_index_takes_the_place_of_an_old_one(folder: Path) -> None:
    before = opened(folder)
    save_index(Bm25Search().fit(made_songs(70, seed=3)), folder, "d2")
    assert len(open_index(folder, "d2").songs_) == 70
    assert len(before.songs_) == 60
    assert before.search(["sea"], 1).songs.shape == (1, 1)  # whoever has it open keeps it
