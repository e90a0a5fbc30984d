"""Names of artists and titles, brought to a form in which two spellings of one name are equal.

`one_line` is for storing, `normalised` for comparing; `title_parts` takes from a title what says which recording it is
("- Live at Wembley", "(Remastered 2011)"), and `artist_names` takes a credit apart. None knows whether two names
mean the same.
"""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 1000  # characters of a title or a credit that are looked at: what is longer is no name
_DIACRITICS = re.compile("[\u0300-\u036f]")  # those of Latin, Greek and Cyrillic; in other scripts marks are letters
_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"&": " and ", "’": "'", "‘": "'", "`": "'", "ʼ": "'"}
)
_APOSTROPHE = re.compile(r"(?<=\w)'(?=\w|\s|$)")
_STAND_INS = (  # P!nk, Ke$ha, A$AP
    (re.compile(r"(?<=[a-z])!(?=[a-z])"), "i"),
    (re.compile(r"(?<=[a-z])\$|\$(?=[a-z])"), "s"),
)


def normalised(text: str) -> str:
    """Return a name in lower case, without accents and punctuation, words apart by one space.

    A name of nothing but punctuation stays as it is.

    >>> normalised("Beyoncé &  JAY‐Z"), normalised("P!nk"), normalised("Don’t Stop"), normalised("!!!")
    ('beyonce and jay z', 'pink', 'dont stop', '!!!')
    >>> normalised("きみがすき"), normalised("Σ'αγαπώ")
    ('きみがすき', 'σαγαπω')
    """
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()))
    plain = unicodedata.normalize("NFKC", bare).translate(_LETTERS)
    letters = _APOSTROPHE.sub("", plain)
    for pattern, letter in _STAND_INS:
        letters = pattern.sub(letter, letters)
    kept = "".join(letter if unicodedata.category(letter)[0] in "LNM" else " " for letter in letters)
    return " ".join(kept.split()) or " ".join(plain.split())


def one_line(text: str, longest: int = _LONGEST) -> str:
    r"""Return a text from outside as one line of at most so many characters that can be stored and shown.

    Control characters and halves of surrogate pairs, which no encoding can write, are left out.

    >>> one_line(" a\tb\x00\ud83d \n c ")
    'a b c'
    """
    kept = (character if unicodedata.category(character) not in ("Cc", "Cs") else " " for character in text[:longest])
    return " ".join("".join(kept).split())


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


# What a bracket, or what follows a dash, says of the recording; looked for in normalised text.
_VERSIONS = {
    "live": _any_of(
        r"^live$",
        r"^live (?:at|from|in|on|vom|aus|im|en|au|performance|recording|version|sessions?|acoustic|lounge|edit|mix"
        r"|remaster\w*|bonus|video|\d{4})\b",
        r"\blive (?:version|sessions?|performance|recording|video|\d{4}$)",
        r"\b(?:acoustic|unplugged|session|concert|radio|tv|\d{4}) live$",
        r"\brecorded live\b|\bin concert\b|\bunplugged\b|\ben vivo\b|\bao vivo\b|\ben directo\b|\btiny desk\b",
    ),
    "remix": _any_of(
        r"\bremix(?:ed|es)?\b|\brmx\b|\bbootleg\b|\bmash ?up\b|\brework(?:ed)?\b",
        r"\b(?:club|dub|dance|house|vip|extended|deep|techno|garage) mix\b",
        r"^(?!.*\b(?:original|album|stereo|mono|final|single|radio|main|full) mix$).*\bmix$",
    ),
    "acoustic": _any_of(r"\bacoustic\b|\bunplugged\b|\bstripped\b"),
    "instrumental": _any_of(r"\binstrumentals?\b|\b(?:without|no) vocals\b"),
    "karaoke": _any_of(
        r"\bkaraoke\b|\bsing ?along\b|\bin the style of\b|\bmade famous by\b|\boriginally performed by\b",
        r"\bbacking track\b",
    ),
    "cover": _any_of(r"\bcovers?$|\bcover (?:by|of|version)\b|\bcovered by\b|\btribute (?:to|version)\b"),
    "remaster": _any_of(r"\bre ?master(?:ed|ing)?\b"),
    "demo": _any_of(
        r"\bdemo(?: version| tape)?\b|\brehearsal\b|\bout ?take\b|\btake \d+\b",
        r"\b(?:alternate|alternative|early) (?:take|version|mix)\b",
    ),
    "edit": _any_of(r"\bradio (?:edit|version|mix)\b|\bsingle (?:edit|version)\b|\bedit$"),
    "extended": _any_of(r"\bextended\b|\b(?:12|10|7) ?inch\b|\b1?\d hours?\b"),
    "speed": _any_of(r"\b(?:sped|speed) up\b|\bslowed\b|\bnightcore\b|\bdaycore\b|\b8d\b"),
    "rerecorded": _any_of(r"\bre ?record(?:ed|ing)\b|\btaylors version\b"),
    "piano": _any_of(r"\bpiano (?:version|cover|solo)\b|^piano$"),
    "orchestral": _any_of(r"\borchestral?\b|\bsymphonic\b|\bphilharmonic\b"),
    "acappella": _any_of(r"\ba ?cap?pell?a\b"),
    "reprise": _any_of(r"\breprise$"),
}
_OTHER_VERSION = re.compile(r"\bversion$")
_SAME_VERSION = _any_of(
    r"^(?:the )?(?:album|original|studio|full|main|deluxe|explicit|clean|standard|mono|stereo|lp|uncut)"
    r" (?:version|mix)$",
    r"^(?:original|mono|stereo|single|clean|explicit(?: lyrics| content)?|bonus(?: track)?|deluxe(?: edition)?)$",
)
_ABOUT_VIDEO = re.compile(
    r"^(?:the )?(?:new |full )?"
    r"(?:official|lyrics?|audio|video|music video|visuali[sz]er|videoclip|clip|hd|hq|4k|uhd|mv|m v|with lyrics)"
    r"(?: (?:official|hd|hq|4k|music|lyrics?|audio|video|visuali[sz]er|clip|mv|only|version|full|\d{3,4}p?))*$"
)
_FROM_FILM = re.compile(
    r"^\s*(?:music )?from\s+(?:the\s+)?[\"“”'‘«]|soundtrack|motion picture|original cast", re.IGNORECASE
)
_FEATURING = r"(?:feat(?:uring)?|ft)\b\.?"
_FEATURING_IN_BRACKET = re.compile(rf"\s*[(\[]\s*(?:{_FEATURING}|with\b|w/)[^()\[\]]*[)\]]", re.IGNORECASE)
_FEATURING_OPENLY = re.compile(rf"\s{_FEATURING}\s.*?(?=\s[-–—]\s|\s?[(\[]|$)", re.IGNORECASE)
_BRACKET = re.compile(r"(?<=\S)\s*[(\[{]([^()\[\]{}]*)[)\]}]")
_AFTER_DASH = re.compile(r"\s(?:[-–—]|[/|])\s(?!.*\s(?:[-–—]|[/|])\s)(.+)$")
_WIDE_BRACKETS = str.maketrans("（）［］【】｛｝", "()[][]{}")


def version_words(text: str) -> frozenset[str]:
    """Return the words for the versions that a free text, such as a bracket's, speaks of; see `title_parts`.

    >>> sorted(version_words("Live at Wembley 1986 / Remastered 2011"))
    ['live', 'remaster']
    """
    versions: set[str] = set()
    for piece in re.split(r"[/|,;]|\s[-–—]\s", text[:_LONGEST]):
        plain = normalised(piece)
        words = {word for word, pattern in _VERSIONS.items() if pattern.search(plain)}
        if not words and _OTHER_VERSION.search(plain) and not _says_nothing(piece):
            words = {"version"}
        versions |= words
    return frozenset(versions)


def title_parts(title: str) -> tuple[str, frozenset[str]]:
    """Return the title without guests and versions, as it is written, and the words for its versions.

    The words are ``live``, ``remix``, ``acoustic``, ``instrumental``, ``karaoke``, ``cover``, ``remaster``, ``demo``,
    ``edit``, ``extended``, ``speed``, ``rerecorded``, ``piano``, ``orchestral``, ``acappella``, ``reprise`` and, for
    any other "… version", ``version``. What a title says in brackets at its beginning, or that is none of these,
    belongs to it.

    >>> title_parts("Wonderwall - Remastered 2014")
    ('Wonderwall', frozenset({'remaster'}))
    >>> title_parts("Crazy in Love (feat. JAY-Z) [Live]")
    ('Crazy in Love', frozenset({'live'}))
    >>> title_parts("(I Can't Get No) Satisfaction"), title_parts("Live Forever")
    (("(I Can't Get No) Satisfaction", frozenset()), ('Live Forever', frozenset()))
    """
    rest = " ".join(title[:_LONGEST].translate(_WIDE_BRACKETS).split())
    rest = _FEATURING_OPENLY.sub("", _FEATURING_IN_BRACKET.sub("", rest)).strip()
    versions: frozenset[str] = frozenset()
    for match in reversed(list(_BRACKET.finditer(rest))):
        if (words := _words_of_part(match[1])) is not None:
            versions |= words
            rest = rest[: match.start()] + rest[match.end() :]
    while (after := _AFTER_DASH.search(rest)) and (words := _words_of_part(after[1])) is not None:
        versions |= words
        rest = rest[: after.start()]
    return " ".join(rest.split()) or title.strip(), versions


def _words_of_part(part: str) -> frozenset[str] | None:
    """Return the version words of a bracket's text; None if it belongs to the title."""
    words = version_words(part)
    return words if words or _says_nothing(part) else None


def _says_nothing(part: str) -> bool:
    plain = normalised(part)
    return not plain or any([_SAME_VERSION.search(plain), _ABOUT_VIDEO.search(plain), _FROM_FILM.search(part)])


_BETWEEN_ARTISTS = re.compile(
    "|".join(
        [
            rf"\s?[(\[]?\s?\b{_FEATURING}\s",
            r"\s(?:x|×|vs\.?|with|[/|+])\s",
            r"\s?;\s?",
            r"\s?,\s(?!the\b|jr\b|sr\b)",
            r"\s&\s(?!the\b|his\b|her\b)",
        ]
    ),
    re.IGNORECASE,
)


def artist_names(credit: str) -> list[str]:
    """Return the names in a credit, each once, as they are written.

    "and" is part of names; so are "& the …" and ", the …". A duo with "&" in its name is taken apart.

    >>> artist_names("Calvin Harris feat. Rihanna & Big Sean")
    ['Calvin Harris', 'Rihanna', 'Big Sean']
    >>> artist_names("Tyler, The Creator"), artist_names("AC/DC"), artist_names("Florence and the Machine")
    (['Tyler, The Creator'], ['AC/DC'], ['Florence and the Machine'])
    """
    names: dict[str, str] = {}
    whole = " ".join(credit[:_LONGEST].translate(_WIDE_BRACKETS).split())
    for part in _BETWEEN_ARTISTS.split(whole):
        if name := part.strip().strip("()[]"):
            names.setdefault(normalised(name), name)
    return list(names.values())
