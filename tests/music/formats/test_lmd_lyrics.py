from __future__ import annotations

import csv
import io
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import lmd_lyrics
from musicdata.music.formats.song import SungNote

if TYPE_CHECKING:
    from collections.abc import Sequence

LMD = Path(__file__).resolve().parents[3] / ".." / "shared" / "data" / "lmd_lyrics"
needs_lmd = pytest.mark.skipif(not LMD.exists(), reason=f"no LMD lyrics sample at {LMD}")

KNOWN = "00a7a14ff9e9666032e1dce602856582"


def read(level: str, song_id: str, **options: float) -> Sequence[SungNote]:
    path = LMD / f"{level}_level" / f"{song_id}.npy"
    (song,) = lmd_lyrics.read(path.read_bytes(), path.name, **options)
    return song.notes


def index_rows() -> list[dict[str, str]]:
    with (LMD / "index.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def npy(*lists: Any) -> bytes:
    """Write lists the way the data set does, with today's NumPy."""
    table = np.empty((1, len(lists)), dtype=object)
    for column, items in enumerate(lists):
        table[0, column] = items
    file = io.BytesIO()
    np.save(file, table)
    return file.getvalue()


def syllable_file(*, discrete: Any = (74.0, 1.0, 0.0), syllable: Any = "I") -> bytes:
    return npy([[0.0, 0.5, 587.33, 120.0]], [list(discrete)], [syllable])


def windows(notes: Sequence[SungNote]) -> list[Sequence[SungNote]]:
    """Cut windows by the source's rule: 20 notes from word 0 (of >= 20 words) and from word 20 (of >= 40)."""
    first_note: dict[int | None, int] = {}
    for index, note in enumerate(notes):
        first_note.setdefault(note.word_index, index)
    starts = [first_note[word] for word in (0, 20) if len(first_note) >= word + 20]
    return [notes[start : start + 20] for start in starts]


@needs_lmd
def test_counts_of_all_files_equal_the_index() -> None:
    rows = index_rows()
    assert len(rows) == 200
    for row in rows:
        notes = read("word", row["id"])
        cut = windows(notes)
        assert len(notes) == int(row["notes_word_level"])
        assert len({note.word_index for note in notes}) == int(row["words"])
        assert len(cut) == int(row["windows20"])
        quiet = [window for window in cut if all(note.rest_ql <= 8 for note in window)]
        assert len(quiet) == int(row["windows20_rest_le_8"])


@needs_lmd
def test_syllable_level_counts_equal_the_index() -> None:
    rows = [row for row in index_rows() if row["in_syllable_level"] == "1"]
    assert len(rows) == 100
    for row in rows:
        notes = read("syllable", row["id"])
        assert len(notes) == int(row["notes_syllable_level"])
        assert all(note.word is None and note.word_index is None for note in notes)
        assert all(note.syllable for note in notes)


@needs_lmd
def test_values_equal_what_numpy_reads() -> None:
    for level in ("word", "syllable"):
        path = LMD / f"{level}_level" / f"{KNOWN}.npy"
        columns = np.load(path, allow_pickle=True)[0]
        discrete, syllables = columns[1], columns[-1]
        if level == "word":
            discrete, syllables = list(chain(*discrete)), list(chain(*syllables))
        found = [(note.pitch, note.duration_ql, note.rest_ql, note.syllable) for note in read(level, KNOWN)]
        assert found == [(*numbers, text) for numbers, text in zip(discrete, syllables, strict=True)]


@needs_lmd
def test_word_repeats_on_each_of_its_syllables() -> None:
    for row in index_rows()[:20]:
        by_word: dict[int, list[SungNote]] = {}
        for note in read("word", row["id"]):
            assert note.word_index is not None
            by_word.setdefault(note.word_index, []).append(note)
        assert list(by_word) == list(range(len(by_word)))
        for notes in by_word.values():
            assert {"".join(note.syllable or "" for note in notes)} == {note.word for note in notes}


@needs_lmd
def test_unit_scales_durations_and_rests() -> None:
    for whole, half in zip(read("word", KNOWN), read("word", KNOWN, unit_ql=0.5), strict=True):
        assert (half.duration_ql, half.rest_ql) == (whole.duration_ql / 2, whole.rest_ql / 2)
        assert (half.pitch, half.syllable) == (whole.pitch, whole.syllable)


@needs_lmd
def test_reads_what_another_numpy_saved_again() -> None:
    path = LMD / "word_level" / f"{KNOWN}.npy"
    file = io.BytesIO()
    np.save(file, np.load(path, allow_pickle=True))
    assert b"numpy._core" in file.getvalue()
    (song,) = lmd_lyrics.read(file.getvalue(), "again.npy")
    assert song.notes == read("word", KNOWN)


def test_text_is_stripped_and_composed_and_keeps_its_case_and_signs() -> None:
    (song,) = lmd_lyrics.read(syllable_file(syllable=" Don't-e\u0301! "), "x.npy")
    assert song.notes == [SungNote(74, 1.0, 0.0, "Don't-\u00e9!", None, None)]


@pytest.mark.parametrize(
    "discrete",
    [
        [60.5, 1.0, 0.0],
        [128.0, 1.0, 0.0],
        [-1.0, 1.0, 0.0],
        [float("nan"), 1.0, 0.0],
        [60.0, 0.0, 0.0],
        [60.0, -1.0, 0.0],
        [60.0, float("nan"), 0.0],
        [60.0, float("inf"), 0.0],
        [60.0, 1e300, 0.0],
        [60.0, 1.0, -0.5],
        [60.0, 1.0, float("inf")],
        [60.0, 1.0, 1e300],
        [60.0, 1.0],
        [60.0, 1.0, 0.0, 0.0],
        ["60", 1.0, 0.0],
        [True, 1.0, 0.0],
        [[60.0], 1.0, 0.0],
    ],
    ids=repr,
)
def test_number_that_cannot_be_right_is_refused(discrete: list[Any]) -> None:
    with pytest.raises(FormatError, match=r"x\.npy: note 0") as caught:
        lmd_lyrics.read(syllable_file(discrete=discrete), "x.npy")
    assert caught.value.reason == "bad_values"


@pytest.mark.parametrize("syllable", ["", "  ", "a\x00b", "\ud800", "x" * 201, 5.0, None, ["a"]], ids=repr)
def test_text_that_cannot_be_sung_is_refused(syllable: Any) -> None:
    with pytest.raises(FormatError) as caught:
        lmd_lyrics.read(syllable_file(syllable=syllable), "x.npy")
    assert caught.value.reason == "bad_values"


NOTE = [0.0, 0.5, 587.33, 120.0]
TONE = [74.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "lists",
    [
        ([NOTE], [TONE], ["a", "b"]),
        ([NOTE, NOTE], [TONE], ["a"]),
        ([], [], []),
        ([NOTE], [TONE], ("a",)),
        ("ab", "cd", "ef"),
        ([NOTE], [TONE]),
        ([NOTE], [TONE], ["a"], ["a"], ["a"]),
        ([NOTE], [TONE], ["a"], ["a"]),
        ([[NOTE]], [[TONE]], [["word"]], [["wo", "rd"]]),
        ([[]], [[]], [[]], [[]]),
        ([[[NOTE]]], [[[TONE]]], [["word"]]),
    ],
    ids=lambda lists: str(len(lists)),
)
def test_other_shapes_are_refused(lists: tuple[Any, ...]) -> None:
    with pytest.raises(FormatError) as caught:
        lmd_lyrics.read(npy(*lists), "x.npy")
    assert caught.value.reason in {"wrong_shape", "bad_values"}


def test_word_spelled_in_two_ways_is_refused() -> None:
    lists = [[NOTE, NOTE]], [[TONE, TONE]], [["better", "butter"]], [["bet", "ter"]]
    with pytest.raises(FormatError, match="word 0") as caught:
        lmd_lyrics.read(npy(*lists), "x.npy")
    assert caught.value.reason == "bad_values"


def plain_npy(values: np.ndarray[Any, Any], version: tuple[int, int] = (1, 0)) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, values, version=version)
    return file.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x93NUMPY",
        b"PK\x03\x04 something else",
        plain_npy(np.zeros((1, 3))),
        plain_npy(np.array([["a", "b", "c"]])),
        plain_npy(np.zeros((1, 3), dtype=object), (2, 0)),
        plain_npy(np.zeros((3,), dtype=object)),
        plain_npy(np.asfortranarray(np.zeros((2, 3), dtype=object))),
    ],
    ids=range(8),
)
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(FormatError, match=r"x\.npy") as caught:
        lmd_lyrics.read(data, "x.npy")
    assert caught.value.reason == "not_lmd_npy"


@pytest.mark.parametrize("unit_ql", [0.0, -1.0, float("nan"), float("inf")])
def test_unit_must_be_a_positive_number(unit_ql: float) -> None:
    with pytest.raises(ValueError, match="unit_ql"):
        lmd_lyrics.read(syllable_file(), "x.npy", unit_ql=unit_ql)
