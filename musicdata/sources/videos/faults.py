"""What yt-dlp says went wrong → the outcome of a call.

Its words are no interface: the tests hold a list of real ones, and what is not known is taken as something that may
pass.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from musicdata.errors import SetupError, StorageError
from musicdata.system.http import HttpError, Outcome
from musicdata.system.http.outcome import fault_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from musicdata.errors import MusicdataError

LIMIT_WAIT_S = 3600.0  # "for up to an hour"
_SHOWN_CHARACTERS = 300
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
_STATUS = re.compile(r"HTTP Error (\d{3})\b")
_NO_RUNTIME = "no supported javascript runtime"


class Link(BaseModel):
    """One error of a chain: the one that was raised, or what stands behind it."""

    model_config = ConfigDict(extra="ignore")

    type: str
    message: str = ""
    status: int | None = None
    headers: dict[str, str] = {}
    errno: int | None = None


class Fault(BaseModel):
    """What the child says of a failure: the chain of errors, outermost first, and yt-dlp's warnings before it."""

    model_config = ConfigDict(extra="ignore")

    chain: list[Link]
    warnings: list[str] = []


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a phrase in an error's text means."""

    phrase: str
    outcome: Outcome
    reason: str
    wait_s: float | None = None


# In this order: the text of a limit begins with "Video unavailable" too.
_PHRASES = (
    _Rule("rate-limited by youtube", Outcome.RATE_LIMITED, "youtube_rate_limited", LIMIT_WAIT_S),
    _Rule("content isn't available, try again later", Outcome.RATE_LIMITED, "youtube_rate_limited", LIMIT_WAIT_S),
    _Rule("confirm you're not a bot", Outcome.RATE_LIMITED, "youtube_rate_limited", LIMIT_WAIT_S),
    _Rule("requiring a captcha", Outcome.RATE_LIMITED, "youtube_rate_limited", LIMIT_WAIT_S),
    _Rule("confirm your age", Outcome.BLOCKED, "age"),
    _Rule("age-restricted", Outcome.BLOCKED, "age"),
    _Rule("inappropriate for some users", Outcome.BLOCKED, "age"),
    _Rule("in your country", Outcome.BLOCKED, "geo"),
    _Rule("not available from your location", Outcome.BLOCKED, "geo"),
    _Rule("geo restrict", Outcome.BLOCKED, "geo"),
    _Rule("members-only", Outcome.BLOCKED, "members_only"),
    _Rule("available to this channel's members", Outcome.BLOCKED, "members_only"),
    _Rule("join this channel", Outcome.BLOCKED, "members_only"),
    _Rule("only available to music premium", Outcome.BLOCKED, "payment"),
    _Rule("requires payment", Outcome.BLOCKED, "payment"),
    _Rule("drm protected", Outcome.BLOCKED, "drm"),
    _Rule("on copyright grounds", Outcome.GONE, "copyright"),
    _Rule("copyright claim", Outcome.GONE, "copyright"),
    _Rule("private video", Outcome.GONE, "private"),
    _Rule("video is private", Outcome.GONE, "private"),
    _Rule("has been terminated", Outcome.GONE, "terminated"),
    _Rule("has been removed", Outcome.GONE, "removed"),
    _Rule("no longer available", Outcome.GONE, "removed"),
    _Rule("premieres in", Outcome.TRANSIENT, "not_yet"),
    _Rule("live event will begin", Outcome.TRANSIENT, "not_yet"),
    _Rule("page needs to be reloaded", Outcome.TRANSIENT, "youtube_error"),
    _Rule("video unavailable", Outcome.GONE, "unavailable"),
    _Rule("video is unavailable", Outcome.GONE, "unavailable"),
    _Rule("video is not available", Outcome.GONE, "unavailable"),
    _Rule("video isn't available", Outcome.GONE, "unavailable"),
    _Rule("does not exist", Outcome.GONE, "unavailable"),
    _Rule("requested format is not available", Outcome.INVALID, "no_format"),
    _Rule("no video formats found", Outcome.INVALID, "no_format"),
    _Rule("only images are available", Outcome.INVALID, "no_format"),
    _Rule("unsupported url", Outcome.INVALID, "not_media"),
    _Rule("is not a valid url", Outcome.INVALID, "not_media"),
    _Rule("did not get any data blocks", Outcome.INVALID, "empty"),
    _Rule("more expected", Outcome.TRANSIENT, "short_body"),
    _Rule("bytes, expected", Outcome.TRANSIENT, "short_body"),
    _Rule("timed out", Outcome.TRANSIENT, "timeout"),
)
_TYPES = {
    "ForbiddenAddressError": (Outcome.INVALID, "forbidden_address"),
    "TooLargeError": (Outcome.INVALID, "too_large"),
    "NotMediaError": (Outcome.INVALID, "not_media"),
    "UnsupportedError": (Outcome.INVALID, "not_media"),
    "_UnsafeExtensionError": (Outcome.INVALID, "not_media"),
    "GeoRestrictedError": (Outcome.BLOCKED, "geo"),
    "CertificateVerifyError": (Outcome.INVALID, "no_trust"),
    "ContentTooShortError": (Outcome.TRANSIENT, "short_body"),
    "IncompleteRead": (Outcome.TRANSIENT, "short_body"),
}


def error_of(fault: Fault, where: str) -> MusicdataError:
    """Return the error that a failure of yt-dlp is to us.

    Args:
        fault: what the child says.
        where: what was asked, for the message.

    Returns:
        An HttpError; a SetupError where nothing else could be fetched either.
    """
    words = " ".join(_plain(link.message) for link in fault.chain)
    message = f"{where}: {_shown(fault)}"
    rule = next((rule for rule in _PHRASES if rule.phrase in words), None)
    if any(link.errno in _DISK for link in fault.chain) or "no space left on device" in words:
        return StorageError(f"{message}. Make room, then run the same command again")
    warned = " ".join(_plain(text) for text in fault.warnings) if rule and rule.reason == "no_format" else ""
    if _NO_RUNTIME in words + warned:
        advice = "YouTube needs a JavaScript runtime; install one with: pip install 'musicdata[crawl]'"
        return SetupError(f"{message}. {advice}")
    return _http_error(fault, message, rule)


def _http_error(fault: Fault, message: str, rule: _Rule | None) -> HttpError:
    """Return the error: by the words if they are sure of it, else by the status, the type of the error, the words."""
    if rule and rule.outcome is not Outcome.INVALID:
        return HttpError(message, rule.outcome, None, rule.wait_s, rule.reason)
    refused = next((link for link in fault.chain if link.status), None)
    if refused is not None:
        return _of_status(message, refused.status or 0, refused.headers)
    if match := _STATUS.search(" ".join(link.message for link in fault.chain)):  # all that is left of some errors
        return _of_status(message, int(match[1]), {})
    otherwise = (Outcome.TRANSIENT, "other") if rule is None else (rule.outcome, rule.reason)
    outcome, reason = next((_TYPES[link.type] for link in fault.chain if link.type in _TYPES), otherwise)
    return HttpError(message, outcome, reason=reason)


def _of_status(message: str, status: int, headers: Mapping[str, str]) -> HttpError:
    fault = fault_of(status, headers, "")
    outcome = Outcome.TRANSIENT if status >= 500 else fault.outcome
    return HttpError(message, outcome, status, fault.wait_s, "forbidden" if status == 403 else "")


def _plain(text: str) -> str:
    return " ".join(text.lower().replace("’", "'").split())


def _shown(fault: Fault) -> str:
    """Return the first text of the chain, on one line, without yt-dlp's advice."""
    text = next((link.message for link in fault.chain if link.message), fault.chain[0].type if fault.chain else "")
    words = " ".join(text.split()).removeprefix("ERROR: ").partition("; please report this issue")[0]
    return "".join(letter if letter.isprintable() else "?" for letter in words)[:_SHOWN_CHARACTERS]
