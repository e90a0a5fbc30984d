"""Facts: what captions name, and whether that needs the song's own sound."""

from __future__ import annotations

import dataclasses

import numpy as np

from musicdata_baselines.suites.captioning import dataset, parts
from musicdata_baselines.suites.captioning.dataset import Fact
from musicdata_baselines.suites.captioning.naming import Named
from tests.baselines.suites.captioning import made

DATA = dataset.read(made.source(), made.SETTINGS)
OWN = parts.cut(DATA, "grouped", "full", 300)


def named() -> Named:
    found = Named.of(DATA, OWN)
    assert found is not None
    return found


def test_captions_of_people_name_every_fact() -> None:
    captions = [texts[0] for texts in OWN.test.references]
    shares = list(named().shares("people", "", [captions, captions]))
    assert [(one.fact, one.heard_in, one.right) for one in shares] == [
        ("instrument", "audio", 1.0),
        ("tempo", "audio", 1.0),
        ("topic", "lyrics", 1.0),
    ]
    assert all(0.2 < one.chance < 1 for one in shares)
    assert named().of_one(["silence"] * len(captions)) == {"instrument": 0.0, "tempo": 0.0, "topic": 0.0}


def test_what_only_the_sound_tells_shows_hearing() -> None:
    captions = [texts[0] for texts in OWN.test.references]
    by_other = captions[1:] + captions[:1]
    hears = named().hears([captions], [by_other], seed=0)
    deaf = named().hears([captions], [captions], seed=0)
    assert hears is not None
    assert deaf is not None
    assert hears.is_above_zero
    assert not deaf.is_above_zero
    assert (
        hears.value
        == 1
        - np.mean(
            [
                (theirs in caption) / 2
                for caption, truth in zip(by_other, named().truths, strict=True)
                for theirs in (truth["tempo"], truth["instrument"])
            ]
        )
        * 2
    )


def test_without_facts_of_the_sound_nothing_is_said() -> None:
    read = dataclasses.replace(DATA, facts=[{"topic": facts["topic"]} for facts in DATA.facts])
    found = Named.of(read, OWN)
    assert found is not None
    assert found.hears([["x"] * len(OWN.test.ids)], [["x"] * len(OWN.test.ids)], 0) is None
    assert Named.of(dataclasses.replace(DATA, facts=[{} for _ in DATA.facts]), OWN) is None


def test_odd_values_of_facts_do_not_stop_anything() -> None:
    """Values that differ by case are one; a value of nothing is none; a fact that no test song has is left out."""
    facts = [dict(one) for one in DATA.facts]
    for place, one in enumerate(facts):
        one["tempo"] = Fact(one["tempo"].value.upper() if place % 2 else f" {one['tempo'].value}\n", "audio")
        one["empty"] = Fact("  ", "both")
    facts[int(np.flatnonzero(DATA.splits["grouped"] == "train")[0])]["rare"] = Fact("x", "both")
    found = Named.of(dataclasses.replace(DATA, facts=facts), OWN)
    assert found is not None
    assert sorted(found.heard_in) == ["instrument", "tempo", "topic"]
    assert found.of_one([texts[0] for texts in OWN.test.references])["tempo"] == 1.0
