"""A few samples to look at and listen to, as a part of a page: pictures, sounds and words, as far as rights allow.

    gather(data)            chooses samples of a workspace or a release, and reads what may be shown of them
    section(gallery)        the part of a page that shows it; `style()` what goes into the page's style sheet
    saved.keep(…)           the page of pictures and sounds that were saved as files, for whoever saved them

The page loads nothing: pictures and sounds stand in it. Equal data give equal bytes.
"""

from __future__ import annotations

from musicdata.gallery.exhibits import Exhibit, Gallery, gather
from musicdata.gallery.markup import section, style

__all__ = ["Exhibit", "Gallery", "gather", "section", "style"]
