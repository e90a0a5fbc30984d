"""The report of a validation: lines on a terminal, `validation.json`, and `validation.html`, one page without links.

A report can be drawn again from its JSON: `write(read("validation.json"), "folder")`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from musicdata_baselines.report.html import render
from musicdata_baselines.report.storing import decode, encode, read, replace
from musicdata_baselines.report.text import lines

if TYPE_CHECKING:
    from typing import Any

    from musicdata.definitions.suite import Validation
    from musicdata.definitions.table_source import TableSource

__all__ = ["decode", "encode", "lines", "read", "render", "write"]


def write(validation: Validation[Any], folder: str | Path, data: TableSource | None = None) -> tuple[Path, Path]:
    """Write `validation.json` and `validation.html` into `folder`, each whole or not at all; return their paths.

    The JSON goes first, so that what took minutes to measure is kept whatever becomes of the page; the page is drawn
    from it, so that both say the same.

    Args:
        validation: what was found.
        folder: to write into.
        data: the workspace or release that was validated: the page shows samples of it, as far as their rights allow.

    Raises:
        StorageError: the folder cannot be written.
        ContractError: a figure is not finite, or is of a kind that JSON has not.
        InputError: the suite cannot draw the page.
        IntegrityError: a sound or picture of `data` is damaged.
    """
    as_json, as_html = Path(folder) / "validation.json", Path(folder) / "validation.html"
    encoded = encode(validation)
    replace(as_json, encoded)
    replace(as_html, render(decode(encoded), data))
    return as_json, as_html
