"""Sound of songs with interpretations: clips decode and are as long as they should be, tokens differ between songs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.compute as pc

from musicdata.definitions.check import Check
from musicdata.errors import FormatError
from musicdata.music.formats import sound_files

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader

    Findings = Iterator[tuple[str, str]]

_AUDIO = "song_audio"
_TOKENS = tuple(f"music_tokens_{ear}" for ear in ("cnnsa", "musicnn", "small"))
_RATE_HZ, _N_SAMPLES = 16_000, 240_000


def check_clips(reader: Reader) -> Findings:
    """Yield songs whose clip does not decode, has another rate or length, is silent, or sounds after its end."""
    for part in reader.iterate(_AUDIO, ["sample_id", "clip", "clip_seconds"]):
        for row in part.to_pylist():
            if row["clip"] is not None and (problem := _clip_problem(row)):
                yield _AUDIO, f"sample {row['sample_id']}: {problem}"


def _clip_problem(row: dict[str, Any]) -> str:
    if row["clip"]["path"] != f"{row['sample_id']}.flac":
        return f"its file is called {row['clip']['path']}"
    try:
        samples, rate_hz, _ = sound_files.decode_flac(row["clip"]["bytes"])
    except FormatError as error:
        return f"its clip does not decode: {error}"
    if (rate_hz, len(samples)) != (_RATE_HZ, _N_SAMPLES):
        return f"its clip has {len(samples):,} samples at {rate_hz:,} Hz, expected {_N_SAMPLES:,} at {_RATE_HZ:,}"
    if not samples.any():
        return "its clip is silent"
    n_sounding = int(np.ceil(row["clip_seconds"] * _RATE_HZ)) + 1
    return "its clip sounds after its end" if samples[n_sounding:].any() else ""


def check_tokens(reader: Reader) -> Findings:
    """Yield tokens that are not numbers, are the same for all songs, by several ears, or of songs without audio."""
    for table in _tables(reader):
        contract = reader.contract(table)
        making: set[tuple[str, str]] = set()
        first, n, n_infinite, differ = None, 0, 0, False
        for part in reader.iterate(table, ["sample_id", "vector", "ear", "weights_sha256"]):
            if not len(part):
                continue
            vectors = contract.column("vector").unpack(part.column("vector"))
            making |= set(zip(*(part.column(name).to_pylist() for name in ("ear", "weights_sha256")), strict=True))
            n_infinite += int((~np.isfinite(vectors).reshape(len(vectors), -1).all(axis=1)).sum())
            first = vectors[0] if first is None else first
            differ = differ or bool((vectors != first).any())
            n += len(part)
        if n_infinite:
            yield table, f"{n_infinite} songs have tokens that are not finite"
        if n > 1 and not differ:
            yield table, f"all {n} songs have the same tokens: nothing is heard"
        if len(making) > 1:
            yield table, f"tokens are by several ears: {' and '.join(' '.join(one) for one in sorted(making)[:2])}"
        yield from _without_audio(reader, table)


def _without_audio(reader: Reader, table: str) -> Findings:
    if _AUDIO in reader.tables:
        there = reader.read(_AUDIO, ["sample_id"]).column("sample_id")
        ids = reader.read(table, ["sample_id"]).column("sample_id")
        odd = ids.filter(pc.invert(pc.is_in(ids, there)))
        if len(odd):
            yield table, f"{len(odd)} songs have tokens and no audio, e.g. {odd[0]}"


def _tables(reader: Reader) -> list[str]:
    return [table for table in _TOKENS if table in reader.tables]


def _has_tokens(reader: Reader) -> bool:
    return bool(_tables(reader))


def _shows_clips(reader: Reader) -> bool:
    return "clip" in {column.name for column in reader.contract(_AUDIO).columns}


CHECKS = (
    Check("tokens are heard by one ear, and differ", check_tokens, applies=_has_tokens, over="all", place=65),
    Check("clips of songs decode, 15 s at 16 kHz", check_clips, (_AUDIO,), _shows_clips, level="media", place=10),
)
