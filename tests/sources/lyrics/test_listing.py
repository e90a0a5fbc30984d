"""Which of the rows that say the same song is kept, and how songs are put aside in order."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from musicdata.sources.lyrics import sorted_songs
from musicdata.sources.lyrics.listing import Listing
from musicdata.sources.lyrics.records import song_text
from musicdata.sources.lyrics.sorted_songs import SortedSongs
from musicdata.sources.tabular import sorted_rows
from musicdata.sources.tabular.dropped import Dropped

CELLS = [
    {"id": "x", "artist": "A", "lyrics": "la"},
    {"id": "x", "artist": "A", "lyrics": "la", "genre": "Rock"},
    {"id": "x", "artist": "A", "lyrics": "la", "genre": "Pop"},
    {"id": "x", "artist": "A", "lyrics": "other words"},
    {"id": "y", "artist": "B", "lyrics": "la"},
    {"id": "y", "artist": "B", "lyrics": "la"},
]


def test_the_fullest_row_is_kept_whatever_the_order() -> None:
    outcomes = set()
    for seed in range(6):
        cells = random.Random(seed).sample(CELLS, len(CELLS))
        listing = Listing()
        for row, one in enumerate(cells, 1):
            listing.add(song_text(one, "a.csv", row))
        kept = {entry.song_id: cells[entry.row - 1].get("genre") for entry in listing.kept()}
        dropped = listing.all_dropped()
        reasons = sorted((one.reason, cells[int(one.key.rpartition(" ")[2]) - 1].get("genre", "")) for one in dropped)
        outcomes.add((tuple(kept.items()), tuple(reasons)))
        assert [entry.song_id for entry in listing.kept(1)] == ["x"]
    ((kept_rows, reasons_seen),) = outcomes
    assert [song_id for song_id, _ in kept_rows] == ["x", "y"]
    assert [reason for reason, _ in reasons_seen] == ["duplicate_id", "duplicate_row", "duplicate_row", "duplicate_row"]


def test_why_a_row_is_dropped_names_the_one_that_is_kept() -> None:
    listing = Listing()
    for row, cells in enumerate((CELLS[1], CELLS[0], CELLS[3]), 5):
        listing.add(song_text(cells, "a.csv", row))
    same = "the same artist, title and text as a.csv row 5"
    assert {one.key: (one.reason, one.detail) for one in listing.all_dropped()} == {
        "a.csv row 6": (
            "duplicate_row",
            f"{same}, and says something else of it (genre, language, year, licence or work)",
        ),
        "a.csv row 7": (
            "duplicate_id",
            "id x: a.csv row 5 has it too, with another artist, title or text; that one is kept",
        ),
    }


@pytest.mark.parametrize("run_characters", [1, 500, 1 << 20])
def test_songs_are_read_in_order_whatever_memory_has_room_for(
    tmp_path: Path, run_characters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sorted_rows, "_RUN_CHARACTERS", run_characters)
    monkeypatch.setattr(sorted_rows, "_BATCH_ROWS", 3)
    made = [
        song_text({"id": f"s{number:02d}", "lyrics": "la " * number, "year": 1990}, "a", number)
        for number in range(1, 41)
    ]
    kept = SortedSongs(tmp_path)
    for song in random.Random(1).sample(made, len(made)):
        kept.add(song, song.digests()[1])
    kept.close([Dropped("a row 9", "no_text", "é")])
    rows = sorted_songs.between(tmp_path, "s07", "s31").to_pylist()
    assert [row["song_id"] for row in rows] == [f"s{number:02d}" for number in range(7, 32)]
    assert [row["digest"] for row in rows] == [song.digests()[1] for song in made[6:31]]
    assert (rows[0]["text"], rows[0]["source_row"], rows[0]["year"], rows[0]["genre"]) == (made[6].text, 7, 1990, None)
    assert list(sorted_songs.dropped(tmp_path)) == [Dropped("a row 9", "no_text", "é")]
    assert len(sorted_songs.between(tmp_path, "t", "u")) == 0
