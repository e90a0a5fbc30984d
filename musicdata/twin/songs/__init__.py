"""Songs with their words in the columns of the Kaggle lyrics table, made up; with copies, translations and residue."""

from __future__ import annotations

from musicdata.twin.songs.population import SongPopulation as SongPopulation
