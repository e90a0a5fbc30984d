"""The features of sheets: each note cut out of its page."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.stages.reading import column, vectors


def test_the_crops_of_a_sample_stack_to_the_paper_s_shape(built: Path) -> None:
    crops = vectors(built, "features_sheet").reshape(-1, 20, 100, 32)
    assert crops.shape == (20, 20, 100, 32)
    assert crops.dtype == np.uint8


def test_crops_of_one_pitch_are_nearer_than_those_of_another(built: Path) -> None:
    crops = vectors(built, "features_sheet").reshape(-1, 3200).astype(np.float32)
    spelled = np.array([name.rsplit("-", 1)[0] for name in column(built, "alignment", "note_sheet_id")])
    norms = np.square(crops).sum(axis=1)
    distances = norms[:, None] + norms - 2 * crops @ crops.T
    np.fill_diagonal(distances, np.inf)
    has_another = np.array([(spelled == name).sum() > 1 for name in spelled])
    assert (spelled[distances.argmin(axis=1)] == spelled)[has_another].mean() > 0.9
