"""The page in a real browser: what is heard and what is lit, every screen, keys, faults."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import musicdata
from tests.web.browsing import SCREENS, Watched
from tests.web.served import Served, serving

HEARD = "[...document.querySelectorAll('.hear audio')].map((one) => [one.src, one.paused, one.currentTime])"


@pytest.fixture(scope="module")
def page(validated: Path) -> Iterator[Served]:
    with serving(validated) as served:
        served.enter()
        yield served


def let_in(chromium: Any, page: Served, **options: Any) -> Watched:
    """Open a tab of a browser that was let in already."""
    made = Watched(chromium, page.base, **options)
    made.context.add_cookies([{"name": f"musicdata-{page.port}", "value": page.cookie, "url": page.base}])
    return made


@pytest.fixture(scope="module")
def watched(page: Served, chromium: Any) -> Iterator[Watched]:
    made = let_in(chromium, page)
    yield made
    assert made.faults == []
    assert made.foreign == []
    made.context.close()


def test_the_lit_note_is_the_one_that_sounds(watched: Watched, validated: Path, sample_id: str) -> None:
    tab = watched.go("sample", f"?id={sample_id}")
    notes = sorted(musicdata.open_work(validated).rows("alignment", sample_id), key=lambda note: note["onset_s"])
    assert len(notes) == 20
    tab.wait_for_selector("#sound", state="attached")
    tab.evaluate(
        "() => new Promise((done) => { const s = document.getElementById('sound'); s.readyState ? done() : s.addEventListener('loadedmetadata', done); })"
    )
    seen = tab.evaluate(
        """() => new Promise((done) => {
            const sound = document.getElementById('sound'), seen = [];
            let last = '';
            new MutationObserver(() => {
                const lit = [...document.querySelectorAll('.word.lit')].map((one) => one.dataset.note).join();
                if (lit !== last) seen.push([lit, sound.currentTime]);
                last = lit;
            }).observe(document.body, { subtree: true, attributes: true, attributeFilter: ['class'] });
            sound.addEventListener('ended', () => done(seen));
            sound.playbackRate = 1;
            document.getElementById('play').click();
        })"""
    )
    lit = [(int(number), time) for number, time in seen if number]
    assert [number for number, _ in lit] == list(range(20))
    errors = sorted(abs(time - notes[number]["onset_s"]) for number, time in lit)
    assert errors[len(errors) // 2] < 0.05  # the figures are in the benchmark; this machine may be busy


def test_each_note_can_be_clicked(watched: Watched, validated: Path, sample_id: str) -> None:
    tab = watched.go("sample", f"?id={sample_id}")
    notes = sorted(musicdata.open_work(validated).rows("alignment", sample_id), key=lambda note: note["onset_s"])
    for number, note in enumerate(notes):
        tab.locator(f".word[data-note='{number}']").click()
        assert tab.evaluate("document.getElementById('sound').currentTime") == pytest.approx(note["onset_s"], abs=1e-3)
        lit = tab.locator(".word.lit")
        assert lit.count() == 1
        assert lit.get_attribute("data-note") == str(number)
        assert tab.locator(".over rect.lit").count() == 2  # head and syllable


@pytest.mark.parametrize("scale", [1, 1.5, 2])
def test_what_is_lit_is_painted_over_its_ink(page: Served, chromium: Any, sample_id: str, scale: float) -> None:
    made = let_in(chromium, page, device_scale_factor=scale)
    tab = made.go("sample", f"?id={sample_id}")
    for note in ("0", "7"):
        tab.locator(f".word[data-note='{note}']").click()
        tab.wait_for_timeout(400)  # the sheet may scroll
        frame = tab.locator(".paper").bounding_box()
        picture = np.asarray(Image.open(io.BytesIO(tab.locator(".paper").screenshot())).convert("RGB"), np.int16)
        amber = (picture[..., 0] - picture[..., 2]) > 60
        lit = tab.locator(".over rect.lit")
        assert lit.count() == 2
        for place in range(2):
            box = lit.nth(place).bounding_box()
            left, top = (box["x"] - frame["x"]) * scale, (box["y"] - frame["y"]) * scale
            right, bottom = left + box["width"] * scale, top + box["height"] * scale
            rows, columns = np.nonzero(amber[int(top) - 4 : int(bottom) + 5, int(left) - 4 : int(right) + 5])
            edges = (columns.min() + int(left) - 4, columns.max() + 1 + int(left) - 4)
            assert (
                np.abs(np.subtract(edges, (left, right))).max() <= 1 + 2 * scale
            )  # a border of 2 px lies half outside
            border = int(scale) + 1
            inside = picture[int(top) + border : int(bottom) - border + 1, int(left) + border : int(right) - border + 1]
            ink = (inside[..., 0] < 185).mean()  # half grey under the colour of the light
            assert ink >= (0.3 if lit.nth(place).get_attribute("data-of") == "head" else 0.1)
            assert len(rows) > 20
    assert made.faults == []
    made.context.close()


def test_there_is_ink_under_every_box(watched: Watched, sample_id: str) -> None:
    tab = watched.go("sample", f"?id={sample_id}")
    inks = tab.evaluate(
        """() => {
            const image = document.getElementById('sheet'), canvas = document.createElement('canvas');
            canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
            const pen = canvas.getContext('2d', { willReadFrequently: true });
            pen.drawImage(image, 0, 0);
            return [...document.querySelectorAll('.over rect')].map((rect) => {
                const box = ['x', 'y', 'width', 'height'].map((name) => Number(rect.getAttribute(name)));
                const at = rect.getBoundingClientRect(), of = image.getBoundingClientRect(), scale = image.naturalWidth / of.width;
                const off = Math.max(Math.abs((at.left - of.left) * scale - box[0]), Math.abs((at.top - of.top) * scale - box[1]));
                const pixels = pen.getImageData(box[0], box[1], Math.ceil(box[2]), Math.ceil(box[3])).data;
                let ink = 0;
                for (let i = 0; i < pixels.length; i += 4) ink += pixels[i] < 128;
                return [rect.dataset.of, ink / (pixels.length / 4), off];
            });
        }"""
    )
    assert len(inks) == 40
    for name, ink, off in inks:
        assert ink >= (0.3 if name == "head" else 0.1), (name, ink)
        assert off <= 1


def test_keys_loop_and_speed(watched: Watched, sample_id: str) -> None:
    tab = watched.go("sample", f"?id={sample_id}")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowRight")
    assert tab.locator(".word.lit").get_attribute("data-note") == "1"
    tab.locator(".word[data-note='3']").click(modifiers=["Shift"])
    assert "loop" in tab.locator(".player").text_content()
    tab.locator("#rate").select_option("1.5")
    assert tab.evaluate("document.getElementById('sound').playbackRate") == 1.5
    tab.locator("h1").click()
    tab.keyboard.press("Space")
    tab.wait_for_timeout(1200)
    assert not tab.evaluate("document.getElementById('sound').paused")
    tab.keyboard.press("Space")
    assert tab.evaluate("document.getElementById('sound').paused")
    tab.keyboard.press("?")
    assert tab.locator("dialog").is_visible()
    tab.keyboard.press("Escape")
    tab.locator("dialog").wait_for(state="detached")


def test_one_is_heard_against_the_other(watched: Watched) -> None:
    tab = watched.go("suspects")
    tab.locator("main", has_text="fit worst").wait_for(timeout=60_000)
    one, other = tab.locator(".hear").first.locator("button").all()
    one.click()
    tab.wait_for_timeout(900)
    first = tab.evaluate(HEARD)
    assert [paused for _, paused, _ in first] == [False]
    assert first[0][2] > 0
    other.click()
    tab.wait_for_timeout(300)
    second = tab.evaluate(HEARD)
    assert [paused for _, paused, _ in second] == [False]
    assert second[0][0] != first[0][0]
    assert second[0][2] >= first[0][2]  # it goes on where the first was
    assert other.get_attribute("aria-pressed") == "true"
    assert one.get_attribute("aria-pressed") == "false"
    one.click()
    tab.wait_for_timeout(200)
    assert tab.evaluate(HEARD)[0][2] >= second[0][2]


def test_filters_stay_in_the_address(watched: Watched) -> None:
    tab = watched.go("browse", "?table=samples")
    tab.locator(".filters label", has_text="test").first.click()
    tab.locator(".count", has_text="5 of 30").wait_for()
    tab.locator("thead button", has_text="duration_s").click()
    tab.locator("thead th[aria-sort=ascending]").wait_for()
    before = tab.locator("tbody tr").all_text_contents()
    tab.reload()
    tab.wait_for_selector("body[data-ready=browse]")
    assert "5 of 30" in tab.locator(".count").text_content()
    assert tab.locator("tbody tr").all_text_contents() == before


@pytest.mark.parametrize("screen", SCREENS)
def test_every_screen_tells_something(watched: Watched, sample_id: str, screen: str) -> None:
    tab = watched.go(screen, f"?id={sample_id}" if screen in ("sample", "search") else "")
    wanted = {
        "overview": "Stages",
        "browse": "rows",
        "rejects": "0 rows",
        "sample": "alignment",
        "groups": "no group is in two splits",
        "suspects": "fit worst",
        "search": "By chance: rank",
        "map": "samples in the two directions",
    }[screen]
    tab.locator("main", has_text=wanted).wait_for(timeout=60_000)


def test_a_server_that_is_gone_is_told(validated: Path, chromium: Any, sample_id: str) -> None:
    with serving(validated) as served:
        made = Watched(chromium, served.base)
        made.tab.goto(served.address)
        tab = made.go("sample", f"?id={sample_id}")
        tab.locator("#play").click()
        served.process.kill()
        served.process.wait()
        tab.goto(f"{served.base}/#/groups")
        tab.locator("#broken", has_text="Start musicdata view again").wait_for()
        made.context.close()
