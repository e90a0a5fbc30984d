"""A stage can be tried on rows in memory."""

from __future__ import annotations

import pytest

from musicdata.definitions import stage, trial
from musicdata.errors import ContractError, UsageError

NOTE = {"pitch": 60, "duration_ql": 1.0, "rest_ql": 0.0, "syllable": "la", "word": "la"}


def song(song_id: str, n_notes: int) -> tuple[dict[str, object], list[dict[str, object]]]:
    notes = [NOTE | {"song_id": song_id, "note_index": i, "word_index": i} for i in range(n_notes)]
    facts = {
        "song_id": song_id, "title": song_id, "language": "en", "language_score": 1.0, "language_tool": "recipe",
        "source_id": song_id, "source_sha256": "0" * 64, "syllable_source": "source", "n_notes": n_notes,
        "n_left_out": 0, "left_out": "",
    }  # fmt: skip
    return facts, notes


def test_windows_are_cut_of_rows_in_memory() -> None:
    both = [song("b", 5), song("a", 9)]
    songs = [facts for facts, _ in both]
    groups = [{"song_id": name, "group_id": name, "group_size": 1} for name in ("a", "b")]
    rows = [note for _, notes in both for note in notes]
    made = trial.run(
        stage.find("window"), {"songs": songs, "song_notes": rows, "song_groups": groups}, notes=4, stride=4
    )
    assert [row["song_id"] for row in made.rows("samples")] == ["a", "a", "b"]
    assert len(made.rows("notes")) == 12
    assert made.rejects == []


def test_what_is_not_given_is_asked_for() -> None:
    with pytest.raises(UsageError, match=r"stage window reads .*song_notes"):
        trial.run(stage.find("window"))
    with pytest.raises(UsageError, match="stage find_videos calls services"):
        trial.run(stage.find("find_videos"))
    with pytest.raises(ContractError, match="song_groups"):
        trial.run(stage.find("window"), {"songs": [], "song_notes": [], "song_groups": [{"song_id": "a"}]})
