"""A `.npy` of objects is a program: nothing of it may run, and nothing of it may take long or much memory."""

from __future__ import annotations

import copyreg
import io
import os
import pickle
import random
import struct
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from musicdata.errors import FormatError
from musicdata.music.formats import lmd_lyrics

if TYPE_CHECKING:
    from collections.abc import Iterator

LMD = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "lmd_lyrics"
SMALL = LMD / "word_level" / "00a7a14ff9e9666032e1dce602856582.npy"
needs_lmd = pytest.mark.skipif(not LMD.exists(), reason=f"no LMD lyrics sample at {LMD}")
pytestmark = pytest.mark.timeout(30)


def header(shape: str = "(1, 3)") -> bytes:
    text = f"{{'descr': '|O', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def table(*lists: Any) -> np.ndarray[Any, Any]:
    values = np.empty((1, len(lists)), dtype=object)
    for column, items in enumerate(lists):
        values[0, column] = items
    return values


def saved(values: Any, protocol: int = 4, shape: str = "(1, 3)") -> bytes:
    return header(shape) + pickle.dumps(values, protocol)


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError, match=r"x\.npy") as caught:
        lmd_lyrics.read(data, "x.npy")
    assert len(str(caught.value)) < 1000
    return caught.value


class MakeFolder:
    """Creates a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.folder),)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("place", ["alone", "in a list", "in the array"])
def test_pickle_that_acts_is_refused_and_does_nothing(tmp_path: Path, protocol: int, place: str) -> None:
    trace = tmp_path / "trace"
    attack = MakeFolder(trace)
    payload = {
        "alone": attack,
        "in a list": table([[0.0, 1.0, 440.0, 99.0]], [[60.0, 1.0, 0.0]], [attack]),
        "in the array": table(attack, [], []),
    }[place]
    data = saved(payload, protocol)

    pickle.loads(data[len(header()) :])
    assert trace.is_dir(), "the attack itself must work"
    trace.rmdir()
    np.load(io.BytesIO(data), allow_pickle=True)
    assert trace.is_dir(), "the attack must work through NumPy"
    trace.rmdir()

    assert refusal(data).reason == "forbidden_pickle"
    assert not trace.exists()


def acting_pickles(folder: str) -> Iterator[tuple[str, bytes]]:
    path = f"V{folder}\n".encode()
    short = b"\x8c" + bytes([len(folder)]) + folder.encode()
    yield "protocol 0 GLOBAL", b"cposix\nmkdir\n(" + path + b"tR."
    yield "INST", b"(" + path + b"iposix\nmkdir\n."
    yield "OBJ", b"(cposix\nmkdir\n" + path + b"o."
    yield "STACK_GLOBAL", b"\x80\x04\x8c\x05posix\x8c\x05mkdir\x93" + short + b"\x85R."
    yield "eval", b"\x80\x02cbuiltins\neval\n(V__import__('os').mkdir('" + folder.encode() + b"')\ntR."
    yield (
        "builtins by the old name",
        b"c__builtin__\nexec\n(Vimport os; os.mkdir('" + folder.encode() + b"')\ntR.",
    )
    yield "dotted name", b"\x80\x04\x8c\x02os\x8c\x0asys.path.x\x93."
    yield "NEWOBJ", b"\x80\x02cpathlib\nPath\n" + path + b"\x85\x81."
    yield "extension code", b"\x80\x02\x82\xf0" + short + b"\x85R."


@pytest.mark.parametrize("index", range(9))
def test_other_ways_to_act_are_refused(tmp_path: Path, index: int) -> None:
    trace = tmp_path / "trace"
    name, attack = list(acting_pickles(str(trace)))[index]
    copyreg.add_extension("posix", "mkdir", 0xF0)
    try:
        if name not in {"dotted name", "NEWOBJ"}:
            pickle.loads(attack)
            assert trace.is_dir(), "the attack itself must work"
            trace.rmdir()
        assert refusal(header() + attack).reason == "forbidden_pickle"
    finally:
        copyreg.remove_extension("posix", "mkdir", 0xF0)
    assert not trace.exists()


MAKE_ARRAY = b"cnumpy.core.multiarray\n_reconstruct\n"
ABUSES = {
    "other class": MAKE_ARRAY + b"cnumpy\ndtype\nK\x00\x85\x8c\x01b\x87R.",
    "giant array": MAKE_ARRAY + b"cnumpy\nndarray\nJ\xff\xff\xff\x7f\x85C\x01b\x87R.",
    "no arguments": MAKE_ARRAY + b")R.",
    "dtype of floats": b"cnumpy\ndtype\n\x8c\x02f8K\x00K\x01\x87R.",
    "dtype with fields": b"cnumpy\ndtype\n\x8c\x02O8K\x00K\x01\x87R(K\x03\x8c\x01|N\x8c\x01aNtb.",
    "codec": b"c_codecs\nencode\n\x8c\x01b\x8c\x03zip\x86R.",
    "ndarray called": b"cnumpy\nndarray\n(K\x01tR.",
    "stand-in changed": b"cnumpy\nndarray\n(K\x01tb.",
    "function changed": b"cnumpy\ndtype\n(K\x01tb.",
    "class instead of array": b"cnumpy\nndarray\n.",
    "function instead of array": b"cnumpy\ndtype\n.",
    "array without items": MAKE_ARRAY + b"cnumpy\nndarray\nK\x00\x85C\x01b\x87R.",
    "list instead of array": b"].",
    "nothing": b"N.",
    "other name of a permitted module": b"cnumpy\nload\n.",
    "other codec name": b"c_codecs\ndecode\n.",
    "module behind a permitted name": b"cnumpy.core\nmultiarray._reconstruct\n.",
    "persistent id": b"Pabc\n.",
    "stack underflow": b"R.",
    "mark underflow": b"t.",
    "append to a float": b"G\x00\x00\x00\x00\x00\x00\x00\x00N" + b"a.",
    "list that holds itself": b"]q\x00h\x00a.",
    "unknown opcode": b"\xff.",
    "no end": b"]",
    "something behind the end": b"N.N.",
    "only a header": b"",
}


@pytest.mark.parametrize("name", ABUSES)
def test_abuse_of_what_is_permitted_is_refused(name: str) -> None:
    assert refusal(header() + b"\x80\x04" + ABUSES[name]).reason in {
        "forbidden_pickle",
        "not_lmd_npy",
        "wrong_shape",
    }


def array_of(*items: bytes, shape: bytes = b"K\x01K\x03\x86") -> bytes:
    """Write by hand the pickle of an array of objects with these items."""
    start = b"\x80\x02" + MAKE_ARRAY + b"cnumpy\nndarray\nK\x00\x85C\x01b\x87R(K\x01" + shape
    state = b"(K\x03X\x01\x00\x00\x00|NNN" + b"J\xff\xff\xff\xff" * 2 + b"K?tb"
    dtype = b"cnumpy\ndtype\nX\x02\x00\x00\x00O8K\x00K\x01\x87R" + state
    return header() + start + dtype + b"\x89](" + b"".join(items) + b"etb."


def doubles(*values: float) -> bytes:
    return b"](" + b"".join(b"G" + struct.pack(">d", value) for value in values) + b"e"


CONTINUOUS = doubles(0.0, 0.5, 440.0, 99.0)
DISCRETE = doubles(60.0, 1.0, 0.0)


def text(value: bytes) -> bytes:
    return b"X" + struct.pack("<I", len(value)) + value


def test_the_pickle_written_by_hand_is_itself_readable() -> None:
    data = array_of(b"]" + CONTINUOUS + b"a", b"]" + DISCRETE + b"a", b"]" + text(b"la") + b"a")
    assert np.load(io.BytesIO(data), allow_pickle=True)[0, 2] == ["la"]
    assert lmd_lyrics.read(data, "x.npy")[0].notes[0].syllable == "la"


@pytest.mark.parametrize(
    "shape",
    [
        b"K\x03K\x01\x86",
        b"K\x03\x85",
        b")",
        b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86",
        b"K\x01K\x01K\x03\x87",
    ],
)
def test_shape_other_than_the_header_says_is_refused(shape: bytes) -> None:
    column = b"]" + text(b"la") + b"a"
    assert refusal(array_of(column, column, column, shape=shape)).reason == "wrong_shape"


def peak_bytes(data: bytes) -> int:
    tracemalloc.start()
    try:
        refusal(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memo_bomb_takes_no_memory() -> None:
    bomb = b"\x80\x02]r\x00\x00\x40\x00."
    tracemalloc.start()
    pickle.loads(bomb)
    assert tracemalloc.get_traced_memory()[1] > 30_000_000, "the bomb itself must work"
    tracemalloc.stop()
    assert peak_bytes(header() + bomb) < 1_000_000
    assert peak_bytes(header() + bomb.replace(b"\x00\x00\x40\x00", b"\xff\xff\xff\xff")) < 1_000_000


def test_lengths_that_are_not_there_take_no_memory() -> None:
    for opcode in (
        b"X\xff\xff\xff\x7f",
        b"\x8d" + b"\xff" * 7 + b"\x0f",
        b"\x96" + b"\xff" * 4 + b"\x00" * 4,
    ):
        assert peak_bytes(header() + b"\x80\x05" + opcode + b"abc.") < 1_000_000
    frame = b"\x80\x04\x95" + b"\xff" * 7 + b"\x0f" + b"N."
    assert peak_bytes(header() + frame) < 1_000_000


@pytest.mark.parametrize(
    "data",
    [
        array_of(b"](" + b"]" * 300_000 + b"a" * 299_999 + b"e", b"]", b"]"),
        header() + b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
        header() + b"\x80\x02N" + b"\x85" * 300_000 + b".",
        header() + b"\x80\x02" + b"(" * 300_000 + b"t" * 300_000 + b".",
        header() + b"\x80\x02" + b"]" * 1_900_000 + b".",
        header() + b"\x80\x02" + b"(" * 3_000_000 + b".",
        header() + b"\x80\x02" + text(b"x" * 1_900_000) + b".",
        header() + b"\x80\x02c" + b"x" * 1_900_000 + b"\ny\n.",
        header() + b"\x80\x02I" + b"9" * 1_900_000 + b"\n.",
        array_of(b"]" + CONTINUOUS + b"a", b"]" + DISCRETE + b"a", b"]" + text(b"x" * 1_900_000) + b"a"),
    ],
    ids=range(10),
)
def test_depth_and_size_are_refused(data: bytes) -> None:
    assert peak_bytes(data) < 100_000_000


def song_of_references(times: int) -> bytes:
    """Write a word level file of so many words of so many notes each, all of them one and the same."""

    def repeated(item: bytes, slot: int) -> bytes:
        return b"](" + item + b"q%c" % slot + b"h%c" % slot * (times - 1) + b"e"

    items = (CONTINUOUS, DISCRETE, text(b"la"), text(b"la"))
    columns = [repeated(repeated(item, 2 * n), 2 * n + 1) for n, item in enumerate(items)]
    return array_of(*columns, shape=b"K\x01K\x04\x86").replace(b"(1, 3)", b"(1, 4)")


def test_few_lists_that_refer_to_one_another_are_not_a_long_song() -> None:
    assert len(lmd_lyrics.read(song_of_references(10), "x.npy")[0].notes) == 100
    bomb = song_of_references(50_000)
    assert len(bomb) < 1_000_000
    assert refusal(bomb).reason == "too_large"


def test_deep_lists_in_place_of_words_are_not_compared() -> None:
    deep = b"]" * 50_000 + b"a" * 49_999
    columns = (CONTINUOUS * 2, DISCRETE * 2, deep * 2, text(b"la") * 2)
    data = array_of(*(b"](](" + column + b"ee" for column in columns), shape=b"K\x01K\x04\x86")
    assert refusal(data.replace(b"(1, 3)", b"(1, 4)")).reason == "bad_values"


def test_lists_that_double_thirty_times_are_refused() -> None:
    doubling = b"]" + b"".join(b"q%c](h%ch%ce" % (n, n, n) for n in range(30))
    assert refusal(array_of(doubling, doubling, doubling)).reason in {"wrong_shape", "bad_values"}


@needs_lmd
def test_truncated_files_are_refused() -> None:
    data = SMALL.read_bytes()
    random.seed(7)
    places = [0, 1, 6, 8, 10, 127, 128, 129, len(data) - 1, *random.sample(range(130, len(data) - 1), 31)]
    assert len(places) == 40
    for place in places:
        assert refusal(data[:place]).reason in {"not_lmd_npy", "forbidden_pickle"}


@needs_lmd
def test_mutated_files_give_a_song_or_a_refusal_and_nothing_else() -> None:
    original = SMALL.read_bytes()
    chance = random.Random(11)
    refused = 0
    for _ in range(300):
        data = bytearray(original)
        for _ in range(chance.choice((1, 1, 2, 8))):
            data[chance.randrange(len(data) if chance.random() < 0.7 else 500)] = chance.randrange(256)
        try:
            (song,) = lmd_lyrics.read(bytes(data), "x.npy")
        except FormatError:
            refused += 1
        else:
            assert all(0 <= note.pitch <= 127 and note.duration_ql > 0 <= note.rest_ql for note in song.notes)
    assert 30 < refused < 300
