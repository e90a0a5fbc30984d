"""Reads MIDI files into texts and notes at their ticks, whatever else is in them.

The walk knows how long each event is, and what is neither text nor note is passed over by its length: a key that
cannot be, a controller of 255, a tempo of two bytes are nobody's reason to lose a song that players play. Where a
track cannot be read on, what came before it is kept, and the track is counted.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from musicdata.errors import FormatError
from musicdata.music.formats import midi_chunks
from musicdata.music.formats.midi_chunks import MAX_BYTES, MAX_TRACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from musicdata.music.formats.midi_chunks import Extent

__all__ = ["MAX_BYTES", "MAX_EVENTS", "MAX_TICKS", "MAX_TRACKS", "Midi", "Text", "Tone", "parse"]

MAX_EVENTS = 100_000
MAX_TICKS = 5_000_000
"""Latest event: 43 minutes at 960 ticks a quarter and 120 quarters a minute."""
_TEXTS = {0x01: "text", 0x02: "copyright", 0x05: "lyrics"}
_END_OF_TRACK = 0x2F
_DRUMS = 9
_DATA_BYTES = {0x8: 2, 0x9: 2, 0xA: 2, 0xB: 2, 0xC: 1, 0xD: 1, 0xE: 2}
_SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1}


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a MIDI file: `kind` is `lyrics`, `text` or `copyright`, `raw` its bytes as they stand."""

    tick: int
    kind: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Tone:
    """A note in a MIDI file, from `onset` to `end` in ticks; both are the same for one of no length."""

    onset: int
    end: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Midi:
    """What a MIDI file holds.

    Attributes:
        ticks_per_quarter: the file's resolution.
        texts: one list a track that has texts, in order of time.
        parts: one list a track and channel that has notes, drums left out, in order of time.
        n_cut_tracks: tracks that could not be read to their end.
    """

    ticks_per_quarter: int
    texts: list[list[Text]]
    parts: list[list[Tone]]
    n_cut_tracks: int


def parse(data: bytes) -> Midi:
    """Read a MIDI file of type 0 or 1.

    A note that is still on at the end of its track ends there. Of notes that begin in one tick at one pitch, the
    longest is kept.

    Raises:
        FormatError: `too_large`, or `unreadable_midi` where no track can be found, or where what could be read has no
            note and no text.

    """
    header = midi_chunks.layout(data)
    tracks: list[_Track] = []

    def read(extent: Extent) -> int:
        track = _Track(data, extent, MAX_EVENTS - sum(track.n_events for track in tracks))
        tracks.append(track)
        return track.read()

    midi_chunks.walk(data, header, read)
    faults = [f"track {number}: {track.fault}" for number, track in enumerate(tracks) if track.fault]
    texts = [track.texts for track in tracks if track.texts]
    parts = [part for track in tracks for part in track.parts()]
    if not tracks or (faults and not (texts and parts)):
        raise FormatError("unreadable_midi", "; ".join(faults)[:200] or "no track is in the file")
    return Midi(header.ticks_per_quarter, texts, parts, len(faults))


class _Damage(Exception):  # noqa: N818  says what cannot be read on; no fault of ours
    """What keeps a track from being read on."""


@dataclass(slots=True)
class _Track:
    """A track as it is being read."""

    data: bytes
    extent: Extent
    max_events: int
    texts: list[Text] = field(default_factory=list)
    fault: str = ""
    n_events: int = 0
    _tick: int = 0
    _status: int = 0
    _open: defaultdict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    _tones: defaultdict[int, list[Tone]] = field(default_factory=lambda: defaultdict(list))

    def read(self) -> int:
        """Read the events up to the end of the track or what cannot be read; return where they end."""
        position = self.extent.start
        is_last = False
        try:
            while position < self.extent.end and not is_last and not self._next_begins(position):
                position, is_last = self._event(position)
        except _Damage as damage:
            self.fault = str(damage)
        if not (is_last or self.fault or self.extent.is_certain or self._next_begins(position)):
            self.fault = "the file ends before the track does"
        for (channel, pitch), onsets in self._open.items():
            self._tones[channel] += (Tone(onset, self._tick, pitch) for onset in onsets)
        return position

    def _next_begins(self, position: int) -> bool:
        return not self.extent.is_certain and self.data[position : position + 4] == b"MTrk"

    def parts(self) -> Iterator[list[Tone]]:
        """Yield the notes of each channel but the drums."""
        for channel, tones in self._tones.items():
            if channel != _DRUMS and tones:
                yield _without_copies(tones)

    def _event(self, position: int) -> tuple[int, bool]:
        """Read an event; return where the next one is, and whether this was the end of the track."""
        delta, position = self._number(position)
        self.n_events, self._tick = self.n_events + 1, self._tick + delta
        if self.n_events > self.max_events or self._tick > MAX_TICKS:
            raise FormatError(
                "too_large", f"more than {MAX_EVENTS:,} events in the file, or one after tick {MAX_TICKS:,}"
            )
        first = self._byte(position)
        if first == 0xFF:
            return self._meta(position + 1)
        if first in {0xF0, 0xF7}:
            return self._skipped(*reversed(self._number(position + 1))), False
        if first > 0xF0:
            return self._skipped(position + 1, _SYSTEM_DATA_BYTES.get(first, 0)), False
        if first >= 0x80:
            self._status, position = first, position + 1
        if not self._status:
            raise _Damage(f"no event begins with {first:#x}")
        return self._channel_event(position), False

    def _meta(self, position: int) -> tuple[int, bool]:
        kind = self._byte(position)
        length, start = self._number(position + 1)
        end = self._skipped(start, length)
        if kind in _TEXTS:
            self.texts.append(Text(self._tick, _TEXTS[kind], self.data[start:end]))
        return end, kind == _END_OF_TRACK

    def _channel_event(self, position: int) -> int:
        kind, channel = self._status >> 4, self._status & 0xF
        end = self._skipped(position, _DATA_BYTES[kind])
        if kind in {0x8, 0x9}:
            pitch, velocity = self.data[position], self.data[position + 1]
            # Players take the low seven bits; a velocity is loud or silent, and only silence matters here.
            if kind == 0x9 and velocity:
                self._open[channel, pitch & 0x7F].append(self._tick)
            else:
                self._close(channel, pitch & 0x7F)
        return end

    def _close(self, channel: int, pitch: int) -> None:
        """End the notes that are on; of those that began in this very tick, only one and only if there is no other."""
        onsets = self._open.pop((channel, pitch), [])
        before = [onset for onset in onsets if onset < self._tick]
        ended = before or onsets[:1]
        self._tones[channel] += (Tone(onset, self._tick, pitch) for onset in ended)
        if kept := onsets[len(ended) :]:
            self._open[channel, pitch] = kept

    def _byte(self, position: int) -> int:
        if position >= self.extent.end:
            raise _Damage("ends within an event")
        return self.data[position]

    def _number(self, position: int) -> tuple[int, int]:
        """Return a number of at most four bytes, the most the specification allows, and where it ends."""
        value = 0
        for at in range(position, position + 4):
            byte = self._byte(at)
            value = value << 7 | byte & 0x7F
            if byte < 0x80:
                return value, at + 1
        raise _Damage(f"no number of 1 to 4 bytes at byte {position}")

    def _skipped(self, position: int, length: int) -> int:
        if position + length > self.extent.end:
            raise _Damage("ends within an event")
        return position + length


def _without_copies(tones: list[Tone]) -> list[Tone]:
    """Return the notes in order of time, the upper ones of a chord first, the longest of several that are one."""
    longest: dict[tuple[int, int], Tone] = {}
    for tone in tones:
        place = tone.onset, tone.pitch
        if place not in longest or tone.end > longest[place].end:
            longest[place] = tone
    return sorted(longest.values(), key=lambda tone: (tone.onset, -tone.pitch))
