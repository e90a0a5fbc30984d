"""Samples one by one as arrays and tensors: `Work.items`, `Release.torch`."""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import musicdata
from musicdata.definitions.arrow import strings
from musicdata.errors import ContractError, UsageError
from musicdata.release.reading.release import Release
from tests.release import made


@pytest.fixture(scope="module")
def work(built: Path, tmp_path_factory: pytest.TempPathFactory) -> musicdata.Work:
    return musicdata.open_work(shutil.copytree(built, tmp_path_factory.mktemp("items") / "work"))


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return made.small().write(tmp_path_factory.mktemp("items") / "made")


def test_an_item_is_what_the_tables_hold(work: musicdata.Work) -> None:
    items = work.items("audio", "sheet", "lyrics")
    parts = list(work.vectors("features_audio", "vector"))
    array = np.concatenate([values for _, values in parts])
    assert items.sample_ids == tuple(one for ids, _ in parts for one in ids)
    assert len(items) == len(work.table("samples"))
    assert np.array_equal(items[3]["audio"], array[3])
    assert {name: value.shape for name, value in items[0].items() if name != "sample_id"} == {
        "audio": (20, 128),
        "sheet": (20, 100, 32),
        "lyrics": items.array("lyrics").shape[1:],
    }
    assert items[-1]["sample_id"] == items.sample_ids[-1]
    assert [item["sample_id"] for item in items] == list(items.sample_ids)
    with pytest.raises(IndexError, match="of"):
        items[len(items)]


def test_a_split_is_its_own(work: musicdata.Work) -> None:
    samples = work.table("samples", ["sample_id", "split"]).to_pylist()
    for split in ("train", "valid", "test"):
        items = work.items("sheet", split=split)
        assert list(items.sample_ids) == [row["sample_id"] for row in samples if row["split"] == split]


def test_columns_of_a_row_a_sample_stand_beside_vectors(release: Release) -> None:
    items = release.items("audio.n_samples", "audio.peak_dbfs")
    table = {row["sample_id"]: row for row in release.rows("audio", columns=["sample_id", "n_samples", "peak_dbfs"])}
    assert len(items) == len(release) == 12
    for item in items:
        assert item["audio.n_samples"] == table[item["sample_id"]]["n_samples"]
        assert item["audio.n_samples"].shape == ()


def test_a_loader_of_pytorch_collates_them_in_workers(work: musicdata.Work) -> None:
    torch = pytest.importorskip("torch")
    items = work.torch("audio", "sheet", split="train")
    loader = torch.utils.data.DataLoader(items, batch_size=4, num_workers=1)
    batches = list(loader)
    assert sum(len(batch["sample_id"]) for batch in batches) == len(items)
    assert batches[0]["audio"].shape == (min(4, len(items)), 20, 128)
    assert batches[0]["audio"].dtype == torch.float32
    assert batches[0]["sheet"].dtype == torch.uint8
    assert torch.equal(batches[0]["audio"][1], items[1]["audio"])


def test_pickled_items_are_where_the_files_are(work: musicdata.Work) -> None:
    items = work.items("audio")
    data = pickle.dumps(items)
    again = pickle.loads(data)
    assert len(data) < 200 + 40 * len(items) + len(str(items.folder))
    assert np.array_equal(again[2]["audio"], items[2]["audio"])


def test_arrays_are_written_once_and_anew_when_the_table_is_another(work: musicdata.Work) -> None:
    first, again = work.items("audio"), work.items("audio")
    assert first.folder == again.folder
    assert work.items("audio", split="test").folder != first.folder


def test_an_unfinished_folder_is_written_anew(release: Release) -> None:
    items = release.items("audio.n_samples")
    (items.folder / "items.json").unlink()
    part = items.folder.with_name(f"{items.folder.name}.part")
    items.folder.rename(part)
    (part / "0.bin").write_bytes(b"torn")
    again = release.items("audio.n_samples")
    assert len(again.array("audio.n_samples")) == 12


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        ((), UsageError, "nothing is asked for: name modalities"),
        (("smell",), UsageError, "nothing here describes smell by vectors; modalities are audio"),
        (("samples.song_id",), UsageError, "of type string, which holds no numbers"),
        (("songs.n_notes",), UsageError, "no table to train on"),
        (("notes.pitch",), UsageError, "several rows a sample"),
        (("nowhere.x",), ContractError, "there is no table 'nowhere'"),
    ],
)
def test_what_cannot_be_an_item_says_so(
    work: musicdata.Work, names: tuple[str, ...], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        work.items(*names)


def test_empty_cells_are_told(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    read = release.reader.iterate

    def with_a_hole(name: str, columns: list[str] | None = None, *keys: str) -> Iterator[pa.Table]:
        for part in read(name, columns, *keys):
            if "peak_dbfs" not in part.column_names:
                yield part
                continue
            values = [None, *part.column("peak_dbfs").to_pylist()[1:]]
            yield made.set_values(part, "peak_dbfs", values)

    monkeypatch.setattr(release.reader, "iterate", with_a_hole)
    with pytest.raises(ContractError, match="column peak_dbfs of table audio is empty in 1 rows"):
        release.items("audio.peak_dbfs", split="train")


def test_what_is_shown_of_them_is_short(work: musicdata.Work, release: Release) -> None:
    assert repr(work) == f"Work({str(work.root)!r})"
    assert repr(release) == f"<Release made@1.0.0: 12 samples, {str(release.root)!r}>"
    assert repr(work.recipe).startswith("<Recipe musictm: ingest.songs, ")
    assert len(repr(work.recipe)) < 400
    assert repr(work.items("audio")).endswith("samples of audio (20, 128)>")
    assert "<td" in work._repr_html_()
    assert "content root" in release._repr_html_()
    assert "ingest.songs" in work.recipe._repr_html_()
    assert "&lt;b&gt;" in musicdata.Work(Path("<b>"))._repr_html_()


def test_a_release_can_be_counted_and_walked_through(release: Release) -> None:
    assert len(list(release)) == len(release) == 12
    assert bool(release)


def test_a_table_is_a_data_frame(work: musicdata.Work) -> None:
    frame = work.frame("features_sheet", ["sample_id", "note_index", "vector"])
    assert list(frame.columns) == ["sample_id", "note_index", "vector"]
    assert frame["vector"][0].shape == (100, 32)
    assert strings(work.table("samples", ["sample_id"]).column("sample_id")) == list(work.frame("samples")["sample_id"])
