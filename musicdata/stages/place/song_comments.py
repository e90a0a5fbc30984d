"""What is kept of the comments on a song, and why others are not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from musicdata.music.text import comment_cleaning, english_words, language, lyric_quotes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from musicdata.music.text.lyric_quotes import QuotableLyrics
    from musicdata.music.text.residue_count import Removed

_VARIANTS = ("full", "not_negative", "positive")
_HELD_OUT_FIRST = ("test", "valid", "train")
_STRETCH = 24  # words; three stretches tell the language as well as all do


@dataclass(frozen=True, slots=True)
class Limits:
    """Which comments say something of a song.

    Attributes:
        least_characters: of a cleaned comment.
        most_words: of one.
        most_characters: of one as the source has it.
        most_quoted: share of its runs of words that may be the song's.
        languages: ISO 639-1 codes; none for any.
    """

    least_characters: int
    most_words: int
    most_characters: int
    most_quoted: float
    languages: tuple[str, ...]


class Comment(NamedTuple):
    """A comment as the source has it."""

    row: int
    text: str
    text_sha256: str
    votes: int | None
    given_in: str | None
    official_split: str | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A comment that is kept; the columns of `clean_interpretations` say what is what."""

    comment: Comment
    interpretation_id: str
    text: str
    n_words: int
    quotes_lyrics: float
    language: str
    removed: dict[str, Removed]


class Dropped(NamedTuple):
    """One that is not: its row, a reason code, and the same for people."""

    row: int
    reason: str
    detail: str


def interpretation_id(song_id: str, text: str) -> str:
    """Return what a comment is called: by its song and its cleaned text."""
    return hashlib.sha256(f"{song_id}\n{text}".encode()).hexdigest()[:16]


def judged(
    song_id: str, comments: Iterable[Comment], lyrics: QuotableLyrics, limits: Limits
) -> tuple[list[Kept], list[Dropped]]:
    """Return the comments that are kept, in order of their ids, and those that are not, in order of their rows.

    Args:
        song_id: of the song.
        comments: on it.
        lyrics: of the song.
        limits: which of them say something.
    """
    kept: dict[str, list[Kept]] = {}
    dropped: list[Dropped] = []
    for comment in comments:
        found = _judge(song_id, comment, lyrics, limits)
        if isinstance(found, Kept):
            kept.setdefault(found.interpretation_id, []).append(found)
        else:
            dropped.append(found)
    best = []
    for _, alike in sorted(kept.items()):
        first = min(alike, key=_rank)
        best.append(_merged(first, alike) if len(alike) > 1 else first)
        dropped += [
            Dropped(one.comment.row, "copy", f"it says what row {first.comment.row} of the song says, word for word")
            for one in alike
            if one is not first
        ]
    return best, sorted(dropped)


def _judge(song_id: str, comment: Comment, lyrics: QuotableLyrics, limits: Limits) -> Kept | Dropped:
    problem = _problem_as_read(comment.text, limits)
    text, removed = comment_cleaning.clean(comment.text) if not problem else ("", {})
    words = lyric_quotes.words(text)
    problem = problem or _problem_of_form(comment.text, text, list(removed), len(words), limits)
    if problem:
        return Dropped(comment.row, *problem)
    quoted = lyrics.share(words)
    if quoted > limits.most_quoted:
        return Dropped(comment.row, "pasted_lyrics", f"{quoted:.0%} of it is lyrics, at most {limits.most_quoted:.0%}")
    code, told = _language(words)
    if told and limits.languages and code not in limits.languages:
        return Dropped(comment.row, "not_wanted_language", f"{told}; wanted: {', '.join(limits.languages)}")
    return Kept(comment, interpretation_id(song_id, text), text, len(words), quoted, code, removed)


def _problem_as_read(text: str, limits: Limits) -> tuple[str, str] | None:
    """Return why a text is not even cleaned."""
    if not text.strip():
        return "empty", "the text is empty"
    if len(text) > limits.most_characters:
        return "too_long", f"{len(text):,} characters, at most {limits.most_characters:,}"
    return None


def _problem_of_form(raw: str, text: str, rules: Sequence[str], n_words: int, limits: Limits) -> tuple[str, str] | None:
    """Return what is wrong with a cleaned text, whatever it says."""
    problem = None
    if "endless" in rules:
        problem = "endless_residue", "whenever something is taken out, something else comes to light"
    elif not text:
        problem = "empty", f"{len(raw):,} characters; all of it was taken out by {', '.join(rules)}"
    elif not n_words:
        problem = "no_words", f"{len(text):,} characters without a letter or a number"
    elif len(text) < limits.least_characters:
        problem = "too_short", f"{len(text):,} characters, at least {limits.least_characters:,}"
    elif n_words > limits.most_words:
        problem = "too_long", f"{n_words:,} words, at most {limits.most_words:,}"
    return problem


def _language(words: Sequence[str]) -> tuple[str, str]:
    """Return the language of a comment, and what it is judged by, for people; nothing of one that cannot be told.

    A language without a code of two letters is ``und`` too, but is told.
    """
    if english_words.is_english(words):
        return english_words.ENGLISH, "the words are en"
    middle = (len(words) - _STRETCH) // 2
    is_long = len(words) > 3 * _STRETCH
    telling = [*words[:_STRETCH], *words[middle : middle + _STRETCH], *words[-_STRETCH:]] if is_long else words
    guess = language.detect(" ".join(telling))
    if guess.language != language.UNDETERMINED:
        return guess.language, f"the words are {guess.language} ({guess.score:.2f})"
    is_sure = guess.score >= language.MIN_SCORE and len(words) >= language.MIN_WORDS
    return guess.language, f"a language without a code of two letters ({guess.score:.2f})" if is_sure else ""


def _rank(kept: Kept) -> tuple[object, ...]:
    votes = kept.comment.votes
    return votes is None, -(votes or 0), kept.comment.row


def _merged(first: Kept, alike: Sequence[Kept]) -> Kept:
    """Return a comment with what the source says of its copies: it is in all their files, and held out if one is."""
    files = {name for one in alike for name in (one.comment.given_in or "").split(" | ")}
    splits = {one.comment.official_split for one in alike}
    official = next((split for split in _HELD_OUT_FIRST if split in splits), None)
    given_in = " | ".join(name for name in _VARIANTS if name in files) or None
    return replace(first, comment=first.comment._replace(given_in=given_in, official_split=official))
