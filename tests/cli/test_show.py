"""Looking at tables: which there are, their rows in the width of a terminal, and the same as JSON."""

from __future__ import annotations

import json

import pytest
from rich.cells import cell_len

import musicdata
from musicdata import cli
from musicdata.cli import rows as display
from tests.windows import Windows


def shown(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    cli.app([*map(str, arguments)], standalone_mode=False)
    return capsys.readouterr().out


@pytest.fixture(autouse=True)
def width(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("COLUMNS", "80")
    return 80


def test_without_a_table_it_lists_those_there_are(
    windows: Windows, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    for place in (windows.work, windows.release):
        lines = shown(capsys, "show", "--work", place).splitlines()
        listed = json.loads(shown(capsys, "show", "--work", place, "--json"))["tables"]
        assert [line.split()[0] for line in lines[2:-1]] == [one["table"] for one in listed]
        assert [line.split()[1] for line in lines[2:-1]] == [f"{one['rows']:,}" for one in listed]
        assert all(len(line) <= width for line in lines[1:-1])
        assert all(one["description"] for one in listed)
        assert f"musicdata show TABLE --work {place}" in lines[-1]
    assert musicdata.load(windows.release).tables == [one["table"] for one in listed]


def test_ten_rows_and_the_columns_that_fit_are_shown(
    windows: Windows, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    lines = shown(capsys, "show", "notes", "--work", windows.work).splitlines()
    assert lines[0].split()[:3] == ["sample_id", "split", "note_index"]
    assert all(len(line) <= width for line in lines[:11])
    n = musicdata.open_work(windows.work).n_rows("notes")
    assert lines[-1] == f"the first 10 rows of {n:,}; --limit N shows more"
    hidden = " ".join(lines[11:-1])
    columns = musicdata.open_work(windows.work).contract("notes").describing_columns()
    assert all((name in lines[0].split()) != (f" {name}" in hidden) for name in columns)
    assert "--columns A,B" in hidden
    assert "--vertical" in hidden


def test_columns_that_are_asked_for_are_all_shown(windows: Windows, capsys: pytest.CaptureFixture[str]) -> None:
    names = "sample_id,syllable,word,pitch,onset_s,offset_s,duration_ql"
    said = shown(capsys, "show", "notes", "--work", windows.work, "--columns", names, "--limit", 2)
    assert said.split()[:7] == names.split(",")
    assert "more column" not in said


def test_rows_stand_one_below_the_other_when_asked(windows: Windows, capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, "show", "notes", "--work", windows.work, "--vertical", "--limit", 2).splitlines()
    columns = musicdata.open_work(windows.work).contract("notes").describing_columns()
    assert [line.split()[0] for line in lines[: len(columns)]] == columns


def test_json_is_one_object_and_jsonl_a_line_a_row(windows: Windows, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("show", "notes", "--work", windows.work, "--columns", "sample_id,pitch", "--limit", 3)
    whole = json.loads(shown(capsys, *asked, "--json"))
    assert whole.keys() == {"table", "rows"}
    assert len(whole["rows"]) == 3
    lines = [json.loads(line) for line in shown(capsys, *asked, "--jsonl").splitlines()]
    assert lines == whole["rows"]
    assert json.loads(shown(capsys, "show", "rejects", "--work", windows.work, "--json")) == {
        "table": "rejects",
        "rows": list(musicdata.open_work(windows.work).rows("rejects")),
    }


def test_all_rows_say_nothing_of_more(windows: Windows, capsys: pytest.CaptureFixture[str]) -> None:
    n = musicdata.open_work(windows.work).n_rows("songs")
    assert "--limit N" not in shown(capsys, "show", "songs", "--work", windows.work, "--limit", n)
    assert "--limit N" in shown(capsys, "show", "songs", "--work", windows.work, "--limit", n - 1)


@pytest.mark.parametrize("columns", [20, 40, 79, 300])
def test_no_line_of_a_table_is_wider_than_the_terminal(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    rows = [{"id": "x" * 30, "text": "歌" * 50, "n": n, "share": n / 7, "none": None} for n in range(3)]
    display.print_rows("t", rows)
    lines = capsys.readouterr().out.splitlines()
    assert all(cell_len(line) <= columns for line in lines[:4])
    assert ("more column" in "\n".join(lines)) == (columns < 300)


def test_text_of_data_is_never_markup(capsys: pytest.CaptureFixture[str]) -> None:
    display.print_rows("t", [{"title": "[red]x[/red]"}])
    assert "[red]x[/red]" in capsys.readouterr().out


def test_commands_name_each_other() -> None:
    import typer.main

    commands = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]
    assert "musicdata recipes show NAME" in commands["show"].epilog
