"""Every file is opened, written and removed by the gate, or by a module that this page excuses, with the reason.

A module is excused for the calls it makes, each as often as it makes it: a new one wants a look at whether its path
comes from data, or lies where others may write. If so it belongs into `musicdata.system.paths`: `open_inside`,
`read_inside`, `create_inside`, `make_inside`, `move_inside` for a name from data, `open_regular` and `read_regular` for
a file that somebody names, `create` and `append` for a file of our own making.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import musicdata
import musicdata_baselines

PACKAGES = {
    "musicdata": Path(musicdata.__file__).parent,
    "musicdata_baselines": Path(musicdata_baselines.__file__).parent,
}
GATE = "musicdata/system/paths.py"

# Names of calls that open, write, move or remove something by its path, whatever they are called on.
BY_NAME = {
    "open",
    "fdopen",
    "read_bytes",
    "read_text",
    "write_bytes",
    "write_text",
    "touch",
    "unlink",
    "rename",
    "mkdir",
    "makedirs",
    "rmdir",
    "rmtree",
    "symlink_to",
    "copyfile",
    "copytree",
    "move",
    "truncate",
    "ParquetFile",
    "ParquetWriter",
    "read_table",
    "write_table",
    "open_csv",
    "memory_map",
    "OSFile",
    "ZipFile",
    "TarFile",
    "mmap",
    "read_array",
    "fromfile",
    "tofile",
    "safe_open",
    "load_file",
    "save_file",
}
# Those whose names are common, only as calls of these modules.
BY_MODULE = {
    "os": {"replace", "remove", "link", "symlink", "mkfifo"},
    "shutil": {"copy", "copy2", "copyfileobj"},
    "sqlite3": {"connect"},
    "np": {"save", "savez", "savez_compressed", "load", "loadtxt", "savetxt"},
}

# What only looks like it: an export's folder, which writes by the gate, members of an archive in memory, a pool.
NO_FILES = {
    ("folder", "open"),
    ("self", "open"),
    ("archive", "open"),
    ("executors", "open"),
    ("workspace", "write_text"),
    ("workspace", "write_bytes"),
    ("self", "write_text"),
    ("self", "write_bytes"),
}


def _is_in_memory(call: ast.Call) -> bool:
    """Say whether what is opened is made of bytes right there."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Call) and isinstance(first.func, ast.Attribute) and first.func.attr == "BytesIO"


def touches(call: ast.Call) -> str:
    """Return the name of a call that touches a file by its path; "" for another."""
    function = call.func
    if isinstance(function, ast.Name):
        return function.id if function.id in BY_NAME else ""
    if not isinstance(function, ast.Attribute):
        return ""
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if owner == "paths" or (owner, function.attr) in NO_FILES or _is_in_memory(call):
        return ""
    is_move = function.attr == "replace" and len(call.args) == 1 and not call.keywords  # a text takes two
    if function.attr in BY_NAME or function.attr in BY_MODULE.get(owner, ()) or (is_move and owner != "dataclasses"):
        return f"{owner}.{function.attr}".lstrip(".")
    return ""


def calls_in(text: str) -> set[str]:
    """Return the calls that touch files."""
    calls = {touches(node) for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)}
    return calls - {""}


def modules() -> dict[str, set[str]]:
    """Return module → its calls, of those that make any."""
    calls = {
        f"{name}/{path.relative_to(root).as_posix()}": calls_in(path.read_text("utf-8"))
        for name, root in PACKAGES.items()
        for path in sorted(root.rglob("*.py"))
    }
    return {module: names for module, names in calls.items() if names and module != GATE}


SHIPPED = "reads what is installed with the package, or with music21"
OF_GATE = "hands to a library what the gate opened, or copies, moves or removes what it has looked at"
OWN = "works in a folder of this process alone, which it made for itself: scratch, or a private one"
USERS = "makes the folder that the user names"
NO_FILE = "opens no file that anybody made: of the kernel, an object store, a descriptor that was handed over, memory"

EXCUSED: dict[str, tuple[str, set[str]]] = {
    "musicdata/api/build.py": (OF_GATE, {"path.unlink", "shutil.rmtree"}),
    "musicdata/api/logs.py": (OF_GATE, {"mkdir", "path.unlink"}),
    "musicdata/api/media.py": (USERS, {"folder.mkdir"}),
    "musicdata/api/new.py": (SHIPPED, {"path.read_text"}),
    "musicdata/api/recipes.py": (USERS, {"mkdir"}),
    "musicdata/api/view.py": (OWN, {"write_bytes"}),
    "musicdata/cli/viewing.py": (NO_FILE, {"webbrowser.open"}),
    "musicdata/definitions/cutting.py": (NO_FILE, {"stream.write_table"}),
    "musicdata/definitions/registry.py": (SHIPPED, {"path.read_text", "read_bytes"}),
    "musicdata/definitions/items.py": (OWN, {"cache.mkdir", "part.mkdir"}),
    "musicdata/engine/fetched.py": (OF_GATE, {"path.unlink", "pq.ParquetFile"}),
    "musicdata/engine/fetching/threads.py": (OWN, {"scratch.mkdir", "shutil.rmtree"}),
    "musicdata/engine/pieces.py": (OWN, {"pq.ParquetFile", "read_bytes", "shutil.rmtree"}),
    "musicdata/engine/shards.py": (OWN, {"folder.mkdir", "mkdir", "shutil.rmtree"}),
    "musicdata/engine/state.py": (OF_GATE, {"path.unlink"}),
    "musicdata/engine/worker.py": (NO_FILE, {"os.fdopen", "write_text"}),
    "musicdata/music/features/doc2vec.py": (OWN, {"folder.mkdir", "save_file", "write_text"}),
    "musicdata/music/features/vggish.py": (OF_GATE, {"safe_open"}),
    "musicdata/music/formats/triples.py": (NO_FILE, {"pq.ParquetFile"}),
    "musicdata/music/render/fonts.py": (OWN, {"path.write_text"}),
    "musicdata/music/render/lilypond.py": (OWN, {"path.read_text", "write_text"}),
    "musicdata/music/render/picture.py": (OWN, {"Image.open"}),
    "musicdata/music/render/score.py": (SHIPPED, {"read_text"}),
    "musicdata/music/render/timidity.py": (OWN, {"symlink_to", "wave.open", "write_bytes", "write_text"}),
    "musicdata/release/exports/__init__.py": (OF_GATE, {"path.unlink", "shutil.rmtree"}),
    "musicdata/release/exports/lhotse.py": (OF_GATE, {"gzip.open"}),
    "musicdata/release/exports/mirdata.py": (SHIPPED, {"_TEMPLATE.read_text"}),
    "musicdata/release/exports/musictm.py": (OF_GATE, {"_README.read_text", "read_array"}),
    "musicdata/release/exports/tabular.py": (OF_GATE, {"open_csv", "write_table"}),
    "musicdata/release/exports/webdataset.py": (OF_GATE, {"tarfile.TarFile", "tarfile.open"}),
    "musicdata/release/making/freeze.py": (OF_GATE, {"shutil.rmtree"}),
    "musicdata/release/making/staging.py": (OF_GATE, {"shutil.rmtree", "unlink"}),
    "musicdata/release/publish/fetch.py": (OF_GATE, {"path.rmdir", "path.unlink"}),
    "musicdata/release/publish/publications.py": (OF_GATE, {"left.unlink"}),
    "musicdata/release/publish/source.py": (NO_FILE, {"open", "part.unlink"}),
    "musicdata/release/publish/store.py": (NO_FILE, {"open"}),
    "musicdata/release/reading/reader.py": (OF_GATE, {"pq.read_table"}),
    "musicdata/release/record/files.py": (OF_GATE, {"pq.ParquetFile"}),
    "musicdata/release/removal/absence.py": (OF_GATE, {"gzip.open", "mmap.mmap", "tarfile.open"}),
    "musicdata/release/removal/takedown.py": (OF_GATE, {"shutil.copyfileobj"}),
    "musicdata/release/sharing/proof.py": (OF_GATE, {"read_text"}),
    "musicdata/release/sharing/redaction.py": (OF_GATE, {"read_text"}),
    "musicdata/settings/service.py": (SHIPPED, {"path.read_text"}),
    "musicdata/sources/acousticbrainz/sorted_runs.py": (OWN, {"run.unlink", "stream.write_table"}),
    "musicdata/sources/albums/archive.py": (OF_GATE, {"zipfile.ZipFile"}),
    "musicdata/sources/albums/files.py": (OF_GATE, {"zipped.open"}),
    "musicdata/sources/lrclib_dump.py": (OF_GATE, {"sqlite3.connect"}),
    "musicdata/sources/tabular/parquet_file.py": (OF_GATE, {"pq.ParquetFile"}),
    "musicdata/sources/music21_corpus.py": (SHIPPED, {"file.read_bytes"}),
    "musicdata/sources/videos/child.py": (OWN, {"open", "os.fdopen", "path.write_bytes", "script.write_text"}),
    "musicdata/sources/videos/process.py": (SHIPPED, {"written.read_text"}),
    "musicdata/stages/fetch/clips.py": (OWN, {"path.write_bytes"}),
    "musicdata/system/cage.py": (NO_FILE, {"os.open"}),
    "musicdata/system/memory.py": (
        NO_FILE,
        {"_MEMINFO.read_text", "_OWN_GROUP.read_text", "file.read_text", "read_text"},
    ),
    "musicdata/system/files.py": (
        OF_GATE,
        {
            "mkdir",
            "os.link",
            "os.open",
            "path.unlink",
            "shutil.copyfileobj",
            "shutil.rmtree",
            "temporary.replace",
            "temporary.unlink",
            "written.replace",
        },
    ),
    "musicdata/system/http/client.py": (OF_GATE, {"unlink"}),
    "musicdata/system/http/resumable.py": (OF_GATE, {"file.truncate", "unlink"}),
    "musicdata/web/answers.py": (SHIPPED, {"file.read_bytes"}),
    "musicdata/workspace/folder.py": (
        OF_GATE,
        {"folder.mkdir", "folder.rmdir", "path.unlink", "shutil.rmtree", "unlink"},
    ),
    "musicdata/workspace/ledger.py": (OF_GATE, {"mkdir", "sqlite3.connect"}),
    "musicdata/workspace/parts.py": (
        OF_GATE,
        {"mkdir", "pq.ParquetFile", "pq.ParquetWriter", "pq.read_table", "write_table"},
    ),
    "musicdata/twin/albums/dumps.py": (NO_FILE, {"zipfile.ZipFile"}),
    "musicdata/twin/files.py": (SHIPPED, {"cache_folder.mkdir", "module.read_bytes"}),
    "musicdata_baselines/deep/captioning/checkpoint.py": (OF_GATE, {"unlink"}),
    "musicdata_baselines/models.py": (USERS, {"folder.mkdir"}),
    "musicdata_baselines/report/storing.py": (OF_GATE, {"temporary.unlink"}),
    "musicdata_baselines/suites/text_search/searching/index.py": (OF_GATE, {"shutil.rmtree"}),
    "musicdata_baselines/report/paper_table.py": (SHIPPED, {"read_text"}),
    "musicdata_baselines/suites/paired_views/report/paper_tables.py": (SHIPPED, {"read_text"}),
    "musicdata_baselines/suites/text_search/report/paper_system.py": (SHIPPED, {"read_text"}),
}


def test_every_file_goes_through_the_gate() -> None:
    excused = {module: names for module, (_, names) in EXCUSED.items()}
    calls = modules()
    assert {m: names - excused.get(m, set()) for m, names in calls.items() if names - excused.get(m, set())} == {}
    assert {m: names - calls.get(m, set()) for m, names in excused.items() if names - calls.get(m, set())} == {}


@pytest.mark.parametrize("module", [module for module, (reason, _) in EXCUSED.items() if reason == OF_GATE])
def test_who_says_that_the_gate_has_looked_uses_it(module: str) -> None:
    name, _, path = module.partition("/")
    text = (PACKAGES[name] / path).read_text("utf-8")
    uses = ("paths.", "opened(", "files.", "ResumableFile", "workspace.", "write_whole(", ".document(", "staging(")
    assert any(use in text for use in uses)


@pytest.mark.parametrize(
    ("line", "call"),
    [
        ("open(x)", "open"),
        ("path.open('rb')", "path.open"),
        ("(root / name).read_bytes()", "read_bytes"),
        ("root.joinpath(name).write_text(t)", "write_text"),
        ("pq.read_table(path)", "pq.read_table"),
        ("os.replace(a, b)", "os.replace"),
        ("part.replace(path)", "part.replace"),
        ("shutil.rmtree(folder)", "shutil.rmtree"),
        ("tarfile.open(path)", "tarfile.open"),
        ("sqlite3.connect(uri)", "sqlite3.connect"),
        ("np.load(path)", "np.load"),
    ],
)
def test_a_call_that_touches_a_file_is_seen(line: str, call: str) -> None:
    assert calls_in(line) == {call}


@pytest.mark.parametrize(
    "line",
    [
        "text.replace('a', 'b')",
        "paths.open_regular(path)",
        "paths.create(path)",
        "dataclasses.replace(a, b=1)",
        "dataclasses.replace(a)",
        "connection.connect(x)",
        "index.copy(x)",
    ],
)
def test_what_touches_no_file_is_not(line: str) -> None:
    assert calls_in(line) == set()


def test_nobody_joins_paths_by_text() -> None:
    """`os.path` has its own ways into a folder; paths are joined by `inside` or by pathlib, where this page sees them."""
    joins = {
        f"{name}/{path.relative_to(root).as_posix()}"
        for name, root in PACKAGES.items()
        for path in root.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("join", "joinpath")
        if isinstance(node.value, ast.Attribute) and node.value.attr == "path"
    }
    assert joins == set()
