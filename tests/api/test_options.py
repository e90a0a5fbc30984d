"""What comes of --twin."""

from __future__ import annotations

from musicdata.api.options import unhurried
from musicdata.definitions import recipe
from musicdata.definitions.head import Budget


def test_the_twin_needs_no_distance_between_calls_but_what_was_set_holds() -> None:
    given = ["crawl.budgets.spotify.per_day=10", "crawl.budgets.lrclib={ interval_s = 0.5 }"]
    resolved = recipe.load("spotify-moods", given)
    made = unhurried(resolved, resolved.settings).crawl
    assert made is not None
    assert made.budgets["spotify"] == Budget(per_day=10, threads=4)
    assert made.budgets["lrclib"] == Budget(interval_s=0.5)
    assert made.budgets["musixmatch"] == Budget(threads=4)
