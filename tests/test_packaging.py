"""The wheel holds exactly the package, contracts and recipes; the sdist gives the same wheel."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def build(source: Path, out: Path, kind: str) -> Path:
    command = [sys.executable, "-m", "build", "--no-isolation", f"--{kind}", "--outdir", str(out), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("RECORD")}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built straight from the checkout."""
    return build(ROOT, tmp_path_factory.mktemp("direct"), "wheel")


def test_the_wheel_holds_one_package_with_contracts_and_recipes(wheel: Path) -> None:
    names = contents(wheel)
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"musicdata", "musicdata_baselines"}
    for folder in ("manifests", "pipelines"):
        bundled = {Path(name).name for name in names if name.startswith(f"musicdata/_{folder}/")}
        assert bundled == {path.name for path in (ROOT / folder).glob("*.toml")} != set()
    assert "musicdata/py.typed" in names
    for source in (ROOT / "musicdata", ROOT / "baselines" / "musicdata_baselines"):
        files = {path.relative_to(source.parent).as_posix() for path in source.rglob("*") if path.is_file()}
        assert {name for name in files if "__pycache__" not in name} <= names.keys()


def test_sdist_gives_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build(ROOT, tmp_path / "sdist", "sdist")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    rebuilt = build(next((tmp_path / "unpacked").iterdir()), tmp_path / "wheel", "wheel")
    assert contents(rebuilt) == contents(wheel)


def test_the_wheel_runs_on_its_own(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    code = "import musicdata, musicdata.definitions.recipe as r, musicdata.definitions.contract as c; print(musicdata.__file__, r.names(), len(c.names()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(tmp_path / "site") in done.stdout
    assert (
        "['interpretations', 'lyrics', 'mard', 'mard-api', 'musictm', 'musictm-deep', 'musictm-lmd', 'spotify-moods'] 81"
        in done.stdout
    )
