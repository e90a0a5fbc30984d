"""Takes out of karaoke texts what programs write there that is neither sung nor tells where a word ends.

Soft Karaoke: ``@`` before what is said of the song. Yamaha XF: ``^`` for a space, ``<`` for a page, ``$Lyrc`` and
``XF`` headers. Rock Band: ``#`` and ``^`` for what is spoken, ``+`` where a syllable slides on, ``=`` for a hyphen,
``§`` between two syllables of one note. Language and Display Extensions (RP-026): tags in braces. And chords: ``%Am``,
``[Am]``.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from musicdata.music.formats.lyric_words import is_chord_name
from musicdata.music.text import limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

TickedText = tuple[int, str]

_QUALITY = r"(?:maj|min|dim|aug|sus|add|mi|ma|m|M|\+|-|°|ø|[#b]?\d{1,2}|\([^()]{1,6}\))*"
_CHORD = rf"[A-H](?:[#b♯♭]|is|es)?{_QUALITY}(?:/[A-H][#b♯♭]?)?"
_CHORD_ONLY = re.compile(_CHORD)  # German names too: H7, Fis, Es
_CHORD_MARK = re.compile(rf"%{_CHORD}|\[{_CHORD}\]")
_TAG = re.compile(r"\{[^{}]{0,80}\}|</?[A-Za-z][^<>]{0,40}>")
_DIRECTION = re.compile(r"\s*(?:\[[^\[\]]*\]|\([^()]{0,20}\d ?x\))\s*")
_HEADER = re.compile(r"@|\$Lyrc|XF(?:hd|ln)\b|#EXT", re.IGNORECASE)
_ROCK_BAND_JOIN = re.compile(r"[-=][#^$*+%]?\s*$")
_ROCK_BAND_END = re.compile(r"[#$*+%]+(?=\s*$)")
_CHORD_SHARE = 0.8

_XF_SONG = re.compile(r"XFln:(?P<language>[^:]*):(?P<title>[^:]*)", re.IGNORECASE)
_SOFT_KARAOKE_LANGUAGE = re.compile(r"@L\s*([A-Za-z]{2,4})")
# fmt: off
_LANGUAGES = {
    "ARAB": "ar", "BULG": "bg", "CATA": "ca", "CESK": "cs", "CHIN": "zh", "CZEC": "cs", "DANI": "da", "DANS": "da",
    "DEUT": "de", "DUTC": "nl", "ENGL": "en", "ESPA": "es", "ESTO": "et", "FINN": "fi", "FRAN": "fr", "FREN": "fr",
    "GERM": "de", "GREE": "el", "HEBR": "he", "HUNG": "hu", "HRVA": "hr", "CROA": "hr", "ICEL": "is", "ITAL": "it",
    "JAPA": "ja", "JP": "ja", "KORE": "ko", "LATI": "la", "LATV": "lv", "LITH": "lt", "MAGY": "hu", "NEDE": "nl",
    "NORS": "no", "NORW": "no", "POLI": "pl", "POLS": "pl", "PORT": "pt", "ROMA": "ro", "RUSS": "ru", "SERB": "sr",
    "SPAN": "es", "SUOM": "fi", "SVEN": "sv", "SWED": "sv", "THAI": "th", "TURK": "tr", "UKRA": "uk", "VIET": "vi",
}
# fmt: on
"""First letters of a stated language → ISO 639-1."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a file says of itself."""

    title: str | None
    rights: str | None
    language: str | None


def stated(texts: Sequence[tuple[str, str]]) -> Stated:
    """Return title, rights and language of pairs of an event's kind and text."""
    titles = (_statement(text[2:]) for kind, text in texts if kind == "text" and text.startswith("@T"))
    xf_titles = (_statement(song["title"]) for _, text in texts if (song := _XF_SONG.match(text)))
    rights = (_statement(text) for kind, text in texts if kind == "copyright")
    title = next(filter(None, titles), None) or next(filter(None, xf_titles), None)
    return Stated(title, next(filter(None, rights), None), stated_language(text for _, text in texts))


def stated_language(texts: Iterable[str]) -> str | None:
    """Return the ISO 639-1 code of the first language that one of these texts names.

    >>> stated_language(["@KMIDI KARAOKE FILE", "@LRUSS"]), stated_language(["$Lyrc:1:0:JP"]), stated_language(["la "])
    ('ru', 'ja', None)
    """
    for text in texts:
        name = ""
        if line := _SOFT_KARAOKE_LANGUAGE.match(text):
            name = line[1]
        elif song := _XF_SONG.match(text):
            name = song["language"]
        elif text.startswith(("$Lyrc", "{@")):
            name = re.split("[:@}]", text.rstrip("}"))[-1]
        if code := _LANGUAGES.get(name.upper()[:4]):
            return code
    return None


def _statement(text: str) -> str:
    return limits.statement(text[: limits.STATEMENT + 1])


def is_header(text: str) -> bool:
    """Say whether a text is said of the song, not sung in it."""
    return bool(_HEADER.match(text))


def are_chords(texts: Sequence[str]) -> bool:
    """Say whether texts are the names of chords.

    >>> are_chords(["Am", "F#m7", "G/B", "Csus4"]), are_chords(["A", "men", "Do", "na"])
    (True, False)
    """
    named = [bare for text in texts if (bare := text.strip(" \t\r\n%|[]"))]
    return sum(is_chord_name(text) or bool(_CHORD_ONLY.fullmatch(text)) for text in named) > _CHORD_SHARE * len(named)


def unmarked(texts: Sequence[TickedText]) -> list[TickedText]:
    r"""Return ticks and texts of one track as they are sung: spaces, hyphens and new lines are plain ones.

    >>> unmarked([(0, "When%Am^"), (1, "the^"), (2, "[Chorus]"), (3, "sum"), (4, "mer^")])
    [(0, 'When '), (1, 'the '), (3, 'sum'), (4, 'mer ')]
    >>> unmarked([(0, "sum-"), (1, "mer#"), (2, "be-^"), (3, "gins^"), (4, "+")])
    [(0, 'sum-'), (1, 'mer'), (2, 'be-'), (3, 'gins'), (4, '')]
    """
    sung = [(tick, text) for tick, text in texts if not is_header(text) and not _DIRECTION.fullmatch(text)]
    is_rock_band = any(_ROCK_BAND_JOIN.search(text) for _, text in sung)
    if not is_rock_band and not any(" " in text for _, text in sung):
        sung = [(tick, text.replace("_", " ")) for tick, text in sung]
    return [(tick, _plain(text, is_rock_band=is_rock_band)) for tick, text in sung]


def _plain(text: str, *, is_rock_band: bool) -> str:
    text = html.unescape(_CHORD_MARK.sub("", _TAG.sub("", text)))
    text = text.replace("^", "" if is_rock_band else " ")
    text = _ROCK_BAND_END.sub("", text)
    text = re.sub(r"=(?=\s*$)", "-", text)
    text = re.sub(r"(?<=\w)§(?=\w)", "\u203f", text).replace("§", "")
    return re.sub(r"^\s*[<>|]|[<>|]\s*$", "/", text)
