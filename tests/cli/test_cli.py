"""The command as a user runs it: what it prints, and the exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from musicdata.system import cage

COMMANDS = [
    *("doctor", "plan", "build", "crawl", "retry", "status", "show", "check", "validate", "describe", "search"),
    *("caption", "info"),
]


def run(*arguments: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "musicdata.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "120", **environment},
        check=False,
        timeout=300,
    )


def command_in(place: Path, *arguments: object, code: int = 0) -> str:
    """Run a command whose exit code is known; return what it said."""
    done = run(*arguments, cwd=place, MUSICDATA_HOME=str(place / "home"))
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_help_lists_every_command_and_the_exit_codes() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(f"  {command} " in done.stdout for command in COMMANDS)
    assert "3 partial" in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout


def test_doctor_finds_the_renderers() -> None:
    done = run("doctor", "--json")
    found = {finding["name"]: finding for finding in json.loads(done.stdout)["findings"]}
    assert done.returncode == 0, done.stdout
    assert found["LilyPond"]["found"].startswith("2.24.3")
    assert found["TiMidity++"]["ok"]


def test_doctor_says_which_sandbox_is_in_force() -> None:
    for told, said in (("auto", True), ("off", False)):
        report = json.loads(run("doctor", "--json", MUSICDATA_SANDBOX=told).stdout)
        found = {finding["name"]: finding for finding in report["findings"]}
        sandbox = found["sandbox"]["found"]
        in_force = sandbox.partition("; not in force: ")[0]
        assert f"MUSICDATA_SANDBOX={told}" in sandbox
        assert ("files hidden" in in_force) is (said and cage.hides_files())
        assert ("no sockets" in in_force) is (said and cage.refuses_sockets())
    assert "auto, required, off" in run("doctor", MUSICDATA_SANDBOX="maybe").stdout


def test_doctor_says_what_is_missing_and_how_to_mend_it() -> None:
    done = run("doctor", PATH="/nowhere")
    assert done.returncode == 4
    assert "✗ TiMidity++: TiMidity++ is missing: apt-get install timidity" in done.stdout


def test_doctor_tells_what_a_crawl_needs_and_no_key() -> None:
    done = run("doctor", SPOTIFY_CLIENT_ID="canary-5c1e", MUSIXMATCH_API_KEY="")
    assert done.returncode == 0, done.stdout
    assert "✓ SPOTIFY_CLIENT_ID: set\n" in done.stdout
    assert "– MUSIXMATCH_API_KEY: not set" in done.stdout
    assert "canary" not in done.stdout + done.stderr


def test_plan_counts_before_anything_is_made(songs: Path, tmp_path: Path) -> None:
    done = run("plan", "musictm", "--input", songs, "--work", tmp_path / "w", "--json")
    planned = json.loads(done.stdout)
    assert done.returncode == 0
    assert planned["files"] == {".csv": 10}
    assert [stage["reasons"] for stage in planned["stages"]][:2] == [["not built yet"], ["waits for songs, song_notes"]]
    assert planned["cpu_s"] > 0
    assert not (tmp_path / "w").exists()


def test_plan_of_a_finished_workspace_counts_what_is_there(built: Path, songs: Path) -> None:
    done = run("plan", "musictm", "--input", songs, "--work", built)
    assert "samples: 20;" in done.stdout
    assert "✓ align: up to date" in done.stdout
    assert "0.0 min of processor time" in done.stdout


def test_build_dry_run_makes_nothing(songs: Path, tmp_path: Path) -> None:
    done = run("build", "musictm", "--input", songs, "--work", tmp_path / "w", "--dry-run")
    assert done.returncode == 0
    assert "• ingest.songs: not built yet" in done.stdout
    assert not (tmp_path / "w").exists()


def test_build_reports_each_stage_and_says_where_to_look(songs: Path, copied: Path) -> None:
    done = run(
        "build",
        "musictm",
        "--input",
        songs,
        "--work",
        copied,
        "--set",
        "render_sheet.margin_px=12",
        "--change",
        "--json",
    )
    stages = {stage["stage"]: stage for stage in json.loads(done.stdout)["stages"]}
    assert done.returncode == 0, done.stderr
    assert stages["render_sheet"]["reasons"] == ["margin_px 10 → 12"]
    assert stages["render_audio"]["built"] is False
    again = run("build", "--work", copied)
    assert "✓ render_sheet: up to date (sheet_boxes 400, sheets 20)" in again.stderr
    assert f"musicdata check {copied}" in again.stdout


def test_status_counts_rows_and_rejects(built: Path) -> None:
    done = run("status", built)
    assert done.returncode == 0
    assert "✓ render_audio: audio 20 (up to date)" in done.stdout


def test_show_prints_rows_and_saves_media(built: Path, tmp_path: Path) -> None:
    rows = [
        json.loads(line)
        for line in run("show", "notes", "--work", built, "--limit", "3", "--jsonl").stdout.splitlines()
    ]
    assert [row["note_index"] for row in rows] == [0, 1, 2]
    one = run(
        "show",
        "alignment",
        rows[0]["sample_id"],
        "--work",
        built,
        "--columns",
        "note_index,syllable,onset_s",
        "--limit",
        "40",
    )
    assert len(one.stdout.splitlines()) == 21
    saved = run("show", "audio", rows[0]["sample_id"], "--work", built, "--save", tmp_path)
    written = [str(tmp_path / f"{rows[0]['sample_id']}.flac"), str(tmp_path / "index.html")]
    assert saved.stdout.splitlines() == written
    assert (tmp_path / f"{rows[0]['sample_id']}.flac").read_bytes()[:4] == b"fLaC"


def test_check_passes_and_fails_by_exit_code(copied: Path) -> None:
    assert run("check", copied).returncode == 0
    next((copied / "tables" / "sheets").glob("*.parquet")).unlink()
    done = run("check", copied, "--json")
    assert done.returncode == 1
    assert "is missing" in json.loads(done.stdout)["findings"][0]["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["build", "musictn"],
            2,
            "no recipe is called 'musictn' (did you mean 'musictm'?); there are interpretations, lyrics, mard, mard-api, musictm, musictm-deep",
        ),
        (["build", "musictm", "--input", "nowhere"], 2, "no such file or folder"),
        (["build", "musictm", "--set", "window.notes=no"], 2, "window.notes"),
        pytest.param(["build", "musictm", "--workers", "0"], 2, "workers", marks=pytest.mark.long),
        (["build"], 2, "NAME"),
        (["bulid", "musictm"], 2, "bulid"),
        (["status", "nowhere"], 2, "is no workspace"),
        (["status"], 2, "which workspace? there is none in musicdata-work/"),
        pytest.param(["check", "nowhere"], 2, "is no workspace", marks=pytest.mark.long),
        pytest.param(["show", "notes", "--work", "nowhere"], 2, "is no workspace", marks=pytest.mark.long),
    ],
)
def test_what_cannot_mean_anything_exits_with_2(arguments: list[str], code: int, message: str, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_show_names_the_tables_and_columns_there_are(built: Path) -> None:
    assert "(did you mean 'notes'?); there are alignment, audio, " in run("show", "noets", "--work", built).stderr
    assert (
        "(did you mean 'pitch'?); it has sample_id, split"
        in run("show", "notes", "--work", built, "--columns", "ptich").stderr
    )
    assert run("show", "rejects", "render_audio", "--work", built).stdout == "rejects: no rows\n"
    unknown = run("show", "audio", "nobody", "--work", built, "--save", "x")
    assert (unknown.returncode, unknown.stderr) == (2, f"musicdata: table audio of {built} has no row of nobody\n")
    assert "holds no sounds or pictures" in run("show", "notes", "--work", built, "--save", "x").stderr


def test_show_cannot_save_into_a_file(built: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    done = run("show", "sheets", "--work", built, "--save", tmp_path / "taken")
    assert done.returncode == 4
    assert done.stderr.startswith(f"musicdata: cannot write {tmp_path / 'taken'}: File exists")
    assert (tmp_path / "taken").read_text() == "mine"


def test_output_into_a_closed_pipe_is_no_error(built: Path) -> None:
    command = f"{sys.executable} -m musicdata.cli show alignment --work {built} --limit 400 | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert done.stderr == ""


def test_a_folder_of_sound_is_refused_by_a_recipe_that_says_nothing_of_it(tmp_path: Path) -> None:
    told = command_in(tmp_path, "plan", "musictm", "--audio", tmp_path, code=2)
    assert "recipe musictm has no --audio: its [options] say nothing of it" in told
