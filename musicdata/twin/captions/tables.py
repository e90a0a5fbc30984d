"""Writes songs with captions as files: a line of JSON a song, its sound as MIDI, and what is true of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from musicdata.system import paths
from musicdata.twin.captions.facts import FACTS
from musicdata.twin.captions.population import LICENCE

if TYPE_CHECKING:
    from pathlib import Path

    from musicdata.twin.captions.population import CaptionPopulation, Song

SONGS, AUDIO, TRUTH = "songs.jsonl", "audio", "truth.tsv"
_TRUTH_COLUMNS = ("id", *(fact.name for fact in FACTS), "bpm", "key", "n_mood_lines")


def write_files(population: CaptionPopulation, folder: Path) -> None:
    """Write the files of a population.

    Args:
        population: whose songs they are.
        folder: made if there is none; files of the same names are replaced. `songs.jsonl` is what is read, `audio` has
            a MIDI file a song, `truth.tsv` is for tests alone.
    """
    with paths.create_inside(folder, SONGS) as songs, paths.create_inside(folder, TRUTH) as truth:
        truth.write(_row(_TRUTH_COLUMNS))
        for song in population.songs():
            songs.write(json.dumps(document(song), ensure_ascii=False).encode() + b"\n")
            played = song.performance
            truth.write(_row((song.id, *song.truth, played.bpm, played.key, song.n_mood_lines)))
            with paths.create_inside(folder, f"{AUDIO}/{song.id}.mid") as sound:
                sound.write(song.midi())


def document(song: Song) -> dict[str, object]:
    """Return a song as its line of the file says it; `comments` are pairs of text and votes."""
    return {
        "music4all_id": song.id,
        "songmeanings_id": song.songmeanings_id,
        "artist": song.artist,
        "title": song.title,
        "lyrics": song.lyrics,
        "comments": [list(caption) for caption in song.captions],
        "tags": list(song.truth.tags()),
        "audio": f"{song.id}.mid",
        "licence": LICENCE,
    }


def _row(cells: tuple[object, ...]) -> bytes:
    return "\t".join(map(str, cells)).encode() + b"\n"
