"""MEI scores (.mei) as songs: notes by music21, words from `<verse>` and `<syl>`.

A syllable ends its word unless `@con` is `d` or `@wordpos` is `i` or `m`; `@con` of `u` holds it, of `t` or `b` ties it
to the next one of its verse under the same note. MEI writes what a note sounds at into `@accid.ges`; where a document
has that nowhere, accidentals follow from the key signature and from those of the same measure.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.formats import mei_accidentals, underlay, xml_tree
from musicdata.music.formats.musicxml import language_code
from musicdata.music.formats.underlay import Facts, Underlay, Word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.music.formats.song import Song

NAMESPACE = "http://www.music-encoding.org/ns/mei"
MAX_NOTES = 200_000
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SUNG = ("verse", "refrain", "syl")
_TITLED = "meiHead/fileDesc/titleStmt"


def read(data: bytes, file_name: str) -> list[Song]:
    """Read a score.

    Args:
        data: the bytes of the file.
        file_name: its name, for messages.

    Returns:
        One song.

    Raises:
        FormatError: `not_mei`, `no_lyrics`, `unreadable_score`, `too_large_score`, or a reason of `xml_tree.parse` or
            `musicxml.find_vocal_part`.
    """
    root = xml_tree.without_namespace(xml_tree.parse(data))
    if root.tag != "mei":
        raise FormatError("not_mei", f"the root element of {file_name} is <{root.tag[:40]}>; expected <mei>")
    if root.find("music//score") is None:
        raise FormatError("not_mei", "it has no <score>; measures that stand elsewhere are not read")
    facts = _facts(root)
    words = _take_words(root)
    if not words:
        raise FormatError("no_lyrics", "no <verse> and no <syl> stands in its notes")
    mei_accidentals.complete(root)
    under = Underlay()
    score = underlay.in_music21(lambda: _score(root))
    _hang(score, words, under)
    return [under.song(score, facts)]


def count_syllables(data: bytes) -> tuple[int, int]:
    """Count the verses under notes that have letters or digits, in all parts; those of grace notes may share a note.

    Returns:
        The least and the greatest number of notes and left-out syllables together.

    Raises:
        FormatError: as `xml_tree.parse`.
    """
    n_all = n_grace = 0
    for note in _notes(xml_tree.without_namespace(xml_tree.parse(data))):
        n = sum(any(map(str.isalnum, "".join(verse.itertext()))) for _, verse in _verses(note))
        n_all += n
        n_grace += n if note.get("grace") else 0
    return n_all - n_grace, n_all


def _score(root: ET.Element) -> Any:
    from music21.mei.base import MeiToM21Converter

    for element in root.iter():
        element.tag = f"{{{NAMESPACE}}}{element.tag}" if not element.tag.startswith("{") else element.tag
    return MeiToM21Converter(ET.tostring(root, encoding="unicode")).run()


def _hang(score: Any, words: dict[str, list[Word]], under: Underlay) -> None:
    """Hang words on the notes and chords that music21 made of the elements with their ids."""
    left = dict(words)
    for note in score.recurse().notes:
        note.lyrics = []
        if (of_note := left.pop(str(note.id), None)) is not None:
            under.hang(note, of_note)
    for of_note in left.values():
        under.lose("unreadable_notes", of_note)


def _notes(root: ET.Element) -> Iterator[ET.Element]:
    for element in root.iterfind("music//*"):
        if element.tag in {"note", "chord"}:
            yield element


def _verses(note: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """Yield the verses of a note, each with its number."""
    place = 0
    for child in note:
        if child.tag in {"verse", "refrain"}:
            place += 1
            yield child.get("n") or ("refrain" if child.tag == "refrain" else str(place)), child
        elif child.tag == "syl":
            yield "1", child


def _take_words(root: ET.Element) -> dict[str, list[Word]]:
    """Take the words out of a document; return id of the note or chord → its words.

    Raises:
        FormatError: `too_large_score`.
    """
    open_words: dict[tuple[str, str, str], bool] = {}
    words: dict[str, list[Word]] = {}
    n_notes = 0
    for measure in root.iter("measure"):
        for staff in measure.iter("staff"):
            for layer in staff.iter("layer"):
                voice = (staff.get("n") or "", layer.get("n") or "")
                for note in [element for element in layer.iter() if element.tag in {"note", "chord"}]:
                    if (n_notes := n_notes + 1) > MAX_NOTES:
                        raise FormatError("too_large_score", f"more than {MAX_NOTES:,} notes")
                    if found := list(_words(note, voice, open_words)):
                        words[_named(note, n_notes)] = found
                    for child in [child for child in note if child.tag in _SUNG]:
                        note.remove(child)
                    note.attrib.pop("syl", None)
    return words


def _named(note: ET.Element, number: int) -> str:
    if not note.get(_ID):
        note.set(_ID, f"musicdata-{number}")
    return note.get(_ID) or ""


def _words(note: ET.Element, voice: tuple[str, str], is_open: dict[tuple[str, str, str], bool]) -> Iterator[Word]:
    for number, verse in _verses(note):
        key = (*voice, number)
        syllables = [verse] if verse.tag == "syl" else list(verse.iter("syl"))
        pieces, is_held = [], False
        for syl in syllables:
            text = " ".join("".join(syl.itertext()).split())
            if not text:
                continue
            position, con = syl.get("wordpos"), syl.get("con")
            starts = position == "i" if position in {"i", "m", "t"} else not is_open.get(key, False)
            ends = position == "t" if position in {"i", "m", "t"} else con != "d"
            pieces.append((text, underlay.syllabic(starts=starts, ends=ends)))
            is_open[key], is_held = not ends, con == "u"
        if pieces or syllables:
            yield Word(number, tuple(pieces), is_held)
    if (text := " ".join((note.get("syl") or "").split())) and not any(True for _ in _verses(note)):
        key = (*voice, "1")
        yield Word("1", ((text, underlay.syllabic(starts=not is_open.get(key, False), ends=not text.endswith("-"))),))
        is_open[key] = text.endswith("-")


def _facts(root: ET.Element) -> Facts:
    titled = root.find(_TITLED)
    tags = [tag for element in root.iter("syl") if (tag := element.get(_LANG))]
    return Facts(
        title=_texts(titled, "title"),
        composer=_texts(titled, "composer") or _responsible(titled, "composer"),
        lyricist=_texts(titled, "lyricist") or _responsible(titled, "lyricist"),
        rights=_texts(root, "meiHead/fileDesc/pubStmt/availability/useRestrict")
        or _texts(root, "meiHead/fileDesc/pubStmt/availability"),
        language=language_code(max(tags, key=tags.count)) if tags else None,
    )


def _responsible(titled: ET.Element | None, role: str) -> str | None:
    """Return the persons whose role is said at their name, as newer documents do."""
    return _texts(titled, f".//persName[@role='{role}']")


def _texts(root: ET.Element | None, path: str) -> str | None:
    """Return the different texts at a path, joined by semicolons; None without any."""
    if root is None:
        return None
    texts = (re.sub(r"\s+", " ", "".join(element.itertext())).strip() for element in root.iterfind(path))
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
