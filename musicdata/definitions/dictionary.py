"""The data dictionary: what every table and column means, as Markdown, made from the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions import contract, recipe

if TYPE_CHECKING:
    from musicdata.definitions.family import Group

_HEAD = """# Tables and columns

Made from `manifests/*.toml` by `python -m musicdata.definitions.dictionary`; do not edit by hand. The same words
stand in each Parquet file's schema. Rows are in order of the key. An audio or image column is a struct of the file's
bytes and its name, which the `datasets` library reads as `Audio` and `Image`. A column of type `float32[100, 32]`
holds an array of that shape in every row, as a list of fixed length, last axis fastest; the shape stands in the
field's metadata. A `sequence` is a list as long as it is in each row. A name with braces stands for a family of
columns, one for every value of what is in the braces.
"""


def markdown() -> str:
    """Return the dictionary of all tables, in the order in which the recipes make them, one after the other."""
    made = [table for name in recipe.names() for table in recipe.load(name).tables()]
    tables = dict.fromkeys([*made, *contract.names()])
    return "\n".join([_HEAD, *(_section(name) for name in tables)])


def _section(name: str) -> str:
    loaded = contract.load(name)
    head = [f"## {name}", "", loaded.description, "", f"Key: {', '.join(f'`{column}`' for column in loaded.key)}."]
    if loaded.references:
        head.append(
            "Refers to: "
            + ", ".join(f"`{c}` → {' or '.join(f'`{t}`' for t in tables)}" for c, tables in loaded.references.items())
            + "."
        )
    rows = [_row(group) for group in loaded.groups()]
    return "\n".join([*head, "", "| column | type | unit | what it is |", "| --- | --- | --- | --- |", *rows, ""])


def _row(group: Group) -> str:
    return f"| `{group.name}` | {group.kind} | {group.unit} | {group.meaning} |"


if __name__ == "__main__":
    print(markdown(), end="")
