from __future__ import annotations

import itertools
import math
import re
from pathlib import Path
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata_baselines import report
from musicdata_baselines.curve import Curve
from musicdata_baselines.report import svg
from musicdata_baselines.report.interval_plot import IntervalRow, Mark, interval_plot
from musicdata_baselines.report.line_plot import N_HUES, Style, line_plot, styles
from musicdata_baselines.report.svg import Scale
from musicdata_baselines.suites.paired_views.report import plots
from tests.baselines.suites.paired_views.report.example import CHANCE, PAIRS, STRENGTH, N, build_example

EXAMPLE = build_example()
SVGS = re.findall(r"<svg.*?</svg>", report.render(EXAMPLE), re.DOTALL)


def texts(picture: Element) -> list[str]:
    return [element.text or "" for element in picture.iter("text")]


def boxes(picture: Element) -> list[tuple[float, float, float, float, str]]:
    """Return left, top, right, bottom of every text, a character being as wide as in the widest of the usual fonts."""
    found = []
    for element in picture.iter("text"):
        content = element.text or ""
        width, x, y = len(content) * svg.CHARACTER, float(element.get("x", "nan")), float(element.get("y", "nan"))
        left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")] * width
        found.append((left, y - 10, left + width, y + 2, content))
    return found


def points(path: Element) -> list[tuple[float, float]]:
    pairs = re.findall(r"(-?[\d.]+) (-?[\d.]+)", path.get("d", ""))
    return [(float(x), float(y)) for x, y in pairs]


def line_of(picture: Element, label: str) -> list[tuple[float, float]]:
    for group in picture.iter("g"):
        if (group.findtext("title") or "").startswith(f"{label}: "):
            return next(points(path) for path in group.iter("path") if path.get("class") == "curve")
    raise AssertionError(f"no line {label}")


def test_the_page_has_four_plots_a_pair_and_the_random_split() -> None:
    assert len(SVGS) == 4 * len(PAIRS) + 1


@pytest.mark.parametrize("number", range(len(SVGS)))
def test_plots_are_well_formed_inside_their_frame_and_no_text_lies_on_another(number: int) -> None:
    picture = ET.fromstring(SVGS[number])
    width, height = map(float, picture.get("viewBox", "").split()[2:])
    assert width == svg.WIDTH
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == picture.findtext("title")
    for path in picture.iter("path"):
        for x, y in points(path):
            assert -0.1 <= x <= width + 0.1
            assert -0.1 <= y <= height + 0.1
    placed = boxes(picture)
    for left, top, right, bottom, content in placed:
        assert left >= -1, content
        assert right <= width + 1, content
        assert top >= 0, content
        assert bottom <= height, content
    for a, b in itertools.combinations(placed, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{a[4]!r} lies on {b[4]!r}"


@pytest.mark.parametrize("kind", [0, 1], ids=["intervals", "rank curves"])
@pytest.mark.parametrize("pair", range(len(PAIRS)))
def test_every_baseline_and_chance_is_in_the_plots_of_a_pair(pair: int, kind: int) -> None:
    found = texts(ET.fromstring(SVGS[4 * pair + kind]))
    assert set(STRENGTH) <= set(found)
    assert [text for text in found if text.startswith("chance")]


def test_a_line_goes_through_its_values() -> None:
    curves = [Curve("low", (1.0, 3.0, 5.0), (0.0, 0.2, 0.4)), Curve("high", (1.0, 5.0), (0.4, 1.0))]
    drawn = line_plot(
        curves,
        styles(["low", "high"]),
        title="t",
        x_label="x",
        y_label="y",
        chance=Curve("chance", (1.0, 5.0), (0.2, 0.2)),
    )
    picture = ET.fromstring(drawn)
    low, high = line_of(picture, "low"), line_of(picture, "high")
    assert low[0][0] == high[0][0] < low[1][0] < low[2][0] == high[1][0]
    assert low[1][0] == pytest.approx((low[0][0] + low[2][0]) / 2)
    assert low[2][1] == pytest.approx(high[0][1])
    assert low[0][1] - low[2][1] == pytest.approx(0.4 * (low[0][1] - high[1][1]))
    chance = next(points(path) for path in picture.iter("path") if path.get("class") == "chance")
    assert chance[0][1] == pytest.approx(low[1][1])


def test_chance_of_a_rank_curve_is_the_share_of_the_gallery() -> None:
    of_pair = [b for b in EXAMPLE.result.baselines if b.pair == PAIRS[1]]
    picture = ET.fromstring(plots.rank_curves(of_pair, styles(list(STRENGTH)), "a–b", N))
    chance = next(points(path) for path in picture.iter("path") if path.get("class") == "chance")
    bottom, top = chance[0][1], chance[-1][1]
    assert top == line_of(picture, "CCA")[-1][1], "both find everything among the first n"
    for (k, _), (_, y) in zip(of_pair[0].recall_curve, chance, strict=True):
        assert (bottom - y) / (bottom - top) == pytest.approx((k / N - 1 / N) / (1 - 1 / N), abs=0.001)


def test_a_band_runs_from_the_low_ends_to_the_high_ones() -> None:
    curve = Curve("CCA weighted", (10.0, 100.0), (0.2, 0.4), (0.1, 0.3), (0.3, 0.5))
    picture = ET.fromstring(plots.learning([curve], {}, "a–b", 0.05))
    band = next(points(path) for path in picture.iter("path") if path.get("class") == "band")
    line = line_of(picture, "CCA weighted")
    assert [x for x, _ in band] == [line[0][0], line[1][0], line[1][0], line[0][0]]
    assert band[3][1] - line[0][1] == pytest.approx(line[0][1] - band[0][1], abs=0.11)
    assert band[1][1] < line[1][1] < band[2][1]


@pytest.mark.parametrize("curve", [Curve("CCA", (5.0,), (0.2,)), Curve("CCA", (5.0, 6.0), (0.0, 0.0))])
def test_a_single_point_and_nothing_but_zeros_can_be_drawn(curve: Curve) -> None:
    picture = ET.fromstring(plots.learning([curve], {}, "a–b", 0.0))
    assert "nan" not in ET.tostring(picture, "unicode")
    assert len(list(picture.iter("circle"))) == len(curve.x)


def test_no_curves_no_plot() -> None:
    assert plots.components((), {}, "a–b", CHANCE) == ""
    assert plots.learning((Curve("CCA", (), ()),), {}, "a–b", CHANCE) == ""
    assert plots.rank_curves((), {}, "a–b", N) == ""
    assert plots.split_leakage({}, ["a–b"], CHANCE) == ""


def test_a_random_splits_gain_is_told_in_per_cent() -> None:
    lines = (
        Curve("grouped split", (0.0,), (0.2,), (0.1,), (0.3,)),
        Curve("random split", (1.0,), (0.5,), (0.4,), (0.6,)),
    )
    found = texts(ET.fromstring(plots.split_leakage({"a–b": lines}, ["a–b", "a–c"], CHANCE)))
    assert {"a–b", "grouped split", "random split", "0.2000", "0.5000 (+150%)"} <= set(found)
    assert "a–c" not in found


def test_values_that_could_not_be_told_from_chance_are_shaded() -> None:
    row = IntervalRow("CCA", (Mark(0.3, 0.2, 0.4), Mark(0.2, 0.1, 0.3, is_hollow=True)), shaded_to=0.1)
    picture = ET.fromstring(interval_plot([row], title="t", x_label="x", note_label="", chance=0.05))
    dots = {dot.get("class"): float(dot.get("cx", "nan")) for dot in picture.iter("circle")}
    (shade,) = [points(path) for path in picture.iter("path") if path.get("class") == "shade"]
    left, right = min(x for x, _ in shade), max(x for x, _ in shade)
    assert right - left == pytest.approx((dots["dot"] - left) / 3, abs=0.11)
    assert right - left == pytest.approx((dots["hollow"] - left) / 2, abs=0.11)
    whiskers = [line for line in picture.iter("line") if line.get("class") == "whisker"]
    assert float(whiskers[0].get("x1", "nan")) == pytest.approx(dots["hollow"], abs=0.11)


def test_a_method_and_its_weighted_variant_share_a_hue_and_differ_in_dashes() -> None:
    many = [f"{name}{kind}" for name in "abcdefghij" for kind in ("", " weighted")]
    found = styles(many)
    assert found["a"] == Style(0, 1)
    assert found["a weighted"] == Style(0, 0)
    assert len(set(styles([*"abcdefghijklmnop"]).values())) == 16
    assert {style.hue for style in found.values()} == set(range(N_HUES))


@given(st.floats(1e-6, 1e6), st.floats(1e-3, 1e3), st.booleans())
def test_ticks_are_round_rising_few_and_on_the_scale(low: float, span: float, is_log: bool) -> None:
    scale = Scale(low, low * (1 + span), 0, 100, is_log=is_log)
    ticks = scale.ticks()
    assert len(ticks) <= 6
    assert ticks == sorted(set(ticks))
    assert all(low * (1 - 1e-9) <= tick <= scale.high * (1 + 1e-9) for tick in ticks)
    assert len(ticks) >= 2 or is_log
    assert all(-0.001 <= scale(tick) <= 100.001 for tick in ticks)


@given(st.floats(1e-6, 1e6))
def test_an_axis_ends_at_a_round_value_not_far_above(value: float) -> None:
    top = svg.nice_top(value)
    assert value * (1 - 1e-9) <= top <= 2 * value
    assert Scale(0, top, 0, 1).ticks()[-1] == pytest.approx(top)


@given(st.lists(st.floats(0, 200), min_size=1, max_size=10))
def test_labels_move_apart_and_stay_in_their_order_and_in_the_field(wanted: list[float]) -> None:
    places = svg.spread(wanted, 15, 0, 200)
    assert all(-1e-9 <= place <= 200 + 1e-9 for place in places)
    assert all(b - a >= 15 - 1e-9 for a, b in itertools.pairwise(sorted(places)))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    assert [places[i] for i in order] == sorted(places)


CSS = (Path(report.__file__).parent / "page.css.j2").read_text("utf-8")
SIDES = re.findall(r"--paper: (#\w{6}).*?(--hue0.*?)\n", CSS, re.DOTALL)
# Machado, Oliveira and Fernandes (2009): what is left of linear RGB to eyes without red and without green cones.
EYES = {
    "all cones": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    f = np.cbrt(np.maximum(to_xyz @ np.clip(rgb, 0, 1) / [0.95047, 1, 1.08883], 0.008856))
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("side", [0, 1], ids=["light", "dark"])
def test_hues_stand_out_from_the_paper_and_from_each_other_for_every_eye(side: int) -> None:
    paper, hues = SIDES[side][0], re.findall(r"#\w{6}", SIDES[side][1])
    assert len(hues) == N_HUES

    def brightness(colour: str) -> float:
        return float(np.array([0.2126, 0.7152, 0.0722]) @ linear(colour)) + 0.05

    for hue in hues:
        contrast = brightness(hue) / brightness(paper)
        assert max(contrast, 1 / contrast) >= 2.95, hue
    for eye, matrix in EYES.items():
        for a, b in itertools.combinations(hues, 2):
            assert math.dist(lab(matrix @ linear(a)), lab(matrix @ linear(b))) >= 19, (eye, a, b)
