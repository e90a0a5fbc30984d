"""A full or a read-only disk: said with path and bytes, nothing torn; with more room the same command ends right."""

import contextlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults import harness
from tests.faults.trials import Reference

KIB = 1024
FIRST_STEP_KIB, LAST_STEP_KIB = 4, 64 * KIB


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system in memory, in a mount namespace of its own, that is seen here below /proc."""

    pid: int
    mounted_at: Path

    @property
    def inside(self) -> list[str]:
        """Return the command that puts another one where the disk is."""
        return ["nsenter", f"--target={self.pid}", "--user", "--mount", "--preserve-credentials", "--"]

    def seen(self, work: Path) -> Path:
        """Return where a path on the disk is for us."""
        return Path(f"/proc/{self.pid}/root{work}")

    def remount(self, options: str) -> None:
        """Change the disk's size, or whether it can be written."""
        mount = ["mount", "-o", f"remount,{options}", str(self.mounted_at)]
        subprocess.run([*self.inside, *mount], check=True, capture_output=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    mounted_at = tmp_path / "disk"
    mounted_at.mkdir()
    script = 'mount -t tmpfs -o size="$0k" none "$1" && echo mounted && exec sleep 1000'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, str(FIRST_STEP_KIB)]
    pipe = subprocess.PIPE
    with subprocess.Popen([*command, str(mounted_at)], stdout=pipe, stderr=pipe, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stderr is not None
        try:
            if holder.stdout.readline() != "mounted\n":
                pytest.skip(f"no disk can be mounted here: {holder.stderr.read().strip()}")
            yield Disk(holder.pid, mounted_at)
        finally:
            with contextlib.suppress(ProcessLookupError):
                holder.kill()


@pytest.mark.parametrize(("growth", "n_full"), [(16, 2), pytest.param(2, 6, marks=pytest.mark.long)])
def test_a_full_disk_at_every_size_up_to_what_is_needed(
    growth: int, n_full: int, disk: Disk, reference: Reference
) -> None:
    work = disk.mounted_at / "work"
    command = [*disk.inside, *harness.build_command(reference.source, work)]
    size_kib, said = FIRST_STEP_KIB, []
    while (done := harness.run(command)).returncode:
        assert done.returncode == 4, done.stderr
        *before, message = done.stderr.splitlines()
        assert re.match(r"musicdata: (cannot write|the disk holding) /.*/disk/work", message), done.stderr
        assert re.search(r"[\d,]+ bytes free", message)
        assert "Traceback" not in done.stderr
        assert "Exception ignored" not in done.stderr
        assert harness.torn(disk.seen(work)) == []
        said.append(" ".join([*(line.split()[0] for line in before[-1:]), message]))
        size_kib *= growth
        assert size_kib <= LAST_STEP_KIB
        disk.remount(f"size={size_kib}k")
    assert len(said) >= n_full
    assert len(set(said)) >= n_full - 2 * (growth == 2)  # it ended in different places
    assert growth > 2 or any("render_" in where for where in said)
    assert harness.differences(disk.seen(work), reference.tree) == []


def test_a_read_only_disk(disk: Disk, reference: Reference) -> None:
    disk.remount(f"size={LAST_STEP_KIB}k")
    work = disk.mounted_at / "work"
    command = [*disk.inside, *harness.build_command(reference.source, work)]
    disk.remount("ro")
    refused = harness.run(command)
    assert refused.returncode == 4
    assert refused.stderr.startswith(f"musicdata: cannot write {work}/state/lock: Read-only file system")
    disk.remount("rw")
    harness.finish(command)
    disk.remount("ro")
    for reading in (["status"], ["check"]):
        done = harness.run([*disk.inside, *harness.COMMAND, *reading, str(work)])
        assert done.returncode == 0, done.stderr
    assert harness.differences(disk.seen(work), reference.tree) == []


def test_a_folder_we_may_not_write(tmp_path: Path, reference: Reference) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    # As nobody's namespace user: root's power over other people's files ends there.
    command = ["unshare", "--user", "--", *harness.build_command(reference.source, locked / "w")]
    done = harness.run(command)
    if "unshare failed" in done.stderr:
        pytest.skip(f"no user namespace here: {done.stderr.strip()}")
    assert done.returncode == 4
    assert f"cannot write {locked}/w/state/lock: Permission denied" in done.stderr
    assert harness.tree(locked) == {}
