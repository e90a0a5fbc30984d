"""What searches: words, spelling and meaning fused, with the weights of the query's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import SetupError, UsageError
from musicdata_baselines.search import Bm25Search, DenseSearch, HybridSearch, TfidfSearch
from musicdata_baselines.suites.text_search.searching import filters
from musicdata_baselines.suites.text_search.searching.encoders import LateEncoder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata.definitions.search import Ask
    from musicdata.music.queries.parts import Understood
    from musicdata_baselines.search import Span
    from musicdata_baselines.search.estimator import SongSearch
    from musicdata_baselines.suites.text_search.searching.songs import SongIndex

WORDS, SPELLING, MEANING = "words", "spelling", "meaning"
UNKNOWN = "und"
LINE, ABOUT = KINDS = ("line", "about")
Weights = dict[str, dict[str, dict[str, float]]]
"""What a query is → language → signal → its weight; "" for languages that have none of their own."""


@dataclass(frozen=True, slots=True)
class Route:
    """How a query is searched.

    Attributes:
        language: of its words.
        kind: `LINE` for words that a song may have, `ABOUT` for a description, such as "a sad song about the sea".
        across: the encoder that leads to songs in other languages than its own, by meaning alone; "" where they are
            not looked for.
    """

    language: str
    kind: str = LINE
    across: str = ""


@dataclass(eq=False)
class Engine:
    """The searches of a data set.

    Attributes:
        index: the songs.
        by_words: fitted searches by words and by spelling; none where there are no words.
        by_meaning: encoder → fitted search by its vectors, in the order in which a language takes the first that was
            made for it.
        weights_of_kind: of words, spelling and meaning.
        across: the encoder that leads from one language to another; "" where there are no vectors of it.
        told: what it has not, a sentence each.
    """

    index: SongIndex
    by_words: tuple[SongSearch[Any], ...]
    by_meaning: dict[str, DenseSearch]
    weights_of_kind: Weights
    across: str = ""
    told: tuple[str, ...] = ()
    _missing: dict[str, str] = field(default_factory=dict)

    def route(self, ask: Ask, asked: Understood, left: NDArray[np.bool_]) -> Route:
        """Return how a query is searched among the songs that its filters leave, (songs,).

        Where filters leave none in the query's own language, songs are looked for across languages.

        Raises:
            UsageError: the user wants songs in all languages, and there are no vectors that lead there.
        """
        if ask.across and not self.across:
            raise UsageError("--across needs vectors of an encoder of several languages, and this data set has none")
        kind = ABOUT if asked.parts else LINE
        elsewhere = asked.language != UNKNOWN and not left.all()
        elsewhere = elsewhere and not (left & filters.has_language(self.index, asked.language)).any()
        return Route(asked.language, kind, self._leading_to(left) if ask.across or elsewhere else "")

    def _leading_to(self, left: NDArray[np.bool_]) -> str:
        """Return the encoder of several languages that has vectors of most of the songs that are left."""
        several = [name for name, part in self.by_meaning.items() if len(part.encoder.facts.languages) != 1]
        if self.across in several:
            several = [self.across, *(name for name in several if name != self.across)]
        there = [int(left[np.unique(self.index.songs.vectors[name].song)].sum()) for name in several]
        return several[int(np.argmax(there))] if any(there) else self.across

    def search(
        self, text: str, route: Route, n: int, among: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int32], dict[str, NDArray[np.float64]]]:
        """Return the best songs, numbers rising, and what each signal adds to their scores, which are 1 at most."""
        hybrid = self._hybrid(route)
        if hybrid is None:
            return np.empty(0, np.int32), {}
        hits = hybrid.search([text], n, among=among, spans=False, languages=[route.language])
        there = hits.songs[0] >= 0
        order = np.argsort(hits.songs[0][there])
        songs, scores = hits.songs[0][there][order], hits.scores[0][there][order].astype(np.float64)
        if not len(songs):
            return songs, {}
        assert hits.shares is not None, "a hybrid search tells what each part brought"
        shares = hits.shares[0][there][order].astype(np.float64)
        return songs, {signal_of(part): shares[:, i] * scores for i, part in enumerate(hybrid.parts)}

    def spans(self, text: str, route: Route, songs: Sequence[int]) -> list[Span | None]:
        """Return the lines of some songs that matched best."""
        hybrid = self._hybrid(route)
        if hybrid is None or not songs:
            return [None] * len(songs)
        among = np.zeros(len(self.index), bool)
        among[list(songs)] = True
        hits = hybrid.search([text], len(songs), among=among, languages=[route.language])
        found = dict(zip(hits.songs[0].tolist(), hits.spans[0], strict=True))
        return [found.get(song) for song in songs]

    def weights(self, route: Route) -> dict[str, float]:
        """Return signal → its weight, those that count only."""
        hybrid = self._hybrid(route)
        if hybrid is None:
            return {}
        weights = zip(hybrid.parts, hybrid.weights_of(route.language), strict=True)
        return {signal_of(part): weight for part, weight in weights if weight > 0}

    def notes(self, route: Route) -> list[str]:
        """Return what a search does without, a sentence each."""
        hybrid = self._hybrid(route)
        told = [*self.told, *self._missing.values()]
        if route.across:
            told.append("Found by meaning alone, whatever the language: no word of the query need stand there.")
        elif hybrid is None:
            told.append("Nothing here can read the query: there are neither words nor an encoder of its language.")
        return told

    def encoder_of(self, language: str) -> str:
        """Return the encoder of a language: the first that was made for it, "" for none; of an unknown one `across`."""
        if language == UNKNOWN:
            return self.across
        return next((name for name, part in self.by_meaning.items() if part.carries(language)), "")

    def _hybrid(self, route: Route) -> HybridSearch | None:
        """Return the parts that can read a query, with their weights; None where none can.

        Raises:
            SetupError: across languages, the encoder is not installed.
        """
        encoder = route.across or self.encoder_of(route.language)
        parts: list[SongSearch[Any]] = [] if route.across else [*self.by_words]
        if encoder and self._is_open(self.by_meaning[encoder], required=bool(route.across)):
            parts.append(self.by_meaning[encoder])
        if not parts:
            return None
        of_kind = self.weights_of_kind[route.kind]
        given = of_kind.get(route.language) or of_kind[""]
        weights = [given.get(signal_of(part), 0.0) for part in parts]
        return HybridSearch(parts, weights=weights if sum(weights) else None).fit(self.index.songs)

    def _is_open(self, part: DenseSearch, *, required: bool) -> bool:
        """Say whether a query can be encoded; where it need not be, remember why not."""
        if part.vectors in self._missing and not required:
            return False
        assert isinstance(part.encoder, LateEncoder), "every part is made here"
        try:
            part.encoder.opened()
        except SetupError as error:
            if required:
                raise
            self._missing[part.vectors] = f"Nothing is found by meaning with the encoder {part.vectors}: {error}."
            return False
        return True


def signal_of(part: SongSearch[Any]) -> str:
    """Return what people call what a search goes by."""
    if isinstance(part, DenseSearch):
        return MEANING
    return WORDS if isinstance(part, Bm25Search) else SPELLING


_ENGLISH = {WORDS: 0.35, SPELLING: 0.15, MEANING: 0.5}
DEFAULT_WEIGHTS: Weights = {
    LINE: {"": {WORDS: 0.5, SPELLING: 0.3, MEANING: 0.2}, "en": _ENGLISH},
    ABOUT: {"": {WORDS: 0.4, SPELLING: 0.2, MEANING: 0.4}, "en": _ENGLISH},
}
"""What is taken where no queries of the data set's own say better: words first, in English half by meaning."""


def word_searches() -> tuple[SongSearch[Any], ...]:
    """Return the searches by words, not yet fitted."""
    return Bm25Search(), TfidfSearch("char_wb")


def meaning_searches(encoders: Mapping[str, LateEncoder]) -> dict[str, DenseSearch]:
    """Return the searches by vectors, not yet fitted."""
    return {name: DenseSearch(encoder, "section", name) for name, encoder in encoders.items()}
