from __future__ import annotations

import re
from pathlib import Path

import pytest

from musicdata.definitions import recipe
from musicdata.definitions.options import Given
from musicdata.errors import RecipeError
from musicdata.stages.ingest.songs import IngestSongs
from musicdata.stages.place.window import Window


def window_of(resolved: recipe.Recipe) -> Window:
    parameters = next(step.parameters for step in resolved.steps if step.stage.name == "window")
    assert isinstance(parameters, Window)
    return parameters


@pytest.mark.parametrize("name", recipe.names())
def test_every_recipe_resolves_and_survives_being_written(name: str, tmp_path: Path) -> None:
    resolved = recipe.load(name)
    (tmp_path / "copy.toml").write_text(resolved.toml(), "utf-8")
    assert recipe.load(str(tmp_path / "copy.toml")) == resolved


def test_musictm_has_the_stages_of_the_design() -> None:
    assert recipe.names() == [
        "interpretations",
        "lyrics",
        "mard",
        "mard-api",
        "musictm",
        "musictm-deep",
        "musictm-lmd",
        "spotify-moods",
    ]
    tables = [
        "songs",
        "song_notes",
        "song_groups",
        "samples",
        "notes",
        "rights",
        "audio",
        "sheets",
        "sheet_boxes",
        "note_sheets",
        "alignment",
        "features_audio",
        "features_lyrics",
        "features_sheet",
    ]
    assert recipe.load("musictm").tables() == recipe.load("musictm-lmd").tables() == tables
    assert recipe.load("musictm-deep").tables() == [*tables, "features_encoder", "features_mfcc"]


def test_spotify_moods_has_the_stages_of_the_design() -> None:
    resolved = recipe.load("spotify-moods")
    tables = ["playlists", "listings", "tracks", "lyrics", "videos", "audio", "clips", "pairs", "missing", "rights"]
    features = ["features_mfcc", "features_logmel", "features_track", "features_doc2vec"]
    assert resolved.tables() == [*tables, "tokens", "splits", *features]
    assert resolved.is_crawled
    assert not recipe.load("musictm").is_crawled
    assert resolved.crawl is not None
    assert resolved.crawl.budgets["youtube.media"].interval_s == 12  # 300 videos an hour


def test_budgets_are_set_like_parameters() -> None:
    resolved = recipe.load("spotify-moods", ["crawl.budgets.lrclib.interval_s=2", "crawl.longest_wait_s=10"])
    assert resolved.crawl is not None
    assert (resolved.crawl.budgets["lrclib"].interval_s, resolved.crawl.longest_wait_s) == (2, 10)
    assert resolved.crawl.budgets["lrclib"].threads == 2


def test_every_service_that_is_called_has_a_budget() -> None:
    with pytest.raises(RecipeError, match=r"\[crawl.budgets\] says nothing of lrclib, musixmatch, spotify, youtube"):
        recipe.load("spotify-moods", ["crawl.budgets={}"])
    with pytest.raises(RecipeError, match=r"\[crawl\] is wrong"):
        recipe.load("spotify-moods", ["crawl.attempts=0"])


def test_a_table_has_one_maker_in_each_recipe() -> None:
    for name in recipe.names():
        tables = recipe.load(name).tables()
        assert len(tables) == len(set(tables)), name


def test_musictm_deep_is_musictm_and_more() -> None:
    plain, deep = recipe.load("musictm"), recipe.load("musictm-deep")
    assert deep.dataset == plain.dataset  # so that a workspace of the one can go on as the other
    assert deep.steps[: len(plain.steps)] == plain.steps
    assert deep.validate == plain.validate


def test_a_data_set_can_be_given_its_name_title_authors_and_licence() -> None:
    given = {
        "dataset.name": "mine", "dataset.title": "1812", "release.authors": "Ada King Lovelace; van Gogh, Vincent",
        "release.licence": "MIT", "release.papers": "A paper.", "dataset.description": "Songs.",
    }  # fmt: skip
    changed = recipe.load("musictm", [f"{key}={value}" for key, value in given.items()])
    assert changed.release is not None
    assert (changed.dataset.name, changed.dataset.title) == ("mine", "1812")
    authors = [(author.given_names, author.family_names) for author in changed.release.authors]
    assert authors == [("Ada King", "Lovelace"), ("Vincent", "van Gogh")]
    release = changed.release
    assert (release.licence, release.papers, release.description) == ("MIT", ("A paper.",), "Songs.")
    assert changed.steps == recipe.load("musictm").steps
    again = recipe.load("musictm", settings=changed.settings)
    assert (again.dataset, again.release, again.settings) == (changed.dataset, changed.release, changed.settings)
    assert "release.description" in changed.settings
    listed = recipe.load(
        "musictm", ['release.authors=[{family_names = "Noether", given_names = "Emmy"}, "Kurt Gödel"]']
    )
    assert listed.release is not None
    assert [author.family_names for author in listed.release.authors] == ["Noether", "Gödel"]
    assert recipe.load("musictm").release == recipe.load("musictm", settings={}).release  # nothing of it is left


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("release.complete=audio", r"or dataset\.name, dataset\.title, release\.description, release\.authors"),
        ("dataset.modalities=[]", "expected STAGE.KEY=VALUE"),
        ("dataset.name=My Songs", "name"),
        ("release.authors=7", "authors"),
    ],
)
def test_what_a_data_set_is_made_of_is_not_given(override: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        recipe.load("musictm", [override])


def test_other_input_is_not_the_recipe_s_data_set(tmp_path: Path) -> None:
    for name in ("musictm", "lyrics"):
        own, other = recipe.load(name), recipe.load(name, given=Given(input=tmp_path))
        assert own.release is not None
        assert other.release is not None
        assert own.dataset.title.startswith(("MusicTM: ", "Lyrics: "))
        assert own.release.licence in {"CC-BY-4.0", "CC0-1.0"}
        assert other.dataset.title == f"Data set built with the recipe {name} from other input than its own"
        assert (other.release.authors, other.release.licence) == ((), "")
        assert other.release.papers == own.release.papers  # the method is the papers' all the same
        assert recipe.load(name, given=Given(input="corpus:music21")).dataset == own.dataset
        stated = recipe.load(name, ["dataset.title=Mine", "release.licence=MIT"], given=Given(input=tmp_path))
        assert stated.release is not None
        assert (stated.dataset.title, stated.release.licence) == ("Mine", "MIT")
    with_none = recipe.load("interpretations", given=Given(input=tmp_path))  # this one asks for input
    assert with_none.dataset == recipe.load("interpretations").dataset


def test_overrides_reach_nested_keys_and_stages_with_dots() -> None:
    changed = recipe.load("musictm", ["window.split.by=sample_id", "window.notes=16", "ingest.songs.input=a b"])
    assert (window_of(changed).split.by, window_of(changed).notes) == ("sample_id", 16)
    assert window_of(changed).split.train == 0.70
    assert isinstance(changed.steps[0].parameters, IngestSongs)
    assert changed.steps[0].parameters.input == "a b"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("window.nots=16", r"window\.nots.*window knows notes, stride"),
        ("window.notes=many", r"window\.notes.*got 'many'"),
        ("window.split.train=0.9", "sum to 1.2"),
        ("windows.notes=16", "STAGE.KEY=VALUE with a stage of align"),
        ("window.notes", "expected STAGE.KEY=VALUE"),
    ],
)
def test_a_wrong_override_names_the_key_and_the_choices(override: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        recipe.load("musictm", [override])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[dataset", "is not TOML"),
        ("[[stage]]\nuse='window'", r"needs a \[dataset\]"),
        ("stage=3\n[dataset]\nname='x'\ntitle='x'\nmodalities=[]", r"needs \[\[stage\]\] tables"),
        (
            "[dataset]\nname='x'\ntitle='x'\nmodalities=[]\n[[stage]]\nuse='windwo'",
            "no stage is called 'windwo'",
        ),
        (
            "[dataset]\nname='x'\ntitle='x'\nmodalities=[]\n[[stage]]\nuse='window'",
            "needs songs, song_notes, song_groups",
        ),
    ],
)
def test_a_wrong_recipe_file_says_what_is_wrong(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(RecipeError, match=message):
        recipe.load(str(tmp_path / "r.toml"))


def test_musictm_says_what_to_validate_and_keeps_it_when_written(tmp_path: Path) -> None:
    resolved = recipe.load("musictm")
    assert resolved.validate is not None
    assert resolved.validate.task == "paired-views"
    assert list(resolved.validate.settings["views"]) == ["audio", "sheet", "lyrics"]
    assert resolved.validate.settings["certain"] == [["audio", "sheet"]]
    (tmp_path / "older.toml").write_text(resolved.toml().replace('task = "paired-views"\n', ""), "utf-8")
    assert recipe.load(str(tmp_path / "older.toml")).validate == resolved.validate  # older than suites


VALIDATE = "[dataset]\nname='x'\ntitle='x'\nmodalities=[]\n[[stage]]\nuse='ingest.songs'\n[validate]\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("views={a='songs.title'}", "validate.*views"),
        ("views={a='songs.title', b='songs.nothing'}", "names songs.nothing, a column that no stage of it makes"),
        ("views={a='songs.title', b='notes.pitch'}", "names notes.pitch, a column that no stage of it makes"),
        ("views={a='songs.title', b='songs.title'}\ncertain=[['a', 'c']]", "names c, which no view is called"),
        ("vews={}", "vews"),
        (
            "task='pared-views'",
            r"\[validate\] task: no suite is called 'pared-views' \(did you mean 'paired-views'\?\); there are albums, capt",
        ),
        ("task=3", "its task a text"),
    ],
)
def test_a_wrong_validate_section_says_what_is_wrong(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(VALIDATE + text)
    with pytest.raises(RecipeError, match=re.compile(message, re.DOTALL)):
        recipe.load(str(tmp_path / "r.toml"))


def test_an_unknown_recipe_lists_those_there_are() -> None:
    with pytest.raises(RecipeError, match="musictm, musictm-deep, musictm-lmd"):
        recipe.load("musictn")
    with pytest.raises(RecipeError, match="No such file"):
        recipe.load("nowhere.toml")


def test_a_portable_recipe_has_no_path_of_this_machine() -> None:
    kept, emptied = (
        recipe.load("musictm", [f'ingest.songs.input="{at}"']) for at in ("corpus:music21", "/home/me/songs")
    )
    assert "/home/me/songs" in emptied.toml()
    assert "/home/me" not in emptied.portable().toml()
    assert kept.portable() == kept


@pytest.mark.parametrize("name", recipe.names())
def test_a_recipe_with_its_own_input_states_whose_it_is(name: str) -> None:
    loaded = recipe.load(name)
    assert loaded.dataset == recipe.read_dataset(name)
    assert loaded.release == recipe.read_head(name).release
