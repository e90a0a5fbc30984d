"""The machine that reads a pickle: an opcode, a step; what it may build is `pickle_values`'s to say.

Opcodes of protocols 0 to 5: Python's `pickletools`, https://docs.python.org/3/library/pickletools.html.
"""

from __future__ import annotations

import codecs
import struct
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.formats.pickle_bytes import OLD_STRING, TOO_LARGE, Kept, Late
from musicdata.music.formats.pickle_values import (
    FORBIDDEN,
    MAX_DEPTH,
    Outermost,
    call,
    hashable,
    name_of,
    new,
    resolved,
    set_state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from musicdata.music.formats.pickle_bytes import PickledBytes

_MAX_MEMO = 16_000_000  # a file of a million records has some six a record
_MAX_GAP = 1_000_000
_MAX_STEPS = 8_000_000  # of a batch; picklers write batches of a thousand items
_MAX_MARKS = 20 * MAX_DEPTH
_LONGEST_NUMBER = 1_024  # bytes: Python writes no more digits
_LONGEST_NAME = 500
_LONGEST_STRING = 1 << 20
_PROTOCOLS = range(6)
_MEMOIZE = 0x94
_MISSING = object()
# What a hostile file makes of the machine below; each is told as what it is, a file that is no such pickle.
_FAULTS = (IndexError, TypeError, ValueError, OverflowError, struct.error, RecursionError, AttributeError)


class Machine:
    """One pickle: a stack, what was on it before each mark, and the memo."""

    __slots__ = ("_before", "_is_done", "_memo", "_outermost", "_ready", "_records", "_source", "_stack")

    def __init__(self, source: PickledBytes, records: frozenset[str]) -> None:
        self._source, self._records = source, records
        self._stack: list[Any] = []
        self._before: list[list[Any]] = []
        self._memo: list[Any] = []
        self._outermost: Outermost | None = None
        self._ready: list[Any] = []
        self._is_done = False

    def items(self) -> Iterator[Any]:
        """Yield the items of the outermost list, batch by batch as the pickler wrote them.

        Raises:
            FormatError: it is broken, forbidden or too large.
        """
        while not self._is_done:
            self._read_batch()
            for item in self._ready:
                yield resolved(item, self._source.read)
            self._ready.clear()

    def _read_batch(self) -> None:
        source, memo, ready, n_steps = self._source, self._memo, self._ready, 0
        try:
            while not (ready or self._is_done):
                if (at := source.at) < len(source.data):  # as `byte` does, for each of millions
                    source.at = at + 1
                    code = source.data[at]
                else:
                    code = source.byte()
                if code == _MEMOIZE and len(memo) < _MAX_MEMO:
                    memo.append(self._stack[-1])
                else:
                    _STEPS[code](self)
                n_steps += 1
                if n_steps > _MAX_STEPS:
                    raise self._too_large(f"more than {_MAX_STEPS:,} steps an item")
        except _FAULTS as error:
            raise self._source.fault(f"what stands there makes no sense ({type(error).__name__})") from None

    def _too_large(self, what: str) -> FormatError:
        return FormatError(TOO_LARGE, f"byte {self._source.offset:,}: {what}")

    def _unknown(self) -> None:
        raise self._source.fault("an opcode that no protocol knows; this is no pickle")

    # Numbers and other constants

    def _push_none(self) -> None:
        self._stack.append(None)

    def _push_true(self) -> None:
        self._stack.append(True)

    def _push_false(self) -> None:
        self._stack.append(False)

    def _int(self) -> None:
        line = self._source.line()
        self._stack.append({b"00": False, b"01": True}.get(line) if line in (b"00", b"01") else int(line))

    def _binint(self) -> None:
        self._stack.append(int.from_bytes(self._source.take(4), "little", signed=True))

    def _binint1(self) -> None:
        self._stack.append(self._source.byte())

    def _binint2(self) -> None:
        self._stack.append(self._number(2))

    def _long(self) -> None:
        self._stack.append(int(self._source.line().rstrip(b"L")))

    def _long1(self) -> None:
        self._stack.append(int.from_bytes(self._source.take(self._source.byte()), "little", signed=True))

    def _long4(self) -> None:
        n = self._number(4)
        if n > _LONGEST_NUMBER:
            raise self._source.fault(f"a number of {n:,} bytes, at most {_LONGEST_NUMBER:,} are read")
        self._stack.append(int.from_bytes(self._source.take(n), "little", signed=True))

    def _float(self) -> None:
        self._stack.append(float(self._source.line()))

    def _binfloat(self) -> None:
        self._stack.append(struct.unpack(">d", self._source.take(8))[0])

    def _number(self, n_bytes: int) -> int:
        return int.from_bytes(self._source.take(n_bytes), "little")

    # Texts and bytes

    def _unicode(self) -> None:
        self._stack.append(self._source.line_of_text())

    def _binunicode(self) -> None:
        self._stack.append(self._source.text(self._number(4)))

    def _short_binunicode(self) -> None:
        self._stack.append(self._source.text(self._source.byte()))

    def _binunicode8(self) -> None:
        self._stack.append(self._source.text(self._number(8)))

    def _string(self) -> None:
        line = self._source.line(_LONGEST_STRING).strip()
        if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
            raise self._source.fault("a string without quotation marks")
        data: bytes = codecs.escape_decode(line[1:-1])[0]  # as Python 2 wrote them
        self._stack.append(self._source.decoded(data, OLD_STRING))

    def _binstring(self) -> None:
        self._stack.append(self._source.text(self._number(4), OLD_STRING))

    def _short_binstring(self) -> None:
        self._stack.append(self._source.text(self._source.byte(), OLD_STRING))

    def _binbytes(self) -> None:
        self._stack.append(self._source.take(self._number(4)))

    def _short_binbytes(self) -> None:
        self._stack.append(self._source.take(self._source.byte()))

    def _binbytes8(self) -> None:
        self._stack.append(self._source.take(self._number(8)))

    # Lists, tuples, dicts, sets

    def _mark(self) -> None:
        if len(self._before) >= _MAX_MARKS:
            raise self._too_large(f"nested deeper than {_MAX_MARKS}")
        self._before.append(self._stack)
        self._stack = []

    def _since_mark(self) -> list[Any]:
        items = self._stack
        self._stack = self._before.pop()
        return items

    def _empty_list(self) -> None:
        self._new_list([])

    def _list(self) -> None:
        self._new_list(self._since_mark())

    def _new_list(self, items: list[Any]) -> None:
        if self._stack or self._before or self._outermost is not None:
            self._stack.append(items)
            return
        self._outermost = Outermost()
        self._stack.append(self._outermost)
        self._extend(self._outermost, items)

    def _append(self) -> None:
        item = self._stack.pop()
        self._extend(self._stack[-1], [item])

    def _appends(self) -> None:
        items = self._since_mark()
        self._extend(self._stack[-1], items)

    def _extend(self, target: Any, items: list[Any]) -> None:
        if type(target) is list:
            target += items
        elif type(target) is Outermost and not self._before and len(self._stack) == 1:
            self._ready += items
            target.n_items += len(items)
        else:
            raise self._source.fault(f"items of a {type(target).__name__}")

    def _empty_tuple(self) -> None:
        self._stack.append(())

    def _tuple(self) -> None:
        items = tuple(self._since_mark())
        self._stack.append(items)

    def _tuple1(self) -> None:
        self._stack[-1] = (self._stack[-1],)

    def _tuple2(self) -> None:
        self._stack[-2:] = [(self._stack[-2], self._stack[-1])]

    def _tuple3(self) -> None:
        self._stack[-3:] = [(self._stack[-3], self._stack[-2], self._stack[-1])]

    def _empty_dict(self) -> None:
        self._stack.append({})

    def _dict(self) -> None:
        items = self._since_mark()
        self._stack.append({})
        self._set(self._stack[-1], items)

    def _setitem(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set(self._stack[-1], [key, value])

    def _setitems(self) -> None:
        items = self._since_mark()
        self._set(self._stack[-1], items)

    def _set(self, target: Any, items: list[Any]) -> None:
        if type(target) is not dict or len(items) % 2:
            raise self._source.fault(f"keys and values of a {type(target).__name__}")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[key if type(key) is str else hashable(key, self._source.read)] = value

    def _empty_set(self) -> None:
        self._stack.append(set())

    def _additems(self) -> None:
        items = self._since_mark()
        target = self._stack[-1]
        if type(target) is not set:
            raise self._source.fault(f"items of a set for a {type(target).__name__}")
        target.update(hashable(item, self._source.read) for item in items)

    def _frozenset(self) -> None:
        items = self._since_mark()
        self._stack.append(frozenset(hashable(item, self._source.read) for item in items))

    # Names and objects

    def _global(self) -> None:
        module, name = self._source.line(_LONGEST_NAME), self._source.line(_LONGEST_NAME)
        self._push_name(module.decode(), name.decode())

    def _stack_global(self) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        if type(module) is not str or type(name) is not str:
            read = self._source.read
            module, name = (read(text) if isinstance(text, Late | Kept) else str(text) for text in (module, name))
        self._push_name(module, name)

    def _push_name(self, module: str, name: str) -> None:
        self._stack.append(name_of(module, name, self._records, self._source.offset))

    def _newobj(self) -> None:
        arguments, named = self._stack.pop(), self._stack.pop()
        self._stack.append(new(named, arguments, self._source.offset))

    def _newobj_ex(self) -> None:
        keywords, arguments, named = self._stack.pop(), self._stack.pop(), self._stack.pop()
        self._stack.append(new(named, arguments or keywords, self._source.offset))

    def _reduce(self) -> None:
        arguments, named = self._stack.pop(), self._stack.pop()
        self._stack.append(call(named, arguments, self._source.read, self._source.offset))

    def _build(self) -> None:
        state = self._stack.pop()
        set_state(self._stack[-1], state, self._source.offset)

    def _refused(self) -> None:
        raise FormatError(
            FORBIDDEN,
            f"byte {self._source.offset:,}: it asks for an object by a registered number, by an old-style class, or by "
            "what stands elsewhere; only plain values and records are built",
        )

    # Memo and stack

    def _put(self) -> None:
        self._remember(int(self._source.line()))

    def _binput(self) -> None:
        self._remember(self._source.byte())

    def _long_binput(self) -> None:
        self._remember(self._number(4))

    def _memoize(self) -> None:
        self._remember(len(self._memo))

    def _remember(self, place: int) -> None:
        memo = self._memo
        if place == len(memo) < _MAX_MEMO:
            memo.append(self._stack[-1])
            return
        if not 0 <= place < min(_MAX_MEMO, len(memo) + _MAX_GAP):
            raise self._too_large(f"more than {_MAX_MEMO:,} values are remembered, or at places of no pickler's choice")
        memo.extend([_MISSING] * (place + 1 - len(memo)))
        memo[place] = self._stack[-1]

    def _get(self) -> None:
        self._recall(int(self._source.line()))

    def _binget(self) -> None:
        self._recall(self._source.byte())

    def _long_binget(self) -> None:
        self._recall(self._number(4))

    def _recall(self, place: int) -> None:
        value = self._memo[place] if 0 <= place < len(self._memo) else _MISSING
        if value is _MISSING:
            raise self._source.fault(f"value {place:,} is referred to before it is there")
        if type(value) is Late:
            self._source.recall(value)
        self._stack.append(value)

    def _pop(self) -> None:
        if self._stack:
            self._stack.pop()
        else:
            self._since_mark()

    def _pop_mark(self) -> None:
        self._since_mark()

    def _dup(self) -> None:
        self._stack.append(self._stack[-1])

    # Beginning and end

    def _proto(self) -> None:
        if (protocol := self._source.byte()) not in _PROTOCOLS:
            raise self._source.fault(f"protocol {protocol}; known are 0 to {_PROTOCOLS[-1]}")

    def _frame(self) -> None:
        self._source.require(self._number(8))

    def _stop(self) -> None:
        (value,) = self._stack
        if self._before:
            raise self._source.fault("it ends within something")
        self._is_done = True
        if type(value) is not Outermost:
            if self._outermost is not None and self._outermost.n_items:
                raise self._source.fault(f"its items lie in a {type(value).__name__}; a list of records is expected")
            self._ready.append(value)


# fmt: off
_OPCODES: dict[bytes, Callable[[Machine], None]] = {
    b"(": Machine._mark, b".": Machine._stop, b"0": Machine._pop, b"1": Machine._pop_mark, b"2": Machine._dup,
    b"F": Machine._float, b"I": Machine._int, b"J": Machine._binint, b"K": Machine._binint1, b"L": Machine._long,
    b"M": Machine._binint2, b"N": Machine._push_none, b"P": Machine._refused, b"Q": Machine._refused,
    b"R": Machine._reduce, b"S": Machine._string, b"T": Machine._binstring, b"U": Machine._short_binstring,
    b"V": Machine._unicode, b"X": Machine._binunicode, b"a": Machine._append, b"b": Machine._build,
    b"c": Machine._global, b"d": Machine._dict, b"}": Machine._empty_dict, b"e": Machine._appends, b"g": Machine._get,
    b"h": Machine._binget, b"i": Machine._refused, b"j": Machine._long_binget, b"l": Machine._list,
    b"]": Machine._empty_list, b"o": Machine._refused, b"p": Machine._put, b"q": Machine._binput,
    b"r": Machine._long_binput, b"s": Machine._setitem, b"t": Machine._tuple, b")": Machine._empty_tuple,
    b"u": Machine._setitems, b"G": Machine._binfloat, b"\x80": Machine._proto, b"\x81": Machine._newobj,
    b"\x82": Machine._refused, b"\x83": Machine._refused, b"\x84": Machine._refused, b"\x85": Machine._tuple1,
    b"\x86": Machine._tuple2, b"\x87": Machine._tuple3, b"\x88": Machine._push_true, b"\x89": Machine._push_false,
    b"\x8a": Machine._long1, b"\x8b": Machine._long4, b"B": Machine._binbytes, b"C": Machine._short_binbytes,
    b"\x8c": Machine._short_binunicode, b"\x8d": Machine._binunicode8, b"\x8e": Machine._binbytes8,
    b"\x8f": Machine._empty_set, b"\x90": Machine._additems, b"\x91": Machine._frozenset, b"\x92": Machine._newobj_ex,
    b"\x93": Machine._stack_global, b"\x94": Machine._memoize, b"\x95": Machine._frame, b"\x96": Machine._refused,
    b"\x97": Machine._refused, b"\x98": Machine._refused,
}
# fmt: on
_STEPS = tuple(_OPCODES.get(bytes([code]), Machine._unknown) for code in range(256))
