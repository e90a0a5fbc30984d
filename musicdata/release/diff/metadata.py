"""What differs between two releases apart from rows and columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from musicdata.errors import IntegrityError
from musicdata.release.record import layout
from musicdata.system import paths

if TYPE_CHECKING:
    from musicdata.release.reading.side import Side

_FACTS = ("title", "stages", "sources", "rejects", "tools", "rights", "gate", "tombstones")
_TEXTS = {"card": layout.CARD, "citation": layout.CITATION, "croissant": layout.CROISSANT, "recipe": layout.RECIPE}
_HASH = re.compile(r"\b[0-9a-f]{64}\b")
_YEAR = re.compile(r"  (?:year|month) = \{\d+\},")
_FOLLOWS = re.compile(r"^- It follows .*\n|[;.] [Ii]t follows \d+\.\d+\.\d+", re.MULTILINE)


def changed_metadata(a: Side, b: Side) -> list[str]:
    """List what tells of the rows and is not the same, such as `title`, `tools`, `recipe`, `card`, `contract of notes`.

    Texts that name their release's version, its day, the one before it or its hashes do not differ by that alone.

    Raises:
        IntegrityError: a text is missing.
    """
    changed = [name for name in _FACTS if getattr(a.record, name) != getattr(b.record, name)]
    changed += [what for what, name in _TEXTS.items() if _neutral(a, name) != _neutral(b, name)]
    both = sorted(a.contracts.keys() & b.contracts.keys())
    return changed + [f"contract of {name}" for name in both if a.contracts[name] != b.contracts[name]]


def _neutral(side: Side, name: str) -> str:
    """Return a text of the release without what is another in every version of it."""
    try:
        text = paths.read_inside(side.root, name).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise IntegrityError(
            f"{side.root / name} cannot be read: {error}. Run: musicdata release verify {side.root}"
        ) from error
    text, version = _YEAR.sub("", _FOLLOWS.sub("", text)), side.record.version
    text = text.replace(side.record.date, "") if side.record.date else text
    return _HASH.sub("", text.replace(version, "").replace(version.replace(".", "-"), ""))
