"""The figures as tables: systems, what a leaky split would print, controls, facts, networks, claims."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import FigureTable
from musicdata_baselines.report import figures
from musicdata_baselines.suites.captioning.results import (
    ARTIST,
    CONTROLS,
    GROUPED,
    LEAD,
    MAIN,
    NEAREST,
    NEAREST_AUDIO,
    NETWORKS,
    RANDOM,
    ROW,
    USUAL,
    WRONG_AUDIO,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata_baselines.suites.captioning.results import Captioning, Claim, Estimate, Example, SystemFigures

Row = tuple[Any, ...]
_ORDER = (RANDOM, USUAL, NEAREST, NEAREST_AUDIO, LEAD, *NETWORKS)
_SHOWN = 60  # words of a caption


def overview(result: Captioning) -> FigureTable:
    """Return what each system scores on the data set's own split, every reference by itself."""
    rows = tuple(
        (
            one.name,
            one.seeds,
            f"{one.main.value:.3f} ({one.main.low:.3f}–{one.main.high:.3f})",
            *(figures.share(one.single[metric].value, 3) for metric in ("rouge2_f1", "rougeL_f1", "meteor")),
            None if one.bleu is None else f"{one.bleu:.1f}",
            f"{one.mean_words:.1f}",
            figures.share(one.distinct_2, 3),
            figures.share(one.copy_share, 2),
            _gap(result, one.name),
        )
        for one in result.own()
    )
    caption = (
        f"{result.n_scored:,} songs nobody trained on: F1, each reference by itself; 95 % over songs; {result.meteor}; "
        "copied: words of a caption in a row that one train caption has; right − wrong: R-1 F1 with the song's own "
        "sound less that with another song's"
    )
    heading = ("system", "seeds", "R-1 F1 (95 %)", "R-2", "R-L", "METEOR", "BLEU", "words", "distinct-2", "copied")
    return FigureTable(caption, (*heading, "right − wrong"), rows)


def recalls(result: Captioning) -> FigureTable:
    """Return the papers' recall with the length it grows with, and the best of a song's references."""
    rows = tuple(
        (
            one.name,
            *(
                figures.share(one.single[metric].value, 3)
                for metric in ("rouge1_recall", "rouge2_recall", "rougeL_recall")
            ),
            f"{one.length_ratio:.2f}",
            *(figures.share(one.best[metric].value, 3) for metric in (MAIN, "rouge2_f1", "rougeL_f1", "meteor")),
            figures.percent(one.exact_copies),
            None if one.cider is None else figures.share(one.cider, 3),
        )
        for one in result.own()
    )
    caption = (
        "Recall, which grows with length (length: words as a multiple of the references'), and the best of a song's "
        "references; exact: captions that are a reference of 25 words or more, word by word"
    )
    heading = ("system", "R-1 recall", "R-2", "R-L", "length", "best: R-1 F1", "R-2", "R-L", "METEOR", "exact", "CIDEr")
    return FigureTable(caption, heading, rows)


def leaky(result: Captioning) -> FigureTable | None:
    """Return each system under every way of splitting; None where there is one."""
    schemes = [scheme for scheme in (GROUPED, ROW, ARTIST) if any(one.scheme == scheme for one in result.systems)]
    names = dict.fromkeys(one.name for one in result.systems if one.scheme != GROUPED)
    if not names:
        return None
    rows = tuple((name, *(_main(result.of(name, scheme)) for scheme in schemes)) for name in names)
    said = {GROUPED: "the data set's own", ROW: "row by row, as in the papers' code", ARTIST: "no artist on both sides"}
    caption = (
        "What a leaky split would print: R-1 F1 when songs are split so that their captions stand on both sides (row)"
    )
    return FigureTable(caption, ("system", *(said[scheme] for scheme in schemes)), rows)


def by_variant(result: Captioning) -> FigureTable | None:
    """Return what systems score that learned from each variant; None where there is one."""
    names = [one.name for one in result.variants]
    systems = dict.fromkeys(one.name for one in result.systems if one.variant != "full")
    if not systems:
        return None
    rows = tuple((name, *(_main(result.of(name, GROUPED, variant)) for variant in names)) for name in systems)
    n = ", ".join(f"{one.name} {one.n_train:,} captions of {one.n_songs:,} songs" for one in result.variants)
    return FigureTable(f"R-1 F1 by what was learned from, on one test: {n}", ("system", *names), rows)


def controls(result: Captioning) -> FigureTable | None:
    """Return the networks that hear, asked with something else; None where there are none."""
    rows: list[Row] = []
    for system in dict.fromkeys(one.system for one in result.controls if one.variant == "full"):
        own, found = result.of(system), {name: result.control(system, name) for name in CONTROLS}
        cells = [f"{one.score:.3f}, {_signed(one.gap)}" if one else None for one in found.values()]
        rows.append((system, _main(own), *cells))
    if not rows:
        return None
    caption = (
        "R-1 F1 of the same networks with another song's sound, with none (zeros), and with another song's lyrics; "
        "after the comma what the song's own gives more, 95 %"
    )
    return FigureTable(caption, ("system", "its own", *CONTROLS), tuple(rows))


def facts(result: Captioning, scheme: str = GROUPED) -> FigureTable | None:
    """Return how often captions name what is known of their songs; None where nothing is."""
    found = [one for one in result.facts if one.scheme == scheme]
    if not found:
        return None
    known = {one.fact: one for one in found}
    rows: list[Row] = [("always the commonest", *(figures.share(one.chance, 2) for one in known.values()))]
    for system, control in dict.fromkeys((one.system, one.control) for one in found):
        of = {one.fact: one.right for one in found if (one.system, one.control) == (system, control)}
        name = f"{system}, {control}" if control else system
        rows.append((name, *(figures.share(of.get(fact), 2) for fact in known)))
    heading = tuple(f"{one.fact} ({one.heard_in})" for one in known.values())
    where = " where captions of the test songs are in train (row split)" if scheme == ROW else ""
    caption = f"Share of the captions that name the right value{where}; in brackets what tells it"
    return FigureTable(caption, ("system", *heading), tuple(rows))


def networks(result: Captioning) -> FigureTable | None:
    """Return every network, those that did not converge among them; None where there are none."""
    if not result.runs:
        return None
    names = sorted({fact for run in result.runs for fact in run.facts})
    rows: tuple[Row, ...] = tuple(
        (
            run.system
            if (run.scheme, run.variant) == (GROUPED, "full")
            else f"{run.system} ({run.scheme} {run.variant})",
            run.seed,
            run.steps,
            run.converged,
            figures.share(run.valid_loss, 3),
            figures.share(run.score, 3),
            *(figures.share(run.facts.get(fact), 2) for fact in names),
            *(figures.share(cosine, 2) for cosine in (run.matched, run.unmatched)),
            figures.rank(run.median_rank),
        )
        for run in result.runs
    )
    caption = (
        "Networks, one a row; one that did not converge after the planned steps was trained on and counts too; "
        "cosine: of sound and words, of a song's own and of two songs'; rank: of a song's words for its sound"
    )
    heading = ("system", "seed", "steps", "converged", "valid loss", "R-1 F1", *names, "cosine own", "others'", "rank")
    return FigureTable(caption, heading, rows)


def claims(result: Captioning) -> FigureTable | None:
    """Return what may be said, and what may not and why; None where nothing was compared."""
    if not result.claims:
        return None
    rows = tuple(
        (
            f"{one.better} over {one.than}",
            _signed(one.gap),
            one.seeds,
            _signed(one.right_minus_wrong),
            _signed(one.over_shuffled) if one.is_aligned else "–",
            verdict(one),
        )
        for one in result.claims
    )
    caption = (
        "What may be called better: R-1 F1 paired by song (95 %), three seeds, more with the song's own sound than "
        "with another's, and for alignment more than on shuffled pairs"
    )
    return FigureTable(
        caption, ("claim", "difference", "seeds", "right − wrong audio", "over shuffled pairs", "verdict"), rows
    )


def verdict(claim: Claim) -> str:
    """Return what is said of a claim."""
    return "better" if claim.is_made else f"not shown: {claim.why}"


def examples(result: Captioning) -> FigureTable | None:
    """Return test songs with their captions, or with scores where words may not be shown; None where there are none."""
    if not result.examples:
        return None
    names = [name for name in _ORDER if name in result.examples[0].score]
    if result.examples[0].captions is None:
        rows = tuple((one.sample_id, *(figures.share(one.score[name], 2) for name in names)) for one in result.examples)
        caption = "R-1 F1 of some captions; their words, and what people wrote, are not ours to show"
        return FigureTable(caption, ("song", *names), rows)
    shown = tuple(row for one in result.examples for row in spoken(one))
    return FigureTable("Captions beside what people wrote", ("song", "by", "R-1 F1", "caption"), shown)


def spoken(example: Example) -> Iterator[Row]:
    """Yield a row for each caption of a song, people's first: song, whose, score, words; long ones are cut."""
    for text in example.references or ():
        yield (example.sample_id, "people", None, _cut(text))
    captions = example.captions or {}
    for name in _ORDER:
        if name in captions:
            yield (example.sample_id, name, figures.share(example.score[name], 2), _cut(captions[name]))


def _cut(text: str) -> str:
    words = text.split()
    return " ".join(words[:_SHOWN]) + (" …" if len(words) > _SHOWN else "")


def sentences(result: Captioning) -> Iterator[str]:
    """Yield what the figures come to."""
    best = result.of(result.best)
    if best is not None and result.over_random is not None:
        yield (
            f"{best.name} scores most: R-1 F1 {best.main.value:.3f} ({best.main.low:.3f}–{best.main.high:.3f}), "
            f"{result.over_random.value:+.3f} above a random caption"
        )
    for system, gap in sorted(result.hears.items(), key=lambda item: _ORDER.index(item[0])):
        yield f"{system} names what only the sound tells more often with the song's own sound: {_signed(gap)}"
    for claim in result.claims:
        yield f"{claim.better} over {claim.than}: {verdict(claim)}"
    yield from (f"length effect: {sentence}" for sentence in result.length_effects)


def _gap(result: Captioning, system: str) -> str | None:
    found = result.control(system, WRONG_AUDIO)
    return _signed(found.gap) if found is not None else None


def _main(found: SystemFigures | None) -> str | None:
    return f"{found.main.value:.3f} ({found.main.low:.3f}–{found.main.high:.3f})" if found is not None else None


def _signed(gap: Estimate | None) -> str | None:
    return f"{gap.value:+.3f} ({gap.low:+.3f} to {gap.high:+.3f})" if gap is not None else None
