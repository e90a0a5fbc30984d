"""How a run is shown: on a terminal and in a notebook a line that moves, elsewhere lines with the time."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING

from musicdata.engine.progress import RunState, Watcher
from musicdata.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

Shown = bool | Watcher | Callable[[RunState], None] | None
"""What `progress=` takes: True shows, False is silent, None shows on a terminal and in a notebook only; a `Watcher`; or
a function that is given a `RunState` when a stage begins and about every second, from a thread of the run."""

_LINE_EVERY_S = 30.0
_NOTEBOOK_COLUMNS = 80
_DAY_H = 24
_SHORTEST_NAME, _SHORTEST_BAR, _LONGEST_BAR = 8, 8, 30

_PLAIN = re.compile(r"[\x20-\x7e\n\t\u00a1-\u00ac\u00ae-\u02ff]*")  # what most lines are made of
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # control, format (direction, tags), surrogates, line separators
_JOINERS = frozenset("\u200c\u200d")  # letters of many scripts, and emoji, are joined by them
_KEPT = frozenset("\n\t") | _JOINERS


def plain(text: str) -> str:
    r"""Return a text with everything that a terminal would obey, or not show, as ``\uXXXX``, which JSON reads back.

    >>> print(plain("Lied\x1b[2J \x9b1m \u202eabc\x7f"))
    Lied\u001b[2J \u009b1m \u202eabc\u007f
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_escaped(c) if c not in _KEPT and unicodedata.category(c) in _ESCAPED else c for c in text)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


def stamp() -> str:
    """Return the time as logs have it, in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


class LineWatcher(Watcher):
    """Writes lines that begin with the time: what happens, and every half minute where the run stands."""

    def __init__(self, write: Callable[[str], None], *, details: bool = False) -> None:
        """Begin.

        Args:
            write: takes a line.
            details: each shard and each failed item is a line too.
        """
        self._write = write
        self._details = details
        self._stage, self._next_s = "", time.monotonic() + _LINE_EVERY_S

    def line(self, text: str, *, is_detail: bool = False) -> None:
        """Write a line."""
        if self._details or not is_detail:
            self._write(f"{stamp()} {one_line(text)}")

    def state(self, state: RunState) -> None:
        """Write where the run stands if that was half a minute ago, or the stage is another one."""
        now_s = time.monotonic()
        if state.stage != self._stage:
            self._stage, self._next_s = state.stage, now_s + _LINE_EVERY_S
        if now_s >= self._next_s and state.stage:
            self._next_s = now_s + _LINE_EVERY_S
            self._write(f"{stamp()} {sentence(state)}")


class LiveWatcher(Watcher):
    """Draws one line that moves, below the lines of what has happened."""

    def __init__(self, stream: IO[str], columns: Callable[[], int], *, details: bool = False) -> None:
        """Begin.

        Args:
            stream: is written to; a terminal, or the output of a notebook's cell.
            columns: how wide it is now.
            details: each shard and each failed item is a line too.
        """
        self._stream = stream
        self._columns = columns
        self._details = details
        self._drawn = ""
        self._lock = threading.RLock()

    def line(self, text: str, *, is_detail: bool = False) -> None:
        """Write a line above the one that moves."""
        if self._details or not is_detail:
            with self._lock:
                drawn = self._drawn
                self._put("")
                self._out(f"{one_line(text)}\n")
                self._put(drawn)

    def state(self, state: RunState) -> None:
        """Draw the line anew."""
        with self._lock, contextlib.suppress(OSError, ValueError):  # whoever does not look any more misses nothing
            self._put(bar_line(state, self._columns() - 1))

    def close(self) -> None:
        """Clear the line away."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._put("")

    def _put(self, text: str) -> None:
        """Draw a text over what was drawn before; "" leaves the cursor at the beginning of an empty line."""
        over = " " * (len(self._drawn) - len(text))
        if self._drawn or text:
            self._out(f"\r{text}{over}" if text else f"\r{over}\r")
        self._drawn = text

    def _out(self, text: str) -> None:
        encoding = getattr(self._stream, "encoding", None) or "utf-8"
        self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()


class Watchers(Watcher):
    """Several watchers as one."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self.watchers = watchers

    def line(self, text: str, *, is_detail: bool = False) -> None:
        """Give each of them the line."""
        for watcher in self.watchers:
            watcher.line(text, is_detail=is_detail)

    def state(self, state: RunState) -> None:
        """Give each of them the state."""
        for watcher in self.watchers:
            watcher.state(state)

    def close(self) -> None:
        """Have each of them clear away."""
        for watcher in self.watchers:
            watcher.close()


class _Told(Watcher):
    """Gives a function of the user's where the run stands."""

    def __init__(self, tell: Callable[[RunState], None]) -> None:
        self._tell = tell

    def state(self, state: RunState) -> None:
        """Call it."""
        self._tell(state)


def watcher_of(shown: Shown) -> Watcher:
    """Return what `progress=` asks for.

    Raises:
        UsageError: it is none of what that takes.
    """
    if isinstance(shown, Watcher):
        return shown
    if shown is False or (shown is None and not (is_notebook() or sys.stderr.isatty())):
        return Watcher()
    if shown is None or shown is True:
        return terminal_watcher(details=False)
    if callable(shown):
        return _Told(shown)
    raise UsageError(f"progress is {shown!r:.40}; it takes True, False, a function of a RunState, or a Watcher")


def terminal_watcher(*, details: bool) -> Watcher:
    """Return what shows a run where this process writes to: a terminal, a notebook, or else a file."""
    if is_notebook():
        return LiveWatcher(sys.stdout, lambda: _NOTEBOOK_COLUMNS, details=details)
    if sys.stderr.isatty():
        return LiveWatcher(sys.stderr, lambda: shutil.get_terminal_size().columns, details=details)
    return LineWatcher(lambda line: print(line, file=sys.stderr, flush=True), details=details)


def is_notebook() -> bool:
    """Say whether this process is the kernel of a notebook."""
    return "ipykernel" in sys.modules


def one_line(text: str) -> str:
    """Return a text in one line, of which a terminal obeys nothing."""
    return plain(text).replace("\n", "\\n")


def sentence(state: RunState) -> str:
    """Say where a run stands.

    >>> sentence(RunState("render_audio", 5, 11, "computes", 400, 120, 20, 3, elapsed_s=50.0))
    'stage 5 of 11, render_audio: 120 of 400 items (20 kept from before), 3 rejected, 2/s, 0:02:20 left'
    """
    if not state.stage:
        return "looks at what is there already"
    kept = f" ({state.n_kept:,} kept from before)" if state.n_kept else ""
    parts = [f"{state.n_done:,} of {state.n_items:,} items{kept}"]
    parts += [f"{state.n_rejects:,} rejected"] if state.n_rejects else []
    parts += [f"{state.doing} for {state.wait_s:,.0f} s more"] if state.wait_s >= 1 else []
    parts += [rate(state.per_s)] if state.per_s else []
    parts += [f"{_span(state.left_s)} left"] if state.left_s else []
    return plain(f"stage {state.number} of {state.of}, {state.stage}: {', '.join(parts)}")


def bar_line(state: RunState, columns: int) -> str:
    """Return where a run stands in at most so many columns: the figures whole, the name as far as it fits.

    >>> bar_line(RunState("render_audio", 5, 11, "computes", 400, 120, 20, 3, elapsed_s=50.0), 60)
    'stage 5 of 11 render_audio [###........] 120/400 2/s 0:02:20'
    """
    if not state.stage:
        return ""
    figures = [f"{state.n_done:,}/{state.n_items:,}"]
    figures += [rate(state.per_s)] if state.per_s else []
    figures += [_span(state.left_s)] if state.left_s else []
    tail = " ".join(figures)
    name = f"{state.stage} {state.doing} {state.wait_s:.0f} s" if state.wait_s >= 1 else state.stage
    for head in (f"stage {state.number} of {state.of} ", f"{state.number}/{state.of} ", ""):
        room = columns - len(head) - len(tail) - 1
        if room >= min(_SHORTEST_NAME, len(name)):
            break
    name = plain(name) if len(name) <= room else f"{plain(name)[: max(room - 1, 0)]}…"
    n_bar = min(room - len(name) - 3, _LONGEST_BAR)
    bar = f" [{'#' * (full := n_bar * state.n_done // max(state.n_items, 1))}{'.' * (n_bar - full)}]"
    return f"{head}{name}{bar if n_bar >= _SHORTEST_BAR else ''} {tail}"[:columns]


def rate(per_s: float) -> str:
    """Return a rate with the unit in which it is easiest read.

    >>> rate(14.23), rate(2.04), rate(0.25), rate(0.001)
    ('14/s', '2/s', '15/min', '3.6/h')
    """
    for factor, unit in ((1, "s"), (60, "min"), (3600, "h")):
        if per_s * factor >= 1 or unit == "h":
            value = per_s * factor
            return f"{value:,.0f}/{unit}" if value >= 10 else f"{round(value, 1):g}/{unit}"
    raise AssertionError("an hour is the last unit")


def _span(left_s: float) -> str:
    """Return how long something takes: hours, minutes and seconds, or days, hours and minutes.

    >>> _span(4000.2), _span(90_000.0)
    ('1:06:40', '1d 1:00')
    """
    hours, seconds = divmod(round(left_s), 3600)
    if hours < _DAY_H:
        return f"{hours}:{seconds // 60:02}:{seconds % 60:02}"
    return f"{hours // _DAY_H}d {hours % _DAY_H}:{seconds // 60:02}"
