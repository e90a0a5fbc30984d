"""What stands around the data files of a release: recipe, contracts, card, citation, Croissant, record, sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomli_w

from musicdata.definitions import recipe as recipes
from musicdata.definitions.family import as_written
from musicdata.release.description import card, citation, croissant
from musicdata.release.record import layout
from musicdata.release.record.files import file_facts, sums_of
from musicdata.system import paths
from musicdata.system.files import sync_folder, write_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from musicdata.definitions.contract import Contract
    from musicdata.release.record.layout import Record


def contract_text(contract: Contract) -> bytes:
    """Return a contract as a file of `manifests/`, which `musicdata.definitions.contract.read` reads again."""
    head = contract.model_dump(mode="json", exclude={"columns"}, exclude_defaults=True)
    if not contract.references:
        head.pop("references", None)  # a serialised field is written though it is empty
    columns, families = as_written(contract.columns, contract.families)
    document: dict[str, Any] = {"table": head}
    document["column"] = [column.model_dump(mode="json", exclude_defaults=True) for column in columns]
    return tomli_w.dumps(document | ({"family": families} if families else {})).encode()


def finish(root: Path, record: Record, described: Mapping[str, Contract], recipe_toml: str) -> Record:
    """Write what stands around the data files: recipe, contracts, card, citation, Croissant, record and sums.

    Args:
        root: folder with the data files that `record.files` names.
        record: what is known so far; its `files` are the data files.
        described: table → contract, as this view has it.
        recipe_toml: the recipe with every parameter.

    Returns:
        The record with every file.
    """
    data_files = [file for file in record.files if file.path.startswith(f"{layout.DATA}/")]
    around = {layout.RECIPE: recipe_toml.encode()}
    around |= {f"{layout.CONTRACTS}/{name}.toml": contract_text(contract) for name, contract in described.items()}
    written = _write_all(root, around)
    record = record.model_copy(update={"files": _in_order([*data_files, *written])})
    recipe = recipes.read_head(str(root / layout.RECIPE))
    written += _write_all(
        root,
        {
            layout.CROISSANT: croissant.render(record, dict(described), recipe),
            layout.CITATION: citation.render(record, recipe).encode(),
            layout.CARD: card.render(root, record).encode(),
        },
    )
    record = record.model_copy(update={"files": _in_order([*data_files, *written])})
    write_file(root / layout.RECORD, record.encode())
    write_file(root / layout.SUMS, sums_of(root, record))
    for folder in sorted({path.parent for path in root.rglob("*")}):
        sync_folder(folder)
    return record


def _write_all(root: Path, files: Mapping[str, bytes]) -> list[layout.File]:
    for name, data in files.items():
        write_file(paths.inside(root, name), data)
    return [file_facts(root, root / name) for name in files]


def _in_order(files: list[layout.File]) -> list[layout.File]:
    return sorted(files, key=lambda file: file.path)
