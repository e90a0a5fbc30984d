"""How a query in one language is put together: what is asked for, what it is about, and what is said of it besides.

    [find me] [a sad German song] [from the 60s] [by NAME] [about] the sea, [but not slow]

The head, "a sad German song", stands at the beginning; in Chinese and Japanese at the end. Words are read as something
only where they stand in such a place: "Spanish eyes" and a line that somebody remembers stay what they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from musicdata.music.queries import eras
from musicdata.music.queries.words import QUOTE

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    Named = Callable[[int, int], tuple[str, str] | None]

    from musicdata.music.queries.rules import Phrase, Rules

_NOUNS = {"song", "genre", "emotion_song"}
_SAYING = {"emotion", "language", "genre", "genre_word", "emotion_song", "years"}
_OF_HEAD = ("emotion_song", "genre", "song", "emotion", "language", "genre_word", "filler", "article")
_MEANT = {"genre_word": "genre", "emotion_song": "emotion", "emotion_noun": "emotion"}
_LONGEST_NAME = 6
_LONGEST_ENDING = 5
_FEW_WORDS = 2
_LONGEST_HEAD = 24  # words, or signs of a script without spaces, at the end of a segment


@dataclass(frozen=True, slots=True)
class Span:
    """Words that were read as something.

    Attributes:
        kind: of a part of a query, or "filler".
        value: of it; `years` where it is a time.
        start: number of the first word; `stop` behind the last.
        keeps: whether the words are searched for all the same.
        is_of_head: whether they stand with a word for what is looked for, "songs".
    """

    kind: str
    value: str
    start: int
    stop: int
    years: tuple[int, int] | None = None
    keeps: bool = False
    is_of_head: bool = False


@dataclass(slots=True)
class _Head:
    """What is asked for: where it ends, what was read, whether it names a song, and whether it says more than that."""

    stop: int
    spans: list[Span] = field(default_factory=list)
    has_noun: bool = False

    @property
    def has_genre(self) -> bool:
        return any(span.kind == "genre" for span in self.spans)

    @property
    def says(self) -> bool:
        kinds = ("language", "genre", "emotion", "years", "artist")
        return any(span.kind.removeprefix("not_") in kinds for span in self.spans)

    @property
    def denies(self) -> bool:
        """Say whether it says what is not wanted."""
        return any(span.kind.startswith("not_") for span in self.spans)


class Grammar:
    """Reads the words of a query by the rules of one language.

    Args:
        rules: of the language.
        plains: plain words of the query.
        name: kind and value of what the words from one number to another name; None where they name nothing.
        own: names of genres that no rules have.
        denied: numbers of words before which a "not" ends.
    """

    def __init__(
        self,
        rules: Rules,
        plains: Sequence[str],
        name: Named,
        own: Sequence[Phrase] = (),
        denied: Collection[int] = (),
    ) -> None:
        self._rules = rules
        self._plains = plains
        self._name = name
        self._own = own
        self._denied = denied
        self._known: dict[int, list[Phrase]] = {}

    def read_all(self, marked: Sequence[int]) -> list[Span]:
        """Return what is read of the words of a query, in their order.

        Args:
            marked: number of the part between two marks that each word is in.
        """
        read = [self._read(start, stop) for start, stop in self._segments(marked)]
        spans = [span for some in read for span in some]
        # "Joyful, joyful, we adore thee": a mood between commas is one only where little else stands there.
        if any(span.kind != "filler" for span in spans):
            spans = sorted([*spans, *self._nouns(marked, spans)], key=lambda span: span.start)
        is_asked = any(span.kind not in ("emotion", "filler") or span.is_of_head for span in spans)
        if not is_asked and len(self._plains) - n_read(spans) > _FEW_WORDS:
            return []
        return spans

    def _nouns(self, marked: Sequence[int], spans: Sequence[Span]) -> list[Span]:
        """Return the segments that only name a song, "songs, not in English", where something is read of others."""
        begun = {span.start for span in spans}
        heads = [(start, stop, self._head(start, stop)) for start, stop in self._segments(marked) if start not in begun]
        return [_filler(start, stop) for start, stop, head in heads if head.stop == stop and head.has_noun]

    def _segments(self, marked: Sequence[int]) -> list[tuple[int, int]]:
        """Return where the parts of the query begin and end: at marks, but not before what goes on with a part."""
        ends = [place for place in range(1, len(marked)) if marked[place] != marked[place - 1]]
        ends = [place for place in ends if not self._phrase(place, len(marked), "about")]
        return list(zip([0, *ends], [*ends, len(marked)], strict=True)) if marked else []

    def _read(self, start: int, stop: int) -> list[Span]:
        """Return what is read of the words of one segment, in their order; nothing where it is not asked like that."""
        begin, asked = self._requests(start, stop)
        end = self._ending(begin, stop)
        if self._rules.head_final:
            spans = self._head_at_the_end(begin, end, asked)
        else:
            spans = self._head_first(begin, end, asked)
        spans = [replace(span, is_of_head=True) for span in spans] or self._alone(start, end)
        return [*spans, _filler(end, stop)] if spans and end < stop else spans

    def _requests(self, start: int, stop: int) -> tuple[int, list[Span]]:
        """Return where requests ("find me") end, and what they are."""
        spans: list[Span] = []
        place = start
        while place < stop and (phrase := self._phrase(place, stop, "request")):
            spans.append(_filler(place, place + len(phrase.words)))
            place += len(phrase.words)
        return place, spans

    def _ending(self, start: int, stop: int) -> int:
        """Return where what only ends a request ("please") begins; `stop` where there is nothing of that."""
        place = max(start + 1, stop - _LONGEST_ENDING)
        while place < stop:
            phrase = self._phrase(place, stop, "end")
            if phrase and place + len(phrase.words) == stop:
                return self._ending(start, place)
            place += 1
        return stop

    def _phrase(self, place: int, stop: int, *kinds: str) -> Phrase | None:
        """Return the longest phrase of these kinds; of several as long, that of the first kind."""
        if place >= stop:
            return None
        there = [one for one in self._phrases(place) if one.kind in kinds and place + len(one.words) <= stop]
        return min(there, key=lambda phrase: (-len(phrase.words), kinds.index(phrase.kind)), default=None)

    def _phrases(self, place: int) -> list[Phrase]:
        """Return the phrases that begin at a place."""
        if place not in self._known:
            own = [one for one in self._own if one.words == tuple(self._plains[place : place + len(one.words)])]
            self._known[place] = [*self._rules.at(self._plains, place), *own]
        return self._known[place]

    # The head.

    def _head(self, start: int, stop: int) -> _Head:
        """Return the head that begins at a place; it ends there where none does."""
        head = _Head(start)
        place, meant = start, start
        while place < stop:
            spans, end, kind = self._of_head(place, stop, head)
            if end == place:
                break
            head.spans += spans
            head.has_noun |= kind in _NOUNS
            place = end
            meant = end if kind not in ("article", "and") else meant
        head.stop = meant
        head.spans = [span for span in head.spans if span.stop <= meant]
        return head

    def _of_head(self, place: int, stop: int, head: _Head) -> tuple[list[Span], int, str]:
        """Return what a head goes on with: what is read, where that ends, and its kind."""
        if negated := self._negated(place, stop):
            return negated, negated[-1].stop, "not"
        if time := self._time(place, stop, framed=False):
            return [time], time.stop, "years"
        phrase = self._phrase(place, stop, *_OF_HEAD)
        mood = self._mood(place, stop)
        if mood and (phrase is None or mood.stop - place > len(phrase.words) or phrase.kind == "article"):
            return [mood], mood.stop, "emotion"
        if phrase is None:
            return self._named_or_joining(place, stop, head)
        if phrase.kind == "language" and self._rules.languages_framed:
            return [], place, ""
        end = place + len(phrase.words)
        kind = _MEANT.get(phrase.kind, phrase.kind)
        span = Span(kind, phrase.value, place, end) if phrase.kind in _SAYING else _filler(place, end)
        return [span], end, phrase.kind

    def _named_or_joining(self, place: int, stop: int, head: _Head) -> tuple[list[Span], int, str]:
        if named := self._artist_of(place, stop):
            return [named], named.stop, "artist"
        return self._joining(place, stop) if head.spans else ([], place, "")

    def _artist_of(self, place: int, stop: int) -> Span | None:
        """Return an artist whose name stands right before a word for songs: "Schubert songs"."""
        for end in range(min(stop, place + _LONGEST_NAME), place, -1):
            named = self._name(place, end) if self._phrase(end, stop, "song") else None
            if named and named[0] == "artist":
                return Span("artist", named[1], place, end)
        return None

    def _time(self, place: int, stop: int, *, framed: bool) -> Span | None:
        """Return a time that begins at a place; one that is not wanted cannot be said, and is none."""
        found = None if place in self._denied else eras.at(self._rules, self._plains, place, stop, framed=framed)
        return Span("years", "", place, found[0], found[1]) if found else None

    def _joining(self, place: int, stop: int) -> tuple[list[Span], int, str]:
        """Return a word like "and" that joins what a head goes on with."""
        joins = self._phrase(place, stop, "and")
        end = place + (len(joins.words) if joins else 0)
        if joins and self._of_head(end, stop, _Head(place))[1] > end:
            return [_filler(place, end)], end, "and"
        return [], place, ""

    def _mood(self, place: int, stop: int) -> Span | None:
        """Return an emotion that is named by a noun: "full of hope", or "hope" right before "songs"."""
        of = self._phrase(place, stop, "of")
        begin = place + (len(of.words) if of else 0)
        article = self._phrase(begin, stop, "article") if of else None
        noun_at = begin + (len(article.words) if article else 0)
        for at in {noun_at: None, begin: None}:
            noun = self._phrase(at, stop, "emotion_noun")
            if noun is None:
                continue
            end = at + len(noun.words)
            if of or self._phrase(end, stop, "song"):
                return Span("emotion", noun.value, place, end)
        return None

    def _negated(self, place: int, stop: int) -> list[Span]:
        """Return what stands behind a "not" that begins at a place; nothing where there is no "not"."""
        begin = place
        if but := self._phrase(place, stop, "but", "relative"):
            begin += len(but.words)
            if more := self._phrase(begin, stop, "relative"):
                begin += len(more.words)
        no = self._phrase(begin, stop, "not")
        if no is None:
            if begin > place:
                return self._negated_without_but(place, stop)
            return []
        return self._object(place, begin + len(no.words), stop)

    def _negated_without_but(self, place: int, stop: int) -> list[Span]:
        no = self._phrase(place, stop, "not")
        return self._object(place, place + len(no.words), stop) if no else []

    def _object(self, start: int, begin: int, stop: int) -> list[Span]:
        """Return what is not wanted, with the words from `start` that say so."""
        if framed := self._in_languages(begin, stop):
            first = replace(framed[0], start=start)
            return [replace(span, kind="not_language") for span in (first, *framed[1:])]
        while skipped := self._phrase(begin, stop, "article", "filler"):
            if self._phrase(begin, stop, *_SAYING, "emotion_noun"):
                break
            begin += len(skipped.words)
        phrase = self._phrase(begin, stop, "emotion_song", "genre", "emotion", "emotion_noun", "language", "genre_word")
        if phrase is None or (phrase.kind == "language" and self._rules.languages_framed):
            return []
        end = begin + len(phrase.words)
        kind = _MEANT.get(phrase.kind, phrase.kind)
        spans = [Span(f"not_{kind}", phrase.value, start, end)]
        joins = self._phrase(end, stop, "and", "not")
        other = self._phrase(end + len(joins.words), stop, "emotion", "emotion_noun") if joins else None
        if joins and other and kind == "emotion":
            spans.append(Span("not_emotion", other.value, end, end + len(joins.words) + len(other.words)))
        return spans

    # What stands behind the head.

    def _head_first(self, start: int, stop: int, asked: list[Span]) -> list[Span]:
        head = self._head(start, stop)
        framed, place = self._frames(head.stop, stop)
        about = self._phrase(place, stop, "about", *(["about_weak"] if head.has_noun else []))
        if not head.has_noun and not (head.has_genre and (about or framed)) and not (head.denies and about):
            return []
        spans = [*asked, *head.spans, *framed]
        is_sure = any(span.kind != "filler" for span in framed)
        if place == stop:
            return spans if head.says or is_sure or asked else []
        if about and place + len(about.words) < stop:
            begin = place + len(about.words)
            return [*spans, _filler(place, begin), *self._topic(begin, stop)]
        goes_on = head.says and (self._rules.free or self._phrase(place, stop, "for", "by") is not None)
        if is_sure or goes_on or self._plains[stop - 1].endswith(self._rules.topic_endings):
            return spans + self._topic(place, stop)
        return []

    def _frames(self, start: int, stop: int) -> tuple[list[Span], int]:
        """Return what is said of a song behind it: "in German from the 60s by NAME that are sad"."""
        spans: list[Span] = []
        place = start
        while place < stop:
            found = self._frame(place, stop)
            if not found:
                break
            spans += found
            place = found[-1].stop
        return spans, place

    def _frame(self, place: int, stop: int) -> list[Span]:
        if found := self._negated(place, stop):
            return found
        if languages := self._in_languages(place, stop):
            return languages
        if time := self._time(place, stop, framed=True):
            return [time]
        if named := self._by(place, stop):
            return [named]
        related = self._phrase(place, stop, "relative")
        begin = place + (len(related.words) if related else 0)
        mood = self._head(begin, stop)
        if mood.stop > begin and mood.says and (related or not mood.has_noun):
            return ([_filler(place, begin)] if related else []) + mood.spans
        return []

    def _in_languages(self, place: int, stop: int) -> list[Span]:
        """Return languages with the word that says that they are: "auf Deutsch oder Polnisch"."""
        framing = self._phrase(place, stop, "in")
        begin = place + (len(framing.words) if framing else 0)
        language = self._phrase(begin, stop, "language") if framing else None
        spans: list[Span] = []
        while language:
            end = begin + len(language.words)
            while more := self._phrase(end, stop, "filler"):
                end += len(more.words)
            spans.append(Span("language", language.value, place, end))
            joins = self._phrase(end, stop, "and")
            place, begin = end, end + (len(joins.words) if joins else 0)
            again = self._phrase(begin, stop, "in") if joins else None
            begin += len(again.words) if again else 0
            language = self._phrase(begin, stop, "language") if joins else None
        return spans

    def _by(self, place: int, stop: int) -> Span | None:
        """Return an artist who is known, with the word before the name; or what is named in quotes."""
        if named := self._name(place, place + 1) if self._plains[place] == QUOTE else None:
            return Span(named[0], named[1], place, place + 1)
        by = None if place in self._denied else self._phrase(place, stop, "by")
        begin = place + (len(by.words) if by else 0)
        for end in range(min(stop, begin + _LONGEST_NAME), begin, -1) if by else ():
            if (named := self._name(begin, end)) and named[0] == "artist":
                return Span("artist", named[1], place, end)
        return None

    def _topic(self, start: int, stop: int) -> list[Span]:
        """Return what is read of the words that say what a song is about: what stands behind them, and a mood alone."""
        spans: list[Span] = []
        end = stop
        for place in range(max(start, stop - _LONGEST_HEAD), stop):
            framed, reached = self._frames(place, stop)
            if reached == stop and framed and self._may_follow(framed[0], is_first=place == start):
                spans, end = framed, place
                break
        article = self._phrase(start, end, "article")
        begin = start + (len(article.words) if article else 0)
        if end > start and (mood := self._phrase(begin, end, "emotion_noun")) and begin + len(mood.words) == end:
            spans.insert(0, Span("emotion", mood.value, begin, end, keeps=True))
        return spans

    def _may_follow(self, span: Span, *, is_first: bool) -> bool:
        """Say whether this may follow what a song is about: a mood needs a "but" or "that is", a time an "in"."""
        if span.kind == "title" or is_first:
            return span.kind == "title"
        if span.kind == "years":
            return span.stop - span.start > 1 and self._phrase(span.start, span.stop, "article") is None
        if span.kind == "language":
            return span.stop - span.start > 1 or self._rules.free
        if span.kind in ("artist", "not_language"):
            return True
        return self._phrase(span.start, span.stop, "but", "relative") is not None

    # Segments of another kind.

    def _alone(self, start: int, stop: int) -> list[Span]:
        """Return what is read of a segment without a head: all of it, or what it ends with."""
        head = self._head(start, stop)
        if head.stop == stop and head.says:
            return head.spans
        framed, place = self._frames(start, stop)
        return framed if place == stop and framed else self._topic(start, stop)

    def _head_at_the_end(self, start: int, stop: int, asked: list[Span]) -> list[Span]:
        about = self._phrase(start, stop, "about")
        begin = start + (len(about.words) if about else 0)
        place, head = begin, _Head(begin)
        for place in range(max(begin + (1 if about else 0), stop - _LONGEST_HEAD), stop):
            head = self._head(place, stop)
            if head.stop == stop and (head.has_noun or (place == start and head.says)):
                break
        else:
            return []
        end, is_joined = self._joined(begin, place)
        if end <= begin:
            return [*asked, *head.spans] if head.says or asked else []
        spans = [*asked, *([_filler(start, begin)] if about else []), *([_filler(end, place)] if end < place else [])]
        mood = self._phrase(begin, end, "emotion_noun")
        if (named := self._name(begin, end)) and named[0] == "artist":
            spans.append(Span("artist", named[1], begin, end))
        elif mood and begin + len(mood.words) == end:
            spans.append(Span("emotion", mood.value, begin, end, keeps=True))
        elif not (about or is_joined or head.says):
            return []
        return spans + head.spans

    def _joined(self, begin: int, place: int) -> tuple[int, bool]:
        """Return where the words end that a head is about, and whether a word joins them to it."""
        for at in range(max(begin, place - _LONGEST_ENDING), place):
            phrase = self._phrase(at, place, "about_after", "article")
            if phrase and at + len(phrase.words) == place:
                return at, True
        return place, bool(place < len(self._plains) and self._phrase(place, place + 1, "article"))


def _filler(start: int, stop: int) -> Span:
    return Span("filler", "", start, stop)


def n_read(spans: Iterable[Span]) -> int:
    """Return how many words were read as something."""
    return sum(span.stop - span.start for span in spans)
