"""What pages leave in and around what people wrote: as planted, and sentences that look like it and are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

LOOK_ALIKES = (
    "You cannot log in to a heart and reply to it.",
    "There was an error in the way they loved each other.",
    "It was edited by the label before the radio got it.",
    "The general comment of the critics was that nobody would vote for it.",
    "He found the missing link and no replies came from her side.",
    "Report to the captain, the sailors say, and share what is left.",
    "I would quote the whole verse if I could.",
)
"""Sentences that belong to what somebody wrote."""

BOILERPLATE = (
    "This song has been added to the archive by one of our members and is waiting for somebody who tells what it means "
    "to them. If you know the song well, please write some lines about it, so that others who come here find more than "
    "the bare words. Every member who writes ten texts gets a star beside the name, and the best text of each week is "
    "shown on the first page for seven days. Thank you for all that you have done for this archive in the past years, "
    "and please stay friendly with one another."
)
"""Stands under many songs."""

_MONTHS = ("January", "February", "March", "May", "August", "September", "November")
_USERS = ("ivy", "darkmoon_77", "thekid", "paperplane", "xLostBoyx", "MissMaple", "lyric-hunter", "songbird2")


def _date(rng: np.random.Generator) -> str:
    month, day, year = rng.integers((0, 1, 2002), (len(_MONTHS), 29, 2020)).tolist()
    return f"{_MONTHS[month]} {day:02d}, {year}"


def _user(rng: np.random.Generator) -> str:
    return _USERS[int(rng.integers(len(_USERS)))]


def _head(_rng: np.random.Generator, text: str) -> str:
    return f"General Comment{text}"


def _footer(rng: np.random.Generator, text: str) -> str:
    replies = int(rng.integers(0, 4))
    told = "No Replies" if not replies else f"{replies} Repl{'y' if replies == 1 else 'ies'}"
    return f"{text}{_user(rng)}on {_date(rng)}Link{told}Log in to replyThere was an error."


def _stems(_rng: np.random.Generator, text: str) -> str:
    return f"{text} linkno replyther"


def _edited(rng: np.random.Generator, text: str) -> str:
    return f"{text}\n[Edited by {_user(rng)} on {_date(rng)}]"


def _breaks(_rng: np.random.Generator, text: str) -> str:
    return text.replace(". ", ".<br />\n", 2)


def _entities(_rng: np.random.Generator, text: str) -> str:
    first, _, rest = text.partition(" ")
    return f"&quot;{first}&quot; &amp; {rest}"


def _url(rng: np.random.Generator, text: str) -> str:
    number = int(rng.integers(10**6, 10**7))
    return f"{text} http://www.videos.example/watch?v={number}"


def _mojibake(_rng: np.random.Generator, text: str) -> str:
    return text.replace(". ", ". It isn\u00e2\u20ac\u2122t so. ", 1)


def _controls(_rng: np.random.Generator, text: str) -> str:
    return text.replace(". ", ".\0 ", 1)


PLANTS: dict[str, Callable[[np.random.Generator, str], str]] = {
    "mojibake": _mojibake,
    "entities": _entities,
    "breaks": _breaks,
    "controls": _controls,
    "url": _url,
    "edited": _edited,
    "head": _head,
    "footer": _footer,
    "stems": _stems,
}
"""Name → what plants it; in the order in which several are planted."""

_MOST = 2


def chosen(rng: np.random.Generator) -> tuple[str, ...]:
    """Choose one or two names of residue."""
    names = list(PLANTS)
    some = {names[at] for at in rng.permutation(len(names))[: int(rng.integers(1, _MOST + 1))]}
    return tuple(name for name in names if name in some)


def plant(rng: np.random.Generator, text: str, names: tuple[str, ...]) -> str:
    """Return a text with residue of these names in it."""
    for name in names:
        text = PLANTS[name](rng, text)
    return text
