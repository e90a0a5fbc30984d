"""MusicXML scores (.mxl, .musicxml, .xml) as songs: the part with the most lyrics, its first verse.

Of the document only what carries time, pitch or lyrics in that one part is handed to music21. That takes a
quarter of the time the whole score takes, and spares it the pages, chord symbols and directions on which it
may stumble; the sung notes are the same.
"""

from __future__ import annotations

import re
import warnings
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import archives, score_size, vocal_part, xml_tree
from musicdata.music.formats.lyric_words import clean_syllable
from musicdata.music.formats.song import Song

if TYPE_CHECKING:
    from music21.stream import Part

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FILE_SUFFIX = re.compile(r"\.(mxl|musicxml|xml)$")
_SYLLABICS = {"single", "begin", "middle", "end"}
# music21 builds every beat of a measure as an object, so that a measure of a million beats would hang it.
_BEATS = re.compile(r"[1-9]\d?(\s*\+\s*[1-9]\d?){0,7}")
_BEAT_TYPES = {"1", "2", "4", "8", "16", "32", "64", "128"}
# What is kept below each element; elements not named here are kept whole.
_KEPT = {
    "measure": {"attributes", "note", "backup", "forward"},
    "attributes": {"divisions", "time"},
    "note": {
        "grace", "chord", "pitch", "unpitched", "rest", "duration", "tie", "voice", "type", "dot",
        "time-modification", "notations", "lyric",
    },
    "notations": {"slur"},
    "lyric": {"syllabic", "text", "elision"},
}  # fmt: skip
# ISO 639-2 codes of languages often sung; ISO 639-1 codes have two letters already.
_TWO_LETTERS = {
    "ces": "cs", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl", "eng": "en", "fin": "fi", "fra": "fr",
    "fre": "fr", "ger": "de", "ita": "it", "lat": "la", "nld": "nl", "nor": "no", "pol": "pl", "por": "pt",
    "rus": "ru", "spa": "es", "swe": "sv",
}  # fmt: skip


def read(data: bytes, file_name: str) -> list[Song]:
    """Reads a score.

    Args:
        data: the bytes of the file.
        file_name: its name; `.mxl` means an archive, as does content that begins like one.

    Returns:
        One song. Repeats are as written, not expanded.

    Raises:
        FormatError: `not_musicxml`, `no_lyrics`, `unreadable_score` (music21 gave up), or a reason of
            `archives.read_score`, `score_size.check`, `xml_tree.parse` or `vocal_part.extract`.
    """
    if file_name.lower().endswith(".mxl") or data.startswith(b"PK"):
        data = archives.read_score(data)
    score_size.check(data)
    score = xml_tree.parse(data)
    if score.tag != "score-partwise":
        raise FormatError("not_musicxml", f"the root element is <{score.tag}>; expected <score-partwise>")
    part = find_vocal_part(score)
    notes = vocal_part.extract(to_music21(part), _transposition(part))
    if not notes:
        raise FormatError("no_lyrics", "no note with a pitch carries a syllable")
    return [
        Song(
            name="",
            title=_title(score),
            composer=_texts(score, "identification/creator[@type='composer']"),
            lyricist=_texts(score, "identification/creator[@type='lyricist']")
            or _texts(score, "identification/creator[@type='poet']"),
            rights=_texts(score, "identification/rights"),
            language=_language(score, part),
            notes=notes,
        )
    ]


def find_vocal_part(score: ET.Element) -> ET.Element:
    """Returns the `<part>` with the most notes with lyrics, the first of several.

    Raises:
        FormatError: `no_lyrics` when no part has any.
    """
    counts = [(sum(_is_sung(note) for note in part.iter("note")), part) for part in score.findall("part")]
    count, part = max(counts, key=lambda counted: counted[0], default=(0, score))
    if not count:
        raise FormatError("no_lyrics", f"none of the {len(counts)} parts of the score has lyrics")
    return part


def to_music21(part: ET.Element) -> Part:
    """Turns a `<part>` into a music21 `Part` at written pitch, the voices of all its staves side by side.

    The importer is called directly: music21's own `parse` leaves a pickle of every score in a folder that
    others may write to, and loads it from there.

    Raises:
        FormatError: `unreadable_score`.
    """
    from music21.musicxml.xmlToM21 import MusicXMLImporter

    score = ET.Element("score-partwise")
    ET.SubElement(ET.SubElement(score, "part-list"), "score-part", id="P1")
    ET.SubElement(score, "part", id="P1").extend(_prune(measure) for measure in part.iterfind("measure"))
    importer = MusicXMLImporter()
    # Makes <forward> a hidden rest whatever program wrote it. Otherwise a measure that ends in one is taken
    # to be short, and everything after it comes early.
    importer.applyFinaleWorkarounds = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importer.xmlRootToScore(score, importer.stream)
    except Exception as error:
        raise FormatError("unreadable_score", f"music21 gave up: {type(error).__name__}: {error}") from error
    return importer.stream.parts[0]


def _prune(element: ET.Element) -> ET.Element:
    """Copies an element with those of its children that carry time, pitch or lyrics."""
    kept = _KEPT.get(element.tag)
    if kept is None:
        return element
    copy = ET.Element(element.tag, element.attrib)
    copy.extend(_prune(child) for child in element if child.tag in kept and not _is_odd(child))
    return copy


def _is_odd(element: ET.Element) -> bool:
    """Says whether an element is better left out than handed to music21."""
    if element.tag == "syllabic":
        return (element.text or "").strip() not in _SYLLABICS
    if element.tag == "time":
        beats = [text.strip() for text in (child.text or "" for child in element.iterfind("beats"))]
        types = [text.strip() for text in (child.text or "" for child in element.iterfind("beat-type"))]
        is_plain = all(map(_BEATS.fullmatch, beats)) and _BEAT_TYPES.issuperset(types)
        return not (is_plain and 1 <= len(beats) == len(types) <= 4)
    return False


def _transposition(part: ET.Element) -> int:
    """Returns by how many semitones the part sounds above what is written.

    Raises:
        FormatError: `unreadable_score` when the part says it in no number.
    """
    transpose = part.find("measure/attributes/transpose")
    if transpose is None:
        return 0
    chromatic, octaves = transpose.findtext("chromatic") or "0", transpose.findtext("octave-change") or "0"
    try:
        return round(float(chromatic)) + 12 * int(octaves)
    except (ValueError, OverflowError) as error:
        raise FormatError("unreadable_score", f"transposition by {chromatic!r}, octaves {octaves!r}") from error


def _is_sung(note: ET.Element) -> bool:
    return any(clean_syllable(text.text or "") for text in note.iterfind("lyric/text"))


def _title(score: ET.Element) -> str | None:
    """Returns the title of the song, led by that of the work it is a movement of.

    Some programs put the name of the file there; its suffix is taken off.
    """
    stated = [_texts(score, path) or "" for path in ("work/work-title", "movement-title")]
    return ": ".join(title for title in dict.fromkeys(_FILE_SUFFIX.sub("", text) for text in stated) if title) or None


def _language(score: ET.Element, part: ET.Element) -> str | None:
    """Returns the language most of the vocal part's lyrics declare, or else the score for its lyrics."""
    in_lyrics = (element.get(_LANG) for lyric in part.iter("lyric") for element in lyric.iter())
    in_score = (element.get(_LANG) for element in score.iterfind("defaults/lyric-language"))
    tags = [tag for tag in in_lyrics if tag] or [tag for tag in in_score if tag]
    if not tags:
        return None
    primary = re.split("[-_]", max(tags, key=tags.count).strip().lower())[0]
    return _TWO_LETTERS.get(primary, primary if re.fullmatch("[a-z]{2}", primary) else None)


def _texts(score: ET.Element, path: str) -> str | None:
    """Returns the different texts at a path, spaces normalised, joined by semicolons; None without any."""
    texts = (" ".join((element.text or "").split()) for element in score.iterfind(path))
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
