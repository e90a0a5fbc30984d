"""`musicdata validate` on a real workspace: what it finds, says, writes and refuses."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

import musicdata
from musicdata.definitions.suite import Options
from musicdata.errors import InputError, UsageError
from musicdata_baselines import report
from musicdata_baselines.suites.paired_views import course, dataset
from musicdata_baselines.suites.paired_views.results import BaselineResult, Validation
from musicdata_baselines.suites.paired_views.settings import PairedViewsSettings
from musicdata_baselines.validation import validate
from tests.cli.test_cli import run
from tests.tampering import change_values

CERTAIN = ("audio", "sheet")


@pytest.fixture(scope="module")
def found(many: Path) -> Validation:
    return validate(many, deep=False, n_permutations=2000)


def result(found: Validation, name: str, pair: tuple[str, str] = CERTAIN) -> BaselineResult:
    return next(b for b in found.result.baselines if b.name == name and b.pair == pair)


def test_the_views_are_the_features_of_the_recipe(many: Path) -> None:
    work = musicdata.open_data(many)
    assert work.recipe.validate is not None
    settings = PairedViewsSettings(**work.recipe.validate.settings)
    data = dataset.read(work, settings)
    assert [view.shape for view in data.facts] == [(20, 128), (20, 100, 32), (20, 20)]
    assert [len(view) for view in data.subject.views.values()] == [len(data.subject.sample_ids)] * 3
    assert list(data.subject.sample_ids) == sorted(data.subject.sample_ids)
    assert "log_mel" in data.facts[0].extractor
    assert set(dataset.sizes(work, settings).tables) >= {
        "features_audio",
        "features_sheet",
        "features_lyrics",
        "samples",
    }


def test_the_gate_holds_and_the_certain_link_is_found(found: Validation) -> None:
    assert found.holds, found.reason
    judged = result(found, "CCA weighted")
    assert judged.p_value < 0.001
    assert judged.mrr > 5 * found.result.chance["mrr"]


def test_made_up_words_are_not_told_from_chance_and_the_note_says_so(found: Validation) -> None:
    for pair in (("audio", "lyrics"), ("sheet", "lyrics")):
        assert result(found, "CCA weighted", pair).p_value >= 0.01
        assert any(note.startswith("–".join(pair)) and "not distinguishable" in note for note in found.notes)


def test_every_linear_baseline_serves_every_pair_in_both_directions(found: Validation) -> None:
    names = {"CCA", "CCA weighted", "GCCA", "GCCA weighted", "MCCA", "MCCA weighted"}
    assert {(b.name, b.pair) for b in found.result.baselines} == {
        (name, pair) for name in names for pair in found.result.pairs
    }
    for baseline in found.result.baselines:
        assert [d.query for d in baseline.directions] == list(baseline.pair)
        assert all(d.mrr_low <= d.mrr <= d.mrr_high for d in baseline.directions)


def test_the_plots_have_their_curves(found: Validation) -> None:
    assert set(found.result.curves) == {"components", "learning", "split_leakage"}
    for plots in found.result.curves.values():
        assert list(plots) == ["audio–sheet", "audio–lyrics", "sheet–lyrics"]
    grouped, random = found.result.curves["split_leakage"]["audio–sheet"]
    assert (grouped.label, random.label) == ("grouped split", "random split")
    sizes = found.result.curves["learning"]["audio–sheet"][0].x
    assert list(sizes) == sorted(sizes)
    assert sizes[-1] == found.n_samples["train"]


@pytest.mark.long
def test_the_same_workspace_gives_the_same_figures(many: Path, found: Validation) -> None:
    again = validate(many, deep=False, n_permutations=2000)
    ours, theirs = found.as_json(), again.as_json()
    for one in (ours, theirs):
        one.pop("seconds")
        for baseline in one["baselines"]:
            baseline.pop("seconds")
    assert ours == theirs


def test_the_report_is_written_and_can_be_read_back(found: Validation, tmp_path: Path) -> None:
    json_path, html_path = report.write(found, tmp_path)
    assert report.read(json_path).reason == found.reason
    assert f"{result(found, 'CCA weighted').mrr:.4f}" in html_path.read_text("utf-8")


@pytest.fixture
def spoiled(many: Path, tmp_path: Path) -> Path:
    return shutil.copytree(many, tmp_path / "work")


@pytest.mark.long
def test_audio_of_the_wrong_samples_is_refused_by_the_command(spoiled: Path) -> None:
    shuffled = np.random.default_rng(0)

    def shuffle(values: list[object]) -> list[object]:
        samples = np.arange(len(values)).reshape(-1, 20)
        return [values[i] for i in shuffled.permutation(samples).ravel()]

    change_values(spoiled, "features_audio", "vector", shuffle)
    done = run("validate", spoiled, "--no-deep")
    assert done.returncode == 4, done.stderr
    last = done.stderr.splitlines()[-1]
    assert last.startswith("musicdata: the gate refuses: ")
    assert "audio–sheet" in last
    assert json.loads((spoiled / "validation" / "validation.json").read_text("utf-8"))["gate_holds"] is False


# Columns of a musictm workspace that a sweep can be made of: its one split, under the name of an extractor.
SWEEP = """
[validate.sweep]
components = [5, 10]
scheme = "features_audio.extractor"
part = "features_audio.split"
runs = ["log_mel"]
audio = "features_lyrics.syllable_vector"
lyrics = "features_lyrics.word_vector"
"""


def test_the_command_prints_the_papers_table_and_the_sweep_and_leaves_the_workspace_sound(spoiled: Path) -> None:
    recipe = spoiled / "recipe.toml"
    recipe.write_text(recipe.read_text("utf-8") + SWEEP, "utf-8")
    done = run("validate", spoiled, "--no-deep", "--runs", "1")
    assert done.returncode == 0, done.stderr
    for text in ("MedR", "14,454", "CCA weighted", "chance", "validation.html", "MRR1, audio as query"):
        assert text in done.stdout
    swept = report.read(spoiled / "validation" / "validation.json").result.sweep
    assert swept is not None
    assert [scheme.runs for scheme in swept.schemes] == [("log_mel",)]
    assert {cell.method for cell in swept.schemes[0].cells} == {"CCA", "CCA weighted"}
    assert any("--no-deep" in note for note in swept.notes)
    assert run("check", spoiled).returncode == 0


def test_deep_baselines_are_announced_before_anything_runs(many: Path) -> None:
    data = musicdata.open_work(many)
    assert data.recipe.validate is not None
    settings = PairedViewsSettings(**data.recipe.validate.settings)
    told = course.announce(data, settings, Options(deep=True))
    assert re.fullmatch(
        r"deep baselines: 7 networks are fitted to 1\d\d samples, some 2 min of a processor; --no-deep leaves them out",
        told,
    )
    assert course.announce(data, settings, Options(deep=False)) == ""


def test_deep_baselines_are_left_out_where_there_are_too_few_samples_for_them(copied_crawl: Path) -> None:
    with (copied_crawl / "recipe.toml").open("a", encoding="utf-8") as recipe:
        recipe.write('\n[validate.views]\naudio = "features_track.vector"\nlyrics = "features_doc2vec.vector"\n')
    few = validate(copied_crawl, deep=True, swept=False, n_permutations=100)
    assert 0 < few.n_samples["train"] < 61
    assert {b.name for b in few.result.baselines} == {"CCA", "CCA weighted"}
    assert any(f"they need 61 train samples, and there are {few.n_samples['train']}" in note for note in few.notes)


@pytest.mark.long
def test_a_data_set_too_small_to_measure_is_judged_so_and_can_be_released(copied: Path, tmp_path: Path) -> None:
    done = run("validate", copied, "--no-deep")
    assert done.returncode == 4, done.stderr
    assert "all 2 samples of test are of one group" in done.stderr
    assert "1 group more is needed there" in done.stderr
    assert "--set window.split.test=" in done.stderr
    assert "enough samples to judge by" in (copied / "validation" / "validation.html").read_text("utf-8")
    command = ("release", "build", copied, "--version", "1.0.0", "--out", tmp_path / "release", "--no-deep")
    assert run(*command).returncode == 4
    released = run(*command, "--allow-failed-gate")
    assert released.returncode == 0, released.stderr
    assert "The gate does not hold" in (tmp_path / "release" / "README.md").read_text("utf-8")
    assert run("release", "verify", tmp_path / "release").returncode == 0


def test_one_group_to_ask_is_too_few() -> None:
    one = dataset.Sizes({"train": 20, "valid": 2, "test": 3}, {"train": 9, "valid": 1, "test": 1}, {})
    assert one.too_few("window").startswith("all 3 samples of test are of one group")
    none = dataset.Sizes({"train": 18, "valid": 0, "test": 1}, {"train": 9, "valid": 0, "test": 1}, {})
    assert none.too_few("window").startswith(
        "valid, test has fewer than 2 samples (train 18, valid 0, test 1): 3 more are needed there; build from more songs"
    )
    two = dataset.Sizes({"train": 20, "valid": 2, "test": 3}, {"train": 9, "valid": 1, "test": 2}, {})
    assert two.too_few("window") == ""


def test_what_cannot_be_validated_says_why(built: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no workspace"):
        validate(tmp_path)
    bare = shutil.copytree(built, tmp_path / "bare")
    recipe = (bare / "recipe.toml").read_text("utf-8")
    (bare / "recipe.toml").write_text(recipe[: recipe.index("[validate]")], "utf-8")
    with pytest.raises(UsageError, match=r"no \[validate\]"):
        validate(bare)
    (bare / "recipe.toml").write_text(recipe.replace('paper = "musictm"', 'paper = "musictn"'), "utf-8")
    with pytest.raises(UsageError, match=r"no paper is called 'musictn' .did you mean 'musictm'"):
        validate(bare)
    with pytest.raises(UsageError, match=r"no \[validate.sweep\]"):
        validate(built, swept=True)
    done = run("validate", built, "--device", "tpu")
    assert done.returncode == 4
    assert "tpu" in done.stderr
