"""Encoders of queries that are opened when the first query needs them; what they are is known before."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from musicdata.errors import IntegrityError, SetupError
from musicdata.music.features import text_encoders
from musicdata.music.features.text_encoder import MODEL, EncoderFacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from musicdata.music.features.text_encoder import Encoded, TextEncoder
    from musicdata_baselines.suites.text_search.settings import TextSearchSettings


@dataclass(frozen=True, slots=True)
class LateEncoder:
    """An encoder that is opened by the first query.

    Attributes:
        facts: what it was when the index was built.
        folder: of the model, for ``model``.
    """

    facts: EncoderFacts
    folder: Path | None = None

    def opened(self) -> TextEncoder:
        """Open it, or return what is open.

        Raises:
            SetupError: its package is not installed.
            IntegrityError: its weights are other ones than those the index was built with.
        """
        encoder = text_encoders.open_encoder(self.facts.name, self.folder)
        if encoder.facts.weights_sha256 != self.facts.weights_sha256:
            raise IntegrityError(
                f"the index was built with the encoder {self.facts.label}, weights {self.facts.weights_sha256[:16]}; "
                f"{encoder.facts.label} has {encoder.facts.weights_sha256[:16]}: its vectors of queries do not fit. "
                "Install the former, or embed the songs anew with musicdata build"
            )
        return encoder

    def encode(self, texts: Sequence[str], *, query: bool = False) -> Encoded:
        """Encode texts; see `TextEncoder.encode`."""
        return self.opened().encode(texts, query=query)


def open_late(name: str, settings: TextSearchSettings) -> LateEncoder:
    """Open an encoder to learn what it is.

    Raises:
        SetupError: its package is not installed.
        IntegrityError: its weights are not those it was measured with.
    """
    folder = Path(settings.model_folder) if name == MODEL else None
    return LateEncoder(text_encoders.open_encoder(name, folder).facts, folder)


def as_json(encoder: LateEncoder) -> dict[str, Any]:
    """Return what an index remembers of an encoder."""
    facts = dataclasses.asdict(encoder.facts) | {"languages": sorted(encoder.facts.languages)}
    return {"facts": facts, "folder": str(encoder.folder) if encoder.folder is not None else None}


def of_json(value: dict[str, Any]) -> LateEncoder:
    """Return what `as_json` remembered.

    Raises:
        KeyError, TypeError, ValueError: it is something else.
    """
    facts = value["facts"]
    folder = value["folder"]
    return LateEncoder(
        EncoderFacts(**facts | {"languages": frozenset(facts["languages"])}), Path(folder) if folder else None
    )


def open_those(settings: TextSearchSettings, names: Sequence[str], told: list[str]) -> dict[str, LateEncoder]:
    """Open those encoders that are installed; say of each other one what is missing without it."""
    opened = {}
    for name in names:
        try:
            opened[name] = open_late(name, settings)
        except SetupError as error:
            told.append(f"Nothing is found by meaning with the encoder {name}: {error}.")
    return opened
