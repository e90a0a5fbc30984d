"""What a cell says: a statement on one line, whatever kind of value a source keeps it in."""

from __future__ import annotations

from musicdata.errors import FormatError
from musicdata.music.text.limits import STATEMENT, TOO_LONG, statement

NOTHING = frozenset({"nan", "<na>"})
"""As pandas writes an empty cell; no artist or title is called so."""

NO_TEXT = NOTHING | {"null", "none", "n/a", "#n/a", "nil", "undefined"}
"""What stands in the cell of a text that is not there."""


def require_encodable(name: str, text: str, reason: str = "bad_encoding") -> None:
    """Refuse a text with halves of characters, which no encoding can write.

    Raises:
        FormatError: with that reason.
    """
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise FormatError(
            reason,
            f"{name}, character {error.start}: {text[error.start]!r} is half of a character, or a byte that is not "
            "in the encoding of the file",
        ) from None


def stated(name: str, value: object) -> str | None:
    r"""Return a statement on one line; None where there is none.

    Raises:
        FormatError: ``bad_encoding`` or ``text_too_long``.

    >>> stated("title", " Long\n Way "), stated("year", 1987.0), stated("tags", ["a", None, "b"]), stated("x", "NaN")
    ('Long Way', '1987', 'a; b', None)
    """
    if value is None or value == "":
        return None
    text = _as_text(value)
    require_encodable(name, text)
    if not text.isprintable() or text != text.strip() or "  " in text:
        text = statement(text)
    if len(text) > STATEMENT:
        raise FormatError(TOO_LONG, f"{name}: {len(text):,} characters, at most {STATEMENT:,}: {text[:40]!r} …")
    return None if not text or text.casefold() in NOTHING else text


def _as_text(value: object) -> str:
    """Return what a value says: a list its parts, an object its name; "" of what says nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "; ".join(text for one in value if (text := _as_text(one)))
    if isinstance(value, dict):
        return _as_text(value.get("name"))
    if value is None or isinstance(value, bool):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
