"""A validation in which every figure is made up, of the size and kind of a real one.

Ranks are drawn at random and the figures computed from them, so that those of one baseline agree with each other.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from musicdata.definitions.suite import Rule
from musicdata_baselines.curve import Curve
from musicdata_baselines.suites.paired_views import recorded
from musicdata_baselines.suites.paired_views.results import (
    BaselineResult,
    ControlResult,
    DirectionResult,
    Finding,
    PairedViews,
    Validation,
    ViewFacts,
)

N = 642  # samples of the made-up test split
CHANCE = float((1 / np.arange(1, N + 1)).mean())
PAIRS = (("audio", "sheet"), ("audio", "lyrics"), ("sheet", "lyrics"))

# baseline → how strongly it finds the three pairs; 0 is chance.
STRENGTH = {
    "CCA": (0.90, 0.05, 0.04),
    "CCA weighted": (1.45, 0.07, 0.03),
    "GCCA": (1.05, 0.03, 0.02),
    "GCCA weighted": (1.50, 0.04, 0.02),
    "MCCA": (0.98, 0.03, 0.03),
    "MCCA weighted": (1.42, 0.05, 0.03),
    "DCCA": (1.38, 0.02, 0.0),
    "ResidualCCA": (1.62, 0.06, 0.04),
    "DGCCA": (1.30, 0.03, 0.01),
}


@functools.cache
def build_example(*, refused: bool = False) -> Validation:
    """Make the validation; a refused one has a leak."""
    rng = np.random.default_rng(7)
    baselines = tuple(
        _baseline(rng, name, pair, strength)
        for name, strengths in STRENGTH.items()
        for pair, strength in zip(PAIRS, strengths, strict=True)
    )
    controls = _controls(refused)
    return Validation(
        dataset="example",
        title="An example whose every figure is made up: sheet music, lyrics and audio",
        musicdata="0.1.0",
        seed=0,
        device="cpu",
        tables={
            "features_audio": "5f" * 32,
            "features_lyrics": "a0" * 32,
            "features_sheet": "3c" * 32,
            "samples": "b7" * 32,
        },
        n_samples={"train": 2996, "valid": 644, "test": N},
        n_groups={"train": 811, "valid": 171, "test": 174},
        checks_passed=("keys are unique and sorted", "no group is in two splits", "every checksum is right"),
        check_findings=(),
        rules=_rules(baselines, controls),
        notes=(
            "audio–lyrics: not distinguishable from chance on a leak-free split (best CCA weighted, p = 0.083).",
            "sheet–lyrics: not distinguishable from chance on a leak-free split (best ResidualCCA, p = 0.19).",
        ),
        seconds={
            "check": 4.2,
            "features": 11.4,
            "linear baselines": 17.9,
            "controls": 9.3,
            "curves": 6.8,
            "deep baselines": 201.0,
        },
        task="paired-views",
        card=recorded.card(baselines),
        methods=recorded.methods(baselines),
        result=PairedViews(
            views=(
                ViewFacts("audio", "features_audio.vector", (20, 128), "log-mel 1 (n_mels 128, hop_length 512)", 512),
                ViewFacts("sheet", "features_sheet.vector", (20, 100, 32), "crop 1 (height 100, width 32)", 512),
                ViewFacts("lyrics", "features_lyrics.vector", (20, 20), "skip-gram 1 (size 20, window 5, seed 0)", 400),
            ),
            chance={
                "mrr": CHANCE,
                "recall_1": 1 / N,
                "recall_5": 5 / N,
                "recall_10": 10 / N,
                "median_rank": (N + 1) / 2,
                "mean_rank": (N + 1) / 2,
            },
            certain_pairs=(("audio", "sheet"),),
            baselines=baselines,
            controls=controls,
            curves=_curves(),
            shape=(
                "audio–sheet: CCA weighted is above CCA (MRR +0.0912, 95 % +0.0633 to +0.1190)",
                "audio–sheet: GCCA is not told apart from CCA (MRR +0.0150, 95 % -0.0104 to +0.0398)",
            ),
            paper="musictm",
            n_permutations=10_000,
        ),
    )


def change(validation: Validation, **changes: Any) -> Validation:
    """Replace what all validations have, and what the suite's result has."""
    own = {one.name for one in dataclasses.fields(PairedViews)}
    result = dataclasses.replace(validation.result, **{name: changes[name] for name in changes if name in own})
    others = {name: changes[name] for name in changes if name not in own}
    return dataclasses.replace(validation, result=result, **others)


def _ranks(rng: np.random.Generator, strength: float) -> NDArray[np.int64]:
    """Draw the place of the right one among N, its score being that much above the others'."""
    positive = rng.normal(strength * 1.6, 1.0, N)
    others = rng.normal(0.0, 1.0, (N, N - 1))
    return np.asarray(1 + (others > positive[:, None]).sum(axis=1), dtype=np.int64)


def _baseline(rng: np.random.Generator, name: str, pair: tuple[str, str], strength: float) -> BaselineResult:
    ranks = [_ranks(rng, strength), _ranks(rng, strength)]
    ks = sorted({int(k) for k in np.geomspace(1, N, 40).round()})
    z = (float(np.mean([1 / r for r in ranks])) - CHANCE) / 0.0011
    return BaselineResult(
        name=name,
        pair=pair,
        directions=(_direction(pair[0], pair[1], ranks[0]), _direction(pair[1], pair[0], ranks[1])),
        p_value=1 / 10_001 if z > 3.7 else float(np.clip(np.exp(-(max(z, 0) ** 1.4) / 1.6), 0.0002, 0.97)),
        null_mrr=CHANCE + float(rng.normal(0, 2e-5)),
        detection_limit_mrr=CHANCE + 0.0052 + float(rng.normal(0, 2e-4)),
        settings={"n_components": 100, "shrinkage": 0.1, "exponent": 2.0 if "weighted" in name else 0.0},
        seconds=round(float(rng.uniform(0.4, 2.0)), 2) * (1 if "CCA" in name and name[0] != "D" else 30),
        recall_curve=tuple((k, float(np.mean([(r <= k).mean() for r in ranks]))) for k in ks),
    )


def _direction(query: str, target: str, ranks: NDArray[np.int64]) -> DirectionResult:
    reciprocal = 1 / ranks
    mrr, error = float(reciprocal.mean()), 2.6 * float(reciprocal.std()) / np.sqrt(N)
    return DirectionResult(
        query=query,
        target=target,
        mrr=mrr,
        mrr_low=max(0.0, mrr - error),
        mrr_high=mrr + error,
        recall={k: float((ranks <= k).mean()) for k in (1, 5, 10)},
        median_rank=float(np.median(ranks)),
        mean_rank=float(ranks.mean()),
        tie_gap=0.0,
    )


def _curves() -> dict[str, dict[str, tuple[Curve, ...]]]:
    sizes = (1, 2, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)
    found: dict[str, dict[str, tuple[Curve, ...]]] = {"components": {}, "learning": {}, "split_leakage": {}}
    for pair, top in zip(PAIRS, (0.19, 0.004, 0.002), strict=True):
        label = "–".join(pair)
        plain = [CHANCE + top * 0.5 * (1 - np.exp(-k / 12)) * np.exp(-k / 260) for k in sizes]
        weighted = [CHANCE + top * (1 - np.exp(-k / 15)) for k in sizes]
        found["components"][label] = tuple(
            Curve(name, tuple(map(float, sizes)), tuple(map(float, y)))
            for name, y in (("CCA", plain), ("CCA weighted", weighted))
        )
        n_train = (187.0, 374.0, 749.0, 1498.0, 2996.0)
        y = [CHANCE + top * (n / 2996) ** 0.6 for n in n_train]
        width = 0.002 + top * 0.13
        found["learning"][label] = (
            Curve("CCA weighted", n_train, tuple(y), tuple(v - width for v in y), tuple(v + width for v in y)),
        )
        found["split_leakage"][label] = tuple(
            Curve(name, (float(i),), (v,), (v - width,), (v + width,))
            for i, (name, v) in enumerate((("grouped split", y[-1]), ("random split", y[-1] + 0.4 * top + 0.01)))
        )
    return found


def _controls(refused: bool) -> tuple[ControlResult, ...]:
    leak = Finding(
        "metadata-only probe", "the file size of lyrics alone finds its sheet: MRR 0.0713, p = 0.0001", refuses=True
    )
    mispaired = Finding(
        "mis-paired items",
        "23 items of audio–sheet are further from their partner than 99.9 % of clean ones",
        refuses=False,
        items=tuple(f"lc{5_000_000 + 7919 * i}-{i % 7:02d}" for i in range(23)),
    )
    return (
        ControlResult(
            "shuffled pairs",
            "audio–sheet",
            "MRR 0.0110, chance 0.0110: nothing left after re-pairing",
            {"mrr": 0.011, "p": 0.44},
        ),
        ControlResult(
            "metadata-only probe",
            "audio, sheet, lyrics",
            "MRR 0.0713 at most, chance 0.0110" if refused else "MRR 0.0118 at most, chance 0.0110",
            {"audio bytes": 0.0116, "sheet bytes": 0.0118, "lyrics bytes": 0.0713 if refused else 0.0109},
            (leak,) if refused else (),
        ),
        ControlResult("length-only probe", "audio–lyrics", "MRR 0.0112, chance 0.0110", {"mrr": 0.0112, "p": 0.38}),
        ControlResult(
            "duplicates across splits",
            "all views",
            "none among 4,282 samples",
            {"pairs": 0, "views": ["audio", "sheet"]},
        ),
        ControlResult(
            "mis-paired items", "audio–sheet", "23 of 4,282 items stand out", {"share": 23 / 4282}, (mispaired,)
        ),
    )


def _rules(baselines: tuple[BaselineResult, ...], controls: tuple[ControlResult, ...]) -> tuple[Rule, ...]:
    judge = next(b for b in baselines if b.name == "CCA weighted")
    found = f"MRR {judge.mrr:.4f}, shuffled {judge.null_mrr:.4f}, p = {judge.p_value:.2g} (asked: p < 0.01)"
    rules = [
        Rule("contracts hold", True, "musicdata check passes"),
        Rule("audio–sheet beats shuffled pairs", True, found),
    ]
    for control in controls:
        refusing = [finding.message for finding in control.findings if finding.refuses]
        rules.append(Rule(control.control, not refusing, refusing[0] if refusing else control.summary))
    return tuple(rules)


def hostile(text: str) -> Validation:
    """Put a text wherever a name comes from data."""
    example = build_example()
    control = example.result.controls[-1]
    finding = dataclasses.replace(control.findings[0], message=text, items=(text,))
    return change(
        example,
        dataset=text,
        title=text,
        paper="",
        device=text,
        tables={text: text},
        views=tuple(dataclasses.replace(view, name=text, source=text, extractor=text) for view in example.result.views),
        checks_passed=(text,),
        check_findings=(text,),
        baselines=tuple(_renamed(baseline, text) for baseline in example.result.baselines),
        controls=(
            dataclasses.replace(
                control, control=text, subject=text, summary=text, figures={text: text}, findings=(finding,)
            ),
        ),
        curves={
            plot: {f"{a}{text}–{b}{text}": lines for (a, b), lines in zip(PAIRS, by_pair.values(), strict=True)}
            for plot, by_pair in example.result.curves.items()
        },
        rules=(Rule(text, False, text),),
        shape=(text,),
        notes=(text,),
        seconds={text: 1.0},
    )


def _renamed(baseline: BaselineResult, text: str) -> BaselineResult:
    pair = (baseline.pair[0] + text, baseline.pair[1] + text)
    there, back = (dataclasses.replace(d, query=d.query + text, target=d.target + text) for d in baseline.directions)
    return dataclasses.replace(
        baseline, name=baseline.name + text, pair=pair, directions=(there, back), settings={text: text}
    )
