"""What would tell of items that were taken down: their ids, hashes, words, sounds and pictures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.contract import SAMPLE_ID
from musicdata.release.reading import shape
from musicdata.release.reading.shared import first_samples, places_in
from musicdata.release.record import layout
from musicdata.release.record.configs import column_names
from musicdata.release.record.tombstones import Items
from musicdata.release.removal.removed import Removed, item_of, tombstones
from musicdata.release.removal.search_terms import SearchTerms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.arrow import Values
    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.release import Release
    from musicdata.release.record.layout import Tombstone

_FEWEST_LETTERS = 12
_HASH = "sha256"  # the column beside a sound or a picture


def remains(release: Release, items: Sequence[str | Tombstone]) -> SearchTerms:
    """Return what would tell of items: their ids, hashes, sounds, pictures and words, but for what stays has too.

    Args:
        release: full, with the items.
        items: tombstones, or ids.

    Raises:
        InputError: the release does not have an item.
    """
    known = Items.of(map(release.contract, release.tables))
    named = [item if isinstance(item, str) else item_of(known, item) for item in items]
    lost = Removed.of(release, tombstones(release, named, version=release.record.version, reason="to be looked for"))
    terms = SearchTerms()
    kept = {item for ids in lost.kept.values() for item in strings(ids)}
    for ids in lost.orphans.values():
        for item in sorted(set(strings(ids)) - kept):
            terms.add_text("ids", item, f"the id {item}")
    _add_words(terms, release, lost)
    for table in release.tables:
        _add_media(terms, release, table, lost)
    return terms


def _add_words(terms: SearchTerms, release: Release, lost: Removed) -> None:
    """Add the texts of the samples that are removed, those left out that others have too."""
    known = shape.columns_of(release, layout.SAMPLES)
    for column in (place for place, c in known.items() if c.content_of and c.type == "string"):
        pieces = release.reader.iterate_config(layout.SAMPLES, [SAMPLE_ID, column])
        rows = pa.concat_tables(pieces)
        goes = pc.is_in(rows.column(SAMPLE_ID), lost.samples)
        others = "\n".join(t for t in rows.filter(pc.invert(goes)).column(column).to_pylist() if t).lower()
        for row in rows.filter(goes).to_pylist():
            text = row[column] or ""
            if len(text) >= _FEWEST_LETTERS and text.lower() not in others:
                terms.add_text("words", text, f"the words of {row['sample_id']}")


def _add_media(terms: SearchTerms, release: Release, table: str, lost: Removed) -> None:
    """Add the sounds and pictures of a table that only removed samples have, and their hashes."""
    contract = release.contract(table)
    media = [column.name for column in contract.columns if column.is_media]
    if not media:
        return
    key, stays = list(dict.fromkeys([*contract.key, SAMPLE_ID])), set[str]()
    shown = first_samples(release.reader, contract, lost.kept[SAMPLE_ID]) if contract.shown_by else None
    if _HASH in column_names(contract):
        rows = release.reader.read(table, [*key, _HASH])
        stays |= set(strings(rows.filter(pc.invert(_goes(rows, contract, lost, shown))).column(_HASH)))
    between = (None, None) if contract.shown_by else (pc.min(lost.samples).as_py(), pc.max(lost.samples).as_py())
    for rows in release.reader.iterate(table, [*key, *media], *between):
        for row in rows.filter(_goes(rows, contract, lost, shown)).to_pylist():
            for column in media:
                data = row[column]["bytes"]
                sha256 = hashlib.sha256(data).hexdigest()
                if sha256 not in stays:
                    terms.add_media(data, f"{table}.{column} of {row['sample_id']}")
                    terms.add_text("hashes", sha256, f"the sha256 of {table}.{column} of {row['sample_id']}")


def _goes(rows: pa.Table, contract: Contract, lost: Removed, shown: pa.Table | None) -> Values:
    if shown is None:
        return pc.is_in(rows.column(SAMPLE_ID), lost.samples)
    return pc.is_null(places_in(rows, shown, contract.key))
