"""What can be done with releases, as functions: ``musicdata.releases``.

>>> import musicdata
>>> musicdata.releases.verify("musictm-1.0.0")  # doctest: +SKIP
[]
>>> musicdata.releases.publish("musictm-1.0.0", "s3://bucket/datasets", view="open")  # doctest: +SKIP
"""

from __future__ import annotations

from musicdata.api.rebuild import rebuild
from musicdata.api.release.changing import diff, takedown
from musicdata.api.release.making import build
from musicdata.api.release.proving import card, check_card, sign, verify
from musicdata.api.release.sharing import add_record, export, permitted_views, publish

__all__ = [
    "add_record",
    "build",
    "card",
    "check_card",
    "diff",
    "export",
    "permitted_views",
    "publish",
    "rebuild",
    "sign",
    "takedown",
    "verify",
]


def __dir__() -> list[str]:
    return __all__
