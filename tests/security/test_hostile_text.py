"""Hostile titles and syllables, from a file to the finished workspace."""

from __future__ import annotations

import csv
from pathlib import Path

import musicdata
from tests.songs import rows

CANARY = "canary"
TITLE = '" } #(system "touch canary") \\header { x = "'
SYLLABLES = {
    "quotes": 'say"so"',
    "backslashes": "back\\slash\\",
    "scheme": '#(system "touch canary")',
    "commands": '" } \\include "/etc/passwd" #(system "touch canary") {',
    "shell": "$(touch canary)`touch canary`",
    "emoji": "la🎵la",
    "hebrew": "שלום",
    "arabic": "سلام",
    "control": "la\x07la",
    "umlauts": "Größe",
}
DRAWN = {"quotes", "backslashes", "scheme", "commands", "shell", "umlauts"}


def write(folder: Path) -> None:
    """Write a song for each kind of text, which stands on its fifth note; titles, words and file names are hostile too."""
    folder.mkdir()
    for seed, (kind, text) in enumerate(SYLLABLES.items()):
        table = [{**row, "title": TITLE, "composer": TITLE} for row in rows(seed + 50, 20)]
        table[5] = {**table[5], "syllable": text, "word": text, "word_index": 999}
        with (folder / f"-{kind} #(x) $(touch canary).csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(table[0]))
            writer.writeheader()
            writer.writerows(table)


def test_hostile_text_is_drawn_or_rejected_and_never_run(tmp_path: Path) -> None:
    write(tmp_path / "songs")
    work = musicdata.build("musictm", input=tmp_path / "songs", work=tmp_path / "w")
    kinds = {row["song_id"]: row["source_id"].split("-")[1].split()[0] for row in work.rows("songs")}
    assert {row["title"] for row in work.rows("songs")} == {TITLE}

    drawn = {kinds[row["sample_id"].rsplit("-", 1)[0]] for row in work.rows("alignment", columns=["sample_id"])}
    assert drawn == DRAWN
    reasons = {
        row["key"]: row["reason"] for row in work.rows("rejects") if row["stage"] in {"render_sheet", "ingest.songs"}
    }
    assert sorted(reasons.values()) in (
        ["bad_text", "missing_glyph", "missing_glyph", "missing_glyph"],
        ["bad_value", "missing_glyph", "missing_glyph", "missing_glyph"],
    )
    texts = {row["syllable"] for row in work.rows("alignment", columns=["syllable"])}
    assert {SYLLABLES[kind] for kind in DRAWN} <= texts
    assert musicdata.check(work.root).ok

    assert not [path for path in tmp_path.rglob("*") if path.name == CANARY]
    assert not Path(CANARY).exists()
    names = [path.name for path in work.root.rglob("*")]
    assert not [name for name in names if set(name) & set(' #$()"\\')]
