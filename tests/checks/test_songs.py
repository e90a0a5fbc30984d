"""Songs have the syllables of their files, or say how many are left out."""

from __future__ import annotations

from pathlib import Path

import pytest

import musicdata
from musicdata.checks import songs
from tests.music.formats.test_karaoke import MELODY, ONE_TEXT_EACH, track, write
from tests.musicxml_scores import grace, lyric, note, part, rest, score
from tests.recipes import write_recipe
from tests.songs import write_song
from tests.tampering import change_column

NAME = songs.CHECK.name


def two_verses(first: str, second: str) -> str:
    pairs = zip(first.split(), second.split(), strict=True)
    return "".join(note("C4", 12, lyric(a), lyric(b, number="2")) for a, b in pairs)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A workspace with songs read from two scores and a table."""
    folder = tmp_path / "songs"
    write_song(folder / "table.csv", 1)
    verse = part(two_verses("a b c d", "e f g h"), rest(24) + grace("D4", lyric("so")) + note("C4", 24, lyric("on")))
    cue = part(note("E4", 48, lyric("cue")).replace("<note>", "<note><cue/>"), note("E3", 48, lyric("other")))
    (folder / "two verses.musicxml").write_bytes(score(verse, cue))
    (folder / "whole.musicxml").write_bytes(score(part(two_verses("a b", "_ -") + rest(24))))
    recipe = write_recipe(tmp_path, "ingest.songs")
    return musicdata.build(recipe, input=folder, work=tmp_path / "w").root


def test_songs_say_what_is_left_out(work: Path) -> None:
    rows = {row["source_id"]: row for row in musicdata.open_work(work).rows("songs")}
    assert {name: (row["n_notes"], row["n_left_out"], row["left_out"]) for name, row in rows.items()} == {
        "files: table.csv": (45, 0, ""),
        "files: two verses.musicxml": (5, 6, "other_parts 2, other_verses 4"),
        "files: whole.musicxml": (2, 0, ""),
    }
    report = musicdata.check(work)
    assert report.findings == []
    assert NAME in report.passed


def findings(work: Path) -> list[str]:
    report = musicdata.check(work)
    assert {finding.check for finding in report.findings} <= {NAME}
    return [finding.message for finding in report.findings]


@pytest.mark.parametrize("change", [-1, 2, 40])
def test_a_wrong_count_is_found(work: Path, change: int) -> None:
    change_column(work, "songs", "n_left_out", lambda n: int(str(n)) and int(str(n)) + change)
    (message,) = findings(work)
    assert "two verses.musicxml has 12 syllables" in message
    assert f"{6 + change} syllables left out" in message


def test_a_file_that_is_not_the_one_that_was_read_says_nothing(work: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "songs").glob("*.musicxml"):
        path.write_bytes(score(part(two_verses("a b c d", "e f g h"))))
    assert findings(work) == []


def test_without_the_files_there_is_nothing_to_compare_with(work: Path, tmp_path: Path) -> None:
    (tmp_path / "songs").rename(tmp_path / "elsewhere")
    assert findings(work) == []


def test_counting_leaves_out_what_is_no_syllable() -> None:
    printed = note("C4", 12, lyric("a")) + note("C4", 12, lyric("_")) + note("C4", 12, lyric("4"))
    with_grace = printed + grace("D4", lyric("b"), lyric("c", number="2")) + note("C4", 12)
    assert songs.count_in_score(score(part(printed)), "x.xml") == (2, 2)
    assert songs.count_in_score(score(part(with_grace)), "x.xml") == (2, 4)


def karaoke_files() -> dict[str, bytes]:
    """Return karaoke files by name, of syllables, of whole words, with two on a note, without notes, said twice."""
    syllables = list(zip(ONE_TEXT_EACH, ["Twin", "kle ", "lit", "tle ", "won", "der", "ful ", "star "], strict=True))
    shared = [*syllables, (7.5, "so "), (20, "far ")]
    later = [place + 0.5 for place in ONE_TEXT_EACH[:6]]
    other = track([(place, 1, 72) for place in later], [(place, "I am ") for place in later])
    again = track(lyrics=[(place, "/" + text) for place, text in syllables], kind="text")
    whole = [(0, "Twinkle"), (2, "little"), (4, "I am "), (7, "star")]
    return {
        "syllables.mid": write(track(MELODY, syllables)),
        "shared.mid": write(track(MELODY, shared)),
        "others.kar": write(track(MELODY, syllables), other, again),
        "words.mid": write(track(MELODY, whole)),
        "plain.mid": write(track(MELODY, syllables, kind="text")),
        "cut.mid": write(track(MELODY, syllables))[:-6],
    }


def test_syllables_of_karaoke_files_are_counted_anew(tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    for name, data in karaoke_files().items():
        (folder / name).write_bytes(data)
    work = musicdata.build(write_recipe(tmp_path, "ingest.songs"), input=folder, work=tmp_path / "w").root
    rows = {row["source_id"]: row["left_out"] for row in musicdata.open_work(work).rows("songs")}
    assert rows == {
        "files: cut.mid": "cut_tracks 1",
        "files: others.kar": "other_voices 12, repeated 8",
        "files: plain.mid": "",
        "files: shared.mid": "without_note 1",
        "files: syllables.mid": "",
        "files: words.mid": "",
    }
    assert findings(work) == []
    change_column(work, "songs", "n_left_out", lambda n: int(str(n)) + 9)
    messages = findings(work)
    assert "8 notes and 10 syllables left out, where cut.mid has 9 syllables" in messages[0]
    assert "8 notes and 29 syllables left out, where others.kar has 28 syllables" in messages[1]
