"""Songs made up for tests: random, but the same every time, and none like another."""

from __future__ import annotations

import csv
import random
from pathlib import Path

_ONSETS, _VOWELS, _CODAS = (
    ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "st", "tr", "bl"],
    ["a", "e", "i", "o", "u", "ee", "oo"],
    ["", "", "n", "r", "l", "st"],
)
_DURATIONS = [0.25, 0.5, 0.5, 0.5, 1.0, 1.0, 1.0, 1.5, 2.0, 1 / 3]
DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def word(chance: random.Random) -> list[str]:
    """Return the syllables of a made-up word."""
    n = chance.choice([1, 1, 2, 2, 3])
    return ["".join(map(chance.choice, (_ONSETS, _VOWELS, _CODAS))) for _ in range(n)]


def rows(seed: int, n_notes: int) -> list[dict[str, object]]:
    """Return the notes of a made-up song as rows of a table of triples."""
    chance = random.Random(seed)
    made: list[dict[str, object]] = []
    index = 0
    while len(made) < n_notes:
        syllables = word(chance)
        for syllable in syllables:
            rest = chance.choice([0, 0, 0, 0, 0.5, 1.0])
            note = {"pitch": chance.randint(55, 79), "duration": chance.choice(_DURATIONS), "rest": rest}
            made.append({**note, "syllable": syllable, "word": "".join(syllables), "word_index": index})
        index += 1
    return made[:n_notes]


def write_song(path: Path, seed: int, n_notes: int = 45) -> Path:
    """Write a made-up song of so many notes as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = rows(seed, n_notes)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)
    return path


def write_songs(folder: Path, n_songs: int, n_notes: int = 45, first_seed: int = 0) -> Path:
    """Write so many made-up songs into `folder`."""
    for seed in range(first_seed, first_seed + n_songs):
        write_song(folder / f"song{seed:03d}.csv", seed, n_notes)
    return folder


def transposed(path: Path, seed: int, semitones: int, n_notes: int = 45) -> Path:
    """Write the made-up song of `seed` in another key."""
    lines = ["pitch,duration,rest,syllable,word"]
    for row in rows(seed, n_notes):
        pitch = int(str(row["pitch"])) + semitones
        lines.append(f"{pitch},{row['duration']},{row['rest']},{row['syllable']},{row['word']}")
    path.write_text("\n".join(lines) + "\n")
    return path


def shared(name: str) -> Path:
    """Return a folder of the real data that lies beside the checkout; skip the test where it is missing."""
    import pytest

    folder = DATA / name
    if not folder.exists():
        pytest.skip(f"real data are not here: ../shared/data/{name}")
    return folder
