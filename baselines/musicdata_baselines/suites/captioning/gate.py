"""The gate: what captions, splits and captioners must show before the data set is released.

It asks that nothing of the test split is in train, that copying does not do better than writing, that captions are
about their songs at all, that what is called better is, that networks which are given sound hear it, that the best
captions are no longer than people's, and that variants have one test. It does not ask that fusion beats lyrics alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.suite import Rule
from musicdata_baselines.suites.captioning import claims
from musicdata_baselines.suites.captioning.results import LYRICS_ONLY, NEAREST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.captioning.results import Captioning

_NOT_IN_TRAIN = "nothing of the test split is in train"

LEAST_SONGS = 300
"""Songs to learn from, for what networks score to say something about a data set."""

MOST_EXACT = 0.001
MOST_LEAKING = 0.001
"""Share of the test songs, and of their longer captions, that may be nearly a train song's: near-duplicates are looked
for by hashes, which pass one over in thousands, and chains of them are taken apart."""

SHORTEST, LONGEST = 0.5, 2.0


def judge(result: Captioning) -> Iterator[Rule]:
    """Yield the suite's rules of the gate, each with what was found."""
    yield _leaks(result)
    yield _copies(result)
    yield _random(result)
    yield _claims(result)
    yield _hears(result)
    yield _length(result)
    yield _variants(result)


def _leaks(result: Captioning) -> Rule:
    leaks = result.leaks
    official = f"; all {leaks.n_official:,} songs of the official test are in it" if leaks.n_official else ""
    if not leaks.n:
        found = (
            f"no group is torn, no lyrics and none of {leaks.n_compared:,} longer test captions are nearly those of a "
            f"train song{official}"
        )
        return Rule(_NOT_IN_TRAIN, holds=True, found=found)
    counts = {
        "groups stand in more than one split": leaks.torn,
        "test songs have nearly the lyrics of a train song": leaks.lyrics,
        "test captions are nearly a train song's": leaks.captions,
        "songs of the official test are not in the test split": leaks.official,
    }
    said = ", ".join(f"{n:,} {what}" for what, n in counts.items() if n)
    which = f" ({', '.join(leaks.examples)})" if leaks.examples else ""
    few = not leaks.torn and not leaks.official and _is_few(leaks.lyrics, result.n_test_songs)
    if few and _is_few(leaks.captions, leaks.n_compared):
        return Rule(_NOT_IN_TRAIN, holds=True, found=f"{said}{which}: fewer than {MOST_LEAKING:.1%}{official}")
    return Rule(_NOT_IN_TRAIN, holds=False, found=f"{said}{which}")


def _is_few(n: int, of: int) -> bool:
    return n <= MOST_LEAKING * of


def _copies(result: Captioning) -> Rule:
    name = "copying does not beat writing"
    nearest, writing = result.of(NEAREST), result.of(LYRICS_ONLY)
    if nearest is None:
        return _unmeasured(name)
    if nearest.exact_copies > MOST_EXACT:
        return Rule(
            name,
            holds=False,
            found=f"{NEAREST} repeats a reference of {nearest.exact_copies:.2%} of the test songs word by word (asked: "
            f"{MOST_EXACT:.1%} at most): they are in train as well",
        )
    copies = f"{NEAREST} repeats a reference of {nearest.exact_copies:.2%} of the test songs"
    why, gap = _not_judged(result), result.over_writing
    if why or writing is None or gap is None:
        because = why or f"{LYRICS_ONLY} was not trained"
        return Rule(name, not result.deep_asked, f"not judged beside networks: {because}; {copies}")
    return Rule(
        name,
        not gap.is_above_zero,
        f"R-1 F1 of {NEAREST} {nearest.main.value:.4f}, of {LYRICS_ONLY} {writing.main.value:.4f}: copying is ahead by "
        f"{gap.value:+.4f} ({gap.low:+.4f} to {gap.high:+.4f}; asked: not surely above 0); {copies}",
    )


def _random(result: Captioning) -> Rule:
    name = "captions are about their songs"
    gap = result.over_random
    if gap is None:
        return _unmeasured(name)
    return Rule(
        name,
        gap.low > 0,
        f"{result.best} scores {gap.value:+.4f} R-1 F1 above a random caption, {gap.low:+.4f} less one standard error "
        "(asked: above 0)",
    )


def _claims(result: Captioning) -> Rule:
    name = "nothing is called better without proof"
    unproved = [(one, why) for one in result.claims if one.is_made and (why := claims.lacking(one))]
    if unproved:
        one, why = unproved[0]
        return Rule(name, holds=False, found=f"{one.better} is called better than {one.than}, but {why}")
    made = [f"{one.better} is better than {one.than}" for one in result.claims if one.is_made]
    looked = f"{len(result.claims)} claims were looked at" if result.claims else "no claim was looked at"
    return Rule(name, holds=True, found=f"{looked}; made: {', '.join(made) or 'none'}")


def _hears(result: Captioning) -> Rule:
    name = "networks that are given sound hear it"
    if why := _not_judged(result):
        return Rule(name, not (result.deep_asked and result.ear), f"not judged: {why}")
    if not result.hears:
        return Rule(name, holds=True, found="not judged: the data set tells no facts that only the sound knows")
    system, most = max(result.hears.items(), key=lambda item: item[1].value)
    return Rule(
        name,
        most.is_above_zero,
        f"{system} names what only the sound tells {most.value:+.1%} more often with the song's own sound than with "
        f"another's ({most.low:+.1%} to {most.high:+.1%}; asked: above 0)",
    )


def _length(result: Captioning) -> Rule:
    name = "the best captions are as long as people's"
    best = result.of(result.best)
    if best is None:
        return _unmeasured(name)
    return Rule(
        name,
        SHORTEST <= best.length_ratio <= LONGEST,
        f"{best.name}: {best.mean_words:.1f} words, {best.length_ratio:.2f} times the references' (asked: {SHORTEST:g} "
        f"to {LONGEST:g})",
    )


def _variants(result: Captioning) -> Rule:
    name = "variants have one test"
    if odd := [f"{one.n_outside:,} of {one.name}" for one in result.variants if one.n_outside]:
        return Rule(name, holds=False, found=f"captions of valid and test that are not in a variant: {', '.join(odd)}")
    names = ", ".join(f"{one.name} ({one.n_train:,} captions to learn from)" for one in result.variants)
    return Rule(
        name, holds=True, found=f"{names or 'there is one variant'}: the same captions to choose and to score by"
    )


def _not_judged(result: Captioning) -> str:
    """Say why networks say nothing about this data set; "" where they do."""
    if result.not_trained:
        return result.not_trained
    if result.n_train_songs < LEAST_SONGS:
        return f"{result.n_train_songs:,} songs to learn from, {LEAST_SONGS:,} are needed; build from more songs"
    return ""


def _unmeasured(name: str) -> Rule:
    return Rule(name, holds=False, found="nothing was measured; build from more songs")
