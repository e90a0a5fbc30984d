"""What the suite measures, as plain values: the report is drawn from nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field

from musicdata.definitions import suite
from musicdata.definitions.suite import Result

GROUPED, ROW, ARTIST = "grouped", "row", "artist"
"""Schemes: the data set's own split, one of caption by caption, one with no artist on both sides."""

RANDOM = "random caption"
USUAL = "random caption of the usual length"
NEAREST = "nearest lyrics"
NEAREST_AUDIO = "nearest lyrics + audio"
LEAD = "first words of the lyrics"
DRAWN = (RANDOM, USUAL)
"""Systems that draw a train caption and look at nothing."""

LYRICS_ONLY = "BART, lyrics only"
FUSION = "BART-fusion"
POSITIVE = "BART-fusion + positive"
INFONCE = "BART-fusion + InfoNCE"
SHUFFLED_POSITIVE = "BART-fusion + positive, shuffled pairs"
SHUFFLED_INFONCE = "BART-fusion + InfoNCE, shuffled pairs"

NETWORKS = (LYRICS_ONLY, FUSION, POSITIVE, INFONCE, SHUFFLED_POSITIVE, SHUFFLED_INFONCE)
HEARING = NETWORKS[1:]
"""Networks that are given sound."""

CLAIMS = ((FUSION, LYRICS_ONLY), (POSITIVE, FUSION), (INFONCE, FUSION))
"""What might be called better than what."""

SHUFFLED_OF = {POSITIVE: SHUFFLED_POSITIVE, INFONCE: SHUFFLED_INFONCE}
"""Aligned network → the same, aligned on pairs of different songs: what alignment must beat."""

WRONG_AUDIO, ZERO_AUDIO, SHUFFLED_LYRICS = "wrong audio", "zero audio", "shuffled lyrics"
CONTROLS = (WRONG_AUDIO, ZERO_AUDIO, SHUFFLED_LYRICS)

METRICS = ("rouge1_f1", "rouge2_f1", "rougeL_f1", "rouge1_recall", "rouge2_recall", "rougeL_recall", "meteor")
MAIN = "rouge1_f1"
"""What the gate and every claim compare."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over songs, with bounds at 95 %: a bootstrap of whole groups."""

    value: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        """Say whether the lower bound is above 0."""
        return self.low > 0


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """What one system's captions score.

    Attributes:
        name: of the system.
        scheme: ``grouped``, ``row`` or ``artist``.
        variant: of the captions it learned from.
        n_songs: test songs; `n_references` captions of theirs.
        seeds: networks that the means are over; 1 for a system without chance.
        single: metric → mean over the references of a song, each by itself, as the papers have it. Of a split that is
            there to be compared with, `MAIN` alone, and nothing below `exact_copies`.
        best: metric → the best of a song's references.
        mean_words: of a caption; `length_ratio` to the mean of the references.
        exact_copies: share of the songs whose caption is a reference, word by word, of 25 words or more.
        by_pair: metric → mean over all pairs of a caption and a reference, so that songs count as often as they have
            references: the released scorer's way.
        bleu: of all captions; `distinct_2` share of different pairs of words.
        copy_share: words of a caption that stand in a row in one train caption, as a share of its words; None where it
            was not looked for.
        cider: None where its package is not here.
    """

    name: str
    scheme: str
    variant: str
    n_songs: int
    n_references: int
    seeds: int
    single: dict[str, Estimate]
    best: dict[str, Estimate]
    mean_words: float
    length_ratio: float
    exact_copies: float
    by_pair: dict[str, float] = field(default_factory=dict)
    bleu: float | None = None
    distinct_2: float | None = None
    copy_share: float | None = None
    cider: float | None = None

    @property
    def main(self) -> Estimate:
        """Return what systems are compared by."""
        return self.single[MAIN]


@dataclass(frozen=True, slots=True)
class Control:
    """The same network, given something else than the song's own sound or words.

    Attributes:
        system: that was asked; `variant` of the captions it learned from.
        control: what it was given.
        score: `MAIN` of its captions then.
        gap: how much more it scores on the song's own, paired by song.
    """

    system: str
    variant: str
    control: str
    score: float
    gap: Estimate


@dataclass(frozen=True, slots=True)
class FactShare:
    """How often captions name the right value of a fact.

    Attributes:
        system: that captioned; `control` what it was given in the place of the song's own, "" for nothing.
        scheme: ``grouped``, or ``row`` for what a leaky split would print.
        fact: e.g. ``tempo``; `heard_in` ``lyrics``, ``audio`` or ``both``.
        n_songs: test songs with that fact.
        right: share of them whose caption names its value and no other.
        chance: share of the value that is the most frequent of all.
    """

    system: str
    control: str
    scheme: str
    fact: str
    heard_in: str
    n_songs: int
    right: float
    chance: float


@dataclass(frozen=True, slots=True)
class SeedRun:
    """One network.

    Attributes:
        system: what kind it is; `scheme` of the split and `variant` of the captions it learned from.
        seed: of its beginning.
        steps: that it was trained for.
        converged: whether its loss came down; one that did not counts all the same.
        valid_loss: the lowest; None where it was not measured.
        score: `MAIN` of its captions.
        facts: fact → share right.
        matched: mean cosine of a song's sound and words after alignment; `unmatched` of different songs'; `median_rank`
            of a song's words for its sound. None where nothing was aligned.
        folder: name of what was kept of it, "" for nothing.
    """

    system: str
    scheme: str
    variant: str
    seed: int
    steps: int
    converged: bool
    valid_loss: float | None
    score: float
    facts: dict[str, float] = field(default_factory=dict)
    matched: float | None = None
    unmatched: float | None = None
    median_rank: float | None = None
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether one system may be called better than another.

    Attributes:
        better: the one; `than` the other.
        gap: difference in `MAIN`, paired by song.
        seeds: of the one that has fewer.
        right_minus_wrong: of `better` with its own and with another song's sound; None where it was not measured.
        over_shuffled: how much `better` scores above itself aligned on shuffled pairs; None where that was not trained,
            or nothing was aligned.
        is_aligned: whether it has to be.
        is_made: whether the claim is made.
        why: what is lacking, "" where it is made.
    """

    better: str
    than: str
    gap: Estimate
    seeds: int
    right_minus_wrong: Estimate | None
    over_shuffled: Estimate | None
    is_aligned: bool
    is_made: bool
    why: str


@dataclass(frozen=True, slots=True)
class Leaks:
    """What of the test split is in the train split as well.

    Attributes:
        torn: groups that stand in more than one split.
        lyrics: test songs whose lyrics are nearly those of a train song; `captions` test captions of 25 words or more
            that are nearly a train song's.
        official: songs of the official test split that are not in the test split.
        examples: some of the pairs, ids.
        n_official: songs of the official test split.
        n_compared: test captions that were long enough to compare.
    """

    torn: int = 0
    lyrics: int = 0
    captions: int = 0
    official: int = 0
    examples: tuple[str, ...] = ()
    n_official: int = 0
    n_compared: int = 0

    @property
    def n(self) -> int:
        """Return how many there are of all kinds."""
        return self.torn + self.lyrics + self.captions + self.official


@dataclass(frozen=True, slots=True)
class Variant:
    """Captions to learn from.

    Attributes:
        name: of the variant.
        n_train: train captions in it; `n_songs` train songs that have one.
        n_outside: valid and test captions that are not in it, although a test is the same for all.
    """

    name: str
    n_train: int
    n_songs: int
    n_outside: int


@dataclass(frozen=True, slots=True)
class Example:
    """A test song, and what is said of it; texts are None where they may not be shown.

    Attributes:
        sample_id: of the song.
        score: `MAIN` of each system's caption.
        captions: of each system.
        references: of the song.
    """

    sample_id: str
    score: dict[str, float]
    captions: dict[str, str] | None = None
    references: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Captioning(Result):
    """Everything that the suite measures.

    Attributes:
        meteor: name of that metric, its WordNet among it; "" where nothing was measured.
        ear: what was heard with, "" for nothing.
        config: of the networks.
        systems: under every scheme and variant.
        controls: of the networks that hear.
        facts: of systems and controls on the data set's own split.
        runs: a network each.
        claims: that were looked at.
        leaks: between the splits.
        variants: in the recipe's order.
        examples: test songs.
        length_effects: sentences on systems that are only longer, or far from the references' length.
        not_trained: why no networks were trained, "" where they were.
        deep_asked: whether the user asked for them.
        n_train_songs: of the data set's own split.
        n_scored: test songs that were captioned, of `n_test_songs`.
        best: name of the system that scores most on the data set's own split, those that draw captions apart.
        over_random: how much it scores above the random caption, with bounds at one standard error; None where nothing
            was measured.
        over_writing: how much copying the nearest song's caption scores above networks that read the lyrics alone; None
            where none were trained.
        hears: system → how much more often its captions name what only the sound tells with the song's own sound than
            with another's; of data sets with such facts.
        paper: paper whose table is printed beside ours; "" for none.
        epochs: share of the steps.
        swept: whether every variant and the leaky split got networks too.
    """

    meteor: str = ""
    ear: str = ""
    config: str = "corrected"
    systems: tuple[SystemFigures, ...] = ()
    controls: tuple[Control, ...] = ()
    facts: tuple[FactShare, ...] = ()
    runs: tuple[SeedRun, ...] = ()
    claims: tuple[Claim, ...] = ()
    leaks: Leaks = Leaks()
    variants: tuple[Variant, ...] = ()
    examples: tuple[Example, ...] = ()
    length_effects: tuple[str, ...] = ()
    not_trained: str = ""
    deep_asked: bool = False
    n_train_songs: int = 0
    n_scored: int = 0
    n_test_songs: int = 0
    best: str = ""
    over_random: Estimate | None = None
    over_writing: Estimate | None = None
    hears: dict[str, Estimate] = field(default_factory=dict)
    paper: str = ""
    epochs: float = 1.0
    swept: bool = False

    def of(self, name: str, scheme: str = GROUPED, variant: str = "full") -> SystemFigures | None:
        """Return what a system scores, None where it was not measured."""
        wanted = (name, scheme, variant)
        return next((one for one in self.systems if (one.name, one.scheme, one.variant) == wanted), None)

    def own(self) -> tuple[SystemFigures, ...]:
        """Return what was measured on the data set's own split, trained on all of its captions."""
        return tuple(one for one in self.systems if (one.scheme, one.variant) == (GROUPED, "full"))

    def control(self, system: str, control: str) -> Control | None:
        """Return a control of a system that learned from all captions, None where it was not run."""
        wanted = (system, "full", control)
        return next((one for one in self.controls if (one.system, one.variant, one.control) == wanted), None)


Validation = suite.Validation[Captioning]
