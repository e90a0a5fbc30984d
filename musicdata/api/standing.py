"""How the last run in a workspace stands, for those who look from outside.

The lock is believed first: it is gone with the process, however that ended. Then `run.json`, then where the run said
last that it was.
"""

from __future__ import annotations

import contextlib
import dataclasses
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from musicdata.api.running import NOW, RUN
from musicdata.api.terminal import sentence
from musicdata.engine.progress import RunState
from musicdata.errors import IntegrityError
from musicdata.workspace import records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.workspace.folder import Workspace

_FORMERLY = {"KeyboardInterrupt": "interrupted", "PausedError": "paused", "PartialError": "partial"}


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """How the last run in a workspace stands.

    Attributes:
        state: ``running``, ``died``, ``finished``, ``paused``, ``interrupted``, ``partial``, ``failed``, ``none`` or
            ``unknown``.
        says: the same in words.
        command: that runs, or ran last; "" where nobody knows.
        pid: of its process; None where nobody knows.
        started: when, in UTC; "" where nobody knows, and `ended` while it runs too.
        come_back_at: of a paused run, when the service may be asked again; "" otherwise.
        service: that asked for the pause.
        now: where a running run stands, or where one that died stood last.
    """

    state: str
    says: str
    command: str = ""
    pid: int | None = None
    started: str = ""
    ended: str = ""
    come_back_at: str = ""
    service: str = ""
    now: RunState | None = None


def standing(workspace: Workspace) -> Standing:
    """Say how the last run in a workspace stands: running, dead, or ended, and how."""
    try:
        run = records.read(workspace.root / RUN) or {}
    except IntegrityError:  # nothing depends on it, and the next build writes another
        return Standing("unknown", "nobody knows how the last run ended: run.json is damaged")
    holder = workspace.holder()
    known: dict[str, Any] = {
        "command": _text(run, "command"), "pid": run.get("pid"), "started": _text(run, "started"),
        "ended": _text(run, "ended"),
    }  # fmt: skip
    outcome = _text(run, "outcome")
    outcome = _FORMERLY.get(outcome, "failed" if outcome.endswith("Error") else outcome)
    if holder is not None:
        return _held(workspace, holder, known if outcome == "running" else {})
    if outcome == "running":
        return _dead(workspace, known)
    back: dict[str, Any] = {"come_back_at": _text(run, "come_back_at"), "service": _text(run, "service")}
    return Standing(outcome or "none", _ended_words(outcome, run), **known, **back)


def _held(workspace: Workspace, holder: dict[str, Any], known: dict[str, Any]) -> Standing:
    """Say how a run stands whose process is there, or that another one has only begun to write."""
    pid, command = holder.get("pid"), str(holder.get("command", "an unknown command"))
    now, _ = _read_now(workspace, pid)
    if not known or known["pid"] != pid:
        known = {"started": "", "ended": ""}
    since = f" since {readable(known['started'])}" if known["started"] else ""
    return Standing("running", f"running{since}: process {pid}, {command}", **known | _who(pid, command), now=now)


def _who(pid: object, command: str) -> dict[str, Any]:
    return {"pid": pid, "command": command}


def _dead(workspace: Workspace, known: dict[str, Any]) -> Standing:
    """Say where a run died whose process is gone without a word."""
    now, at = _read_now(workspace, known["pid"])
    where = f", at {sentence(now)}" if now and now.stage else ""
    says = f"died at {readable(at or known['started'])}{where}; what is finished is kept"
    return Standing("died", says, **known | {"ended": at}, now=now)


def _ended_words(outcome: str, run: dict[str, Any]) -> str:
    if not outcome:
        return "nothing has run yet"
    at = f" {readable(_text(run, 'ended'))}" if _text(run, "ended") else ""
    back, message = _text(run, "come_back_at"), _text(run, "message")
    if outcome == "paused" and back:
        return f"paused until {readable(back)}: {message.partition(': come back')[0]}; the same command goes on then"
    words = {"paused": "paused", "interrupted": "interrupted by Ctrl-C or a signal"}.get(outcome, outcome)
    more = f": {message}" if message and outcome not in ("interrupted", "paused") else ""
    go_on = "; the same command goes on" if outcome in ("paused", "interrupted") else ""
    return f"{words}{at}{more}{go_on}"


def _read_now(workspace: Workspace, pid: object) -> tuple[RunState | None, str]:
    """Return where a process's run stands, as far as it said, and when that was."""
    with contextlib.suppress(IntegrityError, TypeError):
        facts = records.read(workspace.scratch / NOW) or {}
        if facts.get("pid") == pid:
            return state_of({"now": facts}), _text(facts, "at")
    return None, ""


def state_of(facts: Mapping[str, Any]) -> RunState | None:
    """Return where a run stands, as `status` has it in JSON."""
    now, names = facts.get("now"), {field.name for field in dataclasses.fields(RunState)}
    return RunState(**{name: now[name] for name in names & now.keys()}) if now else None


def readable(at: str) -> str:
    """Return a moment of a record for people.

    >>> readable("2026-11-29T10:07:36+00:00")
    '2026-11-29 10:07:36 UTC'
    """
    try:
        return f"{datetime.fromisoformat(at).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    except ValueError:
        return "an unknown time"


def _text(facts: dict[str, Any], key: str) -> str:
    value = facts.get(key)
    return value if isinstance(value, str) else ""
