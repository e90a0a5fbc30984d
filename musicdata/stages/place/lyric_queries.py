"""Make queries from songs, and say which songs answer them → `lyric_queries`, `lyric_qrels`."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Remark, Shard, Stage, Task
from musicdata.errors import IntegrityError
from musicdata.music.queries import lines as song_lines
from musicdata.music.queries import making
from musicdata.stages.place import query_relevance
from musicdata.stages.place.query_relevance import ABSENT, LINE, TITLE, TRANSLATION, Asked, Songs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs

Kind = Literal["title", "line", "masked", "typo", "masked_typo", "translation", "absent"]

_SAMPLES = "lyric_samples"
_TEXTS = "lyric_texts"
_FACTS = [
    "sample_id", "split", "title", "language", "text_group_id", "work_id", "lines_lost", "is_held_out"
]  # fmt: skip
_WORDS = ["sample_id", "text"]
_SONGS_A_SHARD = 2048
_UNKNOWN = "und"
_IN_TEXT = "title_in_text"
_NO_LINE = "no_line"


class LyricQueries(Parameters):
    """Which queries are made.

    Attributes:
        kinds: of queries; `title` makes those of kind title_in_text too, where a song sings its title.
        per_kind: lines of a song that queries are made from.
        most_targets: languages in which a song is looked for by its beginning in its own.
        most_relevant: songs that may answer one query; one that more do means none of them, and is left out.
    """

    kinds: tuple[Kind, ...] = ("title", "line", "masked", "typo", "masked_typo", "translation", "absent")
    per_kind: int = Field(1, ge=1, le=20)
    most_targets: int = Field(3, ge=1, le=50)
    most_relevant: int = Field(100, ge=1, le=10_000)

    @property
    def line_kinds(self) -> tuple[str, ...]:
        """Return the kinds that are made from one line."""
        return tuple(kind for kind in (LINE, "masked", "typo", "masked_typo") if kind in self.kinds)


def expect(parameters: LyricQueries, counts: Counts) -> Expected:
    """Return four queries from lines and most of a title for each song."""
    rows = counts[_SAMPLES] * (len(parameters.line_kinds) * parameters.per_kind + ("title" in parameters.kinds))
    return Expected(counts[_SAMPLES], {"lyric_queries": rows, "lyric_qrels": 1.1 * rows})


def cut(_parameters: LyricQueries, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; which songs answer a query depends on all of them."""
    everything = hashlib.sha256(f"{inputs.digest(_SAMPLES)}{inputs.digest(_TEXTS)}".encode()).hexdigest()
    ids = _ids(inputs)
    for start, stop in cutting.runs(ids, _SONGS_A_SHARD):
        yield Shard(ids[start], ids[stop - 1], stop - start, everything)


def _ids(inputs: Inputs) -> list[str]:
    return strings(inputs.read(_SAMPLES, ["sample_id"]).column("sample_id"))


def prepare(parameters: LyricQueries, inputs: Inputs, folder: Path) -> None:
    """Find out, for each query there will be, which songs answer it, and keep that for the shards."""
    songs = Songs(ids=_ids(inputs))
    facts = inputs.read(_SAMPLES, _FACTS)
    songs.groups = strings(facts.column("text_group_id"))
    songs.works = [work or "" for work in facts.column("work_id").to_pylist()]
    songs.held_out = [bool(is_held_out) for is_held_out in facts.column("is_held_out").to_pylist()]
    languages = strings(facts.column("language"))
    for number, (work, language) in enumerate(zip(songs.works, languages, strict=True)):
        if work and language != _UNKNOWN:
            songs.in_language.setdefault((work, language), []).append(number)
    targets = _targets(songs)
    asked: list[Asked] = []
    for number, (song, text) in enumerate(_iterate(inputs)):
        asked += _asked(parameters, number, song, _read_lines(songs, number, text), targets)
    query_relevance.keep(folder, songs, asked, parameters.most_relevant, list(cutting.runs(songs.ids, _SONGS_A_SHARD)))


def _targets(songs: Songs) -> dict[str, list[str]]:
    """Return the languages in which each work can be found: those of songs that are in the index."""
    targets: dict[str, list[str]] = {}
    for (work, language), numbers in songs.in_language.items():
        if not all(songs.held_out[number] for number in numbers):
            targets.setdefault(work, []).append(language)
    return targets


def _read_lines(songs: Songs, number: int, text: str) -> list[song_lines.Line]:
    of_song = song_lines.lines(text)
    keys = np.unique(np.array([line.key for line in of_song], np.uint64))
    songs.lines.append(keys)
    songs.owners.append(np.full(len(keys), number, np.int32))
    return of_song


def _iterate(inputs: Inputs, first: str | None = None, last: str | None = None) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the facts and the words of each song, in order.

    Raises:
        IntegrityError: a song has no words.
    """
    texts = _texts(inputs, first, last)
    for part in inputs.iterate(_SAMPLES, _FACTS, first, last):
        for song in part.to_pylist():
            sample_id, text = next(texts, ("", ""))
            if sample_id != song["sample_id"]:
                raise IntegrityError(
                    f"table {_TEXTS} has no words of song {song['sample_id']!r}; the command that built it builds it "
                    "anew"
                )
            yield song, text


def _texts(inputs: Inputs, first: str | None, last: str | None) -> Iterator[tuple[str, str]]:
    for part in inputs.iterate(_TEXTS, _WORDS, first, last):
        yield from zip(strings(part.column("sample_id")), strings(part.column("text")), strict=True)


def _asked(
    parameters: LyricQueries, number: int, song: dict[str, Any], of_song: list[song_lines.Line],
    targets: dict[str, list[str]],
) -> Iterator[Asked]:  # fmt: skip
    """Yield what queries are made from of one song; of one that is held out, nothing but what must not be found."""
    song_id, is_held_out = song["sample_id"], song["is_held_out"]
    title = making.title_query(song["title"]) if not is_held_out and "title" in parameters.kinds else ""
    if title:
        yield Asked(number, TITLE, "0", place=int(making.sings(" ".join(line.plain for line in of_song), title)))
    basis = ABSENT if is_held_out else LINE
    if (ABSENT in parameters.kinds if is_held_out else parameters.line_kinds) and not song["lines_lost"]:
        for place, line in enumerate(song_lines.chosen(song_id, of_song, parameters.per_kind)):
            yield Asked(number, basis, str(place), line.key, line.number)
    if not is_held_out and TRANSLATION in parameters.kinds and song["work_id"] and song["language"] != _UNKNOWN:
        others = [language for language in targets.get(song["work_id"], ()) if language != song["language"]]
        for language in sorted(others, key=lambda language: making.query_id(song_id, TRANSLATION, language))[
            : parameters.most_targets
        ]:
            yield Asked(number, TRANSLATION, language)


def run(parameters: LyricQueries, task: Task) -> None:
    """Write the queries made from the shard's songs, and what those songs answer."""
    assert task.prepared is not None, "the stage prepares what songs answer"
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in query_relevance.asked_of(task.prepared, task.shard.first):
        asked.setdefault(row["sample_id"], []).append(row)
    rows: list[dict[str, Any]] = []
    for song, text in _iterate(task.inputs, task.shard.first, task.shard.last):
        of_song = asked.get(song["sample_id"], [])
        for row in of_song:
            if row["withheld"]:
                key = f"{song['sample_id']}-{row['basis']}-{row['number']}"
                task.sink.reject(key, row["withheld"], _why(row, parameters))
        if not any(row["basis"] in (LINE, ABSENT) for row in of_song):
            task.sink.reject(f"{song['sample_id']}-{LINE}", _NO_LINE, "no line of it says enough to be looked for by")
        kept = [row for row in of_song if not row["withheld"]]
        made = [query for row in kept for query in _queries(parameters, row, song, text)]
        rows += sorted(made, key=lambda query: str(query["query_id"]))
    _write(task, "lyric_queries", rows)
    _write(task, "lyric_qrels", list(_judgements(parameters, task)))


def _why(row: dict[str, Any], parameters: LyricQueries) -> str:
    if row["withheld"] == query_relevance.TOO_MANY:
        return f"more than {parameters.most_relevant} songs would answer it"
    return "songs that are in the index hold the line too"


def _queries(
    parameters: LyricQueries, row: dict[str, Any], song: dict[str, Any], text: str
) -> Iterator[dict[str, Any]]:
    """Yield the queries that are made from one thing that is asked."""
    song_id, basis = song["sample_id"], row["basis"]
    shared = {
        "sample_id": song_id, "split": song["split"], "language": song["language"], "n_relevant": row["n_relevant"]
    }  # fmt: skip

    def query(kind: str, words: str, **more: object) -> dict[str, Any]:
        given = {"target_language": None, "line": None} | more
        return shared | {"query_id": making.query_id(song_id, kind, row["number"]), "kind": kind, "text": words} | given

    if basis == TITLE:
        # Whether a song sings its title is found in its words, so the id is that of its title either way.
        yield query(TITLE, making.title_query(song["title"])) | {"kind": _IN_TEXT if row["place"] else TITLE}
    elif basis == TRANSLATION:
        yield query(TRANSLATION, making.beginning(text), target_language=row["number"])
    else:
        line = song_lines.line_at(text, row["place"])
        for kind in _kinds(parameters, basis):
            yield query(
                kind, _changed(kind, line.text, making.Draws(f"{song_id}\n{kind}\n{line.key}")), line=line.number
            )


def _kinds(parameters: LyricQueries, basis: str) -> tuple[str, ...]:
    """Return the kinds of queries that are made from something; those of titles have one id."""
    return parameters.line_kinds if basis == LINE else (basis,)


def _changed(kind: str, line: str, draws: making.Draws) -> str:
    """Return a line as somebody remembers it."""
    text = making.masked(line, draws) if kind in ("masked", "masked_typo") else line
    return making.misspelt(text, draws) if kind in ("typo", "masked_typo") else text


def _judgements(parameters: LyricQueries, task: Task) -> Iterator[dict[str, Any]]:
    """Yield what the shard's songs answer, in order."""
    assert task.prepared is not None, "the stage prepares what songs answer"
    splits = task.inputs.read(_SAMPLES, ["sample_id", "split"], task.shard.first, task.shard.last)
    of = dict(zip(strings(splits.column("sample_id")), strings(splits.column("split")), strict=True))
    rows = [
        (answer["sample_id"], making.query_id(answer["source_id"], kind, answer["number"]), answer["source_id"])
        for answer in query_relevance.answers_of(task.prepared, task.shard.first)
        for kind in _kinds(parameters, answer["basis"])
    ]
    for song, query, source in sorted(rows):
        yield {
            "sample_id": song,
            "split": of[song],
            "query_id": query,
            "relevance": 1,
            "is_source": song == source,
        }


def _write(task: Task, table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        task.sink.write(table, {name: [row[name] for row in rows] for name in rows[0]})


def remark(_parameters: LyricQueries, inputs: Inputs) -> Remark:
    """Tell how many queries of each kind there are."""
    counts: Counter[str] = Counter()
    for part in inputs.iterate("lyric_queries", ["kind"]):
        counts.update(strings(part.column("kind")))
    n_judgements = sum(len(part) for part in inputs.iterate("lyric_qrels", ["relevance"]))
    text = "" if counts else "no query could be made: songs have no titles, and no line that says enough"
    return Remark({"judgements": n_judgements} | dict(sorted(counts.items())), text)


STAGE = Stage(
    name="lyric_queries",
    version=1,
    verb="makes queries from songs and says which songs answer them",
    inputs=(_SAMPLES, _TEXTS),
    outputs=("lyric_queries", "lyric_qrels"),
    parameters=LyricQueries,
    cut=cut,
    prepare=prepare,
    run=run,
    expect=expect,
    cost=Cost(cpu_s=5e-4, bytes=240),
    remark=remark,
)
