"""Draws the pictures of docs/explorer.md from made-up songs: ``python -m tests.web.pictures [FOLDER]``."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from PIL import Image

import musicdata
import musicdata_baselines
from musicdata_baselines import report
from tests.songs import write_songs
from tests.web.browsing import SCREENS, Watched, browser
from tests.web.served import serving

STATED = {"dataset.title": "Thirty made-up songs"}
WAIT_MS = 90_000
READY = {"suspects": "fit worst", "map": "two directions", "search": "By chance"}


def main() -> None:
    """Build, validate, and take a picture of every screen, at a desk's width in light and a phone's in dark."""
    out = Path(sys.argv[1] if sys.argv[1:] else "docs/pictures")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        songs = write_songs(Path(folder) / "songs", 30, n_notes=45)
        work = musicdata.build("musictm", input=songs, work=Path(folder) / "made-up", overrides=STATED).root
        report.write(musicdata_baselines.validate(work, deep=False, n_permutations=200), work / "validation")
        first = next(musicdata.open_work(work).rows("samples"))["sample_id"]
        with serving(work) as served, browser() as chromium:
            served.enter()
            for name, width, height, scheme in (("", 1180, 800, "light"), ("phone-", 390, 780, "dark")):
                watched = Watched(chromium, served.base, color_scheme=scheme)
                watched.context.add_cookies(
                    [{"name": f"musicdata-{served.port}", "value": served.cookie, "url": served.base}]
                )
                watched.tab.set_viewport_size({"width": width, "height": height})
                for screen in SCREENS:
                    tab = watched.go(screen, f"?id={first}" if screen in ("sample", "search", "map") else "")
                    if screen in READY:
                        tab.locator("main", has_text=READY[screen]).wait_for(timeout=WAIT_MS)
                    if screen == "sample":
                        tab.locator(".word[data-note='4']").click()
                    if screen in ("groups", "suspects"):
                        tab.locator(".hear button").nth(1).click()
                    tab.wait_for_timeout(600)
                    file = out / f"{name}{screen}.png"
                    tab.screenshot(path=str(file))
                    Image.open(file).convert("RGB").quantize(160, dither=Image.Dither.NONE).save(file, optimize=True)
                watched.context.close()


if __name__ == "__main__":
    main()
