"""The bare renderers: what a finished build drew and played, written again as their input files, without boxes,
checks, fence or tables. Batches and options are the build's own."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from musicdata import cutting
from musicdata.errors import RenderError
from musicdata.render import fonts, lilypond, midi, score, timidity
from musicdata.stages import render_audio, render_note_sheet, render_sheet
from musicdata.tables import TableReader
from musicdata.workspace import Workspace
from tests.benchmarks.costs import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from musicdata.stage import Stage

DPI = render_sheet.RenderSheet().dpi


def page_commands(folder: Path, pages: Sequence[lilypond.Page], pages_a_process: int) -> list[Command]:
    """Write pages for LilyPond, so many a process, and return the commands that draw them."""
    scores = list(_notatable(pages))
    commands = []
    for number, batch in enumerate(cutting.batches(scores, pages_a_process)):
        cwd = folder / f"lilypond-{number:04d}"
        cwd.mkdir(parents=True)
        (cwd / "pages.ly").write_text(score.source(batch, boxes=False).text, encoding="utf-8")
        argv = [str(lilypond.program()), *lilypond.OPTIONS, f"-dresolution={DPI}", "pages.ly"]
        commands.append(Command(argv, cwd, tuple(fonts.confine(cwd).items())))
    return commands


def _notatable(pages: Sequence[lilypond.Page]) -> Iterator[score.Score]:
    for page in pages:
        try:
            yield score.write(page)
        except RenderError:  # the build rejected it too
            continue


def clip_commands(folder: Path, clips: Sequence[midi.Clip], clips_a_process: int) -> list[Command]:
    """Write clips for TiMidity++, so many a process, and return the commands that play them."""
    parameters = render_audio.RenderAudio()
    sound = (f"-A{parameters.amplification}", "-s", str(parameters.sample_rate))
    commands = []
    for number, batch in enumerate(cutting.batches(clips, clips_a_process)):
        cwd = folder / f"timidity-{number:04d}"
        cwd.mkdir(parents=True)
        (cwd / "piano.sf2").symlink_to(timidity.soundfont().resolve())
        (cwd / "piano.cfg").write_text("soundfont piano.sf2\n", encoding="ascii")
        names = [f"clip{i}.mid" for i in range(len(batch))]
        for name, clip in zip(names, batch, strict=True):
            (cwd / name).write_bytes(midi.write(clip).midi)
        commands.append(
            Command([str(timidity.program()), "-c", "piano.cfg", *timidity.OPTIONS, *sound, *names], cwd)
        )
    return commands


def all_commands(work: Path, folder: Path) -> dict[str, list[Command]]:
    """Return by stage the commands that draw and play, bare, what the build in `work` did, in its batches."""
    commands: dict[str, list[Command]] = {"render_audio": [], "render_sheet": [], "render_note_sheet": []}
    for i, clips in enumerate(shards_of_clips(work)):
        commands["render_audio"] += clip_commands(folder / f"audio-{i}", clips, render_audio._CLIPS_A_PROCESS)
    for i, pages in enumerate(shards_of_pages(work)):
        commands["render_sheet"] += page_commands(folder / f"sheet-{i}", pages, render_sheet.PAGES_A_PROCESS)
    for i, pages in enumerate(shards_of_notes(work)):
        commands["render_note_sheet"] += page_commands(
            folder / f"notes-{i}", pages, render_sheet.PAGES_A_PROCESS
        )
    return commands


def shards_of_pages(work: Path) -> Iterator[list[lilypond.Page]]:
    """Yield the pages of each shard of a build's sheets."""
    for samples in _shards_of_samples(work, render_sheet.STAGE):
        yield [lilypond.Page(notes[0]["sample_id"], render_sheet.page_notes(notes)) for notes in samples]


def shards_of_clips(work: Path) -> Iterator[list[midi.Clip]]:
    """Yield the clips of each shard of a build's audio."""
    for samples in _shards_of_samples(work, render_audio.STAGE):
        yield [render_audio._clip(notes[0]["sample_id"], notes) for notes in samples]


def shards_of_notes(work: Path) -> Iterator[list[lilypond.Page]]:
    """Yield the single notes of each shard of a build's note pictures."""
    for shard in render_note_sheet.cut(render_sheet.RenderSheet(), TableReader(Workspace(work))):
        names = dict.fromkeys(item.split(" ")[0] for item in shard.items)
        yield [render_note_sheet._page(name) for name in names]


def _shards_of_samples(work: Path, stage: Stage[Any]) -> Iterator[list[list[dict[str, Any]]]]:
    reader = TableReader(Workspace(work))
    for shard in stage.cut(stage.parameters(), reader):
        rows = reader.read("notes", None, shard.first, shard.last).to_pylist()
        yield [list(notes) for _, notes in groupby(rows, key=itemgetter("sample_id"))]
