"""Artists of songs, as sources credit them, brought to a form in which two spellings of one name are equal."""

from __future__ import annotations

import re

from musicdata.music.text.album_names import artist_name

_LONGEST = 1000  # characters of a credit that are looked at
_GUESTS = re.compile(r"\s*[(\[]?\s*\b(?:feat(?:uring)?|ft)\b\.?\s.*", re.IGNORECASE | re.DOTALL)
# Names that stand for nobody, beside those of albums.
_NOBODY = frozenset(
    {"anon", "trad", "traditionnel", "tradicional", "tradizionale", "traditionell", "anonyme", "anonimo", "anonym"}
    | {"unbekannt", "inconnu", "desconocido", "sconosciuto", "folk", "folk song", "folk songs", "volkslied", "hymn"}
    | {"verschiedene", "verschiedene interpreten", "vari", "artisti vari", "diversen", "rozni wykonawcy", "nobody"}
    | {"无名氏", "佚名", "群星", "不详", "null", "nan", "n n", "author unknown", "public domain", "children"}
)


def song_artist(credit: str | None) -> str | None:
    """Return the artist of a song without guests, normalised; None for what stands for nobody.

    >>> song_artist("Beyoncé feat. Jay-Z"), song_artist("BEYONCE"), song_artist("The Who")
    ('beyonce', 'beyonce', 'who')
    >>> song_artist("Various Artists"), song_artist("Traditional"), song_artist("无名氏"), song_artist(" ")
    (None, None, None, None)
    """
    whole = (credit or "")[:_LONGEST]
    name = artist_name(_GUESTS.sub("", whole)) or artist_name(whole)
    return None if name in _NOBODY else name
