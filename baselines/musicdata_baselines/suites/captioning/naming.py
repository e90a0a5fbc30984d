"""How often captions name what is known of their songs, and whether that needs the song's own sound."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from musicdata_baselines.captioning.facts import Facts
from musicdata_baselines.retrieval.paired import PairedDraws
from musicdata_baselines.suites.captioning.claims import difference
from musicdata_baselines.suites.captioning.results import FactShare
from musicdata_baselines.suites.captioning.scoring import N_DRAWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.suites.captioning.dataset import CaptionSet, Fact
    from musicdata_baselines.suites.captioning.parts import Parts
    from musicdata_baselines.suites.captioning.results import Estimate

AUDIO = "audio"


@dataclass(frozen=True, slots=True, eq=False)
class Named:
    """The facts of the test songs, and how captions are asked for them.

    Attributes:
        truths: (test,) fact → value.
        heard_in: fact → where most songs tell it: ``lyrics``, ``audio`` or ``both``.
        facts: which words name which value.
        groups: (test,) of songs that may not be parted.
        scheme: of the split.
    """

    truths: list[dict[str, str]]
    heard_in: dict[str, str]
    facts: Facts
    groups: NDArray[np.str_]
    scheme: str

    @classmethod
    def of(cls, data: CaptionSet, parts: Parts) -> Self | None:
        """Return the facts of the test songs; None where nothing is known of any. A value is named by itself."""
        everything = [_plain(facts) for facts in data.facts]
        known = [everything[row] for row in parts.test_rows.tolist()]
        if not any(known):
            return None
        values: dict[str, set[str]] = {}
        for facts in everything:
            for name, fact in facts.items():
                values.setdefault(name, set()).add(fact.value)
        told: dict[str, Counter[str]] = {}
        for facts in known:
            for name, fact in facts.items():
                told.setdefault(name, Counter())[fact.heard_in] += 1
        return cls(
            truths=[{name: fact.value for name, fact in facts.items()} for facts in known],
            heard_in={name: told[name].most_common(1)[0][0] for name in sorted(told)},
            facts=Facts({name: {value: [value] for value in sorted(values[name])} for name in sorted(values)}),
            groups=parts.groups,
            scheme=parts.scheme,
        )

    def shares(self, system: str, control: str, captions: Sequence[Sequence[str]]) -> Iterator[FactShare]:
        """Yield for each fact how often it is named, on the mean of several networks.

        Args:
            system: that wrote.
            control: what it was asked with, "" for the song's own.
            captions: a list of captions for each network.
        """
        scored = [self.facts.score(list(some), self.truths) for some in captions]
        for fact, heard_in in self.heard_in.items():
            of_fact = [one[fact] for one in scored]
            right = float(np.mean([one.share for one in of_fact]))
            yield FactShare(
                system, control, self.scheme, fact, heard_in, len(of_fact[0].songs), right, of_fact[0].chance
            )

    def of_one(self, captions: Sequence[str]) -> dict[str, float]:
        """Return fact → share named right by one network."""
        scored = self.facts.score(list(captions), self.truths)
        return {fact: scored[fact].share for fact in self.heard_in}

    def hears(self, own: Sequence[Sequence[str]], other: Sequence[Sequence[str]], seed: int) -> Estimate | None:
        """Return how much more often what only the sound tells is named with the song's own sound.

        Args:
            own: captions of each network with the song's own sound.
            other: with another's.
            seed: of the draws.

        Returns:
            None where no fact is told by the sound alone, or too few songs have one.
        """
        facts = [fact for fact, heard_in in self.heard_in.items() if heard_in == AUDIO]
        songs = [row for row, truth in enumerate(self.truths) if any(fact in truth for fact in facts)]
        if not facts or len(np.unique(self.groups[songs])) < 2:
            return None
        ours, theirs = (np.mean([self._share(some, facts) for some in which], axis=0)[songs] for which in (own, other))
        return difference(ours, theirs, PairedDraws(self.groups[songs], N_DRAWS, seed))

    def _share(self, captions: Sequence[str], facts: Sequence[str]) -> NDArray[np.float64]:
        """Return of each song the share of some facts of it that its caption names; 0 where it has none of them."""
        right, there = np.zeros(len(self.truths)), np.zeros(len(self.truths))
        scored = self.facts.score(list(captions), self.truths)
        for fact in facts:
            found = scored[fact]
            right[found.songs] += found.right
            there[found.songs] += 1
        return np.divide(right, there, out=np.zeros_like(right), where=there > 0)


def _plain(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Return the facts whose values are words, in the form in which captions are asked for them."""
    plain = {name: replace(fact, value=" ".join(fact.value.lower().split())) for name, fact in facts.items()}
    return {name: fact for name, fact in plain.items() if fact.value}
