"""What is measured on the data set's own split and on the others, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from musicdata_baselines.captioning.scores import find
from musicdata_baselines.suites.captioning import claims, exporting, networks, parts, systems
from musicdata_baselines.suites.captioning.claims import Evidence, difference
from musicdata_baselines.suites.captioning.examples import choose
from musicdata_baselines.suites.captioning.naming import Named
from musicdata_baselines.suites.captioning.results import (
    DRAWN,
    GROUPED,
    LYRICS_ONLY,
    MAIN,
    NEAREST,
    NEAREST_AUDIO,
    RANDOM,
    ROW,
    SHUFFLED_OF,
    WRONG_AUDIO,
    Control,
    FactShare,
    SeedRun,
)
from musicdata_baselines.suites.captioning.scoring import Judge
from musicdata_baselines.suites.captioning.settings import FULL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from musicdata_baselines.captioning.scores import WordNet
    from musicdata_baselines.suites.captioning.dataset import CaptionSet
    from musicdata_baselines.suites.captioning.parts import Parts
    from musicdata_baselines.suites.captioning.results import Claim, Estimate, Example, SystemFigures
    from musicdata_baselines.suites.captioning.scoring import Scored, Written
    from musicdata_baselines.suites.captioning.trained import Trained, Workshop

SHORTEST, LONGEST = 0.5, 2.0
"""Mean words of captions as multiples of the references', outside which length explains a score."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured; see `results.Captioning`."""

    meteor: str
    systems: tuple[SystemFigures, ...]
    controls: tuple[Control, ...]
    facts: tuple[FactShare, ...]
    runs: tuple[SeedRun, ...]
    claims: tuple[Claim, ...]
    examples: tuple[Example, ...]
    length_effects: tuple[str, ...]
    best: str
    over_random: Estimate
    over_writing: Estimate | None
    hears: dict[str, Estimate]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """What wrote about the test songs of one way of splitting, and what it scores.

    Attributes:
        judge: of the songs.
        written: name of a system → its captions, a list for each network.
        trained: networks, name → one a seed.
        scored: name → figures.
    """

    judge: Judge
    written: dict[str, list[Written]]
    trained: dict[str, list[Trained]]
    scored: dict[str, Scored]

    @property
    def figures(self) -> Iterator[SystemFigures]:
        """Yield the figures in the order of a report."""
        return (one.figures for one in self.scored.values())

    def main(self, name: str) -> NDArray[np.float64]:
        """Return the main metric (songs,) of a system, the mean over its networks."""
        return np.asarray(self.scored[name].main.mean(axis=0), np.float64)

    def under(self, name: str, control: str) -> list[list[str]]:
        """Return the captions of each network of a kind that was asked with something else."""
        return [one.controls[control].texts for one in self.trained[name] if control in one.controls]


def measure(data: CaptionSet, own: Parts, workshop: Workshop, *, is_deep: bool) -> Measured:
    """Return everything that is measured.

    Args:
        data: songs with captions.
        own: the data set's own split, all captions.
        workshop: what networks are trained with.
        is_deep: whether they are.
    """
    options, clock, wordnet = workshop.options, workshop.clock, find()
    bench = _measured(own, workshop, wordnet, is_deep=is_deep)
    if options.export is not None:
        with clock.part("export"):
            exporting.write(options.export, own.test, _everything(bench))
    others, notes = _elsewhere(data, workshop, wordnet, is_deep=is_deep)
    with clock.part("facts and claims"):
        named = Named.of(data, own)
        evidence = _evidence(bench)
        best = _best(bench)
        return Measured(
            meteor=bench.judge.meteor,
            systems=(*bench.figures, *(one for other in others for one in other.figures)),
            controls=tuple(_controls(bench)),
            facts=(*_facts(named, bench), *_leaky_facts(data, others)),
            runs=tuple(run for one in (bench, *others) for run in _runs(one, named if one is bench else None)),
            claims=tuple(claims.look_at(evidence, bench.judge.draws)),
            examples=choose(data, own, {name: written[0].texts for name, written in bench.written.items()}),
            length_effects=tuple(_length_effects(bench, best)),
            best=best,
            over_random=bench.judge.one_error(bench.main(best), bench.main(RANDOM)),
            over_writing=_over_writing(bench),
            hears=_hears(named, bench, options.seed),
            notes=(*bench.judge.notes, *notes),
        )


def _measured(split: Parts, workshop: Workshop, wordnet: WordNet | None, *, is_deep: bool) -> _Bench:
    """Return what is written and scored under one way of splitting."""
    clock, options = workshop.clock, workshop.options
    where = "" if (split.scheme, split.variant) == (GROUPED, FULL) else f", {split.scheme} {split.variant}"
    with clock.part(f"captioners{where}"):
        written = {one.name: [one] for one in systems.write_all(split, options.seed)}
    trained: dict[str, list[Trained]] = {}
    if is_deep and (kinds := networks.wanted(split, swept=options.sweep is True)):
        with clock.part(f"networks{where}"):
            minutes = networks.estimated_minutes(split, workshop.settings, options, len(kinds))
            clock.progress(
                f"  some {minutes:,.0f} minutes of a processor, less where they are taken up again; "
                "--no-deep leaves them out"
            )
            for one in workshop.train_all(split, kinds):
                trained.setdefault(one.kind.name, []).append(one)
        written |= {name: [one.written for one in of_kind] for name, of_kind in trained.items()}
    judge = Judge(split, wordnet, options.seed)
    with clock.part(f"scores{where}"):
        scored = judge.judge_all(written)
    return _Bench(judge, written, trained, scored)


def _elsewhere(
    data: CaptionSet, workshop: Workshop, wordnet: WordNet | None, *, is_deep: bool
) -> tuple[list[_Bench], list[str]]:
    """Return what is measured on other variants and under other ways of splitting, and what could not be."""
    wanted = [(GROUPED, variant) for variant in parts.variants(data)[1:]]
    wanted += [(scheme, FULL) for scheme in parts.schemes(data)[1:]]
    benches, notes = [], []
    for scheme, variant in wanted:
        split = parts.cut(data, scheme, variant, workshop.settings.most_songs)
        if split.too_few:
            notes.append(f"{scheme} split, {variant}: {split.too_few}; nothing was measured there.")
        else:
            benches.append(_measured(split, workshop, wordnet, is_deep=is_deep))
    return benches, notes


def _everything(bench: _Bench) -> Iterator[tuple[str, Written]]:
    for captions in bench.written.values():
        yield from (("", one) for one in captions)
    for trained in bench.trained.values():
        for one in trained:
            yield from one.controls.items()


def _evidence(bench: _Bench) -> dict[str, Evidence]:
    return {
        name: Evidence(len(trained), bench.main(name), _score_under(bench, name, WRONG_AUDIO))
        for name, trained in bench.trained.items()
    }


def _over_writing(bench: _Bench) -> Estimate | None:
    if LYRICS_ONLY not in bench.trained:
        return None
    return difference(bench.main(NEAREST), bench.main(LYRICS_ONLY), bench.judge.draws)


def _score_under(bench: _Bench, name: str, control: str) -> NDArray[np.float64] | None:
    """Return the main metric (songs,) of networks that were asked with something else; None where none was."""
    captions = bench.under(name, control)
    return np.mean([bench.judge.main(texts) for texts in captions], axis=0) if captions else None


def _controls(bench: _Bench) -> Iterator[Control]:
    for name, trained in bench.trained.items():
        for control in trained[0].controls:
            if (score := _score_under(bench, name, control)) is not None:
                gap = difference(bench.main(name), score, bench.judge.draws)
                yield Control(name, bench.judge.parts.variant, control, float(score.mean()), gap)


def _facts(named: Named | None, bench: _Bench) -> Iterator[FactShare]:
    if named is None:
        return
    for name, written in bench.written.items():
        yield from named.shares(name, "", [one.texts for one in written])
        for control in bench.trained[name][0].controls if name in bench.trained else ():
            yield from named.shares(name, control, bench.under(name, control))


def _leaky_facts(data: CaptionSet, others: Sequence[_Bench]) -> Iterator[FactShare]:
    """Yield how often systems that copy seem to know facts where songs are on both sides."""
    for bench in others:
        if bench.judge.parts.scheme == ROW and (named := Named.of(data, bench.judge.parts)) is not None:
            for name in (NEAREST, NEAREST_AUDIO):
                if name in bench.written:
                    yield from named.shares(name, "", [one.texts for one in bench.written[name]])


def _hears(named: Named | None, bench: _Bench, seed: int) -> dict[str, Estimate]:
    found: dict[str, Estimate] = {}
    for name, written in bench.written.items():
        other = bench.under(name, WRONG_AUDIO) if name in bench.trained else []
        if named is not None and other:
            gap = named.hears([one.texts for one in written], other, seed)
            found |= {name: gap} if gap is not None else {}
    return found


def _runs(bench: _Bench, named: Named | None) -> Iterator[SeedRun]:
    for name, trained in bench.trained.items():
        for one, score in zip(trained, bench.scored[name].main, strict=True):
            matched, unmatched, rank = one.cosines or (None, None, None)
            yield SeedRun(
                system=name,
                scheme=bench.judge.parts.scheme,
                variant=bench.judge.parts.variant,
                seed=one.seed,
                steps=one.steps,
                converged=one.converged,
                valid_loss=one.valid_loss,
                score=float(score.mean()),
                facts=named.of_one(one.written.texts) if named is not None else {},
                matched=matched,
                unmatched=unmatched,
                median_rank=rank,
                folder=one.folder,
            )


def _best(bench: _Bench) -> str:
    """Return the system that scores most; what draws captions, and what is aligned wrongly on purpose, is none."""
    asked = [name for name in bench.scored if name not in DRAWN and name not in SHUFFLED_OF.values()]
    return max(asked, key=lambda name: bench.scored[name].figures.main.value)


def _length_effects(bench: _Bench, best: str) -> Iterator[str]:
    """Yield a sentence for each system whose length explains its recall, or is far from what people write."""
    figures: Mapping[str, SystemFigures] = {name: one.figures for name, one in bench.scored.items()}
    than = figures[best]
    for name, one in figures.items():
        if not SHORTEST <= one.length_ratio <= LONGEST:
            yield (
                f"{name} writes {one.mean_words:.1f} words, {one.length_ratio:.2f} times the references': its recall "
                "is not comparable"
            )
        elif one.single["rouge1_recall"].value > than.single["rouge1_recall"].value and one.length_ratio > 1:
            yield (
                f"{name} has more R-1 recall than {best} ({one.single['rouge1_recall'].value:.4f}, "
                f"{than.single['rouge1_recall'].value:.4f}) and less F1 ({one.single[MAIN].value:.4f}, "
                f"{than.single[MAIN].value:.4f}): it is longer ({one.mean_words:.1f}, {than.mean_words:.1f} words)"
            )
