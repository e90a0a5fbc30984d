"""The card: every number is what the files say, whatever the data set is."""

from __future__ import annotations

import io
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
import soundfile

from musicdata.definitions.column import Column
from musicdata.definitions.contract import Contract
from musicdata.release.description import card
from musicdata.release.description.card import datasheet, head
from musicdata.release.reading.release import Release, open_release
from musicdata.release.record import layout
from tests.release.cards import cell, recipe, render, tables, yaml_head
from tests.release.made import data_set, made, set_values, small

MARKER = "Zyxwvut"


@pytest.fixture(scope="module")
def text(released: Path) -> str:
    return (released / layout.CARD).read_text("utf-8")


def test_the_head_says_what_load_dataset_needs(released: Path, text: str) -> None:
    found = yaml_head(text)
    assert found["pretty_name"] == open_release(released).record.title
    assert found["license"] == ["cc-by-4.0", "other"]
    assert found["size_categories"] == ["n<1K"]
    assert {"audio", "sheet", "lyrics", "music"} <= set(found["tags"])
    by_name = {config["config_name"]: config for config in found["configs"]}
    assert sorted(by_name) == sorted(path.name for path in (released / layout.DATA).iterdir())
    assert [name for name, config in by_name.items() if config.get("default")] == [layout.SAMPLES]
    for name, config in by_name.items():
        for part in config["data_files"]:
            there = sorted(released.glob(part["path"]))
            assert there == sorted((released / layout.DATA / name).glob(f"{part['split']}-*.parquet")) != []
    assert [part["split"] for part in by_name["songs"]["data_files"]] == ["whole"]


def test_numbers_are_those_of_the_files(released: Path, text: str) -> None:
    release = open_release(released)
    samples = release.table("samples")
    notes = release.table("notes")
    for split, number in release.n_samples.items():
        assert cell(text, "samples", split) == str(number)
        songs = samples.filter(pc.equal(samples["split"], pa.scalar(split)))["song_id"]
        assert cell(text, "distinct song_id", split) == str(len(pc.unique(songs)))
    assert cell(text, "notes", "rows") == f"{len(notes):,}"
    size = sum(path.stat().st_size for path in (released / "data" / "notes").iterdir())
    assert cell(text, "notes", "bytes") == f"{size:,}"
    assert cell(text, "pitch", "least") == str(pc.min(notes["pitch"]).as_py())
    assert cell(text, "duration_ql", "mean") == f"{pc.mean(notes['duration_ql']).as_py():.4g}"
    syllables = len(pc.unique(notes["syllable"]))
    assert f"- `notes.syllable`: {syllables} distinct values" in text


def test_hours_are_those_of_the_sounds(released: Path, text: str) -> None:
    seconds = 0.0
    for row in open_release(released).samples(["audio"]):
        sound = soundfile.info(io.BytesIO(row["audio"]["bytes"]))
        seconds += sound.frames / sound.samplerate
    assert float(cell(text, "hours of sound (audio)", "all")) == pytest.approx(seconds / 3600, rel=1e-3)


def test_languages_are_counted_split_by_split(tmp_path: Path) -> None:
    languages = ["de", "en", "en", "und", "Zyxwvut Lied", "fr"] * 2
    text = render(small().with_table("samples", lambda rows: set_values(rows, "language", languages)), tmp_path)
    assert yaml_head(text)["language"] == ["de", "en", "fr"]
    assert cell(text, "language en", "all") == "4"
    assert cell(text, "language written otherwise", "all") == "2"
    assert MARKER not in text


def test_the_gate_is_told_with_intervals_and_what_it_could_not_prove(released: Path, text: str) -> None:
    gate = open_release(released).record.gate
    assert gate is not None
    best = gate.baselines[0]["directions"][0]
    assert cell(text, "CCA", "interval") == f"{best['mrr_low']:.4f} to {best['mrr_high']:.4f}"
    assert len(next(rows for rows in tables(text) if rows[0][0] == "rule")) == len(gate.rules) + 1
    assert gate.notes
    for note in gate.notes:
        assert note.split(" (")[0] in text


def test_a_failed_gate_is_said_first_of_all(released: Path, text: str) -> None:
    gate = open_release(released).record.gate
    assert gate is not None
    assert not gate.holds
    failed = [rule["name"] for rule in gate.rules if not rule["holds"]]
    warning = text[text.index("# MusicTM") : text.index("## How to load it")]
    assert "**The gate does not hold.**" in warning
    assert all(name in warning for name in failed)
    assert cell(text, failed[0], "holds") == "no"


def test_a_gate_that_holds_is_no_warning(released: Path) -> None:
    record = open_release(released).record
    assert record.gate is not None
    holding = record.gate.model_copy(update={"holds": True, "rules": [{"name": "a", "holds": True, "found": "b|c"}]})
    text = card.render(released, record.model_copy(update={"gate": holding}))
    assert "does not hold" not in text
    assert cell(text, "a", "found") == "b|c"
    assert "nothing to validate" in card.render(released, record.model_copy(update={"gate": None}))


def test_rights_rejects_tools_and_tombstones_are_counted(tmp_path: Path) -> None:
    facts = {
        "rights": {"audio": {"cc": 7, "research_only": 5}},
        "rejects": {"window": {"too_short": 1234}},
        "tools": {"LilyPond": "2.24.3"},
        "tombstones": [
            layout.Tombstone(table="songs", id=MARKER, version=v, reason=MARKER) for v in ("1.0.1", "1.0.1", "1.0.10")
        ],
    }
    text = render(small().with_facts(**facts), tmp_path)
    assert cell(text, "audio", "items") == "7"
    assert cell(text, "window", "items") == "1,234"
    assert cell(text, "LilyPond", "version") == "2.24.3"
    assert "- version 1.0.1: 2 items of songs\n- version 1.0.10: 1 item of songs\n" in text
    assert MARKER not in text


def test_the_dictionary_is_that_of_the_contracts(released: Path, text: str) -> None:
    release = open_release(released)
    for table in release.tables:
        for column in release.contract(table).columns:
            # Tables side by side share one sample_id, which is described by the table that introduces it.
            if column.name != "sample_id" or table == "samples":
                assert column.description.split("|")[0].split("*")[0][:40] in text
    assert cell(text, "pitch", "shows") == "notes"
    assert cell(text, "onset_s", "unit") == "second"
    assert cell(text, "audio_sha256", "table") == "audio"


def test_questions_nobody_answered_are_not_stated(text: str) -> None:
    asked = [question for questions in datasheet.QUESTIONS.values() for _, question in questions]
    assert len(asked) == len(set(asked)) == 50
    assert all(f"- *{question}* " in text for question in asked)
    assert "- *Who funded its creation?* Not stated (`funding`).\n" in text
    assert text.count("Not stated (") < 10
    assert "- *Are there recommended splits?* train: " in text


def test_answers_come_from_the_recipe(tmp_path: Path) -> None:
    answers = {"funding": "Nobody.", "licence": "And *this*.", "Is it fun?": "Yes."}
    built = replace(small(), texts={layout.RECIPE: recipe({"answers": answers, "licence": "MIT"})})
    text = render(built, tmp_path)
    assert "- *Who funded its creation?* Nobody.\n" in text
    assert "MIT for alignment, metadata and features; the works keep their own rights. And \\*this\\*.\n" in text
    assert text.index("### Further") < text.index("- *Is it fun?* Yes.\n") < text.index("## Integrity")


@pytest.mark.parametrize(
    ("licence", "rights", "expected"),
    [
        ("CC0-1.0", {"audio": {"public_domain": 3}}, {"license": ["cc0-1.0"]}),
        ("ODbL-1.0", {"audio": {"cc": 3}}, {"license": ["odbl", "other"], "license_name": "rights of the works"}),
        ("Own: terms", {}, {"license": ["other"], "license_name": "Own: terms"}),
    ],
)
def test_the_hub_is_told_a_licence_it_knows(
    tmp_path: Path, licence: str, rights: Any, expected: dict[str, Any]
) -> None:
    built = replace(small(), texts={layout.RECIPE: recipe({"licence": licence})}).with_facts(rights=rights)
    found = yaml_head(render(built, tmp_path))
    assert {name: found[name] for name in expected} == expected
    assert set(found) >= {"license"} | set(expected)


def test_sizes_of_a_larger_data_set() -> None:
    assert [head.size_category(n) for n in (10_000, 100_000, 999_999, 5_000_000)] == [
        "10K<n<100K",
        "100K<n<1M",
        "100K<n<1M",
        "1M<n<10M",
    ]


def test_a_data_set_of_another_kind(tmp_path: Path) -> None:
    rows = data_set(24)
    moods = Contract(
        name="moods",
        description="One row per sample: its mood.",
        key=("sample_id",),
        references={"sample_id": "samples"},
        columns=(
            Column(name="sample_id", type="string", description="Sample."),
            Column(name="split", type="string", description="Split."),
            Column(name="mood", type="string", description="Mood.", nullable=True),
            Column(name="valence", type="float32", description="How merry.", unit="share"),
            Column(name="is_checked", type="bool", description="Whether somebody listened."),
        ),
    )
    samples = rows.tables["samples"]
    mood = pa.table(
        {
            "sample_id": samples["sample_id"].combine_chunks(),
            "split": samples["split"].combine_chunks(),
            "mood": pa.array(["sad", None, "merry"] * 8),
            "valence": pa.array([0.5, 0.25, 0.75] * 8, pa.float32()),
            "is_checked": pa.array([True, False, False] * 8),
        }
    )
    built = made(
        {name: rows.tables[name] for name in ("samples", "audio", "songs")} | {"moods": mood}, {"moods": moods}
    )
    built = replace(built.with_facts(stages=[]), texts={layout.RECIPE: recipe({}, modalities=["audio"])})
    text = render(built, tmp_path)
    assert cell(text, "mood", "empty") == "8"
    assert cell(text, "mood", "distinct") == "2"
    assert (cell(text, "valence", "least"), cell(text, "valence", "mean")) == ("0.25", "0.5")
    assert cell(text, "is_checked", "mean") == "0.3333"
    assert "`samples.mood`: 8 of 24 values are empty." in text
    assert "sheet" not in re.sub("[Dd]atasheets?", "", text)
    assert "task_categories" not in yaml_head(text)
    assert "No gate" not in text


def test_a_view_says_what_it_lacks(tmp_path: Path) -> None:
    release = small().write(tmp_path)
    for path in ("manifests/sheets.toml", "manifests/note_sheets.toml"):
        (tmp_path / path).unlink()
    shutil.rmtree(tmp_path / "data/note_sheets")
    redacted = {"audio": {"audio": {}}, "alignment": {"syllable": {"train": "0" * 64}}}
    record = release.record.model_copy(update={"view": "features", "redacted": redacted})
    text = card.render(tmp_path, record)
    lacking = text[text.index("## What is not here") : text.index("## How to load it")]
    assert "View features: " in lacking
    assert "- note\\_sheets: the whole table\n- sheets: the whole table\n" in lacking
    assert "- audio: without audio\n" in lacking
    assert "- alignment: partly empty, syllable\n" in lacking
    assert "note_sheets" not in [config["config_name"] for config in yaml_head(text)["configs"]]


def test_the_card_shows_how_to_load_what_is_there(released: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert len(blocks) == 3
    monkeypatch.chdir(released)
    known: dict[str, Any] = {}
    for block in blocks[1:]:
        exec(block.replace("path/to/this/folder", "."), known)
    assert isinstance(known["release"], Release)
    assert len(known["rows"]) == len(open_release(released).table("alignment"))


def test_the_templates_lie_beside_the_code() -> None:
    folder = Path(card.__file__).parent
    included = re.findall(r'include "(.*?)"', (folder / "card.md.j2").read_text("utf-8"))
    assert sorted([*included, "card.md.j2"]) == sorted(path.name for path in folder.glob("*.j2"))
