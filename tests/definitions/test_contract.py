from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from musicdata.definitions import contract, recipe
from musicdata.definitions.column import Column
from musicdata.errors import ContractError

NOTE = {
    "sample_id": "s-000", "split": "train", "note_index": 0, "pitch": 60, "duration_ql": 1.0, "rest_ql": 0.0,
    "onset_s": 0.0, "offset_s": 0.5, "syllable": "la", "word": None, "word_index": None,
}  # fmt: skip


def one(**changes: object) -> dict[str, list[object]]:
    return {name: [value] for name, value in (NOTE | changes).items()}


@pytest.mark.parametrize("name", contract.names())
def test_every_contract_describes_itself(name: str) -> None:
    loaded = contract.load(name)
    columns = [column.name for column in loaded.columns]
    assert loaded.name == name
    assert set(loaded.key) <= set(columns)
    assert set(loaded.references) <= set(columns)
    assert {table for told in loaded.references.values() for table in told} <= set(contract.names())
    assert len(columns) == len(set(columns))
    assert all(column.description.endswith(".") for column in loaded.columns)


OF_NO_SAMPLE = {"review_vocabulary", "small_ear"}
"""Tables that stand behind the samples and are of the whole train split."""


def test_every_table_of_a_recipe_has_a_contract_and_every_contract_a_maker() -> None:
    beside = {"rejects", "bag_of_words"}  # which no stage makes
    beside |= {"features_review_encoder", "embeddings_model"}  # of stages that a recipe names where there is a model
    assert {table for name in recipe.names() for table in recipe.load(name).tables()} | beside == set(contract.names())


@pytest.mark.parametrize("name", recipe.names())
def test_tables_from_samples_on_name_sample_and_split(name: str) -> None:
    tables = [contract.load(table) for table in recipe.load(name).tables()]
    first = tables.index(contract.introducing(tables))
    for table in tables[first:]:
        named = {"sample_id", "split"} <= {column.name for column in table.columns}
        assert named != (table.name in OF_NO_SAMPLE), table.name


def test_a_row_that_fits_is_cast_to_the_schema() -> None:
    table = contract.load("notes").table(one())
    assert table.schema == contract.load("notes").arrow_schema()
    assert (table.schema.field("onset_s").metadata or {})[b"unit"] == b"second"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"pitch": 128}, "pitch: 1 values above 127"),
        ({"duration_ql": -1.0}, "duration_ql: 1 values below 0"),
        ({"onset_s": float("nan")}, "onset_s: 1 values are not finite"),
        ({"split": "dev"}, "'dev' is not one of"),
        ({"syllable": None}, "syllable"),
        ({"pitch": "sixty"}, "notes"),
        ({"colour": "red"}, r"unknown \['colour'\]"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_with_column_and_value(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        contract.load("notes").table(one(**changes))


def test_media_tables_say_to_the_datasets_library_what_they_hold() -> None:
    schema = contract.load("audio").arrow_schema()
    assert b'"audio": {"_type": "Audio"}' in schema.metadata[b"huggingface"]
    assert schema.field("audio").type == pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])


VECTORS = contract.Contract(
    name="vectors",
    description="Rows with a vector.",
    key=("sample_id",),
    columns=(
        Column(name="sample_id", type="string", description="Id."),
        Column(
            name="vector", type="vector", element="float32", shape=(2, 3), minimum=-1, maximum=9, description="Numbers."
        ),
    ),
)


def packed(array: np.ndarray) -> pa.Table:
    ids = [f"s{index}" for index in range(len(array))]
    return pa.table({"sample_id": ids, "vector": VECTORS.column("vector").pack(array)})


def test_a_vector_comes_back_as_it_was() -> None:
    array = np.random.default_rng(0).random((5, 2, 3), dtype=np.float32)
    table = VECTORS.table(packed(array))
    assert table.schema == VECTORS.arrow_schema()
    assert (table.schema.field("vector").metadata or {})[b"shape"] == b"[2, 3]"
    column = VECTORS.column("vector")
    assert np.array_equal(column.unpack(table.column("vector")), array)
    assert np.array_equal(column.unpack(table.slice(1, 3).column("vector")), array[1:4])
    assert column.unpack(table.slice(0, 0).column("vector")).shape == (0, 2, 3)
    assert VECTORS.describing_columns() == ["sample_id"]
    assert VECTORS.bounded_columns() == ["sample_id", "vector"]


@pytest.mark.parametrize(
    ("value", "message"),
    [(float("nan"), "1 values are not finite"), (float("inf"), "not finite"), (-2.0, "below -1"), (9.5, "above 9")],
)
def test_every_number_of_a_vector_is_held_to_the_contract(value: float, message: str) -> None:
    array = np.zeros((3, 2, 3), dtype=np.float32)
    array[1, 1, 2] = value
    with pytest.raises(ContractError, match=f"column vector: .*{message}"):
        VECTORS.table(packed(array))


def test_a_vector_of_another_shape_or_a_missing_one_is_refused() -> None:
    with pytest.raises(ContractError, match=r"rows of shape \(3, 2\), the contract says \(2, 3\)"):
        packed(np.zeros((1, 3, 2), dtype=np.float32))
    with pytest.raises(ContractError, match="vectors"):
        VECTORS.table({"sample_id": ["a"], "vector": [[1.0] * 5]})
    with pytest.raises(ContractError, match="vectors"):
        VECTORS.table({"sample_id": ["a"], "vector": [None]})


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "vector"},
        {"type": "vector", "element": "float32"},
        {"type": "vector", "element": "uint8", "shape": (3, 0)},
        {"type": "float32", "shape": (3,)},
        {"type": "float32", "element": "float32"},
    ],
)
def test_half_a_vector_is_no_contract(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="a vector has an element and a shape"):
        Column(name="v", description="Numbers.", **odd)


def test_vector_tables_say_to_the_datasets_library_how_long_they_are() -> None:
    metadata = contract.load("features_audio").arrow_schema().metadata
    features = json.loads(metadata[b"huggingface"])["info"]["features"]
    assert features["vector"] == {"_type": "Sequence", "feature": {"_type": "Value", "dtype": "float32"}, "length": 128}
    assert features["note_index"] == {"_type": "Value", "dtype": "int32"}


def test_an_unknown_column_lists_those_there_are() -> None:
    with pytest.raises(ContractError, match=r"no column vectr \(did you mean 'vector'\?\); it has sample_id, vector"):
        VECTORS.column("vectr")


def test_the_digest_ignores_descriptions_only() -> None:
    loaded = contract.load("notes")
    reworded = loaded.model_copy(update={"description": "Other words."})
    narrowed = loaded.model_copy(update={"columns": loaded.columns[:-1]})
    assert reworded.digest() == loaded.digest() != narrowed.digest()


def test_an_unknown_table_lists_those_there_are() -> None:
    with pytest.raises(ContractError, match="alignment, audio"):
        contract.load("noets")
