"""The tutorials run as they stand."""

from __future__ import annotations

from pathlib import Path

from tests import tutorials
from tests.pages import DOCS


def test_own_songs_into_pytorch(tmp_path: Path) -> None:
    assert tutorials.run(DOCS / "tutorials" / "own-songs.md", tmp_path) == []
