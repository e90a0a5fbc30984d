"""Poems: a source, three stages, a check, an export and a suite."""
