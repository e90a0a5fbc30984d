"""Renders on a disk that is too small: a RAM disk in a mount namespace of our own, no root needed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MOUNT = 'mount -t tmpfs -o size=100k none "$1" && exec "$2" -c "$3" "$1"'
RENDER = """
import sys
from pathlib import Path
from musicdata.errors import StorageError
from musicdata.music.render import lilypond, timidity
from tests.music.render.melodies import clip, page

disk = Path(sys.argv[1])
for render in (
    lambda: timidity.render([clip(1), clip(2)], scratch=disk),
    lambda: lilypond.render([page(1)], scratch=disk, dpi=600),
):
    try:
        print(render())
    except StorageError as error:
        print("StorageError", error)
    print("left", list(disk.iterdir()))
"""


def test_full_disk_is_a_storage_fault_not_a_reject(tmp_path: Path) -> None:
    bash = str(shutil.which("bash"))
    fence = ["unshare", "--user", "--map-root-user", "--mount", bash, "-c", MOUNT, "bash", str(tmp_path)]
    trial = subprocess.run([*fence, "true", ""], capture_output=True, text=True, check=False)
    if trial.returncode != 0:
        pytest.skip(f"this machine lets us mount nothing: {trial.stderr}")
    done = subprocess.run([*fence, sys.executable, RENDER], capture_output=True, text=True, cwd=ROOT, check=False)
    lines = done.stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["StorageError", "left"] * 2, done.stdout + done.stderr
    assert f"the disk holding {tmp_path} is full" in lines[0]
    assert lines[1] == lines[3] == "left []"
