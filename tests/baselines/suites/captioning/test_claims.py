"""What may be called better: from the scores of songs, with every control that a claim needs."""

from __future__ import annotations

import numpy as np
import pytest

from musicdata_baselines.retrieval.paired import PairedDraws
from musicdata_baselines.suites.captioning.claims import Evidence, look_at
from musicdata_baselines.suites.captioning.results import (
    FUSION,
    INFONCE,
    LYRICS_ONLY,
    POSITIVE,
    SHUFFLED_POSITIVE,
    Claim,
)

N = 120
DRAWS = PairedDraws([f"g{number}" for number in range(N)], n_draws=500)


def evidence(shift: float, wrong: float | None = 0.0, seeds: int = 3) -> Evidence:
    """Return scores `shift` above those of lyrics alone, and so much with another song's sound."""
    noise = np.random.default_rng(round(1000 * shift)).normal(scale=0.02, size=N)
    base = np.linspace(0.2, 0.6, N)
    return Evidence(seeds, base + shift + noise, None if wrong is None else base + wrong)


def claims(**of: Evidence) -> dict[str, Claim]:
    names = {
        "lyrics": LYRICS_ONLY,
        "fusion": FUSION,
        "positive": POSITIVE,
        "infonce": INFONCE,
        "shuffled": SHUFFLED_POSITIVE,
    }
    found = look_at({names[name]: one for name, one in of.items()}, DRAWS)
    return {claim.better: claim for claim in found}


def test_fusion_that_hears_is_better_than_lyrics_alone() -> None:
    claim = claims(lyrics=evidence(0.0, None), fusion=evidence(0.1))[FUSION]
    assert claim.is_made
    assert claim.gap.value == pytest.approx(0.1, abs=0.01)
    assert claim.gap.low > 0.08


def test_fusion_that_scores_more_and_does_not_hear_is_not() -> None:
    claim = claims(lyrics=evidence(0.0, None), fusion=evidence(0.1, wrong=0.1))[FUSION]
    assert not claim.is_made
    assert "no more with the song's own sound" in claim.why


def test_two_seeds_prove_nothing() -> None:
    claim = claims(lyrics=evidence(0.0, None), fusion=evidence(0.1, seeds=2))[FUSION]
    assert (claim.is_made, claim.why) == (False, "2 of 3 seeds were trained")


def test_alignment_must_beat_itself_on_shuffled_pairs() -> None:
    alike = claims(fusion=evidence(0.1), positive=evidence(0.15), shuffled=evidence(0.151))[POSITIVE]
    assert (alike.is_made, alike.why) == (False, "aligned on shuffled pairs it does as well")
    better = claims(fusion=evidence(0.1), positive=evidence(0.15), shuffled=evidence(0.1))[POSITIVE]
    assert better.is_made


def test_alignment_without_that_control_is_not_claimed() -> None:
    found = claims(fusion=evidence(0.1), infonce=evidence(0.2), shuffled=evidence(0.1))[INFONCE]
    assert "not trained on shuffled pairs" in found.why


def test_nothing_is_said_of_what_was_not_trained() -> None:
    assert claims(lyrics=evidence(0.0, None), positive=evidence(0.1)) == {}
