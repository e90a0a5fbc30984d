"""Songs with words as the stages of their features read them, made up."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

Tables = dict[str, list[dict[str, Any]]]


def sung(songs: Mapping[str, str], *, language: str = "en", languages: Mapping[str, str] | None = None) -> Tables:
    """Return tables of songs: id → text; an empty line ends a section, one that comes again repeats the first.

    Args:
        songs: in order of their ids; every fifth is of the valid, every sixth of the test split.
        language: of all songs but those that `languages` has.
        languages: id → another language.
    """
    tables: Tables = {"lyric_samples": [], "lyric_texts": [], "lyric_sections": []}
    for number, (sample_id, text) in enumerate(songs.items()):
        split = {4: "valid", 5: "test"}.get(number % 6, "train")
        key = {"sample_id": sample_id, "split": split}
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        tables["lyric_samples"].append(
            key | {"artist_split": split, "random_split": split, "language": (languages or {}).get(sample_id, language)}
            | dict.fromkeys(("text_group_id", "group_id", "artist_group_id"), sample_id)
            | {"n_lines": 1, "n_words": 1, "lines_lost": False, "is_held_out": False}
            | {"text_sha256": sha256, "source_text_sha256": sha256}
        )  # fmt: skip
        tables["lyric_texts"].append(key | {"text": text})
        tables["lyric_sections"] += [key | section for section in _sections(text)]
    return tables


def _sections(text: str) -> list[dict[str, Any]]:
    sections: list[dict[str, Any]] = []
    line, first = 0, dict[str, int]()
    for index, part in enumerate(text.split("\n\n")):
        n_lines = part.count("\n") + 1
        sections.append(
            {"section_index": index, "kind": "unmarked", "first_line": line, "n_lines": n_lines}
            | {"n_words": len(part.split()), "repeat_of": first.get(part), "repeats": 0}
        )
        first.setdefault(part, index)
        line += n_lines + 1
    return sections
