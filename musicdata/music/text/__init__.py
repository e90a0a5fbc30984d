"""Text that is sung: its syllables and its language."""

from musicdata.music.text.language import LanguageGuess, detect
from musicdata.music.text.syllabification import fit, syllabify

__all__ = ["LanguageGuess", "detect", "fit", "syllabify"]
