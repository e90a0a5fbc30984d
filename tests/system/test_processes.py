import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from musicdata.errors import SetupError, StorageError
from musicdata.system import processes
from musicdata.system.processes import Limits, run

BASH = str(shutil.which("bash"))
ROOT = Path(__file__).parents[2]
PROC = Path("/proc")


def sh(script: str, folder: Path, deadline_s: float = 20, limits: Limits | None = None) -> processes.Finished:
    return run([BASH, "-c", script], cwd=folder, deadline_s=deadline_s, limits=limits)


def runs(pid: int) -> bool:
    """Tells whether the process is there and more than a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(pid: int) -> bool:
    """Waits until the process has ended."""
    for _ in range(100):
        if not runs(pid):
            return True
        time.sleep(0.05)
    return False


def test_output_and_status_come_back(tmp_path: Path) -> None:
    finished = sh("echo out; echo err >&2; pwd; exit 3", tmp_path)
    assert finished.returncode == 3
    assert finished.stdout == f"out\n{tmp_path.resolve()}\n"
    assert finished.stderr == "err\n"
    assert str(finished) == "ended with exit status 3"


def test_environment_holds_no_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSIXMATCH_API_KEY", "canary")
    finished = run([str(shutil.which("env"))], cwd=tmp_path, deadline_s=20, env={"GIVEN": "1"})
    assert set(finished.stdout.splitlines()) == {f"HOME={tmp_path}", "LANG=C.UTF-8", "GIVEN=1"}


def test_deadline_kills_the_whole_group(tmp_path: Path) -> None:
    begin_s = time.monotonic()
    finished = sh("sleep 300 & echo $!; sleep 300", tmp_path, deadline_s=0.5)
    assert finished.timed_out
    assert time.monotonic() - begin_s < 10
    assert gone(int(finished.stdout))


def test_what_the_program_leaves_behind_is_killed(tmp_path: Path) -> None:
    finished = sh("sleep 300 & echo $!", tmp_path)
    assert finished.returncode == 0
    assert gone(int(finished.stdout))


def test_endless_output_neither_fills_memory_nor_hangs(tmp_path: Path) -> None:
    finished = sh("yes", tmp_path, limits=Limits(cpu_s=1))
    assert len(finished.stdout) == processes.KEPT_BYTES
    assert finished.returncode < 0
    assert finished.cpu_s > 0.1


def test_limits_hold(tmp_path: Path) -> None:
    limits = Limits(memory_bytes=300 << 20, file_bytes=4096, open_files=16)
    assert "File too large" in sh("trap '' XFSZ; head -c 9999 /dev/zero >x", tmp_path, limits=limits).stderr
    assert (tmp_path / "x").stat().st_size == 4096
    assert sh("ulimit -n; ulimit -c; ulimit -v", tmp_path, limits=limits).stdout.split() == [
        "16",
        "0",
        "307200",
    ]


def test_network_is_out_of_reach_where_the_kernel_allows(tmp_path: Path) -> None:
    if not processes.isolation()["own_network_and_user"]:
        pytest.skip("this kernel lets us make no user and network namespace")
    assert "lo" in Path("/proc/net/dev").read_text()
    script = "while read -r name rest; do echo $name; done </proc/net/dev"
    interfaces = run([BASH, "-c", script], cwd=tmp_path, deadline_s=20, reads=[PROC]).stdout.split()
    assert [name for name in interfaces if name.endswith(":")] == ["lo:"]
    assert "unreachable" in sh("echo x >/dev/tcp/192.0.2.1/80", tmp_path).stderr


def test_fixed_addresses(tmp_path: Path) -> None:
    if not processes.isolation()["fixed_addresses"]:
        pytest.skip("this kernel does not let us switch address randomisation off")

    def stack() -> str:
        script = "while read -r line; do case $line in *stack*) echo $line;; esac; done </proc/self/maps"
        finished = run([BASH, "-c", script], cwd=tmp_path, deadline_s=20, fixed_addresses=True, reads=[PROC])
        return finished.stdout.split("-")[0]

    assert stack() == stack() != ""


def test_missing_program_is_a_setup_fault(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="nowhere is missing"):
        run([str(tmp_path / "nowhere")], cwd=tmp_path, deadline_s=1)


def run_own(script: str, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", script, *arguments], cwd=ROOT, stdout=subprocess.PIPE)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_renderer_dies_with_us(number: signal.Signals, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from musicdata.system.processes import run\n"
        "run(['/bin/bash', '-c', 'echo $$ >pid; exec sleep 300'], cwd=Path(sys.argv[1]), deadline_s=300)"
    )
    with run_own(script + "\n", str(tmp_path)) as process:
        pid = wait_for(tmp_path / "pid")
        assert runs(pid)
        process.send_signal(number)
    assert gone(pid)


def test_worker_dies_with_us_and_has_the_environment_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from musicdata.system.processes import start\n"
        "worker = start(['/bin/bash', '-c', 'read line; echo $line $KEPT $OTHER; exec sleep 300'], env={'KEPT': 'kept'})\n"
        "worker.stdin.write(b'hello\\n'); worker.stdin.flush(); line = worker.stdout.readline()\n"
        "assert os.getpgid(worker.pid) == worker.pid != os.getpgid(0)\n"
        "Path(sys.argv[1], 'said').write_bytes(line); Path(sys.argv[1], 'pid').write_text(str(worker.pid))\n"
        "time.sleep(300)\n"
    )
    with monkeypatch.context() as patch:
        patch.setenv("OTHER", "other")
        with run_own(script, str(tmp_path)) as process:
            pid = wait_for(tmp_path / "pid")
            process.kill()
    assert (tmp_path / "said").read_text() == "hello kept\n"
    assert gone(pid)


def wait_for(path: Path) -> int:
    for _ in range(200):
        if path.is_file() and path.read_text().strip():
            return int(path.read_text())
        time.sleep(0.05)
    raise AssertionError(f"{path} never came")


def test_words_about_a_full_disk_become_a_storage_error(tmp_path: Path) -> None:
    processes.raise_if_full(tmp_path, "some other trouble")
    with pytest.raises(StorageError, match="is full"):
        processes.raise_if_full(tmp_path, "cannot write x: No space left on device")


def test_private_folder_goes_away(tmp_path: Path) -> None:
    def interrupted() -> None:
        with processes.private_folder(tmp_path, "x-") as folder:
            (folder / "file").write_text("x")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not list(tmp_path.iterdir())
