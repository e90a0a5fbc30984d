"""Years that words name: "from the 60s", „19. Jahrhundert“, "до 1950 года"."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from musicdata.music.queries.rules import Rules

FIRST_YEAR, LAST_YEAR = 1000, 2099
_ROMAN = {"i": 1, "v": 5, "x": 10}
_LAST_DECADE_OF_THIS_CENTURY = 10


def at(
    rules: Rules, plains: Sequence[str], place: int, stop: int, *, framed: bool
) -> tuple[int, tuple[int, int]] | None:
    """Return where a time ends that begins at a place, and its first and last year; None where none begins there.

    Args:
        rules: of the language.
        plains: the words.
        place: where it begins.
        stop: where it must have ended.
        framed: whether a time is looked for that stands by itself ("from the 60s").
    """
    text = " ".join(plains[place:stop])
    best: tuple[int, tuple[int, int]] | None = None
    for pattern in rules.framed_eras if framed else (*rules.eras, *rules.framed_eras):
        match = pattern.match(text)
        if match is None or (match.end() < len(text) and text[match.end()] != " "):
            continue
        end = place + len(text[: match.end()].split())
        years = _years(match.groupdict(), rules.ordinals)
        if years is not None and (best is None or end > best[0]):
            best = end, years
    return best


def _years(groups: Mapping[str, str | None], ordinals: Mapping[str, int]) -> tuple[int, int] | None:
    given = {name: number for name, word in groups.items() if word and (number := _number(word, ordinals))}
    if "decade" in given:
        return _decade(given["decade"])
    if "century" in given:
        return (given["century"] - 1) * 100 + 1, given["century"] * 100
    if "first" in given and "last" in given:
        return (given["first"], given["last"]) if given["first"] <= given["last"] else None
    first = given.get("since", given.get("after", FIRST_YEAR - 1) + 1)
    last = given.get("before", LAST_YEAR + 1) - 1
    if "year" in given:
        first = last = given["year"]
    return (first, last) if given else None


def _decade(number: int) -> tuple[int, int]:
    """Return the years of a decade; of two digits those of the last century, but for the first of this one."""
    if number >= 100:
        return (number, number + 99) if number % 100 == 0 and number < 2000 else (number, number + 9)
    first = 2000 + number if number == _LAST_DECADE_OF_THIS_CENTURY else 1900 + number
    return first, first + 9


def _number(word: str, ordinals: Mapping[str, int]) -> int:
    """Return the number that a word stands for; 0 where it stands for none."""
    if word.isascii() and word.isdigit():
        return int(word)
    if word in ordinals:
        return ordinals[word]
    if set(word) <= set(_ROMAN):
        values = [_ROMAN[letter] for letter in word]
        following = [*values[1:], 0]
        return sum(-value if value < after else value for value, after in zip(values, following, strict=True))
    return 0
