"""Reads a card as a reader of YAML and of Markdown does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tomli_w
import yaml  # type: ignore[import-untyped]  # its stubs are a package of their own
from markdown_it import MarkdownIt

from musicdata.release.description import card
from tests.release.made import Made


def yaml_head(text: str) -> Any:
    assert text.startswith("---\n")
    return yaml.safe_load(text[4 : text.index("\n---\n", 4)])


def body(text: str) -> str:
    return text[text.index("\n---\n", 4) + 5 :]


def tables(text: str) -> Iterator[list[list[str]]]:
    """The tables of the card as a reader of Markdown sees them: rows of cells, the head first."""
    rows: list[list[str]] = []
    for token in MarkdownIt("commonmark", {"html": True}).enable("table").parse(body(text)):
        if token.type == "table_open":
            rows = []
        elif token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and token.level == 4:
            rows[-1].append("".join(child.content for child in token.children or []))
        elif token.type == "table_close":
            yield rows


def cell(text: str, first: str, column: str) -> str:
    """The cell of the first table that has this row and column."""
    for rows in tables(text):
        if column in rows[0]:
            for row in rows[1:]:
                if row[0] == first:
                    return row[rows[0].index(column)]
    raise AssertionError(f"no row {first!r} with {column!r}")


def render(built: Made, root: Path) -> str:
    release = built.write(root)
    return card.render(root, release.record)


def recipe(told: dict[str, Any], **dataset: Any) -> str:
    """A recipe's head and what it says of releases, in TOML."""
    named = {"name": "made", "title": "Made up", "modalities": ["audio", "lyrics"]} | dataset
    return tomli_w.dumps({"dataset": named, "release": {"complete": "samples"} | told})
