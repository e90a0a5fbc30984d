"""A caption of a user's own song by a network of this suite: heard by the ear, and cleaned, as its data set was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.definitions.captioning import Caption
from musicdata.errors import InputError, IntegrityError, ItemError, UsageError
from musicdata.music.text import sung_words

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from musicdata.definitions.captioning import CaptionRequest
    from musicdata.music.features.ears import Clip, Ear, EarFacts
    from musicdata_baselines.deep.captioning.model import Model

EAR_FILE = "ear.safetensors"
_LEAST_DIGITS = 16  # of a digest, as tables have them
_ALL_OF_THEM = 1_000_000  # tokens: more than a text file of lyrics can have
_CAVEAT = (
    "A caption says what was said of songs like this one, as far as the model can tell; nothing in it was checked."
)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What was heard of a song: tokens (1, tokens, width), by whom, how many seconds, and what is to be told."""

    tokens: NDArray[np.float16] | None
    ear: str
    seconds: float
    notes: tuple[str, ...]


def caption(request: CaptionRequest) -> Caption:
    """Return what a trained network says of a song; nothing is written.

    Raises:
        InputError: the sound cannot be heard: corrupt, silent, under a second.
        UsageError: the ear needs a file of weights that was not given.
        IntegrityError: the ear's weights are not those that the network was trained with.
        ModelFileError: the model is damaged, or of another kind.
        SetupError: PyTorch, transformers, or what plays MIDI is not installed.
    """
    from musicdata_baselines.captioning.songs import Songs
    from musicdata_baselines.deep.captioning.networks import limits
    from musicdata_baselines.deep.captioning.saving import open_model

    model = open_model(request.model, request.device)
    heard = _hear(request, model)
    lyrics = sung_words.cleaned(request.lyrics)[0]
    most = limits(model.plan, model.network)[0]
    n_tokens, n_read = (len(model.tokenizer.encode([lyrics], limit)[0]) for limit in (_ALL_OF_THEM, most))
    (text,) = model.caption(Songs(("song",), (lyrics,), heard.tokens, ((),)))
    notes = (*heard.notes, *_on_lyrics(request.lyrics, lyrics, n_tokens, n_read), *_on_training(model), _CAVEAT)
    return Caption(
        text=text,
        model=f"{model.name} ({request.model.resolve().name})",
        ear=heard.ear,
        seconds_read=heard.seconds,
        n_lyric_tokens=n_read if lyrics else 0,
        notes=notes,
    )


def _on_lyrics(given: str, lyrics: str, n_tokens: int, n_read: int) -> list[str]:
    notes = []
    if not lyrics:
        left = " but what pages put around lyrics" if given.strip() else ""
        notes.append(f"There are no words{left}: what only words tell is a guess.")
    if n_tokens > n_read:
        notes.append(f"The words have {n_tokens:,} tokens; the model reads the first {n_read:,}.")
    return notes


def _on_training(model: Model) -> list[str]:
    if model.converged:
        return []
    return ["The model had not learned to read lyrics after the steps that were planned for it: believe it less."]


def _hear(request: CaptionRequest, model: Model) -> _Heard:
    if model.plan.system == "lyrics":
        return _Heard(None, "", 0.0, ("The model reads lyrics only: the sound was not heard.",))
    clip = _load(request.audio)
    ear = _open_ear(request, model.ear)
    tokens = ear.tokens(clip.samples[None].astype(np.float32)).astype(np.float16)
    notes = []
    whole_s = ear.facts.n_samples / ear.facts.sample_rate
    if clip.clip_seconds < whole_s:
        notes.append(
            f"There are {clip.clip_seconds:.1f} s of sound, filled up with silence; "
            f"the model was trained on {whole_s:g} s."
        )
    if clip.kind == "midi":
        notes.append("The MIDI file was played by TiMidity++; a recording would sound otherwise.")
    return _Heard(tokens, ear.facts.label, clip.clip_seconds, tuple(notes))


def _load(path: Path) -> Clip:
    from musicdata.music.features.ears import load_clip

    try:
        return load_clip(path)
    except ItemError as error:
        raise InputError(f"{path} cannot be heard: {error.detail} ({error.reason}); give another recording") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error


def _open_ear(request: CaptionRequest, facts: dict[str, Any]) -> Ear:
    """Return the ear that a network was trained with.

    Args:
        request: may name its weights.
        facts: of the ear, from the model's folder: name, version, digest of its weights.
    """
    from musicdata.music.features.ears import MUSICNN, open_ear

    name, version, digest = (str(facts.get(key, "")) for key in ("name", "version", "weights_sha256"))
    if not name or len(digest) < _LEAST_DIGITS:
        raise InputError(
            f"{request.model} does not say which ear its network was trained with, so it cannot hear; train it anew"
        )
    weights = request.ear_weights
    if weights is None and (request.model / EAR_FILE).is_file():
        weights = request.model / EAR_FILE
    try:
        ear = open_ear(name, weights, version.rpartition(" ")[2] if name == MUSICNN else "mtt")
    except UsageError as error:
        raise UsageError(
            f"{error}. {request.model} hears by {name} {version}: give the file that its data set was built with "
            "by --ear-weights"
        ) from error
    _require_same(ear.facts, request.model, f"{name} {version}", digest, weights)
    return ear


def _require_same(facts: EarFacts, model: Path, label: str, digest: str, weights: Path | None) -> None:
    """Refuse an ear that is not the one a network was trained with."""
    if not facts.weights_sha256.startswith(digest):
        raise IntegrityError(
            f"{model} was trained with the ear {label} of digest {digest[:_LEAST_DIGITS]}, the weights "
            f"{weights or 'that are installed'} have {facts.weights_sha256[:_LEAST_DIGITS]}: what another ear hears "
            "means nothing to it; give the right file by --ear-weights"
        )
    if facts.label != label:
        raise IntegrityError(
            f"{model} was trained with the ear {label}, here is {facts.label}, whose tokens are others; build the data "
            "set and validate it anew"
        )
