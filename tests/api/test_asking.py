"""A workspace remembers what it was asked for; what is refused leaves no trace in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import musicdata
from musicdata.api.asking import ask, override_texts
from musicdata.definitions.options import Given
from musicdata.definitions.shipped import files as shipped_files
from musicdata.errors import MusicdataError, RefusedError, UsageError, WorkspaceHeldError
from tests.songs import write_song
from tests.trees import digests
from tests.windows import RELEASE, Windows


def built(work: musicdata.Work) -> Sequence[str]:
    return [stage.stage for stage in work.stages if stage.built]


def whole(root: Path) -> dict[str, str]:
    """Return the digest of every file of a workspace, the lock too."""
    return digests(root, ".")


def test_a_workspace_goes_on_with_its_own_recipe_input_and_settings(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = windows.copy(tmp_path)
    before = (work / "recipe.toml").read_bytes()
    monkeypatch.chdir(tmp_path)  # nothing of it depends on where the next command is run
    for again in ({"work": work}, {"name": windows.recipe, "work": work}):
        assert built(musicdata.build(**again, workers=1)) == []
        assert (work / "recipe.toml").read_bytes() == before


def test_a_relative_input_holds_from_another_folder(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(windows.songs, tmp_path / "songs")
    monkeypatch.chdir(tmp_path)
    for given, overrides in ((Given(input="songs"), ()), (Given(), ("ingest.songs.input=songs",))):
        asked = ask(windows.recipe, "w", given, overrides)
        assert asked.settings == {"ingest.songs.input": str(tmp_path / "songs")}


def test_a_folder_of_sound_is_kept_as_an_input_is(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    recipe = tmp_path / "sung.toml"
    text = Path(windows.recipe).read_text("utf-8")
    recipe.write_text(text.replace("[options]\n", '[options]\naudio = ["ingest.songs.input"]\n'), "utf-8")
    asked = ask(str(recipe), "w", Given(audio="sound"))
    assert asked.settings == {"ingest.songs.input": str(tmp_path / "sound")}
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "recipe.toml").write_text(asked.text(), "utf-8")
    for again in (ask(None, "w"), ask(str(recipe), "w")):
        assert again.recipe.steps[0].parameters.model_dump()["input"] == str(tmp_path / "sound")
    shutil.copytree(windows.songs, tmp_path / "songs")
    musicdata.build(str(recipe), audio="songs", work="v", workers=1)
    write_song(tmp_path / "sound" / "other.csv", 7, n_notes=20)
    with pytest.raises(RefusedError, match=r"ingest\.songs\.input .*songs → .*sound"):
        musicdata.build(work="v", audio="sound")
    assert "→ " in musicdata.plan(work="v", audio="sound").changes


@pytest.mark.parametrize(
    ("asks", "says"),
    [
        ({"overrides": ["window.notes=16"]}, "window.notes 10 → 16; rebuilt would be: window, rights"),
        ({"overrides": ["window.split.by=sample_id"]}, "window.split.by group_id → sample_id"),
        ({"overrides": ["window.split={train=0.5,valid=0.25,test=0.25}"]}, "window.split.train 0.7 → 0.5"),
        ({"limit": 3}, "ingest.songs.limit 0 → 3; rebuilt would be: ingest.songs, group, window, rights"),
        ({"seed": 3}, "window.split.seed 0 → 3"),
        ({"input": "corpus:music21"}, "songs → corpus:music21; rebuilt would be: ingest.songs"),
        ({"overrides": ["window.notes=16", "window.stride=5"]}, "window.notes 10 → 16, window.stride 20 → 5"),
    ],
)
@pytest.mark.parametrize("names_the_recipe", [True, False])
def test_what_would_change_a_workspace_is_told_and_refused(
    asks: dict[str, Any], says: str, names_the_recipe: bool, windows: Windows, tmp_path: Path
) -> None:
    work = windows.copy(tmp_path)
    before = whole(work)
    name = windows.recipe if names_the_recipe else None
    with pytest.raises(RefusedError) as caught:
        musicdata.build(name, work=work, **asks)
    assert says in str(caught.value)
    assert f"--change; to go on as before: musicdata build --work {work}" in str(caught.value)
    assert caught.value.exit_code == 4
    assert whole(work) == before
    assert says.partition(";")[0] in musicdata.plan(name, work=work, **asks).changes
    assert whole(work) == before


def test_a_change_that_is_wanted_is_made_and_kept(windows: Windows, tmp_path: Path) -> None:
    work = windows.copy(tmp_path)
    changed = musicdata.build(work=work, overrides=["window.notes=5"], change=True, workers=1)
    assert built(changed) == ["window", "rights"]
    assert built(musicdata.build(windows.recipe, work=work, workers=1)) == []
    with pytest.raises(RefusedError, match="notes 5 → 10"):
        musicdata.build(windows.recipe, work=work, overrides=["window.notes=10"])


def test_a_name_and_a_title_change_no_table_and_are_kept(windows: Windows, tmp_path: Path) -> None:
    work = windows.copy(tmp_path)
    named = ["dataset.name=mine", "dataset.title=My songs"]
    assert built(musicdata.build(work=work, overrides=named, workers=1)) == []
    assert built(musicdata.build(windows.recipe, work=work, overrides={"release.licence": "MIT"}, workers=1)) == []
    recipe = musicdata.open_work(work).recipe
    assert recipe.release is not None
    assert (recipe.dataset.name, recipe.dataset.title, recipe.release.licence) == ("mine", "My songs", "MIT")
    asked = ask(windows.recipe, work)
    assert asked.settings.items() >= {"dataset.name": "mine", "release.licence": "MIT"}.items()


def test_a_data_set_of_another_name_lies_in_a_folder_of_that_name(
    windows: Windows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert ask(windows.recipe, overrides=["dataset.name=mine"]).workspace.root == Path("musicdata-work/mine")


def test_an_option_wins_over_what_was_set_before(windows: Windows, tmp_path: Path) -> None:
    work = windows.copy(tmp_path)
    first = ask(None, work, overrides=["ingest.songs.limit=5"])
    (work / "recipe.toml").write_text(first.text(), "utf-8")
    for name in (None, windows.recipe):
        asked = ask(name, work, Given(limit=2))
        assert asked.settings["ingest.songs.limit"] == 2
        assert asked.recipe.steps[0].parameters.model_dump()["limit"] == 2
        assert asked.settings["window.notes"] == 10


@pytest.mark.long
def test_an_edited_recipe_is_followed_and_keeps_the_settings(windows: Windows, tmp_path: Path) -> None:
    recipe = Path(shutil.copy(windows.recipe, tmp_path))
    work = musicdata.build(
        str(recipe), input=windows.songs, work=tmp_path / "w", overrides=["window.notes=10"], workers=1
    ).root
    recipe.write_text(recipe.read_text("utf-8").replace('use = "window"', 'use = "window"\nstride = 10'), "utf-8")
    again = musicdata.build(str(recipe), work=work, workers=1)
    assert built(again) == ["window", "rights"]
    parameters = again.recipe.steps[2].parameters.model_dump()
    assert (parameters["notes"], parameters["stride"]) == (10, 10)


def test_another_recipe_of_the_same_data_set_is_a_change(windows: Windows, tmp_path: Path) -> None:
    work, other = windows.copy(tmp_path), tmp_path / "other.toml"
    text = Path(windows.recipe).read_text("utf-8").replace(RELEASE, "")
    rights = '[[stage]]\nuse = "rights"\n'
    other.write_text(text.replace(rights, ""), "utf-8")
    with pytest.raises(RefusedError, match="rights is left out; rebuilt would be: nothing"):
        musicdata.build(str(other), work=work)
    other.write_text(text.replace(rights, rights + '[[stage]]\nuse = "render_audio"\n'), "utf-8")
    with pytest.raises(RefusedError, match="render_audio is added; rebuilt would be: nothing"):
        musicdata.build(str(other), work=work)
    other.write_text(text, "utf-8")
    assert built(musicdata.build(str(other), work=work, workers=1)) == []  # another file, and all the same


def test_input_that_moved_is_the_same_and_other_input_in_its_place_is_built(windows: Windows, tmp_path: Path) -> None:
    work, moved = windows.copy(tmp_path), shutil.copytree(windows.songs, tmp_path / "moved")
    assert built(musicdata.build(windows.recipe, input=moved, work=work, workers=1)) == []
    write_song(moved / "added.csv", 100, n_notes=20)
    assert "ingest.songs" in built(musicdata.build(work=work, workers=1))  # nobody asked for anything else


@pytest.mark.parametrize("damage", [b"", b"not TOML [", b"\xff\xfe"])
def test_without_its_recipe_a_workspace_says_what_its_tables_were_made_with(
    damage: bytes, windows: Windows, tmp_path: Path
) -> None:
    work = windows.copy(tmp_path)
    (work / "recipe.toml").write_bytes(damage)
    with pytest.raises(RefusedError, match=r"reads other input than .*window.notes 10 → 20"):
        musicdata.build(windows.recipe, work=work)
    with pytest.raises(UsageError, match="holds part, not musictm"):
        musicdata.build("musictm", work=work, input=windows.songs)
    again = musicdata.build(windows.recipe, input=windows.songs, work=work, overrides=["window.notes=10"], workers=1)
    assert built(again) == []
    assert built(musicdata.build(work=work, workers=1)) == []


def test_a_workspace_of_an_earlier_version_keeps_what_its_recipe_says(windows: Windows, tmp_path: Path) -> None:
    work = windows.copy(tmp_path)
    text = (work / "recipe.toml").read_text("utf-8")
    (work / "recipe.toml").write_text(text[: text.index("[asked]")], "utf-8")
    with pytest.raises(RefusedError, match=r"window\.notes 10 → 20"):
        musicdata.build(windows.recipe, input=windows.songs, work=work)
    assert built(musicdata.build(work=work, workers=1)) == []


REFUSED: dict[str, tuple[Callable[[Windows, Path], object], int]] = {
    "no such input": (lambda w, work: musicdata.build(w.recipe, input="/nowhere", work=work), 2),
    "no such input, though a change is wanted": (lambda _, work: musicdata.build(work=work, input="no", change=True), 2),
    "an input without songs": (lambda w, work: musicdata.build(w.recipe, input=w.root / "part.toml", work=work), 2),
    "a value of the wrong type": (lambda w, work: musicdata.build(w.recipe, work=work, overrides=["window.notes=no"]), 2),
    "a value out of range": (lambda _, work: musicdata.build(work=work, overrides=["window.notes=-1"], change=True), 2),
    "no such key": (lambda w, work: musicdata.build(w.recipe, work=work, overrides=["window.nots=1"]), 2),
    "no such stage": (lambda w, work: musicdata.build(w.recipe, work=work, overrides=["windows.notes=1"]), 2),
    "no such recipe": (lambda _, work: musicdata.build("musictn", work=work), 2),
    "another data set": (lambda w, work: musicdata.build("musictm", work=work, input=w.songs, change=True), 2),
    "no such file of rights": (
        lambda w, work: musicdata.build(w.recipe, work=work, overrides=["rights.overrides=none.csv"], change=True), 2
    ),
    "a file of rights with a wrong row": (
        lambda w, work: musicdata.build(work=work, overrides=[f"rights.overrides={w.recipe}"], change=True), 2
    ),
    "a recipe that is crawled": (lambda _, work: musicdata.build("spotify-moods", work=work), 2),
    "a build where a crawl is meant": (lambda w, work: musicdata.crawl(w.recipe, work=work), 2),
    "a crawl without a recipe of one": (lambda _, work: musicdata.crawl(work=work), 2),
    "a retry of what was not crawled": (lambda _, work: musicdata.retry(work), 2),
    "other settings": (lambda _, work: musicdata.build(work=work, overrides=["window.notes=3"]), 4),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_leaves_no_trace(name: str, windows: Windows, tmp_path: Path) -> None:
    command, code = REFUSED[name]
    work, nowhere = windows.copy(tmp_path), tmp_path / "new" / "folder"
    before = whole(work)
    with pytest.raises(MusicdataError) as caught:
        command(windows, work)
    assert caught.value.exit_code == code
    assert whole(work) == before
    if name not in ("other settings", "another data set"):  # than of a workspace that is there
        with pytest.raises(MusicdataError):
            command(windows, nowhere)
    assert not (tmp_path / "new").exists()


def test_a_crawl_whose_terms_are_not_accepted_leaves_no_trace(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="--accept-terms"):
        musicdata.crawl("spotify-moods", work=tmp_path / "w")
    assert list(tmp_path.iterdir()) == []


def test_a_recipe_that_another_process_changed_meanwhile_is_not_overwritten(windows: Windows, tmp_path: Path) -> None:
    work = windows.copy(tmp_path)
    asked = ask(None, work)
    asked.require_unchanged()
    (work / "recipe.toml").write_text(asked.text() + "# changed", "utf-8")
    with pytest.raises(WorkspaceHeldError, match="at this very moment"):
        asked.require_unchanged()


def test_neither_a_recipe_nor_a_workspace_is_a_question() -> None:
    with pytest.raises(UsageError, match="which recipe"):
        musicdata.build()


def test_overrides_may_be_a_dict_and_a_recipe_a_path(tmp_path: Path) -> None:
    shipped = shipped_files("pipelines")["musictm"]
    texts = ["window.notes=16", 'ingest.songs.language="de"', "render_sheet.dpi=150"]
    as_texts = ask("musictm", tmp_path / "a", overrides=texts)
    values = {"window.notes": 16, "ingest.songs.language": "de", "render_sheet.dpi": 150}
    assert override_texts(values) == texts
    assert ask(Path(shipped), tmp_path / "b", overrides=values).recipe.steps == as_texts.recipe.steps
