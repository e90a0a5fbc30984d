"""What a request asks is parsed and bounded; the rest of the odd ones are in test_guard.py, over the socket."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicdata.web.asking import Asked, BadRequestError, Condition


def test_what_is_asked() -> None:
    asked = Asked(
        b"table=songs&words=a%20b&limit=7&where=%5B%5B%22x%22%2C%22range%22%2C%5B1%2Cnull%5D%5D%5D",
        ("table", "words", "limit", "where"),
    )
    assert asked.one_of("table", ["songs"]) == "songs"
    assert asked.text("words") == "a b"
    assert asked.number("limit", 1, 1, 9) == 7
    assert asked.number("nothing", 3, 1, 9) == 3
    assert asked.conditions("where") == (Condition("x", "range", (1, None)),)


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_refused(query: bytes) -> None:
    with contextlib.suppress(BadRequestError):
        asked = Asked(query, ("a", "b"))
        assert len(asked.text("a")) <= 500
        assert 0 <= asked.number("b", 0, 0, 9) <= 9
        asked.conditions("a")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    )
)
def test_no_json_does(value: object) -> None:
    import json
    from urllib.parse import urlencode

    query = urlencode({"where": json.dumps(value)}).encode()
    try:
        found = Asked(query, ("where",)).conditions("where")
    except BadRequestError:
        return
    assert all(one.how in ("in", "range", "has", "empty") for one in found)


def test_bounds_of_numbers() -> None:
    for text in ("", "x", "-1", "10", "1.0", "9" * 30, "0x1", " 1", "+1", "٣"):
        with pytest.raises(BadRequestError, match="no such number"):
            Asked(
                f"n={text}".encode("ascii", "xmlcharrefreplace")
                .replace(b"&#", b"%26%23")
                .replace(b" ", b"%20")
                .replace(b"+", b"%2B"),
                ("n",),
            ).number("n", 0, 0, 9)
