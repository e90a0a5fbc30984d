"""Small MusicXML scores, written out by the tests that read them."""

from __future__ import annotations

import io
import zipfile

DIVISIONS = 12  # ticks in a quarter note
CONTAINER = '<container><rootfiles><rootfile full-path="{path}"/></rootfiles></container>'  # as MuseScore writes it


def lyric(text: str, syllabic: str = "single", number: str = "1", more: str = "") -> str:
    return f'<lyric number="{number}"><syllabic>{syllabic}</syllabic><text>{text}</text>{more}</lyric>'


def note(pitch: str, ticks: int, *lyrics: str, voice: int = 1, chord: bool = False, extra: str = "") -> str:
    """One note; `pitch` as in `C4` or `F#4`."""
    step, octave = pitch[0], pitch[-1]
    alter = "<alter>1</alter>" if "#" in pitch else ""
    first = "<note><chord/>" if chord else "<note>"
    return (
        f"{first}<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
        f"<duration>{ticks}</duration><voice>{voice}</voice>{extra}{''.join(lyrics)}</note>"
    )


def grace(pitch: str, *lyrics: str) -> str:
    return (
        f"<note><grace/><pitch><step>{pitch[0]}</step><octave>{pitch[-1]}</octave></pitch><voice>1</voice>"
        f"<type>eighth</type>{''.join(lyrics)}</note>"
    )


def rest(ticks: int, voice: int = 1) -> str:
    return f"<note><rest/><duration>{ticks}</duration><voice>{voice}</voice></note>"


def backup(ticks: int) -> str:
    return f"<backup><duration>{ticks}</duration></backup>"


def part(*measures: str, beats: int = 4, attributes: str = "") -> str:
    """The content of one `<part>`: measures of their elements, the first one with the attributes."""
    head = (
        f"<attributes><divisions>{DIVISIONS}</divisions><time><beats>{beats}</beats>"
        f"<beat-type>4</beat-type></time>{attributes}</attributes>"
    )
    numbered = enumerate((head + measures[0], *measures[1:]), start=1)
    return "".join(f'<measure number="{number}">{content}</measure>' for number, content in numbered)


def score(*parts: str, head: str = "", doctype: str = "", encoding: str = "UTF-8") -> bytes:
    """A whole document; `head` stands before the list of parts."""
    ids = [f"P{number}" for number in range(1, len(parts) + 1)]
    listed = "".join(f'<score-part id="{i}"><part-name>Part {i}</part-name></score-part>' for i in ids)
    written = "".join(f'<part id="{i}">{content}</part>' for i, content in zip(ids, parts, strict=True))
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>{doctype}<score-partwise version="4.0">{head}'
        f"<part-list>{listed}</part-list>{written}</score-partwise>"
    ).encode(encoding)


def simple(text: str = "la") -> bytes:
    """A score of one sung whole note."""
    return score(part(note("C4", 48, lyric(text))))


def archive(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return buffer.getvalue()


def mxl(document: bytes, path: str = "score.xml") -> bytes:
    """An .mxl archive whose container names the document."""
    return archive({"META-INF/container.xml": CONTAINER.format(path=path).encode(), path: document})
