"""Alignment: notes, words, times and boxes agree, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from musicdata.definitions.arrow import strings
from musicdata.definitions.check import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Reader

_ROUNDING_PIXELS = 0.01


def check_completeness(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield samples that are neither aligned nor rejected, and samples aligned without sound or picture."""
    aligned, audio, sheets, samples = (_sample_ids(reader, t) for t in ("alignment", "audio", "sheets", "samples"))
    if aligned != audio & sheets:
        odd = sorted(aligned ^ (audio & sheets))
        yield (
            "alignment",
            f"{len(odd)} samples are aligned without audio and sheet, or the reverse, e.g. {odd[0]}",
        )
    explained = {reject["key"] for reject in reader.rejects()}
    if lost := sorted(samples - aligned - explained):
        yield "samples", f"{len(lost)} samples are neither aligned nor rejected, e.g. {lost[0]}"


def _sample_ids(reader: Reader, table: str) -> set[str]:
    return set(strings(pc.unique(reader.read(table, ["sample_id"]).column("sample_id"))))


def check_agreement(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield columns in which `alignment` differs from the table it took them from."""
    aligned = reader.read("alignment")
    complete = pc.unique(aligned.column("sample_id"))
    for table in ("notes", "sheet_boxes"):
        rows = reader.read(table)
        rows = rows.filter(pc.is_in(rows.column("sample_id"), complete))
        for name in (c.name for c in reader.contract(table).columns if c.name in aligned.column_names):
            if not aligned.column(name).combine_chunks().equals(rows.column(name).combine_chunks()):
                yield "alignment", f"column {name} differs from {table}"


def check_times(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield samples whose notes overlap, run backwards or reach past the end of the audio."""
    audio = reader.read("audio", ["sample_id", "n_samples", "sample_rate"])
    for rows in reader.iterate("alignment"):
        start, stop, onset_s, offset_s = (
            rows.column(c).to_numpy() for c in ("audio_start", "audio_stop", "onset_s", "offset_s")
        )
        n_samples, rate_hz = (_of_sample(rows, audio, c) for c in ("n_samples", "sample_rate"))
        same = _same_sample_as_next(rows)
        yield from _wrong(rows, (start >= stop) | (stop > n_samples), "a note that is empty or past the audio's end")
        yield from _wrong(
            rows, np.append((stop[:-1] > start[1:]) & same, False), "a note that begins before the last ends"
        )
        off = np.maximum(np.abs(start - onset_s * rate_hz), np.abs(stop - offset_s * rate_hz)) > 0.5 + 1e-6
        yield from _wrong(rows, off, "a note whose audio span is not its onset and offset")


def check_boxes(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield samples with a box outside the picture, empty, or left of the one before it."""
    sheets = reader.read("sheets", ["sample_id", "width", "height"])
    for rows in reader.iterate("sheet_boxes"):
        width, height = (_of_sample(rows, sheets, c) for c in ("width", "height"))
        same = _same_sample_as_next(rows)
        for kind in ("head", "syllable"):
            x0, y0, x1, y1 = (rows.column(f"{kind}_{c}").to_numpy() for c in ("x0", "y0", "x1", "y1"))
            outside = (x1 > width + _ROUNDING_PIXELS) | (y1 > height + _ROUNDING_PIXELS)
            yield from _wrong(
                rows, (x0 >= x1) | (y0 >= y1) | outside, f"a {kind} box that is empty or outside the picture"
            )
            yield from _wrong(rows, np.append((x0[1:] <= x0[:-1]) & same, False), f"{kind} boxes that run backwards")


def check_heads(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield samples whose page shows another number of notes than the sample has."""
    samples, sheets = (
        reader.read("samples", ["sample_id", "n_notes"]),
        reader.read("sheets", ["sample_id", "n_heads"]),
    )
    wrong = sheets.column("n_heads").to_numpy() != _of_sample(sheets, samples, "n_notes")
    yield from _wrong(sheets, wrong, "another number of heads on the page than notes", "sheets")


def _of_sample(rows: pa.Table, table: pa.Table, column: str) -> NDArray[np.int64]:
    where = pc.index_in(rows.column("sample_id"), table.column("sample_id"))
    values: NDArray[np.int64] = table.column(column).take(where).to_numpy()
    return values


def _same_sample_as_next(rows: pa.Table) -> NDArray[np.bool_]:
    ids = rows.column("sample_id").combine_chunks()
    return np.asarray(pc.equal(ids[1:], ids[:-1])).astype(bool)


def _wrong(rows: pa.Table, mask: NDArray[np.bool_], what: str, table: str = "alignment") -> Iterator[tuple[str, str]]:
    hit = pc.unique(rows.column("sample_id").filter(pa.array(np.asarray(mask, dtype=bool))))
    if len(hit):
        yield table, f"{len(hit)} samples have {what}, e.g. {hit[0].as_py()}"


CHECKS = (
    Check(
        "every sample is aligned or rejected",
        check_completeness,
        needs=("alignment", "audio", "sheets", "samples"),
        place=50,
    ),
    Check(
        "alignment repeats what the other tables say",
        check_agreement,
        needs=("alignment", "notes", "sheet_boxes"),
        place=51,
    ),
    Check("onsets are in order and inside the audio", check_times, needs=("alignment", "audio"), place=52),
    Check("boxes are in order and inside the picture", check_boxes, needs=("sheet_boxes", "sheets"), place=53),
    Check("as many heads on the page as notes", check_heads, needs=("samples", "sheets"), place=54),
)
