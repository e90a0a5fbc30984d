"""Which files of a folder are nobody's input, and what is said of those that could be."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources import song_files, unread_files
from musicdata.sources.interpretations import inputs as interpretations
from musicdata.sources.lyrics import inputs as lyrics
from musicdata.sources.unread_files import UNKNOWN


def fill(folder: Path, *names: str, content: str = "x") -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    return folder


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (".DS_Store", True),
        ("._song.mxl", True),
        ("~$song.docx", True),
        ("desktop.ini", True),
        ("README", True),
        ("COPYING.txt", True),
        ("licence.md", True),
        ("Licence to kill.mxl", False),
        ("song.mscz", False),
        ("song", False),
        ("notes.txt", False),
    ],
)
def test_what_is_left_aside(name: str, expected: bool) -> None:
    assert unread_files.is_aside(name) is expected


def test_songs_of_unknown_kinds_are_listed_with_why(tmp_path: Path) -> None:
    fill(tmp_path, "a.csv", "b.MSCZ", "sub/c", "d.pdf", ".hidden", "README.md", "Thumbs.db")
    files = {file.name: file.fault for file in song_files.song_files(str(tmp_path))}
    assert files == {"a.csv": "", "b.MSCZ": UNKNOWN, "sub/c": UNKNOWN, "d.pdf": UNKNOWN}
    assert song_files.told(str(tmp_path)) == (
        "of kinds that are not read, so rejects: 1 .mscz, 1 .pdf, 1 without ending; "
        "left aside: .hidden, README.md, Thumbs.db"
    )
    limited = {file.name for file in song_files.song_files(str(tmp_path), 1)}
    assert limited == files.keys()  # a file that is not read does not count


def test_what_a_link_stands_for_is_no_unknown_file(tmp_path: Path) -> None:
    fill(tmp_path, "blobs/3f2a91")
    (tmp_path / "a.csv").symlink_to("blobs/3f2a91")
    assert [(file.name, file.fault) for file in song_files.song_files(str(tmp_path))] == [("a.csv", "")]
    assert song_files.told(str(tmp_path)) == ""


def test_a_folder_of_unknown_files_only_is_refused_with_what_to_do(tmp_path: Path) -> None:
    fill(tmp_path, "song.mscz", "README")
    with pytest.raises(InputError, match=r"holds no songs.*song\.mscz.*export it as MusicXML"):
        song_files.song_files(str(tmp_path))


def test_a_source_that_is_gone_tells_nothing(tmp_path: Path) -> None:
    assert song_files.told(str(tmp_path / "none")) == ""
    assert song_files.told("corpus:music21") == ""
    assert song_files.told("") == ""


def test_lyrics_and_interpretations_say_it_too(tmp_path: Path) -> None:
    folder = fill(tmp_path / "lyrics", "songs.csv", content="title,lyrics,review\na,b,c\n")
    fill(folder, "words.docx", "audio/1.mp3", "LICENSE")
    found = {file.name: file.fault for file in lyrics.find(str(folder)).files}
    assert found == {"audio/1.mp3": UNKNOWN, "songs.csv": "", "words.docx": UNKNOWN}
    assert lyrics.told(str(folder)) == ("of kinds that are not read, so rejects: 1 .docx, 1 .mp3; left aside: LICENSE")
    fill(folder, "songs.csv", content="title,artist,lyrics,comment\na,b,c,d\n")
    told = interpretations.told(str(folder))
    assert told == "of kinds that are not read, so rejects: 1 .docx; left aside: LICENSE"  # sound is another stage's
    files = {one.name: one.file.fault for one in interpretations.find(str(folder)).files}
    assert files == {"songs.csv": "", "words.docx": UNKNOWN}
