"""Families: a few lines of a contract, the columns they make, and what is no family."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions import contract as contracts
from musicdata.definitions.contract import Contract
from musicdata.definitions.family import MAX_COLUMNS, Family
from musicdata.errors import ContractError
from musicdata.release.making.around import contract_text

HEAD = """
[table]
name = "wide"
description = "Rows with many numbers."
key = ["sample_id"]

[[column]]
name = "sample_id"
type = "string"
description = "Id."
"""
SCALARS = """
[[family]]
name = "{feature}_{statistic}"
feature = ["dissonance", "centroid"]
statistic = { mean = "mean", var = "variance", min = "least value" }
type = "float32"
nullable = true
unit = { centroid = "hertz" }
minimum = { var = 0 }
description = "{feature}: {statistic} over frames."
"""
ARRAYS = """
[[family]]
name = "mfcc_{statistic}"
statistic = ["mean", "cov"]
type = "vector"
element = "float32"
shape = { mean = [13], cov = [13, 13] }
features_of = "audio"
description = "MFCC: {statistic}."
"""


def wide(*families: str) -> Contract:
    return Contract.of(tomllib.loads(HEAD + "".join(families)))


def family(text: str = SCALARS, **changes: Any) -> Family:
    document = tomllib.loads(text)["family"][0] | changes
    return Family.of({key: value for key, value in document.items() if value is not None})


def test_a_family_is_its_columns_the_last_placeholder_running_fastest() -> None:
    columns = {column.name: column for column in wide(ARRAYS, SCALARS).columns}
    assert list(columns) == [
        "sample_id", "mfcc_mean", "mfcc_cov", "dissonance_mean", "dissonance_var", "dissonance_min", "centroid_mean",
        "centroid_var", "centroid_min",
    ]  # fmt: skip
    assert columns["centroid_var"].description == "centroid: variance over frames."
    assert [columns[name].unit for name in ("centroid_min", "dissonance_min")] == ["hertz", ""]
    assert [columns[name].minimum for name in ("centroid_min", "dissonance_var")] == [None, 0]
    assert [columns[f"mfcc_{name}"].shape for name in ("mean", "cov")] == [(13,), (13, 13)]
    assert all(column.nullable for name, column in columns.items() if name.endswith(("_var", "_min")))


def test_the_columns_say_what_they_would_if_each_were_written_out() -> None:
    made = wide(SCALARS)
    plain = made.model_copy(update={"families": ()})
    assert made.digest() == plain.digest()
    assert made.arrow_schema().equals(plain.arrow_schema(), check_metadata=True)
    assert [group.name for group in made.groups()] == ["sample_id", "{feature}_{statistic}"]
    assert [group.name for group in plain.groups()] == [column.name for column in made.columns]


def test_people_read_a_family_in_one_line() -> None:
    scalars, arrays = wide(SCALARS, ARRAYS).groups()[1:]
    assert (scalars.kind, scalars.unit) == ("float32, may be empty", "hertz (centroid)")
    assert scalars.meaning == (
        "{feature}: {statistic} over frames. 6 columns. {feature}: dissonance, centroid. "
        "{statistic}: mean, var (variance), min (least value)."
    )
    assert (arrays.kind, arrays.unit) == ("float32[13] or float32[13, 13]", "")


@pytest.mark.parametrize("families", [(SCALARS,), (SCALARS, ARRAYS), ()])
def test_a_release_carries_families_as_they_were_written(tmp_path: Path, families: tuple[str, ...]) -> None:
    made, file = wide(*families), tmp_path / "wide.toml"
    file.write_bytes(contract_text(made))
    assert contracts.read(file) == made
    written = tomllib.loads(file.read_text())
    assert [len(written["column"]), len(written.get("family", ()))] == [1, len(families)]


def test_what_a_view_makes_of_a_family_keeps_its_columns_and_their_order(tmp_path: Path) -> None:
    made, file = wide(ARRAYS, SCALARS), tmp_path / "wide.toml"
    columns = made.columns
    emptied = tuple(column.model_copy(update={"nullable": True}) for column in columns)
    half = (columns[0], columns[1].model_copy(update={"nullable": True}), *columns[2:])
    written = {emptied: 2, half: 1, columns[:-1]: 0, columns[:3]: 1, (columns[0], *columns[3:]): 1}
    for kept, n_families in written.items():
        view = made.model_copy(update={"columns": kept})
        file.write_bytes(contract_text(view))
        assert contracts.read(file).columns == kept
        assert len(tomllib.loads(file.read_text()).get("family", ())) == n_families
    assert [group.name for group in made.model_copy(update={"columns": columns[:-1]}).groups()][:3] == [
        "sample_id",
        "mfcc_{statistic}",
        "dissonance_mean",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": None}, "this one is None"),
        ({"name": "mean"}, "has placeholders.* this one is 'mean'"),
        ({"feature": None}, r"nothing says what \{feature\} stands for"),
        ({"feature": []}, "feature has to be a list of texts, or a table of them"),
        ({"feature": ["a", 3]}, "feature has to be a list of texts"),
        ({"feature": {"a": 3}}, "feature has to be a list of texts"),
        ({"feature": "a"}, "feature has to be a list of texts"),
        ({"feature": ["a", "a"]}, "feature has a value twice"),
        ({"channel": ["left"]}, r"channel is no property of a column, and \{channel\} does not stand in its name"),
        ({"description": "{channel}."}, r"its description has \{channel\}, its name has not"),
        ({"unit": {"entropy": "bit"}}, "unit is a table by entropy, which no placeholder has"),
        ({"unit": {"centroid": "hertz", "var": "1"}}, "unit is a table by centroid, var, which no placeholder has"),
        (
            {"unit": {"a": "x"}, "feature": ["a"], "statistic": ["a"]},
            "unit is a table by a, which two placeholders have",
        ),
        ({"type": "vector", "element": "float32", "shape": {"mean": [3]}}, "dissonance_var: a vector has an element"),
        ({"type": "colour"}, "type"),
        ({"description": None}, "description"),
        ({"feature": ["../up", "centroid"]}, "name"),
        ({"name": "{feature}{statistic"}, "statistic is no property of a column"),
        ({"feature": [str(n) for n in range(MAX_COLUMNS)]}, "would be 6,000 columns; a table may have 2,000"),
    ],
)
def test_what_is_no_family_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        family(**changes)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (SCALARS + SCALARS, "two columns of it are called dissonance_mean"),
        (SCALARS + '[[column]]\nname = "centroid_var"\ntype = "bool"\ndescription = "Twice."\n', "called centroid_var"),
        ("".join(SCALARS.replace("{feature}_", f"{{feature}}_{n}_") for n in range(400)), "2,401 columns"),
        ("family = 3\n" + SCALARS, "not a contract"),
        ("[[family]]\nname = 3\n", "this one is 3"),
    ],
)
def test_a_file_with_bad_families_is_no_contract(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "wide.toml"
    file.write_text(HEAD + text)
    with pytest.raises(ContractError, match=message):
        contracts.read(file)


def test_a_contract_may_have_families_alone(tmp_path: Path) -> None:
    file = tmp_path / "wide.toml"
    file.write_text(HEAD.partition("[[column]]")[0].replace("sample_id", "dissonance_var") + SCALARS)
    assert len(contracts.read(file).columns) == 6
    file.write_text(HEAD.partition("[[column]]")[0])
    with pytest.raises(ContractError, match="is not a contract: 'column'"):
        contracts.read(file)
