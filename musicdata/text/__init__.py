"""Text that is sung: its syllables and its language."""

from musicdata.text.language import LanguageGuess, detect
from musicdata.text.syllabification import fit, syllabify

__all__ = ["LanguageGuess", "detect", "fit", "syllabify"]
