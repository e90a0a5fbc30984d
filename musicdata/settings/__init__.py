"""What the environment says: where files are kept, whether the network may be used, and keys.

    MUSICDATA_HOME          what is fetched and recorded; else $XDG_CACHE_HOME/musicdata, else ~/.cache/musicdata
    MUSICDATA_LILYPOND      a LilyPond that draws in the place of the one that is installed beside us
    MUSICDATA_OFFLINE       1: no connection is opened
    MUSICDATA_SHARD_ITEMS   at most about so many items in a shard, where a stage would take more
    MUSICDATA_RECORDS       folder with records of published releases that are trusted, beside those of this machine
    MUSICDATA_SANDBOX       auto, required or off: see `Sandbox`
    MUSICDATA_WORDNET       folder with WordNet's own files, for scores that count synonyms
    keys and addresses      as the entries of the services say: `services.toml`, `musicdata.settings.service`

Keys come from here and from nowhere else, and are `Secret`s from the first moment. `redact` takes their values out of a
text, `guard_logs` out of every line that any library logs.
"""

from __future__ import annotations

import enum
import json
import logging
import os
import re
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote, quote_plus

from musicdata.errors import SetupError, UsageError
from musicdata.settings.service import key_names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OF_LIBRARIES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "HUGGING_FACE_HUB_TOKEN")
_SHOWN = "***"
_SHORTEST = 4  # a shorter value would be found in the middle of ordinary words
_SHORTEST_IN_DATA = 8  # a shorter one might be a word of a song
_YES, _NO = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}
_USER_INFO = re.compile(r"(?<=://)[^/\s?#@'\"]+@")
_SIGNED = re.compile(
    r"((?:X-Amz-(?:Signature|Credential|Security-Token)|Signature|(?:access_|refresh_)?token|api_?key|client_secret)"
    r"(?:=|%3D))[^&\s'\"<>]+",
    re.IGNORECASE,
)

_made: set[str] = set()


class Sandbox(enum.StrEnum):
    """What happens to programs that read other people's files where the kernel cannot fence them in.

    `AUTO`: they run with as much of a sandbox as there is. `REQUIRED`: they do not run. `OFF`: they run without one.
    """

    AUTO = "auto"
    REQUIRED = "required"
    OFF = "off"


def sandbox(environment: Mapping[str, str] = os.environ) -> Sandbox:
    """Read whether a sandbox is required.

    Raises:
        UsageError: MUSICDATA_SANDBOX is something else.
    """
    value = environment.get("MUSICDATA_SANDBOX", "").strip().lower() or Sandbox.AUTO
    try:
        return Sandbox(value)
    except ValueError:
        choices = ", ".join(Sandbox)
        raise UsageError(f"MUSICDATA_SANDBOX is {value!r}; set it to one of {choices}") from None


class Secret:
    """Holds a value that is printed as ``***``, whichever way it is printed.

    >>> key = Secret("correct horse")
    >>> f"{key} {key!r}", str({"key": key}), key.reveal()
    ('*** ***', "{'key': ***}", 'correct horse')
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value
        _made.add(value)

    def reveal(self) -> str:
        """Return the value; only what sends it calls this."""
        return self._value

    def __str__(self) -> str:
        return _SHOWN

    __repr__ = __str__

    def __format__(self, spec: str) -> str:
        return format(_SHOWN, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is not written anywhere")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says.

    Attributes:
        home: folder of what is fetched and recorded.
        offline: whether no connection may be opened.
        shard_items: items in a shard at most, about; None for as many as each stage takes.
        keys: name of the variable → its value, for those that are set.
        records: folder of records that are trusted, if one is named.
        wordnet: folder with the files of a WordNet, if one is named.
        lilypond: a LilyPond that draws, if one is named.
    """

    home: Path
    offline: bool
    shard_items: int | None = None
    keys: Mapping[str, Secret] = field(default_factory=dict)
    records: Path | None = None
    wordnet: Path | None = None
    lilypond: Path | None = None

    def key(self, name: str, used_for: str) -> Secret:
        """Return a key.

        Raises:
            SetupError: it is not set; the message says what it is used for.
        """
        return key_of(self.keys, name, used_for)


def key_of(keys: Mapping[str, Secret], name: str, used_for: str) -> Secret:
    """Return a key out of those that are set.

    Raises:
        SetupError: it is not set; the message says what it is used for.
    """
    if name not in keys:
        raise SetupError(f"{used_for} needs a key, and {name} is not set. Set it with: export {name}=...")
    return keys[name]


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings, as they are now.

    Raises:
        UsageError: MUSICDATA_OFFLINE is neither yes nor no, or MUSICDATA_SHARD_ITEMS is no number.
    """
    keys = {name: Secret(value) for name in key_names() if (value := environment.get(name, "").strip())}
    return Settings(
        _home(environment),
        _offline(environment),
        shard_items(environment),
        keys,
        _place(environment, "MUSICDATA_RECORDS"),
        _place(environment, "MUSICDATA_WORDNET"),
        _place(environment, "MUSICDATA_LILYPOND"),
    )


def _place(environment: Mapping[str, str], variable: str) -> Path | None:
    place = environment.get(variable, "").strip()
    return Path(place).expanduser().absolute() if place else None


def _home(environment: Mapping[str, str]) -> Path:
    if home := environment.get("MUSICDATA_HOME"):
        return Path(home).expanduser().absolute()
    caches = environment.get("XDG_CACHE_HOME", "")
    return (Path(caches) if Path(caches).is_absolute() else Path.home() / ".cache") / "musicdata"


def _offline(environment: Mapping[str, str]) -> bool:
    value = environment.get("MUSICDATA_OFFLINE", "").strip().lower()
    if value not in _YES | _NO:
        raise UsageError(f"MUSICDATA_OFFLINE is {value!r}; set it to 1 to forbid every connection, or to 0")
    return value in _YES


def shard_items(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return how many items a shard has at most, about; None for as many as each stage takes.

    Raises:
        UsageError: MUSICDATA_SHARD_ITEMS is no whole number above 0.
    """
    value = environment.get("MUSICDATA_SHARD_ITEMS", "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and int(value)):
        raise UsageError(f"MUSICDATA_SHARD_ITEMS is {value!r}; set it to a whole number above 0, or unset it")
    return int(value)


def require_network(what: str) -> None:
    """Refuse to open a connection when the settings forbid it.

    Args:
        what: would open it, for the message.

    Raises:
        UsageError: MUSICDATA_OFFLINE is set.
    """
    if read().offline:
        raise UsageError(
            f"{what} needs the network, and MUSICDATA_OFFLINE=1 forbids it. Allow it with: unset MUSICDATA_OFFLINE"
        )


def redact(text: str) -> str:
    """Return the text with ``***`` in the place of every secret value, quoted for a URL or not.

    Known are the values of all `Secret`s of this process, the keys of all services in the environment, and, whatever
    their value, user names and passwords in URLs and parameters that sign a URL.

    >>> redact("PUT http://me:hidden@host/a?X-Amz-Signature=0a1b&part=1")
    'PUT http://***@host/a?X-Amz-Signature=***&part=1'
    """
    return _SIGNED.sub(rf"\1{_SHOWN}", _USER_INFO.sub(f"{_SHOWN}@", without_keys(text)))


def without_keys(text: str, shortest: int = _SHORTEST) -> str:
    """Return the text with ``***`` in the place of the values of keys of at least so many characters, and nothing else.

    They are known as they are, quoted for a URL, and as a JSON string has them.
    """
    named = {os.environ.get(name, "").strip() for name in key_names() + _OF_LIBRARIES}
    for value in sorted(_made | named, key=len, reverse=True):
        if len(value) >= shortest:
            in_json = (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
            in_url = (quote(value, safe=""), quote(value), quote_plus(value))
            for form in {value, *in_url, *in_json, *(one.replace("/", "\\/") for one in in_json)}:
                text = text.replace(form, _SHOWN)
    return text


def data_without_keys(data: bytes) -> bytes:
    """Return what a service said without the keys that it says back, in a title, in lyrics; sounds stay as they are.

    >>> key = Secret("correct horse")
    >>> data_without_keys('{"title": "…correct horse"}'.encode()).decode()
    '{"title": "…***"}'
    """
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return data
    clean = without_keys(text, _SHORTEST_IN_DATA)
    return data if clean == text else clean.encode()


def guard_logs() -> None:
    """Take secrets out of every log record of this process from now on, its traceback included.

    Libraries log the URLs and headers of their requests; a filter on one logger would not see them all.
    """
    make = logging.getLogRecordFactory()
    if not isinstance(make, _Guard):
        logging.setLogRecordFactory(_Guard(make))


class _Guard:
    """Makes log records without secrets."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:
        record = self._make(*args, **kwargs)
        try:
            text = record.getMessage()
        except (TypeError, ValueError, KeyError):  # its arguments do not fit: logging says so when it is written
            text = str((record.msg, record.args))
        if (clean := redact(text)) != text:
            record.msg, record.args = clean, ()
        if record.exc_info and record.exc_info[0]:
            record.exc_text = redact("".join(traceback.format_exception(*record.exc_info))).rstrip("\n")
        return record
