"""Puts a song of the user's own into words, by a model that a validation trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from musicdata.definitions import suite as suites
from musicdata.definitions.captioning import Caption, CaptionRequest
from musicdata.errors import InputError, IntegrityError, RecipeError, UsageError
from musicdata.system import paths

MODEL = "model.json"
NO_LYRICS = "-"
MOST_LYRIC_BYTES = 1_000_000
DEVICES = ("auto", "cpu", "cuda")


def caption(
    audio: str | Path,
    lyrics: str | Path,
    model: str | Path,
    *,
    ear_weights: str | Path | None = None,
    device: str = "auto",
) -> Caption:
    """Return what a trained model says of a recording and its words; nothing is written.

    Args:
        audio: a file of sound, or a MIDI file, which is played.
        lyrics: a text file in UTF-8; ``-`` for a song without words.
        model: folder of a model, as a validation keeps it; its `model.json` says which suite can use it.
        ear_weights: file of what hears for the model, where that is neither in its folder nor installed.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        UsageError: `device` is none, or the model says nothing of songs.
        InputError: a file is not there or cannot be read, or the folder is no model's.
        IntegrityError: the model, or what hears for it, is not what was trained.
        SetupError: what the model needs is not installed.
    """
    if device not in DEVICES:
        raise UsageError(f"device {device!r} is none of {', '.join(DEVICES)}")
    folder, sound = Path(model), Path(audio)
    suite = suites.find(_task(folder))
    if suite.caption is None:
        raise UsageError(f"{folder} is a model of suite {suite.name}, which puts no songs into words")
    suite.require_packages()
    if not sound.is_file():
        raise InputError(f"{sound} is no file; give a recording, or a MIDI file, of the song")
    weights = Path(ear_weights) if ear_weights is not None else None
    if weights is not None and not weights.exists():
        raise InputError(f"{weights} is not there; give the file that the model's ear was made of")
    return suite.caption(CaptionRequest(folder, sound, _words(lyrics), weights, device))


def _task(folder: Path) -> str:
    """Return the suite that can use a model."""
    task = _document(folder).get("task")
    if not isinstance(task, str):
        raise InputError(f"{folder / MODEL} says no task: it is not what a validation keeps of a model")
    try:
        suites.find(task)
    except RecipeError as error:
        raise InputError(f"{folder} is a model of another kind: {error}") from error
    return task


def _document(folder: Path) -> dict[str, Any]:
    what = f"{folder} is no folder of a trained model"
    try:
        document = json.loads(paths.read_inside(folder, MODEL))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(
            f"{what}: it has no {MODEL}. musicdata validate keeps what it trains in folders below its report's"
        ) from error
    except IntegrityError as error:
        raise InputError(f"{what}: {error}") from error
    except OSError as error:
        raise InputError(f"{folder / MODEL} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{what}: its {MODEL} is no JSON ({error})") from error
    if not isinstance(document, dict):
        raise InputError(f"{what}: its {MODEL} holds no object")
    return document


def _words(lyrics: str | Path) -> str:
    """Return the words of a song."""
    if str(lyrics) == NO_LYRICS:
        return ""
    path = Path(lyrics)
    try:
        return paths.read_regular(path, MOST_LYRIC_BYTES, follow=True).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is no text in UTF-8: byte {error.start} is {error.object[error.start]:#04x}; save the lyrics "
            "as UTF-8, or give - for a song without words"
        ) from error
    except FileNotFoundError as error:
        raise InputError(f"{path} is no file; give the lyrics as a text file, or - for a song without words") from error
    except IntegrityError as error:
        raise InputError(f"the lyrics cannot be read: {error}") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from error
