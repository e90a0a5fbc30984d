"""The vector of each pair's lyrics: fitted on the train split, the same every time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from musicdata.definitions import stage as stages
from musicdata.definitions import trial
from musicdata.music.features import doc2vec
from tests.stages.reading import tables, unpacked

STAGE = stages.find("features_doc2vec")
QUICK = {"epochs": 5, "min_count": 1, "infer_epochs": 5}


@pytest.fixture(scope="module")
def tokens(crawled: Path) -> pa.Table:
    """The tokens of all pairs, of every split."""
    return tables(crawled, "tokens")["tokens"]


def vectors(tokens: pa.Table, **parameters: object) -> np.ndarray:
    made = trial.run(STAGE, {"tokens": tokens}, **QUICK | parameters)
    assert made.tables["features_doc2vec"].column("sample_id").to_pylist() == tokens.column("sample_id").to_pylist()
    return unpacked("features_doc2vec", made.tables["features_doc2vec"])


def test_every_pair_has_a_vector_and_the_same_one_again(tokens: pa.Table) -> None:
    found = vectors(tokens)
    assert found.shape == (len(tokens), doc2vec.WIDTH)
    assert np.array_equal(found, vectors(tokens))
    assert not np.array_equal(found, vectors(tokens, seed=1))


def test_what_is_sung_outside_the_train_split_changes_no_vector_of_it(tokens: pa.Table) -> None:
    splits = np.array(tokens.column("split").to_pylist())
    assert set(splits) > {"train"}
    sung = [
        text if split == "train" else "quite other words"
        for text, split in zip(tokens.column("tokens").to_pylist(), splits, strict=True)
    ]
    place = tokens.schema.get_field_index("tokens")
    other = tokens.set_column(place, tokens.schema.field(place), pa.array(sung, tokens.schema.field(place).type))
    before, after = vectors(tokens), vectors(other)
    assert np.array_equal(before[splits == "train"], after[splits == "train"])
    assert not np.array_equal(before[splits != "train"], after[splits != "train"])


def test_words_that_the_train_split_lacks_are_counted_as_unknown(tokens: pa.Table) -> None:
    splits = tokens.column("split").to_pylist()
    held_out = next(number for number, split in enumerate(splits) if split != "train")
    sung = tokens.column("tokens").to_pylist()
    sung[held_out] = "zuquolda vexomirath"
    place = tokens.schema.get_field_index("tokens")
    other = tokens.set_column(place, tokens.schema.field(place), pa.array(sung, tokens.schema.field(place).type))
    rows = trial.run(STAGE, {"tokens": other}, **QUICK).rows("features_doc2vec")
    assert rows[held_out]["known"] == 0
    assert {row["known"] for row, split in zip(rows, splits, strict=True) if split == "train"} == {1}
    assert json.loads(rows[0]["parameters"])["fitted_on"] == "train"


def test_a_model_that_was_kept_gives_the_same_vectors(tokens: pa.Table, tmp_path: Path) -> None:
    train = [row["tokens"].lower().split() for row in tokens.to_pylist() if row["split"] == "train"]
    doc2vec.save(doc2vec.fit(train, epochs=5, min_count=1, negative=5, sample=1e-4, seed=0), tmp_path / "model")
    assert np.array_equal(vectors(tokens), vectors(tokens, model=str(tmp_path / "model")))


def test_no_pairs_make_no_shard(tokens: pa.Table) -> None:
    assert len(trial.run(STAGE, {"tokens": tokens.slice(0, 0)}).tables["features_doc2vec"]) == 0
