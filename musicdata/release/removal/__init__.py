"""Taking items out of a release, and the proof that they are gone."""
