"""Scores that music21 reads, as MusicXML with the words of their source under the notes.

music21 reads notes of ABC, MEI and Humdrum well, and their words hardly: of ABC none, of Humdrum one verse at most, of
MEI without the hyphens that are not printed. So it is given no words; each reader finds them itself, and hangs them on
the notes that music21 made of their source. From there on a score is read like any other (`musicxml`).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from musicdata.errors import FormatError, SetupError
from musicdata.music.formats import musicxml, score_size, xml_tree
from musicdata.music.formats.song import Song

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
_MARKER = "musicdata-words-"
Syllabic = Literal["single", "begin", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Word:
    """What a source has under a note in one verse.

    Attributes:
        verse: its number or name.
        pieces: text and place in its word of each syllable, two or more where they are elided; none where a syllable
            before goes on.
        is_held: whether a line says that the syllable lasts over the notes after this one.
    """

    verse: str
    pieces: tuple[tuple[str, Syllabic], ...] = ()
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What a source states of a song, beside its notes."""

    name: str = ""
    title: str | None = None
    composer: str | None = None
    lyricist: str | None = None
    rights: str | None = None
    language: str | None = None


@dataclass(slots=True)
class Underlay:
    """Words on their way under the notes of a score: music21 carries a number in their place.

    Attributes:
        lost: reason → number of syllables that stand under no note.
    """

    lost: dict[str, int] = field(default_factory=dict)
    _words: list[list[Word]] = field(default_factory=list)

    def hang(self, note: Any, words: Sequence[Word]) -> None:
        """Hang words on a note of music21's, in the place of what it has."""
        from music21.note import Lyric

        note.lyrics = [Lyric(text=f"{_MARKER}{len(self._words)}", number=1, applyRaw=True)]
        self._words.append(list(words))

    def lose(self, reason: str, words: Sequence[Word]) -> None:
        """Count words that stand under no note."""
        n = sum(any(map(_is_printed, word.pieces)) for word in words)
        self.lost[reason] = self.lost.get(reason, 0) + n

    def song(self, score: Any, facts: Facts) -> Song:
        """Return the song of a score of music21's.

        Raises:
            FormatError: as `musicxml.find_vocal_part` and `score_size.check`; `unreadable_score` where music21 cannot
                write it.
        """
        root = self._as_musicxml(score)
        _, notes, left_out = musicxml.find_notes(root)
        lost = {reason: n for reason, n in self.lost.items() if n}
        told = {reason: left_out.get(reason, 0) + lost.get(reason, 0) for reason in sorted(left_out.keys() | lost)}
        return Song(
            name=facts.name,
            title=facts.title,
            composer=facts.composer,
            lyricist=facts.lyricist,
            rights=facts.rights,
            language=facts.language,
            notes=notes,
            left_out=told,
        )

    def _as_musicxml(self, score: Any) -> ET.Element:
        from music21.musicxml.m21ToXml import GeneralObjectExporter

        in_music21(lambda: _prepare(score))
        text = in_music21(lambda: GeneralObjectExporter(score).parse()).decode("utf-8")
        score_size.check(text)
        root = xml_tree.parse_text(text)
        placed: set[int] = set()
        for note in root.iter("note"):
            for marker in note.findall("lyric"):
                note.remove(marker)
                number = _marked(marker.findtext("text") or "")
                if number is not None and number not in placed:  # else the note was cut in two tied ones
                    placed.add(number)
                    note.extend(map(_element, self._words[number]))
        for number in set(range(len(self._words))) - placed:
            self.lose("unreadable_notes", self._words[number])
        return root


def _prepare(score: Any) -> None:
    """Make of a score what music21 writes as it is.

    It fills measures that are short, upbeats above all, with rests, and begins every voice with its measure.
    """
    from music21.meter import TimeSignature
    from music21.stream import Measure

    for part in score.parts:
        bar_ql = 0.0
        for measure in part.getElementsByClass(Measure):
            for signature in measure.getElementsByClass(TimeSignature):
                bar_ql = signature.barDuration.quarterLength
            _level_voices(measure)
            if 0 < measure.highestTime < bar_ql:
                measure.paddingRight, measure.paddingLeft = bar_ql - measure.highestTime, 0.0


def _level_voices(measure: Any) -> None:
    """Let all voices of a measure begin with it, and the first one have the notes that stand beside them."""
    from music21.note import GeneralNote

    voices = list(measure.voices)
    if not voices:
        return
    for voice in voices:
        begin_ql = measure.elementOffset(voice)
        for element in list(voice):
            voice.setElementOffset(element, voice.elementOffset(element) + begin_ql)
        measure.setElementOffset(voice, 0.0)
    for note in list(measure.getElementsByClass(GeneralNote)):
        begin_ql = measure.elementOffset(note)
        measure.remove(note)
        voices[0].insert(begin_ql, note)


def _marked(text: str) -> int | None:
    """Return the number that stands for words; None for what music21 itself took for words."""
    number = text.removeprefix(_MARKER)
    return int(number) if number != text else None


def _is_printed(piece: tuple[str, Syllabic]) -> bool:
    return any(map(str.isalnum, piece[0]))


def _element(word: Word) -> ET.Element:
    """Return a word as MusicXML writes it."""
    lyric = ET.Element("lyric", {"number": word.verse})
    for number, (text, syllabic) in enumerate(word.pieces):
        if number:
            ET.SubElement(lyric, "elision")
        ET.SubElement(lyric, "syllabic").text = syllabic
        ET.SubElement(lyric, "text").text = text
    if word.is_held or not word.pieces:
        ET.SubElement(lyric, "extend")
    return lyric


def syllabic(*, starts: bool, ends: bool) -> Syllabic:
    """Return the place of a syllable in its word.

    >>> syllabic(starts=True, ends=False), syllabic(starts=True, ends=True)
    ('begin', 'single')
    """
    if starts:
        return "single" if ends else "begin"
    return "end" if ends else "middle"


def in_music21(call: Callable[[], T]) -> T:
    """Return what music21 makes of a source; whatever it stumbles over there is the source's fault.

    Raises:
        FormatError: `unreadable_score`.
        SetupError: music21 is not installed.
    """
    try:
        return call()
    except (FormatError, MemoryError):
        raise
    except ImportError as error:
        raise SetupError("ABC, MEI and Humdrum are read by music21. Run: pip install 'musicdata[build]'") from error
    except Exception as error:
        told = " ".join(str(error).split())[:200]
        raise FormatError("unreadable_score", f"music21 cannot read it: {type(error).__name__}: {told}") from error
