from __future__ import annotations

import csv
import os
from pathlib import Path

import mido
import pandas as pd
import pytest

import musicdata
from musicdata.api.status import remarks
from musicdata.music.formats.song import SungNote
from musicdata.sources import song_files
from musicdata.sources.song_files import slug
from musicdata.stages.ingest.songs import lyrics, split_words
from tests.music.formats.test_mei import note as mei_note
from tests.music.formats.test_mei import score as mei_score
from tests.music.formats.test_mei import syl as mei_syl
from tests.music.formats.test_mei import verse as mei_verse
from tests.musicxml_scores import lyric, note, part, score
from tests.recipes import write_recipe
from tests.songs import rows, shared, write_song


@pytest.fixture
def recipe(tmp_path: Path) -> str:
    """A recipe that only reads songs."""
    return write_recipe(tmp_path, "ingest.songs")


def write_musicxml(path: Path) -> None:
    head = "<work><work-title>Lied</work-title></work><identification><creator type='composer'>A. B.</creator><rights>CC0</rights></identification>"
    bar = part(note("C4", 12, lyric("Lie", "begin")), note("D4", 12, lyric("be", "end")))
    path.write_bytes(score(bar, head=head))


def write_karaoke(path: Path) -> None:
    track = mido.MidiTrack()
    for pitch, text in ((60, "Twin"), (60, "kle "), (67, "lit"), (67, "tle "), (69, "star ")):
        track.append(mido.MetaMessage("lyrics", text=text, time=0))
        track.append(mido.Message("note_on", note=pitch, velocity=80, time=0))
        track.append(mido.Message("note_off", note=pitch, velocity=0, time=480))
    file = mido.MidiFile(ticks_per_beat=480)
    file.tracks.append(track)
    file.save(str(path))


def test_a_folder_may_mix_every_format(recipe: str, tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    write_song(folder / "table.csv", 1)
    pd.DataFrame([{**row, "song": f"number {i // 30}"} for i, row in enumerate(rows(2, 60))]).to_parquet(
        folder / "two.parquet"
    )
    write_musicxml(folder / "deep.musicxml")
    write_karaoke(folder / "sung.kar")
    npy = next((shared("lmd_lyrics") / "word_level").glob("*.npy"))
    (folder / "sub").mkdir()
    (folder / "sub" / "lakh.npy").write_bytes(npy.read_bytes())
    work = musicdata.build(recipe, input=folder, work=tmp_path / "w")
    songs = work.table("songs").to_pandas().set_index("source_id")
    assert sorted(songs.index) == [
        "files: deep.musicxml", "files: sub/lakh.npy", "files: sung.kar", "files: table.csv",
        "files: two.parquet # number 0", "files: two.parquet # number 1",
    ]  # fmt: skip
    lied = songs.loc["files: deep.musicxml"]
    assert (lied.title, lied.composer, lied.rights) == ("Lied", "A. B.", "CC0")
    assert songs.loc["files: sung.kar"].n_notes == 5
    notes = work.table("song_notes").to_pandas()
    sung = notes[notes.song_id == songs.loc["files: sung.kar"].song_id]
    assert list(sung.syllable) == ["Twin", "kle", "lit", "tle", "star"]
    assert list(sung.word) == ["Twinkle", "Twinkle", "little", "little", "star"]


def test_tunes_scores_and_files_that_are_none(recipe: str, tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    folder.mkdir()
    write_musicxml(folder / "deep.musicxml")
    tune = "X:1\nT:One\nL:1/4\nK:C\nCD|\nw:Lie-be\n\nX:2\nT:Two\nL:1/4\nK:C\nEF|\nw:Lust und\n\nX:3\nK:C\nC|\n"
    (folder / "two.abc").write_text(tune)
    (folder / "spines.krn").write_text("**kern\t**text\n4c\tWein\n4d\tund\n*-\t*-\n")
    (folder / "score.mei").write_bytes(mei_score(mei_note("c4", "4", mei_verse(mei_syl("Weib")))))
    (folder / "called.xml").write_bytes((folder / "score.mei").read_bytes())
    for name in ("song.mscz", "scan.pdf", "no ending", ".DS_Store", "LICENSE.txt"):
        (folder / name).write_bytes(b"x")
    plan = musicdata.plan(recipe, input=folder, work=tmp_path / "w")
    assert plan.files == {".abc": 1, ".krn": 1, ".mei": 1, ".musicxml": 1, ".xml": 1}
    told = (
        "of kinds that are not read, so rejects: 1 .mscz, 1 .pdf, 1 without ending; left aside: .DS_Store, LICENSE.txt"
    )
    assert plan.remarks == (told,)
    work = musicdata.build(recipe, input=folder, work=tmp_path / "w")
    songs = {row["source_id"]: (row["title"], row["n_notes"]) for row in work.rows("songs")}
    assert songs == {
        "files: called.xml": ("Lied", 1), "files: deep.musicxml": ("Lied", 2), "files: score.mei": ("Lied", 1),
        "files: spines.krn": (None, 2), "files: two.abc # X:1": ("One", 2), "files: two.abc # X:2": ("Two", 2),
    }  # fmt: skip
    rejects = {row["key"]: (row["reason"], row["detail"]) for row in work.rows("rejects")}
    assert {key: reason for key, (reason, _) in rejects.items()} == {
        "no ending": "unknown_format", "scan.pdf": "unknown_format", "song.mscz": "unknown_format",
        "two.abc # X:3": "no_lyrics",
    }  # fmt: skip
    assert "mscore -o song.mxl song.mscz" in rejects["song.mscz"][1]
    assert remarks(work.root)["ingest.songs"]["text"] == told
    assert musicdata.check(work.root).findings == []


def test_ids_do_not_depend_on_the_other_files(recipe: str, tmp_path: Path) -> None:
    write_song(tmp_path / "one" / "a.csv", 1)
    alone = musicdata.build(recipe, input=tmp_path / "one", work=tmp_path / "w1").table("songs")
    for name in ("a.csv", "b.csv", "z/a.csv"):
        write_song(tmp_path / "more" / name, 1)
    among = musicdata.build(recipe, input=tmp_path / "more", work=tmp_path / "w2").table("songs")
    ids = among.column("song_id").to_pylist()
    assert alone.column("song_id")[0].as_py() in ids
    assert len(set(ids)) == 3


def test_one_bad_song_of_a_table_loses_no_other(recipe: str, tmp_path: Path) -> None:
    table = [{"song": "good", "pitch": 60, "duration": 1, "rest": 0, "syllable": "la"}]
    table += [{**table[0], "song": "bad", "pitch": 600}, {**table[0], "song": "fine"}]
    with (tmp_path / "t.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    work = musicdata.build(recipe, input=tmp_path / "t.csv", work=tmp_path / "w")
    assert work.table("songs").num_rows == 2
    (reject,) = work.rows("rejects")
    assert (reject["key"], reject["reason"]) == ("t.csv # bad", "bad_value")
    assert "600" in reject["detail"]


def test_a_file_that_cannot_be_read_is_a_reject(recipe: str, tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "a.csv", 1)
    (tmp_path / "songs" / "broken.csv").symlink_to("nowhere.csv")
    work = musicdata.build(recipe, input=tmp_path / "songs", work=tmp_path / "w")
    assert [(row["key"], row["reason"]) for row in work.rows("rejects")] == [("broken.csv", "broken_link")]


def test_links_that_leave_the_folder_are_rejects_and_never_read(recipe: str, tmp_path: Path) -> None:
    folder, outside = tmp_path / "songs", tmp_path / "outside"
    write_song(folder / "a.csv", 1)
    write_song(outside / "deep" / "b.csv", 2)
    (outside / "letter.csv").write_text("the words of a letter\n")
    (folder / "sub").mkdir()
    links = {
        "letter.csv": outside / "letter.csv",
        "sub/above.csv": Path("../../outside/letter.csv"),
        "environment.csv": Path("/proc/self/environ"),
        "root.csv": Path(f"/proc/self/root{outside}/letter.csv"),
        "memory.mid": Path("/proc/self/mem"),
        "gone.csv": outside / "gone.csv",
        "by_a_link.csv": Path("step"),
        "step": outside / "letter.csv",
        "folder": outside,
        "parent": Path(".."),
        "everything": Path("/"),
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    work = musicdata.build(recipe, input=folder, work=tmp_path / "w")
    rejects = {row["key"]: (row["reason"], row["detail"]) for row in work.rows("rejects")}
    assert set(rejects) == links.keys() - {"step"}
    assert {reason for reason, _ in rejects.values()} == {"link_leaves_folder"}
    assert not any("letter" in detail or str(tmp_path) in detail for _, detail in rejects.values())
    assert work.table("songs").num_rows == 1


def test_links_within_the_folder_are_other_names_of_one_song(recipe: str, tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    write_song(folder / "a.csv", 1)
    (folder / "store").mkdir()
    write_song(tmp_path / "b.csv", 2).rename(
        folder / "store" / "0a1b2c"
    )  # no ending: read by the names that links have
    links = {
        "again.csv": Path("a.csv"),
        "b.csv": Path("store/0a1b2c"),
        "c.csv": Path("b.csv"),
        "loop": Path(),
        "store/up": Path(".."),
        "other": Path("store"),
        "circle.csv": Path("circle.csv"),
        "around.csv": Path("/proc/self/root") / str(folder / "a.csv").lstrip("/"),
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    entrance = tmp_path / "entrance"
    entrance.symlink_to(folder)
    work = musicdata.build(recipe, input=entrance, work=tmp_path / "w")
    assert {row["key"]: row["reason"] for row in work.rows("rejects")} == {
        "again.csv": "link_to_another_file",
        "around.csv": "link_to_another_file",
        "c.csv": "link_to_another_file",
        "circle.csv": "broken_link",
    }
    assert {row["source_id"] for row in work.rows("songs")} == {"files: a.csv", "files: b.csv"}
    assert work.table("songs").num_rows == 2


def test_a_link_that_is_put_in_a_song_s_place_is_not_followed(tmp_path: Path) -> None:
    """Files are listed first and read later, by other processes."""
    folder = tmp_path / "songs"
    write_song(folder / "sub" / "a.csv", 1)
    write_song(tmp_path / "outside" / "a.csv", 2)
    assert not song_files.song_file(str(folder), "sub/a.csv").fault
    (folder / "sub").rename(folder / "was")
    (folder / "sub").symlink_to(tmp_path / "outside")
    assert song_files.song_file(str(folder), "sub/a.csv").fault == "link_leaves_folder"
    (folder / "sub").unlink()
    (folder / "sub").mkdir()
    (folder / "sub" / "a.csv").symlink_to("/proc/self/environ")
    assert song_files.song_file(str(folder), "sub/a.csv").fault == "link_leaves_folder"
    assert song_files.song_file(str(folder), "../outside/a.csv").fault == "link_leaves_folder"


def test_a_file_name_that_is_no_text_is_a_reject(recipe: str, tmp_path: Path) -> None:
    song = write_song(tmp_path / "songs" / "a.csv", 1)
    (tmp_path / "songs" / os.fsdecode(b"caf\xe9.csv")).write_bytes(song.read_bytes())
    work = musicdata.build(recipe, input=tmp_path / "songs", work=tmp_path / "w")
    assert [(row["key"], row["reason"]) for row in work.rows("rejects")] == [("'caf\\udce9.csv'", "bad_file_name")]
    assert work.table("songs").num_rows == 1


def test_a_bad_table_of_one_song_is_rejected_by_its_file_s_name(recipe: str, tmp_path: Path) -> None:
    write_song(tmp_path / "songs" / "good.csv", 1)
    (tmp_path / "songs" / "bad.csv").write_text("pitch,duration,rest,syllable\n60,nan,0,la\n")
    work = musicdata.build(recipe, input=tmp_path / "songs", work=tmp_path / "w")
    assert [(row["key"], row["reason"]) for row in work.rows("rejects")] == [("bad.csv", "bad_value")]


def whole(word: str, index: int, n: int) -> list[SungNote]:
    return [SungNote(60 + i, 1.0, 0.0, None, word, index) for i in range(n)]


def test_whole_words_are_split_over_their_notes() -> None:
    split = split_words([*whole("Freude", 0, 2), *whole("schöner", 1, 2), *whole("Mai", 2, 1)], "de")
    assert [note.syllable for note in split] == ["Freu", "de", "schö", "ner", "Mai"]


def test_notes_past_the_last_syllable_are_its_melisma() -> None:
    notes = whole("Mai", 0, 3)
    (only,) = split_words(notes, "de")
    assert (only.syllable, only.pitch, only.duration_ql) == ("Mai", 60, 3.0)


def test_a_word_on_too_few_notes_keeps_all_its_letters() -> None:
    (only,) = split_words(whole("Freude", 0, 1), "de")
    assert only.syllable == "Freude"


def test_lyrics_name_each_word_once() -> None:
    notes = [
        SungNote(60, 1, 0, "Freu", "Freude", 0),
        SungNote(60, 1, 0, "de", "Freude", 0),
        SungNote(60, 1, 0, "la", "la", 1),
    ]
    assert lyrics(notes) == "Freude la"
    assert lyrics([SungNote(60, 1, 0, "la", None, None)] * 2) == "la la"


def test_the_language_may_be_given(recipe: str, tmp_path: Path) -> None:
    write_song(tmp_path / "a.csv", 1)
    work = musicdata.build(
        recipe, input=tmp_path / "a.csv", work=tmp_path / "w", overrides=["ingest.songs.language=fr"]
    )
    (row,) = work.rows("songs")
    assert (row["language"], row["language_score"], row["language_tool"]) == ("fr", 1.0, "recipe")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe", "grosse"),
        ("../../etc/passwd", "etc_passwd"),
        ("שלום", "song"),
        ("", "song"),
        ("-rf", "rf"),
        ("a" * 300, "a" * 40),
        ("💥 boom", "boom"),
    ],
)
def test_slugs_are_safe_in_file_names(text: str, expected: str) -> None:
    assert slug(text) == expected
