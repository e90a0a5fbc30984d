"""The features of the encoder that puts sound and picture of a note in one space."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

import musicdata
from tests.stages.reading import column, vectors
from tests.trees import digests


def test_the_deep_recipe_adds_its_tables_and_rebuilds_none(deep: Path, built: Path) -> None:
    kept = ("tables/features_sheet", "tables/audio")
    assert digests(deep, *kept) == digests(built, *kept)
    assert musicdata.check(deep).ok
    for name in ("audio_vector", "sheet_vector"):
        lengths = np.linalg.norm(vectors(deep, "features_encoder", name), axis=1)
        np.testing.assert_allclose(lengths, 1, rtol=1e-5)


def test_the_encoder_learns_and_learns_the_same_again(deep: Path, songs: Path, tmp_path: Path) -> None:
    again = shutil.copytree(deep, tmp_path / "work")
    shutil.rmtree(again / "state" / "features_encoder")
    shutil.rmtree(again / "tables" / "features_encoder")
    musicdata.build("musictm-deep", input=songs, work=again, workers=1)
    assert digests(again, "tables/features_encoder") == digests(deep, "tables/features_encoder")
    assert column(deep, "features_encoder", "extractor")[0] == "audio_sheet_encoder"
