"""Captioners without a network, the scores of captions, and what may be said of a difference between two of them."""

from __future__ import annotations

from musicdata_baselines.captioning.lead import LeadLyrics
from musicdata_baselines.captioning.nearest_lyrics import NearestLyrics
from musicdata_baselines.captioning.nearest_lyrics_and_audio import NearestLyricsAndAudio
from musicdata_baselines.captioning.random_caption import RandomCaption
from musicdata_baselines.captioning.songs import Captioner, Songs
from musicdata_baselines.captioning.usual_length import UsualLength

__all__ = [
    "Captioner",
    "LeadLyrics",
    "NearestLyrics",
    "NearestLyricsAndAudio",
    "RandomCaption",
    "Songs",
    "UsualLength",
]
