"""The house: which module may use which, what nobody may do, and what the package shows the world."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import musicdata
from musicdata.definitions import stage

PACKAGE = Path(musicdata.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up. A module may use its own floor and those below.
FLOORS = [
    {"errors", "resources", "settings"},
    {"contract", "services"},
    {"workspace", "http", "ledger"},
    {"tables", "reading", "stage", "cutting", "splits", "terms", "twin"},
    {"formats", "render", "text", "similarity", "features", "rights"},
    {"sources"},
    {"stages"},
    {"recipe", "executor", "shards", "answers"},
    {"crawling"},
    {"staleness", "dispatch", "sealing", "engine", "planning"},
    {"checks", "doctor", "progress"},
    {"release"},
    {"api", "display", "dictionary"},
    {"releases", "crawls", "crawl_planning"},
    {"cli"},
]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, wherever in it, those for type checking left out."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(dotted: str) -> str:
    return dotted.split(".")[1]


def test_every_module_has_a_floor() -> None:
    rooms = {path.relative_to(PACKAGE).parts[0].removesuffix(".py") for path in FILES} - {"__init__"}
    assert rooms == set(FLOOR_OF)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    here = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    if here == "__init__":
        return
    for name in imports(path):
        parts = name.split(".")
        if parts[0] == "musicdata" and len(parts) > 1 and parts[1] in FLOOR_OF and parts[1] != here:
            assert FLOOR_OF[parts[1]] <= FLOOR_OF[here], f"{here} reaches up to {parts[1]}"


# Who may do what nobody else may.
ONLY = {
    "subprocess": {"system/processes.py"},
    "fcntl": {"system/files.py"},
    "multiprocessing": set(),
    "pickle": {"music/formats/lmd_lyrics.py"},  # an unpickler that knows four names and runs none of them
    "socket": {"system/http/watchdog.py"},
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


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_nothing_evaluates_or_shells_out(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        attribute = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        owner = (
            node.func.value.id if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) else ""
        )
        assert name not in FORBIDDEN_CALLS, f"line {node.lineno} calls {name}"
        assert attribute not in FORBIDDEN_ATTRIBUTES, f"line {node.lineno} calls {attribute}"
        assert (owner, attribute) not in {("pickle", "load"), ("pickle", "loads"), ("np", "load"), ("numpy", "load")}
        for keyword in node.keywords:
            if isinstance(keyword.value, ast.Constant):
                assert (keyword.arg, keyword.value.value) not in FORBIDDEN_ARGUMENTS, f"line {node.lineno}"


def test_the_public_names_are_what_init_lists() -> None:
    public = [
        "MusicdataError",
        "Release",
        "Work",
        "__version__",
        "build",
        "check",
        "crawl",
        "load",
        "open_data",
        "open_work",
        "plan",
        "retry",
    ]
    assert sorted(musicdata.__all__) == public
    assert all(getattr(musicdata, name) is not None for name in musicdata.__all__)
    with pytest.raises(AttributeError, match="it has MusicdataError"):
        musicdata.bulid  # noqa: B018


def test_the_registry_finds_every_stage_module() -> None:
    modules = [info.name for info in pkgutil.iter_modules(importlib.import_module("musicdata.stages").__path__)]
    assert len(stage.STAGES.all()) == len(modules) == 27


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
    "flock": {"system/files.py"},
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
