"""The course of the suite without networks: what comes of made songs, and what is refused before anything is done."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest

from musicdata.definitions.suite import Options, Outcome
from musicdata.errors import InputError, UsageError
from musicdata_baselines.errors import DeviceError
from musicdata_baselines.suites.captioning import course
from musicdata_baselines.suites.captioning.results import (
    ARTIST,
    GROUPED,
    LEAD,
    NEAREST,
    NEAREST_AUDIO,
    RANDOM,
    ROW,
    USUAL,
    Captioning,
)
from tests.baselines.suites.captioning import made
from tests.baselines.suites.captioning.conftest import LEAN, READ_ONLY, run
from tests.baselines.suites.captioning.test_gate import changed


def test_every_system_is_measured(found: Outcome[Captioning]) -> None:
    result = found.result
    assert [one.name for one in result.own()] == [RANDOM, USUAL, NEAREST, NEAREST_AUDIO, LEAD]
    elsewhere = {(one.scheme, one.variant, one.name) for one in result.systems if one not in result.own()}
    copying = (NEAREST, NEAREST_AUDIO)
    assert elsewhere == {
        (scheme, variant, name)
        for scheme, variant in ((ROW, "full"), (ARTIST, "full"), (GROUPED, "not_negative"), (GROUPED, "positive"))
        for name in copying
    }
    assert result.not_trained == "networks were not wanted"
    assert found.n_samples == {"train": 56, "valid": 8, "test": 16}


def test_figures_are_what_was_planted(found: Outcome[Captioning]) -> None:
    """Topics are in the words; the sound alone tells tempo and instrument, and what copies by both knows all."""
    shares = {(one.system, one.fact): one.right for one in found.result.facts if one.scheme == GROUPED}
    assert shares[NEAREST, "topic"] == 1.0
    assert max(shares[NEAREST, "tempo"], shares[NEAREST, "instrument"]) < 0.7
    assert min(shares[NEAREST_AUDIO, fact] for fact in ("topic", "tempo", "instrument")) > 0.9
    assert found.result.best == NEAREST_AUDIO
    leaky = {one.fact: one.right for one in found.result.facts if one.scheme == ROW and one.system == NEAREST}
    assert min(leaky.values()) == 1.0  # a leak makes what never hears look as if it did


def test_intervals_hold_their_means(found: Outcome[Captioning]) -> None:
    for one in found.result.systems:
        for estimate in (*one.single.values(), *one.best.values()):
            assert estimate.low <= estimate.value <= estimate.high
        assert one.best["rouge1_f1"].value >= one.single["rouge1_f1"].value


def test_the_same_again() -> None:
    assert run(made.source(), **LEAN).result == run(made.source(), **LEAN).result


@pytest.mark.parametrize(
    ("options", "settings", "error", "says"),
    [
        ({"epochs": 0.0}, {}, UsageError, "--epochs is 0.0"),
        ({}, {"paper": "recap"}, UsageError, "no paper is called 'recap'; there are interpretations"),
        ({"device": "tpu"}, {}, DeviceError, "device 'tpu' is unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(
    options: dict[str, object], settings: dict[str, object], error: type[Exception], says: str
) -> None:
    asked = made.SETTINGS.model_copy(update=settings)
    with pytest.raises(error, match=says):
        course.require(made.source(), asked, Options(**options))  # type: ignore[arg-type]


def test_an_export_holds_captions_by_song(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    run(made.source(), Options(deep=False, device="cpu", export=folder), **LEAN)
    references = [json.loads(line) for line in (folder / "references.jsonl").read_text().splitlines()]
    predictions = [json.loads(line) for line in (folder / "predictions.jsonl").read_text().splitlines()]
    assert len(references) == 12
    assert {one["system"] for one in predictions} == {RANDOM, USUAL, NEAREST, LEAD}
    assert len(predictions) == 4 * len(references)
    assert {one["id"] for one in predictions} == {one["id"] for one in references}
    with pytest.raises(InputError, match="holds something"):
        course.require(made.source(), made.SETTINGS, Options(deep=False, device="cpu", export=folder))


def test_nothing_is_written_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(made.source(), READ_ONLY, **LEAN)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_variant_is_told_and_stops_nothing() -> None:
    """Every comment of train was voted down: nobody can learn from what was voted for."""

    def voted_down(table: pa.Table) -> pa.Table:
        values = [split != "train" for split in table.column("split").to_pylist()]
        return changed(table, "in_positive", values)

    outcome = run(made.source(remarks=voted_down), **LEAN | {"variants": made.SETTINGS.variants})
    assert {one.name: one.n_train for one in outcome.result.variants}["positive"] == 0
    assert any("positive: split grouped has 0 songs to learn from" in note for note in outcome.notes)
    assert outcome.result.of(NEAREST, GROUPED, "positive") is None
    assert outcome.result.of(NEAREST, GROUPED, "not_negative") is not None
