"""Songs and the files they were read from: what a file has is among the notes, or it is counted why not."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from musicdata.definitions.arrow import strings
from musicdata.definitions.check import Check
from musicdata.errors import FormatError, MusicdataError
from musicdata.music.formats.karaoke_words import count_sung
from musicdata.sources import song_files, song_formats
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from musicdata.definitions.reader import Reader
    from musicdata.sources.song_files import SongFile

STAGE = "ingest.songs"
_SCORES = (".mxl", ".musicxml", ".xml")
_KARAOKE = (".mid", ".midi", ".kar")
_HUMDRUM = (".krn", ".kern")


def check_syllables(reader: Reader) -> Iterator[tuple[str, str]]:
    """Yield songs whose notes have not as many syllables as the file they were read from, less those left out.

    The file is counted anew, element by element. One that is not there any more, or has other bytes, is not looked at.
    """
    columns = ["song_id", "source_id", "source_sha256", "n_left_out", "syllable_source"]
    songs = [song for rows in reader.iterate("songs", columns) for song in rows.to_pylist()]
    n_syllables = _count_in_table(reader, {song["song_id"]: song for song in songs})
    source = reader.locations(STAGE).get("input", "")
    for song in songs:
        if problem := _problem(song, n_syllables[song["song_id"]], source):
            yield "song_notes", f"song {song['song_id']}: {problem}"


def _count_in_table(reader: Reader, songs: dict[str, dict[str, Any]]) -> Counter[str]:
    """Return song → its notes; of a karaoke file, where one note may have two syllables, the pieces of their texts."""
    n_syllables: Counter[str] = Counter()
    karaoke = {song_id for song_id, song in songs.items() if _ending(song) in _KARAOKE}
    seen_words: set[tuple[str, int]] = set()
    for rows in reader.iterate("song_notes", ["song_id", "syllable", "word", "word_index"]):
        n_syllables.update(song_id for song_id in strings(rows.column("song_id")) if song_id not in karaoke)
        if not karaoke.isdisjoint(rows.column("song_id").unique().to_pylist()):
            for note in rows.to_pylist():
                song_id, text = note["song_id"], note["syllable"]
                if song_id not in karaoke:
                    continue
                if songs[song_id]["syllable_source"] == "musicdata":  # the file has whole words
                    text = note["word"] if (song_id, note["word_index"]) not in seen_words else ""
                    seen_words.add((song_id, note["word_index"]))
                n_syllables[song_id] += count_sung(text)
    return n_syllables


def _ending(song: dict[str, Any]) -> str:
    return PurePosixPath(song["source_id"].partition(": ")[2]).suffix.lower()


def _problem(song: dict[str, Any], n_syllables: int, source: str) -> str:
    """Return what is wrong with the number of a song's syllables; empty for nothing, or nothing that can be told."""
    name = song["source_id"].partition(": ")[2]
    count = _COUNTERS.get(_ending(song))
    try:
        data = _bytes(song_files.song_file(source, name)) if count and source else b""
        if count is None or hashlib.sha256(data).hexdigest() != song["source_sha256"]:
            return ""
        at_least, at_most = count(data, name)
    except (MusicdataError, OSError) as error:
        return "" if not isinstance(error, FormatError) else f"{name} cannot be read: {error}"
    told = n_syllables + song["n_left_out"]
    if at_least <= told <= at_most:
        return ""
    return f"{n_syllables} sung and {song['n_left_out']} syllables left out, where {name} has {at_most} syllables"


def _bytes(file: SongFile) -> bytes:
    if file.fault or file.path.stat().st_size > song_formats.MAX_FILE_BYTES:
        return b""
    return paths.read_regular(file.path, song_formats.MAX_FILE_BYTES)


def count_in_score(data: bytes, name: str) -> tuple[int, int]:
    """Count the syllables of a score, in all parts and verses.

    Returns:
        The least and the greatest number of notes and left-out syllables together: two syllables may be on one note
        where one of them stands under a grace note.

    Raises:
        FormatError: it is no score.
    """
    from musicdata.music.formats import musicxml

    if song_formats.is_mei(data):
        return count_in_mei(data, name)
    n_all = n_grace = 0
    for note in musicxml.read_score(data, name).iter("note"):
        texts = ("".join(text.text or "" for text in lyric.iter("text")) for lyric in note.iter("lyric"))
        n = sum(any(map(str.isalnum, text)) for text in texts)
        n_all += n
        n_grace += n if note.find("grace") is not None or not (note.findtext("duration") or "0").strip("0. ") else 0
    return n_all - n_grace, n_all


def count_in_karaoke(data: bytes, name: str) -> tuple[int, int]:
    """Count the syllables of a karaoke file, in all tracks that may have words, and the tracks that are cut off.

    Returns:
        The least and the greatest number of sung and left-out syllables together: several texts at one tick may be one
        syllable, and texts that nothing but their notes makes words may be none.

    Raises:
        FormatError: it is no MIDI file, or the encoding of its texts cannot be told.
    """
    from musicdata.music.formats import karaoke_texts, midi

    file = midi.parse(data)
    candidates = karaoke_texts.candidates(karaoke_texts.decoded(file.texts), name)
    marked = [candidate for candidate in candidates if not candidate.is_plain]
    n_plain = max((candidate.n_sung() for candidate in candidates if candidate.is_plain), default=0)
    at_least = sum(candidate.n_at_different_ticks() for candidate in marked)
    return at_least, sum(candidate.n_sung() for candidate in marked) + n_plain + file.n_cut_tracks


def count_in_mei(data: bytes, _name: str) -> tuple[int, int]:
    """Count the syllables of an MEI score, in all parts and verses, as `count_in_score` does."""
    from musicdata.music.formats import mei

    return mei.count_syllables(data)


def count_in_humdrum(data: bytes, _name: str) -> tuple[int, int]:
    """Count the syllables of a Humdrum score, in all spines of words, as `count_in_score` does."""
    from musicdata.music.formats import humdrum

    return humdrum.count_syllables(data)


def count_in_abc(data: bytes, _name: str) -> tuple[int, int]:
    """Count the syllables of a tune in ABC, in all lines of words, as `count_in_score` does."""
    from musicdata.music.formats import abc_notation

    return abc_notation.count_syllables(data)


_COUNTERS: dict[str, Callable[[bytes, str], tuple[int, int]]] = {
    **dict.fromkeys(_SCORES, count_in_score),
    **dict.fromkeys(_KARAOKE, count_in_karaoke),
    **dict.fromkeys(_HUMDRUM, count_in_humdrum),
    ".mei": count_in_mei,
    ".abc": count_in_abc,
}


def _has_source(reader: Reader) -> bool:
    """Say whether it is known where songs were read from, and they are of a kind that can be counted anew."""
    source = reader.locations(STAGE).get("input", "")
    columns = {column.name for column in reader.contract("songs").columns} if "songs" in reader.tables else set()
    if not source or "n_left_out" not in columns:
        return False
    names = strings(reader.read("songs", ["song_id", "source_id"]).column("source_id"))
    return any(PurePosixPath(name).suffix.lower() in _COUNTERS for name in names)


CHECK = Check(
    "no syllable of a source is lost uncounted",
    check_syllables,
    needs=("songs", "song_notes"),
    applies=_has_source,
    place=35,
)
