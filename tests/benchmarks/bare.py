"""The bare renderers: what a finished build drew and played, written again as their input files.

Batches and options are the build's own; boxes, checks, fence and tables are left out.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from musicdata.definitions import cutting, recipe
from musicdata.errors import RenderError
from musicdata.music.render import fonts, lilypond, midi, score, timidity
from musicdata.stages.render import audio, note_sheet, sheet
from musicdata.stages.render.pages import PAGES_A_PROCESS
from musicdata.workspace.folder import Workspace
from musicdata.workspace.reader import TableReader
from tests.benchmarks.costs import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.definitions.recipe import Step


def all_commands(work: Path, folder: Path) -> list[Command]:
    """Return the commands that draw and play, bare, what the build in `work` did, in its batches."""
    commands = []
    for i, clips in enumerate(shards_of_clips(work)):
        commands += clip_commands(folder / f"audio-{i}", clips, audio.CLIPS_A_PROCESS)
    for i, pages in enumerate([*shards_of_pages(work), *shards_of_notes(work)]):
        commands += page_commands(folder / f"pages-{i}", pages, PAGES_A_PROCESS)
    return commands


def page_commands(
    folder: Path, pages: Sequence[lilypond.Page], pages_a_process: int, *, boxes: bool = False
) -> list[Command]:
    """Write pages for LilyPond, so many a process, and return the commands that draw them."""
    dpi = _step("render_sheet").parameters.model_dump()["dpi"]
    commands = []
    for number, batch in enumerate(cutting.batches(list(_notatable(pages)), pages_a_process)):
        cwd = folder / f"lilypond-{number:04d}"
        cwd.mkdir(parents=True)
        (cwd / "pages.ly").write_text(score.source(batch, boxes=boxes).text, encoding="utf-8")
        argv = [str(lilypond.program()), *lilypond.OPTIONS, f"-dresolution={dpi}", "pages.ly"]
        commands.append(Command(argv, cwd, fonts.confine(cwd, lilypond.program().parents[1])))
    return commands


def _notatable(pages: Sequence[lilypond.Page]) -> Iterator[score.Score]:
    for page in pages:
        try:
            yield score.write(page)
        except RenderError:  # the build rejected it too
            continue


def clip_commands(folder: Path, clips: Sequence[midi.Clip], clips_a_process: int) -> list[Command]:
    """Write clips for TiMidity++, so many a process, and return the commands that play them."""
    values = _step("render_audio").parameters.model_dump()
    sound = (f"-A{values['amplification']}", "-s", str(values["sample_rate"]))
    commands = []
    for number, batch in enumerate(cutting.batches(clips, clips_a_process)):
        cwd = folder / f"timidity-{number:04d}"
        cwd.mkdir(parents=True)
        (cwd / "piano.sf2").symlink_to(timidity.soundfont().resolve())
        (cwd / "piano.cfg").write_text("soundfont piano.sf2\n", encoding="ascii")
        names = [f"clip{i}.mid" for i in range(len(batch))]
        for name, clip in zip(names, batch, strict=True):
            (cwd / name).write_bytes(midi.write(clip).midi)
        argv = [str(timidity.program()), "-c", "piano.cfg", *timidity.OPTIONS, *sound, *names]
        commands.append(Command(argv, cwd))
    return commands


def shards_of_pages(work: Path) -> Iterator[list[lilypond.Page]]:
    """Yield the pages of each shard of a build's sheets."""
    for samples in _shards_of_samples(work, "render_sheet"):
        yield [lilypond.Page(notes[0]["sample_id"], sheet.page_notes(notes)) for notes in samples]


def shards_of_clips(work: Path) -> Iterator[list[midi.Clip]]:
    """Yield the clips of each shard of a build's audio."""
    for samples in _shards_of_samples(work, "render_audio"):
        yield [audio.clip_of(notes[0]["sample_id"], notes) for notes in samples]


def shards_of_notes(work: Path) -> Iterator[list[lilypond.Page]]:
    """Yield the single notes of each shard of a build's note pictures."""
    step = _step("render_note_sheet")
    assert step.stage.cut is not None
    for shard in step.stage.cut(step.parameters, TableReader(Workspace(work))):
        names = dict.fromkeys(item.split(" ")[0] for item in shard.items)
        yield [note_sheet.page_of(name) for name in names]


def _shards_of_samples(work: Path, stage: str) -> Iterator[list[list[dict[str, Any]]]]:
    reader, step = TableReader(Workspace(work)), _step(stage)
    assert step.stage.cut is not None
    for shard in step.stage.cut(step.parameters, reader):
        rows = reader.read("notes", None, shard.first, shard.last).to_pylist()
        yield [list(notes) for _, notes in groupby(rows, key=itemgetter("sample_id"))]


def _step(stage: str) -> Step:
    return next(step for step in recipe.load("musictm-lmd").steps if step.stage.name == stage)
