"""A small data set of windows without pictures and sounds, that is released: made in seconds."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import musicdata
from musicdata.api import releases
from tests.recipes import TO_WINDOWS, write_recipe
from tests.songs import write_songs

RELEASE = '[release]\ncomplete = "samples"\nlicence = "CC-BY-4.0"\ndescription = "Windows."\n'


@dataclass(frozen=True)
class Windows:
    """Where it is: `songs`, `part.toml`, the workspace `work`, its release `release`."""

    root: Path

    @property
    def recipe(self) -> str:
        return str(self.root / "part.toml")

    @property
    def songs(self) -> Path:
        return self.root / "songs"

    @property
    def work(self) -> Path:
        return self.root / "work"

    @property
    def release(self) -> Path:
        return self.root / "release"

    def copy(self, folder: Path) -> Path:
        """Return a copy of the workspace, to change."""
        return shutil.copytree(self.work, folder / "work")


def make(folder: Path) -> None:
    """Write the songs, build the workspace and release it."""
    songs = write_songs(folder / "songs", 6, n_notes=20)
    path = Path(write_recipe(folder, *TO_WINDOWS, "rights"))
    path.write_text(path.read_text("utf-8") + RELEASE, "utf-8")
    work = musicdata.build(str(path), input=songs, work=folder / "work", workers=1, overrides=["window.notes=10"])
    releases.build(work.root, folder / "release", version="1.0.0")
