"""`datasets.load_dataset` on a release's folder, without a network: splits, rows, sounds, pictures, vectors."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
import soundfile

from musicdata.release.description import card
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from tests.release.made import data_set

datasets = pytest.importorskip("datasets")
CONFIGS = (
    "alignment",
    "features_audio",
    "features_lyrics",
    "features_sheet",
    "note_sheets",
    "notes",
    "rights",
    "samples",
    "sheet_boxes",
    "songs",
)


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cache of our own; whoever opens a connection fails."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("datasets reached for the network")

    folder = tmp_path_factory.mktemp("datasets")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_HOME", "HF_DATASETS_CACHE", "HF_MODULES_CACHE"):
            patch.setenv(name, str(folder))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", folder)
        patch.setattr(datasets.config, "HF_MODULES_CACHE", str(folder / "modules"))
        patch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
        patch.setattr(socket.socket, "connect", refuse)
        datasets.disable_progress_bars()
        yield str(folder)


@pytest.fixture(scope="module")
def release(released: Path) -> Release:
    return open_release(released)


@pytest.fixture(scope="module")
def data(released: Path, cache: str) -> Any:
    """What a user gets who knows nothing but the folder, sounds left as bytes."""
    loaded = datasets.load_dataset(str(released), cache_dir=cache)
    return loaded.cast_column("audio", datasets.Audio(decode=False))


def rows_of(release: Release, config: str) -> dict[str, int]:
    """Split → rows of a config, as `RELEASE.json` has them."""
    return next(table.rows for table in release.record.tables.values() if table.config == config)


def test_every_config_is_found(released: Path) -> None:
    assert sorted(datasets.get_dataset_config_names(str(released))) == sorted(CONFIGS)
    assert datasets.get_dataset_default_config_name(str(released)) == layout.SAMPLES
    assert sorted(path.name for path in (released / layout.DATA).iterdir()) == sorted(CONFIGS)


@pytest.mark.parametrize("config", CONFIGS)
def test_splits_and_rows_are_those_of_the_record(released: Path, release: Release, cache: str, config: str) -> None:
    loaded = datasets.load_dataset(str(released), config, cache_dir=cache)
    assert loaded.num_rows == rows_of(release, config)


@pytest.mark.parametrize("config", CONFIGS)
def test_the_same_rows_can_be_streamed(released: Path, release: Release, cache: str, config: str) -> None:
    streams = datasets.load_dataset(str(released), config, streaming=True, cache_dir=cache)
    counts = {
        split: sum(len(rows) for rows in stream.with_format("arrow").iter(500)) for split, stream in streams.items()
    }
    assert counts == rows_of(release, config)


def test_the_first_config_has_the_samples_in_order(data: Any, release: Release) -> None:
    expected = release.table("samples", ["sample_id", "split", "lyrics"]).to_pylist()
    for split in layout.SPLITS:
        ours = [(row["sample_id"], row["lyrics"]) for row in expected if row["split"] == split]
        assert list(zip(data[split]["sample_id"], data[split]["lyrics"], strict=True)) == ours


def test_sounds_pictures_and_vectors_are_recognised(released: Path, cache: str) -> None:
    samples = datasets.load_dataset_builder(str(released), cache_dir=cache).info.features
    assert isinstance(samples["audio"], datasets.Audio)
    assert isinstance(samples["image"], datasets.Image)
    note_sheets = datasets.load_dataset(str(released), "note_sheets", split="test", cache_dir=cache)
    assert isinstance(note_sheets.features["image"], datasets.Image)
    vectors = datasets.load_dataset(str(released), "features_sheet", split="test", cache_dir=cache).features["vector"]
    assert (vectors.length, vectors.feature.dtype) == (3200, "uint8")


def test_sounds_are_read_without_torchcodec(data: Any) -> None:
    for row in data["test"]:
        wave, rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
        assert (len(wave), rate) == (row["n_samples"], row["sample_rate"])
        assert row["audio"]["path"].endswith(".flac")


def test_pictures_are_decoded(data: Any) -> None:
    row = data["valid"][0]
    assert row["image"].size == (row["width"], row["height"])
    assert row["image"].mode == "L"


def test_streamed_sounds_and_pictures_are_the_same(released: Path, data: Any, cache: str) -> None:
    stream = datasets.load_dataset(str(released), split="test", streaming=True, cache_dir=cache)
    row = next(iter(stream.cast_column("audio", datasets.Audio(decode=False))))
    assert row["audio"]["bytes"] == data["test"][0]["audio"]["bytes"]
    assert np.array_equal(np.asarray(row["image"]), np.asarray(data["test"][0]["image"]))


@pytest.mark.parametrize(
    ("config", "column"),
    [("features_audio", "vector"), ("features_sheet", "vector"), ("features_lyrics", "word_vector")],
)
def test_vectors_have_their_shape(released: Path, release: Release, cache: str, config: str, column: str) -> None:
    loaded = datasets.load_dataset(str(released), config, split="valid", cache_dir=cache).with_format("arrow")
    contract = release.contract(config).column(column)
    found = contract.unpack(loaded[:40][column])
    ours = release.reader.read(config, ["split", column])
    ours = ours.filter(np.asarray([split == "valid" for split in ours["split"].to_pylist()]))
    assert found.shape == (40, *contract.shape)
    assert str(found.dtype) == contract.element
    assert np.array_equal(found, contract.unpack(ours[column])[:40])


def test_a_card_without_configs_would_be_noticed(copied_release: Path, cache: str) -> None:
    card = copied_release / layout.CARD
    text = card.read_text("utf-8")
    card.write_text(text[text.index("\n---\n", 4) + 5 :], "utf-8")
    assert datasets.get_dataset_config_names(str(copied_release)) == ["default"]


def test_a_split_without_rows_does_no_harm(tmp_path: Path, cache: str) -> None:
    release = data_set(4).write(tmp_path / "few")
    (release.root / layout.CARD).write_text(card.render(release.root, release.record), "utf-8")
    assert release.n_samples == {"train": 4, "valid": 0, "test": 0}
    loaded = datasets.load_dataset(str(release.root), cache_dir=cache)
    assert loaded.num_rows == {"train": 4}
