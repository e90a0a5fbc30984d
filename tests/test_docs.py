"""Pages that quote the code are made from it; their links and commands hold."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import typer
import typer.main

from musicdata import cli
from musicdata.definitions import dictionary
from tests import commands_page, pages, site_hook
from tests.pages import DOCS, PAGES, ROOT

VOICE = {"-v", "--verbose", "-q", "--quiet"}
COMMAND: Any = typer.main.get_command(cli.app)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def test_the_data_dictionary_is_that_of_the_contracts() -> None:
    assert (DOCS / "contracts.md").read_text("utf-8") == dictionary.markdown(), (
        "run: python -m musicdata.definitions.dictionary > docs/contracts.md"
    )


def test_the_page_of_commands_is_that_of_the_commands() -> None:
    assert (DOCS / "commands.md").read_text("utf-8") == commands_page.markdown() + "\n", (
        "run: python -m tests.commands_page > docs/commands.md"
    )
    assert set(COMMAND.commands) <= {name for names in commands_page.TASKS.values() for name in names}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for link in pages.links(page):
        if not re.match(r"[a-z]+:", link):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{link}: no such file"
            assert not anchor or anchor in pages.anchors(target), f"{link}: no such heading"


def without_voice(words: list[str]) -> list[str]:
    """Leave out the options that every command takes, before its name or after it; reading them would open the file."""
    left = iter(words)
    return [each for each in left if each not in VOICE and (each != "--log-file" or next(left, None) is None)]


def fault(words: list[str]) -> str:
    """Read a command line as the command does, run nothing, and return what is wrong with it."""
    command, at, words = COMMAND, None, without_voice(words)
    try:
        while True:
            at = command.make_context(command.name, list(words), parent=at)
            if not hasattr(command, "commands") or not (words := [*at._protected_args, *at.args]):
                return ""
            _, command, words = command.resolve_command(at, words)
    except typer.Exit:  # --version
        return ""
    except Exception as error:  # noqa: BLE001  # which of click's it is, is what is asked
        return f"{type(error).__name__}: {getattr(error, 'message', error)}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_command_lines_in_the_pages_can_be_read(page: Path) -> None:
    faults = {" ".join(words): fault(words) for words in pages.command_lines(page)}
    assert {words: each for words, each in faults.items() if each} == {}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_and_options_in_running_text_are_there(page: Path) -> None:
    faults = {" ".join(words): fault(words) for words in pages.mentions(page)}
    assert {words: each for words, each in faults.items() if "No such" in each} == {}


def test_commands_are_found_where_they_begin(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# Page\n```sh\npip install musicdata  # musicdata build\nA=1 musicdata build x \\\n  --limit 3 > log 2>&1 &\n"
        'cd b && .venv/bin/musicdata check b; musicdata "$@" --json; x=$(musicdata --version) || musicdata\n```\n'
        "Say `musicdata plan …`, not `make it`.\n```text\nmusicdata no\n```\n"
    )
    assert list(pages.command_lines(page)) == [["build", "x", "--limit", "3"], ["check", "b"], ["--version"], []]
    assert list(pages.mentions(page)) == [["plan"]]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("bild musictm", "No such command 'bild'"),
        ("build --sets x", "No such option: --sets"),
        ("release verify", "MissingParameter"),
        ("show notes --limit x", "integer"),
        ("--plugin x.py release build work --out x", ""),
        ("build musictm --log-file a.log -v --limit 3", ""),
        ("build musictm --log-file", "No such option"),
    ],
)
def test_what_is_no_command_line_is_told(line: str, says: str) -> None:
    assert says in fault(line.split())
    assert bool(fault(line.split())) == bool(says)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_modules_that_are_run_are_there(page: Path) -> None:
    for block in pages.blocks(page):
        for module in re.findall(r"python -m ([\w.]+)", block.text) if block.language == "sh" else []:
            assert importlib.util.find_spec(module), module


@pytest.mark.parametrize("page", [page for page in PAGES if page.name != "api.md"], ids=name)  # it has signatures
def test_python_in_the_pages_is_python(page: Path) -> None:
    for block in pages.blocks(page):
        if block.language == "python":
            compile(block.text, name(page), "exec")


@pytest.mark.parametrize(
    ("text", "loads"),
    [
        ('<script src="https://unpkg.com/a.js"></script>', ["https://unpkg.com/a.js"]),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', ["//fonts.example/a.css"]),
        ("a { background: url(https://example.org/a.png) }", ["https://example.org/a.png"]),
        ('<a href="https://arxiv.org">paper</a> <link rel="canonical" href="https://example.org/">', []),
        ('<script src="assets/a.js"></script> <link rel="icon" href="a.png">', []),
    ],
)
def test_what_a_page_loads_from_elsewhere_is_seen(text: str, loads: list[str]) -> None:
    assert site_hook.loaded_from_elsewhere(text) == loads


def test_what_a_package_index_shows_has_no_link_into_the_repository() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    page = ROOT / project["readme"]
    assert "pip install" in page.read_text("utf-8")
    assert [link for link in pages.links(page) if not link.startswith("https://")] == []
