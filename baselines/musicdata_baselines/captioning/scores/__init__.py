"""Scores of captions: how much of what people wrote they say, how long they are, and how much of it is copied."""

from __future__ import annotations

from musicdata_baselines.captioning.scores.scoring import Overlap, Scores, score
from musicdata_baselines.captioning.scores.wordnets import WordNet, find

__all__ = ["Overlap", "Scores", "WordNet", "find", "score"]
