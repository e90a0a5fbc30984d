"""What each rights view of a release has: its tables, their columns, and the bag of words in the place of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from musicdata.release.reading import shape
from musicdata.release.record import layout
from musicdata.release.sharing import bag_of_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from musicdata.definitions.column import Column
    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.release import Release
    from musicdata.release.record.layout import View

_BESIDE_THE_KEY = {"sample_id", "split"}


def contracts_of(release: Release, view: View) -> dict[str, Contract]:
    """Return table → contract of the tables of a full release that a view has, with the columns that it has."""
    contracts = {}
    for name, table in release.record.tables.items():
        contract = seen(release.contract(name), view, is_joined=table.config == layout.SAMPLES)
        if contract is not None:
            contracts[name] = contract
    return contracts


def seen(contract: Contract, view: View, *, is_joined: bool) -> Contract | None:
    """Return a table's contract as a view has it, or None where nothing of it is worth having.

    Args:
        contract: as the full release has it.
        view: not `full`.
        is_joined: whether it stands beside other tables in the config `samples`, and so is not left out.
    """
    columns = [_seen(column, view, is_key=column.name in contract.key) for column in contract.columns]
    kept = tuple(column for column in columns if column is not None)
    names = {column.name for column in kept}
    had, has = (any(c.is_media or c.is_array for c in some) for some in (contract.columns, kept))
    if not is_joined and (names <= {*contract.key, *_BESIDE_THE_KEY} or (had and not has)):
        return None
    references = {name: table for name, table in contract.references.items() if name in names}
    return contract.model_copy(update={"columns": kept, "references": references})


def _seen(column: Column, view: View, *, is_key: bool) -> Column | None:
    if view == "open":
        return column.model_copy(update={"nullable": True}) if column.content_of and not is_key else column
    is_gone = column.content_of or (view == "ids" and column.features_of)
    return None if is_gone else column


def word_columns(release: Release, view: View) -> list[str]:
    """List the columns of the config `samples` of which a view has a bag of words; none where it shows words itself."""
    texts = [work.place for work in shape.works(release) if work.is_text]
    known = shape.columns_of(release, layout.SAMPLES)
    has_words = view in ("features", "ids") and set(bag_of_words.COLUMNS) <= set(known)
    return texts if has_words else []


def bags_of_words(release: Release, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield the rows of the bag of words of these columns, those of a sample together."""
    known = bag_of_words.vocabulary(_texts(release, columns))
    return bag_of_words.bags(_texts(release, columns), known)


def _texts(release: Release, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Yield what a bag of words is made of: ids, and all texts of a sample one after the other."""
    for rows in release.reader.iterate_config(layout.SAMPLES, [*bag_of_words.COLUMNS, *columns]):
        texts: list[Any] = [*(rows.column(name) for name in columns), "\n"]
        together = pc.binary_join_element_wise(*texts, null_handling="skip")
        yield rows.select(bag_of_words.COLUMNS).append_column(bag_of_words.TEXT, together)
