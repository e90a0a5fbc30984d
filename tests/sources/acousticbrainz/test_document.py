from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.features import acousticbrainz
from musicdata.sources.acousticbrainz import document
from tests.acousticbrainz import MBID, changed, highlevel, lowlevel, without

MEAN = "lowlevel.mfcc.mean"
OTHER = "ffffffff-ffff-4fff-bfff-ffffffffffff"


def reason(data: object) -> str:
    """Return why a low-level document is not taken."""
    with pytest.raises(FormatError) as caught:
        document.lowlevel(document.parsed(data if isinstance(data, bytes) else json.dumps(data).encode()), MBID)
    return caught.value.reason


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (json.dumps(lowlevel()).encode()[:9000], "truncated_json"),
        (b'{"lowlevel": {"average_loudness": 0.5', "truncated_json"),
        (b'{"lowlevel": {"average_loud', "truncated_json"),
        (b'{"lowlevel": tr', "truncated_json"),
        (b"<html><body><h1>500</h1></body></html>", "html"),
        (b'{"lowlevel": oops, "rhythm": {"bpm": 120}}', "not_json"),
        (b"\xff\xfe{}", "not_json"),
        (b"[1, 2]", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b'{"a": ' + b"9" * 5000 + b"}", "not_json"),
        (b"{}", "no_lowlevel"),
        (b'{"lowlevel": null, "metadata": {}}', "no_lowlevel"),
    ],
)
def test_what_is_no_document(data: bytes, why: str) -> None:
    assert reason(data) == why


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("metadata", None, "null_metadata"),
        ("metadata.audio_properties", None, "no_length"),
        ("metadata.audio_properties.length", -1, "bad_number"),
        ("metadata.audio_properties.length", "long", "bad_number"),
        ("metadata.audio_properties.bit_rate", 1e300, "bad_number"),
        ("metadata.audio_properties.lossless", "yes", "bad_number"),
        ("metadata.audio_properties.codec", "x" * 200, "bad_text"),
        ("metadata.audio_properties.codec", ["mp3"], "bad_text"),
        ("metadata.version.essentia", "\ud800", "bad_text"),
        ("tonal.key_key", 7, "bad_text"),
        ("tonal.key_key", "A\nB", "bad_text"),
        ("rhythm.bpm", "120", "bad_number"),
        ("rhythm.bpm", True, "bad_number"),
        ("rhythm.bpm", {}, "bad_number"),
        ("rhythm.bpm", 1e39, "bad_number"),
        ("rhythm.bpm", 10**400, "bad_number"),
        ("rhythm.bpm", float("nan"), "bad_number"),
        ("rhythm.bpm", float("-inf"), "bad_number"),
        ("rhythm.bpm", [120.0], "wrong_length"),
        ("rhythm.beats_position", 1.0, "wrong_length"),
        ("rhythm.beats_position", [0.5, None], "bad_number"),
        (MEAN, [0.0] * 12, "wrong_length"),
        (MEAN, 1.0, "wrong_length"),
        (MEAN, [*[0.0] * 12, None], "bad_number"),
        (MEAN, [*[0.0] * 12, [1.0]], "bad_number"),
        ("lowlevel.mfcc.cov", [[0.0] * 13] * 12, "wrong_length"),
        ("lowlevel.mfcc.cov", [[0.0] * 13] * 12 + [[0.0] * 12], "wrong_length"),
        ("lowlevel.mfcc.cov", [0.0] * 13, "wrong_length"),
    ],
)
def test_a_value_that_is_not_what_it_should_be(path: str, value: object, why: str) -> None:
    assert reason(changed(lowlevel(), path, value)) == why


def test_the_message_names_the_path_and_what_stands_there() -> None:
    with pytest.raises(FormatError, match=r"lowlevel\.mfcc\.mean is a list of 12; expected is 13 numbers"):
        document.lowlevel(changed(lowlevel(), MEAN, [0.0] * 12), MBID)
    with pytest.raises(FormatError, match=r"rhythm\.bpm holds very fast, which is no number to reckon with"):
        document.lowlevel(changed(lowlevel(), "rhythm.bpm", "very fast"), MBID)


def test_whole_numbers_and_others_are_the_same() -> None:
    one = document.lowlevel(changed(lowlevel(), "rhythm.bpm", 120), MBID)
    other = document.lowlevel(changed(lowlevel(), "rhythm.bpm", 120.0), MBID)
    np.testing.assert_array_equal(one.numbers, other.numbers)


@pytest.mark.parametrize(
    ("path", "n_missing"),
    [
        ("lowlevel.mfcc.mean", 1),
        ("lowlevel.mfcc", 3),
        ("tonal.key_key", 1),
        ("rhythm.beats_position", 1),
        ("tonal", 40),
    ],
)
def test_what_is_missing_is_counted(path: str, n_missing: int) -> None:
    assert document.lowlevel(lowlevel(), MBID).n_missing == 0
    low = document.lowlevel(without(lowlevel(), path), MBID)
    assert low.n_missing == n_missing
    spans = [leaf for leaf in acousticbrainz.NUMBERS if leaf.path == path or leaf.path.startswith(f"{path}.")]
    assert int(np.isnan(low.numbers).sum()) == sum(leaf.size for leaf in spans)


@pytest.mark.parametrize("value", [None, [], [[0.1] * 13], 3, "gone"])
def test_statistics_that_are_something_else_are_missing(value: object) -> None:
    """Of audio of one frame there is the frame, and no statistics."""
    low = document.lowlevel(changed(lowlevel(), "lowlevel.gfcc", value), MBID)
    assert low.n_missing == 3


def test_a_document_without_any_known_path() -> None:
    assert reason({"lowlevel": {"new": 1}, "metadata": {"audio_properties": {"length": 1}}}) == "no_lowlevel"


def test_unknown_paths_are_passed_over() -> None:
    more = changed(changed(lowlevel(), "lowlevel.melbands128", {"mean": [1.0] * 128}), "new", {"deep": [None]})
    np.testing.assert_array_equal(document.lowlevel(more, MBID).numbers, document.lowlevel(lowlevel(), MBID).numbers)


@pytest.mark.parametrize(
    ("tag", "other"),
    [
        ([MBID], None),
        (MBID, None),
        ([MBID.upper()], None),
        ([OTHER], OTHER),
        (OTHER.upper(), OTHER),
        ([OTHER, MBID], None),
        (["no id", OTHER], OTHER),
        (["no id"], None),
        ([], None),
        (7, None),
        ([{"a": 1}], None),
    ],
)
def test_the_tag_that_names_another_recording(tag: Any, other: str | None) -> None:
    low = document.lowlevel(changed(lowlevel(), "metadata.tags.musicbrainz_recordingid", tag), MBID)
    assert low.facts["tag_recording_id"] == other


@pytest.mark.parametrize("tags", [None, "tags", []])
def test_tags_may_be_anything(tags: object) -> None:
    assert document.lowlevel(changed(lowlevel(), "metadata.tags", tags), MBID).facts["tag_recording_id"] is None


@pytest.mark.parametrize(("value", "is_lossless"), [(True, True), (1, True), (0, False), (None, None)])
def test_lossless_is_a_truth_or_a_number(value: object, is_lossless: bool | None) -> None:
    low = document.lowlevel(changed(lowlevel(), "metadata.audio_properties.lossless", value), MBID)
    assert low.facts["lossless"] is is_lossless


def test_the_version_of_a_high_level_document() -> None:
    of_both = {"lowlevel": {"essentia": "2.1-beta1"}, "highlevel": {"essentia": "2.1-beta5"}}
    assert document.lowlevel(changed(lowlevel(), "metadata.version", of_both), MBID).facts["essentia"] == "2.1-beta1"


def high_reason(path: str, value: object) -> str:
    with pytest.raises(FormatError) as caught:
        document.highlevel(changed(highlevel(), path, value))
    return caught.value.reason


@pytest.mark.parametrize(
    ("path", "value", "why"),
    [
        ("highlevel", None, "no_highlevel"),
        ("highlevel", {}, "never_processed"),
        ("highlevel", {"new_model": {}}, "no_highlevel"),
        ("highlevel.gender", "male", "wrong_classes"),
        ("highlevel.gender.all", None, "wrong_classes"),
        ("highlevel.gender.value", "neither", "wrong_classes"),
        ("highlevel.gender.value", None, "wrong_classes"),
        ("highlevel.gender.value", ["male"], "bad_text"),
        ("highlevel.gender.all.male", "likely", "bad_number"),
        ("highlevel.gender.all.male", None, "bad_number"),
        ("highlevel.gender.all.male", -0.5, "bad_number"),
        ("highlevel.gender.probability", None, "bad_number"),
    ],
)
def test_a_high_level_value_that_is_not_what_it_should_be(path: str, value: object, why: str) -> None:
    assert high_reason(path, value) == why


def test_a_model_with_other_classes_keeps_what_it_chose() -> None:
    model = {"all": {"bl": 0.75, "co": 0.25}, "value": "bl", "probability": 0.75}
    assert document.highlevel(changed(highlevel(), "highlevel.genre_tzanetakis", model)).models[
        "genre_tzanetakis"
    ] == document.Model("bl", 0.75, None)


def test_a_high_level_document_without_metadata_or_versions() -> None:
    high = document.highlevel(without(without(highlevel(), "metadata"), "highlevel.gender"))
    assert high.length_s is None
    assert sorted(high.models) == sorted(set(acousticbrainz.MODELS) - {"gender"})


def test_the_kind_is_told_by_the_keys() -> None:
    assert [document.kind_of(one) for one in (lowlevel(), highlevel(), {"lowlevel": 1})] == [
        "lowlevel",
        "highlevel",
        "",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([leaf.path for leaf in acousticbrainz.LEAVES] + ["metadata", "metadata.version", "rhythm"]), JSON
)
def test_whatever_stands_at_a_path_is_taken_or_refused(path: str, value: object) -> None:
    try:
        low = document.lowlevel(changed(lowlevel(), path, value), MBID)
    except FormatError:
        return
    assert low.numbers.shape == (acousticbrainz.N_NUMBERS,)
    assert not np.isinf(low.numbers).any()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["highlevel", "highlevel.gender", "highlevel.gender.all", "metadata"]), JSON)
def test_whatever_stands_in_a_high_level_document_is_taken_or_refused(path: str, value: object) -> None:
    try:
        high = document.highlevel(changed(highlevel(), path, value))
    except FormatError:
        return
    assert high.models
