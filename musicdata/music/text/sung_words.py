"""The words of a song as some source has them, made into what is sung; why nothing is left, where nothing is."""

from __future__ import annotations

from musicdata.music.text import joined_lines, lyric_residue, placeholders, writing
from musicdata.music.text.residue_count import Count, Removed

MOST_CHARACTERS = 200_000
"""No song has more."""


def cleaned(
    text: str, title: str | None = None, most_characters: int = MOST_CHARACTERS
) -> tuple[str, dict[str, Removed], str]:
    r"""Return lyrics without what is not sung, what went by rule, and why there are none, for people; "" if there are.

    What stands in the place of lyrics counts as taken out by the rule ``no_lyrics``.

    >>> cleaned("[Chorus]\nThe river is slow; and we are home12Embed")[0]
    'The river is slow; and we are home'
    >>> cleaned("[Instrumental]")[2]
    '14 characters, which say that nothing is sung'
    """
    if not text.strip():
        return "", {}, "the source has none"
    size = f"{len(text):,} characters"
    if len(text) > most_characters:
        return "", {"no_lyrics": Removed(1, len(text))}, f"{size}, lyrics have {most_characters:,} at most"
    count = Count()
    found = lyric_residue.clean(joined_lines.parted(text, count), title)
    removed, problem = count.removed() | found.removed, ""
    if placeholders.is_instrumental(found.text or text):
        problem = f"{size}, which say that nothing is sung"
    elif placeholders.is_placeholder(found.text or text):
        problem = f"{size}, which stand in the place of words"
    elif not writing.n_words(found.text):
        problem = f"{size}, in which nothing is sung"
    if problem:
        return "", removed | {"no_lyrics": Removed(1, len(found.text))}, problem
    return found.text, removed, ""
