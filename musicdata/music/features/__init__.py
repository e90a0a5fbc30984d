"""Extractors: from a sample's sound, words and page to arrays of numbers, one a note."""
