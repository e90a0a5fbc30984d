"""The vocal part of a MIDI file: the notes that lyric events meet, and what is sung on each of them."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats.karaoke_words import check_length

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from musicdata.music.formats.karaoke_words import Lyric
    from musicdata.music.formats.midi import Midi, Tone

ONSET_TOLERANCE_QL = Fraction(1, 8)
"""How far a note may begin from its lyric event."""
CHORD_QL = Fraction(1, 24)
"""Notes that begin this close together are one chord."""
MELISMA_GAP_QL = Fraction(1, 2)
"""A note without lyric after a longer silence is not sung on the syllable before."""
MELISMA_QL = 8
"""Notes without lyrics that go on for longer than this after a syllable are not sung on it."""
MATCHED_SHARE = 0.5
"""The vocal part has a note for at least this share of the lyric events."""
NEAR_BEST_SHARE = 0.9
"""Parts with this share of the best part's matches compete by how few lyrics and notes they have alone."""
MISSED_WEIGHT = 4
"""A lyric event without a note weighs as much as this many notes without a lyric event."""


@dataclass(frozen=True, slots=True)
class VocalLine:
    """The notes of a part, one at a time, and how many lyric events meet one of them."""

    tones: list[Tone]
    n_matched: int


def vocal_line(file: Midi, lyrics: Sequence[Lyric], *, extra_parts: Sequence[list[Tone]] = ()) -> VocalLine:
    """Return the part that fits the lyric events best.

    Args:
        file: its parts are tried, and `extra_parts` after them.
        lyrics: in order of time.
        extra_parts: notes in order of time.

    Raises:
        FormatError: `no_vocal_part`.

    """
    quarter, ticks = file.ticks_per_quarter, [lyric.tick for lyric in lyrics]
    fits = []
    for part in (part for part in (*file.parts, *extra_parts) if len(part) >= MATCHED_SHARE * len(ticks)):
        tones = _monophonic(part, int(CHORD_QL * quarter))
        matched = sum(index is not None for index in _match(ticks, tones, quarter))
        fits.append((MISSED_WEIGHT * (len(ticks) - matched) + len(tones) - matched, VocalLine(tones, matched)))
    best = max((line.n_matched for _, line in fits), default=0)
    if best == 0 or best < MATCHED_SHARE * len(ticks):
        raise FormatError(
            "no_vocal_part",
            f"of {len(ticks)} lyric events at most {best} meet the beginning of a note in one of the "
            f"{len(fits)} parts with enough notes; expected {MATCHED_SHARE:.0%}",
        )
    near_best = [(alone, line) for alone, line in fits if line.n_matched >= NEAR_BEST_SHARE * best]
    return min(near_best, key=lambda fit: fit[0])[1]


def is_near(one: int, other: int, quarter: int) -> bool:
    """Say whether two ticks are no further apart than a note from its lyric event."""
    return abs(one - other) <= int(ONSET_TOLERANCE_QL * quarter)


def _monophonic(part: list[Tone], chord_ticks: int) -> list[Tone]:
    """Keep the top note of each chord, one of no length only where it stands alone, and cut every note at the next."""
    line: list[Tone] = []
    for tone in part:
        if line and tone.onset - line[-1].onset <= chord_ticks:
            if (tone.end > tone.onset, tone.pitch) > (line[-1].end > line[-1].onset, line[-1].pitch):
                line[-1] = replace(tone, onset=line[-1].onset)
        else:
            line.append(tone)
    cut = [replace(one, end=min(one.end, other.onset)) for one, other in pairwise(line)]
    return [*cut, *line[-1:]]


def _match(ticks: list[int], line: Sequence[Tone], quarter: int) -> list[int | None]:
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
class Sung:
    """What is sung on one note, from `onset` to `end` in ticks."""

    onset: int
    end: int
    pitch: int
    lyric: Lyric


def sing(lyrics: Sequence[Lyric], line: Sequence[Tone], quarter: int) -> tuple[list[Sung], list[Lyric]]:
    """Put the lyrics on the notes of the vocal line; return what is sung, and the lyrics for which there is no note."""
    sung: list[Sung] = []
    lost: list[Lyric] = []
    indices = _match([lyric.tick for lyric in lyrics], line, quarter)
    taken = [index for index in indices if index is not None]
    following = dict(zip(taken, [*taken[1:], len(line)], strict=True))
    for lyric, index in zip(lyrics, indices, strict=True):
        if index is not None:
            sung += _syllable(lyric, line[index : following[index]], quarter)
        elif sung and lyric.tick < sung[-1].end:
            _elide(sung, lyric)
        else:
            lost.append(lyric)
    return sung, lost


def _syllable(lyric: Lyric, tones: Sequence[Tone], quarter: int) -> Iterator[Sung]:
    """Sing one lyric event on the first of these tones and on those that follow it without a silence.

    If they go on for long, they are an interlude, and none but the first is sung.
    """
    last_onset, gap = tones[0].onset + MELISMA_QL * quarter, MELISMA_GAP_QL * quarter
    silences = [other.onset - one.end > gap for one, other in pairwise(tones)]
    bound = tones[: [*silences, True].index(True) + 1]
    if bound[-1].onset > last_onset:
        bound = bound[:1]
    if lyric.is_word:
        yield from (Sung(tone.onset, tone.end, tone.pitch, lyric) for tone in bound)
    else:
        yield Sung(bound[0].onset, bound[-1].end, bound[0].pitch, lyric)


def _elide(sung: list[Sung], lyric: Lyric) -> None:
    """Sing one more lyric event on the last note; if it is of another word, the two words become one."""
    last = sung[-1].lyric
    word = last.word if last.word_index == lyric.word_index else f"{last.word} {lyric.word}"
    text = f"{last.text} {lyric.text}"
    check_length(max(word, text, key=len))
    sung[-1] = replace(sung[-1], lyric=replace(last, text=text))
    for index in range(len(sung) - 1, -1, -1):
        if sung[index].lyric.word_index != last.word_index:
            break
        sung[index] = replace(sung[index], lyric=replace(sung[index].lyric, word=word))
