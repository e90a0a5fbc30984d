"""Sound and pictures: the bytes are what their row says, notes sound where they should, boxes hold ink."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
from PIL import Image

from musicdata.definitions.check import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Reader

_NOTE_LEVEL_DBFS = -60.0
_FIRST_OF_NOTE_S = 0.1
_INK = 128
_MIN_HEAD_INK = 0.3


def check_audio(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield samples whose FLAC file has another hash, rate or length than its row, or is silent where a note sounds."""
    for rows in reader.iterate("audio", ["sample_id", "audio", "sha256", "sample_rate", "n_samples"]):
        for row in rows.to_pylist():
            problem = _media_problem(row, "audio", "flac") or _audio_problem(row, _notes_of(reader, row["sample_id"]))
            if problem:
                yield "audio", f"sample {row['sample_id']}: {problem}"


def check_pictures(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield pictures of another hash or size than their row, and boxes without ink."""
    if "sheets" in reader.tables:
        yield from _page_problems(reader)
    if "note_sheets" in reader.tables:
        yield from _note_problems(reader)


def _page_problems(reader: Reader) -> Iterator[tuple[str, str]]:
    for rows in reader.iterate("sheets", ["sample_id", "image", "sha256", "width", "height"]):
        for row in rows.to_pylist():
            boxes = reader.read("sheet_boxes", None, row["sample_id"], row["sample_id"]).to_pylist()
            problem = _media_problem(row, "image", "png") or _picture_problem(row, boxes, ("head", "syllable"))
            if problem:
                yield "sheets", f"sample {row['sample_id']}: {problem}"


def _note_problems(reader: Reader) -> Iterator[tuple[str, str]]:
    for rows in reader.iterate("note_sheets"):
        media = reader.read(
            "note_sheets",
            ["image"],
            rows.column("note_sheet_id")[0].as_py(),
            rows.column("note_sheet_id")[-1].as_py(),
        )
        for row, image in zip(rows.to_pylist(), media.to_pylist(), strict=True):
            problem = _hash_problem(image["image"]["bytes"], row["sha256"]) or _picture_problem(
                row | image, [row], ("head",)
            )
            if problem:
                yield "note_sheets", f"note {row['note_sheet_id']}: {problem}"


def _media_problem(row: dict[str, Any], column: str, ending: str) -> str:
    if row[column]["path"] != f"{row['sample_id']}.{ending}":
        return f"its file is called {row[column]['path']}"
    return _hash_problem(row[column]["bytes"], row["sha256"])


def _hash_problem(data: bytes, digest: str) -> str:
    return "" if hashlib.sha256(data).hexdigest() == digest else "the sha256 of its bytes is not the row's"


def _notes_of(reader: Reader, sample_id: str) -> list[dict[str, Any]]:
    if "notes" not in reader.tables:
        return []
    return reader.read("notes", ["sample_id", "onset_s", "offset_s"], sample_id, sample_id).to_pylist()


def _audio_problem(row: dict[str, Any], notes: list[dict[str, Any]]) -> str:
    try:
        signal, rate_hz = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        return f"its audio does not decode: {error}"
    if (rate_hz, *signal.shape) != (row["sample_rate"], row["n_samples"], 1):
        return f"its audio is {rate_hz} Hz, {signal.shape[0]} samples, {signal.shape[1]} channels"
    for index, note in enumerate(notes):
        start = round(note["onset_s"] * rate_hz)
        stop = round(min(note["offset_s"], note["onset_s"] + _FIRST_OF_NOTE_S) * rate_hz)
        level_dbfs = 20 * np.log10(np.sqrt(np.mean(signal[start:stop] ** 2)) + 1e-12)
        if not level_dbfs > _NOTE_LEVEL_DBFS:
            return f"note {index} is silent ({level_dbfs:.0f} dBFS)"
    return ""


def _picture_problem(row: dict[str, Any], boxes: list[dict[str, Any]], kinds: tuple[str, ...]) -> str:
    try:
        with Image.open(io.BytesIO(row["image"]["bytes"]), formats=["PNG"]) as picture:
            ink = np.asarray(picture.convert("L")) < _INK
    except (OSError, SyntaxError) as error:
        return f"its picture does not decode: {error}"
    if ink.shape != (row["height"], row["width"]):
        return f"its picture is {ink.shape[1]}×{ink.shape[0]} pixels, the row says {row['width']}×{row['height']}"
    for index, box in enumerate(boxes):
        for kind in kinds:
            share = _share_of_ink(ink, box, kind)
            if share <= (_MIN_HEAD_INK if kind == "head" else 0):
                return f"the {kind} box of note {index} holds {share:.0%} ink"
    return ""


def _share_of_ink(ink: NDArray[np.bool_], box: dict[str, Any], kind: str) -> float:
    x0, y0, x1, y1 = (box[f"{kind}_{edge}"] for edge in ("x0", "y0", "x1", "y1"))
    inside = ink[int(y0) : int(np.ceil(y1)), int(x0) : int(np.ceil(x1))]
    return float(inside.mean()) if inside.size else 0.0


def _has_pictures(reader: Reader) -> bool:
    return bool({"sheets", "note_sheets"} & set(reader.tables))


CHECKS = (
    Check("sound is as its row says", check_audio, needs=("audio",), level="media", place=10),
    Check("pictures are as their rows say", check_pictures, applies=_has_pictures, level="media", place=20),
)
