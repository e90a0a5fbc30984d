"""The encoders of a validation: which are here, which language takes which, and what each query's vector is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from musicdata.errors import SetupError
from musicdata.music.features.text_encoders import MODEL, open_encoder
from musicdata_baselines.search import Vectors
from musicdata_baselines.search.corpus import WHOLE_SONG

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from musicdata.music.features.text_encoders import EncoderFacts, TextEncoder
    from musicdata_baselines.search import Songs
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings

LEAST_SONGS = 0.95
"""Share of a language's songs that must have vectors, for the language to be searched by them."""

_AT_ONCE = 128


@dataclass(frozen=True, slots=True)
class Vectored:
    """What `encode` returns: vectors (texts, width), float32."""

    vectors: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Remembering:
    """An encoder that encodes a query once, however many systems ask it.

    Attributes:
        encoder: that encodes.
    """

    encoder: TextEncoder
    _known: dict[str, NDArray[np.float32]] = field(default_factory=dict)

    @property
    def facts(self) -> EncoderFacts:
        """Return what identifies it."""
        return self.encoder.facts

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Vectored:
        """Return vectors of texts; those of queries are kept."""
        if not query:
            return Vectored(self.encoder.encode(texts).vectors)
        new = list(dict.fromkeys(text for text in texts if text not in self._known))
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            self._known.update(zip(part, self.encoder.encode(part, query=True).vectors, strict=True))
        width = self.encoder.facts.width
        vectors = [self._known[text] for text in texts]
        return Vectored(np.stack(vectors) if vectors else np.empty((0, width), np.float32))


@dataclass(frozen=True, slots=True, eq=False)
class Encoders:
    """The encoders that are here and have vectors of songs.

    Attributes:
        by_name: in the order in which a language takes the first.
        of_language: language → name of the encoder of its songs and queries.
        missing: name → why it is not here.
    """

    by_name: dict[str, Remembering]
    of_language: dict[str, str]
    missing: dict[str, str]

    def between(self, songs: Songs, language: str, target: str, first: str) -> str | None:
        """Return the encoder that leads from a language to songs of another, the one asked for first; None for none."""
        names = sorted(self.by_name, key=lambda name: name != first)
        for name in names:
            facts = self.by_name[name].facts
            carries = facts.carries(language) and facts.carries(target)
            if carries and name in songs.vectors and _share_with_vectors(songs, name).get(target, 0.0) >= LEAST_SONGS:
                return name
        return None


def open_all(songs: Songs, settings: TextSearchSettings) -> Encoders:
    """Open the encoders of the vectors there are; one whose package is missing is left out.

    Raises:
        IntegrityError: the weights of one are not those it was measured with.
    """
    by_name: dict[str, Remembering] = {}
    missing: dict[str, str] = {}
    for name in settings.encoders:
        if name not in songs.vectors:
            continue
        try:
            folder = Path(settings.model_folder) if name == MODEL else None
            by_name[name] = Remembering(open_encoder(name, folder))
        except SetupError as error:
            missing[name] = str(error)
    return Encoders(by_name, _routes(songs, by_name), missing)


def _routes(songs: Songs, by_name: dict[str, Remembering]) -> dict[str, str]:
    """Return language → the first encoder that was made for it and has its songs."""
    routes: dict[str, str] = {}
    for name, encoder in by_name.items():
        for language, share in _share_with_vectors(songs, name).items():
            if language not in routes and share >= LEAST_SONGS and encoder.facts.carries(language):
                routes[language] = name
    return routes


def _share_with_vectors(songs: Songs, name: str) -> dict[str, float]:
    """Return language → share of its songs that have a vector of an encoder."""
    there = np.zeros(len(songs), bool)
    there[songs.vectors[name].song] = True
    languages = np.array(songs.languages)
    return {language: float(there[languages == language].mean()) for language in np.unique(languages).tolist()}


def whole_songs(songs: Songs, name: str, encoder: Remembering, most: int) -> Vectors:
    """Return one vector of each whole song; those that are missing are made, unless they are more than `most`."""
    known = songs.vectors[name]
    whole = known.section == WHOLE_SONG
    song, vectors = known.song[whole], known.vectors[whole]
    missing = np.setdiff1d(np.arange(len(songs), dtype=np.int32), song)
    if not 0 < len(missing) <= most:
        return Vectors(song, known.section[whole], vectors, known.weights_sha256)
    made = np.concatenate(list(_encode(encoder, [songs.texts[number] for number in missing.tolist()])))
    song = np.concatenate([song, missing])
    order = np.argsort(song, kind="stable")
    vectors = np.concatenate([vectors.astype(np.float32), made])[order]
    return Vectors(song[order], np.full(len(song), WHOLE_SONG, np.int32), vectors, known.weights_sha256)


def _encode(encoder: Remembering, texts: Sequence[str]) -> Iterator[NDArray[Any]]:
    for start in range(0, len(texts), _AT_ONCE):
        yield encoder.encode(texts[start : start + _AT_ONCE]).vectors
