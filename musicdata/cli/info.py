"""The command that says what a workspace or a release is, on one screen: info."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from musicdata.cli.app import app
from musicdata.cli.options import Data, Json, Pin, print_json
from musicdata.cli.output import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_COLUMNS, _LABEL = 80, 14
_NO_GATE = "none: its recipe has no [validate]"
_LINES = 3
"""Of one fact at most."""


@app.command(short_help="What a workspace or a release is, on one screen.")
def info(place: Data = None, pin: Pin = None, as_json: Json = False) -> None:
    """Say what a workspace or a release is, on one screen; of one that lies elsewhere only a few kilobytes are read."""
    from musicdata.api import info as library

    facts = library.info(place, pin=pin)
    if as_json:
        print_json(facts)
    else:
        print_info(facts)


def print_info(facts: Mapping[str, Any]) -> None:
    """Print what a workspace or a release is, in less than 24 lines of 80 columns."""
    for line in lines(facts):
        say(line)


def lines(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield what a workspace or a release is, for people."""
    yield _cut(f"{facts['name']}{'@' + facts['version'] if facts['kind'] == 'release' else ''}: {facts['title']}")
    for label, text in _release(facts) if facts["kind"] == "release" else _workspace(facts):
        if text:
            yield from _wrapped(label, text)


def _release(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "release", facts["place"]
    yield "published at", facts["from"] if facts["from"] != facts["place"] else ""
    yield "known by", facts["proved"] or "nothing but its own word: no pin was given, no record of it is here"
    yield "date", facts["date"]
    yield "view", _views(facts)
    yield "licence", facts["licence"]
    yield "samples", ", ".join(f"{n:,} {split}" for split, n in facts["rows"].items())
    yield "tables", ", ".join(facts["tables"])
    yield "size", f"{facts['files']:,} files, {_size(facts['bytes'])}{', signed' if facts['is_signed'] else ''}"
    yield "gate", _gate(facts["gate"], _NO_GATE)
    yield "follows", facts["previous"]
    yield "taken down", f"{facts['taken_down']:,} items" if facts["taken_down"] else ""
    yield "content root", facts["content_root"]
    yield "RELEASE.json", facts["release_json_sha256"]
    yield "cite", facts["cite"]


def _workspace(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "workspace", facts["place"]
    yield "last run", facts["last_run"]
    yield "tables", ", ".join(f"{name} {n:,}" for name, n in facts["tables"].items()) or "none yet"
    yield "rejects", f"{facts['rejects']:,} (musicdata show rejects)" if facts["rejects"] else "none"
    yield "size", _size(facts["bytes"])
    yield "gate", _gate(facts["gate"], "not validated as it is now: musicdata validate" if facts["suite"] else _NO_GATE)
    yield "cite", facts["cite"]
    yield "more", f"musicdata status {facts['place']}"


def _views(facts: Mapping[str, Any]) -> str:
    permitted = ", ".join(facts["views"])
    return f"{facts['view']}{f' (its recipe permits to publish {permitted})' if permitted != facts['view'] else ''}"


def _gate(gate: Mapping[str, Any] | None, otherwise: str) -> str:
    if gate is None:
        return otherwise
    return f"{'holds' if gate['holds'] else 'does not hold'}{': ' + gate['reason'] if gate['reason'] else ''}"


def _size(n_bytes: int) -> str:
    if n_bytes < 1e6:
        return f"{n_bytes / 1e3:,.0f} kB"
    return f"{n_bytes / 1e6:,.1f} MB" if n_bytes < 1e9 else f"{n_bytes / 1e9:,.1f} GB"


def _wrapped(label: str, text: str) -> Iterator[str]:
    """Yield a fact in a few lines; what does not fit is left out, and it ends in dots."""
    wrapped = textwrap.wrap(
        " ".join(text.split()), _COLUMNS - _LABEL, max_lines=_LINES, placeholder=" …", break_on_hyphens=False
    )
    for number, line in enumerate(wrapped):
        yield f"{label if number == 0 else '':<{_LABEL}}{line}"


def _cut(text: str) -> str:
    return textwrap.shorten(text, _COLUMNS, placeholder=" …")
