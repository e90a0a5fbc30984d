"""The written queries and their right readings, two halves: one that the rules were mended by, and one held out.

A line has the query's own language, the query, and what is read out of it; what it does not name is not read. Without
`text`, what is searched for is the query as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from musicdata.music.queries import Known, Understood

HALVES = ("held_out", "tuning")
FIELDS = (
    "text", "language", "languages", "not_languages", "genres", "not_genres", "years", "artist", "title", "emotions",
    "not_emotions",
)  # fmt: skip
KNOWN = Known.of(
    languages=["en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "hu", "la", "zh", "vi", "ru", "ja"],
    genres=[
        "Hymn", "Hymns", "Art Song", "Folk songs", "Ode", "Psalm", "Love songs", "Sea songs", "Work songs",
        "Drinking songs", "Patriotic songs", "Children's songs", "Christmas carols", "Ci", "Qu", "Rock", "Pop", "Metal",
        "Jazz", "Country", "Hip-Hop", "R&B",
    ],
    artists=[
        "Franz Schubert", "Robert Schumann", "Clara Schumann", "Jacques Brel", "Bob Dylan", "Isaac Watts", "The Sailors",
        "李白", "Violeta Parra", "Giuseppe Verdi",
    ],
    years=[1600, 2020],
    titles=[
        "Erlkönig", "Amazing Grace", "Blue", "Ne me quitte pas", "Spanish Eyes", "静夜思", "Sad Songs in French",
        "Mondnacht", "La Paloma", "Va, pensiero", "Kalinka",
    ],
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A query as somebody might type it, and what it says, field by field, as `shown` shows it."""

    query: str
    right: dict[str, str]


def read(half: str) -> list[Written]:
    """Return the queries of one half."""
    lines = Path(__file__).with_name(f"{half}.tsv").read_text("utf-8").splitlines()
    return [_written(*line.split("\t")) for line in lines]


def _written(language: str, query: str, reading: str) -> Written:
    given = dict(one.strip().split("=", 1) for one in reading.split(";") if one.strip())
    assert set(given) <= set(FIELDS), (query, given)
    right = dict.fromkeys(FIELDS, "") | {"text": query, "language": language} | given
    return Written(query, {name: _sorted(name, value) for name, value in right.items()})


def _sorted(name: str, value: str) -> str:
    return value if name == "text" else ",".join(sorted(value.split(",")))


def shown(understood: Understood) -> dict[str, str]:
    """Return what was read, each field as one text."""
    values = {name: getattr(understood, name) for name in FIELDS}
    years = understood.years
    values["years"] = f"{years[0]}-{years[1]}" if years else ""
    return {
        name: ",".join(sorted(value)) if isinstance(value, tuple) else value or "" for name, value in values.items()
    }
