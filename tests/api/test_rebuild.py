"""A stranger who has the songs proves what a release was made of."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import musicdata
from musicdata.api import releases
from musicdata.api.rebuild import rebuild
from musicdata.definitions import plugins
from musicdata.errors import IntegrityError, UsageError
from tests.faults import harness
from tests.release.verify.test_provenance import both, recipe, recorded
from tests.songs import write_song
from tests.windows import Windows

PLUGIN = """
import pathlib
pathlib.Path(__file__).with_name("imported").touch()
from musicdata.definitions.stage import Parameters, Shard, Stage

class Count(Parameters):
    add: int = 0

def cut(parameters, inputs):
    yield Shard("", "\U0010ffff", 1, inputs.digest("songs"))

def run(parameters, task):
    for row in task.inputs.read("songs", ["song_id"]).to_pylist():
        task.sink.write("counts", {"song_id": [row["song_id"]], "letters": [len(row["song_id"]) + parameters.add]})

STAGE = Stage(
    name="count", version=1, verb="counts", inputs=("songs",), outputs=("counts",), parameters=Count, run=run, cut=cut
)
"""


def test_the_content_root_comes_out_again_from_the_same_songs(windows: Windows, tmp_path: Path) -> None:
    songs = shutil.copytree(windows.songs, tmp_path / "elsewhere")
    made = rebuild(windows.release, input=songs, work=tmp_path / "w", workers=1)
    assert made.is_same
    assert made.content_root == made.again == musicdata.load(windows.release).record.content_root
    assert made.first is None
    kept = musicdata.open_work(tmp_path / "w")
    assert kept.recipe.steps[2].parameters.model_dump()["notes"] == 10
    again = rebuild(windows.release, input=songs, work=tmp_path / "w", workers=1)  # goes on from what is there
    assert again.is_same


def test_what_was_taken_down_is_left_out(windows: Windows, tmp_path: Path) -> None:
    song = next(musicdata.load(windows.release).rows("samples"))["song_id"]
    releases.takedown(windows.release, [song], reason="asked for", out=tmp_path / "1.0.1")
    assert musicdata.load(tmp_path / "1.0.1").record.content_root != musicdata.load(windows.release).record.content_root
    assert rebuild(tmp_path / "1.0.1", input=windows.songs, workers=1).is_same


@pytest.mark.parametrize("view", ["features", "ids"])
def test_a_view_is_proved_as_well(view: str, windows: Windows, tmp_path: Path) -> None:
    releases.export(windows.release, view, tmp_path / view)
    assert rebuild(tmp_path / view, input=windows.songs, workers=1).is_same


def test_other_songs_are_told_from_the_first_table_on(windows: Windows, tmp_path: Path) -> None:
    songs = shutil.copytree(windows.songs, tmp_path / "songs")
    write_song(min(songs.iterdir()), 999, n_notes=20)
    command = ["release", "rebuild", str(windows.release), "--input", str(songs), "--workers", "1", "--json"]
    done = harness.run([*harness.COMMAND, *command, "--out", str(tmp_path / "out")])
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert told["same"] is False
    assert (told["first"]["table"], told["first"]["stage"]) == ("songs", "ingest.songs")
    assert told["first"]["causes"][0].startswith("the files that were read are others: 6 with sha256 ")
    differing = releases.diff(windows.release, tmp_path / "out")
    assert not differing.tables["songs"].is_same
    gate = musicdata.load(tmp_path / "out").record.gate
    assert gate is not None
    assert "the gate was not asked" in gate.reason


def test_parameters_that_were_not_those_of_the_making_are_found_out(windows: Windows, tmp_path: Path) -> None:
    root = shutil.copytree(windows.release, tmp_path / "release")
    both(recipe("\nstride = 20", "\nstride = 5"), recorded("window", stride=5))(root)
    assert releases.verify(root) == []  # nothing in the rows says how far apart windows begin
    made = rebuild(root, input=windows.songs, workers=1)
    assert not made.is_same
    assert made.first is not None
    assert (made.first.stage, made.first.table) == ("window", "samples")


def test_a_release_that_is_not_whole_is_not_built(windows: Windows, tmp_path: Path) -> None:
    root = shutil.copytree(windows.release, tmp_path / "release")
    (root / "README.md").write_text("other", "utf-8")
    with pytest.raises(IntegrityError, match=r"is not .*README\.md"):
        rebuild(root, input=windows.songs, work=tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_no_path_of_a_foreign_recipe_is_followed(windows: Windows, tmp_path: Path) -> None:
    root = shutil.copytree(windows.release, tmp_path / "release")
    recipe('input = ""', f'input = "{windows.songs}"')(root)
    assert releases.verify(root) == []
    with pytest.raises(UsageError, match="--input"):
        rebuild(root, work=tmp_path / "w")
    assert not (tmp_path / "w").exists()


def test_only_where_input_lies_can_be_set(windows: Windows, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"was made with window\.notes = 10, not 5"):
        rebuild(windows.release, input=windows.songs, overrides=["window.notes=5"], work=tmp_path / "w")
    with pytest.raises(UsageError, match="is another workspace"):
        rebuild(windows.release, input=windows.songs, work=windows.work)
    assert not (tmp_path / "w").exists()


def test_plug_ins_of_a_release_are_imported_only_if_the_user_gives_them(windows: Windows, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    (folder / "manifests").mkdir(parents=True)
    (folder / "counting.py").write_text(PLUGIN, "utf-8")
    columns = "".join(
        f'[[column]]\nname = "{name}"\ntype = "{kind}"\ndescription = "It."\n'
        for name, kind in (("song_id", "string"), ("letters", "int32"))
    )
    text = '[table]\nname = "counts"\ndescription = "Counts."\nkey = ["song_id"]\nreferences = { song_id = "songs" }\n'
    (folder / "manifests" / "counts.toml").write_text(text + columns, "utf-8")
    own = Path(windows.recipe).read_text("utf-8").replace("[release]", '[[stage]]\nuse = "count"\nadd = 2\n\n[release]')
    own = own.replace("[options]", '[plugins]\nmodules = ["counting.py"]\n[options]')
    (folder / "part.toml").write_text(own, "utf-8")
    work = musicdata.build(str(folder / "part.toml"), input=windows.songs, work=tmp_path / "work", workers=1).root
    releases.build(work, tmp_path / "release", version="1.0.0")
    plugins.activate(plugins.Plugins())
    (folder / "imported").unlink()
    command = ["release", "rebuild", str(tmp_path / "release"), "--input", str(windows.songs), "--workers", "1"]
    done = harness.run([*harness.COMMAND, *command])
    assert done.returncode == 2
    assert "plug-in counting.py: read what it does, then give it by musicdata --plugin FILE" in done.stderr
    assert not (folder / "imported").exists()
    done = harness.run([*harness.COMMAND, "--plugin", str(folder / "counting.py"), *command])
    assert done.returncode == 0, done.stderr
    assert "✓ part@1.0.0 comes out again" in done.stdout
    with (folder / "counting.py").open("a", encoding="utf-8") as file:
        file.write("# changed, and nothing of what it does\n")
    done = harness.run([*harness.COMMAND, "--plugin", str(folder / "counting.py"), *command])
    assert done.returncode == 0, done.stderr
    assert "though plug-in counting.py" in done.stdout
