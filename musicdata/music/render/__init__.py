"""Draws pages with LilyPond and plays clips with TiMidity++, each fenced in and checked."""
