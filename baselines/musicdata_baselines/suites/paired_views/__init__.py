"""Paired views: does one modality of a sample find the other, and does nothing else give the pairs away?

Views of the same samples, such as audio, sheet music and lyrics, are compared two by two: CCA and its kin, deep
baselines, controls, and the figures of the papers of MusicTM and of Spotify's moods beside ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import Clock, Options, Outcome, Page, Suite
from musicdata_baselines.suites.paired_views.results import PairedViews
from musicdata_baselines.suites.paired_views.settings import PairedViewsSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.paired_views.results import Validation


def _require(data: TableSource, settings: Any, options: Options) -> None:
    from musicdata_baselines.suites.paired_views import course

    course.require(data, settings, options)


def _announce(data: TableSource, settings: Any, options: Options) -> str:
    from musicdata_baselines.suites.paired_views import course

    return course.announce(data, settings, options)


def _run(data: TableSource, settings: Any, options: Options, clock: Clock) -> Outcome[PairedViews]:
    from musicdata_baselines.suites.paired_views import course

    return course.run(data, settings, options, clock)


def _lines(validation: Validation) -> Iterator[str]:
    from musicdata_baselines.suites.paired_views.report import text

    return text.lines(validation)


def _page(validation: Validation) -> Page:
    from musicdata_baselines.suites.paired_views.report import html

    return html.page(validation)


def _join(data: TableSource, settings: Any, progress: Callable[[str], None]) -> JointSpace:
    from musicdata_baselines.suites.paired_views import joining

    return joining.join(data, settings, progress)


SUITE = Suite(
    name="paired-views",
    settings=PairedViewsSettings,
    result=PairedViews,
    run=_run,
    require=_require,
    announce=_announce,
    options=frozenset({"--deep", "--device", "--sweep", "--runs", "--epochs"}),
    needs=("safetensors", "scikit-learn", "scipy", "threadpoolctl"),
    lines=_lines,
    page=_page,
    join=_join,
    finds_doubts=True,
)
