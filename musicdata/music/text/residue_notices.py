"""Lines and pieces of lines that nobody sings: notices of sites and owners, credits, time tags, rules."""

from __future__ import annotations

import re

_I = re.IGNORECASE

_TIME = r"\d{1,3}:\d{1,2}(?:[.:]\d{1,3}){0,2}"
_BY = r"(?:powered|provided|licensed|submitted|transcribed|corrected|supplied|courtesy|brought to you)"
_SITES = (
    r"(?:\w{1,20}lyrics?|lyrics\w{1,20}|a-z lyrics|lyricfind|musixmatch|genius|letras|vagalume|paroles|mojim|"
    r"songtexte|tekstowo)"
)
_ENDINGS = r"\.(?:com(?:\.br)?|net|org|de|fr|es|it|br|mus\.br|pl|ru|cz|hu)"
_DOMAIN = rf"(?:www\.)?{_SITES}{_ENDINGS}"

ANYWHERE: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("time_tag", re.compile(rf"\[{_TIME}\]|<{_TIME}>")),
    ("page_mark", re.compile(r" ?\[(?:p|pp|pg|page|fol)\.? ?\d{1,4}[a-z]?\.?\]|\[\d{1,3}\]", _I)),
    (
        "unclear_word",
        re.compile(r" ?\[(?:\?{1,5}|inaudible|unintelligible|unclear|unverständlich|inintelligible)\]", _I),
    ),
    ("ticket_notice", re.compile(r"(?:See [^\n]{1,80}? Live)?Get tickets as low as \$\d[\d,]*(?:\.\d\d)?")),
)
"""Rules and what they take out wherever it stands in a line."""

WHOLE: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (rule, re.compile(pattern, _I))
    for rule, pattern in (
        ("lrc_tag", r"\[(?:ar|ti|al|au|by|re|ve|la|id|tool|length|offset|encoding)[:：][^\[\]]{0,200}\]"),
        ("also_like", r"you might also like"),
        ("lyrics_notice", rf"(?:song )?lyrics (?:are )?{_BY}(?: (?:and|&) {_BY})? (?:by|of)\b.{{0,200}}"),
        ("lyrics_notice", rf"(?:{_BY} by|from:?|source:|via:?|taken from|found (?:at|on)) {_DOMAIN}\b.{{0,100}}"),
        (
            "lyrics_notice",
            (
                r"(?:find|get|see|search|view) (?:more |other |the |all )?lyrics (?:at|on|from) .{0,60}"
                r"(?:※|www\.|\.(?:com|net|org)).{0,60}"
            ),
        ),
        ("lyrics_notice", rf"(?:lyrics (?:from|at|by|on) )?{_DOMAIN}|(?:a-?z|metro|dark) ?lyrics"),
        ("lyrics_notice", r"usage of \S{1,40} content by any third-party lyrics provider is prohibited.{0,200}"),
        ("lyrics_notice", r"更多更?[詳详]?[盡尽]?歌[詞词].{0,100}|魔鏡歌詞網.{0,100}|lyrics[:.]"),
        ("submit_notice", r"submit (?:corrections?|(?:the )?(?:corrected )?lyrics)(?: here)?[.!]?"),
        ("submit_notice", r"(?:correct|edit|print|translate|rate|add) (?:these|this|the) lyrics[.!]?"),
        ("submit_notice", r"report a problem|read more on genius|how to format lyrics:?.{0,300}"),
        ("submit_notice", r"[\[(]?thanks to .{1,80} for .{0,40}(?:lyrics|correct\w*)[^a-z]{0,3}"),
        ("submit_notice", r'send "?.{1,100}"? ringtones? to (?:your|my) (?:cell|mobile|phone).{0,20}'),
        ("copyright_notice", r"(?:lyrics |copyright |\(?c\)? ?)*[©℗].{0,200}"),
        ("copyright_notice", r"copyright(?: \(c\)|:| \d{4}).{0,200}|.{0,120}\ball rights reserved[.!]?"),
        # Of free libraries, whose pages lose the spaces around their links.
        (
            "library_notice",
            (
                r"(?:this work|(?:some or all )?works (?:by this author|in this category)) "
                r"(?:is|may be|(?:was|were) published before \w+ \d.{0,12}, and (?:is|are)) "
                r"in the ?public domain.{0,400}"
            ),
        ),
        ("library_notice", r"united states ?because it was published before \w+ \d.{0,100}"),
        ("library_notice", r"the longest-living author of this work died in \d{4}.{0,600}"),
        ("library_notice", r"(?:public domain){1,2}(?:(?:true|false){2})?|this is a disambiguation page\..{0,300}"),
        ("library_notice", r"←.{0,200}→.{0,300}|audio playback is not supported in your browser\..{0,80}"),
        ("starred_notice", r"\*{3,}.{0,100}\*{3,}"),
        ("site_address", r"\W{0,3}(?:https?://|www\.)\S{3,200}"),
        ("serial_number", r"\(\d{6,}\)"),
        ("rule_line", r"(?:[-–—_=*~#+] ?){3,}"),
        (
            "title_tag",
            (
                r"\[(?:(?:prod(?:uced|\.)?|written|lyrics|music|directed|mixed) (?:by )?\S[^\[\]]{0,150}|"
                r"(?:paroles|letra|songtext|testo|текст песни|tekst piosenki|songtekst|versuri|texte)\b[^\[\]]{0,150}|"
                r"[^\[\]]{0,150}(?:şarkı sözü|şarkı sözleri|歌詞|歌词|가사))\]"
            ),
        ),
        (
            "chord_notice",
            (
                r"(?:tempo|bpm) ?[:=] ?\d{2,3}(?: bpm)?|key ?[:=] ?[a-g][#b♯♭]?(?: ?m\w{0,4})?|"
                r"tuning ?[:=] ?(?:(?:[a-g][#b]? ?){4,7}|standard|(?:half|whole) step down|drop [a-g]\w*)|"
                r"capo ?[:=]? ?(?:on |at )?(?:the )?\d{1,2}\w{0,2}(?: fret)?"
            ),
        ),
    )
)
"""Rules and the lines that they take out whole."""

_MADE = r"(?:written|produced|composed|arranged|performed|published|lyrics|music|words|text)"
CREDIT = re.compile(
    r"(?:(?:song|lyrics?|text|music|words)? ?(?:writers?|lyricists?|composers?|arrangers?|producers?|publishers?)"
    rf"(?:\(s\))?|{_MADE}(?:(?: and | ?[&/,] ?){_MADE})? by|artist|album|title|label|genre|"
    r"paroles|musique|texte|musik|letra|música|testo|musica|tekst|muzyka|слова|музыка) ?: ?\S.{0,200}"
    r"|(?:作[词詞曲]|[编編填]曲|填[词詞]|[词詞曲]|演唱|歌手|制作人|製作人|[监監]制|专辑|歌名) ?[:：].{0,100}",
    _I,
)
"""A line before the first or after the last sung one that says who made the song."""

SIGNS = re.compile(r"[\[\]<>|←©℗［］【】:：(（0-9*_=~#+×☆]|--|—-|––|- -|— —|– –|x$")
"""What stands in every line that a rule of notices or of marks changes, if it has none of `WORDS`."""
WORDS = (
    "lyric", "also like", "submit", "copyright", "rights reserved", "ringtone", "report a", "read more", "get tickets",
    "thanks to", "public domain", "disambiguation page", "playback is not", "capo", "http", "www.", "歌詞", "歌词",
    "bis)", "ter)", "twice)",
)  # fmt: skip
"""Pieces of words, in lower case, by which notices without such signs are told."""


_SITE = re.compile(r"(?:lyrics?|genius|letras|vagalume|paroles|mojim|songtexte|tekstowo)\S*\.[a-z]")


def has_words(text: str) -> bool:
    """Say whether a text has words by which notices are told."""
    lower = text.lower()
    return any(word in lower for word in WORDS) or _SITE.search(lower) is not None
