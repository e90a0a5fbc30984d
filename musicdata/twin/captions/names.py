"""Names of songs and of who sings them: no two numbers have the same."""

from __future__ import annotations

_FIRST = (
    *("Alma", "Boris", "Cleo", "Dario", "Edda", "Felix", "Greta", "Hugo", "Iris", "Jonas", "Kira", "Leo", "Mara"),
    *("Nils", "Olga", "Piet", "Quinn", "Rosa", "Sven", "Tilda", "Uma", "Viktor", "Wanda", "Xenia", "Yara", "Zeno"),
)
_LAST = (
    *("Abel", "Brandt", "Cassel", "Dorn", "Ekdal", "Fontane", "Gruber", "Halm", "Imhof", "Jansen", "Kolb", "Lindt"),
    *("Marek", "Novak", "Orban", "Petri", "Quast", "Rieger", "Sorel", "Tamm", "Ulrich", "Vogel", "Weiss", "Zander"),
)
_TITLES = (
    *("Paper", "Velvet", "Copper", "Marble", "Amber", "Ivory", "Scarlet", "Crystal", "Cotton", "Cedar", "Willow"),
    *("Saffron", "Indigo", "Linen", "Maple", "Pebble", "Raven", "Thistle", "Walnut", "Clover", "Falcon", "Juniper"),
)
_THINGS = (
    *("Anthem", "Ballad", "Carousel", "Diary", "Echo", "Feather", "Glance", "Hour", "Island", "Jacket", "Keyhole"),
    *("Lantern", "Morning", "Number", "Orchard", "Parade", "Question", "Ribbon", "Shadow", "Thread", "Umbrella"),
)


def artist(number: int) -> str:
    """Return who sings a song."""
    return _spelled(number, (_FIRST, _LAST))


def title(number: int) -> str:
    """Return what a song is called."""
    return _spelled(number, (_TITLES, _THINGS))


def _spelled(number: int, lists: tuple[tuple[str, ...], ...]) -> str:
    """Return a number as words: digits of a system whose bases are the lengths of the lists, again and again."""
    words: list[str] = []
    while number or len(words) < len(lists):
        digits = lists[len(words) % len(lists)]
        number, digit = divmod(number, len(digits))
        words.append(digits[digit])
    return " ".join(words)
