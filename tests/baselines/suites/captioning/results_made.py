"""Results as if networks had been trained on a large data set, for what is computed from results."""

from __future__ import annotations

import dataclasses

from musicdata_baselines.suites.captioning.results import (
    FUSION,
    GROUPED,
    LEAD,
    LYRICS_ONLY,
    METRICS,
    NEAREST,
    POSITIVE,
    RANDOM,
    SHUFFLED_POSITIVE,
    WRONG_AUDIO,
    ZERO_AUDIO,
    Captioning,
    Claim,
    Control,
    Estimate,
    Example,
    FactShare,
    Leaks,
    SeedRun,
    SystemFigures,
    Variant,
)

ABOVE, AROUND = Estimate(0.05, 0.03, 0.07), Estimate(0.01, -0.01, 0.03)
SCORES = {
    RANDOM: 0.30,
    NEAREST: 0.40,
    LEAD: 0.10,
    LYRICS_ONLY: 0.45,
    FUSION: 0.50,
    POSITIVE: 0.52,
    SHUFFLED_POSITIVE: 0.52,
}


def system(name: str, score: float, **changes: object) -> SystemFigures:
    """Return the figures of a system that scores the same by every metric."""
    estimate = Estimate(score, score - 0.02, score + 0.02)
    every = dict.fromkeys(METRICS, estimate)
    figures = SystemFigures(
        name=name,
        scheme=GROUPED,
        variant="full",
        n_songs=300,
        n_references=600,
        seeds=3 if "BART" in name else 1,
        single=every,
        best=every,
        by_pair=dict.fromkeys(METRICS, score),
        bleu=100 * score,
        distinct_2=0.5,
        mean_words=14.0,
        length_ratio=1.0,
        copy_share=0.6,
        exact_copies=0.0,
    )
    return dataclasses.replace(figures, **changes)  # type: ignore[arg-type]


def claim(**changes: object) -> Claim:
    """Return the claim that fusion is better than lyrics alone, proved."""
    proved = Claim(FUSION, LYRICS_ONLY, ABOVE, 3, ABOVE, None, is_aligned=False, is_made=True, why="")
    return dataclasses.replace(proved, **changes)  # type: ignore[arg-type]


def trained(**changes: object) -> Captioning:
    """Return a result with which every rule holds."""
    runs = (
        SeedRun(FUSION, GROUPED, "full", 0, 1_000, True, 0.1, 0.5, {"tempo": 1.0}, folder="fusion-0"),
        SeedRun(
            POSITIVE, GROUPED, "full", 1, 3_000, False, 0.2, 0.4, {"tempo": 0.3}, 0.6, 0.5, 12.0, "fusion-positive-1"
        ),
    )
    aligned = dataclasses.replace(
        claim(), better=POSITIVE, than=FUSION, over_shuffled=AROUND, is_aligned=True, is_made=False
    )
    result = Captioning(
        meteor="METEOR (NLTK, no WordNet)",
        ear="small 1",
        systems=(
            *(system(name, score) for name, score in SCORES.items()),
            system(NEAREST, 0.9, scheme="row"),
            system(NEAREST, 0.41, variant="positive"),
        ),
        controls=(
            Control(FUSION, "full", WRONG_AUDIO, 0.45, ABOVE),
            Control(FUSION, "full", ZERO_AUDIO, 0.46, ABOVE),
        ),
        facts=(
            FactShare(NEAREST, "", GROUPED, "tempo", "audio", 300, 0.3, 0.35),
            FactShare(FUSION, "", GROUPED, "tempo", "audio", 300, 0.98, 0.35),
            FactShare(FUSION, WRONG_AUDIO, GROUPED, "tempo", "audio", 300, 0.33, 0.35),
            FactShare(NEAREST, "", "row", "tempo", "audio", 300, 1.0, 0.35),
        ),
        runs=runs,
        claims=(claim(), dataclasses.replace(aligned, why="aligned on shuffled pairs it does as well")),
        leaks=Leaks(n_compared=600),
        variants=(Variant("full", 2_000, 1_000, 0), Variant("positive", 900, 700, 0)),
        examples=(
            Example("s1", {NEAREST: 0.3, FUSION: 0.5}, {NEAREST: "A song .", FUSION: "A tune ."}, ("A sad\nsong .",)),
        ),
        n_train_songs=1_000,
        n_scored=300,
        n_test_songs=400,
        best=POSITIVE,
        over_random=ABOVE,
        over_writing=AROUND,
        hears={FUSION: ABOVE},
        paper="interpretations",
    )
    return dataclasses.replace(result, **changes)  # type: ignore[arg-type]


def with_system(name: str, **changes: object) -> Captioning:
    """Return the result with one system's figures changed."""
    result = trained()
    systems = (
        dataclasses.replace(one, **changes) if (one.name, one.scheme, one.variant) == (name, GROUPED, "full") else one  # type: ignore[arg-type]
        for one in result.systems
    )
    return dataclasses.replace(result, systems=tuple(systems))
