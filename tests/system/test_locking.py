"""Locks of bytes, as Windows has them; those of POSIX are in `test_files`."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WITHOUT_POSIX = """
import sys
sys.path[:0] = sys.argv[2:]
import elsewhere
elsewhere.no_posix()
from pathlib import Path
from musicdata.system import files

path = Path(sys.argv[1])
with files.held(path) as lock:
    lock.write(b"it is me")
    assert files.is_held(path)
    try:
        with files.held(path):
            raise SystemExit("held twice")
    except BlockingIOError:
        pass
    assert lock.read() == b"it is me" == path.read_bytes()
assert not files.is_held(path)
with files.held(path, remove=True):
    pass
assert not path.exists()
with files.held(path.parent / "sub" / "lock") as lock:
    pass
files.write_whole(path, b"whole", path.with_name("temporary"))
files.sync_file(path)
print(path.read_text(), sys.modules["fcntl"])
"""


def test_without_flock_a_byte_is_locked_and_the_file_stays_readable(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WITHOUT_POSIX, str(tmp_path / "lock"), str(ROOT), str(ROOT / "tests")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "whole None\n"
