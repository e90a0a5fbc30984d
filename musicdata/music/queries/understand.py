"""Reads a query: which songs are wanted, of which mood, and what is left to search for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata.music.queries import eras
from musicdata.music.queries.grammar import Grammar, Span, n_read
from musicdata.music.queries.parts import KINDS, Claim, Part, Understood, fold
from musicdata.music.queries.query_language import query_language
from musicdata.music.queries.rules import all_rules, meaning_of, unheard_genres
from musicdata.music.queries.words import QUOTE, Quote, Word, quotes, words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

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
    claims = [
        Claim(span.kind, span.value, found[span.start].start, found[span.stop - 1].stop, span.years, span.keeps)
        for span in spans
    ]
    is_of_rules = any(span.kind not in _OF_NO_LANGUAGE or span.stop - span.start > 1 for span in spans)
    return read_claims(text, claims, known, rules.language if is_of_rules else _language(asked), without)


def read_claims(
    text: str, claims: Iterable[Claim], known: Known, language: str = "", without: Collection[str] = ()
) -> Understood:
    """Return a query as it is read by those claims that leave any song; the words of others are searched for.

    Args:
        text: what was typed.
        claims: what is said of it.
        known: what there is among the songs.
        language: of the query's own words; "" to find it out.
        without: kinds of parts, or single ones, that are not read.
    """
    asked = " ".join(text.split())
    reading = _Reading(asked, known, frozenset(without))
    for quote in quotes(asked):
        reading.take_marks(quote)
    for claim in claims:
        reading.take(claim)
    return reading.understood(text, language or _language(asked))


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
    # "pas de Jacques Brel": Spanish, which has a "de" too, does not know that a French "not" stands before it.
    denied = {
        place + len(phrase.words)
        for rules in all_rules()
        for place in range(len(plains))
        for phrase in rules.at(plains, place)
        if phrase.kind == "not"
    }
    candidates = []
    for rules in all_rules():
        grammar = Grammar(rules, plains, name, own, denied)
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

    def __init__(self, text: str, known: Known, without: frozenset[str]) -> None:
        self._text = text
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

    def take(self, claim: Claim) -> None:
        """Read words as what they are said to be, if that leaves any song."""
        if claim.kind in ("genre", "not_genre"):
            self._take_genre(claim)
        elif claim.kind in ("language", "not_language") and claim.value not in self._known.languages:
            self._cannot(f"no song is known to be in that language ({claim.value})", claim)
        elif claim.kind == "years":
            self._take_years(claim)
        else:
            self._add(claim, claim.value)

    def _take_genre(self, claim: Claim) -> None:
        genres = genres_of(claim.value, self._known.genres)
        if not genres:
            self._cannot("no song is known to be of that genre", claim)
        for genre in genres:
            self._add(claim, genre)

    def _take_years(self, claim: Claim) -> None:
        assert claim.years is not None, "a time has years"
        first, last = claim.years
        there = self._known.years
        if there is None or last < there[0] or first > there[1]:
            self._cannot("no song is known to be of that time", claim)
            return
        first = there[0] if first == eras.FIRST_YEAR else first
        last = there[1] if last == eras.LAST_YEAR else last
        if self._years is None and self._add(claim, f"{first}-{last}"):
            self._years = first, last

    def _is_wanted(self, kind: str, value: str) -> bool:
        return kind not in self._without and f"{kind}:{value}" not in self._without

    def _cannot(self, why: str, claim: Claim) -> None:
        self._notes.append(f"“{self._text[claim.start : claim.stop]}”: {why}; the words are searched for")

    def _add(self, claim: Claim, value: str) -> bool:
        """Read words as a part, unless it is not wanted; say whether they were."""
        if not self._is_wanted(claim.kind, value):
            return False
        self._parts.append((claim.start, Part(_kind(claim.kind), value, self._text[claim.start : claim.stop])))
        if not claim.keeps:
            self._taken.append((claim.start, claim.stop))
        return True

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
