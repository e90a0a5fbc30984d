"""Stages that make sound and pictures of notes."""
