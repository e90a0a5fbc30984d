"""The rights of words of songs: what the source states holds, then what the user states, and a view shows no more."""

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
from musicdata.stages.place.lyric_texts import STAGE as TEXTS
from musicdata.stages.place.split_lyrics import STAGE as SPLIT
from musicdata.stages.rights.lyrics import STAGE, RightsLyrics
from tests.release import made as releases
from tests.stages import lyric_songs as made

LICENCES = {
    "a": "CC0-1.0", "b": " Public Domain ", "c": "CC BY-NC-ND 4.0", "d": "All rights reserved", "e": "MIT", "f": "",
    "g": None, "h": "© 1999 Somebody", "i": "CC-BY-SA-4.0", "j": "CC-PDM-1.0",
}  # fmt: skip
FREE = "abij"


def tables(licences: dict[str, Any]) -> dict[str, Any]:
    """Return the tables of songs that stand under these licences; the words of each begin with a word of its own."""
    texts = {name: f"rare{name} words\nof a song" for name in licences}
    held = made.tables(texts, licence=licences, title=dict.fromkeys(licences, "a title"))
    groups = made.groups({name: name for name in licences})
    held |= {"lyric_languages": made.languages(list(licences)), "lyric_groups": groups}
    return {**held, **trial.run(SPLIT, held).tables}


def terms(held: dict[str, Any], **parameters: object) -> dict[str, tuple[Any, ...]]:
    names = ("rights", "licence", "may_redistribute", "evidence_source")
    rows = trial.run(STAGE, held, **parameters).rows("rights")
    assert {row["modality"] for row in rows} == {"lyrics"}
    return {row["sample_id"]: tuple(row[name] for name in names) for row in rows}


def test_what_the_source_states_is_read_and_the_rest_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    held = tables(LICENCES)
    unknown = ("unknown", None, False, "source")
    expected = {
        "a": ("cc", "CC0-1.0", True, "source"), "b": ("public_domain", None, True, "source"),
        "c": ("cc", "CC-BY-NC-ND-4.0", False, "source"), "d": unknown, "e": unknown, "f": unknown, "g": unknown,
        "h": unknown, "i": ("cc", "CC-BY-SA-4.0", True, "source"), "j": ("public_domain", "CC-PDM-1.0", True, "source"),
    }  # fmt: skip
    assert terms(held) == expected
    evidence = {row["sample_id"]: row["evidence"] for row in trial.run(STAGE, held).rows("rights")}
    assert (evidence["e"], evidence["f"], evidence["g"]) == ("MIT", "no statement", "no statement")
    monkeypatch.setenv("MUSICDATA_SHARD_ITEMS", "1")
    assert terms(held) == expected


def test_what_the_user_states_holds_only_where_the_source_states_nothing() -> None:
    held = tables(LICENCES)
    stated = terms(held, licence="public domain", evidence="all died before 1900; letter of the archive")
    assert {name: stated[name] for name in "fg"} == dict.fromkeys("fg", ("public_domain", None, True, "override"))
    assert {name: stated[name] for name in "abcdehij"} == {name: terms(held)[name] for name in "abcdehij"}
    rows = trial.run(STAGE, held, licence="CC0-1.0", evidence="a letter").rows("rights")
    assert rows[5]["evidence"] == "CC0-1.0: a letter"


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"licence": "mine, all mine", "evidence": "x"}, "'mine, all mine' is not understood"),
        ({"licence": "CC0-1.0"}, "licence and evidence go together"),
        ({"licence": "CC0-1.0", "evidence": " "}, "licence and evidence go together"),
        ({"evidence": "a letter"}, "licence and evidence go together"),
    ],
)
def test_statements_that_make_no_sense_are_refused(parameters: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RightsLyrics.model_validate(parameters)


def test_an_open_view_shows_the_words_of_free_songs_only(tmp_path: Path) -> None:
    held = tables(LICENCES)
    made_tables = {**trial.run(TEXTS, held).tables, **trial.run(STAGE, held).tables}
    full = releases.made({"lyric_samples": held["lyric_samples"], **made_tables}).write(tmp_path / "full")
    offences = sharing.offending(full)
    assert offences.counts == {"lyrics": len(LICENCES) - len(FREE)}
    assert {offence.columns for offence in offences.first} == {("lyric_texts.text",)}
    with pytest.raises(RefusedError, match="it shows 6 items whose rights forbid it"):
        sharing.require_permitted(full)
    render(full.root, "open", tmp_path / "open")
    opened = open_release(tmp_path / "open")
    assert sharing.offending(opened).n_items == 0
    shown = {row["sample_id"]: row["text"] for row in opened.rows("lyric_texts")}
    assert {name: text for name, text in shown.items() if text} == {
        name: f"rare{name} words\nof a song" for name in FREE
    }
    assert {row["sample_id"]: row["text_sha256"] for row in opened.rows("lyric_samples")}.keys() == set(LICENCES)
    for view in ("features", "ids"):
        render(full.root, view, tmp_path / view)
        everything = b"".join(path.read_bytes() for path in (tmp_path / view).rglob("*") if path.is_file())
        assert b"words\nof a song" not in everything
        assert b"rarea" not in everything
        seen = open_release(tmp_path / view)
        assert "text" not in {column.name for column in seen.contract("lyric_texts").columns}
        assert [row["title"] for row in seen.rows("lyric_samples")] == ["a title"] * len(LICENCES)
