"""The house: which room may use which, and that no room that serves all data sets knows one by name."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

import musicdata
import musicdata_baselines
from musicdata.definitions import contract, recipe
from musicdata.definitions.stage import STAGES
from tests import floors
from tests.floors import HOUSE, RELEASE, Room

PACKAGE = Path(musicdata.__file__).parent
BASELINES = Path(musicdata_baselines.__file__).parent
ARCHITECTURE = PACKAGE.parent / "docs" / "architecture.md"


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Yield the dotted names that a file imports, wherever in it, those for type checking too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: Path, place: Path) -> str:
    return path.relative_to(place).parts[0].removesuffix(".py")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@functools.cache
def used_files() -> dict[str, set[str]]:
    """Return module → modules of ours that it imports."""
    known = {dotted(path) for path in modules()}
    used: dict[str, set[str]] = {}
    for path in modules():
        names = {name if name in known else name.rpartition(".")[0] for name in imports(path)}
        used[dotted(path)] = (names & known) - {dotted(path)}
    return used


def upward(house: list[list[Room]], place: Path, prefix: str) -> list[str]:
    """List the imports that lead to a higher floor, or to another room of the same."""
    floor_of = {one.name: number for number, rooms in enumerate(house) for one in rooms}
    wrong = []
    for path in sorted(place.rglob("*.py")):
        here = room(path, place)
        for name in imports(path) if here not in ("__init__", "__main__") else ():
            there = name.removeprefix(f"{prefix}.").split(".")[0]
            if (
                name.startswith(f"{prefix}.")
                and there in floor_of
                and there != here
                and floor_of[there] >= floor_of[here]
            ):
                wrong.append(f"{path.relative_to(place)} reaches up to {name}")
    return wrong


def test_every_room_stands_on_a_floor() -> None:
    for house, place in ((HOUSE, PACKAGE), (RELEASE, PACKAGE / "release")):
        rooms = {room(path, place) for path in place.rglob("*.py")} - {"__init__", "__main__"}
        assert rooms == {one.name for floor in house for one in floor}


def test_imports_go_down() -> None:
    assert upward(HOUSE, PACKAGE, "musicdata") == []
    assert upward(RELEASE, PACKAGE / "release", "musicdata.release") == []


def test_no_circle_of_files() -> None:
    used, left = used_files(), set(used_files())
    while free := {name for name in left if not used[name] & left}:
        left -= free
    assert left == set(), "these import each other in a circle"


def users_of(names: set[str], rooms: set[str]) -> set[str]:
    """Return the rooms among `names` … that the files of `rooms` import."""
    return {
        there.split(".")[1]
        for path in modules()
        if room(path, PACKAGE) in rooms
        for there in used_files()[dotted(path)]
        if there.count(".") and there.split(".")[1] in names
    }


ALL = {one.name for floor in HOUSE for one in floor}


def test_each_room_keeps_its_rule() -> None:
    assert users_of(ALL - {"errors"}, {"settings"}) <= {"settings"}
    assert users_of(ALL, {"errors", "version", "wording"}) == set()
    assert users_of(ALL - {"music", "errors", "settings", "system", "version", "wording"}, {"music"}) == set()
    assert users_of(ALL - {"twin", "errors", "settings", "system"}, {"twin"}) == set()
    assert "stages" not in users_of(ALL, {"sources", "checks", "engine", "release", "api", "cli"})
    assert used_at_run_time("cli") <= {"api", "cli", "errors", "engine.progress", "version", "wording"}


def used_at_run_time(room_name: str) -> set[str]:
    """Return the rooms, or modules of a room, that a room imports when it runs: types are left out."""
    used = set()
    for path in modules():
        if room(path, PACKAGE) == room_name:
            top = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(top):
                if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                    node.body = []
            names = [n.module for n in ast.walk(top) if isinstance(n, ast.ImportFrom) and n.module]
            used |= {name.removeprefix("musicdata.") for name in names if name.startswith("musicdata.")}
    return {name if name == "engine.progress" else name.split(".")[0] for name in used}


def test_no_stage_knows_another() -> None:
    stages = {dotted(path) for path in modules() if room(path, PACKAGE) == "stages" and declares_stage(path)}
    assert len(stages) > 10
    assert {name: known for name in stages if (known := used_files()[name] & stages)} == {}


def declares_stage(path: Path) -> bool:
    names = [target for node in tree(path).body if isinstance(node, ast.Assign) for target in node.targets]
    return any(isinstance(name, ast.Name) and name.id in ("STAGE", "STAGES") for name in names)


def test_the_page_prints_the_floors() -> None:
    page = ARCHITECTURE.read_text("utf-8")
    for house in (HOUSE, RELEASE):
        assert floors.markdown(house) in page, "docs/architecture.md: print the floors anew with python -m tests.floors"


# What may name a stage, a table or a data set: those that are of one, and suites.
OF_A_DATA_SET = ("stages/", "checks/", "sources/", "twin/")
OF_A_SUITE = ("suites/", "report/papers/")

JSON_KEYS: dict[str, set[str]] = {
    "musicdata/api/doctor.py": {"missing"},  # a plain word
    "musicdata/api/view.py": {"samples"},  # what is counted, for people
    "musicdata/cli/info.py": {"samples"},  # what is counted, for people
    "musicdata/cli/viewing.py": {"samples"},  # JSON key
    "musicdata/definitions/column.py": {"audio"},  # type of a column
    "musicdata/definitions/options.py": {"audio"},  # name of an option
    "musicdata/music/features/encoder.py": {"audio"},  # half of a network
    "musicdata/music/features/vggish.py": {"missing"},  # a plain word
    "musicdata/music/formats/karaoke_texts.py": {"lyrics"},  # kind of a MIDI event
    "musicdata/music/formats/midi.py": {"lyrics"},  # kind of a MIDI event
    "musicdata/music/rights/overrides.py": {"notes", "lyrics"},  # what a line of the file speaks of
    "musicdata/music/similarity/__init__.py": {"group"},  # name of a function
    "musicdata/web/counting.py": {"group", "splits"},  # JSON keys
    "musicdata/web/groups.py": {"group"},  # JSON key
    "musicdata/web/neighbours.py": {"notes", "pair", "splits"},  # JSON keys
    "musicdata/web/report.py": {"samples"},  # JSON key
    "musicdata/release/description/card/datasheet.py": {"missing", "splits"},  # questions of the datasheet
    "musicdata/release/description/card/known.py": {"missing", "splits"},  # questions of the datasheet
    "musicdata/release/description/card/facts.py": {"samples"},  # what is counted, for people
    "musicdata/release/description/croissant.py": {"splits", "audio"},  # Croissant's record set; type of a column
    "musicdata/release/diff/media.py": {"audio"},  # type of a column
    "musicdata/release/diff/report.py": {"samples"},  # JSON key
    "musicdata/release/reading/release.py": {"samples"},  # what is counted, for people
    "musicdata/release/exports/check.py": {"missing"},  # a plain word
    "musicdata/release/exports/comparison.py": {"missing"},  # a plain word
    "musicdata/release/exports/lhotse.py": {"notes", "alignment", "recordings"},  # keys and names of lhotse's manifests
    "musicdata/release/exports/mirdata.py": {"tracks", "audio", "lyrics", "alignment"},  # mirdata's own words
    "musicdata/release/exports/musictm.py": {"musictm"},  # name of the export: the layout of a paper's repository
    "musicdata/release/making/freeze.py": {"pair", "notes"},  # JSON keys of a validation
    "musicdata/release/publish/store.py": {"missing"},  # a plain word
    "musicdata/release/publish/zenodo.py": {"notes"},  # JSON key of Zenodo
    "musicdata/release/record/layout.py": {"samples"},  # name of the config with a row a sample
    "musicdata/wording.py": {"missing"},  # pydantic's name of a kind of error
    "musicdata_baselines/report/paper_table.py": {"notes"},  # key of a paper's table
    "musicdata_baselines/deep/captioning/plan.py": {"lyrics"},  # kind of network
}
"""File → names that look like one of a stage, table or data set, and are something else."""


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and value of the strings of a file, docstrings left out."""
    texts = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            yield node.lineno, node.value


def test_no_room_that_serves_all_names_a_stage_a_table_or_a_data_set() -> None:
    system = {name for name in contract.names() if contract.load(name).system}
    names = ({*STAGES.all(), *contract.names(), *recipe.names()}) - system
    wrong = []
    for place, theirs in ((PACKAGE, OF_A_DATA_SET), (BASELINES, OF_A_SUITE)):
        for path in sorted(place.rglob("*.py")):
            file = path.relative_to(place).as_posix()
            if file.startswith(theirs):
                continue
            excepted = JSON_KEYS.get(f"{place.name}/{file}", set())
            for line, text in literals(path):
                head, dot, tail = text.partition(".")
                is_path = bool(dot) and tail.replace("_", "").isalnum() and head in names
                if (text in names or is_path) and text not in excepted:
                    wrong.append(f"{place.name}/{file}:{line}: {text!r}")
    assert wrong == [], "\n".join(wrong)


def test_what_is_excepted_is_there() -> None:
    for file, names in JSON_KEYS.items():
        place = next(place for place in (PACKAGE, BASELINES) if file.startswith(f"{place.name}/"))
        texts = {text for _, text in literals(place.parent / file)}
        assert names <= texts, f"{file} no longer names {names - texts}"
