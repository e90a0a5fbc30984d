"""Called by mkdocs when the site is built: a page that loads anything from elsewhere ends the build."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

LOADS = re.compile(
    r"""<(?:script|img|iframe|audio|video|source|embed)\b[^>]*\bsrc=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*\brel=["']?(?:canonical|next|prev))[^>]*\bhref=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|(?:url\(|@import )["']?((?:https?:)?//[^"')\s]+)"""
)


def loaded_from_elsewhere(text: str) -> list[str]:
    """Return the addresses on other hosts that a page or a style sheet loads when it is looked at; links are none."""
    return [next(filter(None, found)) for found in LOADS.findall(text)]


def on_post_build(config: Any) -> None:
    """Look through what was built.

    Raises:
        RuntimeError: a page or a style sheet loads something from elsewhere.
    """
    site = Path(config["site_dir"])
    for path in sorted([*site.rglob("*.html"), *site.rglob("*.css")]):
        if found := loaded_from_elsewhere(path.read_text("utf-8")):
            raise RuntimeError(f"{path.relative_to(site)} loads from elsewhere: {', '.join(found)}")
