"""The tensors in a file that torch.save wrote, read without unpickling it: nothing in the file is ever run.

Two layouts are read. Since PyTorch 1.6 the file is a zip archive: ``data.pkl`` names tensors, and every storage of
numbers is a member. Before, it is a series of pickles (a magic number, a version, facts about the machine, the tensors,
the names of storages), followed by the storages one after the other. The pickle's instructions are taken as a language
of which a few words are known: numbers, texts, tuples, dictionaries, storages, and a tensor made of a storage. Any
other word, any other name of a function, and the file is refused.
"""

from __future__ import annotations

import io
import pickletools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import FormatError, InputError
from musicdata.music.formats import archives

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

MAX_BYTES = 2 << 30
_ZIP_START = b"PK\x03\x04"
_MAGIC, _VERSION = 0x1950A86A20F9469CFC6C, 1001
_LEGACY_HEAD = 3  # pickles before that of the tensors
_MAX_OPCODES = 2_000_000
_MAX_AXES = 16
_STORAGES = {
    f"torch {name}Storage": np.dtype(kind)
    for name, kind in (
        ("Float", "<f4"), ("Double", "<f8"), ("Half", "<f2"), ("Long", "<i8"), ("Int", "<i4"), ("Short", "<i2"),
        ("Char", "i1"), ("Byte", "u1"), ("Bool", "?"),
    )
}  # fmt: skip
_REBUILD = frozenset({"torch._utils _rebuild_tensor_v2", "torch._utils _rebuild_tensor"})
_PARAMETER = "torch._utils _rebuild_parameter"
_ORDERED = "collections OrderedDict"
_BROKEN = (ValueError, IndexError, KeyError, TypeError, OverflowError, UnicodeDecodeError, EOFError, RecursionError)
CONVERT = (
    'convert it where it can be trusted: python -c "import torch, safetensors.torch as s; '
    "s.save_file({k: v.contiguous() for k, v in torch.load('best_model.pth', map_location='cpu').items()}, "
    "'best_model.safetensors')\""
)


@dataclass(frozen=True, slots=True)
class _Name:
    """A function or class that the file names; it is known by its name only."""

    name: str


@dataclass(frozen=True, slots=True)
class _Storage:
    """Numbers in a row: kind, key in the file, how many."""

    kind: np.dtype[Any]
    key: str
    count: int


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A view of a storage."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _Mark:
    """Where a run of values begins on the stack."""


def of_bytes(data: bytes, name: str) -> dict[str, NDArray[Any]]:
    """Return name → array of the tensors in a file that torch.save wrote.

    Read is a dictionary of tensors (a ``state_dict``), or a dictionary that has one under ``state_dict`` or ``model``.
    A name's beginning ``module.``, which training on several devices adds, is taken off.

    Args:
        data: bytes of the file.
        name: of the file, for messages.

    Raises:
        InputError: it is of neither layout, holds anything but tensors, or is cut off; the message says how to convert
            it.
    """
    try:
        value, storages = _of_zip(data) if data.startswith(_ZIP_START) else _of_pickles(data)
        return _arrays(value, storages)
    except FormatError as error:
        raise InputError(
            f"{name} holds no tensors that can be read without running it ({error.detail}); {CONVERT}"
        ) from error
    except _BROKEN as error:
        raise InputError(
            f"{name} is no file of tensors, or is damaged ({type(error).__name__}: {error}); {CONVERT}"
        ) from error


def _of_zip(data: bytes) -> tuple[Any, Callable[[_Storage], bytes]]:
    limits = archives.Limits(members=100_000, total_bytes=MAX_BYTES, ratio=1, ratio_floor_bytes=MAX_BYTES)
    archive = archives.open_archive(data, limits)
    named = [name for name in archive.namelist() if name.endswith("/data.pkl") and name.count("/") == 1]
    if len(named) != 1:
        raise FormatError("not_torch", "the archive has no data.pkl, or several")
    root = named[0].removesuffix("data.pkl")
    order = f"{root}byteorder"
    if order in archive.namelist() and archives.read_member(archive, order, 16).strip() != b"little":
        raise FormatError("not_torch", "its numbers begin with the high byte")
    value = _Machine(io.BytesIO(archives.read_member(archive, named[0], 1 << 26))).value()
    return value, lambda storage: archives.read_member(archive, f"{root}data/{storage.key}", MAX_BYTES)


def _of_pickles(data: bytes) -> tuple[Any, Callable[[_Storage], bytes]]:
    stream = io.BytesIO(data)
    magic, version, _ = (_Machine(stream).value() for _ in range(_LEGACY_HEAD))
    if (magic, version) != (_MAGIC, _VERSION):
        raise FormatError("not_torch", "it does not begin as such files do")
    machine = _Machine(stream)
    value = machine.value()
    keys = _Machine(stream).value()
    places: dict[str, tuple[int, int]] = {}
    for key in keys:
        storage = machine.storages[key]
        count = int.from_bytes(stream.read(8), "little")
        if count != storage.count:
            raise FormatError("not_torch", f"storage {key} has {count} numbers, {storage.count} were announced")
        begin = stream.tell()
        end = stream.seek(count * storage.kind.itemsize, io.SEEK_CUR)
        places[key] = (begin, end)
    return value, lambda storage: data[slice(*places[storage.key])]


def _arrays(value: Any, storages: Callable[[_Storage], bytes]) -> dict[str, NDArray[Any]]:
    if isinstance(value, dict):
        value = next((value[name] for name in ("state_dict", "model") if isinstance(value.get(name), dict)), value)
    if not isinstance(value, dict) or not value or not all(isinstance(tensor, _Tensor) for tensor in value.values()):
        raise FormatError("not_torch", "it is no dictionary of tensors")
    return {str(name).removeprefix("module."): _array(tensor, storages) for name, tensor in value.items()}


def _array(tensor: _Tensor, storages: Callable[[_Storage], bytes]) -> NDArray[Any]:
    """Return a copy of the numbers that a tensor shows of its storage."""
    flat = np.frombuffer(storages(tensor.storage), tensor.storage.kind)
    if len(flat) != tensor.storage.count:
        raise FormatError("not_torch", f"a storage has {len(flat)} numbers, {tensor.storage.count} were announced")
    steps = list(zip(tensor.shape, tensor.strides, strict=True))
    is_sound = len(steps) <= _MAX_AXES and tensor.offset >= 0 and all(n >= 0 and step >= 0 for n, step in steps)
    size = int(np.prod([n for n, _ in steps], dtype=object))
    last = tensor.offset + sum((n - 1) * step for n, step in steps)
    if not is_sound or size > len(flat) or (size and last >= len(flat)):
        raise FormatError("not_torch", f"a tensor of shape {tensor.shape} reaches beyond its {len(flat)} numbers")
    if not size:
        return np.zeros(tensor.shape, flat.dtype)
    strides = [step * flat.itemsize for _, step in steps]
    return np.lib.stride_tricks.as_strided(flat[tensor.offset :], tensor.shape, strides, writeable=False).copy()


@dataclass(slots=True)
class _Machine:
    """Follows the instructions of one pickle, as far as tensors need them."""

    stream: io.BytesIO
    storages: dict[str, _Storage] = field(default_factory=dict)
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)

    def value(self) -> Any:
        """Return what the pickle describes.

        Raises:
            FormatError: it has an instruction or a name that no tensor needs.
        """
        for number, (opcode, argument, _) in enumerate(pickletools.genops(self.stream)):
            if number > _MAX_OPCODES:
                raise FormatError("not_torch", f"more than {_MAX_OPCODES:,} instructions")
            if opcode.name in _CONSTANTS:
                self.stack.append(_CONSTANTS[opcode.name])
            elif opcode.name in _PUSHED:
                self.stack.append(argument)
            elif (step := _STEPS.get(opcode.name)) is not None:
                step(self, argument)
            elif opcode.name not in _PASSED:
                raise FormatError("not_torch", f"its pickle has the instruction {opcode.name}")
        return self.stack.pop()

    def empty(self, kind: type[Any]) -> None:
        self.stack.append(kind())

    def named(self, argument: str) -> None:
        if argument not in _STORAGES and argument not in _REBUILD and argument not in (_ORDERED, _PARAMETER):
            raise FormatError("not_torch", f"its pickle names {argument!r:.100}")
        self.stack.append(_Name(argument))

    def put(self, place: int) -> None:
        self.memo[place] = self.stack[-1]

    def get(self, place: int) -> None:
        self.stack.append(self.memo[place])

    def since_mark(self) -> list[Any]:
        at = max(place for place, value in enumerate(self.stack) if isinstance(value, _Mark))
        values = self.stack[at + 1 :]
        del self.stack[at:]
        return values

    def tuple_of(self, count: int) -> None:
        if count > len(self.stack):
            raise FormatError("not_torch", "its pickle takes more than there is")
        values = tuple(self.stack[len(self.stack) - count :])
        del self.stack[len(self.stack) - count :]
        self.stack.append(values)

    def tuple_since_mark(self) -> None:
        self.stack.append(tuple(self.since_mark()))

    def set_items(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict):
            raise FormatError("not_torch", "its pickle sets items of what is no dictionary")
        target.update(zip(values[::2], values[1::2], strict=True))

    def append_items(self, values: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, list):
            raise FormatError("not_torch", "its pickle appends to what is no list")
        target += values

    def stored(self) -> None:
        """Take the name of a storage: ("storage", kind, key, device, count), and a view of it that is None."""
        word, kind, key, _device, count, *view = self.stack.pop()
        if word != "storage" or not isinstance(kind, _Name) or view not in ([], [None]):
            raise FormatError("not_torch", "its pickle names a storage in a way that is not known")
        storage = _Storage(_STORAGES[kind.name], str(key), int(count))
        if self.storages.setdefault(storage.key, storage) != storage:
            raise FormatError("not_torch", f"storage {key} is announced twice, in two ways")
        self.stack.append(storage)

    def reduce(self) -> None:
        arguments = self.stack.pop()
        function = self.stack.pop()
        name = function.name if isinstance(function, _Name) else ""
        if name == _ORDERED and arguments in ((), ([],)):
            self.stack.append({})
        elif name in _REBUILD and isinstance(arguments[0], _Storage):
            storage, offset, shape, strides = arguments[:4]
            self.stack.append(_Tensor(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides))))
        elif name == _PARAMETER and isinstance(arguments[0], _Tensor):
            self.stack.append(arguments[0])
        else:
            raise FormatError("not_torch", f"its pickle calls {name or 'what is no name'!r}")

    def build(self) -> None:
        """Drop what a dictionary of weights says of its versions."""
        self.stack.pop()
        if not isinstance(self.stack[-1], dict):
            raise FormatError("not_torch", "its pickle changes an object")


_CONSTANTS: Mapping[str, Any] = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False}
_PUSHED = frozenset(
    {"BININT", "BININT1", "BININT2", "LONG1", "INT", "LONG", "BINFLOAT", "BINUNICODE", "SHORT_BINUNICODE", "UNICODE"}
    | {"BINSTRING", "SHORT_BINSTRING"}
)
_PASSED = frozenset({"PROTO", "FRAME", "STOP"})
_STEPS: Mapping[str, Callable[[_Machine, Any], None]] = {
    "EMPTY_DICT": lambda machine, _: machine.empty(dict),
    "EMPTY_LIST": lambda machine, _: machine.empty(list),
    "EMPTY_TUPLE": lambda machine, _: machine.empty(tuple),
    "MARK": lambda machine, _: machine.empty(_Mark),
    "GLOBAL": lambda machine, argument: machine.named(argument),
    "BINPUT": lambda machine, argument: machine.put(argument),
    "LONG_BINPUT": lambda machine, argument: machine.put(argument),
    "MEMOIZE": lambda machine, _: machine.put(len(machine.memo)),
    "BINGET": lambda machine, argument: machine.get(argument),
    "LONG_BINGET": lambda machine, argument: machine.get(argument),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "TUPLE": lambda machine, _: machine.tuple_since_mark(),
    "SETITEM": lambda machine, _: machine.set_items([machine.stack.pop(-2), machine.stack.pop()]),
    "SETITEMS": lambda machine, _: machine.set_items(machine.since_mark()),
    "APPEND": lambda machine, _: machine.append_items([machine.stack.pop()]),
    "APPENDS": lambda machine, _: machine.append_items(machine.since_mark()),
    "BINPERSID": lambda machine, _: machine.stored(),
    "REDUCE": lambda machine, _: machine.reduce(),
    "BUILD": lambda machine, _: machine.build(),
}
