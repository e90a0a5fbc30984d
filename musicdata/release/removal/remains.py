"""What would tell of items that were taken down: their ids, hashes, words, sounds and pictures."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from musicdata.release.exports import schema
from musicdata.release.record import layout, stored
from musicdata.release.record.configs import column_names
from musicdata.release.removal.removed import GROUP, Gone, tombstones
from musicdata.release.removal.search_terms import Needles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.definitions.contract import Contract
    from musicdata.release.reading.release import Release
    from musicdata.release.record.layout import Tombstone

_FEWEST_LETTERS = 12
_HASH = "sha256"  # the column beside a sound or a picture


def traces(release: Release, gone: Sequence[str | Tombstone]) -> Needles:
    """Return what would tell of items: their ids, hashes, sounds, pictures and words, but for what stays has too.

    Args:
        release: full, with the items.
        gone: tombstones, or ids.

    Raises:
        InputError: the release does not have an item.
    """
    named = [item if isinstance(item, str) else _id_of(item) for item in gone]
    lost = Gone.of(release, tombstones(release, named, version=release.record.version, reason="to be looked for"))
    needles = Needles()
    kept = {item for ids in lost.kept.values() for item in ids.to_pylist()}
    for ids in lost.orphans.values():
        for item in sorted(set(ids.to_pylist()) - kept):
            needles.add_text("ids", item, f"the id {item}")
    _add_words(needles, release, lost)
    for table in release.tables:
        _add_media(needles, release, table, lost)
    return needles


def _id_of(stone: Tombstone) -> str:
    return f"{GROUP}{stone.id}" if stone.table == "song_groups" else stone.id


def _add_words(needles: Needles, release: Release, lost: Gone) -> None:
    """Add the words of the samples that are gone, those left out that are sung in others too."""
    known = schema.columns_of(release, layout.SAMPLES)
    for column in (place for place, c in known.items() if c.content_of == "lyrics" and c.type == "string"):
        found = release.reader.iterate_config(layout.SAMPLES, ["sample_id", column])
        rows = pa.concat_tables(found)
        goes = pc.is_in(rows.column("sample_id"), lost.samples)
        others = "\n".join(t for t in rows.filter(pc.invert(goes)).column(column).to_pylist() if t).lower()
        for row in rows.filter(goes).to_pylist():
            text = row[column] or ""
            if len(text) >= _FEWEST_LETTERS and text.lower() not in others:
                needles.add_text("words", text, f"the words of {row['sample_id']}")


def _add_media(needles: Needles, release: Release, table: str, lost: Gone) -> None:
    """Add the sounds and pictures of a table that only samples have that are gone, and their hashes."""
    contract = release.contract(table)
    media = [column.name for column in contract.columns if column.is_media]
    if not media:
        return
    key, stays = list(dict.fromkeys([*contract.key, "sample_id"])), set[str]()
    shown = stored.first_samples(release.reader, contract, lost.samples) if contract.shown_by else None
    if _HASH in column_names(contract):
        rows = release.reader.read(table, [*key, _HASH])
        stays |= set(rows.filter(pc.invert(_goes(rows, contract, lost, shown))).column(_HASH).to_pylist())
    between = (None, None) if contract.shown_by else (pc.min(lost.samples).as_py(), pc.max(lost.samples).as_py())
    for rows in release.reader.iterate(table, [*key, *media], *between):
        for row in rows.filter(_goes(rows, contract, lost, shown)).to_pylist():
            for column in media:
                data = row[column]["bytes"]
                sha256 = hashlib.sha256(data).hexdigest()
                if sha256 not in stays:
                    needles.add_media(data, f"{table}.{column} of {row['sample_id']}")
                    needles.add_text("hashes", sha256, f"the sha256 of {table}.{column} of {row['sample_id']}")


def _goes(rows: pa.Table, contract: Contract, lost: Gone, shown: pa.Table | None) -> pa.ChunkedArray:
    if shown is None:
        return pc.is_in(rows.column("sample_id"), lost.samples)
    still = pc.is_in(stored.joined_key(rows, contract.key), stored.joined_key(shown, contract.key))
    return pc.invert(still)
