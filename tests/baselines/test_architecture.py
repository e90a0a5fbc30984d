"""The house of the baselines: which room may use which, who may use torch, and what nobody may do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import musicdata
import musicdata_baselines
from tests.test_architecture import dangerous_calls, imports

PACKAGE = Path(musicdata_baselines.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# From the ground up. A module may use its own floor and those below.
FLOORS = [
    {"errors", "curve"},
    {"views", "backend", "columns", "groups"},
    {"estimator"},
    {"retrieval"},
    {"captioning", "linear", "search"},
    {"deep"},
    {"models", "report"},
    {"suites"},
    {"validation"},
]
FLOOR_OF = {name: number for number, names in enumerate(FLOORS) for name in names}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_module_has_a_floor() -> None:
    assert {room(path) for path in FILES} - {"__init__"} == set(FLOOR_OF)


def reaching_up(path: Path) -> Iterator[str]:
    """Say what a file imports from floors above its own."""
    if room(path) == "__init__":
        return
    for name in imports(path):
        parts = name.split(".")
        ours = parts[0] == "musicdata_baselines" and len(parts) > 1 and parts[1] in FLOOR_OF
        if ours and FLOOR_OF[parts[1]] > FLOOR_OF[room(path)]:
            yield f"{path.relative_to(PACKAGE)}: {room(path)} reaches up to {parts[1]}"


def test_imports_go_down() -> None:
    assert [offence for path in FILES for offence in reaching_up(path)] == []


def test_only_validating_knows_the_baselines() -> None:
    package = Path(musicdata.__file__).parent
    users = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        for name in imports(path)
        if name.split(".")[0] == "musicdata_baselines"
    }
    assert users == {"api/validate.py"}


def test_torch_is_used_by_deep_estimators_and_the_backend_only() -> None:
    users = {room(path) for path in FILES for name in imports(path) if name.split(".")[0] == "torch"}
    assert users == {"deep", "backend"}


DANGEROUS = {"subprocess", "multiprocessing", "pickle", "socket", "requests", "urllib", "yaml", "joblib", "shelve"}


FORBIDDEN_METHODS = {("torch", "load"), ("np", "load"), ("torch", "save")}


def test_nothing_evaluates_unpickles_or_reaches_out() -> None:
    assert [danger for path in FILES for danger in dangerous_calls(path, FORBIDDEN_METHODS)] == []
    users = {path.name: {name.split(".")[0] for name in imports(path)} & DANGEROUS for path in FILES}
    assert {name: modules for name, modules in users.items() if modules} == {}


def test_every_public_name_is_there() -> None:
    assert all(getattr(musicdata_baselines, name) is not None for name in musicdata_baselines.__all__)
    with pytest.raises(AttributeError, match="it has Bm25Search, CCA"):
        musicdata_baselines.CAC  # noqa: B018


@pytest.mark.long
def test_the_linear_half_needs_no_torch() -> None:
    code = (
        "from importlib.machinery import PathFinder as P\n"
        "real = P.find_spec\n"
        "P.find_spec = lambda name, *more: None if name.split('.')[0] == 'torch' else real(name, *more)\n"
        "import numpy as np, musicdata_baselines as b\n"
        "x = np.random.default_rng(0).normal(size=(50, 3))\n"
        "print(b.CCA(n_components=2).fit([x, x @ np.ones((3, 3)) + x]).transform([x, x])[0].shape)\n"
        "import musicdata_baselines.validation\n"
        "try: b.DCCA\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "(50, 2)" in done.stdout
    assert "SetupError" in done.stdout
    assert "musicdata[deep]" in done.stdout


OF_ALL = [path for path in FILES if room(path) in {"report", "validation", "curve"}]


@pytest.mark.parametrize("path", OF_ALL, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_what_serves_all_suites_knows_none(path: Path) -> None:
    assert not [name for name in imports(path) if name.startswith("musicdata_baselines.suites")]


def test_a_recipe_is_loaded_without_what_fits_and_draws() -> None:
    heavy = ["torch", "scipy", "sklearn", "threadpoolctl", "jinja2", "rich", "matplotlib"]
    code = (
        "import sys\nfrom musicdata.definitions import recipe\nrecipe.load('musictm')\n"
        f"print([name for name in {heavy} if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
