"""Draws lines of notes with lyrics, and says where every note head and syllable lands.

Many pages go through one LilyPond process: it takes 0.25 s of processor time to start and 0.04 s a page, so
25 to 50 pages a call are right. Its exit status and its silence prove nothing, so every page is checked: a
picture of the size that its extents say, as many heads and syllables as were written, ink in the box of each,
no complaint. Whatever fails is tried again alone, so that one bad page never takes others with it.
"""

from __future__ import annotations

import math
import re
import shutil
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from musicdata import settings
from musicdata.errors import RenderError, SetupError
from musicdata.music.render import fonts, picture, score
from musicdata.music.render.batch import TIMED_OUT, Batch
from musicdata.music.render.picture import Box, Picture
from musicdata.music.render.score import Page, PageNote, Score, Source
from musicdata.system import processes
from musicdata.system.processes import Limits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PIL import Image

    from musicdata.system.processes import Finished

__all__ = ["Box", "Page", "PageNote", "Picture", "program", "render", "version"]

DRAWN_WITH = "2.24.3"
"""The version of the wheel."""
INSTALL = (
    f"pip install lilypond=={DRAWN_WITH} where there is a wheel of it (x86 machines), else apt-get install lilypond "
    "fonts-urw-base35 fonts-texgyre, or name one with MUSICDATA_LILYPOND=/path/to/lilypond"
)
OPTIONS = ("--loglevel=WARNING", "-dbackend=cairo", "--png", "-dpreview", "-dno-print-pages")
STAFF_SPACE_PT = 5 * 72 / 72.27  # a quarter of the 20 point staff, in PostScript's points of 1/72 inch
# Its garbage collector looks up its own stack there; of other processes the sandbox shows neither memory nor variables.
_PROCESSES = Path("/proc")
_COMPLAINT = re.compile(r"^(?:[^:\s]*pages\.ly:(?P<line>\d+):\d+: )?.*\b(?:error|warning)\b", re.MULTILINE)


def program() -> Path:
    """Finds LilyPond: the one that MUSICDATA_LILYPOND names, else the wheel's, else one on the PATH.

    Raises:
        SetupError: there is none.
    """
    named = settings.read().lilypond
    path = named or _of_wheel() or shutil.which("lilypond")
    if path is None:
        raise SetupError(f"LilyPond is missing: {INSTALL}")
    if not Path(path).is_file():
        where = ", which MUSICDATA_LILYPOND names" if named else ""
        raise SetupError(f"LilyPond is missing at {path}{where}: {INSTALL}")
    return Path(path)


def _of_wheel() -> Path | None:
    try:
        import lilypond
    except ImportError:
        return None
    return Path(lilypond.executable())


def version() -> str:
    """Names the version of the LilyPond that `program` finds.

    Raises:
        SetupError: there is none, or it cannot draw as we do.
    """
    path = program()
    return metadata.version("lilypond") if path == _of_wheel() else _version(path)


def other_version() -> str:
    """Says what differs where the LilyPond found is not the one we draw with; "" where it is."""
    if version() == DRAWN_WITH:
        return ""
    return (
        f"its pictures differ from those of {DRAWN_WITH}: a build is whole with it, but a release that another version "
        "drew has another content root when it is rebuilt"
    )


@cache
def _version(path: Path) -> str:
    """Asks a LilyPond for its version, and whether it can draw as we do: some systems compile theirs without that."""
    with processes.private_folder(None, "lilypond-") as folder:
        told = _ask(path, folder, "--version")
        (folder / "trial.ly").write_text("{ c'4 }\n", encoding="ascii")
        drawn = _ask(path, folder, *OPTIONS, "trial.ly")
        has_cairo = drawn.returncode == 0 and (folder / "trial.preview.png").is_file()
    match = re.search(r"^GNU LilyPond (?P<version>\d\S*)", told.stdout)
    if match is None:
        raise SetupError(f"{path} does not say its version, it {told}: {INSTALL}")
    if not has_cairo:
        why = drawn.stderr.strip().splitlines()[-1:] or [str(drawn)]
        raise SetupError(
            f"{path} is LilyPond {match['version']} and cannot draw with the Cairo backend ({why[0]}), which 2.24 and "
            f"newer have where they were compiled with it. {INSTALL}"
        )
    return match["version"]


def _ask(path: Path, folder: Path, *options: str) -> Finished:
    environment = fonts.confine(folder, path.parents[1])
    return processes.run([str(path), *options], cwd=folder, deadline_s=60, env=environment, reads=_reads(path))


def _reads(path: Path) -> list[Path]:
    return [path.parents[1], path.resolve().parents[1], _PROCESSES]


def render(
    pages: Sequence[Page],
    *,
    dpi: int = 100,
    margin_px: int = 10,
    box: bool = True,
    limits: Limits | None = None,
    scratch: Path | None = None,
) -> list[Picture | RenderError]:
    """Draws pages, in one process unless some fail.

    Args:
        pages: what to draw; 25–50 a call are right.
        dpi: resolution in pixels per inch; a staff space is 5/72.27 inch.
        margin_px: white added on every side; boxes are moved along.
        box: finds and checks the boxes; without it a picture's `heads` and `syllables` are empty.
        limits: what one process may use; None goes by the number of pages.
        scratch: folder to work below; None is the system's.

    Returns:
        For each page, in order, its picture or why there is none: a RenderError with reason
        ``not_notatable``, ``bad_text``, ``missing_glyph``, ``lilypond_error``, ``timed_out``, ``no_picture``,
        ``bad_picture``, ``blank_picture``, ``picture_size``, ``head_count``, ``syllable_count`` or
        ``empty_box``.

    Raises:
        SetupError: LilyPond is missing.
        StorageError: the disk is full.
    """
    press = _Press(program(), dpi, margin_px, box, limits, scratch)
    return Batch("LilyPond", press.write, press.draw).run(pages)


@dataclass(frozen=True, slots=True)
class _Press:
    """Draws scores with one LilyPond and one set of options."""

    program: Path
    dpi: int
    margin_px: int
    box: bool
    limits: Limits | None
    scratch: Path | None

    def write(self, page: Page) -> Score:
        written = score.write(page)
        for note in page.notes:
            if note.syllable is not None:
                fonts.check(score.clean(note.syllable), self.program.parents[1])
        return written

    def draw(self, scores: Sequence[Score]) -> list[Picture | RenderError]:
        """Draws scores in one process; what it returns for a failed one may be another one's fault."""
        if not scores:
            return []
        source = score.source(scores, boxes=self.box)
        with processes.private_folder(self.scratch, "lilypond-") as folder:
            finished = self.run(source, folder, len(scores))
            faults = _read_faults(finished, source, len(scores))
            grobs = _read_boxes(folder / "boxes", source)
            results = [
                faults.get(number) or self.finish(one, folder / f"page{number}.preview.png", grobs[number])
                for number, one in enumerate(scores)
            ]
            if any(isinstance(result, RenderError) for result in results):
                processes.raise_if_full(folder, finished.stderr)
        return results

    def run(self, source: Source, folder: Path, n_pages: int) -> Finished:
        (folder / "pages.ly").write_text(source.text, encoding="utf-8")
        seconds = 20 + 2 * n_pages
        return processes.run(
            [str(self.program), *OPTIONS, f"-dresolution={self.dpi}", "pages.ly"],
            cwd=folder,
            deadline_s=2 * seconds,
            limits=self.limits or Limits(cpu_s=seconds),
            env=fonts.confine(folder, self.program.parents[1]),
            reads=_reads(self.program),
        )

    def finish(self, written: Score, path: Path, grobs: list[_Grob]) -> Picture | RenderError:
        """Checks one page, adds the margin, and turns its grobs' extents into boxes."""
        if not path.is_file():
            return RenderError("no_picture", "LilyPond wrote no picture of the page")
        try:
            page = picture.load(path, self.margin_px)
            heads, syllables = self.place(written, grobs, page) if self.box else ((), ())
        except RenderError as error:
            return error
        return Picture(written.page.name, picture.encode(page), page.width, page.height, heads, syllables)

    def place(
        self, written: Score, grobs: list[_Grob], page: Image.Image
    ) -> tuple[tuple[Box, ...], tuple[Box | None, ...]]:
        heads: defaultdict[int, list[_Grob]] = defaultdict(list)
        syllables: defaultdict[int, list[_Grob]] = defaultdict(list)
        for grob in grobs:
            (heads if grob.tag == "head" else syllables)[grob.note].append(grob)
        notes = written.page.notes
        _compare("head_count", written.heads, heads)
        _compare("syllable_count", [int(note.syllable is not None) for note in notes], syllables)
        self.check_size(page, grobs[0])
        first = tuple(self.to_pixels(min(heads[i], key=lambda grob: grob.extent)) for i in range(len(notes)))
        sung = tuple(self.to_pixels(syllables[i][0]) if i in syllables else None for i in range(len(notes)))
        for box in (*first, *sung):
            if box is not None and not picture.has_ink(page, box):
                raise RenderError("empty_box", f"no ink in the box {box} of a note head or syllable")
        return first, sung

    def to_pixels(self, grob: _Grob) -> Box:
        """Moves an extent from staff spaces, y upwards, to pixels, y downwards from the picture's top."""
        left, _, _, top = _picture_edges(grob)
        x0, x1 = (side * STAFF_SPACE_PT - left for side in grob.extent[:2])
        y1, y0 = (top - side * STAFF_SPACE_PT for side in grob.extent[2:])
        scale = self.dpi / 72
        return (
            round(x0 * scale + self.margin_px, 3),
            round(y0 * scale + self.margin_px, 3),
            round(x1 * scale + self.margin_px, 3),
            round(y1 * scale + self.margin_px, 3),
        )

    def check_size(self, page: Image.Image, grob: _Grob) -> None:
        """Compares the picture with LilyPond's extents: the boxes are right only when both agree."""
        left, right, bottom, top = _picture_edges(grob)
        expected_px = ((right - left) * self.dpi / 72, (top - bottom) * self.dpi / 72)
        picture_px = (page.width - 2 * self.margin_px, page.height - 2 * self.margin_px)
        if any(abs(a - b) > 1 for a, b in zip(expected_px, picture_px, strict=True)):
            raise RenderError(
                "picture_size", f"LilyPond's extents make {expected_px} pixels, the picture has {picture_px}"
            )


@dataclass(frozen=True, slots=True)
class _Grob:
    """A note head or syllable on the page; extents in staff spaces, y upwards: left, right, bottom, top."""

    tag: str
    note: int
    extent: tuple[float, ...]
    system: tuple[float, ...]


def _picture_edges(grob: _Grob) -> tuple[int, int, int, int]:
    """Gives the picture's left, right, bottom, top in points: the system's, rounded outwards by LilyPond."""
    left, right, bottom, top = (side * STAFF_SPACE_PT for side in grob.system)
    return math.floor(left), math.ceil(right), math.floor(bottom), math.ceil(top)


def _read_boxes(path: Path, source: Source) -> defaultdict[int, list[_Grob]]:
    """Reads what `lilypond_boxes.ily` wrote, by number of the score; nothing if LilyPond died on the way."""
    grobs: defaultdict[int, list[_Grob]] = defaultdict(list)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    for line in lines:
        if len(line.split()) != 11:  # cut off where LilyPond was stopped
            continue
        tag, source_line, _, *extents = line.split()
        number, note = source.places.get(int(source_line), (-1, -1))
        sides = [float(side) for side in extents]
        grobs[number].append(_Grob(tag, note, tuple(sides[:4]), tuple(sides[4:])))
    return grobs


def _read_faults(finished: Finished, source: Source, n_scores: int) -> dict[int, RenderError]:
    """Finds which scores LilyPond complained about; all of them when it does not say which."""
    stderr = finished.stderr.strip()
    if finished.returncode == 0 and not stderr:
        return {}
    lines = [match["line"] for match in _COMPLAINT.finditer(stderr)]
    blamed = {_score_at(int(line), source) for line in lines if line is not None}
    sure = finished.returncode == 0 and lines and None not in lines and None not in blamed
    numbers: Iterable[int | None] = blamed if sure else range(n_scores)
    reason = TIMED_OUT if finished.timed_out else "lilypond_error"
    error = RenderError(reason, f"LilyPond {finished}: {stderr[:500]}")
    return {number: error for number in numbers if number is not None}


def _score_at(line: int, source: Source) -> int | None:
    place = source.places.get(line)
    return None if place is None else place[0]


def _compare(reason: str, counts: Sequence[int], grobs: dict[int, list[_Grob]]) -> None:
    for note, count in enumerate(counts):
        drawn = len(grobs.get(note, ()))
        if drawn != count:
            raise RenderError(reason, f"note {note} should have {count} on the page and has {drawn}")
