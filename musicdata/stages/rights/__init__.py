"""Stages that say what may be done with each sample."""
