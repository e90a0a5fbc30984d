"""Pickles are read as what Python wrote, whatever the protocol, and nothing in them is run."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import pickletools
import random
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.music.formats import pickle_bytes, pickle_machine
from musicdata.music.formats.pickled_records import PickledRecords
from tests.music.formats.pickled import NAMES, InSlots, LyricsCommentData, MusicData, dumped, read

PROTOCOLS = range(6)
LONG = "So lang, daß keiner es für kurz hält – “ja”. \n" * 5
ROWS = [LyricsCommentData(f"id{n}", str(n), LONG * (n % 3), f"{n} {LONG}") for n in range(30)]
PLAIN = [vars(row) for row in ROWS]

_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**2000), 2**2000)
    | st.floats(allow_nan=False)
    | st.text()
    | st.text(st.characters(), min_size=60, max_size=400)
    | st.binary(max_size=300)
)
_KEYS = st.recursive(_SCALARS, lambda keys: st.tuples(keys, keys) | st.frozensets(keys, max_size=3), max_leaves=4)
_VALUES = st.recursive(
    _SCALARS,
    lambda values: (
        st.lists(values, max_size=5)
        | st.lists(values, max_size=4).map(tuple)
        | st.dictionaries(_KEYS, values, max_size=4)
        | st.sets(_KEYS, max_size=4)
        | st.frozensets(_KEYS, max_size=3)
    ),
    max_leaves=25,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_VALUES, max_size=6), st.booleans())
def test_plain_values_are_what_python_wrote(values: list[Any], can_seek: bool) -> None:
    for protocol in PROTOCOLS:
        assert read(pickle.dumps(values, protocol), can_seek=can_seek) == values
        optimized = pickletools.optimize(pickle.dumps(values, protocol))
        assert read(optimized, can_seek=can_seek) == values


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("module", ["__main__", "mymodel.LyricsCommentData", "os"])
def test_records_are_read_whatever_module_their_class_stood_in(protocol: int, module: str) -> None:
    assert read(dumped(ROWS, protocol, module)) == PLAIN
    raw = [MusicData("la\nla", [("fine", 3), (LONG, -2)])]
    assert read(dumped(raw, protocol, module)) == [{"lyrics": "la\nla", "comments": [("fine", 3), (LONG, -2)]}]


def test_attributes_in_slots_are_read() -> None:
    row = InSlots()
    row.comment, row.lyrics = LONG, "la"
    assert read(dumped([row], 4, classes=(InSlots,))) == [{"comment": LONG, "lyrics": "la"}]


def test_a_record_that_stands_twice_is_read_twice_and_may_share_its_words() -> None:
    shared = [ROWS[1], ROWS[2], ROWS[1], LyricsCommentData("x", "y", ROWS[2].lyrics, ROWS[1].comment)]
    for protocol in PROTOCOLS:
        for can_seek in (True, False):
            assert read(dumped(shared, protocol), can_seek=can_seek) == [vars(row) for row in shared]


def test_a_value_that_is_no_list_is_one_item_and_several_pickles_follow_each_other() -> None:
    assert read(pickle.dumps({"a": (1, [2])})) == [{"a": (1, [2])}]
    assert read(dumped(ROWS[0], 4) + dumped(ROWS[:2], 2) + pickle.dumps([])) == [PLAIN[0], *PLAIN[:2]]


def test_texts_are_in_memory_only_while_somebody_wants_them() -> None:
    rows = [LyricsCommentData(f"id{n}", "", f"{n}{'l' * 2000}", f"{n}{'c' * 2000}") for n in range(3000)]
    data = dumped(rows, 4)
    stream = io.BytesIO(data)
    del rows
    tracemalloc.start()
    try:
        records = PickledRecords(stream, NAMES, len(data), lambda at, n: data[at : at + n])
        assert sum(len(row["comment"]) for row in records) > 6_000_000
        assert tracemalloc.get_traced_memory()[1] < 6_000_000  # where all texts are 12 MB
    finally:
        tracemalloc.stop()


class _Runs:
    def __init__(self, *call: Any) -> None:
        self._call = call

    def __reduce__(self) -> Any:
        return self._call


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_that_acts_is_refused_and_does_nothing(tmp_path: Path, protocol: int) -> None:
    folder = tmp_path / "made"
    attacks = [
        [_Runs(os.mkdir, (str(folder),))],
        [_Runs(eval, (f"__import__('os').mkdir({str(folder)!r})",))],
        [{"lyrics": "la", "comment": _Runs(os.mkdir, (str(folder),))}],
    ]
    for attack in attacks:
        with pytest.raises(FormatError, match=r"byte \d+: it asks for [a-z_]+\.(mkdir|eval)") as caught:
            read(pickle.dumps(attack, protocol))
        assert caught.value.reason == "forbidden_pickle"
    assert not folder.exists()
    pickle.loads(pickle.dumps(attacks[0], protocol))  # so it would have acted
    assert folder.exists()


_CLASS = b"\x8c\x02os\x8c\x09MusicData\x93"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"(lp0\ncposix\nsystem\n(S'true'\ntRa.", "forbidden_pickle"),
        (b"\x80\x02]cbuiltins\ngetattr\n.", "forbidden_pickle"),
        (b"\x80\x02](imymodel\nMusicData\na.", "forbidden_pickle"),  # old-style classes
        (b"\x80\x02]c__main__\nMusicData\n(oa.", "forbidden_pickle"),
        (b"\x80\x02]Pname\na.", "forbidden_pickle"),
        (b"\x80\x02]X\x01\x00\x00\x00aQa.", "forbidden_pickle"),
        (b"\x80\x02]\x82\x01a.", "forbidden_pickle"),
        (b"\x80\x05]\x97a.", "forbidden_pickle"),
        (b"\x80\x04]" + _CLASS + b"K\x01\x85\x81a.", "forbidden_pickle"),  # made with arguments
        (b"\x80\x04]" + _CLASS + b")Ra.", "forbidden_pickle"),  # called
        (b"\x80\x04]" + _CLASS + b"a.", "broken_pickle"),  # the class itself
        (b"\x80\x04]" + _CLASS + b")\x81]ba.", "broken_pickle"),  # a state without names
        (b"\x80\x04]K\x01}ba.", "forbidden_pickle"),  # a state of a number
        (b"\x80\x02]cbuiltins\nset\nK\x01\x85Ra.", "forbidden_pickle"),
        (b"\x80\x02]cbuiltins\nbytes\nK\x09\x85Ra.", "forbidden_pickle"),
        (b"\x80\x02]c_codecs\nencode\nX\x01\x00\x00\x00aX\x04\x00\x00\x00zlib\x86Ra.", "forbidden_pickle"),
        (b"", "broken_pickle"),
        (b"no pickle at all", "broken_pickle"),
        (b"\x80\x09].", "broken_pickle"),
        (b"\x80\x02]h\x05a.", "broken_pickle"),
        (b"\x80\x02]q\x00h\x00a.", "broken_pickle"),  # the list holds itself
        (b"\x80\x02]K\x01aK\x02\x86.", "broken_pickle"),  # its items lie in a tuple
        (b"\x80\x02](K\x01.", "broken_pickle"),
        (b"\x80\x02K\x01K\x02.", "broken_pickle"),
        (b"\x80\x02}]K\x01s.", "broken_pickle"),  # a list as a key
        (b"\x80\x02]a.", "broken_pickle"),
        (b"\x80\x02]X\x02\x00\x00\x00\xff\xfea.", "broken_pickle"),
        (b"(lp0\nI" + b"9" * 5000 + b"\na.", "broken_pickle"),
        (b"\x80\x04\x95" + (10 << 30).to_bytes(8, "little") + b"].", "broken_pickle"),  # a frame of 10 GB
        (b"\x80\x04]\x8d" + (10 << 30).to_bytes(8, "little") + b"aa.", "pickle_too_large"),
        (b"\x80\x04]B\x00\x00\x00\x01aa.", "broken_pickle"),  # 16 MB are claimed
        (b"\x80\x02]\x8b\xff\xff\xff\x7f" + b"\x01" * 4000 + b"a.", "broken_pickle"),
        (b"\x80\x02]K\x01r\xff\xff\xff\x7fa.", "pickle_too_large"),  # remembered at place two billion
        (b"\x80\x02]" + b"(" * 5000, "pickle_too_large"),
        (b"\x80\x02]" + b"]" * 500 + b"a" * 500 + b".", "pickle_too_large"),  # nested
        (b"\x80\x02K\x01" + b"\x85" * 100_000 + b".", "pickle_too_large"),
        (b"\x80\x02](" + b"K\x01" + b"\x85" * 100_000 + b"\x90.", "broken_pickle"),
    ],
)
def test_what_is_no_pickle_of_records_is_told(data: bytes, reason: str) -> None:
    with pytest.raises(FormatError, match=r"byte|holds|key|nested") as caught:
        read(data)
    assert caught.value.reason == reason


def test_a_short_file_does_not_become_large() -> None:
    laughs = b"\x80\x02]" + b"]q\x01" + b"".join(
        b"](" + b"h%c" % (n + 1) * 40 + b"eq%c" % (n + 2) for n in range(12)
    ) + b"a."  # fmt: skip
    text = b"\x80\x02]X\x00\x00\x10\x00" + b"x" * (1 << 20) + b"q\x01](" + b"h\x01" * 1000 + b"ea."
    for data in (laughs, text):
        with pytest.raises(FormatError) as caught:
            read(data)
        assert caught.value.reason in ("pickle_too_large", "broken_pickle")


def test_a_batch_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickle_machine, "_MAX_STEPS", 1000)
    with pytest.raises(FormatError, match="more than 1,000 steps"):
        read(b"\x80\x02](" + b"N" * 2000 + b"e.")


def test_a_packed_pickle_keeps_no_more_than_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pickle_bytes, "_KEPT_BYTES", 1000)
    with pytest.raises(FormatError, match="unpack the file"):
        read(dumped(ROWS, 4), can_seek=False)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_that_breaks_off_is_told_wherever_it_does(protocol: int) -> None:
    data = dumped(ROWS[:3], protocol)
    for n in {*range(1, 80), *range(80, len(data), 37)}:
        with pytest.raises(FormatError) as caught:
            read(data[:n])
        assert caught.value.reason == "broken_pickle"


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_changed_bytes_give_a_value_or_an_error(protocol: int) -> None:
    chance = random.Random(protocol)
    data = dumped([*ROWS[:3], MusicData("la", [("x", 1)]), {"s": {1, 2}, "b": b"\x00\xff", "f": 1.5}], protocol)
    n_errors = 0
    for _ in range(400):
        spoiled = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        try:
            read(bytes(spoiled))
        except FormatError:
            n_errors += 1
    assert 50 < n_errors < 400


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_gives_a_value_or_an_error(noise: bytes) -> None:
    for data in (noise, b"\x80\x04](" + noise):
        with contextlib.suppress(FormatError):
            read(data)
