"""MusicXML scores (.mxl, .musicxml, .xml) as songs: the part with the most lyrics, its first verse.

Of the parts with lyrics the one with the most is tried first, then the others: a part of cue notes or of spoken
percussion has nothing that is sung, whatever is printed under it.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import archives, score_lyrics, score_notes, score_size, vocal_part, xml_tree
from musicdata.music.formats.song import Song

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.formats.song import SungNote

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_FILE_SUFFIX = re.compile(r"\.(mxl|musicxml|xml)$")
# ISO 639-2 codes of languages often sung; ISO 639-1 codes have two letters already.
_TWO_LETTERS = {
    "ces": "cs", "cze": "cs", "dan": "da", "deu": "de", "dut": "nl", "eng": "en", "fin": "fi", "fra": "fr",
    "fre": "fr", "ger": "de", "ita": "it", "lat": "la", "nld": "nl", "nor": "no", "pol": "pl", "por": "pt",
    "rus": "ru", "spa": "es", "swe": "sv",
}  # fmt: skip


def read(data: bytes, file_name: str) -> list[Song]:
    """Read a score.

    Args:
        data: the bytes of the file.
        file_name: its name; what begins like an archive is one whatever its name, and so is an `.mxl` that does not
            begin like XML.

    Returns:
        One song. Repeats are as written, not expanded. Of the lyrics printed in all its parts, those that are on no
        note of the song are in `left_out`.

    Raises:
        FormatError: `not_musicxml`, `no_lyrics`, `unreadable_score`, or a reason of `archives.read_score`,
            `xml_tree.parse` or `vocal_part.extract`.
    """
    score = read_score(data, file_name)
    part, notes, left_out = find_notes(score)
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
            left_out=left_out,
        )
    ]


def find_notes(score: ET.Element) -> tuple[ET.Element, Sequence[SungNote], dict[str, int]]:
    """Return the `<part>` that is sung, its notes, and reason → number of printed lyrics that are not among them.

    Raises:
        FormatError: as `find_vocal_part`.
    """
    part, vocal = find_vocal_part(score)
    left_out = vocal.left_out
    left_out["other_parts"] += score_lyrics.count_printed(score) - score_lyrics.count_printed(part)
    return part, vocal.notes, dict(sorted((+left_out).items()))


def read_score(data: bytes, file_name: str) -> ET.Element:
    """Return the document of a score, part by part, its names without namespace.

    Raises:
        FormatError: `not_musicxml`, or a reason of `archives.read_score`, `score_size.check` or `xml_tree.parse`.
    """
    if data.startswith(b"PK") or (file_name.lower().endswith(".mxl") and not xml_tree.looks_like_xml(data)):
        data = archives.read_score(data)
    text = xml_tree.decode(data)
    score_size.check(text)
    score = xml_tree.without_namespace(xml_tree.parse_text(text))
    if score.tag == "score-timewise":
        score = _partwise(score)
    if score.tag != "score-partwise":
        raise FormatError("not_musicxml", f"the root element is <{score.tag}>; expected <score-partwise>")
    return score


def find_vocal_part(score: ET.Element) -> tuple[ET.Element, vocal_part.VocalPart]:
    """Return the `<part>` with the most notes that carry words, the first of several, and what is sung in it.

    Raises:
        FormatError: `no_lyrics` when no part has any; what is wrong with the first part that has where none can be
            read.
    """
    parts = score.findall("part")
    later_endings, percussion = score_notes.later_endings(score), _percussion(score)
    faults: list[FormatError] = []
    candidates: list[tuple[int, ET.Element, score_notes.WrittenPart]] = []
    for part in parts:
        if part.get("id") in percussion or not score_lyrics.count_printed(part):
            continue
        try:
            written = score_notes.read_part(part)
        except FormatError as fault:
            faults.append(fault)
            continue
        candidates.append((vocal_part.count_syllables(written), part, written))
    left_out: Counter[str] = Counter()
    for _, part, written in sorted(candidates, key=lambda candidate: candidate[0], reverse=True):
        try:
            vocal = vocal_part.extract(written, later_endings)
        except FormatError as fault:
            faults.append(fault)
            continue
        if vocal.notes:
            return part, vocal
        left_out += vocal.left_out
    if faults:
        raise faults[0]
    reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(left_out.items())) or "no lyrics"
    raise FormatError("no_lyrics", f"none of the {len(parts)} parts of the score has sung words ({reasons})")


def _percussion(score: ET.Element) -> set[str]:
    """Return the ids of the parts of which every instrument is percussion, whatever clef it is written in."""
    ids = set()
    for listed in score.iterfind("part-list/score-part"):
        instruments = listed.findall("midi-instrument")
        if instruments and all(instrument.find("midi-unpitched") is not None for instrument in instruments):
            ids.add(listed.get("id") or "")
    return ids


def _partwise(score: ET.Element) -> ET.Element:
    """Turn a score written measure by measure into one written part by part."""
    turned = ET.Element("score-partwise", score.attrib)
    turned.extend(child for child in score if child.tag != "measure")
    parts: dict[str, ET.Element] = {}
    for measure in score.iterfind("measure"):
        for part in measure.iterfind("part"):
            name = part.get("id") or ""
            if name not in parts:
                parts[name] = ET.SubElement(turned, "part", {"id": name})
            ET.SubElement(parts[name], "measure", measure.attrib).extend(part)
    return turned


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
    return language_code(max(tags, key=tags.count))


def language_code(tag: str) -> str | None:
    """Return the ISO 639-1 code of a language tag; None where it has none.

    >>> language_code("de-AT"), language_code("lat"), language_code("x-none")
    ('de', 'la', None)
    """
    primary = re.split("[-_]", tag.strip().lower())[0]
    return _TWO_LETTERS.get(primary, primary if re.fullmatch("[a-z]{2}", primary) else None)


def _texts(score: ET.Element, path: str) -> str | None:
    """Returns the different texts at a path, spaces normalised, joined by semicolons; None without any."""
    texts = (" ".join((element.text or "").split()) for element in score.iterfind(path))
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None
