"""What people type when they look for a song, taken apart: what to search for, which songs, of which mood."""

from musicdata.music.queries.parts import EMOTIONS, KINDS, Known, Part, Understood, fold, with_surnames
from musicdata.music.queries.understand import LONGEST, understand

__all__ = ["EMOTIONS", "KINDS", "LONGEST", "Known", "Part", "Understood", "fold", "understand", "with_surnames"]
