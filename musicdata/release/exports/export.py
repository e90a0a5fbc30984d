"""What an export declares, and the registry that finds every one.

An export is a module of `musicdata.release.exports`, of an installed package or of a recipe's plug-ins, with a
module-level `EXPORT`. Adding one touches that module and its test. What it needs and carries it says by kinds of
columns, never by a table's name, so that it serves every data set that has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from musicdata.definitions.registry import Registry
from musicdata.errors import UsageError
from musicdata.release.reading import shape

if TYPE_CHECKING:
    import pyarrow as pa

    from musicdata.release.reading.release import Release

Kind = Literal["facts", "media", "texts", "rights", "rows"]
KINDS: tuple[Kind, ...] = ("facts", "media", "texts", "rights", "rows")

Payload = dict[str, Any]
"""What an export carries of one sample, of these what it has:

`facts`: column of the config `samples` → value, media left out; `media`: name of a sound or picture (`shape.works`) →
bytes of its file; `texts`: name of a text → text; `rights`: modality → what is known of its rights; `rows`: those of
the table beside the sample (`shape.beside`) as dicts with the table's key and any columns, several for one row where a
format has it in several places.
"""

Read = Callable[[Path, "Release"], Iterator[tuple[str, str, Payload]]]
Tables = Callable[[Path, "Release"], Iterator[tuple[str, str, "Iterator[pa.Table] | None"]]]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a release must show for an export to make sense of it.

    Attributes:
        sound: of each sample.
        works: whether a sample must have a sound, a picture or a text at all.
        rows: columns of the table beside the samples.
    """

    sound: bool = False
    works: bool = False
    rows: tuple[str, ...] = ()

    def missing(self, release: Release) -> str:
        """Say what the release lacks of it; nothing if it has all."""
        works = shape.works(release)
        if self.sound and not any(work.column.is_sound for work in works):
            return "no sound"
        if self.works and not works:
            return "no sound, no picture and no text"
        table = shape.beside(release)
        columns = {column.name for column in release.contract(table).columns} if table else set()
        lacking = [name for name in self.rows if name not in columns]
        return f"no {', no '.join(lacking)} in a table beside its samples" if lacking else ""


@dataclass(frozen=True)
class Export:
    """Declares an export: a rendering of a release for somebody's tool.

    Attributes:
        name: as users call it.
        holds: what it is, for people.
        write: puts the release's samples into a folder; gets the options as keywords.
        read: yields (sample_id, split, payload) of what lies in a folder, in the release's order, by reading the
            format itself; the release is asked for types only.
        carries: payloads that it has of every sample, as far as the release has them.
        needs: what the release must show.
        tables: yields (config, split, its rows piecewise) for all that the export holds beside the samples; None for
            the rows of what the release has and the folder has not.
        options: option → default.
    """

    name: str
    holds: str
    write: Callable[..., None]
    read: Read
    carries: tuple[Kind, ...]
    needs: Needs = Needs()
    tables: Tables | None = None
    options: Mapping[str, int] = field(default_factory=dict)

    def require(self, release: Release) -> None:
        """Make sure the export can be made of what the release shows.

        Raises:
            UsageError: it lacks what the export is about; the message says what.
        """
        if missing := self.needs.missing(release):
            raise UsageError(
                f"{release.record.slug} in the view {release.record.view!r} has {missing}, without which the export "
                f"{self.name!r} makes no sense; export a fuller view, or choose another export"
            )

    def settings(self, options: Mapping[str, int]) -> dict[str, int]:
        """Return every option with its value.

        Raises:
            UsageError: there is no such option, or its value is not a positive number.
        """
        for name, value in options.items():
            if name not in self.options:
                known = ", ".join(self.options) or "none"
                raise UsageError(f"the export {self.name!r} has no option {name!r}; its options: {known}")
            if value < 1:
                raise UsageError(f"the export {self.name!r}: {name} is {value}; expected a number above 0")
        return {**self.options, **options}


EXPORTS = Registry("export", "musicdata.release.exports", "EXPORT", Export)
"""Every export by name."""
