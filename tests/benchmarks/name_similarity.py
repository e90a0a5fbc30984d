"""Asks whether rapidfuzz may take difflib's place where videos are judged: speed, and what would be decided otherwise.

The candidates are those that the twin's search finds for each of its tracks. Scores stand in the table `videos`, so
another measure gives other tables. rapidfuzz is no dependency: ``pip install rapidfuzz`` before
``python -m tests.benchmarks.name_similarity [TRACKS]``; 500 tracks without an argument.
"""

from __future__ import annotations

import importlib
import sys
import time
from typing import TYPE_CHECKING, Protocol

from musicdata.errors import MusicdataError
from musicdata.music.text.names import normalised
from musicdata.sources.videos import matching, search
from musicdata.sources.videos.explanation import Candidate, Song
from musicdata.stages.fetch.videos import query_of
from musicdata.twin import Population, Twin
from tests.benchmarks.printing import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TRACKS = 500
ROUNDS = 3
N_HITS = 5
MEASURES = {
    "Indel (`fuzz.ratio`)": "rapidfuzz.distance.Indel",
    "Levenshtein": "rapidfuzz.distance.Levenshtein",
    "Jaro-Winkler": "rapidfuzz.distance.JaroWinkler",
}


class Ratio(Protocol):
    """Says how alike two names are, from 0 to 1."""

    def __call__(self, one: str, other: str, *, spaced: bool = True) -> float:
        """Return it; without `spaced`, spaces do not count."""
        ...


Wanted = tuple[Song, list[Candidate]]
Judged = list[tuple[list[matching.Match], int | None]]


def wanted(n_tracks: int) -> Iterator[Wanted]:
    """Yield each track of a population with the candidates that a search finds for it."""
    population = Population(n_tracks=n_tracks)
    with Twin(population) as twin:
        searching = search.connect(twin.services())
        for track in population.tracks:
            song = Song(track.artist, "; ".join(track.artists), track.title, track.duration_s)
            try:
                hits = search.unpacked(searching.search(query_of(track.artist, track.title), N_HITS))
            except MusicdataError:  # empty entries only: nothing to judge
                continue
            yield song, [Candidate(hit.title, hit.channel, hit.description, hit.duration) for hit in hits]
        searching.close()


def with_measure(similarity: Callable[[str, str], float]) -> Ratio:
    """Return a ratio that prepares names as difflib's does, and compares them by another measure."""

    def ratio(one: str, other: str, *, spaced: bool = True) -> float:
        left, right = normalised(one), normalised(other)
        if not spaced:
            left, right = left.replace(" ", ""), right.replace(" ", "")
        return similarity(left, right) if left and right else 0.0

    return ratio


def judge(songs: list[Wanted], ratio: Ratio) -> tuple[Judged, float]:
    """Judge every candidate by a ratio, and choose; return what was decided and the seconds of processor time."""
    kept, matching._ratio = matching._ratio, ratio
    try:
        begin = time.process_time()
        judged: Judged = []
        for song, candidates in songs:
            matches = [matching.match(song, candidate, matching.Thresholds()) for candidate in candidates]
            judged.append((matches, matching.choose(matches)))
        return judged, time.process_time() - begin
    finally:
        matching._ratio = kept


def differences(ours: Judged, others: Judged) -> list[int]:
    """Return how many candidates have other stored similarities, another verdict; how many tracks another video."""
    pairs = [(one, other) for (a, _), (b, _) in zip(ours, others, strict=True) for one, other in zip(a, b, strict=True)]
    return [
        sum((one.artist, one.title, one.score) != (other.artist, other.title, other.score) for one, other in pairs),
        sum(one.verdict != other.verdict for one, other in pairs),
        sum(a != b for (_, a), (_, b) in zip(ours, others, strict=True)),
    ]


def main() -> None:
    """Print the table."""
    try:
        measures = {name: importlib.import_module(module) for name, module in MEASURES.items()}
    except ModuleNotFoundError:
        print("rapidfuzz is not installed, nothing is compared: pip install rapidfuzz")
        return
    songs = list(wanted(int(sys.argv[1]) if len(sys.argv) > 1 else TRACKS))
    n = sum(len(candidates) for _, candidates in songs)
    ratios: dict[str, Ratio] = {"difflib": matching._ratio}
    ratios |= {name: with_measure(module.normalized_similarity) for name, module in measures.items()}
    taken_s: dict[str, list[float]] = {name: [] for name in ratios}
    judged: dict[str, Judged] = {}
    for _ in range(ROUNDS):
        for name, ratio in ratios.items():
            judged[name], spent_s = judge(songs, ratio)
            taken_s[name].append(spent_s)
    rows = []
    for name in ratios:
        times = sorted(reference / one for reference, one in zip(taken_s["difflib"], taken_s[name], strict=True))
        ms = 1000 * sorted(taken_s[name])[ROUNDS // 2] / n
        rows.append([name, f"{ms:.3f}", f"{times[ROUNDS // 2]:.1f}", *differences(judged["difflib"], judged[name])])
    header = ["measure", "ms a candidate", "times faster", "other scores", "other verdicts", "other videos chosen"]
    print_table(f"Candidates of the twin: {n:,} of {len(songs):,} tracks, median of {ROUNDS} rounds", header, rows)


if __name__ == "__main__":
    main()
