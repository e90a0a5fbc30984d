"""What a program that has gone over to the enemy can do: each attack is shown to work without the sandbox."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from musicdata.errors import SetupError, UsageError
from musicdata.music.render import lilypond
from musicdata.system import cage, processes
from musicdata.system.processes import Finished

BASH = str(shutil.which("bash"))
SECRET = "the words of a letter"

pytestmark = pytest.mark.skipif(
    not (cage.hides_files() and cage.refuses_sockets()), reason="this kernel or container offers no sandbox"
)


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file beside the private folder."""
    (tmp_path / "private").mkdir()
    path = tmp_path / "letter"
    path.write_text(SECRET)
    return path


def attack(argv: list[str], folder: Path, *, reads: tuple[Path, ...] = ()) -> Finished:
    return processes.run(argv, cwd=folder, deadline_s=60, reads=reads)


def scheme(code: str, folder: Path) -> Finished:
    """Let LilyPond run a program in its own language, as a text that got out of its quotes could."""
    (folder / "attack.ly").write_text(f"#(begin {code})\n")
    binaries = lilypond.program().parents[1]
    return attack([str(lilypond.program()), "attack.ly"], folder, reads=(binaries, Path("/proc")))


SEES = '(display (call-with-input-file "{path}" (lambda (file) (read-line file))) (current-output-port))'
SCHEME = {
    "reads": "(use-modules (ice-9 rdelim)) " + SEES,
    "includes": '(display "x")) \\include "{path}" #(begin (display "x")',
    "lists": "(use-modules (ice-9 ftw)) (display (scandir (dirname \"{path}\")))",
    "writes": '(call-with-output-file "{out}" (lambda (file) (display "x" file)))',
    "makes a folder": '(mkdir "{out}")',
    "links": '(symlink "{path}" "{out}")',
    "links hard": '(link "{path}" "{out}")',
    "renames": '(rename-file "{path}" "{out}")',
    "deletes": '(delete-file "{path}")',
    "reads through a shell": '(system "/bin/cat {path}")',
    "writes through a shell": '(system "echo x >{out}")',
}  # fmt: skip


@pytest.mark.parametrize("name", SCHEME)
def test_lilypond_reaches_no_file_outside(name: str, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = secret.with_name("written")
    code = SCHEME[name].replace("{path}", str(secret)).replace("{out}", str(out))
    finished = scheme(code, secret.parent / "private")
    assert not got_through(finished, secret, out)
    monkeypatch.setenv("MUSICDATA_SANDBOX", "off")
    finished = scheme(code, secret.parent / "private")
    assert got_through(finished, secret, out), f"no attack at all: {finished.stderr}"


def got_through(finished: Finished, secret: Path, out: Path) -> bool:
    said = finished.stdout + finished.stderr
    seen = "words of a letter" in said or "the words" in said or (secret.name in said and "(. .." in said)
    return seen or os.path.lexists(out) or not secret.is_file()


SHELL = {
    "reads": "read -r line <{path}; echo $line",
    "reads by a link": "ln -s {path} link; read -r line <link; echo $line",
    "reads from above": "read -r line <../letter; echo $line",
    "reads the system's users": "read -r line </etc/passwd && echo the words $line",
    "reads keys of ssh": "read -r line <{ssh}; echo $line",
    "writes": "echo x >{out}",
    "writes from above": "echo x >../written",
    "appends": "echo x >>{path} && echo the words",
    "empties": "(: >{path}) && echo the words",
    "makes a pipe": "mkfifo {out}",
    "moves out": "echo x >y; mv y {out}",
    "links a file in": "ln {path} here; read -r line <here; echo $line",
    "deletes": "rm {path}",
    "reads our variables": "cat </proc/{pid}/environ && echo the words",
    "reads our memory": "read -r line </proc/{pid}/maps && echo $line the words",
    "reads through our root": "read -r line </proc/{pid}/root{path}; echo $line",
    "reads through our folder": "read -r line </proc/{pid}/cwd/letter; echo $line",
    "kills us": "kill -0 {pid} && echo the words",
    "runs what lies outside": "{program} && echo the words",
}  # fmt: skip


@pytest.mark.parametrize("proc", [False, True])
@pytest.mark.parametrize("name", SHELL)
def test_a_shell_reaches_nothing_outside(name: str, proc: bool, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds for a shell holds for any program that was taken over; with `proc`, LilyPond's view of processes."""
    out = secret.with_name("written")
    ssh, program = secret.with_name("id_ed25519"), secret.with_name("program")
    ssh.write_text(SECRET)
    shutil.copy("/bin/true", program)
    places = {"path": secret, "out": out, "ssh": ssh, "program": program, "pid": os.getpid()}
    script = SHELL[name].format(**places)
    folder = secret.parent / "private"
    monkeypatch.chdir(secret.parent)
    reads = (Path("/proc"),) if proc else ()
    caged = attack([BASH, "-c", script], folder, reads=reads)
    assert not got_through(caged, secret, out), caged
    for path in folder.iterdir():
        path.unlink()
    monkeypatch.setenv("MUSICDATA_SANDBOX", "off")
    free = attack([BASH, "-c", script], folder)
    assert got_through(free, secret, out), f"no attack at all: {free}"


NETWORK = {
    "tcp": "s = socket.create_connection(('127.0.0.1', {port}), 5); s.sendall(b'x')",
    "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', {udp}))",
    "a socket with a path": "s = socket.socket(socket.AF_UNIX); s.connect('{path}'); s.sendall(b'x')",
    "a socket without a path": "s = socket.socket(socket.AF_UNIX); s.connect('\\0{abstract}'); s.sendall(b'x')",
    "serving": "s = socket.create_server(('127.0.0.1', 0))",
    "raw": "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "a pair": "socket.socketpair()",
    "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
}  # fmt: skip


@pytest.mark.parametrize("name", NETWORK)
def test_no_socket_of_any_kind(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)]
    servers += [socket.socket(socket.AF_UNIX), socket.socket(socket.AF_UNIX)]
    servers[1].bind(("127.0.0.1", 0))
    servers[2].bind(str(tmp_path / "socket"))
    servers[3].bind(f"\0musicdata-{os.getpid()}")
    servers[2].listen()
    servers[3].listen()
    ports = {"port": servers[0].getsockname()[1], "udp": servers[1].getsockname()[1]}
    places = {"path": tmp_path / "socket", "abstract": f"musicdata-{os.getpid()}"}
    code = f"import socket\n{NETWORK[name].format(**ports, **places)}\nprint('connected')"
    python = Path(sys.executable).resolve()
    reads = (Path(sys.prefix), Path(sys.base_prefix))
    command = [str(python), "-I", "-c", code]
    caged = attack(command, tmp_path, reads=reads)
    assert "connected" not in caged.stdout
    assert "unreachable" in caged.stderr
    monkeypatch.setenv("MUSICDATA_SANDBOX", "off")
    free = attack(command, tmp_path, reads=reads)
    assert "connected" in free.stdout, free.stderr
    for server in servers:
        server.close()


def test_no_memory_of_others_and_no_ring_of_keys(tmp_path: Path) -> None:
    calls = {"x86_64": (101, 310, 250, 425), "aarch64": (117, 270, 219, 425)}[platform.machine()]
    code = f"import ctypes\nl = ctypes.CDLL(None, use_errno=True)\nfor n in {calls}: print(l.syscall(n, 0, 0, 0, 0), ctypes.get_errno())"
    python = Path(sys.executable).resolve()
    done = attack([str(python), "-I", "-c", code], tmp_path, reads=(Path(sys.prefix), Path(sys.base_prefix)))
    assert done.stdout.splitlines() == ["-1 101"] * 4, done.stderr


PARTED = """
import os, sys
from pathlib import Path
from musicdata.system import processes
if sys.argv[2] == "parted":
    processes.part_from_others()
for name in ("environ", "maps", "cwd/letter", "fd/0"):
    try:  # some kernels let it be opened, and show nothing
        print(name, Path(f"/proc/{os.getppid()}/{name}").open("rb").read(10) != b"")
    except OSError as error:
        print(name, False)
os.mkdir("a"), os.mkdir("b")
Path("a/file").write_text("moved")
os.rename("a/file", "b/file"), os.link("b/file", "a/again"), os.rename("b", "a/b")
print(Path("a/b/file").read_text(), len(os.listdir("/proc/self/task")))
"""


def test_a_worker_cannot_look_into_the_process_that_has_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = {}
    Path("letter").write_text(SECRET)  # the folder of this process
    for how in ("parted", "as ever"):
        (tmp_path / how).mkdir()
        command = [sys.executable, "-c", PARTED, str(tmp_path), how]
        done = subprocess.run(command, cwd=tmp_path / how, capture_output=True, text=True, check=True)
        said[how] = dict(line.rsplit(" ", 1) for line in done.stdout.splitlines())
    for name in ("environ", "maps", "cwd/letter"):
        assert (said["as ever"][name], said["parted"][name]) == ("True", "False")
    assert said["parted"]["fd/0"] == "False"
    assert said["parted"]["moved"] == "1"


def test_this_process_keeps_its_rights(secret: Path) -> None:
    attack([BASH, "-c", "true"], secret.parent / "private")
    assert secret.read_text() == SECRET
    socket.create_server(("127.0.0.1", 0)).close()
    assert subprocess.run(["/bin/cat", secret], capture_output=True, check=True).stdout.decode() == SECRET


def test_the_private_folder_is_the_programs_own(tmp_path: Path) -> None:
    script = (
        "mkdir a; echo x >a/b; mv a/b c; ln -s c d; rm d; mkfifo e; echo y >>c; while read -r l; do echo $l; done <c"
    )
    assert attack([BASH, "-c", script], tmp_path).stdout == "x\ny\n"


def test_a_sandbox_that_is_required_and_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUSICDATA_SANDBOX", "required")
    assert attack([BASH, "-c", "echo runs"], tmp_path).stdout == "runs\n"
    monkeypatch.setattr(cage, "hides_files", lambda: False)  # a kernel of before 2021, which no test can start
    with pytest.raises(SetupError, match="does not let us hide files"):
        attack([BASH, "-c", "echo runs"], tmp_path)
    monkeypatch.setenv("MUSICDATA_SANDBOX", "auto")
    assert attack([BASH, "-c", "echo runs"], tmp_path).stdout == "runs\n"
    monkeypatch.setenv("MUSICDATA_SANDBOX", "on")
    with pytest.raises(UsageError, match="auto, required, off"):
        attack([BASH, "-c", "echo runs"], tmp_path)


def test_what_is_in_force_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told = processes.isolation(lilypond.program())
    assert told["files_hidden"]
    assert told["no_sockets"]
    monkeypatch.setenv("MUSICDATA_SANDBOX", "off")
    assert not processes.isolation(lilypond.program())["files_hidden"]
