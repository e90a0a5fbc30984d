"""Draw every distinct note once, alone on a staff → `note_sheets`.

The picture of a single note depends on its clef, spelling and length only, a few hundred cases in any corpus. Each is
drawn once, and stands once in every split that uses it, so that a split is complete by itself.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Pieces, Shard, Stage, Task
from musicdata.errors import RenderError
from musicdata.music.render import lilypond, notation
from musicdata.stages.render.pages import EDGES, PAGES_A_PROCESS, RenderSheet
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.render.lilypond import Picture

_PICTURES_A_SHARD = 120


def expect(_parameters: RenderSheet, counts: Counts) -> Expected:
    """Tell how many notes differ: 81 of 240 and 276 of 4,160 of the Lieder did, and most stand in two splits."""
    pictures = min(7.7 * counts["sheet_boxes"] ** 0.43, counts["sheet_boxes"])
    return Expected(pictures, {"note_sheets": 1.7 * pictures})


def cut(_parameters: RenderSheet, inputs: Inputs) -> Iterator[Shard]:
    """Cut the distinct notes into shards; an item is note, split and the first sample of the split that shows it."""
    rows = inputs.read("sheet_boxes", ["note_sheet_id", "split", "sample_id"])
    first = rows.group_by(["note_sheet_id", "split"], use_threads=False).aggregate([("sample_id", "min")])
    uses: dict[str, list[str]] = defaultdict(list)
    for row in first.sort_by([("note_sheet_id", "ascending"), ("split", "ascending")]).to_pylist():
        uses[row["note_sheet_id"]].append(" ".join((row["note_sheet_id"], row["split"], row["sample_id_min"])))
    names = sorted(uses)
    for start, stop in cutting.runs(names, _PICTURES_A_SHARD, least=PAGES_A_PROCESS):
        items = tuple(use for name in names[start:stop] for use in uses[name])
        yield Shard(names[start], names[stop - 1], stop - start, digest_of(items), items)


def run(parameters: RenderSheet, task: Task) -> None:
    """Draw the shard's notes, many in one LilyPond process."""
    uses: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in task.shard.items:
        note_sheet_id, split, sample_id = item.split(" ")
        uses[note_sheet_id].append((split, sample_id))
    for batch in cutting.batches(list(uses), PAGES_A_PROCESS):
        pages = [page_of(note_sheet_id) for note_sheet_id in batch]
        pictures = lilypond.render(pages, dpi=parameters.dpi, margin_px=parameters.margin_px, scratch=task.scratch)
        for note_sheet_id, picture in zip(batch, pictures, strict=True):
            if isinstance(picture, RenderError):
                task.sink.reject(note_sheet_id, picture.reason, picture.detail)
            else:
                _write(parameters, task, note_sheet_id, uses[note_sheet_id], picture)


def page_of(note_sheet_id: str) -> lilypond.Page:
    """Return the page that shows the note of that name alone."""
    clef, spelling, duration_ql = notation.read_note_sheet_id(note_sheet_id)
    note = lilypond.PageNote(notation.pitch_of(spelling), float(duration_ql), spelling=spelling)
    return lilypond.Page(note_sheet_id, [note], clef=clef)


def _write(
    parameters: RenderSheet, task: Task, note_sheet_id: str, uses: list[tuple[str, str]], picture: Picture
) -> None:
    n = len(uses)
    task.sink.write(
        "note_sheets",
        {
            "split": [split for split, _ in uses],
            "note_sheet_id": [note_sheet_id] * n,
            "sample_id": [sample_id for _, sample_id in uses],
            "image": [{"bytes": picture.png, "path": f"{note_sheet_id}.png"}] * n,
            "sha256": [hashlib.sha256(picture.png).hexdigest()] * n,
            "width": [picture.width] * n,
            "height": [picture.height] * n,
            "dpi": [parameters.dpi] * n,
            **{f"head_{edge}": [picture.heads[0][i]] * n for i, edge in enumerate(EDGES)},
        },
    )


STAGE = Stage(
    name="render_note_sheet",
    version=1,
    verb="draws every distinct note alone",
    inputs=("sheet_boxes",),
    outputs=("note_sheets",),
    needs=("fonttools",),
    parameters=RenderSheet,
    cut=cut,
    run=run,
    pieces=Pieces("items", lambda item: item.partition(" ")[0]),
    tools=lambda _parameters: {"LilyPond": lilypond.version()},
    expect=expect,
    cost=Cost(cpu_s=0.035, bytes=2_100),
)
