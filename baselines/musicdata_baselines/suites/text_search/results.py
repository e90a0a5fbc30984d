"""What the suite measures, as plain values: the report is drawn from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from musicdata.definitions import suite
from musicdata.definitions.suite import Result

ALL = "all"
"""In the place of a language: all of them."""

PAPER = "paper: MiniLM whole song"
WORDS = "TF-IDF words"
CHARACTERS = "TF-IDF characters"
BM25 = "BM25"
SECTIONS = "vectors of sections"
HYBRID = "hybrid"
HEAD = "projection head"
ACROSS = "across languages"

LEXICAL = (BM25, CHARACTERS)
"""The better of these is what every other system is compared with."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more a system finds than the better of BM25 and character TF-IDF on the same queries.

    Attributes:
        than: name of that one.
        mrr: mean difference of the reciprocal ranks; `low` and `high` bound it at 95 %, paired bootstrap by group.
        p_value: of the bootstrap, two-sided, adjusted for the systems that are compared (Holm).
    """

    than: str
    mrr: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """What one system finds.

    Attributes:
        name: of the system.
        hits: K → share of queries with a right song among the first K; `hits_low` and `hits_high` bound it at 95 %.
        mrr: mean reciprocal rank, 0 beyond the first 1,000; `mrr_low` and `mrr_high` bound it.
        median_rank: a song that is not among the first 1,000 counts as the next one.
        difference: to the better lexical system; None for that one itself, and where neither was measured.
    """

    name: str
    hits: dict[int, float]
    hits_low: dict[int, float]
    hits_high: dict[int, float]
    mrr: float
    mrr_low: float
    mrr_high: float
    median_rank: float
    difference: Difference | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """Queries of one kind in one language, or in all, and what each system finds.

    Attributes:
        kind: how the queries were made.
        language: ISO 639-1, ``all``, or for translations the two, ``de → en``.
        n_queries: that were asked; `n_groups` groups of songs that they were made from.
        n_candidates: songs that can be found; 0 where that differs from query to query.
        chance: what a random order gives: ``mrr``, ``hits_1``, ``hits_5``, ``hits_10``, ``median_rank``.
        systems: in one order everywhere; those that cannot read the language are missing.
    """

    kind: str
    language: str
    n_queries: int
    n_groups: int
    n_candidates: int
    chance: dict[str, float]
    systems: tuple[SystemFigures, ...]

    def of(self, name: str) -> SystemFigures | None:
        """Return what a system finds, None where it was not measured."""
        return next((one for one in self.systems if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Weighing:
    """How the hybrid was put together for one language, by queries of the valid split.

    Attributes:
        language: ISO 639-1, or ``all`` for what the others take.
        n_queries: that chose.
        parts: that were put together.
        tried: parts that count the same, e.g. ``BM25 + vectors``, and the MRR of the valid queries by them alone.
        weights: one a part, what was chosen.
        mrr: of it on those queries.
    """

    language: str
    n_queries: int
    parts: tuple[str, ...]
    tried: tuple[tuple[str, float], ...]
    weights: tuple[float, ...]
    mrr: float


@dataclass(frozen=True, slots=True)
class Refusal:
    """Whether a search knows when the song is not there.

    Attributes:
        statistic: what is compared with the threshold, e.g. ``hybrid margin``; `tried` each one → its AUC on valid.
        threshold: below which nothing is answered, chosen on valid.
        present_found: queries for a song that is there, answered; `present_refused` not answered.
        absent_found: queries for a song that is not there, answered all the same; `absent_refused` not answered.
        right: share of `present_found` with a right song among the first ten.
        precision: share of the answered queries whose song is there, if half of all were absent; `recall` of the
            present that are answered; `f1` their harmonic mean.
        auc: probability that a present query has a higher value than an absent one; `auc_low` and `auc_high` bound it.
        answering_all: F1 of answering every query, half of which are absent: what `f1` has to beat.
        all_ones: what the paper's code would print as F1, 2h/(1 + h) of the hit rate h among the first ten of its
            own system (``paper``) and of ours (``hybrid``): a hit rate renamed, since nothing is absent there.
        n_valid: present and absent queries of valid that chose.
    """

    statistic: str
    tried: dict[str, float]
    threshold: float
    present_found: int
    present_refused: int
    absent_found: int
    absent_refused: int
    right: float
    precision: float
    recall: float
    f1: float
    auc: float
    auc_low: float
    auc_high: float
    answering_all: float
    all_ones: dict[str, float]
    n_valid: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Genres:
    """Genre told by the words alone, under one way of splitting.

    Attributes:
        scheme: ``grouped``, ``random`` or ``artist``.
        n_train: songs that were learned from; `n_test` asked.
        shared: share of the test songs with nearly the same words in train.
        accuracy: share of the test songs whose genre is told; `accuracy_low` and `accuracy_high` bound it at 95 %.
        macro_f1: mean F1 over the genres.
        majority: accuracy of always saying the most frequent genre of train; `by_language` of saying the most frequent
            one of the song's language.
        names: genres, the most frequent first.
        confusion: [true][told] test songs.
    """

    scheme: str
    n_train: int
    n_test: int
    shared: float
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    majority: float
    by_language: float
    names: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class LabelNoise:
    """How often songs with nearly the same words have different genres: what no classifier can tell.

    Attributes:
        n_songs: songs with a genre and a twin that has one.
        n_disagreeing: of those, songs that have a twin with another genre.
    """

    n_songs: int
    n_disagreeing: int


@dataclass(frozen=True, slots=True)
class Shuffled:
    """A control: the words of the songs are dealt out anew, so that no query can find its song but by chance.

    Attributes:
        n_queries: that were asked; `n_deals` how often the words were dealt out.
        mrr: of BM25, the mean over the deals; `mrr_low` bounds it at 99.9 %, bootstrap by group.
        chance: what a random order gives.
    """

    n_queries: int
    n_deals: int
    mrr: float
    mrr_low: float
    chance: float


@dataclass(frozen=True, slots=True)
class HeadTraining:
    """A projection of the frozen vectors, trained on lines and their songs, under one way of splitting.

    Attributes:
        scheme: ``grouped`` or ``random``.
        n_pairs: lines that were learned from.
        ships: whether it finds more than the frozen vectors on valid; it is left out where not.
        mrr: of the test lines; `frozen_mrr` of the frozen vectors on the same.
        valid_mrr: of the valid lines; `frozen_valid_mrr` of the frozen vectors.
    """

    scheme: str
    n_pairs: int
    ships: bool
    mrr: float
    frozen_mrr: float
    valid_mrr: float
    frozen_valid_mrr: float


@dataclass(frozen=True, slots=True)
class TextSearches(Result):
    """Everything that the suite measures.

    Attributes:
        n_songs: of the index; `n_held_out` absent from it.
        languages: ISO 639-1 → songs of the index, the most frequent first.
        encoders: language → encoder of its vectors.
        cells: kinds by languages.
        translations: pairs of languages; all pairs together first.
        weighings: how the hybrid was put together.
        refusal: None where there are too few queries.
        genres: one a scheme; none where there is no genre, or too little of it.
        noise: None where there is no genre.
        shuffled: None where nothing could be asked.
        heads: none where none could be trained.
        residue: rule of cleaning → songs in which it still matches, of `n_looked_at`.
        torn: groups that stand in more than one split.
        paper: paper whose system is measured beside ours; "" for none.
        asked: of a kind and a language at most.
    """

    n_songs: int
    n_held_out: int
    languages: dict[str, int]
    encoders: dict[str, str]
    cells: tuple[Cell, ...] = ()
    translations: tuple[Cell, ...] = ()
    weighings: tuple[Weighing, ...] = ()
    refusal: Refusal | None = None
    genres: tuple[Genres, ...] = ()
    noise: LabelNoise | None = None
    shuffled: Shuffled | None = None
    heads: tuple[HeadTraining, ...] = ()
    residue: dict[str, int] = field(default_factory=dict)
    n_looked_at: int = 0
    torn: int = 0
    paper: str = ""
    asked: int = 0

    def cell(self, kind: str, language: str = ALL) -> Cell | None:
        """Return what was measured on queries of a kind in a language, None where nothing was."""
        return next((one for one in self.cells if (one.kind, one.language) == (kind, language)), None)


Validation = suite.Validation[TextSearches]
