"""Clips: each as long as was asked for, and made of the very samples that were cut."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import soundfile

from musicdata.definitions.check import Check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.definitions.reader import Reader


def check_clips(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield clips of another length than was asked for, and those whose samples are not what their hash says."""
    parameters = reader.parameters("fetch_clips")
    for rows in reader.iterate("audio", ["sample_id", "audio", "sample_rate", "n_samples"]):
        if not len(rows):
            continue
        ids = rows.column("sample_id")
        clips = reader.read("clips", ["sample_id", "pcm_sha256", "n_padded"], ids[0].as_py(), ids[-1].as_py())
        facts = {row["sample_id"]: row for row in clips.to_pylist()}
        for row in rows.to_pylist():
            if problem := _problem(row, facts.get(row["sample_id"]), parameters):
                yield "clips", f"sample {row['sample_id']}: {problem}"


def _problem(row: dict[str, Any], clip: dict[str, Any] | None, parameters: dict[str, Any]) -> str:
    if clip is None:
        return "its audio has no row in clips"
    rate_hz, clip_s = parameters.get("sample_rate", row["sample_rate"]), parameters.get("clip_s")
    if row["sample_rate"] != rate_hz:
        return f"its clip has {row['sample_rate']} Hz, asked for were {rate_hz}"
    if clip_s and row["n_samples"] != round(clip_s * rate_hz):
        return f"its clip has {row['n_samples']} samples, {clip_s:g} s at {rate_hz} Hz are {round(clip_s * rate_hz)}"
    if not 0 <= clip["n_padded"] < row["n_samples"]:
        return f"{clip['n_padded']} of its {row['n_samples']} samples are said to be silence added"
    samples, _ = soundfile.read(io.BytesIO(row["audio"]["bytes"]), dtype="int16")
    pcm = samples.astype("<i2").tobytes()
    return "" if hashlib.sha256(pcm).hexdigest() == clip["pcm_sha256"] else "its samples are not those that were cut"


CHECK = Check(
    "clips are as long as asked and as hashed", check_clips, needs=("clips", "audio"), level="media", place=30
)
