"""The templates of a page: whatever they show is escaped, and can be printed."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from musicdata_baselines.report import figures

_HERE = Path(__file__).parent


def environment(*folders: Path) -> Environment:
    """Return what renders templates of these folders and of this one; every text is escaped and can be printed."""
    made = Environment(
        loader=FileSystemLoader([*folders, _HERE]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_clean,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "sentence": figures.sentence,
        "share": figures.share,
        "p": figures.p_value,
        "seconds": figures.seconds,
        "value": figures.value,
        "times": figures.times,
    }
    return made


def _clean(text: object) -> object:
    """Replace what cannot be printed in every text a template shows; markup of our own is clean already."""
    return text if isinstance(text, Markup) else figures.clean(text)
