"""What services say, as JSON of a known shape."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from musicdata.sources.answers import canonical, checked
from musicdata.system.http import HttpError, Outcome


class _Said(BaseModel):
    number: int
    words: list[str] = []


def test_a_body_of_the_right_shape_is_read() -> None:
    assert checked(_Said, b'{"number": 3, "words": ["a"], "more": null}', "here") == _Said(number=3, words=["a"])


@pytest.mark.parametrize(
    ("body", "reason", "told"),
    [
        (b"<html>secret</html>", "not_json", "here: 19 bytes, which are not JSON"),
        (
            b'{"number": "secret", "words": [1]}',
            "wrong_shape",
            r"here: .*number \(int_parsing\), words.0 \(string_type\)",
        ),
        (b"[]", "wrong_shape", r"all of it \(model_type\)"),
    ],
)
def test_what_is_wrong_is_told_without_what_was_said(body: bytes, reason: str, told: str) -> None:
    with pytest.raises(HttpError, match=told) as caught:
        checked(_Said, body, "here")
    assert (caught.value.outcome, caught.value.reason) == (Outcome.INVALID, reason)
    assert "secret" not in str(caught.value)


def test_the_same_value_is_the_same_bytes() -> None:
    assert (
        canonical({"b": ["é"], "a": None}) == canonical({"a": None, "b": ["é"]}) == '{"a": null, "b": ["é"]}'.encode()
    )
