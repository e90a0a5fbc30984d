"""High-level documents: what 18 models make of a recording, each a share for every class."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.twin.albums.words import DIRECTIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_NOT = ("acoustic", "aggressive", "electronic", "happy", "party", "relaxed", "sad")
MODELS: dict[str, tuple[str, ...]] = {
    "danceability": ("danceable", "not_danceable"),
    "gender": ("female", "male"),
    "genre_dortmund": (
        *("alternative", "blues", "electronic", "folkcountry", "funksoulrnb", "jazz"),
        *("pop", "raphiphop", "rock"),
    ),
    "genre_electronic": ("ambient", "dnb", "house", "techno", "trance"),
    "genre_rosamerica": ("cla", "dan", "hip", "jaz", "pop", "rhy", "roc", "spe"),
    "genre_tzanetakis": ("blu", "cla", "cou", "dis", "hip", "jaz", "met", "pop", "reg", "roc"),
    "ismir04_rhythm": (
        *("ChaChaCha", "Jive", "Quickstep", "Rumba-American", "Rumba-International", "Rumba-Misc"),
        *("Samba", "Tango", "VienneseWaltz", "Waltz"),
    ),
    **{f"mood_{mood}": tuple(sorted((mood, f"not_{mood}"))) for mood in _NOT},
    "moods_mirex": ("Cluster1", "Cluster2", "Cluster3", "Cluster4", "Cluster5"),
    "timbre": ("bright", "dark"),
    "tonal_atonal": ("atonal", "tonal"),
    "voice_instrumental": ("instrumental", "voice"),
}
"""Model → its classes, in alphabetical order."""

MAPPED = {
    "alternative": "Alternative",
    "blues": "Blues",
    "electronic": "Electronic",
    "folkcountry": "Folk/Country",
    "funksoulrnb": "Funk/Soul/RnB",
    "jazz": "Jazz",
    "pop": "Pop",
    "raphiphop": "Rap/HipHop",
    "rock": "Rock",
    "blu": "Blues",
    "cla": "Classical",
    "cou": "Country",
    "dan": "Dance",
    "dis": "Disco",
    "hip": "Hip-Hop",
    "jaz": "Jazz",
    "met": "Metal",
    "reg": "Reggae",
    "rhy": "Rhythm and Blues",
    "roc": "Rock",
    "spe": "Speech",
    "Cluster1": "passionate, rousing, confident, boisterous, rowdy",
    "Cluster2": "rollicking, cheerful, fun, sweet, amiable/good natured",
    "Cluster3": "literate, poignant, wistful, bittersweet, autumnal, brooding",
    "Cluster4": "humorous, silly, campy, quirky, whimsical, witty, wry",
    "Cluster5": "aggressive, fiery, tense/anxious, intense, volatile, visceral",
}
"""Class → what it is called where names for people are asked for."""

_SURE = 2.0
_N_CLASSES = sum(map(len, MODELS.values()))
_LEANS = np.random.default_rng([2016, 20]).normal(size=(_N_CLASSES, len(DIRECTIONS))) / np.sqrt(len(DIRECTIONS))


def document(latent: NDArray[np.float64], take: Sequence[int], metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document.

    Args:
        latent: of the song, shape ``(6,)``.
        take: seed of what is a submission's own.
        metadata: what it says of its file.
    """
    logits = _SURE * (_LEANS @ latent + 0.5 * np.random.default_rng([*take, 2]).normal(size=_N_CLASSES))
    models: dict[str, Any] = {}
    first = 0
    for name, classes in MODELS.items():
        grown = np.exp(logits[first : first + len(classes)])
        first += len(classes)
        shares = dict(zip(classes, np.round(grown / grown.sum(), 9).tolist(), strict=True))
        value = max(classes, key=lambda one: shares[one])
        models[name] = {
            "all": shares,
            "probability": shares[value],
            "value": value,
            "version": metadata["version"]["highlevel"],
        }
    return {"highlevel": models, "metadata": metadata}


def write(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, as the dumps have it."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False)


def with_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document whose classes have names for people."""
    models = {
        name: model
        | {
            "all": {MAPPED.get(one, one): share for one, share in model["all"].items()},
            "value": MAPPED.get(model["value"], model["value"]),
        }
        for name, model in document["highlevel"].items()
    }
    return {**document, "highlevel": models}
