"""Reads a query: which songs are wanted, of which mood, and what is left to search for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata.music.queries import eras
from musicdata.music.queries.grammar import Grammar, Span, n_read
from musicdata.music.queries.parts import KINDS, Part, Understood, fold
from musicdata.music.queries.query_language import query_language
from musicdata.music.queries.rules import all_rules, meaning_of, unheard_genres
from musicdata.music.queries.words import QUOTE, Quote, Word, quotes, words

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from musicdata.music.queries.parts import Kind, Known
    from musicdata.music.queries.rules import Rules

LONGEST = 400
_EDGES = ' \t\n,;:.!?/|–—-…，。、；：！？"“”„«»「」『』《》'
_TITLE_WORDS = 2
_OF_NO_LANGUAGE = ("years", "title", "artist")


def understand(text: str, known: Known, *, plain: bool = False, without: Collection[str] = ()) -> Understood:
    """Read a query by rules.

    Args:
        text: what was typed.
        known: what there is among the songs; nothing that is not there becomes a filter.
        plain: understand nothing.
        without: kinds of parts (``language``), or single ones (``language:de``), whose words are searched for instead.

    Returns:
        The query as it was read. Of one of more than `LONGEST` characters nothing is.

    Raises:
        UsageError: `without` names no kind of part.
    """
    require_kinds(without)
    asked = " ".join(text.split())
    if plain or len(asked) > LONGEST:
        notes = () if plain else (f"a query of more than {LONGEST} characters is searched for as it stands",)
        return Understood(text, asked, _language(asked), by="plain", notes=notes)
    quoted = quotes(asked)
    found = words(asked, quoted)
    if len(found) >= _TITLE_WORDS and known.has_title(asked):
        return Understood(text, asked, _language(asked), notes=("a song is called so: nothing else is read into it",))
    rules, spans = _best(asked, found, known)
    reading = _Reading(asked, found, known, frozenset(without))
    for quote in quoted:
        reading.take_marks(quote)
    for span in spans:
        reading.take(span)
    is_of_rules = any(span.kind not in _OF_NO_LANGUAGE or span.stop - span.start > 1 for span in spans)
    return reading.understood(text, rules.language if is_of_rules else _language(asked))


def require_kinds(without: Collection[str]) -> None:
    """Refuse what is no kind of part.

    Raises:
        UsageError: `without` names none; the message lists those there are.
    """
    for name in without:
        if name.partition(":")[0] not in KINDS:
            raise UsageError(f"{name!r} is nothing that is read out of queries; expected {', '.join(KINDS)}")


def _language(text: str) -> str:
    return query_language(text, [word.plain for word in words(text, [])])


def _best(text: str, found: Sequence[Word], known: Known) -> tuple[Rules, list[Span]]:
    """Return the rules by which most words are read, and what is read by them."""
    plains = [word.plain for word in found]

    def name(start: int, stop: int) -> tuple[str, str] | None:
        """Return kind and value of what the words name."""
        words_there = text[found[start].start : found[stop - 1].stop]
        if found[start].plain != QUOTE:
            artist = known.artist(words_there)
            return ("artist", artist) if artist else None
        quote = words_there[1:-1].strip() if stop == start + 1 else ""
        if quote and known.has_title(quote):
            return "title", fold(quote)
        artist = known.artist(quote)
        return ("artist", artist) if artist else None

    own = unheard_genres(tuple(known.genres))
    candidates = []
    for rules in all_rules():
        grammar = Grammar(rules, plains, name, own)
        spans = grammar.read_all([word.segment for word in found])
        candidates.append((rules, spans))
    most = max(n_read(spans) for _, spans in candidates)
    best = [(rules, spans) for rules, spans in candidates if n_read(spans) == most]
    if len(best) == 1 or most == 0:
        return best[0]
    likely = _language(text)
    return next(((rules, spans) for rules, spans in best if rules.language == likely), best[0])


class _Reading:
    """Gathers what is read of a query, and what is left of its text."""

    def __init__(self, text: str, found: Sequence[Word], known: Known, without: frozenset[str]) -> None:
        self._text = text
        self._words = found
        self._known = known
        self._without = without
        self._parts: list[tuple[int, Part]] = []
        self._taken: list[tuple[int, int]] = []
        self._notes: list[str] = []
        self._years: tuple[int, int] | None = None

    def take_marks(self, quote: Quote) -> None:
        """Take the marks of a quote out of what is searched for."""
        for mark in (quote.start, quote.stop - 1):
            self._taken.append((mark, mark + 1))

    def take(self, span: Span) -> None:
        """Read words as what the rules say they are, if that leaves any song."""
        start, stop = self._words[span.start].start, self._words[span.stop - 1].stop
        kind, value = span.kind, span.value
        if kind in ("genre", "not_genre"):
            self._take_genre(span, start, stop)
        elif kind in ("language", "not_language") and value not in self._known.languages:
            self._cannot(f"no song is known to be in that language ({value})", start, stop)
        elif kind == "years":
            self._take_years(span, start, stop)
        elif self._is_wanted(kind, value):
            self._add(_kind(kind), value, start, stop, keeps=span.keeps)

    def _take_genre(self, span: Span, start: int, stop: int) -> None:
        genres = genres_of(span.value, self._known.genres)
        wanted = [genre for genre in genres if self._is_wanted(span.kind, genre)]
        if not genres:
            self._cannot("no song is known to be of that genre", start, stop)
        for genre in wanted:
            self._add(_kind(span.kind), genre, start, stop)

    def _take_years(self, span: Span, start: int, stop: int) -> None:
        assert span.years is not None, "a time has years"
        first, last = span.years
        there = self._known.years
        if there is None or last < there[0] or first > there[1]:
            self._cannot("no song is known to be of that time", start, stop)
            return
        first = there[0] if first == eras.FIRST_YEAR else first
        last = there[1] if last == eras.LAST_YEAR else last
        value = f"{first}-{last}"
        if self._years is None and self._is_wanted("years", value):
            self._years = first, last
            self._add("years", value, start, stop)

    def _is_wanted(self, kind: str, value: str) -> bool:
        return kind not in self._without and f"{kind}:{value}" not in self._without

    def _cannot(self, why: str, start: int, stop: int) -> None:
        self._notes.append(f"“{self._text[start:stop]}”: {why}; the words are searched for")

    def _add(self, kind: Kind, value: str, start: int, stop: int, *, keeps: bool = False) -> None:
        self._parts.append((start, Part(kind, value, self._text[start:stop])))
        if not keeps:
            self._taken.append((start, stop))

    def understood(self, original: str, language: str) -> Understood:
        """Return the query as it was read."""
        parts = tuple(part for _, part in sorted(self._parts, key=lambda one: one[0]))
        return gathered(original, self._left(), language, parts, self._years, tuple(self._notes))

    def _left(self) -> str:
        """Return the text without what was taken; as it stands, where nothing was."""
        if not self._taken:
            return self._text
        pieces, place = [], 0
        for start, stop in [*sorted(self._taken), (len(self._text), len(self._text))]:
            pieces.append(self._text[place : max(place, start)])
            place = max(place, stop)
        return " ".join(" ".join(stripped for piece in pieces if (stripped := piece.strip(_EDGES))).split())


def _kind(kind: str) -> Kind:
    return next(known for known in _KINDS if known == kind)


_KINDS: tuple[Kind, ...] = (
    "language", "not_language", "genre", "not_genre", "years", "artist", "title", "emotion", "not_emotion", "filler"
)  # fmt: skip


def gathered(
    original: str,
    text: str,
    language: str,
    parts: tuple[Part, ...],
    years: tuple[int, int] | None,
    notes: tuple[str, ...] = (),
) -> Understood:
    """Return what parts say, each value once; what is both wanted and not wanted is not."""

    def values(kind: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.value for part in parts if part.kind == kind))

    def wanted(kind: str) -> tuple[str, ...]:
        return tuple(value for value in values(kind) if value not in values(f"not_{kind}"))

    return Understood(
        original=original,
        text=text,
        language=language,
        languages=wanted("language"),
        not_languages=values("not_language"),
        genres=wanted("genre"),
        not_genres=values("not_genre"),
        years=years,
        artist=next(iter(values("artist")), None),
        title=next(iter(values("title")), None),
        emotions=wanted("emotion"),
        not_emotions=values("not_emotion"),
        parts=parts,
        notes=notes,
    )


def genres_of(meant: str, genres: Collection[str]) -> list[str]:
    """Return those of a data set's genres that a name of a genre in any language means.

    >>> genres_of("hymn", ["Hymn", "Hymns", "Folk songs"]), genres_of("rock", ["Pop"])
    (['Hymn', 'Hymns'], [])
    """
    return [genre for genre in genres if meant in (genre, meaning_of(genre))]
