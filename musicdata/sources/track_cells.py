"""What the cells of a list of tracks mean: artists, lengths, dates, addresses.

Some cells are understood only beside the others of their column: whether commas are between artists or within a name,
and whether lengths are seconds or milliseconds. `Habits` are what a file as a whole tells of that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from musicdata.music.text.limits import CREDITS, STATEMENT
from musicdata.music.text.names import one_line
from musicdata.sources.spotify.records import Unusable, date_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_SPOTIFY_ID = re.compile(
    r"(?:spotify:track:|https?://open\.spotify\.com/(?:intl-\w+/)?track/)?([0-9A-Za-z]{22})(?:\?.*)?"
)
_OTHER_KIND = re.compile(
    r"spotify:(?:user:[^:]+:)?(local|episode|show|chapter|audiobook|album|artist|playlist|video)\b.*"
    r"|https?://open\.spotify\.com/(?:intl-\w+/)?(local|episode|show|chapter|audiobook|album|artist|playlist|video)/.*"
    r"|https?://(?:\w+\.)?(youtube\.com|youtu\.be|vimeo\.com|dailymotion\.com)/.*"
)
_NO_TRACKS = frozenset(
    {
        "episode",
        "podcast",
        "podcast episode",
        "show",
        "video",
        "music video",
        "audiobook",
        "chapter",
        "local",
        "local file",
    }
)
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2}(?:[.,]\d+)?)")
_SPELLED = re.compile(
    r"(?:PT)?(?:(\d+)\s*h(?:ours?|rs?)?)?\s*(?:(\d+)\s*m(?:in(?:utes?)?)?)?\s*(?:(\d+(?:\.\d+)?)\s*s(?:ec(?:onds?)?)?)?\.?",
    re.IGNORECASE,
)
# A column's lengths lie between these in the middle, in seconds.
_SHORT_S, _LONG_S = 1.0, 3 * 3600.0
_USUAL_S = (20.0, _LONG_S)
_LONGEST_S = 86_400.0
_OTHER_DATE = re.compile(r"(\d{4})(?:\.0|[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?|-(\d\d))?")
_NOT_ESCAPED_COMMA = re.compile(r"(?<!\\),")
_ESCAPED = re.compile(r"\\([,;\\])")
_TIGHT_COMMA = re.compile(r"(?<!\d),(?=\S)|,(?=\S)(?!\d{3}(?!\d))")
_BEGINS_NO_NAME = re.compile(r"(?:the|jr|sr|his|her|los|las|der|die|das|le|la|les|and|&)\b\.?|&", re.IGNORECASE)
_LISTS = re.compile(r"\s&\s|\sand\s|\sy\s|\sund\s", re.IGNORECASE)
_FEATURING = re.compile(r"\s*[(\[]\s*(?:feat|ft|featuring)\b\.?\s*|\s+(?:feat|ft|featuring)\b\.?\s+", re.IGNORECASE)
_TEXT = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
_LITERAL = re.compile(rf"[\[({{]\s*(?:(?:{_TEXT})\s*,?\s*)*[\])}}]")
_IN_LITERAL = re.compile(_TEXT)
_BACKSLASHED = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(.))", re.DOTALL)
_LONGEST_LITERAL = 10_000


@dataclass(frozen=True, slots=True)
class Habits:
    """What a file as a whole tells of its cells.

    Attributes:
        escapes: commas within names are written with a backslash before them.
        is_tight: artists are joined by commas without a space; a comma with one is within a name.
        ms_unit: seconds that 1 means in the column of milliseconds; `s_unit` in that of seconds.
    """

    escapes: bool = False
    is_tight: bool = False
    ms_unit: float = 0.001
    s_unit: float = 1.0


def habits(rows: Iterable[Mapping[str, Any]]) -> Habits:
    """Return what the rows of a file have in common."""
    escapes = is_tight = False
    in_ms: list[float] = []
    in_s: list[float] = []
    for cells in rows:
        credit = cells.get("artist")
        if isinstance(credit, str) and "," in credit and not _LITERAL.fullmatch(credit):
            escapes = escapes or "\\," in credit
            is_tight = is_tight or _TIGHT_COMMA.search(credit) is not None
        for column, numbers in (("duration_ms", in_ms), ("duration_s", in_s)):
            if (told := number(cells.get(column))) is not None and told > 0:
                numbers.append(told)
    return Habits(escapes, is_tight and not escapes, _unit(in_ms, 0.001, 1.0), _unit(in_s, 1.0, 0.001))


def _unit(numbers: list[float], named: float, other: float) -> float:
    """Return the unit that a column is in: another than it is named by, where only that one gives lengths of songs."""
    if not numbers:
        return named
    middle = median(numbers)
    is_impossible = not _SHORT_S <= middle * named <= _LONG_S
    return other if is_impossible and _USUAL_S[0] <= middle * other <= _USUAL_S[1] else named


def string(value: object) -> str:
    """Return a cell as one line; of a list its parts joined by semicolons, of an object its name."""
    if isinstance(value, list):
        return "; ".join(string(part) for part in value)
    if isinstance(value, dict):
        return string(value.get("name"))
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        return ""
    return one_line(str(value), STATEMENT * CREDITS)


def number(value: object) -> float | None:
    """Return the number that a cell says, with a decimal comma or point; None if it says none."""
    text = string(value).replace(",", ".")
    try:
        return float(text) if text and abs(float(text)) < 1e12 else None
    except ValueError:
        return None


def artists(cells: Mapping[str, Any], habits: Habits) -> list[str]:
    """Return the artists of a row, in order.

    They are apart as a list, or by semicolons, or by commas where something says that these are not within a name: as
    many ids, escaped ones elsewhere, no space behind. A comma before "The" or in a list with "&" may be either; then
    the credit stays whole, and `recordings.artist_groups` looks at its parts too.
    """
    value = cells.get("artist")
    if isinstance(value, list):
        return [name for name in map(string, value) if name]
    credit = string(value)
    listed = _of_literal(credit)
    if listed is not None:
        return listed
    pieces = [piece for piece in re.split(r"(?<!\\);|\|", credit) if piece.strip()]
    names = [name for piece in pieces for name in _with_guests(piece)]
    if len(names) == 1:
        names = _apart(names[0], _n_artists(cells), habits)
    elif len(pieces) == 1:
        names = [name for some in names for name in _apart(some, 0, habits)]
    return [_ESCAPED.sub(r"\1", name) for name in names]


def _with_guests(credit: str) -> list[str]:
    """Return the artists of a credit, and its guests where it calls them so."""
    first, *guests = _FEATURING.split(credit)
    closed = [guest[:-1] if guest.endswith((")", "]")) and "(" not in guest else guest for guest in guests]
    return [name for part in (first, *closed) if (name := part.strip())]


def _of_literal(credit: str) -> list[str] | None:
    """Return the texts of a list that is written as one, such as ``['A', 'B']``; None if it is not."""
    if len(credit) > _LONGEST_LITERAL or not _LITERAL.fullmatch(credit):
        return None
    texts = [_BACKSLASHED.sub(_character, match[0][1:-1]) for match in _IN_LITERAL.finditer(credit)]
    return [text for text in map(one_line, texts) if text]


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    return chr(int(code, 16)) if code else match[3]


def _n_artists(cells: Mapping[str, Any]) -> int:
    """Return how many artists a row says that it has; 0 if it does not say so."""
    ids = cells.get("artist_ids")
    text = ", ".join(map(string, ids)) if isinstance(ids, list) else string(ids)
    listed = _of_literal(text)
    n_ids = len(listed) if listed is not None else len([part for part in re.split("[,;|]", text) if part.strip()])
    told = number(cells.get("n_artists"))
    return n_ids or (round(told) if told is not None and 0 < told < 1000 else 0)


def _apart(credit: str, n_artists: int, habits: Habits) -> list[str]:
    """Return the names in a credit whose commas may be between names or within them."""
    if "," not in credit or n_artists == 1:
        return [credit]
    by_comma = [part.strip() for part in _NOT_ESCAPED_COMMA.split(credit) if part.strip()]
    by_tight = [part.strip() for part in _TIGHT_COMMA.split(credit) if part.strip()]
    if n_artists > 1:
        fitting = [names for names in (by_comma, by_tight, _rejoined(by_comma)) if len(names) == n_artists]
        return fitting[0] if fitting else [credit]
    if habits.escapes:
        return by_comma
    if habits.is_tight:
        return by_tight
    is_number = re.search(r"\d,\d{3}(?!\d)", credit)
    names = [part.strip() for part in re.split(r",\s", credit) if part.strip()]
    is_of_one = is_number or any(_BEGINS_NO_NAME.match(name) for name in names[1:]) or _LISTS.search(credit)
    return [credit] if is_of_one or len(set(names)) < len(names) else names


def _rejoined(parts: list[str]) -> list[str]:
    """Return parts of a credit with those put back that hardly begin a name, or end a list with "&"."""
    names: list[str] = []
    for part in parts:
        if names and (_BEGINS_NO_NAME.match(part) or _LISTS.search(part)):
            names[-1] = f"{names[-1]}, {part}"
        else:
            names.append(part)
    return names


def spotify_id(cells: Mapping[str, Any]) -> str | None:
    """Return Spotify's id of the track; None if the row has none."""
    match = _SPOTIFY_ID.fullmatch(string(cells.get("spotify_id")))
    return match[1] if match else None


def other_kind(cells: Mapping[str, Any]) -> Unusable | None:
    """Return why a row is no track by its own word, such as a local file or an episode; None if it says none."""
    address, name = string(cells.get("spotify_id")), string(cells.get("title"))
    match = _OTHER_KIND.fullmatch(address)
    told = string(cells.get("kind")).casefold().replace("_", " ")
    kind = next((part for part in match.groups() if part), "") if match else told if told in _NO_TRACKS else ""
    if not kind:
        return None
    if kind.startswith("local"):
        return Unusable(reason="local_file", detail=f"a file of the owner's own: {name!r}")
    of_site = f"a video of {kind}" if "." in kind else f"{kind}"
    return Unusable(reason="not_a_track", detail=f"{of_site} {name!r} is not a track")


def release_date(cells: Mapping[str, Any]) -> str | None:
    """Return year, month or day of a release, as far as the cell tells; None where it tells none."""
    match = _OTHER_DATE.fullmatch(string(cells.get("release_date")))
    if not match:
        return None
    year, month, day = match[1], match[2] or match[4], match[3]
    return date_of("-".join(part.zfill(2) for part in (year, month, day) if part))


def duration(cells: Mapping[str, Any], habits: Habits) -> int | Unusable | None:
    """Return a track's length in milliseconds: None where it is not told or nothing, or why it cannot be."""
    for column, unit in (("duration_ms", habits.ms_unit), ("duration_s", habits.s_unit)):
        text = string(cells.get(column))
        if not text:
            continue
        length_s = _of_clock(text)
        if length_s is None:
            told = number(text)
            if told is None or told < 0:
                return Unusable(reason="wrong_value", detail=f"{column} is {text[:60]!r}; expected a number or m:ss")
            length_s = told * unit
        if length_s > _LONGEST_S:
            detail = f"{column} is {text[:60]!r}, that is {length_s / 3600:,.0f} hours; no track is so long"
            return Unusable(reason="wrong_value", detail=detail)
        return round(1000 * length_s) or None
    return None


def _of_clock(text: str) -> float | None:
    """Return the seconds of ``h:mm:ss``, ``m:ss``, ``3m 25s`` or ``PT3M25S``; None if it is none of these."""
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3].replace(",", "."))
    spelled = _SPELLED.fullmatch(text)
    if spelled is None or not any(spelled.groups()):
        return None
    return int(spelled[1] or 0) * 3600 + int(spelled[2] or 0) * 60 + float(spelled[3] or 0)
