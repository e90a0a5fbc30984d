"""Which file of a folder is which song's: by name only, and never out of the folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import FormatError, InputError
from musicdata.sources.audio_folder import AudioFolder


def filled(root: Path, files: dict[str, bytes]) -> AudioFolder:
    for name, data in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    return AudioFolder(root)


def reason(folder: AudioFolder, song_id: str, audio_name: str | None = None) -> str:
    with pytest.raises(FormatError) as caught:
        folder.find(song_id, audio_name)
    assert caught.value.detail
    return caught.value.reason


def test_a_file_is_found_by_the_songs_id_or_by_the_name_that_is_told(tmp_path: Path) -> None:
    folder = filled(tmp_path, {"a.mp3": b"1", "deep/er/b.FLAC": b"2", "c.mid": b"3", "d.txt": b"4", "other.ogg": b"5"})
    assert folder.find("a", None).name == "a.mp3"
    assert folder.find("b", None).name == "deep/er/b.FLAC"
    assert folder.find("c", "").name == "c.mid"
    assert folder.find("a", "other.ogg").name == "other.ogg"
    assert folder.find("a", "missing.ogg").name == "a.mp3"
    assert reason(folder, "d") == "no_audio"
    assert reason(folder, "e", "missing.ogg") == "no_audio"
    assert folder.path("deep/er/b.FLAC").read_bytes() == b"2"


def test_several_files_are_one_only_if_their_bytes_are(tmp_path: Path) -> None:
    folder = filled(tmp_path, {"x/a.mp3": b"1", "a.mp3": b"1", "b.mp3": b"1", "b.wav": b"2"})
    assert folder.find("a", None).name == "a.mp3"
    assert reason(folder, "b") == "several_files"
    assert folder.find("b", "b.wav").name == "b.wav"


@pytest.mark.parametrize("song_id", ["../secret", "..", "/etc/passwd", "deep/a", "a\0", "", "\ud800"])
def test_an_id_leads_nowhere_but_to_a_name(song_id: str, tmp_path: Path) -> None:
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    folder = filled(tmp_path / "audio", {"deep/a.mp3": b"1"})
    assert reason(folder, song_id) == "no_audio"
    assert reason(folder, "nobody", f"{song_id}.mp3") == "no_audio"


def test_links_out_of_the_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.mp3").write_bytes(b"secret")
    folder = filled(tmp_path / "audio", {"b.mp3": b"1"})
    (folder.root / "a.mp3").symlink_to(tmp_path / "secret.mp3")
    (folder.root / "c.mp3").symlink_to(folder.root / "nothing.mp3")
    folder = AudioFolder(folder.root)
    assert reason(folder, "a") == "link_leaves_folder"
    assert reason(folder, "c") == "broken_link"
    assert folder.find("b", None).name == "b.mp3"
    (folder.root / "b.mp3").unlink()
    (folder.root / "b.mp3").symlink_to(tmp_path / "secret.mp3")
    with pytest.raises(FormatError, match="link_leaves_folder"):
        folder.path("b.mp3")


def test_accents_may_be_written_in_two_ways(tmp_path: Path) -> None:
    folder = filled(tmp_path, {"Caf\u0065\u0301.mp3": b"1"})
    assert folder.find("Caf\u00e9", None).sha256 == folder.find("x", "Caf\u00e9.mp3").sha256


def test_the_digest_is_of_names_and_bytes(tmp_path: Path) -> None:
    files = {"a.mp3": b"1", "deep/b.mp3": b"2"}
    first = filled(tmp_path / "1", files).digest()
    assert filled(tmp_path / "2", dict(reversed(files.items())) | {"notes.txt": b"no sound"}).digest() == first
    assert filled(tmp_path / "3", files | {"a.mp3": b"other"}).digest() != first
    assert filled(tmp_path / "4", {"a.mp3": b"1", "b.mp3": b"2"}).digest() != first


def test_a_folder_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        AudioFolder(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("no sound")
    with pytest.raises(InputError, match=r"holds no sound: none of its files ends in \.flac \.mp3"):
        AudioFolder(tmp_path)
