"""Texts that other people wrote, on a terminal."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import musicdata
from musicdata.cli import output
from tests.recipes import write_recipe

OBEYED = {
    "escape": "\x1b[2J",
    "C1": "\x9b1m",
    "operating system command": "\x9d0;title\x9c",
    "backspace": "abc\x08\x08",
    "carriage return": "real\rfake",
    "bell": "\x07",
    "delete": "\x7f",
    "override": "\u202ecod.exe",
    "embedding": "\u202a\u202b\u202c",
    "isolate": "\u2066x\u2069",
    "marks": "\u200e\u200f\u061c",
    "line separator": "a\u2028b\u2029c",
    "next line": "a\x85b",
    "zero width": "a\u200bb\ufeffc",
    "tags": "\U000e0041\U000e007f",
    "annotation": "\ufff9x\ufffb",
    "half of a pair": "\ud83d",
    "null": "a\0b",
    "shift out": "\x0e",
}


def obeyed(text: str) -> set[str]:
    return {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - set("\n\t\u200c\u200d")


@pytest.mark.parametrize("name", OBEYED)
def test_what_a_terminal_obeys_is_escaped(name: str) -> None:
    assert obeyed(OBEYED[name])
    assert not obeyed(output.plain(OBEYED[name]))
    assert not obeyed(output.json_line({OBEYED[name]: [OBEYED[name]]}, indent=1))


@given(st.text() | st.sampled_from(sorted(OBEYED.values())))
def test_json_says_the_same_when_it_is_read(text: str) -> None:
    assert json.loads(output.json_line({"text": text})) == {"text": text}
    assert not obeyed(output.json_line({"text": text}))
    assert not obeyed(output.plain(text))


@pytest.mark.parametrize(
    "text", ["Die Forelle – „Lied“", "Ωδή, песня, 歌, गीत, أغنية", "می\u200cخواهم", "👩\u200d🎤", "a\tb\nc"]
)
def test_what_people_write_stays(text: str) -> None:
    assert output.plain(text) == text


def test_every_command_prints_through_one_place() -> None:
    package = Path(musicdata.__file__).parent / "cli"
    callers = {
        path.name
        for path in package.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("typer.echo", "click.echo", "print", "typer.secho")
    }
    assert callers == {"output.py"}


def test_titles_of_a_score_do_not_reach_the_terminal(tmp_path: Path) -> None:
    title = "A\u202eB\u2066C\u200bD"
    rows = f"song,pitch,duration,rest,syllable,title\nx,60,1,0,la,{title}\nbad\u202e,600,1,0,la,\n"
    (tmp_path / "songs").mkdir()
    (tmp_path / "songs" / "s.csv").write_text(rows, "utf-8")
    musicdata.build(write_recipe(tmp_path, "ingest.songs"), input=tmp_path / "songs", work=tmp_path / "w")
    for command in (["show", "songs"], ["show", "songs", "--json"], ["show", "rejects"], ["show", "rejects", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "musicdata.cli", *command, "--work", str(tmp_path / "w")],
            capture_output=True, text=True, check=True, encoding="utf-8",
        )  # fmt: skip
        assert not obeyed(done.stdout + done.stderr)
        if command == ["show", "songs", "--json"]:
            assert json.loads(done.stdout)["rows"][0]["title"] == title
