"""Which files of a folder are songs, and what of them is looked at before they are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from musicdata.errors import InputError
from musicdata.sources import song_files, song_formats
from musicdata.sources.song_files import SongFile


def hashed(path: Path) -> str:
    return song_files.content_hash(SongFile(path.name, path))


@pytest.mark.timeout(20)
def test_what_is_too_large_to_be_read_is_not_hashed(tmp_path: Path) -> None:
    with (tmp_path / "huge.csv").open("wb") as file:
        file.truncate(300 << 30)
    assert hashed(tmp_path / "huge.csv") == f"too_large:{300 << 30}"
    os.truncate(tmp_path / "huge.csv", song_formats.MAX_FILE_BYTES)
    assert len(hashed(tmp_path / "huge.csv")) == 64


@pytest.mark.timeout(20)
def test_what_has_become_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "folder.csv").mkdir()
    assert hashed(tmp_path / "pipe.csv") == "unreadable:no file"
    assert hashed(tmp_path / "folder.csv") == "unreadable:no file"
    assert hashed(tmp_path / "none.csv").startswith("unreadable:")
    with pytest.raises(InputError, match="no such file or folder"):
        song_files.song_files(str(tmp_path / "pipe.csv"))
    with pytest.raises(InputError, match="holds no songs"):
        song_files.song_files(str(tmp_path))
