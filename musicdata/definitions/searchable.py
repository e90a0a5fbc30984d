"""Tables that can be searched in words, where the suite of their recipe knows how."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from musicdata.definitions import items as as_items
from musicdata.definitions import suite as suites
from musicdata.definitions.search import Answer, Ask
from musicdata.definitions.table_source import TableSource
from musicdata.errors import RecipeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from musicdata.definitions.items import Items


class Searchable(TableSource):
    """The base of what is opened as a whole: a workspace, a release."""

    __slots__ = ()

    @property
    @abstractmethod
    def index_folder(self) -> Path:
        """Return where the index of a search is kept, whether it is there or not."""

    @property
    def arrays_folder(self) -> Path:
        """Return where arrays are kept that a training loop reads, whether they are there or not."""
        return self.index_folder.with_name("arrays")

    def items(self, *names: str, split: str | None = None) -> Items:
        """Return the samples one by one as NumPy arrays, for a training loop of any kind.

        What is asked for is written once into files that are read where they lie, so that memory does not grow.

        Args:
            names: modalities, such as ``audio``, or columns of numbers, as ``table.column``. A modality that several
                columns describe is the one of them that the recipe validates by.
            split: only samples of this split; None for all.

        Returns:
            One item a sample that has all of it, in the order of the tables: a dict of `sample_id` and an array for
            each name, of shape (rows of a sample, *shape of the column), or of the column's where a sample has one row.

        Raises:
            UsageError: a name means nothing or several things, or a column holds no numbers.
            ContractError: samples have different numbers of rows, or a cell is empty.
            IntegrityError: tables differ in order.
            StorageError: the files cannot be written.
        """
        return as_items.items(self, names, split, self.arrays_folder)

    def torch(self, *names: str, split: str | None = None) -> Items:
        """Return the samples as `items` does, with tensors: a map-style data set for ``torch.utils.data.DataLoader``.

        >>> train = release.torch("audio", "sheet", split="train")  # doctest: +SKIP
        >>> for batch in torch.utils.data.DataLoader(train, batch_size=32, shuffle=True):  # doctest: +SKIP
        ...     batch["audio"].shape  # (32, notes, frames, mels)

        Raises:
            SetupError: PyTorch is not installed.
            MusicdataError: see `items`.
        """
        as_items.require_torch()
        found = self.items(*names, split=split)
        found.convert = as_items.tensors
        return found

    def search(
        self,
        query: str | None = None,
        *,
        like: str | None = None,
        k: int = 10,
        language: str | None = None,
        plain: bool = False,
        across: bool = False,
        without: Sequence[str] = (),
        reindex: bool = False,
        progress: Callable[[str], None] = lambda _text: None,
    ) -> Answer:
        """Find the samples that answer a query, best first, with what each score is made of.

        The first call builds an index and keeps it; later ones open it.

        Args:
            query: words that are looked for, as somebody would type them.
            like: id of a sample that the others are to be like, in the place of a query.
            k: matches at most.
            language: only samples in this language, ISO 639-1; None for what the query says.
            plain: take the query as it stands: nothing of it is read as a filter, a wish or a negation.
            across: look in all languages, by meaning.
            without: kinds of what a query says that are not to be read out of it.
            reindex: build the index anew.
            progress: is told what takes long.

        Raises:
            UsageError: the question cannot mean anything, or the data set cannot be searched.
            RecipeError: the suite of the data set is unknown, or its settings are wrong.
            SetupError: what encodes a query is not installed.
            IntegrityError: the index, or the weights of an encoder, are not what they were.
        """
        ask = Ask(query, like, k, language, plain, across, tuple(without), reindex)
        wanted = self.head.validate
        if wanted is None:
            raise UsageError(f"the recipe of {self.root} has no [validate]: it does not say which column has the words")
        try:
            settings = suites.settings_of(wanted.task, wanted.settings)
        except RecipeError as error:
            raise RecipeError(f"the recipe of {self.root}: [validate] {error}") from error
        suite = suites.find(wanted.task)
        if suite.search is None:
            raise UsageError(f"{self.root} is validated by suite {suite.name}, which searches nothing")
        suite.require_packages()
        return suite.search(self, settings, ask, self.index_folder, progress)
