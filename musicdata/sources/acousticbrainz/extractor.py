"""The user's own audio, analysed as AcousticBrainz' documents were: by Essentia's music extractor, of today.

It is the extractor's own document, with the names that AcousticBrainz' documents have for what is the same (`mapped`).
Today's extractor is not theirs: of the 512 paths 54 are not there (statistics of the two peaks of the histogram of
tempi), and the algorithms behind others have changed since. What it was is said in the document's version.

Essentia is under the AGPL and needs a hundred megabytes; it is started as a program of its own, fenced in as renderers
are, and is no part of this one: ``pip install 'musicdata[essentia]'``.
"""

from __future__ import annotations

import importlib.util
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from musicdata.errors import FormatError, SetupError
from musicdata.sources.acousticbrainz import child, document
from musicdata.system import paths, processes
from musicdata.system.files import link_or_copy

ENDINGS = (".aac", ".aif", ".aiff", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav", ".wma")
"""Of the files that are taken for sounds."""

MAX_SOUND_BYTES = 2 << 30

_PACKAGES = ("essentia", "numpy", "yaml", "six")
_DEADLINE_S = 1800.0
_LIMITS = processes.Limits(cpu_s=1500, memory_bytes=8 << 30, file_bytes=64 << 20)
_PROFILES = ("temperley", "krumhansl", "edma")  # the first is what the extractor of AcousticBrainz went by
_SHARP = {"Ab": "G#", "Bb": "A#", "Db": "C#", "Eb": "D#", "Gb": "F#"}
_SHOWN = 300


def version() -> str:
    """Return the version of Essentia.

    Raises:
        SetupError: it is not installed.
    """
    try:
        return metadata.version("essentia")
    except metadata.PackageNotFoundError as error:
        message = "Essentia is missing; install it with: pip install 'musicdata[essentia]'"
        raise SetupError(message) from error


def describe(path: Path) -> dict[str, Any]:
    """Return the low-level document of a sound.

    Args:
        path: of a file that FFmpeg reads; links are followed, for the user names it.

    Raises:
        FormatError: it cannot be analysed: ``not_sound``, ``too_large``, ``took_too_long``, or what `document.parsed`
            says of what came out.
        SetupError: Essentia is not installed, or does not run.
    """
    places = _places()
    with processes.private_folder(None, "essentia-") as folder:
        sound = _taken(path, folder)
        command = [sys.executable, "-I", "-B", str(Path(child.__file__)), sound, "document.json", *map(str, places)]
        finished = processes.run(
            command,
            cwd=folder,
            deadline_s=_DEADLINE_S,
            limits=_LIMITS,
            env=dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
            reads=[*places, Path(child.__file__), Path(sys.prefix), Path(sys.base_prefix)],
        )
        if finished.timed_out:
            raise FormatError("took_too_long", f"Essentia did not end within {_DEADLINE_S:g} s")
        processes.raise_if_full(folder, finished.stderr)
        if finished.returncode != 0:
            raise _failed(finished)
        return mapped(document.parsed(paths.read_regular(folder / "document.json")))


def _taken(path: Path, folder: Path) -> str:
    """Give a sound a name of our own in a folder: the user's may be an option, or a protocol, to FFmpeg."""
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise FormatError("not_sound", f"its name ends in {ascii(ending)[1:-1]!r}; read are {' '.join(ENDINGS)}")
    with paths.open_regular(path, follow=True) as file:
        size = file.seek(0, 2)
    if size > MAX_SOUND_BYTES:
        raise FormatError("too_large", f"{size:,} bytes, at most {MAX_SOUND_BYTES:,} are read")
    name = f"sound{ending}"
    link_or_copy(path.resolve(), folder / name, folder / "copy")
    return name


def _failed(finished: processes.Finished) -> Exception:
    said = " ".join(finished.stderr.split())[-_SHOWN:]
    said = said if said.isprintable() else "it said what cannot be shown"
    if finished.returncode == child.CANNOT_READ:
        return FormatError("not_sound", f"Essentia cannot analyse it: {said}")
    if finished.returncode < 0:
        return FormatError("not_sound", f"Essentia {finished} while it analysed it")
    return SetupError(f"Essentia {finished}: {said}. Install it anew with: pip install --force 'musicdata[essentia]'")


def _places() -> list[Path]:
    """Return the folders from which Essentia and what it needs are imported.

    Raises:
        SetupError: one of them is not installed.
    """
    places: list[Path] = []
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            message = (
                f"{name} is missing, by which sounds are analysed; install it with: pip install 'musicdata[essentia]'"
            )
            raise SetupError(message)
        origin = Path(spec.origin)
        places.append(origin.parents[1] if spec.submodule_search_locations else origin.parent)
    return list(dict.fromkeys(places))


def mapped(extracted: dict[str, Any]) -> dict[str, Any]:
    """Return a document of today's extractor with the paths that AcousticBrainz' have for what is the same.

    Today's knows three profiles of keys, where the old had one; the key is that of the first of temperley, krumhansl
    and edma that is there, and the version tells which. Flats are written as sharps. A document that has the old paths
    is returned as it is.
    """
    tonal = extracted.get("tonal")
    if not isinstance(tonal, dict) or "key_key" in tonal:
        return extracted
    profile = next((name for name in _PROFILES if isinstance(tonal.get(f"key_{name}"), dict)), None)
    tonal = {**tonal, "chords_key": _sharp(tonal.get("chords_key"))}
    if profile is None:
        return {**extracted, "tonal": tonal}
    key = tonal[f"key_{profile}"]
    tonal |= {"key_key": _sharp(key.get("key")), "key_scale": key.get("scale"), "key_strength": key.get("strength")}
    return {**extracted, "tonal": tonal, "metadata": _noted(extracted.get("metadata"), profile)}


def _sharp(name: Any) -> Any:
    return _SHARP.get(name, name) if isinstance(name, str) else name


def _noted(about: Any, profile: str) -> Any:
    """Return metadata whose version tells by which profile the key was found."""
    if not isinstance(about, dict) or not isinstance(about.get("version"), dict):
        return about
    extractor = f"{about['version'].get('extractor', '')}, key by {profile}".removeprefix(", ")
    return {**about, "version": {**about["version"], "extractor": extractor}}
