"""Stages that ask services."""
