"""What pages put around a comment on a song: its kind before it; who wrote it when, replies and buttons after it.

The text of a page has no breaks between such parts, so a comment on SongMeanings ends in ``… of him.ivyon March 02,
2005LinkNo RepliesLog in to replyThere was an error.`` These pieces go where no sentence has them: at the ends of a
text, on lines of their own, two in a row, or with no space before them. In a sentence the same words stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from musicdata.music.text.residue_count import Count

_I = re.IGNORECASE
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.?)"
)
_DATE = (
    rf"(?:{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}|\d{{1,2}} {_MONTH},? \d{{4}}|"
    r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2})"
    r"(?:,? (?:at )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?)?"
)
_USER = r"[\w.\-]{2,40}"

# Kinds that a page has the writer of a comment choose from; those of one word begin sentences too.
_KIND = r"(?:General Comment|Song Meaning|My Interpretation|My Opinion|Song Fact|Song Comparison|Lyric Correction)"
_BEGINS = (
    r"(?:I|I['’]\w+|This|The|These|It|It['’]s|To|In|When|A|An|He|She|You|We|They|What|If|As|So|Well|O[Kk]|Okay|Just|"
    r"Maybe|Personally|Actually|Basically|After|For|From|There|That|Does|Am|My|No|Yes|Wow|One|All|At|On|First)"
)
_HEAD = re.compile(rf"\s*{_KIND}(?:[ \t]*\n\s*|(?=[A-Z\"“'‘(\[])|[ \t]+(?={_BEGINS}(?:[\s,]|\Z)))")
_HEAD_CHARACTERS = 24

_REPLIES = r"(?:No|\d{1,4}) Repl(?:y(?!there?(?! was))|ies)"
_LOG_IN = r"Log ?in to reply"
_ERROR = r"(?:\s*There was an error\.?)?"
_WITH_CAPITALS = (
    rf"(?:Link\s*(?:{_REPLIES}(?:\s*{_LOG_IN})?|{_LOG_IN})|(?<!\d){_REPLIES}\s*{_LOG_IN}){_ERROR}"
    rf"|{_LOG_IN}\s*There was an error\.?"
)
# In small letters two such things may be a sentence's, unless they are glued to each other; some words end in link.
_LINK = r"(?<![^\W\d_])link"
_IN_SMALL = (
    rf"(?:{_LINK}\s*{_REPLIES}\s*{_LOG_IN}|{_LINK}{_REPLIES}|(?<!\d){_REPLIES}{_LOG_IN}){_ERROR}"
    rf"|{_LOG_IN}there was an error\.?"
)
_FOOTER = re.compile(rf"(?:{_WITH_CAPITALS}|(?i:{_IN_SMALL}))")
_BEFORE_SIGN, _AFTER_SIGN = 32, 64  # characters of a footer around the letters by which it is looked for
# Who wrote it when stands before that: on a line of its own, behind the end of a sentence, or glued to the last word,
# from which nobody can part the name.
_DAY = rf"on {_MONTH} \d\d, \d{{4}}"
_BY_LINE_BEFORE = re.compile(
    rf"(?:(?<=\n)|(?<=[.!?\"”')\]…]))(?:by )?{_USER}\s?on {_DATE}\Z|(?<=[^\w\s-])[\w-]{{2,40}}{_DAY}\Z|(?<=\w){_DAY}\Z",
    _I,
)
# How the first two come out where sentences were cut into words and these into stems.
_STEMS = re.compile(r"\b(?:linkno|replythere?|repliesloginto)\b")
_SENTENCES = re.compile(
    r"\s*(?:Log in now to tell us what you think this song means\.|"
    r"Don['’]t have an account\? Create an account with SongMeanings to post comments, submit lyrics, and more\. "
    r"It['’]s super easy, we promise!)\s*"
)

_EDITED = (
    r"(?:this (?:comment|post|message) )?(?:was |has been )?(?:last )?edited(?: \d{1,3} times?)?"
    rf"(?:[,;.] ?last (?:edit|edited|time))?(?: by {_USER}(?: {_USER})?)?,? ?(?:on |at |: ?)?{_DATE}"
)
_BUTTON = (
    r"(?:Flag(?:ged)?|Report|Reply|Share|Permalink|Quote|Link|Vote (?:up|down)|Rate (?:up|down|this|These Lyrics)|"
    r"Log in to (?:vote|rate|reply|add a tag)|Report (?:abuse|this comment)|Flag (?:this )?comment|Add your thoughts|"
    r"Submit Comment|(?:No|\d{1,4}) Repl(?:y|ies)|sort form Submissions:|There was an error\.?)"
)
# Whole lines, at the ends of a text.
_LINES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("page_button", re.compile(rf"{_BUTTON}(?:[ |·•]*{_BUTTON})*")),
    ("vote_line", re.compile(r"[+\-−]\d{1,3}|(?:Rating|Votes?|Score): ?[+\-−]?\d{1,5}")),
    ("vote_line", re.compile(r"\d{1,5} (?:people|persons?|users?) found (?:this|it) helpful\.?", _I)),
    ("by_line", re.compile(rf"(?:(?:posted|submitted|comment(?:ed)?) )?by {_USER} on {_DATE}", _I)),
    ("by_line", re.compile(rf"{_USER}on {_DATE}")),
    ("edited_notice", re.compile(rf"[\[(*_]{{0,2}}{_EDITED}\.?[\])*_]{{0,2}}", _I)),
)
_LONGEST_LINE = 160
# What stands behind the last sentence, on its line.
_ENDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("edited_notice", re.compile(rf"\s*[\[(*]{{1,2}}{_EDITED}\.?[\])*]{{1,2}}\Z", _I)),
    ("edited_notice", re.compile(rf"(?<=[.!?\"”')\]…]) ?(?=[TLE]){_EDITED}\Z", _I)),
    ("by_line", re.compile(rf"(?<=[.!?\"”')\]…]){_USER}on {_DATE}\Z")),
    ("page_footer", re.compile(r"(?:(?<=[.!?\"”')\]…]) ?|(?<=[a-z]))(?:Log ?in to reply|(?:No|\d{1,4}) Replies)\Z")),
    ("page_footer", re.compile(r"(?<=[^\s\W])There was an error\.?\Z|(?<=[.!?])There was an error\.\Z")),
)
_ENDS_SIGNS = re.compile(r"\d{2}\W{0,3}\Z|[ny][\])]?\Z|ies\Z|error\.?\Z|\d [AaPp][Mm]\W{0,3}\Z")
_DELETED = re.compile(
    r"\W*(?:(?:this )?(?:comment|post) (?:(?:has been |was )?(?:deleted|removed)|deleted|removed)(?: by .{1,60})?|"
    r"deleted|removed)\W*",
    _I,
)
_LONGEST_NOTICE = 120


def without_footers(text: str, count: Count) -> str:
    """Return a text without what stands between two comments on a page, wherever it does."""
    if "epl" in text:
        text = _without_footers(text, count)
    if "tell us what" in text or "have an account" in text:
        text = count.sub("page_notice", _SENTENCES, _gap, text)
    if "linkno" in text or "replyth" in text or "repliesl" in text:
        text = count.sub("page_footer", _STEMS, "", text)
    return text


def _without_footers(text: str, count: Count) -> str:
    pieces, position = [], 0
    sign = _next_sign(text, 0)
    while sign >= 0:
        found = _FOOTER.search(text, max(sign - _BEFORE_SIGN, position), sign + _AFTER_SIGN)
        if found:
            before = text[position : found.start()].rstrip()
            if by_line := _BY_LINE_BEFORE.search(before, max(len(before) - _LONGEST_LINE, 0)):
                before = before[: by_line.start()].rstrip()
            pieces.append(before)
            position = found.end()
        sign = _next_sign(text, max(position, sign + 1))
    if not pieces:
        return text
    made = "\n".join(piece for piece in (*pieces, text[position:].lstrip()) if piece)
    count.add("page_footer", len(pieces), len(text) - len(made))
    return made


def _next_sign(text: str, start: int) -> int:
    """Return where the next replies stand that there are none of, so many of, or that one may log in to; -1 for none.

    Looking for letters is much faster than for a pattern, and every footer has some of these.
    """
    place = text.find("epl", start)
    while place >= 0:
        before = text[max(place - 5, 0) : place - 1].rstrip()[-2:] if place else ""
        if text[place - 1] in "rR" and (before[-1:].isdigit() or before.lower() in ("no", "to")):
            return place
        place = text.find("epl", place + 1)
    return -1


def _gap(found: re.Match[str]) -> str:
    """Return what parts what stands before and after a notice: nothing at the ends of the text."""
    return "\n" if found.start() and found.end() < len(found.string) else ""


def without_ends(text: str, count: Count) -> str:
    """Return a text without what pages put before its first word and after its last."""
    if len(text) <= _LONGEST_NOTICE and _DELETED.fullmatch(text):
        count.add("deleted_notice", 1, len(text))
        return ""
    text = _without_head(_without_last_lines(text, count), count)
    while _ENDS_SIGNS.search(text, max(len(text) - 8, 0)):
        start = max(len(text) - _LONGEST_LINE, 0)
        found = next(((rule, end) for rule, pattern in _ENDS if (end := pattern.search(text, start))), None)
        if found is None:
            break
        count.add(found[0], 1, len(text) - found[1].start())
        text = _without_last_lines(text[: found[1].start()], count)
    return text


def _without_head(text: str, count: Count) -> str:
    """Return a text without the lines of votes and the kind of comment before it."""
    while True:
        first, _, rest = text.partition("\n") if "\n" in text[:_HEAD_CHARACTERS] else ("", "", "")
        if rest and first.strip() and _LINES[1][1].fullmatch(first.strip()):
            count.add("vote_line", 1, len(text) - len(rest))
            text = rest.lstrip()
            continue
        head = _HEAD.match(text[:_LONGEST_LINE])
        if head is None:
            return text
        count.add("page_head", 1, head.end())
        text = text[head.end() :]


def _without_last_lines(text: str, count: Count) -> str:
    """Return a text without the lines after it that are none of its own; one line is left to it."""
    while (start := text.rfind("\n", max(len(text) - _LONGEST_LINE, 0))) >= 0:
        line = text[start:].strip()
        rule = next((rule for rule, pattern in _LINES if pattern.fullmatch(line)), "") if line else ""
        if line and not rule:
            break
        if rule:
            count.add(rule, 1, len(text) - start)
        text = text[:start].rstrip()
    return text
