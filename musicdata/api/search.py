"""Finds the samples of a data set that answer a query in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.api.work import open_data

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from os import PathLike

    from musicdata.definitions.search import Answer


def search(
    query: str | None = None,
    against: str | PathLike[str] | None = None,
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
    """Return what a release or a workspace answers to a query, best first.

    >>> musicdata.search("a sad song about the sea, in German", "musicdata-work/lyrics")  # doctest: +SKIP

    Args:
        query: words that are looked for.
        against: release or workspace; the only workspace in ``musicdata-work`` when None.
        like: id of a sample that the others are to be like, in the place of a query.
        k: matches at most.
        language: only samples in this language, ISO 639-1; None for what the query says.
        plain: take the query as it stands.
        across: look in all languages, by meaning.
        without: kinds of what a query says that are not to be read out of it.
        reindex: build the index anew.
        progress: is told what takes long.

    Raises:
        InputError: there is no such data set.
        MusicdataError: see `musicdata.definitions.searchable.Searchable.search`.
    """
    return open_data(against, progress=progress).search(
        query,
        like=like,
        k=k,
        language=language,
        plain=plain,
        across=across,
        without=without,
        reindex=reindex,
        progress=progress,
    )
