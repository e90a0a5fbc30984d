"""Reads karaoke MIDI files (`.mid`, `.midi`, `.kar`): lyric events and the vocal part they belong to.

Syllables come from lyric events (meta 0x05), or from the text events (meta 0x01) of the Soft Karaoke
convention: `@` lines for title and language, a backslash before a paragraph, a slash before a line. Nothing
in a MIDI file says where a word ends. Each file keeps a habit, spaces around syllables or hyphens within
words, and `_lyrics` learns it from all its events together. Times are ticks, so tempo does not matter.
"""

from __future__ import annotations

import string
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate, groupby, pairwise
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import midi
from musicdata.music.formats.lyric_words import clean_syllable, clean_word
from musicdata.music.formats.song import Song, SungNote
from musicdata.music.text import limits

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.music.formats.midi import Text, Tone

MAX_TEXT = limits.SUNG
"""Longest event, word, and text on one note, in characters."""
GRID_QL = (1 / 4, 1 / 3)
"""Sixteenths and triplet eighths."""
ONSET_TOLERANCE_QL = Fraction(1, 8)
"""How far a note may begin from its lyric event."""
CHORD_QL = Fraction(1, 24)
"""Notes that begin this close together are one chord."""
MELISMA_GAP_QL = Fraction(1, 2)
"""A note without lyric after a longer silence is not sung on the syllable before."""
MELISMA_QL = 8
"""A note that begins later than this after a syllable is not sung on it."""
MATCHED_SHARE = 0.5
"""The vocal part has a note for at least this share of the lyric events."""
NEAR_BEST_SHARE = 0.9
"""Parts with this share of the best part's matches compete by how few lyrics and notes they have alone."""
MISSED_WEIGHT = 4
"""A lyric event without a note weighs as much as this many notes without a lyric event."""
SPACED_SHARE = 0.1
"""With spaces at this share of the places without hyphen or new line, a place with nothing joins two."""
JOINED_SHARE = 0.004
"""With no more joined syllables than this, the events are whole words (and a space was forgotten)."""

# fmt: off
_LANGUAGES = {
    "CHIN": "zh", "DANI": "da", "DANS": "da", "DEUT": "de", "DUTC": "nl", "ENGL": "en", "ESPA": "es",
    "FINN": "fi", "FRAN": "fr", "FREN": "fr", "GERM": "de", "ITAL": "it", "JAPA": "ja", "LATI": "la",
    "NEDE": "nl", "NORS": "no", "NORW": "no", "POLI": "pl", "POLS": "pl", "PORT": "pt", "RUSS": "ru",
    "SPAN": "es", "SUOM": "fi", "SVEN": "sv", "SWED": "sv",
}
# fmt: on
"""First four letters of an `@L` line → ISO 639-1."""


def read(data: bytes, file_name: str, *, grid_ql: Sequence[float] = GRID_QL) -> list[Song]:
    """Read the song of a karaoke file.

    The vocal part is the track and channel, drums excepted, in which most lyric events meet the beginning of
    a note; of nearly equal parts, the one with the fewest notes besides. It is made monophonic: the top note
    of a chord, each note cut at the next. Notes before the first lyric event are dropped; later notes
    without one lengthen the syllable before (its pitch stays that of its first note) unless a silence lies
    between. An event without a note of its own is joined to the syllable that sounds.

    In files whose events are whole words, `syllable` is None and each note of a word is a note of its own:
    a word on n notes has yet to be split.

    Onsets and ends are moved to the nearest point of a grid, of which each quarter takes the one that fits
    its notes best; a note lasts at least one step.

    Args:
        data: the whole file.
        file_name: its name, for messages; `.kar` allows lyrics in text events without `@` lines.
        grid_ql: steps of the grids, in quarter lengths; each must divide a quarter. Preferred ones first.

    Returns:
        One song. Its title is the first `@T` line, its rights the first copyright event.

    Raises:
        FormatError: `too_large`, `unreadable_midi`, `no_lyrics`, `lyrics_by_line`, `bad_text`,
            `no_vocal_part` or `bad_timing`.

    """
    grids = [_checked_step(step) for step in grid_ql]
    try:
        file = midi.parse(data)
        texts = _decoded(file.texts)
        lyrics = _lyrics(_choose_events(texts, file_name))
        line = _vocal_line(file, [lyric.tick for lyric in lyrics])
        sung = _sing(lyrics, line, file.ticks_per_quarter)
        notes = _sung_notes(sung, _quantised(sung, file.ticks_per_quarter, grids))
    except FormatError as error:
        raise FormatError(error.reason, f"{file_name}: {error.detail}") from error
    stated = _stated(texts)
    return [Song("", stated.title, None, None, stated.rights, stated.language, notes)]


def _checked_step(step_ql: float) -> Fraction:
    step = Fraction(step_ql).limit_denominator(96)
    if step <= 0 or (1 / step).denominator != 1:
        raise ValueError(f"a grid step must divide a quarter (1/4, 1/3, 1/6 …), not {step_ql!r}")
    return step


def _decoded(tracks: list[list[Text]]) -> list[list[tuple[int, str, str]]]:
    """Return tick, kind and text. All texts of a file choose its encoding: a syllable alone may fit any."""
    together = b"\n".join(text.raw for texts in tracks for text in texts)
    encoding = next((name for name in ("utf-8", "cp1252") if _decodes(together, name)), "latin-1")
    return [[(text.tick, text.kind, text.raw.decode(encoding)) for text in texts] for texts in tracks]


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _choose_events(tracks: list[list[tuple[int, str, str]]], file_name: str) -> list[tuple[int, str]]:
    """Return ticks and texts of the track that has most lyrics; of as many, lyric events go before texts."""
    lyrics = [[(tick, text) for tick, kind, text in track if kind == "lyrics"] for track in tracks]
    texts = [[(tick, text) for tick, kind, text in track if kind == "text"] for track in tracks]
    is_kar = file_name.lower().endswith(".kar") or any(text[:1] == "@" for track in texts for _, text in track)
    sung = [[(tick, text) for tick, text in track if text[:1] != "@"] for track in texts]
    karaoke = [track for track in sung if is_kar or any(text[:1] in {"\\", "/"} for _, text in track)]
    return max([*lyrics, *karaoke, []], key=len)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What the file says of itself."""

    title: str | None
    rights: str | None
    language: str | None


def _stated(tracks: list[list[tuple[int, str, str]]]) -> _Stated:
    every = [(kind, text) for track in tracks for _, kind, text in track]
    titles = (_one_line(text[2:]) for kind, text in every if kind == "text" and text.startswith("@T"))
    rights = (_one_line(text) for kind, text in every if kind == "copyright")
    languages = (_LANGUAGES.get(text[2:6].upper()) for kind, text in every if text.startswith("@L"))
    return _Stated(*(next(filter(None, candidates), None) for candidates in (titles, rights, languages)))


def _one_line(text: str) -> str:
    return limits.statement(text[: limits.STATEMENT + 1])


@dataclass(frozen=True, slots=True)
class _Event:
    """A lyric event: what is sung, and what stands before and after it, one of `_EDGES`."""

    tick: int
    text: str
    before: str
    after: str


_EDGES = ("", " ", "\n", "-")
"""Between two syllables: nothing, a space, a new line, a hyphen. Of two that meet the later counts."""
_HYPHENS = "-\u2010\u2011"
_MARKS = string.whitespace + "\u00a0\u3000\\/_~\u2013\u2014" + _HYPHENS


def _edge(marks: str, next_to_text: str) -> str:
    """Return which edge these marks make; a hyphen counts only where it touches the text."""
    if next_to_text and next_to_text in _HYPHENS:
        return "-"
    if any(mark in "\\/\r\n" for mark in marks):
        return "\n"
    return " " if any(map(str.isspace, marks)) else ""


def _events(texts: list[tuple[int, str]]) -> list[_Event]:
    """Cut the marks off every text. Those of one tick are one; one of marks only lends them to the next."""
    events: list[_Event] = []
    pending = ""
    for tick, group in groupby(sorted(texts, key=lambda event: event[0]), key=lambda event: event[0]):
        whole = "".join(text for _, text in group)
        before = whole[: len(whole) - len(whole.lstrip(_MARKS))]
        after = whole[len(whole.rstrip(_MARKS)) :]
        core = whole.strip(_MARKS)
        text = clean_syllable(core) or (core if core.isalnum() else "")
        if not text:
            pending = max(pending, _edge(before + after, ""), key=_EDGES.index)
            continue
        _check_length(text)
        leading = max(pending, _edge(before, before[-1:]), key=_EDGES.index)
        events.append(_Event(tick, text, leading, _edge(after, after[:1])))
        pending = ""
    return events


def _check_length(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise FormatError("bad_text", f"{text[:40]!r} … goes on for more than {MAX_TEXT} characters")


@dataclass(frozen=True, slots=True)
class _Lyric:
    """A lyric event and the number of its word; `text` is the word itself when `is_word`."""

    tick: int
    text: str
    word: str
    word_index: int
    is_word: bool


def _lyrics(texts: list[tuple[int, str]]) -> list[_Lyric]:
    """Join syllables to words by the file's own habit."""
    events = _events(texts)
    if not events:
        raise FormatError("no_lyrics", "no lyric event and no karaoke text; expected one for each syllable")
    if sum(event.text.count(" ") >= 2 for event in events) > len(events) / 2:
        raise FormatError("lyrics_by_line", f"lyric events hold whole lines, such as {events[0].text[:60]!r}")
    gaps = [max(one.after, other.before, key=_EDGES.index) for one, other in pairwise(events)]
    spaced = gaps.count(" ") > SPACED_SHARE * (gaps.count(" ") + gaps.count(""))
    joined = [gap == "-" or (spaced and not gap) for gap in gaps]
    is_word = sum(joined) <= JOINED_SHARE * len(joined)
    starts = [True, *(is_word or not join for join in joined)]
    numbers = [number - 1 for number in accumulate(map(int, starts))]
    words = [""] * (numbers[-1] + 1)
    for number, event in zip(numbers, events, strict=True):
        words[number] += event.text
        _check_length(words[number])
    words = [clean_word(word) or word for word in words]
    return [
        _Lyric(event.tick, event.text, words[number], number, is_word)
        for number, event in zip(numbers, events, strict=True)
    ]


def _vocal_line(file: midi.Midi, ticks: list[int]) -> list[Tone]:
    """Return the notes of the part that fits the lyric events best, one at a time."""
    quarter = file.ticks_per_quarter
    fits = []
    for part in (part for part in file.parts if len(part) >= MATCHED_SHARE * len(ticks)):
        line = _monophonic(part, int(CHORD_QL * quarter))
        matched = sum(index is not None for index in _match(ticks, line, quarter))
        fits.append((matched, MISSED_WEIGHT * (len(ticks) - matched) + len(line) - matched, line))
    best = max((matched for matched, _, _ in fits), default=0)
    if best == 0 or best < MATCHED_SHARE * len(ticks):
        raise FormatError(
            "no_vocal_part",
            f"of {len(ticks)} lyric events at most {best} meet the beginning of a note in one of the "
            f"{len(fits)} parts with enough notes; expected {MATCHED_SHARE:.0%}",
        )
    near_best = [fit for fit in fits if fit[0] >= NEAR_BEST_SHARE * best]
    return min(near_best, key=lambda fit: fit[1])[2]


def _monophonic(part: list[Tone], chord_ticks: int) -> list[Tone]:
    """Keep the top note of each chord and cut every note at the next."""
    line: list[Tone] = []
    for tone in part:
        if line and tone.onset - line[-1].onset <= chord_ticks:
            if tone.pitch > line[-1].pitch:
                line[-1] = replace(tone, onset=line[-1].onset)
        else:
            line.append(tone)
    cut = [replace(one, end=min(one.end, other.onset)) for one, other in pairwise(line)]
    return [*cut, *line[-1:]]


def _match(ticks: list[int], line: list[Tone], quarter: int) -> list[int | None]:
    """Return for each lyric event the nearest note that is free, later than the last one taken, and near."""
    tolerance = int(ONSET_TOLERANCE_QL * quarter)
    onsets = [tone.onset for tone in line]
    indices: list[int | None] = []
    free = 0
    for tick in ticks:
        first = bisect_left(onsets, tick - tolerance, lo=free)
        last = bisect_left(onsets, tick + tolerance + 1, lo=first)
        nearest = min(range(first, last), key=lambda index: abs(onsets[index] - tick), default=None)
        indices.append(nearest)
        free = free if nearest is None else nearest + 1
    return indices


@dataclass(frozen=True, slots=True)
class _Sung:
    """What is sung on one note, from `onset` to `end` in ticks."""

    onset: int
    end: int
    pitch: int
    lyric: _Lyric


def _sing(lyrics: list[_Lyric], line: list[Tone], quarter: int) -> list[_Sung]:
    """Put the lyrics on the notes of the vocal line."""
    sung: list[_Sung] = []
    indices = _match([lyric.tick for lyric in lyrics], line, quarter)
    taken = [index for index in indices if index is not None]
    following = dict(zip(taken, [*taken[1:], len(line)], strict=True))
    for lyric, index in zip(lyrics, indices, strict=True):
        if index is not None:
            sung += _syllable(lyric, line[index : following[index]], quarter)
        elif sung and lyric.tick < sung[-1].end:
            _elide(sung, lyric)
    return sung


def _syllable(lyric: _Lyric, tones: list[Tone], quarter: int) -> Iterator[_Sung]:
    """Sing one lyric event on the first of these tones and on those that follow it without a silence."""
    last_onset, gap = tones[0].onset + MELISMA_QL * quarter, MELISMA_GAP_QL * quarter
    silences = [other.onset - one.end > gap or other.onset > last_onset for one, other in pairwise(tones)]
    bound = tones[: [*silences, True].index(True) + 1]
    if lyric.is_word:
        yield from (_Sung(tone.onset, tone.end, tone.pitch, lyric) for tone in bound)
    else:
        yield _Sung(bound[0].onset, bound[-1].end, bound[0].pitch, lyric)


def _elide(sung: list[_Sung], lyric: _Lyric) -> None:
    """Sing one more lyric event on the last note; if it is of another word, the two words become one."""
    last = sung[-1].lyric
    word = last.word if last.word_index == lyric.word_index else f"{last.word} {lyric.word}"
    text = f"{last.text} {lyric.text}"
    _check_length(max(word, text, key=len))
    sung[-1] = replace(sung[-1], lyric=replace(last, text=text))
    for index in range(len(sung) - 1, -1, -1):
        if sung[index].lyric.word_index != last.word_index:
            break
        sung[index] = replace(sung[index], lyric=replace(sung[index].lyric, word=word))


def _quantised(sung: list[_Sung], quarter: int, grids: list[Fraction]) -> list[tuple[Fraction, Fraction]]:
    """Return onset and end of every note in quarter lengths, on the grid, without overlaps."""
    exact = [(Fraction(note.onset, quarter), Fraction(note.end, quarter)) for note in sung]
    steps = _steps([place for pair in exact for place in pair], grids)
    onsets: list[Fraction] = []
    for onset, _ in exact:
        place = _snap(onset, steps[onset.__floor__()])
        if onsets and place <= onsets[-1]:
            place = onsets[-1] + steps.get(onsets[-1].__floor__(), grids[0])
        if place - onset > 1:
            raise FormatError("bad_timing", f"too many syllables around quarter {float(onset):g} for the grid")
        onsets.append(place)
    ends = []
    for index, (_, end) in enumerate(exact):
        step = steps.get(onsets[index].__floor__(), grids[0])
        place = max(_snap(end, steps[end.__floor__()]), onsets[index] + step)
        ends.append(min([place, *onsets[index + 1 : index + 2]]))
    return list(zip(onsets, ends, strict=True))


def _steps(places: list[Fraction], grids: list[Fraction]) -> dict[int, Fraction]:
    """Return for each quarter the step of the grid that its onsets and ends lie nearest to."""
    by_quarter: defaultdict[int, list[Fraction]] = defaultdict(list)
    for place in places:
        by_quarter[place.__floor__()].append(place)
    return {
        number: min(grids, key=lambda step: sum(abs(place - _snap(place, step)) for place in inside))
        for number, inside in by_quarter.items()
    }


def _snap(place: Fraction, step: Fraction) -> Fraction:
    return (place / step + Fraction(1, 2)).__floor__() * step


def _sung_notes(sung: list[_Sung], times: list[tuple[Fraction, Fraction]]) -> list[SungNote]:
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
