from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from musicdata.definitions import recipe
from musicdata.definitions.options import Given
from musicdata.definitions.recipe import Recipe
from musicdata.errors import RecipeError, UsageError
from tests.recipes import TO_WINDOWS

HEAD = '[dataset]\nname = "x"\ntitle = "x"\nmodalities = []\n'


def write(folder: Path, options: str, stages: tuple[str, ...] = TO_WINDOWS) -> str:
    path = folder / "r.toml"
    path.write_text(HEAD + options + "".join(f'[[stage]]\nuse = "{stage}"\n' for stage in stages), "utf-8")
    return str(path)


def resolve(name: str, overrides: Sequence[str] = (), **given: Any) -> Recipe:
    return recipe.load(name, overrides, given=Given(**given))


def value(resolved: Recipe, key: str) -> Any:
    """Return what `stage.key` is set to."""
    step = max((s for s in resolved.steps if key.startswith(f"{s.stage.name}.")), key=lambda s: len(s.stage.name))
    found: Any = step.parameters
    for part in key.removeprefix(f"{step.stage.name}.").split("."):
        found = getattr(found, part)
    return found


def test_options_of_musictm_set_what_they_always_set(tmp_path: Path) -> None:
    resolved = resolve("musictm", input=tmp_path / "songs", limit=7, seed=3)
    assert value(resolved, "ingest.songs.input") == str(tmp_path / "songs")
    assert value(resolved, "ingest.songs.limit") == 7
    assert value(resolved, "window.split.seed") == 3


def test_options_of_spotify_moods_set_what_they_always_set(tmp_path: Path) -> None:
    resolved = resolve("spotify-moods", input=tmp_path / "lists", limit=5, seed=3, twin=True)
    assert value(resolved, "find_playlists.mode") == "import"
    lists = str(tmp_path / "lists")
    assert value(resolved, "find_playlists.input") == value(resolved, "list_tracks.input") == lists
    # a limit of 5 pairs asks for 7 videos (6.5 rounded up) and 9 words (5 × 1.8, exactly)
    keys = ("pair.per_mood", "find_videos.per_mood", "fetch_lyrics.candidates")
    assert [value(resolved, key) for key in keys] == [5, 7, 9]
    assert value(resolved, "rank_tracks.split.seed") == 3
    assert value(resolved, "fetch_clips.clip_s") == 5.0
    assert value(resolved, "rank_tracks.min_duration_s") == 1


def test_what_is_set_by_hand_wins_over_an_option() -> None:
    resolved = resolve("spotify-moods", limit=5, twin=True, overrides=["pair.per_mood=8", "fetch_clips.clip_s=2"])
    assert (value(resolved, "pair.per_mood"), value(resolved, "find_videos.per_mood")) == (8, 7)
    assert value(resolved, "fetch_clips.clip_s") == 2


def test_a_path_is_made_absolute_and_the_name_of_a_source_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "op:9").mkdir()
    given = ["corpus:music21", "songs", "op:9", str(tmp_path)]
    kept = [value(resolve("musictm", input=one), "ingest.songs.input") for one in given]
    assert kept == ["corpus:music21", str(tmp_path / "songs"), str(tmp_path / "op:9"), str(tmp_path)]


def test_sound_is_set_as_an_input_is_and_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    options = (
        'audio = ["ingest.songs.input"]\nwith_audio = { "window.notes" = 12 }\ninput = ["ingest.songs.language"]\n'
    )
    name = write(tmp_path, f"[options]\n{options}")
    both = resolve(name, input="de", audio="sound")
    keys = ("ingest.songs.language", "ingest.songs.input", "window.notes")
    assert [value(both, key) for key in keys] == ["de", str(tmp_path / "sound"), 12]
    assert both.settings["ingest.songs.input"] == str(tmp_path / "sound")  # so that a workspace keeps it
    without = resolve(name, input="de")
    assert [value(without, key) for key in keys] == ["de", value(recipe.load(name), keys[1]), value(without, keys[2])]
    assert value(without, "window.notes") != 12


def test_a_text_that_is_no_location_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    name = write(tmp_path, '[options]\ninput = ["ingest.songs.language"]\n')
    assert value(resolve(name, input="de"), "ingest.songs.language") == "de"


@pytest.mark.parametrize("name", recipe.names())
def test_options_survive_being_written(name: str, tmp_path: Path) -> None:
    resolved = recipe.load(name)
    (tmp_path / "copy.toml").write_text(resolved.portable().toml(), "utf-8")
    copy = recipe.load(str(tmp_path / "copy.toml"))
    assert copy.options == resolved.options
    assert copy.options.input
    assert (copy.options.twin is not None) == (resolved.is_crawled or name in ("interpretations", "lyrics", "mard"))


def test_a_portable_recipe_has_no_path_in_its_options(tmp_path: Path) -> None:
    name = write(
        tmp_path,
        '[options]\ninput = ["ingest.songs.input"]\nwith_input = { "ingest.songs.language" = "/home/me" }\n'
        'audio = ["ingest.songs.input"]\nwith_audio = { "ingest.songs.language" = "/home/you" }\n',
    )
    assert "/home/you" in recipe.load(name).toml()
    assert "/home/you" not in recipe.load(name).portable().toml()
    assert "/home/me" in recipe.load(name).toml()
    assert "/home/me" not in recipe.load(name).portable().toml()


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ({"input": "songs"}, 'input = ["ingest.songs.input"]'),
        ({"audio": "sound"}, 'audio = ["STAGE.KEY"]'),
        ({"limit": 3}, 'limit = ["ingest.songs.limit"]'),
        ({"seed": 3}, 'seed = ["window.split.seed"]'),
    ],
)
def test_an_option_that_a_recipe_does_not_have_names_what_to_write(
    given: dict[str, Any], written: str, tmp_path: Path
) -> None:
    name = write(tmp_path, "")
    with pytest.raises(UsageError) as told:
        resolve(name, **given)
    assert f"recipe {name} has no --{next(iter(given))}" in str(told.value)
    assert written in str(told.value)
    written = written.replace("STAGE.KEY", "ingest.songs.input")  # no stage there has a key that is called so
    with_it = write(tmp_path, f"[options]\n{written}\n")
    assert resolve(with_it, **given).steps != recipe.load(with_it).steps


def test_a_recipe_without_a_twin_refuses_it(tmp_path: Path) -> None:
    text = f'{HEAD}[crawl.budgets]\nspotify = {{}}\n{{}}[[stage]]\nuse = "find_playlists"\n'
    (tmp_path / "r.toml").write_text(text.replace("{}[[", "[["))
    with pytest.raises(UsageError, match=r"r\.toml has no twin: .* write under \[options\]: twin = \{\}"):
        resolve(str(tmp_path / "r.toml"), twin=True)
    (tmp_path / "r.toml").write_text(text.replace("{}[[", "[options]\ntwin = {}\n[["))
    assert resolve(str(tmp_path / "r.toml"), twin=True).is_crawled
    with pytest.raises(UsageError, match=r"recipe musictm has no twin"):
        resolve("musictm", twin=True)


def test_made_up_files_take_the_place_of_their_name(tmp_path: Path) -> None:
    text = resolve("musictm").toml()
    for written, expected in (("twin:songs", tmp_path / "songs"), ("twin:songs/a/b.zip", tmp_path / "songs/a/b.zip")):
        twin = f'[options]\ntwin = {{ "ingest.songs.input" = "{written}", "window.notes" = 12 }}\n'
        (tmp_path / "r.toml").write_text(
            twin + text.partition("[options]")[0] + "[[stage]]" + text.partition("[[stage]]")[2]
        )
        made = resolve(str(tmp_path / "r.toml"), twin=True, made_up=lambda name: tmp_path / name)
        values = {step.stage.name: step.parameters for step in made.steps}
        assert values["ingest.songs"].input == str(expected)  # type: ignore[attr-defined]
        assert values["window"].notes == 12  # type: ignore[attr-defined]
        assert made.settings["ingest.songs.input"] == str(expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ('input = ["ingest.song.input"]', "input names 'ingest.song.input', a key of no stage of it .*'ingest.songs'.*; expected STAGE.KEY"),
        ('limit = { "ingest.songs.most" = 2 }', r"'ingest.songs.most', and stage ingest.songs has no 'most' there; it knows"),
        ('seed = ["window.split.sed"]', "has no 'sed' there .*'seed'.*; it knows by, train, valid, test, seed"),
        ('with_input = { "group.mode" = 1 }', "with_input names 'group.mode'"),
        ('audio = ["match.audio"]', "audio names 'match.audio', a key of no stage"),
        ('with_audio = { "group.mode" = 1 }', "with_audio names 'group.mode'"),
        ('twin = { "clip_s" = 5 }', "twin names 'clip_s', a key of no stage"),
        ('limit = { "ingest.songs.limit" = 0 }', r"\[options\] is wrong"),
        ('inputs = ["ingest.songs.input"]', r"\[options\] is wrong.*inputs"),
    ],
)  # fmt: skip
def test_options_that_name_nothing_are_refused_when_the_recipe_is_read(
    options: str, message: str, tmp_path: Path
) -> None:
    name = write(tmp_path, f"[options]\n{options}\n")
    with pytest.raises(RecipeError, match=f"(?s){message}"):
        recipe.load(name)
