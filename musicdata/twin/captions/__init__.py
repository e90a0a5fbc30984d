"""Songs with captions in which it is known what only the words say and what only the sound does, made up."""

from __future__ import annotations

from musicdata.twin.captions.population import CaptionPopulation as CaptionPopulation
