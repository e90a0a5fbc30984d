"""A release to read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata import settings
from musicdata.definitions import recipe as recipes
from musicdata.definitions.searchable import Searchable
from musicdata.errors import InputError, IntegrityError
from musicdata.release.description import citation
from musicdata.release.reading.reader import ReleaseReader
from musicdata.release.record import layout
from musicdata.release.record.files import require_layout
from musicdata.release.record.whole import look_closer, whole_file
from musicdata.wording import choice

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.head import Head
    from musicdata.definitions.recipe import Recipe


@dataclass(frozen=True, slots=True, repr=False)
class Release(Searchable):
    """A release, or one split of it.

    >>> release = musicdata.load("musictm@1.0.0", split="train")  # doctest: +SKIP
    >>> release.table("alignment").to_pandas()  # doctest: +SKIP

    Attributes:
        root: its folder.
        record: what `RELEASE.json` says.
        split: only this split; None for all of them.
        verify: hash each file before it is first read; one that differs is an IntegrityError that names it.
        published_at: where it was published, as far as that is known; it is cited by that where it states no address.
    """

    root: Path
    record: layout.Record
    split: str | None = None
    verify: bool = True
    published_at: str = ""
    _readers: list[ReleaseReader] = field(default_factory=list, init=False, repr=False, compare=False)

    def __repr__(self) -> str:
        only = f", split={self.split!r}" if self.split else ""
        return f"<Release {self.record.slug}{only}: {len(self):,} samples, {str(self.root)!r}>"

    def __len__(self) -> int:
        return sum(self.n_samples.values())

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.samples()

    def _facts(self) -> dict[str, str]:
        return {
            "release": self.record.slug,
            "title": self.record.title,
            "view": self.record.view,
            "samples": ", ".join(f"{n:,} {split}" for split, n in self.n_samples.items()),
            "tables": ", ".join(self.tables),
            "content root": self.record.content_root,
            "folder": str(self.root),
        }

    @property
    def reader(self) -> ReleaseReader:
        """Return what reads the tables."""
        if not self._readers:
            self._readers.append(ReleaseReader(self.root, self.record, self.split, verify=self.verify))
        return self._readers[0]

    def document(self, name: str) -> Path:
        """Return the path of one of its documents, such as the card or the recipe, after it was looked at.

        Args:
            name: as `RELEASE.json` lists it: ``README.md``.

        Raises:
            IntegrityError: it is missing, or has other bytes than `RELEASE.json` says.
        """
        file = next((file for file in self.record.files if file.path == name), None)
        if file is None:
            raise IntegrityError(f"{self.root} has no {name}. {look_closer(self.root)}")
        return whole_file(self.root, file, verify=self.verify)

    @property
    def name(self) -> str:
        """Return the name of the data set."""
        return self.record.name

    @property
    def version(self) -> str:
        """Return the semantic version."""
        return self.record.version

    @property
    def index_folder(self) -> Path:
        """Return the folder of the index of a search: below MUSICDATA_HOME, a release holds what its record names."""
        name = f"{self.record.slug}-{self.record.view}-{self.record.content_root[:16]}"
        return settings.read().home / "search" / (name if self.split is None else f"{name}-{self.split}")

    @property
    def arrays_folder(self) -> Path:
        """Return the folder of arrays that a training loop reads, below MUSICDATA_HOME."""
        return settings.read().home / "arrays" / f"{self.record.slug}-{self.record.view}"

    @property
    def recipe(self) -> Recipe:
        """Return the recipe it was built from, with every parameter written out.

        Raises:
            RecipeError: this version of musicdata lacks a stage of it; `head` can be read all the same.
        """
        return recipes.load(str(self.document(layout.RECIPE)), is_foreign=True)

    @property
    def head(self) -> Head:
        """Return what the recipe says about the data set."""
        return recipes.read_head(str(self.document(layout.RECIPE)))

    @property
    def n_samples(self) -> dict[str, int]:
        """Return split → samples."""
        return {split: n for split, n in self.record.n_samples.items() if self.split in (None, split)}

    def samples(self, columns: list[str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield one row a sample, with all that there is one of for each: ids, words, sound, picture.

        Args:
            columns: of the config `samples`; all of them when None, media included.

        Raises:
            ContractError: there is no such column.
        """
        for rows in self.reader.iterate_config(layout.SAMPLES, columns):
            yield from rows.to_pylist()

    def cite(self) -> str:
        """Return a BibTeX entry."""
        return citation.bibtex(self.record, self.head, url=self.published_at)


def open_release(path: str | Path, split: str | None = None, *, verify: bool = True) -> Release:
    """Open the release in a folder.

    Args:
        path: of the folder.
        split: only this split; None for all of them.
        verify: see now that it has exactly its files, each of its size, and hash each before it is first read. What
            `RELEASE.json` says of columns is not computed: `musicdata release verify` does.

    Raises:
        InputError: there is none, or it has no such split.
        IntegrityError: a file is missing, too much, of another size, or no regular file.
    """
    root = Path(path)
    record = layout.read_record(root)
    if split is not None and split not in layout.SPLITS:
        raise InputError(f"there is no split {split!r}{choice(split, layout.SPLITS, f'{record.slug} has')}")
    if verify:
        require_layout(root, record)
    return Release(root, record, split, verify)
