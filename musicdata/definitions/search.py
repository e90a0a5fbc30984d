"""What is asked of a data set in words, and what it answers.

A suite that can search says so by `Suite.search`; these are the types on both sides of it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from musicdata.errors import UsageError
from musicdata.wording import as_table, counted

Fact = str | bool | int | float | None

_SHOWN_CHARACTERS = 100
MOST_CHARACTERS = 20_000
"""A query is not longer; a song of 3,000 words is not either."""

_SEQUENCE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]")  # what moves a cursor or changes colours
_JOINERS = "\u200c\u200d"  # letters of many scripts are joined by them


@dataclass(frozen=True, slots=True)
class Ask:
    """What a user looks for: by a query, or by a sample that others are to be like.

    Attributes:
        query: words, as they were typed.
        like: id of a sample, in the place of a query.
        k: matches at most.
        language: only samples in this language, ISO 639-1; None for what the query says.
        plain: take the query as it stands: nothing of it is read as a filter, a wish or a negation.
        across: look in all languages, by meaning, whatever language the query is in.
        without: kinds of what a query says that are not to be read out of it, ``language``, ``genre`` …
        reindex: build the index anew.

    Raises:
        UsageError: neither or both are given, the query is empty or too long, or `k` is below 1.
    """

    query: str | None = None
    like: str | None = None
    k: int = 10
    language: str | None = None
    plain: bool = False
    across: bool = False
    without: tuple[str, ...] = ()
    reindex: bool = False

    def __post_init__(self) -> None:
        if (self.query is None) == (self.like is None):
            raise UsageError("give either a query or a sample that the others are to be like")
        if self.k < 1:
            raise UsageError(f"{self.k} matches were asked for, expected at least 1")
        if self.query is not None and len(self.query) > MOST_CHARACTERS:
            raise UsageError(
                f"the query has {len(self.query):,} characters, at most {MOST_CHARACTERS:,} are read; "
                "give the lines that you remember"
            )
        if self.query is not None and not self.words:
            raise UsageError("the query is empty; say in a few words what is looked for, or quote a line")

    @property
    def words(self) -> str:
        r"""Return the query without what no word has: control characters and sequences, direction marks, surrogates.

        >>> Ask("the\0 sea\x1b[2J\n  at night").words
        'the sea at night'
        """
        query = _SEQUENCE.sub(" ", self.query or "")
        return " ".join("".join(" " if _is_silent(c) else c for c in query).split())


def _is_silent(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") and character not in _JOINERS


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a query was understood to say.

    Attributes:
        kind: ``language``, ``genre`` …: what `Ask.without` takes out.
        value: of that kind, as the data set has it.
        words: of the query, that it was read from.
    """

    kind: str
    value: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line that matched: its number in the text, from 1, and its words, None where the data set has them not."""

    number: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """A sample that answers.

    Attributes:
        rank: from 1.
        sample_id: of it.
        score: by which it has its rank; comparable within one answer only.
        facts: what the data set says of it: title, artist, language …
        signals: what its score is made of → its share; they add up to 1.
        lines: that matched best, in their order in the text.
        versions: ids of other samples with nearly the same text, which are not ranked again.
    """

    rank: int
    sample_id: str
    score: float
    facts: dict[str, Fact] = field(default_factory=dict)
    signals: dict[str, float] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    versions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """What a data set answers.

    Attributes:
        query: as it was typed; None where samples like another were asked for.
        like: the sample that was given in its place.
        searched: the words that were looked for, what was understood taken out.
        language: of the query's own words, ISO 639-1; "und" where nobody can tell.
        understood: what was read out of the query.
        by: who understood it: ``rules``, ``endpoint``, or ``plain`` for nobody.
        matches: best first; none where nothing matched.
        n_candidates: samples they were chosen from, after the filters.
        weights: signal → its weight in the fused score.
        notes: what could not be done, and what not to conclude, a sentence each.
    """

    query: str | None
    like: str | None
    searched: str
    language: str
    understood: tuple[Reading, ...]
    by: str
    matches: tuple[Match, ...]
    n_candidates: int
    weights: dict[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        asked = repr((self.query or "")[:_SHOWN_CHARACTERS]) if self.query is not None else f"like {self.like}"
        best = f", best {self.matches[0].sample_id}" if self.matches else ""
        return f"<Answer to {asked}: {counted(len(self.matches), 'match', 'matches')} of {self.n_candidates:,}{best}>"

    def _repr_html_(self) -> str:
        rows = [
            (
                match.rank,
                f"{match.score:.3f}",
                match.facts.get("artist", ""),
                match.facts.get("title", ""),
                match.sample_id,
            )
            for match in self.matches
        ]
        return as_table(("rank", "score", "artist", "title", "id"), rows, repr(self))
