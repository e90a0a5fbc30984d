"""What messages have in common: what a mistyped name may have meant, what is wrong with a value, how many there are.

>>> f"no stage is called 'windw'{choice('windw', ['group', 'window'])}"
"no stage is called 'windw' (did you mean 'window'?); there are group, window"
"""

from __future__ import annotations

import types
import typing
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import BaseModel, ValidationError

_LISTED = 100  # names in a message; a table may have thousands of columns
_ALIKE = 0.6
_SHOWN_CHARACTERS = 100  # of a value


def meant(name: str, known: Iterable[str]) -> str:
    """Ask whether another name was meant; "" where none is like it.

    >>> meant("Notes", ["notes", "note_sheets"]), meant("songs", ["ingest.songs"]), meant("x", ["notes"])
    (" (did you mean 'notes'?)", " (did you mean 'ingest.songs'?)", '')
    """
    from difflib import get_close_matches

    names = list(known)
    plain = {one.lower().replace("-", "_"): one for one in reversed(names)}
    asked = name.lower().replace("-", "_")
    ends = [one for one in names if one.lower().rpartition(".")[2] == asked]
    alike = ends or [plain[one] for one in get_close_matches(asked, plain, 1, _ALIKE)]
    return f" (did you mean {alike[0]!r}?)" if alike else ""


def listed(names: Iterable[str]) -> str:
    """Return names in a row, no more than one can read.

    >>> listed(["a", "b"]), listed([])
    ('a, b', 'none')
    """
    all_names = list(names)
    more = f" … and {len(all_names) - _LISTED:,} more" if len(all_names) > _LISTED else ""
    return f"{', '.join(all_names[:_LISTED])}{more}" or "none"


def choice(name: str, known: Iterable[str], there_are: str = "there are") -> str:
    """Return the end of a message about a name that there is none of: what may have been meant, and what there is."""
    names = list(known)
    return f"{meant(name, names)}; {there_are} {listed(names)}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return a number of things.

    >>> counted(1, "view"), counted(2000, "view"), counted(2, "match", "matches")
    ('1 view', '2,000 views', '2 matches')
    """
    return f"{n:,} {noun if n == 1 else plural or f'{noun}s'}"


def as_table(heads: Sequence[str], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """Return a table as HTML, which notebooks show; every text in it is escaped.

    >>> as_table(["n"], [["<1>"]])
    '<table><tr><th style="text-align:left">n</th></tr><tr><td style="text-align:left">&lt;1&gt;</td></tr></table>'
    """
    from html import escape

    def line(tag: str, cells: Iterable[object]) -> str:
        return "<tr>" + "".join(f'<{tag} style="text-align:left">{escape(str(one))}</{tag}>' for one in cells) + "</tr>"

    above = f"<caption>{escape(caption)}</caption>" if caption else ""
    return f"<table>{above}{line('th', heads) if heads else ''}{''.join(line('td', row) for row in rows)}</table>"


def invalid(error: ValidationError, model: type[BaseModel] | None = None, name: str = "") -> str:
    """Say what is wrong with the first value that a model refuses, and what it knows.

    Args:
        error: that the model raised.
        model: that was to be made; None to say nothing of what it knows.
        name: of what it was to be made of, which keys are told with: ``window`` of ``window.notes``.
    """
    errors = error.errors(include_url=False)
    first = next((one for one in errors if one["type"] == "extra_forbidden"), errors[0])  # mistyped, one is missing too
    place = [str(part) for part in first["loc"]]
    where = ".".join([name, *place] if name else place)
    if not place:
        return _problem(first)
    known = _fields(model, place[:-1])
    if first["type"] == "extra_forbidden":
        return f"there is no key {where}{choice(place[-1], known, f'{_holder(name, place)} knows') if known else ''}"
    if first["type"] in ("missing", "missing_argument"):
        return f"{where} has to be given"
    value = f" (got {first['input']!r:.{_SHOWN_CHARACTERS}})"
    knows = f"; {_holder(name, place)} knows {listed(known)}" if known else ""
    return f"{where}: {_problem(first)}{value}{knows}"


def _problem(first: Any) -> str:
    """Return pydantic's sentence as it stands in the middle of ours."""
    text = str(first["msg"]).removeprefix("Value error, ")
    _, should, rest = text.partition(" should ")
    return f"expected {rest.removeprefix('be ')}" if should else text


def _holder(name: str, place: Sequence[str]) -> str:
    return ".".join([*([name] if name else []), *place[:-1]]) or "it"


def _fields(model: Any, place: Sequence[str]) -> list[str]:
    """List the keys of the model at a place inside another; none where no model is there."""
    for part in place:
        model = _inside(model, part)
    model = _model_of(model)
    return list(model.model_fields) if model else []


def _inside(annotation: Any, part: str) -> Any:
    """Return the type of a field of a model, of what a table has under a key, of what a list has."""
    model = _model_of(annotation)
    if model and (typing.get_origin(annotation) in (None, typing.Union, types.UnionType)):
        return model.model_fields[part].annotation if part in model.model_fields else None
    return typing.get_args(annotation)[-1] if typing.get_args(annotation)[-1:] != (...,) else annotation.__args__[0]


def _model_of(annotation: Any) -> Any:
    """Return the model that a type is, or may be; None for any other."""
    one_of = (annotation, *typing.get_args(annotation)) if annotation is not None else ()
    return next((one for one in one_of if hasattr(one, "model_fields")), None)
