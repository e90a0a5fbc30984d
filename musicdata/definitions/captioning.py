"""A caption of a user's own song: what is asked of a trained model, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class CaptionRequest:
    """What a model is asked to put into words.

    Attributes:
        model: folder of a trained model.
        audio: file of sound, or of notes that are played.
        lyrics: words of the song, "" for none.
        ear_weights: file of what hears for the model; None where it is found by itself.
        device: ``auto``, ``cpu`` or ``cuda``.
    """

    model: Path
    audio: Path
    lyrics: str
    ear_weights: Path | None = None
    device: str = "auto"


@dataclass(frozen=True, slots=True)
class Caption:
    """What a model says of a song.

    Attributes:
        text: of the caption.
        model: what was trained: the system and its folder's name.
        ear: what heard the sound, with its version; "" for a model that hears nothing.
        seconds_read: of the sound; 0 for a model that hears nothing.
        n_lyric_tokens: of the words, as the model reads them.
        notes: what was left out, and what not to conclude, a sentence each.
    """

    text: str
    model: str
    ear: str
    seconds_read: float
    n_lyric_tokens: int
    notes: tuple[str, ...] = ()
