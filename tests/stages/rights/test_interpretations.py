"""The rights of songs with interpretations: what the source states of a row holds for its texts; sound is another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from musicdata.definitions import trial
from musicdata.errors import RefusedError
from musicdata.release.reading.release import open_release
from musicdata.release.sharing import rights as sharing
from musicdata.release.sharing.redaction import render
from musicdata.stages.place.group_interpretations import STAGE as GROUP
from musicdata.stages.place.split_interpretations import STAGE as SPLIT
from musicdata.stages.rights.interpretations import STAGE, RightsInterpretations
from tests.release import made as releases
from tests.stages import interpreted as made

LICENCES = {
    "a": "CC0-1.0", "b": " Public Domain ", "c": "CC BY-NC-ND 4.0", "d": "All rights reserved", "e": "MIT", "f": "",
    "g": None, "h": "CC BY 4.0", "i": "CC-PDM-1.0",
}  # fmt: skip
FREE = "abhi"


def tables(licences: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of songs that stand under these licences; their lyrics begin with a word of their own."""
    lyrics = {name: f"rare{name} words\nof a song" for name in licences}
    held: dict[str, Any] = made.tables(lyrics, {name: [f"said{name} of it"] for name in licences}, licence=licences)
    held |= trial.run(GROUP, held).tables
    return {**held, **trial.run(SPLIT, held).tables}


def terms(held: dict[str, Any], modality: str, **parameters: object) -> dict[str, tuple[Any, ...]]:
    names = ("rights", "licence", "may_redistribute", "evidence_source")
    rows = trial.run(STAGE, held, **parameters).rows("rights")
    assert [row["modality"] for row in rows] == ["audio", "interpretation", "lyrics"] * len(LICENCES)
    return {row["sample_id"]: tuple(row[name] for name in names) for row in rows if row["modality"] == modality}


UNKNOWN = ("unknown", None, False, "source")


def test_what_the_source_states_holds_for_texts_and_the_rest_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    held = tables(LICENCES)
    expected = {
        "a": ("cc", "CC0-1.0", True, "source"), "b": ("public_domain", None, True, "source"),
        "c": ("cc", "CC-BY-NC-ND-4.0", False, "source"), "d": UNKNOWN, "e": UNKNOWN, "f": UNKNOWN, "g": UNKNOWN,
        "h": ("cc", "CC-BY-4.0", True, "source"), "i": ("public_domain", "CC-PDM-1.0", True, "source"),
    }  # fmt: skip
    assert terms(held, "lyrics") == terms(held, "interpretation") == expected
    assert set(terms(held, "audio").values()) == {UNKNOWN}
    assert terms(held, "audio", audio="stated") == expected
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "2")
    assert terms(held, "lyrics") == expected


def test_what_the_user_states_holds_only_where_the_source_states_nothing() -> None:
    held = tables(LICENCES)
    stated = {"licence": "public domain", "evidence": "all died before 1900; letter of the archive"}
    found = terms(held, "interpretation", **stated)
    assert {name: found[name] for name in "fg"} == dict.fromkeys("fg", ("public_domain", None, True, "override"))
    assert {name: found[name] for name in "abcdehi"} == {
        name: terms(held, "interpretation")[name] for name in "abcdehi"
    }
    assert set(terms(held, "audio", **stated).values()) == {UNKNOWN}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"licence": "mine, all mine", "evidence": "x"}, "'mine, all mine' is not understood"),
        ({"licence": "CC0-1.0"}, "licence and evidence go together"),
        ({"evidence": "a letter"}, "licence and evidence go together"),
        ({"audio": "free"}, "'unknown' or 'stated'"),
    ],
)
def test_statements_that_make_no_sense_are_refused(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RightsInterpretations.model_validate(parameters)


def test_views_show_texts_of_free_songs_only(tmp_path: Path) -> None:
    held = tables(LICENCES)
    splits = {row["sample_id"]: row["split"] for row in held["interpretation_samples"].to_pylist()}
    texts = [
        {"sample_id": row["song_id"], "split": splits[row["song_id"]], "text": row["text"]}
        for row in held["clean_song_lyrics"]
    ]
    lyrics = {"interpretation_lyrics": trial._table("interpretation_lyrics", texts)}
    rights = trial.run(STAGE, held).tables
    full = releases.made({"interpretation_samples": held["interpretation_samples"], **lyrics, **rights})
    release = full.write(tmp_path / "full")
    assert sharing.offending(release).counts == {"lyrics": len(LICENCES) - len(FREE)}
    with pytest.raises(RefusedError, match="it shows 5 items whose rights forbid it"):
        sharing.require_permitted(release)
    render(release.root, "open", tmp_path / "open")
    shown = {row["sample_id"] for row in open_release(tmp_path / "open").rows("interpretation_lyrics") if row["text"]}
    assert shown == set(FREE)
    for view in ("features", "ids"):
        render(release.root, view, tmp_path / view)
        everything = b"".join(path.read_bytes() for path in (tmp_path / view).rglob("*") if path.is_file())
        assert b"rarea" not in everything
