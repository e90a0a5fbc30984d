"""Which networks are trained, whether there is time for them, and how a killed validation goes on."""

from __future__ import annotations

import dataclasses
import importlib.util
from pathlib import Path

import pytest

from musicdata.definitions.suite import Clock, Options, Outcome
from musicdata.system import files
from musicdata_baselines.suites.captioning import course, dataset, networks, parts
from musicdata_baselines.suites.captioning.results import (
    CONTROLS,
    FUSION,
    INFONCE,
    LYRICS_ONLY,
    POSITIVE,
    SHUFFLED_INFONCE,
    SHUFFLED_POSITIVE,
    Captioning,
)
from tests.baselines.suites.captioning import made
from tests.baselines.suites.captioning.conftest import LEAN, rules, run
from tests.baselines.suites.captioning.made import Population

DATA = dataset.read(made.source(), made.SETTINGS)
OWN = parts.cut(DATA, "grouped", "full", 300)
SMALL = LEAN | {"tokens": made.SETTINGS.tokens, "seeds": 1, "steps": 2, "most_songs": 6}
THERE = all(importlib.util.find_spec(name) is not None for name in networks.NEEDED)
needs_networks = pytest.mark.skipif(not THERE, reason=f"needs {', '.join(networks.NEEDED)}")


def test_every_kind_of_network_is_trained_on_the_own_split() -> None:
    names = [kind.name for kind in networks.wanted(OWN, swept=False)]
    assert names == [LYRICS_ONLY, FUSION, POSITIVE, INFONCE, SHUFFLED_POSITIVE]
    assert [kind.name for kind in networks.wanted(OWN, swept=True)] == [*names, SHUFFLED_INFONCE]
    by_row = parts.cut(DATA, "row", "full", 300)
    assert networks.wanted(by_row, swept=False) == []
    assert [kind.name for kind in networks.wanted(by_row, swept=True)] == [LYRICS_ONLY, FUSION, POSITIVE]


def test_without_sound_only_what_reads_is_trained() -> None:
    deaf = parts.cut(dataset.read(made.source(), made.SETTINGS.model_copy(update={"tokens": {}})), "grouped", "full", 9)
    assert [kind.name for kind in networks.wanted(deaf, swept=True)] == [LYRICS_ONLY]


def test_networks_are_trained_unasked_only_if_there_is_time() -> None:
    quick = made.SETTINGS.model_copy(update={"steps": 10})
    long = made.SETTINGS.model_copy(update={"steps": 1_000_000})
    assert networks.why_not(OWN, quick, Options(deep=False)) == "networks were not wanted"
    if THERE:
        assert networks.why_not(OWN, quick, Options()) == ""
        assert "minutes of a processor; --deep trains them" in networks.why_not(OWN, long, Options())
        assert networks.why_not(OWN, long, Options(deep=True)) == ""
        no_valid = dataclasses.replace(OWN, valid=OWN.valid.take([]))
        assert "valid split has no songs" in networks.why_not(no_valid, quick, Options())


def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "NEEDED", ("no_such_package",))
    assert networks.why_not(OWN, made.SETTINGS, Options()).startswith("no_such_package are not here (pip install")


def test_time_grows_with_what_is_asked() -> None:
    settings = made.SETTINGS
    once = networks.estimated_minutes(OWN, settings, Options(), 5)
    assert networks.estimated_minutes(OWN, settings, Options(epochs=0.5), 5) == pytest.approx(once / 2)
    assert networks.estimated_minutes(OWN, settings.model_copy(update={"seeds": 6}), Options(), 5) == 2 * once
    assert networks.estimated_minutes(OWN, settings.model_copy(update={"size": "base"}), Options(), 5) > 100 * once


def test_networks_of_other_splits_are_kept_apart() -> None:
    kind, keep = networks.KINDS[1], Path("models")
    assert networks.folder_of(keep, OWN, kind, 0) == keep / "fusion-0"
    names = {
        networks.folder_of(keep, parts.cut(DATA, scheme, variant, 9), kind, seed).name
        for scheme, variant in (("grouped", "full"), ("row", "full"), ("grouped", "not_negative"))
        for kind in networks.KINDS
        for seed in (0, 1)
    }
    assert len(names) == 3 * len(networks.KINDS) * 2
    assert "grouped-not-negative-fusion-0" not in names
    assert "not-negative-fusion-0" in names


def trained(keep: Path | None, told: list[str] | None = None, export: Path | None = None) -> Outcome[Captioning]:
    asked = made.SETTINGS.model_copy(update=SMALL).among(made.source())
    options = Options(deep=True, device="cpu", keep=keep, export=export)
    course.require(made.source(), asked, options)
    return course.run(
        made.source(Population(songs=60)), asked, options, Clock((told if told is not None else []).append)
    )


@needs_networks
def test_a_validation_with_networks(tmp_path: Path) -> None:
    """Every kind is trained, asked with other sound and words, kept with its ear, and taken up again."""
    first = trained(tmp_path / "models", export=tmp_path / "export")
    result = first.result
    assert [run.system for run in result.runs] == [LYRICS_ONLY, FUSION, POSITIVE, INFONCE, SHUFFLED_POSITIVE]
    asked = {(one.system, one.control) for one in result.controls}
    assert asked == {(system, control) for system in (FUSION, POSITIVE, INFONCE) for control in CONTROLS}
    assert set(result.hears) == {FUSION, POSITIVE, INFONCE}
    assert [one.is_made for one in result.claims] == [False, False, False]
    assert "songs to learn from, 300 are needed" in rules(first)["copying does not beat writing"]
    aligned = {run.system for run in result.runs if run.matched is not None}
    assert aligned == {POSITIVE, INFONCE, SHUFFLED_POSITIVE}
    folder = tmp_path / "models" / "fusion-0"
    assert (folder / "ear.safetensors").read_bytes() == made.WEIGHTS
    assert not (tmp_path / "models" / "lyrics-only-0" / "ear.safetensors").exists()
    predictions = (tmp_path / "export" / "predictions.jsonl").read_text().splitlines()
    assert len(predictions) == 6 * (5 + 5 + 3 * len(CONTROLS))  # songs, systems without and with networks, controls

    assert not files.is_held(tmp_path / "models" / "lock")
    stamp = (folder / "model.safetensors").stat().st_mtime_ns
    told: list[str] = []
    again = trained(tmp_path / "models", told)
    assert again.result == result
    assert (folder / "model.safetensors").stat().st_mtime_ns == stamp  # nothing was trained anew
    assert any("minutes of a processor" in line for line in told)


@needs_networks
def test_networks_that_are_not_asked_for_are_not_trained(tmp_path: Path) -> None:
    outcome = run(made.source(), Options(deep=False, device="cpu", keep=tmp_path), **LEAN)
    assert outcome.result.runs == ()
    assert not list(tmp_path.iterdir())
