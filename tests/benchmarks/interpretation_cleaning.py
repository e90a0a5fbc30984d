"""Processor time of cleaning comments on songs and judging them, by step and by what is planted in a comment.

Run as ``python -m tests.benchmarks.interpretation_cleaning [SONGS]``; 300 made-up songs and their share of comments where
no number is given.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from musicdata.music.text import comment_cleaning, english_words, language, lyric_quotes, lyric_residue, song_language
from musicdata.stages.place.song_comments import Comment, Limits, judged
from musicdata.twin.interpretations import InterpretationPopulation
from tests.benchmarks.printing import describe_machine, print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from musicdata.music.text.comment_cleaning import Cleaned
    from musicdata.twin.interpretations.population import InterpretedSong

N_SONGS = 300
N_ROWS, N_ALL_SONGS = 310_315, 20_672  # of the papers' largest file
T = TypeVar("T")
_LIMITS = Limits(256, 20_000, 200_000, 0.6, ("en",))


def main() -> None:
    """Print the tables."""
    songs = list(InterpretationPopulation(int(sys.argv[1]) if sys.argv[1:] else N_SONGS, 0).songs())
    language.detect("the detector reads its model once a process")
    print(describe_machine())
    print_table(
        f"{sum(len(song.comments) for song in songs):,} comments on {len(songs):,} songs",
        ["step", "microseconds each", f"CPU seconds of {N_ROWS:,} comments or {N_ALL_SONGS:,} songs"],
        _steps(songs),
    )
    print_table("cleaning, by what is planted", ["planted", "comments", "microseconds each"], _by_residue(songs))


def _steps(songs: Sequence[InterpretedSong]) -> list[list[str]]:
    texts = [comment.text for song in songs for comment in song.comments]
    clean_s, cleaned = _seconds(partial(_cleaned, texts))
    words_s, words = _seconds(lambda: [lyric_quotes.words(one.text) for one in cleaned])
    english_s, is_english = _seconds(lambda: [english_words.is_english(one) for one in words])
    other = [" ".join(one) for one, is_told in zip(words, is_english, strict=True) if not is_told]
    detect_s, _ = _seconds(lambda: [language.detect(text) for text in other])
    quotable = [lyric_quotes.QuotableLyrics.of(lyric_quotes.words(song.lyrics)) for song in songs]
    of_song = [lyrics for lyrics, song in zip(quotable, songs, strict=True) for _ in song.comments]
    share_s, _ = _seconds(lambda: [lyrics.share(one) for lyrics, one in zip(of_song, words, strict=True)])
    comments = [[Comment(n, one.text, "", one.votes, None, None) for n, one in enumerate(s.comments)] for s in songs]
    all_s, _ = _seconds(
        lambda: [
            judged(song.song_id, some, lyrics, _LIMITS)
            for song, some, lyrics in zip(songs, comments, quotable, strict=True)
        ]
    )
    lyric_s, lyrics = _seconds(lambda: [lyric_residue.clean(song.lyrics, song.title).text for song in songs])
    judge_s, _ = _seconds(lambda: [song_language.judge(text, None) for text in lyrics])
    steps = [
        ("a comment cleaned", clean_s, len(texts), N_ROWS),
        ("cut into words", words_s, len(texts), N_ROWS),
        ("English told by small words", english_s, len(texts), N_ROWS),
        (f"language detected, of {len(other):,} others", detect_s, len(texts), N_ROWS),
        ("compared with the lyrics", share_s, len(texts), N_ROWS),
        ("all of it, with ids and copies", all_s, len(texts), N_ROWS),
        ("lyrics cleaned", lyric_s, len(songs), N_ALL_SONGS),
        ("language of lyrics, where they are not English", judge_s, len(songs), N_ALL_SONGS),
    ]
    return [[name, f"{1e6 * s / n:.0f}", f"{s / n * n_all:.1f}"] for name, s, n, n_all in steps]


def _by_residue(songs: Sequence[InterpretedSong]) -> list[list[str]]:
    texts: dict[str, list[str]] = defaultdict(list)
    for song in songs:
        for comment in song.comments:
            texts[" + ".join(comment.residue) or "nothing"].append(comment.text)
    rows = []
    for name, some in sorted(texts.items()):
        if len(some) >= len(songs) // 20:
            clean_s, _ = _seconds(partial(_cleaned, some))
            rows.append([name, f"{len(some):,}", f"{1e6 * clean_s / len(some):.0f}"])
    return rows


def _cleaned(texts: Sequence[str]) -> list[Cleaned]:
    return [comment_cleaning.clean(text) for text in texts]


def _seconds(work: Callable[[], list[T]]) -> tuple[float, list[T]]:
    start = time.process_time()
    made = work()
    return time.process_time() - start, made


if __name__ == "__main__":
    main()
