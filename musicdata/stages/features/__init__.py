"""Stages that describe samples by numbers."""
