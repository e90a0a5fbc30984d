"""Cut each pair's lyrics into tokens → `tokens`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected, as_many
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.music.text import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from musicdata.definitions.reader import Inputs

_SAMPLES_A_SHARD = 500
_READS = ["sample_id", "split", "lyrics"]


class Tokenise(Parameters):
    """Which tokenizer is used.

    Attributes:
        tokenizer: "stanza", "simple", or "auto": stanza where it and its English model are on this machine. What was
            used stands in the table and in the tools of the build; where `auto` finds another one later, the table is
            made anew, and the build says why.
        model_dir: folder of Stanza's models; its own place when empty.
    """

    tokenizer: tokens.Choice = "auto"
    model_dir: str = ""


def cost(parameters: Tokenise, _expected: Expected) -> Cost:
    """Return what the words of a song cost: of 315 words for `simple`, unknown for stanza."""
    is_simple = parameters.tokenizer != "stanza" and tokens.chosen("auto", parameters.model_dir) == tokens.SIMPLE
    return Cost(cpu_s=0.0003 if is_simple else None, bytes=520)


def cut(_parameters: Tokenise, inputs: Inputs) -> Iterator[Shard]:
    """Cut the pairs into shards."""
    return cutting.by_key(inputs, {"pairs": _READS}, _SAMPLES_A_SHARD)


def run(parameters: Tokenise, task: Task) -> None:
    """Cut the shard's lyrics."""
    name = tokens.chosen(parameters.tokenizer, parameters.model_dir)
    tokenise = tokens.load(name, parameters.model_dir)
    for part in task.inputs.iterate("pairs", _READS, task.shard.first, task.shard.last):
        ids, splits, lyrics = (strings(part.column(column)) for column in _READS)
        tokenised = [tokenise(text) for text in lyrics]
        task.sink.write(
            "tokens",
            {
                "sample_id": ids,
                "split": splits,
                "tokenizer": [name] * len(ids),
                "tokens": [" ".join(one) for one in tokenised],
                "n_tokens": [len(one) for one in tokenised],
            },
        )


def _tools(parameters: Tokenise) -> Mapping[str, str]:
    return {"tokenizer": tokens.chosen(parameters.tokenizer, parameters.model_dir)}


STAGE = Stage(
    name="tokenise",
    version=1,
    verb="cuts lyrics into tokens",
    inputs=("pairs",),
    outputs=("tokens",),
    parameters=Tokenise,
    cut=cut,
    run=run,
    tools=_tools,
    location_parameters=("model_dir",),
    expect=as_many("pairs", tokens="pairs"),
    cost=cost,
)
