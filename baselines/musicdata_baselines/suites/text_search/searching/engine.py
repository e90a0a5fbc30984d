"""What searches: words, spelling and meaning fused, with the weights of the query's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import SetupError, UsageError
from musicdata_baselines.search import Bm25Search, DenseSearch, HybridSearch, TfidfSearch
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
Weights = dict[str, dict[str, float]]
"""Language → signal → its weight; "" for languages that have none of their own."""


@dataclass(eq=False)
class Engine:
    """The searches of a data set.

    Attributes:
        index: the songs.
        by_words: fitted searches by words and by spelling; none where there are no words.
        by_meaning: encoder → fitted search by its vectors, in the order in which a language takes the first that was
            made for it.
        weights_by_language: of words, spelling and meaning.
        across: the encoder that leads from one language to another; "" where there are no vectors of it.
        told: what it has not, a sentence each.
    """

    index: SongIndex
    by_words: tuple[SongSearch[Any], ...]
    by_meaning: dict[str, DenseSearch]
    weights_by_language: Weights
    across: str = ""
    told: tuple[str, ...] = ()
    _missing: dict[str, str] = field(default_factory=dict)

    def is_across(self, ask: Ask, asked: Understood) -> bool:
        """Say whether songs in other languages than the query's are looked for, by meaning.

        Raises:
            UsageError: the user wants it, and there are no vectors that lead there.
        """
        if ask.across and not self.across:
            raise UsageError("--across needs vectors of an encoder of several languages, and this data set has none")
        elsewhere = bool(asked.languages) and asked.language not in (UNKNOWN, *asked.languages)
        return bool(self.across) and (ask.across or elsewhere)

    def search(
        self, text: str, language: str, n: int, among: NDArray[np.bool_], *, across: bool
    ) -> tuple[NDArray[np.int32], dict[str, NDArray[np.float64]]]:
        """Return the best songs, numbers rising, and what each signal adds to their scores, which are 1 at most."""
        hybrid = self._hybrid(language, across=across)
        if hybrid is None:
            return np.empty(0, np.int32), {}
        hits = hybrid.search([text], n, among=among, spans=False, languages=[language])
        there = hits.songs[0] >= 0
        order = np.argsort(hits.songs[0][there])
        songs, scores = hits.songs[0][there][order], hits.scores[0][there][order].astype(np.float64)
        if not len(songs):
            return songs, {}
        shares = hybrid.signals(text, songs.tolist(), among=among, language=language).astype(np.float64)
        return songs, {signal_of(part): shares[:, i] * scores for i, part in enumerate(hybrid.parts)}

    def spans(self, text: str, language: str, songs: Sequence[int], *, across: bool) -> list[Span | None]:
        """Return the lines of some songs that matched best."""
        hybrid = self._hybrid(language, across=across)
        if hybrid is None or not songs:
            return [None] * len(songs)
        among = np.zeros(len(self.index), bool)
        among[list(songs)] = True
        hits = hybrid.search([text], len(songs), among=among, languages=[language])
        found = dict(zip(hits.songs[0].tolist(), hits.spans[0], strict=True))
        return [found.get(song) for song in songs]

    def weights(self, language: str, *, across: bool) -> dict[str, float]:
        """Return signal → its weight for queries in a language, those that count only."""
        hybrid = self._hybrid(language, across=across)
        if hybrid is None:
            return {}
        weights = zip(hybrid.parts, hybrid.weights_of(language), strict=True)
        return {signal_of(part): weight for part, weight in weights if weight > 0}

    def notes(self, language: str, *, across: bool) -> list[str]:
        """Return what a search of queries in a language does without, a sentence each."""
        hybrid = self._hybrid(language, across=across)
        told = [*self.told, *self._missing.values()]
        if across:
            told.append("Found by meaning alone, whatever the language: no word of the query need stand there.")
        elif hybrid is None:
            told.append("Nothing here can read the query: there are neither words nor an encoder of its language.")
        return told

    def encoder_of(self, language: str) -> str:
        """Return the encoder of a language: the first that was made for it, "" for none; of an unknown one `across`."""
        if language == UNKNOWN:
            return self.across
        return next((name for name, part in self.by_meaning.items() if part.carries(language)), "")

    def _hybrid(self, language: str, *, across: bool) -> HybridSearch | None:
        """Return the parts that can read a language, with their weights; None where none can.

        Raises:
            SetupError: across languages, the encoder is not installed.
        """
        encoder = self.across if across else self.encoder_of(language)
        parts: list[SongSearch[Any]] = [] if across else [*self.by_words]
        if encoder and self._is_open(self.by_meaning[encoder], required=across):
            parts.append(self.by_meaning[encoder])
        if not parts:
            return None
        given = self.weights_by_language.get(language) or self.weights_by_language[""]
        weights = [given.get(signal_of(part), 0.0) for part in parts]
        return HybridSearch(parts, weights=weights if sum(weights) else None).fit(self.index.songs)

    def _is_open(self, part: DenseSearch, *, required: bool) -> bool:
        """Say whether a query can be encoded; where it need not be, remember why not."""
        if part.vectors in self._missing and not required:
            return False
        assert isinstance(part.encoder, LateEncoder), "every part is made here"
        try:
            part.encoder.open()
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


DEFAULT_WEIGHTS: Weights = {
    "": {WORDS: 0.5, SPELLING: 0.3, MEANING: 0.2},
    "en": {WORDS: 0.35, SPELLING: 0.15, MEANING: 0.5},
}
"""What is taken where no queries of the data set's own say better: words first, in English half by meaning."""


def word_searches() -> tuple[SongSearch[Any], ...]:
    """Return the searches by words, not yet fitted."""
    return Bm25Search(), TfidfSearch("char_wb")


def meaning_searches(encoders: Mapping[str, LateEncoder]) -> dict[str, DenseSearch]:
    """Return the searches by vectors, not yet fitted."""
    return {name: DenseSearch(encoder, "section", name) for name, encoder in encoders.items()}
