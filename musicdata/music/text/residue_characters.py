"""Characters and markup that got into texts on the way: references, tags, control characters, what cannot be seen."""

from __future__ import annotations

import html
import re
import unicodedata
from typing import TYPE_CHECKING

from musicdata.music.text import mojibake

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

_I = re.IGNORECASE

ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
NOT_SPACE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")

_NESTED = re.compile(r"&(?:amp|#38|#[xX]26);(?=(?:amp|#38|#[xX]26);)")
# Joiners are part of the spelling of Persian and of the languages of India.
_JOINED = "[\u0600-\u08ff\u0900-\u109f]"
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff]"
    f"|(?<!{_JOINED})[\u200c\u200d]|[\u200c\u200d](?!{_JOINED})"
)
_SPACE_UNSEEN = re.compile(r"(?<=[^\w\s])\u200b(?=\w)")
_NOTES = re.compile("[♪♫♩♬]")
# More marks on one letter than any language has; putting them in order would take for ever.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u064b-\u065f"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
_STACKED = re.compile(rf"([{_MARKS}]{{8}})[{_MARKS}]+")
_ODD = re.compile(f"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe0f\ufeff♪♫♩♬]|[{_MARKS}]{{9}}")
_BREAK = re.compile(r"<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6])(?: [^<>\n]{0,200})?/?>\n?", _I)
_TAG = re.compile(
    r"</?(?:i|b|u|s|em|strong|small|big|sup|sub|span|font|center|a|img|ul|ol|hr|pre|code|tt|cite|blockquote|body|html|"
    r"head|table|tbody|td|th|poem|ins|del|mark|noscript|script|style|iframe|object|embed|svg)"
    r"(?:[ /][^<>\n]{0,300})?/?>",
    _I,
)
_ELEMENT = re.compile(r"<(script|style)\b|<!--", _I)


def repaired(text: str, count: Count) -> str:
    r"""Return a text without markup, control characters and such as cannot be seen, its line breaks ``\n`` (NFC).

    White space at the ends of lines is not looked at. Time grows with the length of the text.
    """
    text = mojibake.with_punctuation(mojibake.repaired(text, count), count)
    text = count.sub("control_character", NOT_SPACE, "", text)
    if "&" in text:
        text = resolved(text, count)
    if "<" in text:
        text = _without_tags(text, count)
    if not text.isascii():
        if _ODD.search(text):
            text = count.sub("invisible_character", _SPACE_UNSEEN, " ", text)
            text = count.sub("invisible_character", _UNSEEN, "", text)
            text = count.sub("note_sign", _NOTES, "", text)
            text = count.sub("stacked_marks", _STACKED, r"\1", text)
        text = unicodedata.normalize("NFC", text)
    return "\n".join(text.splitlines())


def resolved(text: str, count: Count) -> str:
    """Return a text with the characters that its references name; of references of references, the inner ones.

    >>> from musicdata.music.text.residue_count import Count
    >>> resolved("Rock &amp; roll, don&amp;#39;t", Count())
    'Rock & roll, don&#39;t'
    """
    text = count.sub("html_entity", _NESTED, "&", text)
    return count.sub("html_entity", ENTITY, lambda found: html.unescape(found[0]), text)


def _without_tags(text: str, count: Count) -> str:
    text = without_elements(text, count)
    text = count.sub("html_tag", _BREAK, "\n", text)
    return count.sub("html_tag", _TAG, "", text)


def without_elements(text: str, count: Count) -> str:
    """Return a text without comments and what stands in a script or a style sheet."""
    pieces, position = [], 0
    while found := _ELEMENT.search(text, position):
        close = f"</{found[1].lower()}" if found[1] else "-->"
        # Letters beyond ASCII may change their number in lower case; these do not.
        end = _find(text, close, found.end())
        if end < 0:
            break
        stop = text.find(">", end) + 1 or len(text)
        pieces.append(text[position : found.start()])
        count.add("html_tag", 1, stop - found.start())
        position = stop
    return "".join([*pieces, text[position:]])


def _find(text: str, what: str, start: int) -> int:
    found = re.compile(re.escape(what), _I).search(text, start)
    return found.start() if found else -1
