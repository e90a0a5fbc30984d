"""What is read out of a query, and what is known of the songs that are searched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Self, get_args

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable

EMOTIONS = ("joy", "sadness", "love", "anger", "fear", "hope", "longing", "peace")

Kind = Literal[
    "language", "not_language", "genre", "not_genre", "years", "artist", "title", "emotion", "not_emotion", "filler"
]
By = Literal["rules", "endpoint", "plain"]
KINDS: tuple[str, ...] = get_args(Kind)
_SHORTEST_SURNAME = 4


def fold(name: str) -> str:
    """Return a name as names are compared here: without case and superfluous space.

    >>> fold(" Franz  SCHUBERT ")
    'franz schubert'
    """
    return " ".join(name.casefold().split())


@dataclass(frozen=True, slots=True)
class Part:
    """Something that was read out of a query.

    Attributes:
        kind: of what it says; a filter, but for emotions, which weigh, and for `filler`, which says nothing.
        value: ISO 639-1 code, genre as the data set spells it, years as ``1960-1969``, folded name, or emotion.
        words: of the query, that it was read from; "" where an endpoint does not say.
    """

    kind: Kind
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says that characters of a query mean; whether songs can be looked for by it is not known yet.

    Attributes:
        kind: of a part.
        value: of it; a genre by the data set's name for it or by that of the rules.
        start: of the characters, in the query with single spaces; `stop` behind the last.
        years: the first and the last, of a time.
        keeps: whether the words are searched for all the same.
    """

    kind: str
    value: str
    start: int
    stop: int
    years: tuple[int, int] | None = None
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What there is among the songs that are searched: a query is read as a filter only where that leaves some.

    Attributes:
        languages: ISO 639-1 codes.
        genres: as the data set spells them.
        artists: their names, folded; a mapping leads from each name that is understood to the one that is meant. None
            where there are none.
        years: the first and the last; None where there are none.
        titles: of the songs, folded; None where they are not known.
    """

    languages: Collection[str] = ()
    genres: Collection[str] = ()
    artists: Container[str] | None = None
    years: tuple[int, int] | None = None
    titles: Container[str] | None = None

    @classmethod
    def of(
        cls,
        *,
        languages: Iterable[str] = (),
        genres: Iterable[str | None] = (),
        artists: Iterable[str | None] = (),
        years: Iterable[int] = (),
        titles: Iterable[str | None] = (),
    ) -> Self:
        """Return what songs with these facts have; a surname that one artist alone has stands for that artist."""
        dated = [year for year in years if year]
        return cls(
            frozenset(languages),
            tuple(sorted({genre for genre in genres if genre})),
            with_surnames({fold(artist) for artist in artists if artist}),
            (min(dated), max(dated)) if dated else None,
            frozenset(fold(title) for title in titles if title),
        )

    def artist(self, words: str) -> str | None:
        """Return the folded name of the artist that the words name; None where they name none."""
        name = fold(words)
        if self.artists is None or name not in self.artists:
            return None
        return str(self.artists[name]) if isinstance(self.artists, Mapping) else name

    def has_title(self, words: str) -> bool:
        """Say whether a song is called so."""
        return self.titles is not None and fold(words) in self.titles


def with_surnames(names: Collection[str]) -> dict[str, str]:
    """Return folded names, and last words of names that no other has, each with the name that is meant.

    >>> with_surnames({"franz schubert", "clara schumann", "robert schumann"})["schubert"]
    'franz schubert'
    """
    lasts = Counter(last for name in names if (last := _surname(name)))
    surnames = {last: name for name in names if (last := _surname(name)) and lasts[last] == 1}
    return surnames | {name: name for name in names}


def _surname(name: str) -> str:
    first, _, last = name.rpartition(" ")
    return last if first and len(last) >= _SHORTEST_SURNAME else ""


@dataclass(frozen=True, slots=True)
class Understood:
    """A query as it was read.

    Attributes:
        original: what was typed.
        text: what is left to search for; "" where all of it was read as something else.
        language: of the query's own words: ISO 639-1, or ``und``.
        languages: of the songs that are wanted; `not_languages` of those that are not.
        genres: that are wanted; `not_genres` that are not.
        years: the first and the last that are wanted.
        artist: that is wanted, folded; `title` the same.
        emotions: that should weigh; `not_emotions` that should weigh against.
        parts: all of this as it was read, in order of the query.
        by: who read it.
        notes: what could not be done, for people.
    """

    original: str
    text: str
    language: str = "und"
    languages: tuple[str, ...] = ()
    not_languages: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    not_genres: tuple[str, ...] = ()
    years: tuple[int, int] | None = None
    artist: str | None = None
    title: str | None = None
    emotions: tuple[str, ...] = ()
    not_emotions: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    by: By = "rules"
    notes: tuple[str, ...] = ()
