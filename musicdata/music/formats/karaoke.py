"""Reads karaoke MIDI files (`.mid`, `.midi`, `.kar`): lyric events and the vocal part they belong to.

Syllables come from lyric events (meta 0x05), or from text events (meta 0x01), above all of the Soft Karaoke
convention: `@` lines for title and language, a backslash before a paragraph, a slash before a line. Which of them are
the words of the song, `karaoke_texts` finds out; where words end, `karaoke_words`. Times are ticks, so tempo does not
matter.
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import karaoke_line, karaoke_marks, karaoke_texts, midi, timing_grid
from musicdata.music.formats.song import Song, SungNote
from musicdata.music.text import alphabets

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.formats.karaoke_line import Sung

GRID_QL = (1 / 4, 1 / 3)
"""Sixteenths and triplet eighths."""


def read(data: bytes, file_name: str, *, grid_ql: Sequence[float] = GRID_QL) -> list[Song]:
    """Read the song of a karaoke file.

    The vocal part is the track and channel, drums excepted, in which most lyric events meet the beginning of
    a note; of nearly equal parts, the one with the fewest notes besides. It is made monophonic: the top note
    of a chord, each note cut at the next. Notes before the first lyric event are dropped; later notes
    without one lengthen the syllable before (its pitch stays that of its first note) unless a silence lies
    between. An event without a note of its own is joined to the syllable that sounds; where none sounds, it is
    counted as left out.

    In files whose events are whole words, `syllable` is None and each note of a word is a note of its own:
    a word on n notes has yet to be split.

    Onsets and ends are moved to the nearest point of a grid, of which each quarter takes the one that fits
    its notes best; a note lasts at least one step.

    Args:
        data: the whole file.
        file_name: its name, for messages; `.kar` allows lyrics in text events without `@` lines.
        grid_ql: steps of the grids, in quarter lengths; each must divide a quarter. Preferred ones first.

    Returns:
        One song. Its title is the first `@T` line, its rights the first copyright event. Left out are syllables
        `without_note`, those of `other_voices` that sing besides, and words that stand in the file again (`repeated`);
        `cut_tracks` counts tracks that could not be read to their end, since nobody knows what they had.

    Raises:
        FormatError: `too_large`, `unreadable_midi`, `unknown_encoding`, `no_lyrics`, `lyrics_by_line`, `bad_text`,
            `no_vocal_part` or `bad_timing`.

    """
    grids = [timing_grid.checked_step(step) for step in grid_ql]
    try:
        file = midi.parse(data)
        texts = karaoke_texts.decoded(file.texts)
        words = karaoke_texts.find_words(karaoke_texts.candidates(texts, file_name), file)
        sung, lost = karaoke_line.sing(words.lyrics, words.line.tones, file.ticks_per_quarter)
        played = [(note.onset, note.end) for note in sung]
        notes = _sung_notes(sung, timing_grid.quantised(played, file.ticks_per_quarter, grids))
    except FormatError as error:
        raise FormatError(error.reason, f"{file_name}: {error.detail}") from error
    stated = karaoke_marks.stated([(kind, text) for track in texts for _, kind, text in track])
    left_out = words.left_out + Counter(without_note=sum(lyric.n_sung for lyric in lost), cut_tracks=file.n_cut_tracks)
    language = stated.language
    if language is not None and not alphabets.can_be(" ".join(note.word or "" for note in notes), language):
        language = None
    return [
        Song(
            name="",
            title=stated.title,
            composer=None,
            lyricist=None,
            rights=stated.rights,
            language=language,
            notes=notes,
            left_out=dict(sorted(left_out.items())),
        )
    ]


def _sung_notes(sung: list[Sung], times: list[tuple[Fraction, Fraction]]) -> list[SungNote]:
    notes = []
    numbers: dict[int, int] = {}
    silent_since = Fraction(0)
    for note, (onset, end) in zip(sung, times, strict=True):
        lyric = note.lyric
        notes.append(
            SungNote(
                pitch=note.pitch,
                duration_ql=float(end - onset),
                rest_ql=float(onset - silent_since),
                syllable=None if lyric.is_word else lyric.text,
                word=lyric.word,
                word_index=numbers.setdefault(lyric.word_index, len(numbers)),
            )
        )
        silent_since = end
    return notes
