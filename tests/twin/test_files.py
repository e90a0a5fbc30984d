"""Sets of made-up files are written once, and whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from musicdata.errors import UsageError
from musicdata.twin import AlbumPopulation, files
from musicdata.twin.albums.dumps import write_files


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Make the set small; return where it was written, each time."""
    folders: list[Path] = []

    def write(folder: Path) -> None:
        folders.append(folder)
        write_files(AlbumPopulation(3), folder)

    monkeypatch.setitem(files._SETS, "albums", write)
    return folders


def test_a_set_is_written_once_under_another_name_first(tmp_path: Path, written: list[Path]) -> None:
    cache = tmp_path / "cache"
    folder = files.made("albums", cache)
    assert files.made("albums", cache) == folder
    assert len(written) == 1
    assert written[0] != folder
    assert not written[0].exists()
    assert {path.name for path in folder.iterdir()} >= {"mard.zip", "release.tar.xz"}


def test_what_a_killed_run_left_is_written_anew(tmp_path: Path, written: list[Path]) -> None:
    folder = files.made("albums", tmp_path)
    whole = (folder / "mard.zip").read_bytes()
    left = tmp_path / f"{folder.name}.part"
    folder.rename(left)
    (left / "mard.zip").write_bytes(whole[:100])
    assert files.made("albums", tmp_path) == folder
    assert (folder / "mard.zip").read_bytes() == whole
    assert len(written) == 2


def test_other_code_writes_another_folder(tmp_path: Path, written: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = files.made("albums", tmp_path)
    monkeypatch.setattr(files, "_version", lambda: "another")
    assert files.made("albums", tmp_path) != folder
    assert len(written) == 2


def test_an_unknown_set_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'tunes' .* are albums, captions, interpretations, songs"):
        files.made("tunes", tmp_path)
    assert not list(tmp_path.iterdir())
