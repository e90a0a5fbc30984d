"""Finds out which texts of a MIDI file are the words of its song: every candidate is tried against the notes.

A track may have lyric events (meta 0x05), text events (meta 0x01), or both; other tracks name chords, thank people, or
have the words of a second singer. The words are those that most notes begin with; of as many, lyric events go first.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import karaoke_marks
from musicdata.music.formats.karaoke_line import NEAR_BEST_SHARE, is_near, vocal_line
from musicdata.music.formats.karaoke_words import count_sung, lyrics
from musicdata.music.formats.lyric_words import clean_syllable
from musicdata.music.text import encodings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.formats.karaoke_line import VocalLine
    from musicdata.music.formats.karaoke_marks import TickedText
    from musicdata.music.formats.karaoke_words import Lyric
    from musicdata.music.formats.midi import Midi, Text

MAX_CANDIDATES = 24
PLAIN_MATCHED_SHARE = 0.8
PLAIN_EVENTS = 8
"""Texts of a file that does not say it is karaoke are words if they are so many, and so many begin with a note."""
SAME_SHARE = 0.5
"""Texts of which so many stand in another track too, at the same time, are the same words again."""
COLLIDING_SHARE = 0.1
"""Two singers who begin a syllable together more often than this do not take turns."""
TURN_EVENTS = 4
"""Two singers who take turns have so many syllables a turn, on the average."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a song: its lyric events, the notes they are sung on, and what is sung besides.

    Attributes:
        lyrics: in order of time.
        line: the vocal part they were found to belong to.
        left_out: reason → number of syllables of the file that are not among these words.
    """

    lyrics: list[Lyric]
    line: VocalLine
    left_out: Counter[str] = field(default_factory=Counter)


def decoded(tracks: Sequence[Sequence[Text]]) -> list[list[tuple[int, str, str]]]:
    """Return tick, kind and text of every text; all that may be sung choose the encoding together.

    Raises:
        FormatError: `unknown_encoding`.

    """
    raw = [text.raw for track in tracks for text in track if text.kind in {"lyrics", "text"}]
    stated = karaoke_marks.stated_language(text.decode("ascii") for text in raw if text.isascii())
    encoding = encodings.find(_sung_only(raw), stated)
    if encoding is None:
        example = max(raw, key=lambda text: sum(byte > 127 for byte in text))
        raise FormatError(
            "unknown_encoding",
            f"the letters of {example[:30]!r} are of no language in any of {encodings.N_KNOWN} encodings, or of "
            "several; write the texts in UTF-8",
        )
    return [[(text.tick, text.kind, encodings.read(text.raw, encoding)) for text in track] for track in tracks]


def _sung_only(raw: Sequence[bytes]) -> list[bytes]:
    """Return texts as far as they are of a language: without headers in ASCII, the letter before a title, ties."""
    texts = [text for text in raw if text and not (text.isascii() and _is_header(text))]
    texts = [b"\n" + text[2:] + b"\n" if _is_header(text) else text for text in texts]
    if any(text.rstrip().endswith((b"-", b"=")) for text in texts):  # as Rock Band has it: then this is its tie
        texts = [_TIE.sub(b" ", text) for text in texts]
    return texts


_TIE = re.compile(rb"(?<=[a-z])\xa7(?=[a-z])", re.IGNORECASE)


def _is_header(raw: bytes) -> bool:
    return raw[:1] == b"@" and raw[1:2].isalpha()


def find_words(candidates: Sequence[Candidate], file: Midi) -> Words:
    """Return the words of the song, and their notes.

    Raises:
        FormatError: `no_lyrics`, `lyrics_by_line`, `bad_text` or `no_vocal_part`: that of the first candidate.

    """
    fits: list[tuple[Candidate, Words]] = []
    errors: list[FormatError] = []
    left_out: Counter[str] = Counter()
    for candidate in candidates:
        try:
            fits.append((candidate, _fit(candidate, file)))
        except FormatError as error:
            errors.append(error)
            left_out["without_note"] += 0 if candidate.is_plain else candidate.n_sung()
    if not fits:
        raise errors[0] if errors else _no_lyrics()
    most = max(words.line.n_matched for _, words in fits)
    near_best = [fit for fit in fits if fit[1].line.n_matched >= NEAR_BEST_SHARE * most]
    best = min(near_best, key=lambda fit: (fit[0].is_plain, fit[0].kind != "lyrics", -fit[1].line.n_matched))
    return _with_other_voices(best, fits, file, left_out)


def _no_lyrics() -> FormatError:
    return FormatError("no_lyrics", "no lyric event and no karaoke text; expected one for each syllable")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Texts of one kind in one track; `is_plain` where nothing but their notes says that they are words."""

    kind: str
    is_plain: bool
    texts: list[TickedText]

    def n_sung(self) -> int:
        """Return how many syllables there are, a word counted as one where whole words stand."""
        return sum(count_sung(text) for _, text in self.texts)

    def n_at_different_ticks(self) -> int:
        """Return how many there are if those of one tick are one."""
        by_tick = groupby(sorted(self.texts, key=lambda text: text[0]), key=lambda text: text[0])
        return sum(count_sung(clean_syllable("".join(text for _, text in texts))) for _, texts in by_tick)


def candidates(tracks: Sequence[Sequence[tuple[int, str, str]]], file_name: str) -> list[Candidate]:
    """Return what may be the words of a song, those first that say so, and of these those with most texts.

    Args:
        tracks: tick, kind and text of every text.
        file_name: `.kar` says that texts are words.

    """
    every = [text for track in tracks for _, kind, text in track if kind == "text"]
    is_karaoke = file_name.lower().endswith(".kar") or any(text[:1] == "@" for text in every)
    found = []
    for track in tracks:
        for wanted in ("lyrics", "text"):
            texts = [(tick, text) for tick, kind, text in track if kind == wanted]
            has_lines = any(text[:1] in {"\\", "/"} for _, text in texts)
            sung = karaoke_marks.unmarked(texts)
            if sung and not karaoke_marks.are_chords([text for _, text in sung]):
                is_plain = wanted == "text" and not (is_karaoke or has_lines)
                found.append(Candidate(wanted, is_plain, sung))
    found.sort(key=lambda candidate: (candidate.is_plain, -candidate.n_sung(), candidate.kind != "lyrics"))
    return found[:MAX_CANDIDATES]


def _fit(candidate: Candidate, file: Midi) -> Words:
    if candidate.is_plain and candidate.n_sung() < PLAIN_EVENTS:
        raise _no_lyrics()
    try:
        words = lyrics(candidate.texts)
        line = vocal_line(file, words)
    except FormatError as error:
        raise _no_lyrics() if candidate.is_plain else error from error
    if candidate.is_plain and line.n_matched < PLAIN_MATCHED_SHARE * len(words):
        raise _no_lyrics()
    return Words(words, line)


def _with_other_voices(
    best: tuple[Candidate, Words], fits: Sequence[tuple[Candidate, Words]], file: Midi, left_out: Counter[str]
) -> Words:
    """Return the words with those of singers who take turns with the first; others are only counted."""
    candidate, words = best
    for other, other_words in fits:
        if other is best[0] or other.is_plain:
            continue
        if _is_repeated(other_words, words, file.ticks_per_quarter):
            left_out["repeated"] += other.n_sung()
            continue
        both = Candidate(candidate.kind, is_plain=False, texts=_in_turn(candidate.texts, other.texts))
        if (joined := _joined(both, words, other_words, file)) is not None:
            candidate, words = both, joined
        else:
            left_out["other_voices"] += other.n_sung()
    return replace(words, left_out=left_out)


def _is_repeated(one: Words, other: Words, quarter: int) -> bool:
    """Say whether most of the one words are the other ones again."""
    return _n_together(one, other, quarter, same_text=True) > SAME_SHARE * len(one.lyrics)


def _n_together(one: Words, other: Words, quarter: int, *, same_text: bool) -> int:
    """Return how many syllables of the one begin with one of the other."""
    count, at = 0, 0
    for lyric in one.lyrics:
        while (
            at < len(other.lyrics) - 1
            and other.lyrics[at].tick < lyric.tick
            and not is_near(other.lyrics[at].tick, lyric.tick, quarter)
        ):
            at += 1
        beside = other.lyrics[at : at + 2]
        count += any(
            is_near(near.tick, lyric.tick, quarter) and (not same_text or near.text.casefold() == lyric.text.casefold())
            for near in beside
        )
    return count


def _in_turn(one: Sequence[TickedText], other: Sequence[TickedText]) -> list[TickedText]:
    """Return the texts of both in order of time, a new line where the singer changes."""
    together = sorted([(tick, 0, text) for tick, text in one] + [(tick, 1, text) for tick, text in other])
    singers = [None, *(singer for _, singer, _ in together)]
    return [
        (tick, text if before in {None, singer} else "/" + text)
        for before, (tick, singer, text) in zip(singers, together, strict=False)
    ]


def _joined(both: Candidate, one: Words, other: Words, file: Midi) -> Words | None:
    """Return the words of two singers who take turns; None where they sing together, or have no notes together."""
    if _n_together(other, one, file.ticks_per_quarter, same_text=False) > COLLIDING_SHARE * len(other.lyrics):
        return None
    singers = [singer for _, singer in sorted([(x.tick, 0) for x in one.lyrics] + [(x.tick, 1) for x in other.lyrics])]
    if sum(before != after for before, after in pairwise(singers)) > len(singers) / TURN_EVENTS:
        return None
    notes = sorted({*one.line.tones, *other.line.tones}, key=lambda tone: (tone.onset, -tone.pitch))
    try:
        words = lyrics(both.texts)
        line = vocal_line(file, words, extra_parts=[notes])
    except FormatError:
        return None
    enough = NEAR_BEST_SHARE * (one.line.n_matched + other.line.n_matched)
    return Words(words, line) if line.n_matched >= enough else None
