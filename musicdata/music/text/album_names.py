"""Names of albums and of their artists, brought to a form that the editions of one album share."""

from __future__ import annotations

import functools
import re

from musicdata.music.text.names import normalised

_LONGEST = 1000  # characters of a title that are looked at
_BRACKET = re.compile(r"\s*[(\[{]([^()\[\]{}]*)[)\]}]")
_AFTER = re.compile(r"\s*(?:\s[-–—/|~]+\s|:\s)([^:]*)$")
_WIDE_BRACKETS = str.maketrans("（）［］【】｛｝", "()[][]{}")
# What makes a bracket speak of the edition …
_EDITION = re.compile(
    r"\b(?:re ?master(?:ed|ing|s)?|re ?issued?|de ?luxe|dlx|editions?|expanded|anniversary|imports?|bonus|digipac?k"
    r"|enhanced|explicit|clean|edited|parental advisory|limited|collectors?|special|sacd|hybrid|vinyl|lp|cd|dvd|hdcd"
    r"|shm|audio|mono|stereo|gram|ltd|gold|original recording|original release|ecopac?k|mini|version|legacy)\b"
)
# … and what makes it speak of another album all the same.
_OTHER_ALBUM = re.compile(
    r"\b(?:vol(?:umes?)?|pt|parts?|chapter|disc|book|series|live|concert|karaoke|tribute|unplugged|acoustic"
    r"|instrumentals?|remix(?:ed|es)?|demos?|sessions?|soundtrack|christmas|cast|no)\b"
)
_COUNTRY = re.compile(
    r"(?:u ?s ?a?|u ?k|japan(?:ese)?|jpn|jap|europe(?:an)?|eur?|germany?|canada|australia|france|italy)"
)
# Names that stand for nobody: albums are not one artist's because they have them in common.
_NOBODY = frozenset(
    {"various artists", "various", "varios", "varios artistas", "various artist", "va", "v a", "artistes divers"}
    | {"soundtrack", "original soundtrack", "original cast", "original cast recording", "original broadway cast"}
    | {"unknown", "unknown artist", "anonymous", "traditional", "none", "na", "n a", "no artist", "not available"}
    | {"compilation", "compilations", "karaoke", "cd", "music", "multi artists", "assorted", "misc", "miscellaneous"}
)
# MusicBrainz ids of artists that are none: Various Artists, [unknown], [anonymous], [traditional], [no artist],
# [dialogue], [data].
_NO_ARTIST = frozenset(
    {
        "89ad4ac3-39f7-470e-963a-56509c546377",
        "125ec42a-7229-4250-afc5-e057484327fe",
        "f731ccc4-e22a-43af-a747-64213329e088",
        "9be7f096-97ec-4615-8957-8d40b5dcbc41",
        "eec63d3c-3b81-4ad4-b1e4-7c147d4d2b61",
        "314e1c25-dde7-4e4d-b2f4-0a7b9f7c56dc",
        "33cf029c-63b0-41a0-9855-be2a3665fb3b",
    }
)


def bare_title(title: str) -> str:
    """Return a title without what says which edition it is, normalised; what numbers volumes stays.

    >>> bare_title("Rumours (Remastered) [Deluxe Edition]"), bare_title("Thriller: 25th Anniversary Edition")
    ('rumours', 'thriller')
    >>> bare_title("Hits (Vol. 2) [Import]"), bare_title("Kind of Blue (Live)"), bare_title("[Import]")
    ('hits vol 2', 'kind of blue live', 'import')
    """
    rest = " ".join(title[:_LONGEST].translate(_WIDE_BRACKETS).split())
    rest = _BRACKET.sub(lambda found: "" if _is_edition(found[1]) else found[0], rest)
    while (after := _AFTER.search(rest)) and after.start() and _is_edition(after[1]):
        rest = rest[: after.start()]
    return normalised(rest) or normalised(title)


def artist_name(artist: str | None) -> str | None:
    """Return an artist's name normalised; None for what stands for nobody.

    >>> artist_name("The Beatles"), artist_name("Beatles, The"), artist_name("Various Artists"), artist_name(" ")
    ('beatles', 'beatles', None, None)
    """
    plain = normalised(artist or "")
    if plain.endswith(" the") and "," in str(artist):
        plain = plain.removesuffix(" the")
    plain = plain.removeprefix("the ") or plain
    return plain if plain and plain not in _NOBODY else None


def artist_mbid(mbid: str | None) -> str | None:
    """Return a MusicBrainz id of an artist; None for those that stand for nobody."""
    return None if mbid in _NO_ARTIST else mbid


@functools.lru_cache(maxsize=65_536)
def _is_edition(text: str) -> bool:
    """Say whether what stands in a bracket, or after a dash, speaks of the edition only."""
    plain = normalised(text)
    if _OTHER_ALBUM.search(plain):
        return False
    return not plain or _EDITION.search(plain) is not None or _COUNTRY.fullmatch(plain) is not None
