"""What is read of a data set, and how it is cut into songs to learn from and to caption."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from musicdata.errors import InputError, UsageError
from musicdata_baselines.suites.captioning import course, dataset, hearing, parts
from musicdata_baselines.suites.captioning.dataset import CaptionSet
from musicdata_baselines.suites.captioning.settings import CaptioningSettings
from tests.baselines.suites.captioning import made
from tests.baselines.suites.captioning.conftest import LEAN, READ_ONLY, run
from tests.baselines.suites.captioning.made import Population
from tests.baselines.suites.captioning.test_gate import changed, replaced


def read(population: Population | None = None, **changes: Any) -> CaptionSet:
    return dataset.read(made.source(population, **changes), made.SETTINGS)


def test_the_order_of_rows_does_not_matter() -> None:
    def turned(table: pa.Table) -> pa.Table:
        return table.take(np.arange(len(table))[::-1])

    ours, theirs = read(), read(remarks=turned, verses=turned, tunes=turned, tokens=turned, known=turned)
    assert ours.captions.texts == theirs.captions.texts
    assert ours.lyrics == theirs.lyrics
    assert ours.facts == theirs.facts
    for scheme in parts.schemes(ours):
        one, other = (parts.cut(data, scheme, "full", 9) for data in (ours, theirs))
        assert (one.train.ids, one.test.ids) == (other.train.ids, other.test.ids)
        assert one.test.references == other.test.references
        assert np.array_equal(one.train.tokens, other.train.tokens)  # type: ignore[arg-type]


def test_captions_without_words_and_songs_without_captions_are_left_out_and_counted() -> None:
    def emptied(table: pa.Table) -> pa.Table:
        return replaced(replaced(table, "text", "t0000", " \n"), "text", "t0001", None)

    data = read(remarks=emptied)
    assert len(data) == 78
    assert data.n_left_out == {"songs without captions": 2, "captions without words": 4}
    assert "t0000" not in data.ids


def test_a_split_has_the_songs_of_its_scheme() -> None:
    data = read()
    own = parts.cut(data, "grouped", "full", 300)
    assert not set(own.train.ids) & (set(own.test.ids) | set(own.valid.ids))
    assert {len(one) for one in own.test.references} == {2}
    by_row = parts.cut(data, "row", "full", 300)
    assert set(by_row.train.ids) & set(by_row.test.ids)  # the leak that it is there to show
    assert not {text for one in by_row.train.references for text in one} & {"no such caption"}
    positive = parts.cut(data, "grouped", "positive", 300)
    assert positive.test.references == own.test.references
    assert len(positive.train.captions) < len(own.train.captions)


def test_some_test_songs_are_chosen_by_their_ids_alone() -> None:
    chosen = parts.cut(read(), "grouped", "full", 5)
    assert (len(chosen.test.ids), chosen.n_test) == (5, 16)
    fewer = parts.cut(read(Population(songs=79)), "grouped", "full", 5)
    assert set(fewer.test.ids) <= set(parts.cut(read(), "grouped", "full", 16).test.ids)
    assert len(set(fewer.test.ids) & set(chosen.test.ids)) >= 4


def test_a_variant_that_nothing_is_told_of_is_none() -> None:
    def unknown(table: pa.Table) -> pa.Table:
        return changed(table, "in_positive", [None] * len(table))

    data = read(remarks=unknown)
    assert parts.variants(data) == ["full", "not_negative"]
    assert [one.name for one in dataset.variants(data, made.SETTINGS)] == ["full", "not_negative"]


def test_systems_are_compared_on_songs_that_were_heard() -> None:
    most = dataset.with_sound(read(Population(with_tokens=0.8)))
    assert (len(most), most.n_left_out["songs without sound"]) == (64, 16)
    assert most.heard is not None
    assert most.heard.there.all()
    few = dataset.with_sound(read(Population(with_tokens=0.2)))
    assert (len(few), few.heard) == (80, None)
    assert few.n_left_out["recordings of fewer than half of the songs"] == 16
    assert most.captions.song.max() == 63


def test_the_first_ear_that_heard_anything_is_used() -> None:
    heard = read().heard
    assert heard is not None
    assert (heard.ear, heard.label) == ("small", "small 1")
    assert hearing.ear_weights(made.source(), made.SETTINGS, heard) == made.WEIGHTS
    other = made.SETTINGS.model_copy(update={"ear": "other"})
    assert dataset.read(made.source(), other).heard is None


def test_tokens_that_make_no_sense_are_refused() -> None:
    def infinite(table: pa.Table) -> pa.Table:
        values = table.column("vector").to_pylist()
        return changed(table, "vector", [[np.float16("inf")] * 32, *values[1:]])

    with pytest.raises(InputError, match="not finite"):
        read(tokens=infinite)
    with pytest.raises(InputError, match="of 2 ears"):
        read(tokens=lambda table: replaced(table, "ear", "t0000", "small 2"))


def test_weights_of_another_ear_are_refused() -> None:
    heard = read().heard
    assert heard is not None
    with pytest.raises(InputError, match="other weights than those"):
        hearing.ear_weights(made.source(), made.SETTINGS, dataclasses.replace(heard, weights_sha256="0" * 16))
    assert hearing.ear_weights(made.source(), made.SETTINGS, dataclasses.replace(heard, label="cnnsa 1")) is None


def test_words_are_shown_only_where_everybody_may_have_them() -> None:
    assert read().may_show
    assert not read(Population(licence=False)).may_show
    assert not dataset.read(made.without(None, "rights"), made.SETTINGS).may_show


def test_a_view_without_words_is_told_what_to_do() -> None:
    data = made.without(None, "verses", "remarks")
    with pytest.raises(UsageError, match="has no lyrics, no captions, as a view of ids"):
        course.require(data, made.SETTINGS.among(data), READ_ONLY)


def test_a_data_set_without_any_caption_is_refused() -> None:
    with pytest.raises(InputError, match="no song has a caption"):
        read(remarks=lambda table: changed(table, "text", [""] * len(table)))


def test_what_is_not_there_is_not_measured() -> None:
    data = made.without(None, "tokens", "other_tokens", "known", "small_ear", "rights")
    outcome = run(data, **LEAN | {"tokens": made.SETTINGS.tokens})
    assert (outcome.result.ear, outcome.result.facts) == ("", ())
    assert any(note.startswith("No sound was heard") for note in outcome.notes)
    assert "nearest lyrics + audio" not in {one.name for one in outcome.result.systems}


def test_too_few_songs_are_told_and_refused() -> None:
    outcome = run(made.source(Population(songs=8)), **LEAN)
    assert [(rule.name, rule.holds) for rule in outcome.rules] == [("enough songs to judge by", False)]
    assert outcome.result.systems == ()


def test_settings_are_checked() -> None:
    with pytest.raises(ValueError, match="'full', which has every caption, is missing"):
        CaptioningSettings(lyrics="a.b", captions="c.d", variants={"positive": "c.e"})
    with pytest.raises(ValueError, match="ear is 'odd', expected one of tokens: small"):
        CaptioningSettings(lyrics="a.b", captions="c.d", tokens={"small": "e.f"}, ear="odd")
    asked = made.SETTINGS.among(made.without(None, "known", "small_ear", "tokens"))
    assert (asked.facts, asked.ear_weights, list(asked.tokens)) == ("", "", ["other"])
    assert "known.value" in made.SETTINGS.columns()
