"""Stages that put items in their places: groups, windows, ranks, pairs, alignment, splits."""
