"""What of the test split is in the train split as well: the proof looks at the words again, whatever the groups say."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from musicdata.music.similarity import texts
from musicdata_baselines.suites.captioning.results import GROUPED, Leaks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from musicdata.music.similarity.texts import Likeness
    from musicdata_baselines.suites.captioning.dataset import CaptionSet

LEAST_WORDS = 25
"""Of a caption, to be compared: shorter ones resemble each other without being copies."""

_SHOWN = 5
_BATCH = 512


def measure(data: CaptionSet) -> Leaks:
    """Return what of the test split is in the train split: groups, lyrics and captions that are nearly the same."""
    split = data.splits[GROUPED]
    captions = data.captions
    long = np.array([len(text.split()) >= LEAST_WORDS for text in captions.texts], dtype=bool)
    rows = np.flatnonzero(long & np.isin(split[captions.song], ["train", "test"]))
    songs = np.flatnonzero(np.isin(split, ["train", "test"]))
    of_lyrics = _crossing([data.lyrics[one] for one in songs.tolist()], split[songs], texts.LYRICS)
    found = _crossing([captions.texts[row] for row in rows.tolist()], split[captions.song[rows]], texts.REVIEWS)
    of_captions = [(int(captions.song[rows[test]]), int(captions.song[rows[train]])) for test, train in found]
    pairs = [(int(songs[test]), int(songs[train])) for test, train in of_lyrics] + of_captions
    named = dict.fromkeys(f"{data.ids[test]} and {data.ids[train]}" for test, train in pairs)
    return Leaks(
        torn=torn(data.groups, split),
        lyrics=len({test for test, _ in of_lyrics}),
        captions=len({test for test, _ in found}),
        official=int((data.official & (split != "test")).sum()),
        examples=tuple(named)[:_SHOWN],
        n_official=int(data.official.sum()),
        n_compared=int((split[captions.song[rows]] == "test").sum()),
    )


def torn(groups: NDArray[np.str_], split: NDArray[np.str_]) -> int:
    """Return how many groups stand in more than one split.

    >>> torn(np.array(["a", "a", "b"]), np.array(["train", "test", "test"]))
    1
    """
    pairs = set(zip(groups.tolist(), split.tolist(), strict=True))
    return sum(n > 1 for n in Counter(group for group, _ in pairs).values())


def _crossing(words: Sequence[str], split: NDArray[np.str_], likeness: Likeness) -> list[tuple[int, int]]:
    """Return the near-duplicates of which one is in test and one in train: (test, train), numbers of texts."""
    signer = texts.Signer(likeness)
    for start in range(0, len(words), _BATCH):
        signer.add(words[start : start + _BATCH])
    candidates = signer.candidates()
    across = candidates[split[candidates[:, 0]] != split[candidates[:, 1]]]
    known = {number: words[number] for number in np.unique(across).tolist()}
    copies = texts.verified(across.tolist(), known, likeness)
    ordered = [(copy.one, copy.other) if split[copy.one] == "test" else (copy.other, copy.one) for copy in copies]
    return sorted(ordered)
