"""The scores with lyrics that come with music21: real music without a download.

music21 carries some 650 MusicXML scores; most Bach chorales among them have their text. They are found by
looking for lyrics in the bytes, without importing music21. What a score allows is for the reader to see in
`Song.rights`: the works are old, but an encoding may have terms of its own, and many state none.
"""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

from musicdata.errors import FormatError, SetupError
from musicdata.music.formats import archives
from musicdata.sources.song_formats import SongSource
from musicdata.system import packages

_SUFFIXES = {".mxl", ".musicxml", ".xml"}
_LYRIC = re.compile(rb"<lyric[\s>]")  # not <lyric-font>, which stands in scores without any
# Beginnings of names that keep a score out, each with its reason.
_LEFT_OUT = {
    "corelli/": "figured bass printed as lyrics",
    "demos/": "made to show how notation is stored; no songs",
    "monteverdi/": "lyrics from text recognition gone wrong, such as ml? for mio; a publisher's editions",
    "schubert/Lindenbaum.xml": "copyright claimed, holder not named",
    "theoryExercises/": "answers to exercises printed as lyrics",
}
_RESERVED = b"all rights reserved"


def scores() -> list[tuple[str, Path]]:
    """Lists the scores with lyrics in the installed music21 corpus.

    Left out are scores that say "All Rights Reserved", Schubert's Lindenbaum (a copyright claim without a
    name), Monteverdi's madrigals (lyrics garbled by text recognition), and those whose "lyrics" are none:
    figured bass, demonstrations and exercises.

    Returns:
        The name relative to the corpus, with slashes, and the file, in order of name.

    Raises:
        SetupError: when music21 is not installed or comes without its corpus.
    """
    folder = corpus_folder()
    files = (file for file in folder.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file())
    named = sorted((file.relative_to(folder).as_posix(), file) for file in files)
    return [(name, file) for name, file in named if _is_wanted(name, file)]


def corpus_folder() -> Path:
    """Returns the folder of music21's corpus without importing music21."""
    packages.require(["music21"], "music21's corpus of scores")
    spec = importlib.util.find_spec("music21")
    folder = Path(spec.origin).parent / "corpus" if spec and spec.origin else None
    if folder is None or not (folder / "bach").is_dir():
        raise SetupError("music21's corpus is not installed; run: pip install --force-reinstall music21")
    return folder


def _is_wanted(name: str, file: Path) -> bool:
    if name.startswith(tuple(_LEFT_OUT)):
        return False
    data = file.read_bytes()
    if file.suffix.lower() == ".mxl":
        try:
            data = archives.read_score(data)
        except FormatError:
            return False  # not a score we could read later either
    return _LYRIC.search(data) is not None and _RESERVED not in data.lower()


SOURCE = SongSource("music21", scores, corpus_folder, lambda: packages.version("music21"))
