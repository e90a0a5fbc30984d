"""Files of an input folder that nothing here reads: each is told, with what can be done about it.

Some are never meant as input: hidden files, what systems leave behind, and the papers beside a collection (licence,
readme). They are counted, and told together.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from musicdata.system import walking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from musicdata.system.walking import Entry

UNKNOWN = "unknown_format"
"""Why a file is rejected whose ending says that it is of no kind that is read."""

_LEFT_BEHIND = frozenset({"thumbs.db", "desktop.ini", "icon\r", "__macosx"})
_PAPERS = (
    "licence", "license", "copying", "readme", "read_me", "notice", "authors", "contributing", "changelog", "citation"
)  # fmt: skip
_PAPER_ENDINGS = frozenset({"", ".txt", ".md", ".rst", ".html", ".cff", ".bib"})
_SHOWN, _CHARACTERS = 6, 60
_EXPORT = "export it as MusicXML (.mxl) from"
_ADVICE = {
    **dict.fromkeys((".mscz", ".mscx"), f"{_EXPORT} MuseScore: mscore -o song.mxl song.mscz"),
    **dict.fromkeys((".sib",), f"{_EXPORT} Sibelius: File, Export, MusicXML"),
    **dict.fromkeys((".mus", ".musx"), f"{_EXPORT} Finale: File, Export, MusicXML"),
    **dict.fromkeys((".dorico",), f"{_EXPORT} Dorico: File, Export, MusicXML"),
    **dict.fromkeys((".cap", ".capx"), f"{_EXPORT} capella"),
    **dict.fromkeys((".gp", ".gp3", ".gp4", ".gp5", ".gpx", ".gtp", ".tg"), f"{_EXPORT} Guitar Pro, or TuxGuitar"),
    **dict.fromkeys((".enc", ".nwc", ".mus3", ".ove"), f"{_EXPORT} the program that wrote it"),
    **dict.fromkeys((".ly", ".ily"), "LilyPond does not export scores: give the MusicXML that it was made from"),
    **dict.fromkeys((".cmme", ".gabc"), "write it as MusicXML or MEI"),
    **dict.fromkeys((".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".svg", ".gif"),
                    "a picture has no notes: read it with a program such as Audiveris, check, and export MusicXML"),
    **dict.fromkeys((".txt", ".rtf", ".doc", ".docx", ".odt", ".lrc", ".cho", ".chordpro"),
                    "words without notes are no song here; give a score, or a table of notes"),
    **dict.fromkeys((".mp3", ".wav", ".flac", ".ogg", ".m4a", ".aac", ".mp4", ".opus"),
                    "sound has no notes that could be read; give a score of it"),
    **dict.fromkeys((".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar"),
                    "unpack it into the folder"),
    **dict.fromkeys((".xls", ".xlsx", ".ods"), "save the sheet as .csv"),
}  # fmt: skip


def is_aside(name: str) -> bool:
    """Say whether a file is nobody's input by its name: hidden, left behind by a system, or a paper beside the others.

    >>> [is_aside(name) for name in (".DS_Store", "Thumbs.db", "LICENSE", "readme.md", "Licence_to_sing.abc")]
    [True, True, True, True, False]
    """
    low = name.lower()
    if low.startswith((".", "~$")) or low in _LEFT_BEHIND:
        return True
    stem, dot, ending = low.rpartition(".")
    return f"{dot}{ending}" in _PAPER_ENDINGS and stem.startswith(_PAPERS) if dot else low.startswith(_PAPERS)


def detail(name: str, kinds: str, *, advice: bool = True) -> str:
    """Say why a file is not read, and what can be done.

    Args:
        name: of the file.
        kinds: the endings that are read.
        advice: whether to name what turns a file of music into one that is read.

    >>> detail("a/song.mscz", ".mid .mxl")
    'a .mscz file is not read: export it as MusicXML (.mxl) from MuseScore: mscore -o song.mxl song.mscz'
    >>> detail("song", ".mid .mxl")
    'its name has no ending to tell its kind by; read are .mid .mxl'
    """
    ending = PurePosixPath(name).suffix.lower()
    if not ending:
        return f"its name has no ending to tell its kind by; read are {kinds}"
    if advice and ending in _ADVICE:
        return f"a {ending} file is not read: {_ADVICE[ending]}"
    return f"a {ending[:20]} file is not read; read are {kinds}"


def why(entry: Entry, kinds: str) -> str:
    """Say why an entry of a folder of tables or texts is not read; empty where it is."""
    if entry.fault == UNKNOWN:
        return detail(entry.name, kinds, advice=False)
    return walking.DETAILS.get(entry.fault, "")


def below(root: Path, is_read: Callable[[str], bool]) -> list[Entry]:
    """List the files below a folder in order of their names, those of kinds that are not read with `UNKNOWN` as fault.

    A file that a link stands for is read by the link's name and is not listed again by its own.

    Args:
        root: the folder.
        is_read: tells by its name whether a file is of a kind that is read.
    """
    read = walking.below(root, lambda name: not is_aside(name) and is_read(name))
    taken = {entry.path for entry in read}
    others = walking.below(root, lambda name: not is_aside(name) and not is_read(name))
    unknown = [replace(other, fault=UNKNOWN) for other in others if not other.fault and other.path not in taken]
    return sorted(read + unknown, key=lambda entry: entry.name)


def told(root: Path, is_read: Callable[[str], bool]) -> str:
    """Say in a sentence which files of a folder are not read; empty where all are, or where there is no folder.

    Args:
        root: the folder.
        is_read: tells by its name whether a file is of a kind that is read, or is another input's.
    """
    if not root.is_dir():
        return ""
    unknown = [entry.name for entry in below(root, is_read) if entry.fault == UNKNOWN]
    aside = [PurePosixPath(entry.name).name for entry in walking.below(root, is_aside) if not entry.fault]
    parts = []
    if unknown:
        endings = Counter(PurePosixPath(name).suffix.lower() or "without ending" for name in unknown)
        kinds = _some(f"{n:,} {_shown(ending)}" for ending, n in sorted(endings.items()))
        parts.append(f"of kinds that are not read, so rejects: {kinds}")
    if aside:
        counted = Counter(map(_shown, aside))
        listed = _some(f"{name}{f' ({n:,} times)' if n > 1 else ''}" for name, n in sorted(counted.items()))
        parts.append(f"left aside: {listed}")
    return "; ".join(parts)


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:_CHARACTERS] if not name.isprintable() else name[:_CHARACTERS]


def _some(texts: Iterable[str]) -> str:
    listed = list(texts)
    more = f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
