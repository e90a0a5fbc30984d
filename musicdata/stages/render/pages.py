"""How pages are drawn: what the stages that draw them share."""

from __future__ import annotations

from pydantic import Field

from musicdata.definitions.stage import Parameters

PAGES_A_PROCESS = 50  # the start, 0.25 s, is shared


EDGES = ("x0", "y0", "x1", "y1")


class RenderSheet(Parameters):
    """How sheets are drawn.

    Attributes:
        dpi: resolution in pixels per inch.
        margin_px: white round the ink, in pixels.
    """

    dpi: int = Field(100, ge=40, le=600)
    margin_px: int = Field(10, ge=0, le=500)
