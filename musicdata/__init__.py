"""musicdata builds, checks and publishes cross-modal music data sets.

>>> import musicdata
>>> work = musicdata.build("musictm", input="songs/", limit=100)  # doctest: +SKIP
>>> work.table("notes").to_pandas()  # doctest: +SKIP
>>> musicdata.validate(work).holds  # doctest: +SKIP
True
>>> musicdata.releases.build(work.root, "musictm-1.0.0", version="1.0.0")  # doctest: +SKIP
>>> release = musicdata.load("musictm-1.0.0", split="train")  # doctest: +SKIP

All of it with arguments, what comes back and what is raised: docs/api.md. Everything is loaded when it is first used,
so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from musicdata.version import __version__ as __version__

if TYPE_CHECKING:
    from musicdata.api import releases as releases
    from musicdata.api.build import build as build
    from musicdata.api.caption import caption as caption
    from musicdata.api.check import check as check
    from musicdata.api.crawl import crawl as crawl
    from musicdata.api.crawl import retry as retry
    from musicdata.api.describe import describe as describe
    from musicdata.api.doctor import examine as doctor
    from musicdata.api.info import info as info
    from musicdata.api.loading import load as load
    from musicdata.api.plan import plan as plan
    from musicdata.api.plugins import plug_in as plug_in
    from musicdata.api.recipes import recipe_names as recipes
    from musicdata.api.release.changing import diff as diff
    from musicdata.api.release.proving import verify as verify
    from musicdata.api.release.sharing import export as export
    from musicdata.api.search import search as search
    from musicdata.api.status import status as status
    from musicdata.api.validate import validate as validate
    from musicdata.api.work import Work as Work
    from musicdata.api.work import open_data as open_data
    from musicdata.api.work import open_work as open_work
    from musicdata.errors import MusicdataError as MusicdataError
    from musicdata.release.reading.release import Release as Release

_PUBLIC = {
    "MusicdataError": "musicdata.errors:MusicdataError",
    "Release": "musicdata.release.reading.release:Release",
    "Work": "musicdata.api.work:Work",
    "build": "musicdata.api.build:build",
    "caption": "musicdata.api.caption:caption",
    "check": "musicdata.api.check:check",
    "crawl": "musicdata.api.crawl:crawl",
    "describe": "musicdata.api.describe:describe",
    "diff": "musicdata.api.release.changing:diff",
    "doctor": "musicdata.api.doctor:examine",
    "export": "musicdata.api.release.sharing:export",
    "info": "musicdata.api.info:info",
    "load": "musicdata.api.loading:load",
    "open_data": "musicdata.api.work:open_data",
    "open_work": "musicdata.api.work:open_work",
    "plan": "musicdata.api.plan:plan",
    "plug_in": "musicdata.api.plugins:plug_in",
    "recipes": "musicdata.api.recipes:recipe_names",
    "releases": "musicdata.api.releases:",
    "retry": "musicdata.api.crawl:retry",
    "search": "musicdata.api.search:search",
    "status": "musicdata.api.status:status",
    "validate": "musicdata.api.validate:validate",
    "verify": "musicdata.api.release.proving:verify",
}
"""Name → module and what it is called there; nothing after the colon for the module itself."""

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
    "diff",
    "doctor",
    "export",
    "info",
    "load",
    "open_data",
    "open_work",
    "plan",
    "plug_in",
    "recipes",
    "releases",
    "retry",
    "search",
    "status",
    "validate",
    "verify",
]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        from musicdata.wording import choice

        raise AttributeError(f"module musicdata has no attribute {name!r}{choice(name, __all__, 'it has')}")
    module, _, attribute = _PUBLIC[name].partition(":")
    loaded = importlib.import_module(module)
    return getattr(loaded, attribute) if attribute else loaded


def __dir__() -> list[str]:
    return sorted(__all__)
