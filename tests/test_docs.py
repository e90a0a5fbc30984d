"""Pages that quote the code are made from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer.main

from musicdata import cli
from musicdata.definitions import dictionary

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_data_dictionary_is_that_of_the_contracts() -> None:
    assert (ROOT / "docs" / "contracts.md").read_text("utf-8") == dictionary.markdown(), (
        "run: python -m musicdata.definitions.dictionary > docs/contracts.md"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_to_files(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_in_the_pages_are_commands(page: Path) -> None:
    known = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        for command in re.findall(r"^\s*(?:\.venv/bin/)?musicdata +(\w+)", block, re.MULTILINE):
            assert command in known, command
