"""Lines with an object each: what is read, and that nothing of a hostile line gets further than a reject."""

from __future__ import annotations

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.errors import FormatError
from musicdata.sources.albums import lines

KEYS = st.text(string.ascii_letters + "-_", max_size=12)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=6)
REASONS = {"bad_json", "bad_encoding", "not_an_object", "line_too_long"}


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(OBJECTS)
def test_json_is_read_as_it_was_written(value: dict[str, Any]) -> None:
    assert lines.parse(json.dumps(value).encode()) == json.loads(json.dumps(value))


@given(st.dictionaries(KEYS, st.integers() | st.text() | st.none() | st.lists(st.floats(0, 9)), min_size=1, max_size=5))
def test_what_python_prints_of_a_dictionary_is_read_too(value: dict[str, Any]) -> None:
    if "'" in repr(value):
        assert lines.parse(repr(value).encode("utf-8", "surrogatepass")) == value


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_whatever_a_line_is_it_is_an_object_or_a_reject(data: bytes) -> None:
    try:
        value: object = lines.parse(data)
    except FormatError as error:
        value = error.reason
    assert isinstance(value, dict) or value in REASONS


@given(st.lists(st.binary(max_size=40).filter(lambda line: b"\n" not in line), max_size=8), st.integers(1, 50))
def test_lines_do_not_depend_on_the_pieces_they_come_in(given_lines: list[bytes], size: int) -> None:
    data = b"\n".join(given_lines)
    assert list(lines.split(cut(data, size))) == list(lines.split([data]))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{'a': u'it\\'s', 'b': [1, 2.5], 'c': None, 'd': True}", {"a": "it's", "b": [1, 2.5], "c": None, "d": True}),
        (b'{"a": "tab\there and \x00"}', {"a": "tab\there and \x00"}),
        (b'{"a": NaN, "b": -Infinity}', {"a": None, "b": None}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": "\\ud83d\\ude00 \\ud83d"}', {"a": "\U0001f600 \ud83d"}),
        (b"{'a': '\\d+ \\ud83d'}", {"a": "\\d+ \ud83d"}),
    ],
)
def test_odd_lines_that_can_be_read(line: bytes, expected: dict[str, Any]) -> None:
    assert lines.parse(line) == expected


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"a": 1', "bad_json"),
        (b'{"a": "' + b"x" * 90 + b"\n", "bad_json"),
        (b"[" * 100_000, "bad_json"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "bad_json"),
        (b"{'a': " + b"[" * 5000 + b"]" * 5000 + b"}", "bad_json"),
        (b"{'a': " + b"-" * 50_000 + b"1}", "bad_json"),
        (b"{'a': " + b"1+" * 50_000 + b"1}", "bad_json"),
        (b"{'a': " + b"1" * 120_000 + b"}", "bad_json"),
        (b"{'a': " + b"9" * 60_000 + b"x}", "bad_json"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "bad_json"),
        (b"{'a': __import__('os').getcwd()}", "bad_json"),
        (b"{'a': (lambda: 1)()}", "bad_json"),
        (b"{'a': 'x' * 10**9}", "bad_json"),
        (b"{[1]: 2}", "bad_json"),
        (b"{1, 2}", "not_an_object"),
        (b"[1, 2]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b'{"a": "caf\xe9"}', "bad_encoding"),
        ("{'a': 'x'}".encode("utf-16"), "bad_encoding"),
        (None, "line_too_long"),
    ],
)
def test_lines_that_cannot_be_read_say_why(line: bytes | None, reason: str) -> None:
    with pytest.raises(FormatError) as caught:
        lines.parse(line)
    assert caught.value.reason == reason
    assert len(caught.value.detail) < 400


def test_a_line_that_is_too_long_is_never_held_and_those_around_it_are_read() -> None:
    longest = b"a" * lines.MAX_LINE_BYTES
    data = b"{}\n" + longest + b"\n" + longest + b"b\n[]\n" + longest * 3
    split = list(lines.split(cut(data, 1 << 16)))
    assert [(number, line if line is None else len(line)) for number, line in split] == [
        (1, 2), (2, lines.MAX_LINE_BYTES), (3, None), (4, 2), (5, None),
    ]  # fmt: skip


def test_marks_of_byte_order_ends_of_windows_and_blank_lines_are_no_content() -> None:
    data = b"\xef\xbb\xbf{}\r\n\r\n  \n\xef\xbb\xbf{}\n\0\0\n{} \r\n"
    assert list(lines.split([data])) == [(1, b"{}"), (4, b"\xef\xbb\xbf{}"), (6, b"{}")]
