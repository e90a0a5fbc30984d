"""How a query in one language is put together: what is asked for, what it is about, and what is said of it besides.

    [find me] [a sad German song] [from the 60s] [by NAME] [about] the sea, [but not slow]

The head, "a sad German song", stands at the beginning; in Chinese and Japanese at the end. Words are read as something
only where they stand in such a place: "Spanish eyes" and a line that somebody remembers stay what they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.music.queries import eras

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from musicdata.music.queries.rules import Phrase, Rules

_NOUNS = {"song", "genre", "emotion_song"}
_SAYING = {"emotion", "language", "genre", "genre_word", "emotion_song", "years"}
_OF_HEAD = ("emotion_song", "genre", "song", "emotion", "language", "genre_word", "filler", "article")
_MEANT = {"genre_word": "genre", "emotion_song": "emotion", "emotion_noun": "emotion"}
_LONGEST_NAME = 6


@dataclass(frozen=True, slots=True)
class Span:
    """Words that were read as something.

    Attributes:
        kind: of a part of a query, or "filler".
        value: of it; `years` where it is a time.
        start: number of the first word; `stop` behind the last.
        keeps: whether the words are searched for all the same.
    """

    kind: str
    value: str
    start: int
    stop: int
    years: tuple[int, int] | None = None
    keeps: bool = False


@dataclass(slots=True)
class _Head:
    """What is asked for: where it ends, what was read, whether it names a song, and whether it says more than that."""

    stop: int
    spans: list[Span] = field(default_factory=list)
    has_noun: bool = False

    @property
    def says(self) -> bool:
        return any(span.kind.removeprefix("not_") in ("language", "genre", "emotion", "years") for span in self.spans)


class Grammar:
    """Reads the words of a query by the rules of one language.

    Args:
        rules: of the language.
        plains: plain words of the query.
        artist: folded name of the artist that the words from one number to another name; None where they name none.
    """

    def __init__(self, rules: Rules, plains: Sequence[str], artist: Callable[[int, int], str | None]) -> None:
        self._rules = rules
        self._plains = plains
        self._artist = artist

    def read(self, start: int, stop: int) -> list[Span]:
        """Return what is read of the words of one segment, in their order; nothing where it is not asked like that."""
        begin, asked = self._requests(start, stop)
        if self._rules.head_final:
            return self._head_at_the_end(begin, stop, asked) or self._alone(start, stop)
        return self._head_first(begin, stop, asked) or self._alone(start, stop)

    def _requests(self, start: int, stop: int) -> tuple[int, list[Span]]:
        """Return where requests ("find me") end, and what they are."""
        spans: list[Span] = []
        place = start
        while place < stop and (phrase := self._phrase(place, stop, "request")):
            spans.append(_filler(place, place + len(phrase.words)))
            place += len(phrase.words)
        return place, spans

    def _phrase(self, place: int, stop: int, *kinds: str) -> Phrase | None:
        """Return the longest phrase of these kinds; of several as long, that of the first kind."""
        if place >= stop:
            return None
        there = [phrase for phrase in self._rules.at(self._plains, place, stop) if phrase.kind in kinds]
        return min(there, key=lambda phrase: (-len(phrase.words), kinds.index(phrase.kind)), default=None)

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
        """Return what a head goes on with: what is read, where that ends, and its kind; it ends at once where it does."""
        if negated := self._negated(place, stop):
            return negated, negated[-1].stop, "not"
        if time := eras.at(self._rules, self._plains, place, stop, framed=False):
            return [Span("years", "", place, time[0], time[1])], time[0], "years"
        phrase = self._phrase(place, stop, *_OF_HEAD)
        mood = self._mood(place, stop)
        if mood and (phrase is None or mood.stop - place > len(phrase.words) or phrase.kind == "article"):
            return [mood], mood.stop, "emotion"
        if phrase is None:
            joins = self._phrase(place, stop, "and") if head.spans else None
            if joins and self._of_head(place + len(joins.words), stop, _Head(place))[1] > place + len(joins.words):
                return [_filler(place, place + len(joins.words))], place + len(joins.words), "and"
            return [], place, ""
        if phrase.kind == "language" and self._rules.languages_framed:
            return [], place, ""
        end = place + len(phrase.words)
        kind = _MEANT.get(phrase.kind, phrase.kind)
        span = Span(kind, phrase.value, place, end) if phrase.kind in _SAYING else _filler(place, end)
        return [span], end, phrase.kind

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
        """Return what stands behind a "not" that begins at a place; nothing where there is none, or nothing behind it."""
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
        if framed := self._in_language(begin, stop):
            return [Span("not_language", framed.value, start, framed.stop)]
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
        if not head.has_noun:
            whole = head.stop == stop and head.says
            return asked + head.spans if whole else []
        framed, place = self._frames(head.stop, stop)
        spans = [*asked, *head.spans, *framed]
        says = head.says or any(span.kind != "filler" for span in framed)
        if place == stop:
            return spans if says or len(asked) > 0 else []
        if about := self._phrase(place, stop, "about"):
            begin = place + len(about.words)
            if begin < stop:
                return [*spans, _filler(place, begin), *self._topic(begin, stop)]
        if says and self._phrase(place, stop, "for"):
            return spans + self._topic(place, stop)
        is_sure = any(span.kind != "filler" for span in framed)
        return spans + self._topic(place, stop) if is_sure or (self._rules.free and head.says) else []

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
        if language := self._in_language(place, stop):
            return [language]
        if time := eras.at(self._rules, self._plains, place, stop, framed=True):
            return [Span("years", "", place, time[0], time[1])]
        if artist := self._by(place, stop):
            return [artist]
        related = self._phrase(place, stop, "relative")
        begin = place + (len(related.words) if related else 0)
        mood = self._head(begin, stop)
        if mood.stop > begin and mood.says and (related or not mood.has_noun):
            return ([_filler(place, begin)] if related else []) + mood.spans
        return []

    def _in_language(self, place: int, stop: int) -> Span | None:
        """Return a language with the word that says that it is one: "auf Deutsch"."""
        framing = self._phrase(place, stop, "in")
        begin = place + (len(framing.words) if framing else 0)
        language = self._phrase(begin, stop, "language") if framing else None
        if language is None:
            return None
        end = begin + len(language.words)
        while more := self._phrase(end, stop, "filler"):
            end += len(more.words)
        return Span("language", language.value, place, end)

    def _by(self, place: int, stop: int) -> Span | None:
        """Return an artist who is known, with the word before the name."""
        by = self._phrase(place, stop, "by")
        begin = place + (len(by.words) if by else 0)
        for end in range(min(stop, begin + _LONGEST_NAME), begin, -1) if by else ():
            if name := self._artist(begin, end):
                return Span("artist", name, place, end)
        return None

    def _topic(self, start: int, stop: int) -> list[Span]:
        """Return what is read of the words that say what a song is about: what stands behind them, and a mood alone."""
        while stop - start > 1 and (ending := self._ending(stop)):
            stop = ending
        spans: list[Span] = []
        end = stop
        for place in range(start + 1, stop):
            framed, reached = self._frames(place, stop)
            if reached == stop and any(self._may_follow(span) for span in framed[:1]):
                spans, end = framed, place
                break
        article = self._phrase(start, end, "article")
        begin = start + (len(article.words) if article else 0)
        if end > start and (mood := self._phrase(begin, end, "emotion_noun")) and begin + len(mood.words) == end:
            spans.insert(0, Span("emotion", mood.value, begin, end, keeps=True))
        return [*spans, *([_filler(stop, self._last(stop))] if self._last(stop) > stop else [])]

    def _may_follow(self, span: Span) -> bool:
        """Say whether what a song is about may be followed by this: a mood needs a "but" before it."""
        if span.kind in ("language", "years", "artist", "not_language"):
            return True
        return self._phrase(span.start, span.stop, "but") is not None

    def _ending(self, stop: int) -> int:
        """Return where a word begins that ends at a place and only ends a request; 0 where there is none."""
        phrase = self._phrase(stop - 1, stop, "end")
        return stop - 1 if phrase else 0

    def _last(self, stop: int) -> int:
        while stop < len(self._plains) and self._phrase(stop, stop + 1, "end"):
            stop += 1
        return stop

    # Segments of another kind.

    def _alone(self, start: int, stop: int) -> list[Span]:
        """Return what is read of a segment without a head: all of it, or what it ends with."""
        framed, place = self._frames(start, stop)
        if place == stop and framed:
            return framed
        noun = self._phrase(start, stop, "emotion_noun")
        if noun and start + len(noun.words) == stop:
            return [Span("emotion", noun.value, start, stop, keeps=True)]
        for place in range(start + 1, stop):
            framed, reached = self._frames(place, stop)
            if reached == stop and framed and self._may_follow(framed[0]):
                return framed
        return []

    def _head_at_the_end(self, start: int, stop: int, asked: list[Span]) -> list[Span]:
        about = self._phrase(start, stop, "about")
        begin = start + (len(about.words) if about else 0)
        for place in range(begin + (1 if about else 0), stop):
            head = self._head(place, stop)
            if head.stop == stop and head.has_noun:
                break
            if place == start and head.stop == stop and head.says:
                return asked + head.spans
        else:
            return []
        end, joined = self._joined(begin, place)
        if end <= begin:
            return [*asked, *head.spans] if head.says or asked else []
        if not (about or joined or head.says):
            return []
        spans = [*asked, *([_filler(start, begin)] if about else []), *([_filler(end, place)] if joined else [])]
        mood = self._phrase(begin, end, "emotion_noun")
        if mood and begin + len(mood.words) == end:
            spans.append(Span("emotion", mood.value, begin, end, keeps=True))
        return spans + head.spans

    def _joined(self, begin: int, place: int) -> tuple[int, bool]:
        """Return where the words end that a head is about, and whether a word joins them to it."""
        for at in range(begin, place):
            phrase = self._phrase(at, place, "about_after", "article")
            if phrase and at + len(phrase.words) == place:
                return at, True
        return place, bool(place < len(self._plains) and self._phrase(place, place + 1, "article"))


def _filler(start: int, stop: int) -> Span:
    return Span("filler", "", start, stop)


def n_read(spans: Iterable[Span]) -> int:
    """Return how many words were read as something."""
    return sum(span.stop - span.start for span in spans)
