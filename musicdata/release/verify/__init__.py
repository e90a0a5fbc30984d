"""Whether a release is what it says it is."""

from __future__ import annotations

import sys

from musicdata.release import Package

sys.modules[__name__].__class__ = Package
