"""Albums: does a review find the album it is about by sound, among albums and artists nobody trained on?

An album has several songs and several reviews. CCA, WSABIE and two-branch networks with the ablations of Rush et al.
are compared under the paper's way of splitting and under one with no artist on both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import Clock, Description, Options, Outcome, Page, Suite
from musicdata_baselines.suites.albums.results import Albums
from musicdata_baselines.suites.albums.settings import AlbumsSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.albums.results import Validation


def _require(data: TableSource, settings: Any, options: Options) -> None:
    from musicdata_baselines.suites.albums import course

    course.require(data, settings, options)


def _run(data: TableSource, settings: Any, options: Options, clock: Clock) -> Outcome[Albums]:
    from musicdata_baselines.suites.albums import course

    return course.run(data, settings, options, clock)


def _lines(validation: Validation) -> Iterator[str]:
    from musicdata_baselines.suites.albums.report import pages

    return pages.lines(validation)


def _page(validation: Validation) -> Page:
    from musicdata_baselines.suites.albums.report import pages

    return pages.page(validation)


def _describe(data: TableSource, settings: Any, file: Path, nearest: int, device: str) -> Description:
    from musicdata_baselines.suites.albums import description

    return description.describe(data, settings, file, nearest, device)


def _join(data: TableSource, settings: Any, progress: Callable[[str], None]) -> JointSpace:
    from musicdata_baselines.suites.albums import joining

    return joining.join(data, settings, progress)


SUITE = Suite(
    name="albums",
    settings=AlbumsSettings,
    result=Albums,
    run=_run,
    require=_require,
    options=frozenset({"--deep", "--device", "--sweep", "--epochs"}),
    needs=("safetensors", "scikit-learn", "scipy", "threadpoolctl"),
    lines=_lines,
    page=_page,
    describe=_describe,
    join=_join,
)
