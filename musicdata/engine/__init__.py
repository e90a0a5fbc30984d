"""Runs a recipe in a workspace: what is stale, what is next, who computes it."""
