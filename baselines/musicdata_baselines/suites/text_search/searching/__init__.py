"""Answers what users ask of a data set of songs, by the same searches that a validation measures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.errors import UsageError
from musicdata_baselines.suites.text_search.searching import answering, index, likeness, understanding

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from musicdata.definitions.search import Answer, Ask
    from musicdata.definitions.table_source import TableSource
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings


def search(
    data: TableSource, settings: TextSearchSettings, ask: Ask, folder: Path, progress: Callable[[str], None]
) -> Answer:
    """Answer a question.

    Args:
        data: workspace or release.
        settings: what its recipe names.
        ask: the question.
        folder: where the index is kept.
        progress: is told what takes long.

    Raises:
        UsageError: the question cannot mean anything here, or the data set has nothing to search by.
        SetupError: only an encoder that is not installed could answer.
        IntegrityError: an encoder is another one than the index was built with.
    """
    there = settings.among(data)
    if not there.language or not there.relevance_group:
        raise UsageError(
            f"{data.root} does not say which songs are in which language, or which have the same words "
            f"({settings.language}, {settings.relevance_group}); finish it with musicdata build"
        )
    engine = index.find_engine(data, there, folder, progress, reindex=ask.reindex)
    if ask.like is not None:
        return likeness.answer(engine, ask)
    return answering.answer(engine, ask, understanding.understand(ask, engine.index))
