"""musicdata builds, checks and publishes cross-modal music data sets.

>>> import musicdata
>>> work = musicdata.build("musictm", input="songs/", limit=100)  # doctest: +SKIP
>>> work.table("notes").to_pandas()  # doctest: +SKIP

Everything is loaded when it is first used, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from musicdata.version import __version__ as __version__

if TYPE_CHECKING:
    from musicdata.api.build import build as build
    from musicdata.api.caption import caption as caption
    from musicdata.api.check import check as check
    from musicdata.api.crawl import crawl as crawl
    from musicdata.api.crawl import retry as retry
    from musicdata.api.describe import describe as describe
    from musicdata.api.plan import plan as plan
    from musicdata.api.plugins import plug_in as plug_in
    from musicdata.api.search import search as search
    from musicdata.api.work import Work as Work
    from musicdata.api.work import load as load
    from musicdata.api.work import open_data as open_data
    from musicdata.api.work import open_work as open_work
    from musicdata.errors import MusicdataError as MusicdataError
    from musicdata.release.reading.release import Release as Release

_PUBLIC = {
    "MusicdataError": "musicdata.errors",
    "Release": "musicdata.release.reading.release",
    "Work": "musicdata.api.work",
    "build": "musicdata.api.build",
    "caption": "musicdata.api.caption",
    "check": "musicdata.api.check",
    "crawl": "musicdata.api.crawl",
    "describe": "musicdata.api.describe",
    "load": "musicdata.api.work",
    "open_data": "musicdata.api.work",
    "open_work": "musicdata.api.work",
    "plan": "musicdata.api.plan",
    "plug_in": "musicdata.api.plugins",
    "retry": "musicdata.api.crawl",
    "search": "musicdata.api.search",
}
__all__ = [  # noqa: PLE0604, RUF100
    "MusicdataError",
    "Release",
    "Work",
    "__version__",
    "build",
    "caption",
    "check",
    "crawl",
    "describe",
    "load",
    "open_data",
    "open_work",
    "plan",
    "plug_in",
    "retry",
    "search",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module musicdata has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
