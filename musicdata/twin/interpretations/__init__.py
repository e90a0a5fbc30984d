"""Songs with what people wrote about them, made up: as large as real sets, with copies and residue planted."""

from __future__ import annotations

from musicdata.twin.interpretations.population import InterpretationPopulation as InterpretationPopulation
