"""Hear songs by ears → `music_tokens_cnnsa`, `music_tokens_musicnn` and `music_tokens_small`.

One stage an ear. Each hears the clips of all songs that have audio. A stage that is not set makes no rows and needs no
package.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pyarrow as pa

from musicdata.definitions import contract as contracts
from musicdata.definitions import cutting
from musicdata.definitions.arrow import strings
from musicdata.definitions.cost import Cost, Expected
from musicdata.definitions.stage import Parameters, Shard, Stage, Task
from musicdata.errors import InputError, SetupError
from musicdata.music.features import ears
from musicdata.music.features.deep import require_torch
from musicdata.music.features.ears import CNNSA, MUSICNN
from musicdata.music.features.ears.musicnn import package_version
from musicdata.music.features.ears.small import SmallEar
from musicdata.stages.features import clips_of_songs
from musicdata.stages.features.clips_of_songs import AUDIO
from musicdata.system.digests import digest_of, sha256_of_file
from musicdata.system.packages import version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from musicdata.definitions.cost import Counts
    from musicdata.definitions.reader import Inputs
    from musicdata.music.features.ears import Ear

EAR = "small_ear"
_CLIPS_A_SHARD = 128
_READS = {AUDIO: ["sample_id", "split", "audio_sha256", "clip_seconds"]}


class EarCnnsa(Parameters):
    """Whether the songs are heard by the ear of the papers.

    Attributes:
        weights: file with its weights: the authors' ``best_model.pth``, or a safetensors file with the same names.
            Empty: it is not used.
    """

    weights: str = ""


class EarMusicnn(Parameters):
    """Whether the songs are heard by musicnn, and with which of its weights.

    Attributes:
        model: ``mtt``, trained on the tags of MagnaTagATune, or ``msd``, on those of the Million Song Dataset. Empty:
            it is not used.
        weights: the wheel with the weights, ``musicnn-0.1.0-py3-none-any.whl``; empty: the installed package.
    """

    model: Literal["", "mtt", "msd"] = ""
    weights: str = ""


class EarSmall(Parameters):
    """The small ear hears where it was trained; there is nothing to choose here."""


def _opened_cnnsa(parameters: EarCnnsa, _inputs: Inputs) -> Ear:
    return _open(CNNSA, parameters.weights)


def _opened_musicnn(parameters: EarMusicnn, _inputs: Inputs) -> Ear:
    return _open(MUSICNN, parameters.weights, parameters.model)


@lru_cache(maxsize=2)
def _open(name: str, weights: str, model: str = "mtt") -> Ear:
    return ears.open_ear(name, Path(weights) if weights else None, model)


def _opened_small(_parameters: EarSmall, inputs: Inputs) -> Ear:
    weights = inputs.read(EAR, ["weights"]).column("weights")[0].values
    return SmallEar.restored(weights.to_numpy().tobytes())


def _digest_cnnsa(parameters: EarCnnsa) -> str:
    """Return the content hash of the file of weights; nothing where none is named.

    Raises:
        InputError: there is no such file.
    """
    return _digest_of_file(parameters.weights)


def _digest_of_file(weights: str) -> str:
    if not weights:
        return ""
    if not Path(weights).is_file():
        raise InputError(f"{weights}: no such file; the ear expects its weights there")
    return sha256_of_file(Path(weights))


def _cut(hears_by: Callable[[Any, Inputs], str]) -> Callable[[Any, Inputs], Iterator[Shard]]:
    """Cut the songs with audio into shards, each of which knows the ear's weights; "" for no ear, so no shards."""

    def cut(parameters: Any, inputs: Inputs) -> Iterator[Shard]:
        """Cut the songs with audio into shards."""
        if not (weights := hears_by(parameters, inputs)):
            return
        if not len(inputs.read(AUDIO, ["sample_id"])):
            return
        for shard in cutting.by_key(inputs, _READS, _CLIPS_A_SHARD):
            yield Shard(shard.first, shard.last, shard.n_items, digest_of([shard.digest, weights]))

    return cut


def _digest_small(_parameters: EarSmall, inputs: Inputs) -> str:
    return "".join(strings(inputs.read(EAR, ["weights_sha256"]).column("weights_sha256")))


def _run(table: str, opened: Callable[[Any, Inputs], Ear]) -> Callable[[Any, Task], None]:
    def run(parameters: Any, task: Task) -> None:
        """Hear the shard's songs."""
        ear = opened(parameters, task.inputs)
        for ids, splits, clips in clips_of_songs.iterate(task.inputs, task.shard.first, task.shard.last):
            tokens = ear.tokens(clips)
            if not np.isfinite(tokens).all():
                raise InputError(f"the ear {ear.facts.label} makes numbers of no size: its weights are damaged")
            task.sink.write(table, _rows(table, ear, ids, splits, tokens.astype(np.float16)))

    return run


def _rows(table: str, ear: Ear, ids: list[str], splits: list[str], tokens: Any) -> pa.Table:
    contract = contracts.load(table)
    arrays = {
        "sample_id": pa.array(ids, pa.string()),
        "split": pa.array(splits, pa.string()),
        "vector": contract.column("vector").pack(tokens),
        "ear": pa.repeat(pa.scalar(ear.facts.label), len(ids)),
        "weights_sha256": pa.repeat(pa.scalar(ear.facts.weights_sha256[:16]), len(ids)),
    }
    return pa.table([arrays[column.name] for column in contract.columns], [c.name for c in contract.columns])


def _libraries() -> dict[str, str]:
    return {"torch": version("torch")}


def _tools_cnnsa(parameters: EarCnnsa) -> Mapping[str, str]:
    if not parameters.weights:
        return {}
    require_torch("ear.cnnsa")
    return _libraries()


def _tools_musicnn(parameters: EarMusicnn) -> Mapping[str, str]:
    if not parameters.model:
        return {}
    require_torch("ear.musicnn")
    if not parameters.weights:
        try:
            package_version()
        except SetupError as error:
            raise SetupError(f'{error}. Without it, set ear.musicnn.model to "": it hears no song then') from None
    return _libraries()


def _tools_small(_parameters: EarSmall) -> Mapping[str, str]:
    """Return what it computes with, where that is installed: only an ear that was trained needs it, and is told so."""
    try:
        return _libraries()
    except ModuleNotFoundError:
        return {}


def _expect(table: str, is_set: Callable[[Any], bool], like: str) -> Callable[[Any, Counts], Expected]:
    def expect(parameters: Any, counts: Counts) -> Expected:
        """Return as many songs as have audio, none where the ear is not set."""
        n_songs = counts[like] if is_set(parameters) and counts.get(EAR, 1) else 0
        return Expected(n_songs, {table: n_songs})

    return expect


def _stage(
    stage: str,
    parameters: type[Any],
    tools: Callable[[Any], Mapping[str, str]],
    cost: Cost,
    *,
    hears_by: Callable[[Any, Inputs], str],
    opened: Callable[[Any, Inputs], Ear],
    is_set: Callable[[Any], bool],
    **more: Any,
) -> Stage[Any]:
    table = f"music_tokens_{stage.removeprefix('ear.')}"
    return Stage(
        name=stage,
        version=1,
        outputs=(table,),
        needs=("safetensors", "soxr"),
        parameters=parameters,
        cut=_cut(hears_by),
        run=_run(table, opened),
        tools=tools,
        may_be_empty=True,
        deadline_s=3600,
        expect=_expect(table, is_set, AUDIO),
        cost=cost,
        **more,
    )


STAGES = (
    _stage(
        "ear.cnnsa",
        EarCnnsa,
        _tools_cnnsa,
        Cost(cpu_s=0.4, bytes=58_000),
        hears_by=lambda parameters, _inputs: _digest_cnnsa(parameters),
        opened=_opened_cnnsa,
        is_set=lambda parameters: bool(parameters.weights),
        verb="hears each song by the ear of the captioning papers",
        inputs=(AUDIO,),
        source_digest=_digest_cnnsa,
        location_parameters=("weights",),
    ),
    _stage(
        "ear.musicnn",
        EarMusicnn,
        _tools_musicnn,
        Cost(cpu_s=1.1, bytes=3_600),
        hears_by=lambda parameters, _inputs: parameters.model,
        opened=_opened_musicnn,
        is_set=lambda parameters: bool(parameters.model),
        verb="hears each song by musicnn",
        inputs=(AUDIO,),
        location_parameters=("weights",),
    ),
    _stage(
        "ear.small",
        EarSmall,
        _tools_small,
        Cost(cpu_s=0.004, bytes=1_300),
        hears_by=_digest_small,
        opened=_opened_small,
        is_set=lambda _parameters: True,
        verb="hears each song by the small ear",
        inputs=(AUDIO, EAR),
    ),
)
