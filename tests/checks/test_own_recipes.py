"""A recipe of somebody's own is checked by what it has: no table that it does not make is missed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import musicdata
from musicdata.api.build import run_recipe
from musicdata.definitions import recipe as recipes
from musicdata.errors import RecipeError
from musicdata.release.making.freeze import freeze
from musicdata.release.reading.release import open_release
from musicdata.release.verify.check import check as check_release
from musicdata.twin import Population, Twin
from musicdata.workspace.folder import Workspace
from tests.recipes import TO_WINDOWS, write_recipe
from tests.tampering import change_value, rewrite

OF_CLIPS = [
    "rows fit their contracts",
    "keys are unique and in order",
    "references lead somewhere",
    "split is the same in every table",
    "no group is in two splits",
    "every sample has its notes",
    "sound is as its row says",
]


@pytest.fixture(scope="module")
def clips(songs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished workspace of windows as sound, without pages and alignment; read it, never change it."""
    folder = tmp_path_factory.mktemp("clips")
    path = Path(write_recipe(folder, *TO_WINDOWS, "render_audio", name="clips"))
    path.write_text(f'{path.read_text("utf-8")}\n[release]\ncomplete = "audio"\n', "utf-8")
    return musicdata.build(str(path), input=songs, limit=4, work=folder / "work").root


def test_windows_as_sound_pass_every_check_that_has_its_tables(clips: Path) -> None:
    report = musicdata.check(clips)
    assert report.findings == []
    assert report.passed == [
        "every part is whole and no file is astray",
        *OF_CLIPS,
        "the build has come to its end",
    ]


def test_windows_as_sound_are_released_and_the_release_passes(clips: Path, tmp_path: Path) -> None:
    record = freeze(clips, tmp_path / "release", version="1.0.0")
    samples = musicdata.open_work(clips).table("samples", ["sample_id"])
    assert sum(record.tables["audio"].rows.values()) == len(samples) > 0
    report = check_release(open_release(tmp_path / "release"))
    assert report.findings == []
    assert report.passed == ["every file is whole and as the record says", *OF_CLIPS]


def longer(value: object) -> object:
    assert isinstance(value, int)
    return value + 1


FAULTS: dict[str, tuple[Callable[[Path], None], str, str]] = {
    "a note lost": (
        lambda w: rewrite(w, "notes", lambda rows: rows.slice(0, len(rows) - 1)), "every sample has its notes", "19 of 20"
    ),
    "a sample nobody knows": (
        lambda w: change_value(w, "audio", "sample_id", -1, lambda value: f"{value}9"),
        "references lead somewhere", "not in samples",
    ),
    "a longer sound than was written": (
        lambda w: change_value(w, "audio", "n_samples", 0, longer), "sound is as its row says", "its audio is"
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_by_its_check(fault: str, clips: Path, tmp_path: Path) -> None:
    spoil, check, message = FAULTS[fault]
    work = shutil.copytree(clips, tmp_path / "work")
    spoil(work)
    found = [f"{finding.check}: {finding.message}" for finding in musicdata.check(work).findings]
    assert any(text.startswith(check) and message in text for text in found), found


def test_lists_of_tracks_pass_every_check_that_has_its_tables(tmp_path: Path) -> None:
    path = Path(
        write_recipe(tmp_path, "find_playlists", "list_tracks", name="lists", find_playlists="seeds = { sad = 'sad' }")
    )
    path.write_text(f"{path.read_text('utf-8')}\n[crawl.budgets]\nspotify = {{}}\n", "utf-8")
    workspace = Workspace(tmp_path / "work")
    with Twin(Population(60, n_moods=20)) as twin, workspace.hold("tests"):
        run_recipe(recipes.load(str(path)), workspace, "crawl", workers=1, services=twin.services())
    assert len(musicdata.open_work(workspace.root).table("listings")) > 0
    report = musicdata.check(workspace.root)
    assert report.findings == []
    assert report.passed == [
        "every part is whole and no file is astray",
        "the ledger is whole",
        "rows fit their contracts",
        "keys are unique and in order",
        "references lead somewhere",
        "the build has come to its end",
    ]


PLUGIN = """
from musicdata.definitions.check import Check

def check_tempo(reader):
    for row in reader.read("samples", ["sample_id", "tempo_bpm"]).to_pylist():
        if row["tempo_bpm"] != 120:
            yield "samples", f"sample {row['sample_id']}: {row['tempo_bpm']:g} bpm"

def check_nothing(reader):
    raise KeyError("a column of mine")
    yield

CHECKS = (
    Check("every window has 120 bpm", check_tempo, needs=("samples",)),
    Check("reviews are polite", check_nothing, needs=("samples", "reviews")),
)
"""


@pytest.fixture
def with_plugin(clips: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of the workspace whose recipe names a plug-in of this text."""

    def copy(text: str) -> Path:
        work = shutil.copytree(clips, tmp_path / "work")
        (tmp_path / "my_checks.py").write_text(text, "utf-8")
        recipe = (work / "recipe.toml").read_text("utf-8")
        (work / "recipe.toml").write_text(f'{recipe}\n[plugins]\nmodules = ["{tmp_path / "my_checks.py"}"]\n', "utf-8")
        return work

    return copy


def test_a_check_of_a_plugin_runs_where_its_tables_are(with_plugin: Callable[[str], Path]) -> None:
    work = with_plugin(PLUGIN)
    report = musicdata.check(work)
    assert report.findings == []
    assert "every window has 120 bpm" in report.passed
    assert "reviews are polite" not in report.passed
    change_value(work, "samples", "tempo_bpm", 0, lambda _: 60.0)
    (finding,) = musicdata.check(work).findings
    assert (finding.check, finding.table) == ("every window has 120 bpm", "samples")
    assert finding.message.endswith(": 60 bpm")


def test_a_check_that_breaks_down_has_not_passed(with_plugin: Callable[[str], Path]) -> None:
    (finding,) = musicdata.check(with_plugin(PLUGIN.replace('("samples", "reviews")', '("samples",)'))).findings
    assert finding.check == "reviews are polite"
    assert finding.message == "could not be looked at: KeyError: 'a column of mine'"


def test_a_check_of_a_name_that_we_have_is_refused(with_plugin: Callable[[str], Path]) -> None:
    work = with_plugin(PLUGIN.replace("every window has 120 bpm", "references lead somewhere"))
    with pytest.raises(RecipeError, match=r"two checks are called 'references lead somewhere'.*my_checks\.py"):
        musicdata.check(work)


def test_features_of_a_table_of_ones_own_that_completes_samples(clips: Path, tmp_path: Path) -> None:
    """The contracts are those of a plug-in: which table completes samples is read from them, not from its name."""
    work = shutil.copytree(clips, tmp_path / "work")
    stage, folder = "made_up", tmp_path / "manifests"
    folder.mkdir()
    (folder / "whole.toml").write_text(
        CONTRACT.format(name="whole", more='completes = "sample_id"', to="samples"), "utf-8"
    )
    (folder / "colours.toml").write_text(CONTRACT.format(name="colours", more="", to="whole"), "utf-8")
    (tmp_path / "mine.py").write_text(STAGE, "utf-8")
    recipe = (work / "recipe.toml").read_text("utf-8")
    plugins = f'[plugins]\nmodules = ["{tmp_path / "mine.py"}"]\nmanifests = "{folder}"\n'
    path = tmp_path / "mine.toml"
    path.write_text(f'{recipe}\n{plugins}[[stage]]\nuse = "{stage}"\n', "utf-8")
    musicdata.build(str(path), work=work, change=True)
    name = "features are of every complete sample, by one extractor"
    assert name in musicdata.check(work).passed
    rewrite(work, "colours", lambda rows: rows.slice(1))
    change_value(work, "colours", "extractor", 0, lambda _: "another")
    found = [finding.message for finding in musicdata.check(work).findings if finding.check == name]
    assert [message.split(",")[0] for message in found] == [
        "1 complete samples have no row",
        "rows differ in extractor: another",
    ]


CONTRACT = """
[table]
name = "{name}"
description = "A row a sample."
key = ["sample_id"]
references = {{ sample_id = "{to}" }}
{more}

[[column]]
name = "sample_id"
type = "string"
description = "Sample."

[[column]]
name = "extractor"
type = "string"
description = "What it was made with."
"""
STAGE = """
from musicdata.definitions.cutting import by_key
from musicdata.definitions.stage import Parameters, Stage

def run(parameters, task):
    ids = task.inputs.read("samples", ["sample_id"], task.shard.first, task.shard.last)["sample_id"].to_pylist()
    for table in ("whole", "colours"):
        task.sink.write(table, {"sample_id": ids, "extractor": ["one"] * len(ids)})

STAGE = Stage(
    name="made_up", version=1, verb="makes up", inputs=("samples",), outputs=("whole", "colours"), parameters=Parameters,
    run=run, cut=lambda parameters, inputs: by_key(inputs, {"samples": ["sample_id"]}, 1000),
)
"""
