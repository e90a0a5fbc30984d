from __future__ import annotations

import pyarrow as pa
import pytest

from musicdata import contract, recipe
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
    assert set(loaded.references.values()) <= set(contract.names())
    assert len(columns) == len(set(columns))
    assert all(column.description.endswith(".") for column in loaded.columns)


def test_every_table_of_a_recipe_has_a_contract_and_from_samples_on_names_sample_and_split() -> None:
    tables = recipe.load("musictm").tables()
    assert set(tables) | {"rejects"} == set(contract.names())
    for table in tables[tables.index("samples") :]:
        assert {"sample_id", "split"} <= {column.name for column in contract.load(table).columns}


def test_a_row_that_fits_is_cast_to_the_schema() -> None:
    table = contract.load("notes").table(one())
    assert table.schema == contract.load("notes").arrow_schema()
    assert table.schema.field("onset_s").metadata[b"unit"] == b"second"


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
    assert schema.field("audio").type == pa.struct(
        [pa.field("bytes", pa.binary(), nullable=False), pa.field("path", pa.string(), nullable=False)]
    )


def test_the_digest_ignores_descriptions_only() -> None:
    loaded = contract.load("notes")
    reworded = loaded.model_copy(update={"description": "Other words."})
    narrowed = loaded.model_copy(update={"columns": loaded.columns[:-1]})
    assert reworded.digest() == loaded.digest() != narrowed.digest()


def test_an_unknown_table_lists_those_there_are() -> None:
    with pytest.raises(ContractError, match="alignment, audio"):
        contract.load("noets")
