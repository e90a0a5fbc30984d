"""Embed songs and their sections by sentence encoders → `embeddings_minilm`, `_use`, `_e5` and `_model`.

One stage an encoder. Each embeds the songs of its languages: the whole song, and every section that is not sung before
in it. A stage of no language makes no rows and needs no package.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from musicdata.definitions import contract as contracts
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import SetupError, UsageError
from musicdata.music.features import encoder_weights, sentence_encoder, text_encoders
from musicdata.music.features.text_encoders import MODEL
from musicdata.stages.features import lyric_words
from musicdata.stages.features.lyric_words import SAMPLES, SECTIONS, TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.features.text_encoders import TextEncoder
    from musicdata.stages.features.lyric_words import Song

Code = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""ISO 639-1, or ``und`` for songs whose language cannot be told."""

_SONGS_A_SHARD = 256
_SONGS_AT_ONCE = 32
_ROWS_A_SONG = 5  # the whole and four sections, about


class Embed(Parameters):
    """Which songs are embedded.

    Attributes:
        languages: ISO 639-1 codes; the songs of no other language have rows. None at all: the encoder is not used.
    """

    languages: tuple[Code, ...] = ()


class EmbedMinilm(Embed):
    """Which songs MiniLM embeds: it knows English.

    Attributes:
        languages: ISO 639-1 codes; the songs of no other language have rows. None at all: the encoder is not used.
    """

    languages: tuple[Code, ...] = ("en",)


class EmbedUse(Embed):
    """Which songs the multilingual Universal Sentence Encoder embeds.

    Attributes:
        languages: ISO 639-1 codes; the songs of no other language have rows. None at all: the encoder is not used.
            It was made for those that are set; English is among them, for sentences that are looked for in another.
    """

    languages: tuple[Code, ...] = (
        "ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh",
    )  # fmt: skip


class EmbedE5(Embed):
    """Which songs E5 embeds.

    Attributes:
        languages: ISO 639-1 codes; the songs of no other language have rows. None at all: the encoder is not used.
            It knows a hundred, and is some fifteen times slower than the others: set are those that only it knows.
    """

    languages: tuple[Code, ...] = ("cs", "hu", "la", "vi")


class EmbedModel(Embed):
    """Which encoder of the user's embeds which songs.

    Attributes:
        languages: as in the others; none are set.
        model: folder of a model in ONNX, with its tokenizer; vectors of 384 numbers.
    """

    model: str = ""


def cut(parameters: Embed, inputs: Inputs) -> Iterator[Shard]:
    """Cut the songs of the languages into shards."""
    yield from lyric_words.shards(inputs, parameters.languages, _SONGS_A_SHARD)


def _run(name: str) -> Callable[[Embed, Task], None]:
    def run(parameters: Embed, task: Task) -> None:
        """Embed the shard's songs."""
        encoder = text_encoders.open_encoder(name, _folder(parameters) if name == MODEL else None)
        songs: list[Song] = []
        for song in lyric_words.iterate(task.inputs, parameters.languages, task.shard):
            songs.append(song)
            if len(songs) == _SONGS_AT_ONCE:
                task.sink.write(f"embeddings_{name}", _rows(encoder, songs))
                songs = []
        if songs:
            task.sink.write(f"embeddings_{name}", _rows(encoder, songs))

    return run


def _rows(encoder: TextEncoder, songs: list[Song]) -> pa.Table:
    """Return the rows of songs; a text that stands there several times is read once."""
    facts, contract = encoder.facts, contracts.load(f"embeddings_{encoder.facts.name}")
    places: dict[str, int] = {}
    for song in songs:
        for text in song.parts.values():
            places.setdefault(text, len(places))
    encoded = encoder.encode(list(places))
    of_row = np.array([places[text] for song in songs for text in song.parts.values()])
    keys = [(song.sample_id, song.split, index) for song in songs for index in song.parts]
    constants: dict[str, Any] = {
        "encoder": facts.label,
        "weights_sha256": facts.weights_sha256[:16],
        "max_tokens": facts.max_tokens,
        "precision": facts.precision,
    }
    columns = {name: [key[part] for key in keys] for part, name in enumerate(("sample_id", "split", "section_index"))}
    arrays = {name: pa.array(values, contract.column(name).arrow_type) for name, values in columns.items()}
    arrays["vector"] = contract.column("vector").pack(encoded.vectors[of_row].astype(np.float16))
    arrays |= {"n_tokens": pa.array(encoded.n_tokens[of_row]), "n_read": pa.array(encoded.n_read[of_row])}
    arrays |= {name: pa.repeat(pa.scalar(value), len(keys)) for name, value in constants.items()}
    return pa.table([arrays[column.name] for column in contract.columns], [c.name for c in contract.columns])


def _folder(parameters: Embed) -> Path:
    assert isinstance(parameters, EmbedModel), "only a stage of the user's encoder has a folder"
    if not parameters.model:
        raise UsageError(
            f"stage embed.{MODEL} has languages and no model: set embed.{MODEL}.model to the folder of one "
            f"({sentence_encoder.MODEL} and {sentence_encoder.TOKENIZER}), or no languages"
        )
    return Path(parameters.model)


def _tools(name: str) -> Callable[[Embed], Mapping[str, str]]:
    def tools(parameters: Embed) -> Mapping[str, str]:
        """Return the versions of the encoder's packages; where no language is set, none is needed."""
        if not parameters.languages:
            return {}
        if name == MODEL:
            return sentence_encoder.require(f"stage embed.{name}")
        try:
            return encoder_weights.installed(name)
        except SetupError as error:
            raise SetupError(f"{error}. Without it, set embed.{name}.languages to []: it embeds no song then") from None

    return tools


def _expect(name: str) -> Callable[[Embed, Counts], Expected]:
    def expect(parameters: Embed, counts: Counts) -> Expected:
        """Return as many songs as are known to be in these languages; all, where nobody knows."""
        known = [counts.get(f"{SAMPLES}.language={language}") for language in parameters.languages]
        of_them = [n for n in known if n is not None]
        songs = sum(of_them) if of_them or not known else counts[SAMPLES]
        return Expected(songs, {f"embeddings_{name}": songs * _ROWS_A_SONG})

    return expect


def _source_digest(parameters: Embed) -> str:
    """Return the digest of the user's model; nothing where no song is embedded by it."""
    return sentence_encoder.digest(_folder(parameters)) if parameters.languages else ""


def _stage(stage: str, parameters: type[Embed], verb: str, cost: Cost) -> Stage[Embed]:
    name = stage.removeprefix("embed.")
    is_users = name == MODEL
    return Stage(
        name=stage,
        version=1,
        verb=verb,
        inputs=(SAMPLES, TEXTS, SECTIONS),
        outputs=(f"embeddings_{name}",),
        needs=("safetensors",),
        parameters=parameters,
        cut=cut,
        run=_run(name),
        source_digest=_source_digest if is_users else None,
        tools=_tools(name),
        may_be_empty=True,
        deadline_s=6 * 3600,
        location_parameters=("model",) if is_users else (),
        expect=_expect(name),
        cost=cost,
    )


STAGES = (
    _stage("embed.minilm", EmbedMinilm, "embeds songs and their sections by MiniLM", Cost(cpu_s=0.06, bytes=4_000)),
    _stage(
        "embed.use", EmbedUse, "embeds songs and their sections by the multilingual USE", Cost(cpu_s=0.03, bytes=5_000)
    ),
    _stage("embed.e5", EmbedE5, "embeds songs and their sections by E5", Cost(cpu_s=0.6, bytes=4_000)),
    _stage(
        "embed.model",
        EmbedModel,
        "embeds songs and their sections by an encoder of the user's",
        Cost(cpu_s=0.2, bytes=4_000),
    ),
)
