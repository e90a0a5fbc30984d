"""What a build would do, before it does it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

from musicdata.engine.state import StageStatus, stage_states
from musicdata.sources import song_files
from musicdata.stages.ingest.songs import IngestSongs
from musicdata.stages.place.window import Window

if TYPE_CHECKING:
    from musicdata.definitions.recipe import Recipe
    from musicdata.workspace.folder import Workspace


@dataclasses.dataclass(frozen=True, slots=True)
class Plan:
    """What a build would do.

    Attributes:
        stages: each stage's state now.
        files: files of the source by ending.
        samples: samples to expect: counted where the windows are cut already, else from the usual yield of such files.
        samples_are_counted: which of the two.
        bytes: size of the finished workspace.
        cpu_s: processor time still to spend; `wall_s` the same divided among the workers.
    """

    stages: tuple[StageStatus, ...]
    files: dict[str, int]
    samples: int
    samples_are_counted: bool
    bytes: int
    cpu_s: float
    wall_s: float


# Measured on real sources, see docs/benchmarks.md: windows of 20 notes a file, and processor time.
_SAMPLES_A_FILE = {".mxl": 5.4, ".musicxml": 5.4, ".xml": 5.4, ".npy": 9.0, ".mid": 8.0, ".kar": 8.0}
_CORPUS_SAMPLES_A_FILE = 2.4
_PARSE_CPU_S = {".mxl": 0.05, ".musicxml": 0.05, ".xml": 0.05, ".mid": 0.1, ".kar": 0.1}
_STAGE_CPU_S = {
    "render_audio": 0.035,
    "render_sheet": 0.05,
    "window": 0.001,
    "group": 0.0005,
    "align": 0.001,
    "features_audio": 0.01,
    "features_lyrics": 0.004,
    "features_sheet": 0.004,
    "features_encoder": 0.035,
    "features_mfcc": 0.012,
}
_SAMPLE_BYTES = 260_000


def plan(recipe: Recipe, workspace: Workspace, workers: int) -> Plan:
    """Say what a build would do.

    Raises:
        InputError: the source cannot be read.
    """
    states = stage_states(recipe, workspace)
    parameters = {step.stage.name: step.parameters for step in recipe.steps}
    ingest, window = parameters.get("ingest.songs"), parameters.get("window")
    files = Counter[str]()
    expected = 0.0
    if isinstance(ingest, IngestSongs) and isinstance(window, Window):
        files, expected = _expected_samples(ingest, window)
    counted = next((s.rows["samples"] for s in states if s.stage == "window" and not s.reasons), None)
    samples = counted if counted is not None else round(expected)
    due = {state.stage for state in states if state.reasons}
    cpu_s = sum(_STAGE_CPU_S.get(stage, 0.0) * samples for stage in due)
    if "ingest.songs" in due:
        cpu_s += sum(_PARSE_CPU_S.get(ending, 0.002) * n for ending, n in files.items())
    return Plan(
        stages=tuple(states),
        files=dict(sorted(files.items())),
        samples=samples,
        samples_are_counted=counted is not None,
        bytes=samples * _SAMPLE_BYTES,
        cpu_s=cpu_s,
        wall_s=cpu_s / workers,
    )


def _expected_samples(ingest: IngestSongs, window: Window) -> tuple[Counter[str], float]:
    found = song_files.song_files(ingest.input, ingest.limit)
    files = Counter(file.path.suffix.lower() for file in found)
    corpus = song_files.corpus_of(ingest.input) is not None
    per_file = {e: _CORPUS_SAMPLES_A_FILE if corpus else _SAMPLES_A_FILE.get(e, 6.0) for e in files}
    most = window.windows_per_song or float("inf")
    return files, sum(min(per_file[e] * 20 / window.stride, most) * n for e, n in files.items())
