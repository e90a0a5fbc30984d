"""The values every reader of symbolic songs returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class SungNote:
    """One sung note: a pitch, its place in time and what is sung on it.

    Attributes:
        pitch: MIDI note number, 0–127; 60 is middle C.
        duration_ql: sounding length in quarter lengths, ties and melisma notes joined; above 0.
        rest_ql: silence between the end of the previous sung note and this one, in quarter lengths; 0 or more.
        syllable: what is sung on the note, NFC, without hyphens or extender lines; an elision of two
            syllables keeps both, joined by a space. None when the source gives only whole words
            (`syllabification` fills it in).
        word: the whole word the syllable belongs to, repeated on each of its notes; None when the source does
            not say (LMD syllable files).
        word_index: number of the word in the song, counted from 0; None exactly when `word` is None.
    """

    pitch: int
    duration_ql: float
    rest_ql: float
    syllable: str | None
    word: str | None
    word_index: int | None


@dataclass(frozen=True, slots=True)
class Song:
    """What a reader found in one source, or in one song of a source that holds several.

    Attributes:
        name: the song's own name inside its file, empty when the file is one song.
        title: as the source states it, or None. The same for `composer`, `lyricist`, `rights`.
        language: ISO 639-1 code *declared by the source*, or None; detection is the ingest stage's work.
        notes: the sung notes of the vocal part, first verse, in order of onset.
        left_out: reason, as in `cue_notes` → how many syllables of the source are not among the notes for it. Together
            with those that are, they are all that the source has; a source that is read whole leaves nothing out.
    """

    name: str
    title: str | None
    composer: str | None
    lyricist: str | None
    rights: str | None
    language: str | None
    notes: Sequence[SungNote]
    left_out: dict[str, int] = field(default_factory=dict)
