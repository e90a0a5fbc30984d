from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sklearn.linear_model import LinearRegression

from musicdata.errors import UsageError
from musicdata_baselines import models
from musicdata_baselines.errors import ModelFileError, NotFittedError
from musicdata_baselines.linear.cca import CCA
from musicdata_baselines.linear.gcca import GCCA
from musicdata_baselines.linear.pca import RandomizedPCA
from tests.baselines.linear.paired import make

VIEWS = make(80, (6, 5))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return models.save(CCA(n_components=3, weighting=0.5).fit(VIEWS), tmp_path / "model")


def edit(folder: Path, **changes: Any) -> None:
    said = json.loads((folder / models.JSON_FILE).read_text())
    for key, value in changes.items():
        said[key] = said[key] | value if isinstance(value, dict) and isinstance(said.get(key), dict) else value
    (folder / models.JSON_FILE).write_text(json.dumps(said))


def replace_arrays(folder: Path, arrays: dict[str, Any]) -> None:
    """Write other arrays, and say so in the JSON: what a careful forger would do."""
    save_file(arrays, folder / models.ARRAYS_FILE)
    edit(folder, sha256=hashlib.sha256((folder / models.ARRAYS_FILE).read_bytes()).hexdigest())
    said = json.loads((folder / models.JSON_FILE).read_text())
    said["arrays"] = {key: [str(array.dtype), list(array.shape)] for key, array in arrays.items()}
    (folder / models.JSON_FILE).write_text(json.dumps(said))


def refuse(folder: Path, message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        models.load(folder)


def test_what_is_loaded_transforms_as_what_was_saved(folder: Path) -> None:
    fitted, loaded = CCA(n_components=3, weighting=0.5).fit(VIEWS), models.load(folder)
    assert isinstance(loaded, CCA)
    assert loaded.get_params() == fitted.get_params()
    for name in (*CCA.ARRAYS, *CCA.FACTS):
        np.testing.assert_equal(getattr(loaded, name), getattr(fitted, name))
    for mine, other in zip(loaded.transform(VIEWS), fitted.transform(VIEWS), strict=True):
        np.testing.assert_array_equal(mine, other)
    with pytest.raises(UsageError, match="no moments"):
        loaded.partial_fit(VIEWS)


def test_principal_components_are_models_too(tmp_path: Path) -> None:
    three: Any = np.int64(3)
    fitted = RandomizedPCA(three).fit(VIEWS[0].astype(np.float32))
    loaded = models.load(models.save(fitted, tmp_path))
    assert isinstance(loaded, RandomizedPCA)
    np.testing.assert_array_equal(loaded.transform(VIEWS[0]), fitted.transform(VIEWS[0]))


def test_saving_again_replaces_the_model_and_leaves_nothing_else(folder: Path) -> None:
    models.save(GCCA(n_components=2).fit(VIEWS), folder)
    assert isinstance(models.load(folder), GCCA)
    assert sorted(path.name for path in folder.iterdir()) == [models.JSON_FILE, models.ARRAYS_FILE]


def test_a_save_cut_short_between_its_files_is_noticed(folder: Path, tmp_path: Path) -> None:
    other = models.save(CCA(n_components=3).fit(make(80, (6, 5), seed=1)), tmp_path / "other")
    (other / models.ARRAYS_FILE).replace(folder / models.ARRAYS_FILE)
    refuse(folder, "digest")


def test_only_what_was_fitted_and_is_ours_can_be_saved(tmp_path: Path) -> None:
    with pytest.raises(NotFittedError):
        models.save(CCA(), tmp_path / "model")
    with pytest.raises(UsageError, match="LinearRegression cannot be saved; there are CCA"):
        models.save(LinearRegression().fit(*VIEWS), tmp_path / "model")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("file", [models.JSON_FILE, models.ARRAYS_FILE])
def test_missing_and_truncated_files(folder: Path, file: str) -> None:
    whole = (folder / file).read_bytes()
    for length in (0, 1, 7, len(whole) // 2, len(whole) - 1):
        (folder / file).write_bytes(whole[:length])
        refuse(folder, file)
    (folder / file).unlink()
    refuse(folder, file)


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        "{}",
        '"CCA"',
        "[" * 100_000,
        '{"format": NaN}',
        "\x00",
        '{"format": 1, "class": "CCA"}',
        "1" * 9999,
    ],
)
def test_absurd_json(folder: Path, text: str) -> None:
    (folder / models.JSON_FILE).write_text(text)
    refuse(folder, models.JSON_FILE)


def test_a_huge_json_is_not_read(folder: Path) -> None:
    with (folder / models.JSON_FILE).open("r+b") as file:
        file.truncate(models.MAX_JSON_BYTES + 1)
    refuse(folder, "bytes")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format 2; this version reads 1"),
        ({"class": "Pickle"}, "class 'Pickle'; there are CCA"),
        ({"class": "os.system"}, "class"),
        ({"class": ["CCA"]}, "class"),
        ({"class": "GCCA"}, "holds no GCCA"),
        ({"class": "RandomizedPCA"}, "holds no RandomizedPCA"),
        ({"class": "DCCA"}, "holds no DCCA"),
        ({"parameters": []}, "parameters is list"),
        ({"parameters": {"extra": 1}}, "its parameters are"),
        ({"parameters": {"weighting": "heavy"}}, "weighting is 'heavy'"),
        ({"parameters": {"shrinkage": [0.1]}}, "shrinkage is"),
        ({"parameters": {"n_components": "3"}}, "n_components is '3'"),
        ({"facts": None}, "facts is NoneType"),
        ({"facts": {"n_components_": 4}}, "shapes"),
        ({"facts": {"n_components_": "three"}}, "holds no CCA"),
        ({"facts": {"n_features_in_": [6, 5, 4]}}, "shapes"),
        ({"facts": {"n_features_in_": 11}}, "holds no CCA"),
        ({"facts": {"rank_": 2}}, "rank 2"),
        ({"facts": {"rank_": "five"}}, "rank 'five'"),
        ({"facts": {"constant_columns_": [[]]}}, "constant columns"),
        ({"arrays": {"weights_.0": ["float64", [6, 4]]}}, "has the arrays"),
        ({"sha256": "0" * 64}, "digest"),
        ({"extra": 1}, "expected an object with"),
    ],
)
def test_json_that_does_not_fit(folder: Path, changes: dict[str, Any], message: str) -> None:
    edit(folder, **changes)
    refuse(folder, message)


@pytest.mark.parametrize("fact", CCA.FACTS)
def test_a_missing_fact_is_named(folder: Path, fact: str) -> None:
    said = json.loads((folder / models.JSON_FILE).read_text())
    del said["facts"][fact]
    (folder / models.JSON_FILE).write_text(json.dumps(said))
    refuse(folder, f"lacks {fact}")


def without(name: str) -> Any:
    return lambda arrays: {key: value for key, value in arrays.items() if key != name}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("weights_.1"), "shapes"),
        (without("canonical_correlations_"), "holds no CCA"),
        (lambda a: a | {"weights_.x": a["weights_.0"]}, "holds no CCA"),
        (lambda a: a | {"weights_.7": a["weights_.0"]}, "shapes"),
        (lambda a: a | {"extra": a["weights_.0"]}, "its arrays are"),
        (lambda a: a | {"weights_.0": a["weights_.0"][:, :2].copy()}, "shapes"),
        (lambda a: a | {"weights_.0": a["weights_.0"] * np.nan}, "not finite"),
        (lambda a: a | {"means_.0": a["means_.0"][:, None]}, "shapes"),
        (lambda a: a | {"scales_.0": a["scales_.0"] * 0}, "scale is not above 0"),
        (lambda a: a | {"weights_.0": a["weights_.0"].astype(np.int8)}, "int8, expected float64"),
    ],
)
def test_arrays_that_do_not_fit(folder: Path, change: Any, message: str) -> None:
    replace_arrays(folder, change(load_file(folder / models.ARRAYS_FILE)))
    refuse(folder, message)
