"""ABC notation (.abc) as songs: one a tune, its notes by music21, its words by the rules of `w:` lines.

Words stand under the notes that have none yet, from the first note of their voice, or the first one after those of the
`w:` lines before, on; several `w:` lines one after the other are verses. Syllables go to notes and chords, tied ones
too, not to rests and grace notes. A hyphen ends a syllable and not the word, one by itself and an underscore hold it
over one note more, an asterisk leaves a note out, a tilde is a space within a syllable, a bar goes on to the next bar.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from musicdata.errors import FormatError
from musicdata.music.formats import abc_text, underlay
from musicdata.music.formats.lyric_words import is_label
from musicdata.music.formats.underlay import Facts, Underlay, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from musicdata.music.formats.abc_text import Tune
    from musicdata.music.formats.song import Song

_SIGNS = re.compile(r"(?P<text>(?:\\[-~*_|]|[^\s\-_*|\u2010])+)(?P<hyphen>[-\u2010]?)|(?P<sign>[-\u2010_*|])")

_SOUND = re.compile("[a-gA-GzZxX]")


def read_each(data: bytes, _file_name: str, _unit_ql: float = 1.0) -> dict[str, Song | FormatError]:
    """Read the tunes of a file.

    Returns:
        ``X:`` and the number of each tune, "" where there is one only → its song, or why it cannot be used.

    Raises:
        FormatError: `not_abc` or `too_large`.
    """
    read = list(abc_text.tunes(data))
    seen: Counter[str] = Counter()
    songs: dict[str, Song | FormatError] = {}
    for number, tune in read:
        seen[number] += 1
        more = f" ({seen[number]})" if seen[number] > 1 else ""
        name = "" if len(read) == 1 else f"X:{number}{more}"
        songs[name] = tune if isinstance(tune, FormatError) else _song(tune, name)
    return songs


def count_syllables(data: bytes) -> tuple[int, int]:
    """Count the syllables of the `w:` lines of a file's tunes; a number before a verse may or may not be one.

    Returns:
        The least and the greatest number of notes and left-out syllables together.

    Raises:
        FormatError: as `read_each`.
    """
    texts = [
        [_plain(sign["text"]) for sign in _SIGNS.finditer(line) if sign["text"]]
        for _, tune in abc_text.tunes(data)
        if not isinstance(tune, FormatError)
        for line in tune.words
    ]
    n = sum(any(map(str.isalnum, syllable)) for syllables in texts for syllable in syllables)
    return n - sum(any(map(is_label, syllables)) for syllables in texts), n


def _song(tune: Tune, name: str) -> Song | FormatError:
    facts = Facts(
        name=name,
        title=tune.first("T"),
        composer=tune.first("C"),
        lyricist=tune.first("A"),
        rights=_rights(tune),
    )
    if not any(words.strip() for words in tune.words):
        return FormatError("no_lyrics", "no w: line stands under its notes")
    words = Underlay()
    try:
        score = underlay.in_music21(lambda: _score(tune, words))
        return words.song(score, facts)
    except FormatError as error:
        return error


def _rights(tune: Tune) -> str | None:
    """Return what `Z:abc-copyright` states."""
    marked = [value for value in tune.fields.get("Z", ()) if value.startswith("abc-copyright")]
    return abc_text.text(marked[0].removeprefix("abc-copyright")) or None if marked else None


def _score(tune: Tune, words: Underlay) -> Any:
    """Return music21's score of the voices with words, these on their way under its notes."""
    from music21.stream import Score

    score = Score()
    for voice, lines in tune.sung_voices().items():
        score.insert(0, _part(tune, voice, lines, words))
    return score


def _part(tune: Tune, voice: str, lines: Sequence[str], words: Underlay) -> Any:
    from music21 import abcFormat
    from music21.abcFormat import translate

    handler = abcFormat.ABCHandler()
    handler.process("\n".join([*tune.head, *lines]) + "\n")
    tokens = [_top(token) for token in handler.tokens]
    if odd := [token.src for token in tokens if isinstance(token, abcFormat.ABCNote) and not _SOUND.search(token.src)]:
        raise FormatError("unreadable_score", f"{odd[0][:20]!r} is no note, and no rest")  # music21 would sing a C
    for note in tokens if (octaves := tune.octaves_of(voice)) else ():
        if getattr(note, "pitchName", None):
            note.pitchName = re.sub(r"-?\d+$", lambda octave: str(int(octave[0]) + octaves), note.pitchName)
    for note, under in _aligned(tokens, tune, words):
        note.applicableSpanners = [*note.applicableSpanners, _Hanging(words, under)]
    handler.tokens = [token for token in tokens if not _is_field(token, "w")]
    return translate.abcToStreamPart(handler)


@dataclass(frozen=True, slots=True)
class _Hanging:
    """Stands among the slurs of a note of ABC's, and is shown the note that music21 makes of it."""

    words: Underlay
    under: Sequence[Word]

    def addSpannedElements(self, note: Any) -> None:  # noqa: N802 - music21 calls it so
        self.words.hang(note, self.under)


def _top(token: Any) -> Any:
    """Return the highest note of a chord, as long as the chord; every other token as it is."""
    from music21 import abcFormat
    from music21.pitch import Pitch

    notes = [sub for sub in getattr(token, "subTokens", ()) if isinstance(sub, abcFormat.ABCNote) and sub.pitchName]
    if not isinstance(token, abcFormat.ABCChord) or not notes:
        return token
    top = max(notes, key=lambda note: Pitch(note.pitchName).ps)
    for name in ("quarterLength", "activeTuplet", "applicableSpanners", "tie", "inGrace"):
        setattr(top, name, getattr(token, name))
    return top


@dataclass(slots=True)
class _Voice:
    """Notes of a voice, each with the number of its bar, from the first one that has no words yet on."""

    notes: list[tuple[Any, int]] = field(default_factory=list)
    bar: int = 0
    verse: int = 0
    is_open: set[int] = field(default_factory=set)  # verses in which a word goes on


def _aligned(tokens: Iterable[Any], tune: Tune, words: Underlay) -> Iterator[tuple[Any, list[Word]]]:
    """Yield the notes that have words, and these."""
    from music21 import abcFormat

    voice = _Voice()
    under: dict[int, tuple[Any, list[Word]]] = {}
    for token in tokens:
        if _is_field(token, "w"):
            voice.verse += 1
            for note, word in _lay(voice, tune.words[int(token.data)], words):
                under.setdefault(id(note), (note, []))[1].append(word)
        elif isinstance(token, abcFormat.ABCBar):
            voice.bar += 1
        elif isinstance(token, abcFormat.ABCNote) and not token.isRest and not token.inGrace:
            if voice.verse:
                voice.notes, voice.verse = [], 0
            voice.notes.append((token, voice.bar))
    yield from under.values()


def _is_field(token: Any, letter: str) -> bool:
    from music21 import abcFormat

    return isinstance(token, abcFormat.ABCMetadata) and token.tag == letter


def _lay(voice: _Voice, line: str, words: Underlay) -> Iterator[tuple[Any, Word]]:
    """Yield the notes of a voice that a line of words has something for."""
    place, verse, notes = 0, voice.verse, voice.notes
    label = ""
    for sign in _SIGNS.finditer(line):
        if sign["text"] is None:
            if sign["sign"] == "|":
                place = _next_bar(notes, place)
                continue
            if sign["sign"] != "*" and place < len(notes):
                yield notes[place][0], Word(str(verse))
            place += 1
            continue
        syllable = _plain(sign["text"])
        if is_label(f"{syllable} ") and not place and not label:
            label = syllable  # the number of the verse, which some write apart
            continue
        word = _word(verse, syllable, starts=verse not in voice.is_open, ends=not sign["hyphen"])
        (voice.is_open.discard if not sign["hyphen"] else voice.is_open.add)(verse)
        if place < len(notes):
            yield notes[place][0], word
        else:
            words.lose("no_note", [word])
        place += 1


def _next_bar(notes: Sequence[tuple[Any, int]], place: int) -> int:
    """Return the place of the first note of the bar after the one before `place`."""
    if not 0 < place <= len(notes):
        return place
    bar = notes[place - 1][1]
    return next((i for i in range(place, len(notes)) if notes[i][1] > bar), len(notes))


def _plain(sung: str) -> str:
    r"""Return a syllable as it reads.

    >>> _plain("of~the"), _plain("well\\-known")
    ('of the', 'well-known')
    """
    return abc_text.text(re.sub(r"\\([-_*|])", r"\1", sung.replace("\\~", "\0").replace("~", " ")).replace("\0", "~"))


def _word(verse: int, syllable: str, *, starts: bool, ends: bool) -> Word:
    texts = syllable.split(" ")
    pieces = tuple(
        (text, underlay.syllabic(starts=starts or number > 0, ends=ends or number < len(texts) - 1))
        for number, text in enumerate(texts)
    )
    return Word(str(verse), pieces)
