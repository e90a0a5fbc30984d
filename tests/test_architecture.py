"""What nobody may do, and what the package shows the world; `test_house` has which room may use which."""

from __future__ import annotations

import ast
import functools
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator, Set
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import stage

PACKAGE = Path(musicdata.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))


@functools.cache
def imports(path: Path) -> tuple[str, ...]:
    """Return the dotted names a file imports, wherever in it, those for type checking left out."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# Who may do what nobody else may.
ONLY = {
    "subprocess": {"system/processes.py"},
    "fcntl": set(),  # system/locking.py takes it, or what Windows has in its place, by name,
    "multiprocessing": set(),
    "pickle": {"music/formats/lmd_lyrics.py"},  # an unpickler that knows four names and runs none of them
    "socket": {
        "system/http/addresses.py",
        "system/http/watchdog.py",
        "web/server.py",
    },  # which listens, on this machine
    "ctypes": {"system/cage.py"},
    "requests": {f"system/http/{name}.py" for name in ("borrowed", "client", "watchdog")},
    "sqlite3": {"workspace/ledger.py", "sources/lrclib_dump.py"},
    "yt_dlp": {"sources/videos/child.py"},
    "spotipy": {"sources/spotify/web_api.py"},
    "urllib3": {"system/http/client.py", "system/http/watchdog.py"},
    "urllib.request": set(),
    "http.client": {"system/http/client.py"},
    "yaml": set(),
    "joblib": set(),
    "shelve": set(),
    "marshal": set(),
}


@pytest.mark.parametrize("module", ONLY)
def test_dangerous_modules_are_used_in_one_place_only(module: str) -> None:
    users = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for name in imports(path)
        if f"{name}.".startswith(f"{module}.")
    }
    assert users == ONLY[module]


FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_ATTRIBUTES = {"extractall", "mktemp", "system", "popen", "loads_pickle"}
FORBIDDEN_ARGUMENTS = {("shell", True), ("verify", False), ("allow_pickle", True)}


FORBIDDEN_METHODS = {("pickle", "load"), ("pickle", "loads"), ("np", "load"), ("numpy", "load")}


def dangers(call: ast.Call, methods: Set[tuple[str, str]]) -> Iterator[str]:
    """Name what a call does that nobody may."""
    function = call.func
    name = function.id if isinstance(function, ast.Name) else ""
    attribute = function.attr if isinstance(function, ast.Attribute) else ""
    owner = function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""
    if name in FORBIDDEN_CALLS or attribute in FORBIDDEN_ATTRIBUTES or (owner, attribute) in methods:
        yield f"line {call.lineno} calls {name or f'{owner}.{attribute}'}"
    for keyword in call.keywords:
        if isinstance(keyword.value, ast.Constant) and (keyword.arg, keyword.value.value) in FORBIDDEN_ARGUMENTS:
            yield f"line {call.lineno} says {keyword.arg}={keyword.value.value!r}"


def dangerous_calls(path: Path, methods: Set[tuple[str, str]]) -> Iterator[str]:
    """Say which lines of a file do what nobody may."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            yield from (f"{path.name} {danger}" for danger in dangers(node, methods))


def test_nothing_evaluates_or_shells_out() -> None:
    assert [danger for path in FILES for danger in dangerous_calls(path, FORBIDDEN_METHODS)] == []


@pytest.mark.parametrize(
    "line",
    ["eval('1')", "a.extractall()", "np.load(f)", "pickle.loads(b)", "run(c, shell=True)", "get(u, verify=False)"],
)
def test_what_is_forbidden_is_seen(line: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(f"import x\n\n{line}\n")
    (told,) = dangerous_calls(tmp_path / "module.py", FORBIDDEN_METHODS)
    assert told.startswith("module.py line 3 ")


def stage_modules() -> Iterator[Path]:
    """Yield the modules that declare stages, below the package."""
    for path in sorted((PACKAGE / "stages").rglob("*.py")):
        names = {
            target.id
            for node in ast.parse(path.read_text("utf-8")).body
            for target in (node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)])
            if isinstance(target, ast.Name)
        }
        if names & {"STAGE", "STAGES"}:
            yield path.relative_to(PACKAGE)


def test_a_stage_has_its_test_file() -> None:
    """Whoever changes `align` knows which file to run."""
    modules = list(stage_modules())
    assert len(modules) > 20
    here = Path(__file__).parent
    assert [str(path) for path in modules if not (here / path.with_name(f"test_{path.name}")).exists()] == []


def test_the_public_names_are_what_init_lists() -> None:
    public = [
        "MusicdataError",
        "Release",
        "Work",
        "__version__",
        "build",
        "caption",
        "check",
        "crawl",
        "describe",
        "diff",
        "doctor",
        "export",
        "info",
        "load",
        "open_data",
        "open_work",
        "plan",
        "plug_in",
        "recipes",
        "releases",
        "retry",
        "search",
        "status",
        "validate",
        "verify",
    ]
    assert sorted(musicdata.__all__) == public
    assert all(getattr(musicdata, name) is not None for name in musicdata.__all__)
    with pytest.raises(AttributeError, match="it has MusicdataError"):
        musicdata.bulid  # noqa: B018


def test_the_registry_finds_every_stage() -> None:
    declared = re.findall(r"^STAGE = Stage\(", "".join(path.read_text("utf-8") for path in FILES), re.MULTILINE)
    assert (
        len(stage.STAGES.all()) == len(declared) + 13
    )  # four in the modules of clips and of lyric embeddings, two in that of tokens of reviews, three in that of ears


def test_knowing_the_stages_loads_nothing_heavy() -> None:
    heavy = ["torch", "librosa", "gensim", "scipy", "music21", "safetensors", "soundfile", "spotipy", "yt_dlp"]
    code = f"import sys; from musicdata.definitions import stage; stage.STAGES.all(); print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", stage.STAGES.all())
def test_every_stage_is_well_declared(name: str) -> None:
    found = stage.STAGES.all()[name]
    assert found.verb
    assert found.version >= 1
    assert found.outputs
    fields = found.parameters.model_fields
    assert set(found.location_parameters) <= set(fields)
    assert all(not field.is_required() for field in fields.values()), "a stage's parameters all have defaults"


def test_every_error_has_its_place_in_the_tree_drawn() -> None:
    errors = importlib.import_module("musicdata.errors")
    classes = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, musicdata.MusicdataError)]
    drawn = {line.split()[-2]: line for line in (errors.__doc__ or "").splitlines() if "Error " in line}
    for error in classes:
        line = next((row for row in (errors.__doc__ or "").splitlines() if f"{error.__name__} " in row), "")
        assert str(error.exit_code) in line, f"{error.__name__} is not drawn with its exit code {error.exit_code}"
    assert len(drawn) >= 10


# Calls that only one module makes, whatever object they are called on.
ONLY_CALLS = {
    "fsync": {"system/files.py"},
    "link": {"system/files.py"},
    "hardlink_to": set(),
    "flock": {"system/locking.py"},
}


@pytest.mark.parametrize("call", ONLY_CALLS)
def test_what_makes_a_write_last_is_called_in_one_place_only(call: str) -> None:
    callers = {
        str(path.relative_to(PACKAGE))
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == call
    }
    assert callers == ONLY_CALLS[call]
