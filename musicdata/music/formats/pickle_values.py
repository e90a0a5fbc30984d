"""What a pickle may build, and how it becomes plain values: no class is looked up, and nothing is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from musicdata.errors import FormatError
from musicdata.music.formats.pickle_bytes import BROKEN, TOO_LARGE, Kept, Late

if TYPE_CHECKING:
    from collections.abc import Callable

FORBIDDEN = "forbidden_pickle"
MAX_DEPTH = 50
_MAX_VALUES = 2_000_000  # of an item: a song with its comments
_MAX_CHARACTERS = 128 << 20
_PLAIN = frozenset({str, int, float, bool, type(None), bytes})
_BUILTINS = ("builtins", "__builtin__")
_OBJECT, _SET, _FROZEN, _BYTES, _MAKES, _ENCODES = "object", "set", "frozenset", "bytes", "_reconstructor", "encode"
# How protocols without opcodes for them write objects, sets and bytes: they call these.
_CALLED = {
    **{(module, name): name for module in _BUILTINS for name in (_OBJECT, _SET, _FROZEN, _BYTES)},
    **{(module, _MAKES): _MAKES for module in ("copyreg", "copy_reg")},
    ("_codecs", _ENCODES): _ENCODES,
}

Read: TypeAlias = "Callable[[Late | Kept], str]"


class Outermost:
    """The outermost list, whose items go out as they come.

    Attributes:
        n_items: how many went out.
    """

    __slots__ = ("n_items",)

    def __init__(self) -> None:
        self.n_items = 0


@dataclass(frozen=True, slots=True)
class Name:
    """A name that a pickle may use: of a class of records, or of one of the callables that plain values are written by.

    Attributes:
        called: which callable; "" for a class of records.
        name: as people read it.
    """

    called: str
    name: str


class Object:
    """An object of a class of records: its attributes, once they are there."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state: dict[str, Any] = {}


def name_of(module: str, name: str, records: frozenset[str], offset: int) -> Name:
    """Return what a name stands for.

    Raises:
        FormatError: ``forbidden_pickle``: neither a record nor a plain value.
    """
    if name.rpartition(".")[2] in records:
        return Name("", name)
    called = _CALLED.get((module, name))
    if called is None:
        known = " or ".join(sorted(records))
        raise FormatError(
            FORBIDDEN,
            f"byte {offset:,}: it asks for {module[:80]}.{name[:80]}; only plain values and records ({known}) are "
            "built, and nothing in a pickle is run. Save the data as JSON or Parquet",
        )
    return Name(called, f"{module}.{name}")


def new(named: object, arguments: object, offset: int) -> Object:
    """Return a new record.

    Raises:
        FormatError: ``forbidden_pickle``: of something else, or made with arguments.
    """
    if type(named) is not Name or named.called or arguments:
        raise _refused(named, offset)
    return Object()


def call(named: object, arguments: Any, read: Read, offset: int) -> Any:
    """Return what a callable of plain values gives.

    Args:
        named: the callable.
        arguments: a tuple of values.
        read: returns a text that was left where it lies.
        offset: in the file, for messages.

    Raises:
        FormatError: ``forbidden_pickle``: of anything but a plain value or a record.
    """
    if type(named) is Name and type(arguments) is tuple:
        given = arguments
        if named.called == _MAKES and _is_plain_object(given):
            return new(given[0], (), offset)
        if named.called == _ENCODES and len(given) == 2 and given[1] == "latin1":
            text = read(given[0]) if isinstance(given[0], Late | Kept) else given[0]
            return text.encode("latin1")
        if named.called == _BYTES and not given:
            return b""
        if named.called in (_SET, _FROZEN) and len(given) < 2 and type(given[0] if given else []) is list:
            items = [hashable(item, read) for item in (given[0] if given else ())]
            return set(items) if named.called == _SET else frozenset(items)
    raise _refused(named, offset)


def _is_plain_object(given: tuple[Any, ...]) -> bool:
    return len(given) == 3 and type(given[1]) is Name and given[1].called == _OBJECT and given[2] is None


def _refused(named: object, offset: int) -> FormatError:
    what = named.name if isinstance(named, Name) else type(named).__name__
    return FormatError(FORBIDDEN, f"byte {offset:,}: it calls {what[:80]} with arguments; nothing in a pickle is run")


def set_state(target: object, state: Any, offset: int) -> None:
    """Give a record its attributes: a dict of them, or a pair of that and a dict of those in slots.

    Raises:
        FormatError: ``broken_pickle`` or ``forbidden_pickle``.
    """
    if type(target) is not Object:
        raise FormatError(FORBIDDEN, f"byte {offset:,}: a state for a {type(target).__name__}; only records have one")
    parts = state if type(state) is tuple and len(state) == 2 else (state,)
    for part in parts:
        if part is None and len(parts) == 2:
            continue
        if type(part) is not dict:
            raise FormatError(
                BROKEN,
                f"byte {offset:,}: the state of a record is a {type(part).__name__}, its attributes have no names",
            )
        target.state = part if not target.state else {**target.state, **part}


def hashable(value: Any, read: Read, depth: int = 0) -> Any:
    """Return a value that can be a key: texts themselves, wherever they lie.

    Raises:
        FormatError: ``broken_pickle``: it can be none.
    """
    if isinstance(value, Late | Kept):
        return read(value)
    if type(value) is tuple and depth < MAX_DEPTH:
        return tuple(hashable(item, read, depth + 1) for item in value)
    if type(value) in _PLAIN or type(value) is frozenset:
        return value
    raise FormatError(BROKEN, f"a {type(value).__name__} can be no key")


def resolved(value: Any, read: Read) -> Any:
    """Return an item as plain values: records as dicts, texts themselves.

    Raises:
        FormatError: ``broken_pickle`` or ``pickle_too_large``.
    """
    return _Resolution(read).of(value, 0)


class _Resolution:
    """Copies an item, and counts: a short file may say the same thing within itself again and again."""

    __slots__ = ("_n_characters", "_n_values", "_read")

    def __init__(self, read: Read) -> None:
        self._read, self._n_values, self._n_characters = read, 0, 0

    def of(self, value: Any, depth: int) -> Any:
        """Return a value of the item, that many levels below it."""
        kind = type(value)
        if kind is str or kind in _PLAIN:
            return value
        if kind is Late or kind is Kept:
            self._n_characters += value.n_bytes
            if self._n_characters > _MAX_CHARACTERS:
                raise FormatError(TOO_LARGE, f"an item with more than {_MAX_CHARACTERS:,} characters")
            return self._read(value)
        if kind is Object:
            value, kind = value.state, dict
        if kind not in (dict, list, tuple):
            return self._other(value)
        self._n_values += len(value)
        if depth >= MAX_DEPTH or self._n_values > _MAX_VALUES:
            raise FormatError(
                TOO_LARGE, f"an item nested deeper than {MAX_DEPTH}, or with more than {_MAX_VALUES:,} values"
            )
        if kind is dict:
            return {key: self.of(item, depth + 1) for key, item in value.items()}
        items = [self.of(item, depth + 1) for item in value]
        return items if kind is list else tuple(items)

    def _other(self, value: Any) -> Any:
        if isinstance(value, set | frozenset):
            self._n_values += len(value)
            return type(value)(value)
        what = {Outermost: "the list of all items", Name: "a class"}.get(type(value), type(value).__name__)
        raise FormatError(BROKEN, f"an item holds {what}")
