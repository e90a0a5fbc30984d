"""With --json a command prints exactly one object, whatever becomes of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from musicdata.cli import app
from musicdata.cli.voice import with_voice
from musicdata.workspace.folder import Workspace
from tests.recipes import write_recipe

NO_RESULT_OF_ITS_OWN = {(), ("release",)}
"""Groups, which only lead to their commands."""

ENDS_WELL = {("doctor",), ("recipes",)}
"""Commands that need nothing."""

FORKS = """
import json, os, sys
import musicdata.api.build, musicdata.api.crawl, musicdata.api.plan, musicdata.api.releases, musicdata.api.search
from musicdata.cli import main

for arguments in json.load(sys.stdin):
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.dup2(writer, 1)
        os.close(reader)
        os.close(writer)
        sys.argv = ["musicdata", *arguments]
        try:
            main()
        except SystemExit as end:
            sys.stdout.flush()
            os._exit(end.code)
    os.close(writer)
    with os.fdopen(reader) as output:
        said = output.read()
    print(json.dumps([arguments, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said]), flush=True)
"""


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


ALL = dict(commands(with_voice(app)))


def nonsense(command: Any) -> list[str]:
    """Return arguments that make no sense, one for each that has to be given."""
    given = []
    for one in command.params:
        if one.required:
            given += ["nowhere"] if one.param_type_name == "argument" else [one.opts[0], "nowhere"]
    return given


def test_every_command_prints_one_object_when_it_fails(tmp_path: Path) -> None:
    cases = [[*path, "--json", "--no-such-option"] for path in ALL if path not in NO_RESULT_OF_ITS_OWN]
    cases += [[*path, "--json", *nonsense(command)] for path, command in ALL.items() if path]
    done = subprocess.run(
        [sys.executable, "-c", FORKS], input=json.dumps(cases), capture_output=True, text=True, cwd=tmp_path,
        check=True, timeout=300,
    )  # fmt: skip
    ended = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(ended) == len(cases) > 45
    for arguments, code, said in ended:
        answer = json.loads(said)
        if (arguments[0],) in ENDS_WELL and arguments[-1] == "--json":
            assert (code, type(answer)) == (0, dict), arguments
            continue
        assert code in range(1, 6), arguments
        assert (answer["ok"], answer["exit"]) == (False, code), arguments
        assert answer["error"]["message"], arguments
        assert arguments[-1] != "--no-such-option" or (code, answer["error"]["type"]) == (2, "UsageError"), arguments


def test_every_command_has_the_option_json_and_those_of_all() -> None:
    lacking = [path for path, command in ALL.items() if "--json" not in options_of(command)]
    assert set(lacking) == NO_RESULT_OF_ITS_OWN
    assert all({"--verbose", "-v", "--quiet", "-q", "--log-file"} <= options_of(command) for command in ALL.values())


def options_of(command: Any) -> set[str]:
    return {name for one in command.params for name in one.opts}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_command_prints_one_object(number: signal.Signals, tmp_path: Path) -> None:
    work = Workspace(tmp_path / "work")
    command = [sys.executable, "-m", "musicdata.cli", "status", str(work.root), "--watch", "--every", "0.1", "--json"]
    with work.hold("a test"):
        Path(write_recipe(tmp_path, "ingest.songs")).rename(work.root / "recipe.toml")
        work.write_json(work.root / "state" / "ready", {})
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as watching:
            wait_for_handlers(watching.pid)
            watching.send_signal(number)
            out, err = watching.communicate(timeout=120)
    assert watching.returncode == 130, err.decode()
    assert json.loads(out)["exit"] == 130
    assert b"interrupted" in err


def wait_for_handlers(pid: int) -> None:
    """Wait until a process hears SIGTERM, and has begun to watch."""
    caught = 0
    while not caught & (1 << (signal.SIGTERM - 1)):
        time.sleep(0.05)
        status = Path(f"/proc/{pid}/status").read_text()
        caught = int(next(line for line in status.splitlines() if line.startswith("SigCgt")).split()[1], 16)
    time.sleep(0.2)


def test_a_fault_of_ours_is_an_object_too(tmp_path: Path) -> None:
    code = (
        "from musicdata.cli import main; import sys, musicdata.api.check as c; c.check = lambda *_, **__: 1 / 0; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "check", "--json", "--log-file", "log"],
        capture_output=True, text=True, cwd=tmp_path, check=False, env={**os.environ},
    )  # fmt: skip
    assert (done.returncode, json.loads(done.stdout)["error"]["type"]) == (1, "ZeroDivisionError")
    assert "Traceback" in done.stderr
    assert "ended: ZeroDivisionError: division by zero" in (tmp_path / "log").read_text()
