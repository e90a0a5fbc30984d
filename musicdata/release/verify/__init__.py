"""Whether a release is what it says it is."""
