"""What pages put before the first line of lyrics, after the last, and in the midst of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.music.text import residue_notices
from musicdata.music.text.language_names import AUTONYMS

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

_I = re.IGNORECASE

_CONTRIBUTORS = re.compile(r"\d{1,5} ?Contributors?(?! ?[a-z])")
_LYRICS = re.compile(r"\bLyrics(?=$|[^\sa-z])")
_TITLE_BEFORE_TAG = re.compile(r"[^\[\]\n]{1,150} Lyrics(?=\[)")
_LANGUAGES = re.compile(
    rf"(?:Translations)?(?:(?:{'|'.join(map(re.escape, AUTONYMS))})(?: ?\([^()]{{1,30}}\))? ?)+", _I
)
_READ_MORE = re.compile(r"Read More(?=\s|\[|\Z)")
_ABOUT_CHARACTERS = 3000
_LONGEST_HEAD = 1000

_COUNTED = r"(?:\d{0,6}|\d{1,3}(?:\.\d)?K)"
_YEAR = re.compile(r" (?:19|20)\d\d(?=\d{0,3}Embed)")
_EMBED = re.compile(rf"(?:{_COUNTED}Embed)+(?:Share ?URL ?Copy ?Embed ?Copy)?$")
_EMBED_CHARACTERS = 120
_BUTTONS = re.compile(r"(?:\d{0,6}K?Embed|Share ?(?:URL)?|Copy|Cancel)(?: ?(?:Embed|Share|URL|Copy|Cancel)){0,8}")
_WIDGET = re.compile(r"\d{0,6}Embed ?Cancel ?How to Format Lyrics:.*\Z", re.DOTALL)
_ALSO_LIKE = "You might also like"
_GLUED = re.compile(
    rf"(?:(?<=\S){_ALSO_LIKE}(?=[^\sa-z]|$)|^{_ALSO_LIKE}(?=[^\sa-z])|(?<=[a-z,.!?)'’]) {_ALSO_LIKE}(?=$|\[))\n?",
    re.MULTILINE,
)
# Where line breaks were lost it stands between the words of two lines.
_BETWEEN_LINES = re.compile(rf"(?<=\S) {_ALSO_LIKE}(?= [A-Z\[\"“(])")
_LONG_LINE = 200
_LIVE = re.compile(r"See .{1,80} Live")


def without_widgets(text: str, count: Count) -> str:
    """Return a text without what pages put into the midst of it, wherever it stands."""
    if "How to Format Lyrics:" in text:
        text = count.sub("embed", _WIDGET, "", text)
    if _ALSO_LIKE in text:
        text = count.sub("also_like", _GLUED, _break_after, text)
        lines = text.split("\n")
        text = "\n".join(
            count.sub("also_like", _BETWEEN_LINES, "", line) if len(line) > _LONG_LINE else line for line in lines
        )
    return text


def _break_after(found: re.Match[str]) -> str:
    """Return what ends the line before a piece that was glued to it: nothing at the beginning of a line."""
    start = found.start()
    return "\n" if start and found.string[start - 1] != "\n" else ""


def without_pieces(line: str, count: Count) -> str:
    """Return a line without what is never sung wherever it stands."""
    if "[" in line or "<" in line or "$" in line:
        for rule, pattern in residue_notices.ANYWHERE:
            line = count.sub(rule, pattern, "", line).strip()
    return line


def notice(line: str) -> str:
    """Return the rule by which all of a line goes; "" where none does."""
    return next((rule for rule, pattern in residue_notices.WHOLE if pattern.fullmatch(line)), "")


def without_head(text: str, title: str | None, count: Count) -> str:
    """Return a text without what pages put before the first line.

    Args:
        text: whose first line is not empty.
        title: of the song, where it is known.
        count: counts what is taken out.
    """
    first = text.split("\n", 1)[0][:_LONGEST_HEAD]
    has_count = _CONTRIBUTORS.match(first) is not None
    if has_count or (first.startswith("Translations") and _LANGUAGES.match(first)):
        return _without_page_head(text, first, "contributors" if has_count else "translations", count)
    if title and " ".join(first.split()).casefold() == f"{title} lyrics".casefold():
        return _cut(text, len(first), "title_line", count)
    if found := _TITLE_BEFORE_TAG.match(first):
        return _cut(text, found.end(), "title_line", count)
    return text


def _without_page_head(text: str, first: str, rule: str, count: Count) -> str:
    lyrics = _LYRICS.search(first)
    if lyrics is None:
        return _without_spread_head(_cut(text, len(first), rule, count), count)
    rest = _cut(text, lyrics.end(), rule, count)
    tag = rest.find("[", 0, _ABOUT_CHARACTERS)
    about = _READ_MORE.search(rest, 0, _ABOUT_CHARACTERS)
    if about and (tag < 0 or about.end() <= tag):
        return _cut(rest, about.end(), "about_song", count)
    return rest


def _without_spread_head(text: str, count: Count) -> str:
    """Return a text without a head that has a line for each of its parts."""
    while (line := text.split("\n", 1)[0][:_LONGEST_HEAD]) and (
        line == "Translations" or _LANGUAGES.fullmatch(" ".join(line.split()))
    ):
        text = _cut(text, len(line), "translations", count)
    if line.endswith(" Lyrics") and len(line) < _LONG_LINE:
        return _cut(text, len(line), "title_line", count)
    title = _TITLE_BEFORE_TAG.match(line)
    return _cut(text, title.end(), "title_line", count) if title else text


def without_live(lines: list[str], count: Count) -> list[str]:
    """Return lines without the first half of a notice of tickets whose second half was taken off: the last of them."""
    if lines and _LIVE.fullmatch(lines[-1]):
        count.add("ticket_notice", 1, len(lines[-1]))
        return lines[:-1]
    return lines


def sung(lines: list[str], count: Count) -> tuple[int, int]:
    """Return the first sung line, and the one after the last: before and after them stands who made the song."""
    first, last = 0, len(lines)
    while first < last and (not lines[first] or residue_notices.CREDIT.fullmatch(lines[first])):
        first += 1
    while last > first and (not lines[last - 1] or residue_notices.CREDIT.fullmatch(lines[last - 1])):
        last -= 1
    for line in (*lines[:first], *lines[last:]):
        if line:
            count.add("credits", 1, len(line))
    return first, last


def without_buttons(lines: list[str], count: Count) -> list[str]:
    """Return lines without the buttons that a page puts after the last."""
    last = len(lines)
    while last and (not lines[last - 1] or _BUTTONS.fullmatch(lines[last - 1])):
        last -= 1
    if any("Embed" in line for line in lines[last:]):
        count.add("embed", 1, sum(map(len, lines[last:])))
        lines = lines[:last]
    if not lines or "Embed" not in lines[-1]:
        return lines
    line = lines[-1]
    found = _EMBED.search(line, max(len(line) - _EMBED_CHARACTERS, 0))
    if found is None:
        return lines
    start = found.start()
    if year := _YEAR.match(line, max(start - 1, 0)):
        start = year.end()  # it is sung; how often the page was embedded stands behind it without a space
    before = line[:start]
    if before.endswith(" ") and found[0].startswith("Embed") and "Share" not in found[0]:
        return lines  # it may be sung
    count.add("embed", 1, len(line) - start)
    return [*lines[:-1], before.rstrip()] if before.strip() else lines[:-1]


def _cut(text: str, stop: int, rule: str, count: Count) -> str:
    count.add(rule, 1, stop)
    return text[stop:].lstrip()
