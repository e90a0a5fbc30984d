"""A suite of a user's own goes the whole way: validate, gate, release, card; nothing of the package knows it."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

import musicdata
from musicdata.definitions import plugins
from musicdata.definitions.arrow import strings
from musicdata.errors import RecipeError, UsageError
from musicdata.release.description import card
from musicdata_baselines import report
from musicdata_baselines.validation import validate
from tests.cli.test_cli import run
from tests.release.resealing import reseal
from tests.tampering import change_values

SUITE = Path(__file__).with_name("number_from_text.py")
VALIDATE = '\n[validate]\ntask = "number-from-text"\ntext = "pairs.lyrics"\nnumber = "pairs.n_words"\n'
PLUGINS = f'\n[plugins]\nmodules = ["{SUITE}"]\n'


def with_suite(work: Path, text: str = VALIDATE + PLUGINS) -> Path:
    with (work / "recipe.toml").open("a", encoding="utf-8") as recipe:
        recipe.write(text)
    return work


@pytest.fixture
def work(copied_crawl: Path) -> Path:
    """A workspace of texts and numbers, those of their characters, whose recipe names the suite."""
    texts = strings(musicdata.open_data(copied_crawl).table("pairs", ["lyrics"]).column("lyrics"))
    change_values(copied_crawl, "pairs", "n_words", lambda _values: [len(text) for text in texts])
    return with_suite(copied_crawl)


@pytest.fixture(autouse=True)
def _no_plugins_are_left() -> object:
    yield
    plugins.activate(plugins.Plugins())


@pytest.mark.long
def test_a_plug_in_suite_judges_a_workspace_and_its_figures_stand_on_the_card(work: Path, tmp_path: Path) -> None:
    done = run("validate", work)
    assert done.returncode == 0, done.stderr
    assert "✓ the text tells the number: correlation 0." in done.stdout
    assert "vocabulary of the train split: " in done.stdout
    written = json.loads((work / "validation" / "validation.json").read_text("utf-8"))
    assert (written["task"], written["gate_holds"]) == ("number-from-text", True)
    assert written["correlation"] > 0.5 > written["shuffled"]
    html = (work / "validation" / "validation.html").read_text("utf-8")
    assert '<a href="#number"><bdi>Number from text</bdi></a>' in html
    assert f"The train split has {written['vocabulary']} words." in html

    out = tmp_path / "release"
    built = run("release", "build", work, "--out", out)
    assert built.returncode == 0, built.stderr
    gate = json.loads((out / "RELEASE.json").read_text("utf-8"))["gate"]
    assert (gate["task"], gate["holds"]) == ("number-from-text", True)
    assert [rule["name"] for rule in gate["rules"]] == ["contracts hold", "the text tells the number"]
    assert gate["baselines"] == written["methods"]
    shown = (out / "README.md").read_text("utf-8")
    assert "The number told from the words of its text; *shuffled* is the mean of shuffled numbers." in shown
    assert f"| ridge | {written['correlation']:.4g} | {written['shuffled']:.4g} |" in shown
    assert "By the baselines of its own gate: ridge." in shown

    assert run("release", "verify", out).returncode == 0
    assert card.check(out) == []
    assert musicdata.load(out).head.validate is not None
    refused = run("validate", out)
    assert refused.returncode == 2
    assert (
        "task: no suite is called 'number-from-text'; there are albums, captioning, paired-views, text-search"
        in refused.stderr
    )
    again = run("--plugin", SUITE, "validate", out, "--out", tmp_path / "again")
    assert again.returncode == 0, again.stderr
    assert report_of(tmp_path / "again")["correlation"] == pytest.approx(written["correlation"])


def report_of(folder: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((folder / "validation.json").read_text("utf-8"))
    return found


def test_a_suite_that_searches_answers_what_a_workspace_and_the_package_are_asked(work: Path) -> None:
    opened = musicdata.open_data(work)
    text = strings(opened.table("pairs", ["lyrics"]).column("lyrics"))[0]
    answer = opened.search(" ".join(text.split()[:5]), k=2)
    assert 1 <= len(answer.matches) <= 2
    assert answer.matches[0].score == 1.0
    assert answer.notes == ("search",)
    assert musicdata.search(answer.query, work, k=2) == answer
    assert opened.search("\0 qxzqxz").matches == ()


def test_what_cannot_be_searched_says_why(work: Path, copied_crawl: Path, tmp_path: Path) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"query": " \n\0"}, "query is empty"),
        ({"query": "sea", "k": 0}, "0 matches"),
        ({}, "either a query or a sample"),
        ({"query": "sea", "like": "a"}, "either a query or a sample"),
        ({"query": "sea " * 20_000}, "80,000 characters, at most 20,000"),
    ]
    for asked, told in cases:
        with pytest.raises(UsageError, match=told):
            musicdata.search(against=work, **asked)
    other = shutil.copytree(copied_crawl, tmp_path / "other")
    recipe = (other / "recipe.toml").read_text("utf-8")
    (other / "recipe.toml").write_text(recipe.replace(VALIDATE, ""), "utf-8")
    with pytest.raises(UsageError, match=r"has no \[validate\]"):
        musicdata.search("sea", other)


def test_numbers_that_are_not_of_their_texts_are_refused(work: Path, tmp_path: Path) -> None:
    change_values(work, "pairs", "n_words", lambda values: random.Random(1).sample(values, len(values)))
    found = validate(work, n_permutations=500)
    broken = [rule.name for rule in found.rules if not rule.holds]
    assert "the text tells the number" in broken
    report.write(found, tmp_path)
    assert report.read(tmp_path / "validation.json") == found


@pytest.mark.long
def test_the_release_of_a_stranger_is_validated_where_only_its_suite_is_known(work: Path, tmp_path: Path) -> None:
    run("validate", work)
    out = tmp_path / "release"
    assert run("release", "build", work, "--out", out).returncode == 0
    recipe = (out / "recipe.toml").read_text("utf-8")
    (out / "recipe.toml").write_text(recipe.replace('use = "pair"', 'use = "join_with_chart"'), "utf-8")
    reseal(out)
    plugins.activate(plugins.load([SUITE]))
    found = validate(out, n_permutations=200)
    assert found.result.correlation > 0.5
    assert found.dataset == "moods"


def test_what_a_suite_has_not_is_refused_with_what_it_has(work: Path) -> None:
    with pytest.raises(UsageError, match=r"suite number-from-text has no --sweep, --epochs; it has --seed"):
        validate(work, swept=True, epochs=0.5)
    assert run("validate", work, "--device", "cuda").returncode == 2


def test_a_suite_with_unknown_settings_or_columns_is_an_error_of_the_recipe(copied_crawl: Path, tmp_path: Path) -> None:
    for number, (told, message) in enumerate(
        [
            (VALIDATE.replace("n_words", "n_letters"), "names pairs.n_letters, a column that no stage of it makes"),
            (VALIDATE + "rigde = 2.0\n", "rigde"),
            (
                VALIDATE.replace("number-from", "number-of"),
                r"no suite is called 'number-of-text' \(did you mean 'number-from-text'\?\); there are albums, captioning",
            ),
        ]
    ):
        work = with_suite(shutil.copytree(copied_crawl, tmp_path / str(number)), told + PLUGINS)
        with pytest.raises(RecipeError, match=message):
            validate(work)
