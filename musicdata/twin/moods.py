"""The twenty moods of the paper, and where each stands in four latent directions.

Moods: Yu, Tang, Raposo and Chen, "Deep Cross-Modal Correlation Learning for Audio and Lyrics in Music Retrieval", 2019
(arXiv 1711.08976). The places are ours: valence (dark … bright feeling), arousal (still … driven), brightness
(low … high), weight (tender … harsh).
"""

from __future__ import annotations

PLACES: dict[str, tuple[float, float, float, float]] = {
    "aggressive": (-0.8, 1.3, 0.2, 1.4),
    "angry": (-1.2, 1.2, 0.0, 1.1),
    "bittersweet": (-0.1, -0.3, 0.4, -0.3),
    "calm": (0.5, -1.2, -0.2, -1.0),
    "depressing": (-1.4, -0.9, -1.0, 0.2),
    "dreamy": (0.3, -0.7, 0.9, -0.7),
    "fun": (1.3, 0.9, 0.7, 0.1),
    "gay": (1.2, 0.6, 1.0, -0.4),
    "happy": (1.4, 0.6, 0.5, -0.3),
    "heavy": (-0.6, 0.7, -1.2, 1.5),
    "intense": (-0.3, 1.3, -0.3, 0.9),
    "melancholy": (-1.0, -0.7, -0.3, -0.3),
    "playful": (1.0, 0.5, 1.2, -0.2),
    "quiet": (0.1, -1.4, 0.1, -1.2),
    "quirky": (0.5, 0.3, 1.3, 0.5),
    "sad": (-1.3, -0.6, -0.2, -0.6),
    "sentimental": (0.1, -0.5, -0.4, -0.8),
    "sleepy": (0.2, -1.5, -0.7, -0.9),
    "soothing": (0.7, -1.0, 0.1, -1.2),
    "sweet": (1.0, -0.2, 0.6, -1.0),
}
MOODS = tuple(PLACES)
