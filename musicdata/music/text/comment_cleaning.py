"""Takes out of comments on songs what their writers did not write: markup, addresses, what pages put around them.

Words, signs and emoji of the writer stay as they are; what could be the writer's stays too. Cleaning what is clean
changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from musicdata.music.text import comment_residue, mojibake, residue_characters
from musicdata.music.text.residue_count import Count, Removed

_MAX_PASSES = 10
_I = re.IGNORECASE

# Joiners and selectors of variants are parts of emoji, and joiners of words in some languages.
_UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_STACKED = re.compile(
    "([\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]{8})[\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]+"
)

_PLAIN = bytes([10, *range(32, 127)])
_BLANKS = re.compile(" {2,}")

_VALUE = r"(?:\"[^\"<>]{0,2000}\"|'[^'<>]{0,2000}'|[^\s\"'<>]{1,2000})"
_ATTRIBUTES = rf"(?:\s+(?:[A-Za-z][\w:-]{{0,40}}\s?=\s?{_VALUE}|nowrap|noshade|allowfullscreen|async|defer)){{0,12}}"
_BREAK = re.compile(rf"<(?:br|/?p|/?div|/?li|/?tr|/?h[1-6]){_ATTRIBUTES}\s?/?>\n?", _I)
_TAG = re.compile(
    r"</?(?:i|b|u|s|em|strong|small|big|sup|sub|span|font|center|a|img|ul|ol|hr|pre|code|tt|cite|q|blockquote|body|html|"
    r"head|table|tbody|td|th|ins|del|mark|strike|noscript|script|style|iframe|object|embed|svg|input|form|button)"
    rf"{_ATTRIBUTES}\s?/?>",
    _I,
)

_TOP_LEVEL = ("com", "net", "org", "info", "co.uk", "de", "fr", "be", "ly")
_ADDRESS_SIGNS = ("://", "www.", "WWW.", *(f".{name}/" for name in _TOP_LEVEL))
_ADDRESS = re.compile(
    r"(?:\bhttps?://|\bwww\.(?=[\w-]+\.[a-z])|"
    rf"\b(?:[\w-]{{1,63}}\.){{1,3}}(?:{'|'.join(map(re.escape, _TOP_LEVEL))})/(?=\w))[^\s<>\"“”]*",
    _I,
)
_BEFORE_SIGN = 200  # characters of an address before the sign by which it is looked for
_CLOSING = {"(": ")", "[": "]", "<": ">"}
_PUNCTUATION = ".,;:!?'’*…"

_MENTION = re.compile(
    r"@\[([^\[\]\n:]{1,60}):\d{1,12}\]|\[@([^\[\]\n:]{1,60}):\d{1,12}\](?:\(https?:[^\s()]{0,200}\))?"
)
_FORUM_NAMES = r"(?:i|b|u|s|quote|url|img|size|color|center|spoiler)"
_FORUM_END = re.compile(rf"\[/({_FORUM_NAMES})\]", _I)
_FORUM_TAG = re.compile(rf"\[(/?)({_FORUM_NAMES})(?:=[^\[\]\n]{{0,300}})?\]", _I)


class Cleaned(NamedTuple):
    """A comment as its writer wrote it.

    Attributes:
        text: without white space at its ends and at those of its lines; "" where nothing is left.
        removed: rule → how many things it took out or repaired, and how much shorter that made the text.
    """

    text: str
    removed: dict[str, Removed]


def clean(text: str) -> Cleaned:
    r"""Return a comment without what its writer did not write, and what went.

    Of a text in which every pass uncovers something new to take out nothing is left: nobody wrote that.

    >>> cleaned = clean("General CommentI don&amp;#39;t see it.<br/>He left :(LinkNo RepliesLog in to reply")
    >>> cleaned.text, list(cleaned.removed)
    ("I don't see it.\nHe left :(", ['html_entity', 'html_tag', 'page_footer', 'page_head'])

    Args:
        text: of any length and kind; time grows with its length.
    """
    count = Count()
    for _ in range(_MAX_PASSES):
        before, text = text, _pass(text, count)
        if text == before:
            return Cleaned(text, count.removed())
    count.add("endless", 1, len(text))
    return Cleaned("", count.removed())


def residue_left(text: str) -> list[str]:
    """Return the names of the rules that still match a text, in order.

    >>> residue_left("There was an error in his ways."), residue_left("I cried. There was an error.")
    ([], [])
    >>> residue_left("I cried.Log in to replyThere was an error.")
    ['page_footer']
    """
    cleaned = clean(text)
    return list(cleaned.removed) or ([] if cleaned.text == text else ["white_space"])


def _pass(text: str, count: Count) -> str:
    text = _spaced(_characters(text, count), count)
    if "[/" in text:
        text = _without_forum_tags(text, count)
    if "@[" in text or "[@" in text:
        text = count.sub("mention", _MENTION, lambda found: f"@{found[1] or found[2]}", text)
    after = comment_residue.without_footers(text, count)
    if "/" in after or "www." in after or "WWW." in after:
        after = _without_addresses(after, count)
    after = comment_residue.without_ends(after, count)
    return text if after is text else _spaced(after, count)


def _characters(text: str, count: Count) -> str:
    """Return a text without markup, control characters and such as cannot be seen."""
    if not text.isascii():
        text = mojibake.with_punctuation(mojibake.repaired(text, count), count)
    if not _is_plain(text):
        text = count.sub("control_character", residue_characters.NOT_SPACE, "", text)
        text = count.sub("invisible_character", _UNSEEN, "", text)
    if "&" in text and ";" in text:
        text = residue_characters.resolved(text, count)
    if "<" in text:
        text = residue_characters.without_elements(text, count)
        text = count.sub("html_tag", _BREAK, "\n", text)
        text = count.sub("html_tag", _TAG, "", text)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = count.sub("stacked_marks", _STACKED, r"\1", text)
        composed = unicodedata.normalize("NFC", text)
        if composed != text:
            count.add("composed_letters", 1, len(text) - len(composed))
            text = composed
    return text


def _spaced(text: str, count: Count) -> str:
    """Return a text with one space, one line break or one empty line where a page shows no more."""
    if text[:1].isspace() or text[-1:].isspace() or not _is_plain(text) or _has_odd_breaks(text):
        lines = text.splitlines()
        spaced = [" ".join(line.split()) for line in lines]
        kept = [line for place, line in enumerate(spaced) if line or (place and spaced[place - 1])]
        made = "\n".join(kept).strip("\n")
        n = sum(old != new for old, new in zip(lines, spaced, strict=True)) + len(spaced) - len(kept)
    elif "  " in text:
        made, n = _BLANKS.subn(" ", text)
    else:
        return text
    if made != text:
        count.add("white_space", max(n, 1), len(text) - len(made))
    return made


def _is_plain(text: str) -> bool:
    """Say whether a text has no control character and no white space but spaces and line feeds."""
    if text.isascii():
        return not text.encode("ascii").translate(None, _PLAIN)
    return text.replace("\n", "").isprintable()


def _has_odd_breaks(text: str) -> bool:
    return "\n" in text and (" \n" in text or "\n " in text or "\n\n\n" in text)


def _without_forum_tags(text: str, count: Count) -> str:
    """Return a text without tags of forums that are opened and closed in it: [i] alone is somebody's."""
    ended = {name.lower() for name in _FORUM_END.findall(text)}
    begun = {found[2].lower() for found in _FORUM_TAG.finditer(text) if not found[1]}
    for name in sorted(ended & begun):
        text = count.sub("forum_tag", re.compile(rf"\[/?{name}(?:=[^\[\]\n]{{0,300}})?\]", _I), "", text)
    return text


def _without_addresses(text: str, count: Count) -> str:
    """Return a text without addresses; the end of a sentence stays, and a bracket that an address does not fill."""
    signs = [place for sign in _ADDRESS_SIGNS if (place := text.find(sign)) >= 0]
    pieces, position = [], 0
    for found in _ADDRESS.finditer(text, max(min(signs) - _BEFORE_SIGN, 0)) if signs else ():
        stop = found.end()
        while stop > found.start() and (text[stop - 1] in _PUNCTUATION or _closes_nothing(text[found.start() : stop])):
            stop -= 1
        before = text[position : found.start()]
        opened = before.rstrip(" ")[-1:]
        closed = stop + (text[stop : stop + 1] == " ")
        if opened in _CLOSING and text[closed : closed + 1] == _CLOSING[opened]:
            before, stop = before.rstrip(" ")[:-1], closed + 1
        follows = text[stop : stop + 1]
        pieces.append(before.rstrip(" ") if not follows.strip() or follows in _PUNCTUATION else before)
        position = stop
    if not pieces:
        return text
    made = "".join([*pieces, text[position:]])
    count.add("address", len(pieces), len(text) - len(made))
    return made


def _closes_nothing(address: str) -> bool:
    """Say whether an address ends in a bracket that was not opened in it."""
    return any(address.endswith(end) and address.count(end) > address.count(start) for start, end in _CLOSING.items())
