"""The gate: what songs and queries must show before they are released.

It asks that the plainest search finds a line's song, that it finds nothing once words and songs are parted, that no
group is torn between splits, that nothing is left of what cleaning takes out, and that a search can tell songs that are
absent. It does not ask that vectors beat words: where they do not, the report says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions.suite import Rule
from musicdata_baselines.suites.text_search.queries import LINE
from musicdata_baselines.suites.text_search.refusal import LEAST_ABSENT
from musicdata_baselines.suites.text_search.results import ALL, BM25, SECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.text_search.results import TextSearches

LEAST_HITS = 0.95
"""Share of the lines whose song BM25 must have among the first ten."""

FIRST = 10
LEAST_LINES = 20
"""Lines that must be asked, for a share of them to mean anything."""

_MOST_RULES = 5
_MORE_SONGS = "build from more songs"


def judge(result: TextSearches) -> Iterator[Rule]:
    """Yield the suite's rules of the gate, each with what was found."""
    yield _lines(result)
    yield _shuffled(result)
    yield _torn(result)
    yield _residue(result)
    yield _absent(result)


def _lines(result: TextSearches) -> Rule:
    name = "a line finds its song"
    cell = result.cell(LINE)
    found = cell.of(BM25) if cell is not None else None
    if cell is None or found is None or cell.n_queries < LEAST_LINES:
        n = cell.n_queries if cell is not None else 0
        return Rule(name, holds=False, found=f"{n} lines of the test split, {LEAST_LINES} are needed; {_MORE_SONGS}")
    share = found.hits[FIRST]
    return Rule(
        name,
        share >= LEAST_HITS,
        f"BM25 has {share:.1%} of {cell.n_queries:,} lines' songs, or ones with nearly the same words, among the first "
        f"{FIRST} of {cell.n_candidates:,} (asked: {LEAST_HITS:.0%})",
    )


def _shuffled(result: TextSearches) -> Rule:
    name = "dealt-out words find nothing"
    found = result.shuffled
    if found is None or found.n_queries < LEAST_LINES:
        n = found.n_queries if found is not None else 0
        return Rule(name, holds=False, found=f"{n} queries could be asked, {LEAST_LINES} are needed; {_MORE_SONGS}")
    return Rule(
        name,
        found.mrr_low <= found.chance,
        f"BM25 on words of other songs: MRR {found.mrr:.4f}, at least {found.mrr_low:.4f} at 99.9 %; chance "
        f"{found.chance:.4f} (asked: no more than chance)",
    )


def _torn(result: TextSearches) -> Rule:
    what = f"{result.torn:,} groups stand in more than one" if result.torn else "every group stands in one"
    return Rule("no group is torn between splits", result.torn == 0, what)


def _residue(result: TextSearches) -> Rule:
    name = "nothing is left to clean"
    if not result.residue:
        return Rule(name, holds=True, found=f"no rule of cleaning matches in {result.n_looked_at:,} songs")
    worst = sorted(result.residue.items(), key=lambda item: (-item[1], item[0]))[:_MOST_RULES]
    return Rule(name, holds=False, found=", ".join(f"{rule} still matches in {n:,} songs" for rule, n in worst))


def _absent(result: TextSearches) -> Rule:
    name = "absent songs can be told"
    found = result.refusal
    if found is None:
        few = f"{LEAST_ABSENT} lines of absent songs and of others are needed in valid and in test; {_MORE_SONGS}"
        return Rule(name, holds=False, found=few)
    return Rule(
        name,
        found.auc_low > 0.5,
        f"{found.statistic} of a line whose song is there is higher than of one whose song is absent in "
        f"{found.auc:.1%} of cases ({found.auc_low:.1%}–{found.auc_high:.1%}; asked: more than half)",
    )


def language_verdicts(result: TextSearches) -> Iterator[str]:
    """Yield for each language whether vectors find more lines than words do, for the report: no rule asks it."""
    for cell in result.cells:
        if cell.kind != LINE or cell.language == ALL:
            continue
        vectors = cell.of(SECTIONS)
        if vectors is None or vectors.difference is None:
            if result.encoders:
                yield f"{cell.language}: no vectors to compare with words"
            continue
        gap = vectors.difference
        verdict = "less than" if gap.high < 0 else "more than" if gap.low > 0 else "about as much as"
        yield (
            f"{cell.language}: vectors find {verdict} words (line MRR {vectors.mrr:.3f}, {gap.mrr:+.3f} to {gap.than}, "
            f"{gap.low:+.3f} to {gap.high:+.3f})"
        )
